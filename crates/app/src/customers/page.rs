//! One customer, with everything that is known of them but the timeline.

use domain::customers::{Metrics, Standing, State, view};
use domain::events::{Personal, RefundMatch, match_refunds};
use domain::ids::StreamId;
use serde::Serialize;

use super::consents::ConsentView;
use super::person::{IdentityView, join_traits, label};
use crate::loyalty::WalletUnit;
use crate::trust::DisclosureView;
use crate::{App, AppError};

/// One customer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CustomerPage {
    /// The customer's id.
    pub customer: String,
    /// A name for people.
    pub label: String,
    /// Under which names the customer is known.
    pub identities: Vec<IdentityView>,
    /// The streams of which the customer consists, with the number of facts of each.
    pub streams: Vec<(String, u64)>,
    /// What the person told about themselves.
    pub traits: Personal,
    /// Where the customer stands as of the shop's newest fact.
    pub standing: Standing,
    /// Whole days since the latest order.
    pub days_since_last_order: Option<i64>,
    /// The state: what was told, summed up.
    pub state: State,
    /// Every metric.
    pub metrics: Metrics,
    /// What the person permitted and refused, the newest word first.
    pub consents: Vec<ConsentView>,
    /// What of them was handed out, to whom, the newest first.
    pub disclosures: Vec<DisclosureView>,
    /// What is in the wallet.
    pub wallet: Vec<WalletUnit>,
    /// Profiles that were joined to this one, and those that were separated again.
    pub merges: Vec<MergeView>,
    /// Refunds with the orders they were matched with.
    pub refunds: Vec<RefundMatch>,
}

/// A merge as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergeView {
    /// Its id, by which it is undone.
    pub merge: String,
    /// The profile that gave way.
    pub from: String,
    /// The profile that stayed.
    pub into: String,
    /// When it was made, in milliseconds since 1970.
    pub at: i64,
    /// When it was undone, in milliseconds since 1970.
    pub undone_at: Option<i64>,
}

impl App {
    /// One customer.
    ///
    /// # Errors
    /// [`AppError::NoCustomer`], [`AppError::Unreadable`], or the store's.
    pub fn customer_page(&self, root: StreamId) -> Result<CustomerPage, AppError> {
        let (row, merges) = self.inner.store.read(|conn| {
            let row = store::customers::customer_read(conn, &[root])?
                .into_iter()
                .next();
            let streams: Vec<StreamId> = row
                .iter()
                .flat_map(|row| row.streams.keys().copied())
                .collect();
            Ok((row, store::customers::merges_of(conn, &streams)?))
        })?;
        let row = row.ok_or(AppError::NoCustomer)?;
        let streams: Vec<StreamId> = row.streams.keys().copied().collect();
        let keys = self.stream_keys(&streams)?;
        let identities = self.identities(&streams, &keys)?;
        let traits = self.traits_by_stream(&streams, &keys)?;
        let told = join_traits(root, &row.streams, &traits);
        let as_of = self.as_of()?;
        let in_force = self.in_force();
        let view = view(&row.state, &in_force.programme, &in_force.fold, as_of);
        Ok(CustomerPage {
            customer: root.to_string(),
            label: label(root, &told, &identities),
            identities,
            streams: row
                .streams
                .iter()
                .map(|(it, seq)| (it.to_string(), *seq))
                .collect(),
            traits: told,
            standing: view.standing,
            days_since_last_order: view.days_since_last_order,
            refunds: self.matched_refunds(&row.state, &streams)?,
            metrics: Metrics::of(&row.state, &in_force.fold),
            state: row.state,
            consents: self.consents(&streams)?,
            disclosures: self.disclosures(&streams)?,
            wallet: self.wallet(root)?,
            merges: merges
                .into_iter()
                .map(|merge| MergeView {
                    merge: merge.edge.id.to_string(),
                    from: merge.edge.from.to_string(),
                    into: merge.edge.into.to_string(),
                    at: merge.at.0,
                    undone_at: merge.undone_at.map(|at| at.0),
                })
                .collect(),
        })
    }

    fn matched_refunds(
        &self,
        state: &State,
        streams: &[StreamId],
    ) -> Result<Vec<RefundMatch>, AppError> {
        if state.observed.refunds() == 0 {
            return Ok(Vec::new());
        }
        let facts = self
            .inner
            .store
            .read(|conn| store::events::facts_of_streams(conn, streams))?;
        Ok(match_refunds(facts.iter().map(|stored| &stored.fact)))
    }
}
