//! Merging and unmerging, under the locks of both customers.

use std::collections::{BTreeMap, BTreeSet};

use domain::customers::{Decided, Edge, component, settle_merge, settle_unmerge};
use domain::events::{Behaviour, Fact, Settled};
use domain::ids::{MergeId, StreamId};
use domain::visits::Visit;
use store::customers::CustomerRow;
use store::{Queue, StoreError, Tx};

use crate::events::lock_roots;
use crate::writing::{NewFact, Writing};
use crate::{App, AppError, Inner};

/// What a refusal and a store error have in common: the transaction wrote nothing.
type Outcome<T> = Result<Result<T, AppError>, StoreError>;

impl App {
    /// Makes the customer `from` part of the customer `into`, which stays. Observed facts are
    /// refolded together; what was decided is settled once, as a fact caused by the edge. The
    /// ledger is not touched: accounts and lots keep their owners.
    ///
    /// # Errors
    /// [`AppError::SameCustomer`], [`AppError::NoCustomer`], or the store's.
    pub fn merge(&self, into: StreamId, from: StreamId) -> Result<MergeId, AppError> {
        let (inner, note) = (self.inner.clone(), self.note());
        self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| {
                let merged = merge_in_tx(&inner, tx, into, from)?;
                note.write_if(tx, merged.is_ok())?;
                Ok(merged)
            })
        })?
    }

    /// Takes a merge back: each side goes home with its own streams, and what was decided is
    /// settled for both. What had effect outside stays done.
    ///
    /// # Errors
    /// [`AppError::NoMerge`], [`AppError::AlreadyUndone`], or the store's.
    pub fn unmerge(&self, merge: MergeId) -> Result<(), AppError> {
        let (inner, note) = (self.inner.clone(), self.note());
        self.inner.store.write(Queue::Interactive, move |session| {
            session.transaction(|tx| {
                let undone = unmerge_in_tx(&inner, tx, merge)?;
                note.write_if(tx, undone.is_ok())?;
                Ok(undone)
            })
        })?
    }
}

fn merge_in_tx(inner: &Inner, tx: &mut Tx<'_>, into: StreamId, from: StreamId) -> Outcome<MergeId> {
    let roots = store::customers::stream_roots(tx, &[into, from])?;
    let (Some(into), Some(from)) = (roots.get(&into).copied(), roots.get(&from).copied()) else {
        return Ok(Err(AppError::NoCustomer));
    };
    if into == from {
        return Ok(Err(AppError::SameCustomer));
    }
    let mut customers = lock_roots(tx, &BTreeSet::from([into, from]))?;
    let gone = customers.remove(&from).expect("both were locked");
    let stays = customers.get_mut(&into).expect("both were locked");
    let before = stays.state.clone();
    stays.streams.extend(&gone.streams);
    stays.stamp = stays.stamp.max(gone.stamp);
    // The one who goes may come back: its next revision must be one that it never had.
    stays.revision = stays.revision.max(gone.revision);
    // Whoever was seen later is still there; taking the merge back leaves the visit with both.
    stays.visit = Visit::later(stays.visit.take(), gone.visit.clone());
    let facts = facts_of(tx, stays)?;
    let in_force = inner.in_force();
    stays.state = in_force.fold.facts(&facts);
    stays.fold_version = in_force.fold_version;
    let decided = settle_merge(&before, &gone.state, &stays.state);
    let edge = Edge {
        id: inner.environment.id(MergeId::new),
        from,
        into,
    };
    let mut writing = Writing::new(inner, customers);
    settle(&mut writing, into, edge.id, false, decided);
    let moved = gone.streams.keys().map(|stream| (*stream, into)).collect();
    store::customers::stream_put(tx, &moved)?;
    store::customers::customer_delete(tx, from)?;
    store::customers::merge_insert(tx, edge, writing.now)?;
    writing.flush(tx)?;
    Ok(Ok(edge.id))
}

fn unmerge_in_tx(inner: &Inner, tx: &mut Tx<'_>, id: MergeId) -> Outcome<()> {
    let Some(merge) = store::customers::merge_get(tx, id)? else {
        return Ok(Err(AppError::NoMerge));
    };
    let Some(root) = store::customers::stream_root(tx, merge.edge.from)? else {
        return Ok(Err(AppError::NoMerge));
    };
    let mut customers = lock_roots(tx, &BTreeSet::from([root]))?;
    let whole = customers.remove(&root).expect("it was locked");
    // Read again under the lock: somebody may have undone it, or merged more.
    if store::customers::stream_root(tx, merge.edge.from)? != Some(root) {
        return Err(StoreError::Stale);
    }
    if !store::customers::merge_undo(tx, id, inner.environment.now())? {
        return Ok(Err(AppError::AlreadyUndone));
    }
    let streams: Vec<StreamId> = whole.streams.keys().copied().collect();
    let live: Vec<Edge> = store::customers::merges_of(tx, &streams)?
        .into_iter()
        .filter(|merge| merge.undone_at.is_none())
        .map(|merge| merge.edge)
        .collect();
    let leaving = component(merge.edge.from, &live);
    let facts = facts_of(tx, &whole)?;
    let mut sides = BTreeMap::new();
    let mut decided = Vec::new();
    for (root, leaves) in [(root, false), (merge.edge.from, true)] {
        let own = |stream: &StreamId| leaving.contains(stream) == leaves;
        let facts: Vec<&Fact> = facts.iter().filter(|fact| own(&fact.stream)).collect();
        let in_force = inner.in_force();
        let settled = settle_unmerge(facts.iter().copied(), &live, &in_force.fold);
        decided.push((root, settled));
        let row = CustomerRow {
            root,
            streams: whole
                .streams
                .iter()
                .filter(|it| own(it.0))
                .map(|it| (*it.0, *it.1))
                .collect(),
            state: in_force.fold.facts(facts),
            fold_version: in_force.fold_version,
            ..whole.clone()
        };
        sides.insert(root, row);
    }
    let home = leaving
        .iter()
        .map(|stream| (*stream, merge.edge.from))
        .collect();
    store::customers::stream_put(tx, &home)?;
    let mut writing = Writing::new(inner, sides);
    for (root, decided) in decided {
        settle(&mut writing, root, id, true, decided);
    }
    writing.flush(tx)?;
    Ok(Ok(()))
}

fn settle(
    writing: &mut Writing<'_>,
    root: StreamId,
    merge: MergeId,
    undone: bool,
    decided: Decided,
) {
    let behaviour = Behaviour::Settled(Settled {
        merge,
        undone,
        decided,
    });
    let fact = NewFact::decided(root, writing.now, None, behaviour);
    writing.append(root, fact);
}

/// All facts of a locked customer.
fn facts_of(tx: &mut Tx<'_>, customer: &CustomerRow) -> Result<Vec<Fact>, StoreError> {
    let streams: Vec<StreamId> = customer.streams.keys().copied().collect();
    let stored = store::events::facts_of_streams(tx, &streams)?;
    Ok(stored.into_iter().map(|stored| stored.fact).collect())
}
