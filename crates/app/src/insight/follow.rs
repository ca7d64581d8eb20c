//! The follower of metrics: reads every writer's changes from where it stopped, so it misses
//! nothing in any order of commits.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::Metrics;
use domain::events::match_refunds;
use domain::ids::StreamId;
use store::customers::CustomerRow;
use store::insight::MetricsRow;
use store::{Queue, StoreError, Tx};

use crate::{App, AppError, InForce};

/// The name of the follower.
pub(super) const METRICS_FOLLOWER: &str = "metrics";
/// Changes that are kept behind this follower, for those that read more slowly.
const CHANGES_KEPT: i64 = 50_000;
/// Changes that one slice reads of each writer.
const CHANGES_PER_SLICE: u32 = 256;

impl App {
    /// Writes the metrics of customers who changed; false when none did.
    pub(crate) fn follow_metrics(&self) -> Result<bool, AppError> {
        let behind = self.inner.store.read(|conn| {
            let read = store::changes::follower_positions(conn, METRICS_FOLLOWER)?;
            let written = store::changes::writer_positions(conn)?;
            Ok(written
                .iter()
                .any(|(writer, n)| read.get(writer).copied().unwrap_or(0) < *n))
        })?;
        if !behind {
            return Ok(false);
        }
        let in_force = self.in_force();
        self.inner.store.write(Queue::Jobs, move |session| {
            session.transaction(|tx| follow_slice(tx, &in_force))
        })?;
        Ok(true)
    }
}

fn follow_slice(tx: &mut Tx<'_>, in_force: &InForce) -> Result<(), StoreError> {
    // Writing the positions as they are locks them: of two nodes only one follows at a time.
    let written = store::changes::writer_positions(tx)?;
    let zeros = BTreeMap::from([(0, 0)]);
    store::changes::follower_put(tx, METRICS_FOLLOWER, &zeros)?;
    let mut positions = store::changes::follower_positions(tx, METRICS_FOLLOWER)?;
    let mut customers = BTreeSet::new();
    for writer in written.keys() {
        let after = positions.get(writer).copied().unwrap_or(0);
        let changes = store::changes::changes_after(tx, *writer, after, CHANGES_PER_SLICE)?;
        // A gap after the last change means that its rows were removed by an erasure.
        let last = changes
            .last()
            .map_or_else(|| written[writer].max(after), |(n, _)| *n);
        customers.extend(changes.into_iter().map(|(_, customer)| customer));
        positions.insert(*writer, last);
    }
    // Under the customers' locks, so that nobody is erased or merged between reading and writing.
    let locked = store::customers::customer_lock(tx, &customers)?;
    let mut rows = Vec::new();
    for customer in locked.values() {
        rows.push(MetricsRow {
            customer: customer.root,
            metrics: Metrics::of(&customer.state, &in_force.fold),
            unmatched_refund_units: unmatched_refund_units(tx, customer)?,
        });
    }
    let gone: Vec<StreamId> = customers
        .into_iter()
        .filter(|root| !locked.contains_key(root))
        .collect();
    store::insight::metrics_put(tx, &rows)?;
    store::insight::metrics_delete(tx, &gone)?;
    store::changes::follower_put(tx, METRICS_FOLLOWER, &positions)?;
    for (writer, n) in &positions {
        store::changes::changes_prune(tx, *writer, *n - CHANGES_KEPT)?;
    }
    Ok(())
}

/// Units that went back and match no order; the facts are read only where something went back.
fn unmatched_refund_units(tx: &mut Tx<'_>, customer: &CustomerRow) -> Result<i64, StoreError> {
    if customer.state.observed.refunds() == 0 {
        return Ok(0);
    }
    let streams: Vec<StreamId> = customer.streams.keys().copied().collect();
    let facts = store::events::facts_of_streams(tx, &streams)?;
    Ok(match_refunds(facts.iter().map(|stored| &stored.fact))
        .iter()
        .map(|found| found.unmatched())
        .sum())
}
