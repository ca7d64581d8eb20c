//! Merging and unmerging: which streams are one customer, and what of the decided stands after.

use std::collections::{BTreeMap, BTreeSet};

use super::state::{Decided, Standing, State};
use crate::events::{Behaviour, Fact, Origin};
use crate::ids::{MergeId, StreamId};

/// A merge edge: the customer rooted in `from` became part of the one rooted in `into`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// Its name.
    pub id: MergeId,
    /// The root that gave way.
    pub from: StreamId,
    /// The root that stayed.
    pub into: StreamId,
}

/// The streams that hang together with `start` through these live edges, in order of id.
#[must_use]
pub fn component(start: StreamId, edges: &[Edge]) -> BTreeSet<StreamId> {
    let mut neighbours: BTreeMap<StreamId, Vec<StreamId>> = BTreeMap::new();
    for edge in edges {
        neighbours.entry(edge.from).or_default().push(edge.into);
        neighbours.entry(edge.into).or_default().push(edge.from);
    }
    let mut found = BTreeSet::from([start]);
    let mut waiting = vec![start];
    while let Some(stream) = waiting.pop() {
        for next in neighbours.get(&stream).into_iter().flatten() {
            if found.insert(*next) {
                waiting.push(*next);
            }
        }
    }
    found
}

/// What stands decided when two customers become one.
///
/// The policy: counts add up; the standing is read off the merged observations, except that a
/// won-back customer stays won back, because that was told to the outside world.
#[must_use]
pub fn settle_merge(into: &State, from: &State, merged: &State) -> Decided {
    let sides = [into.decided.standing, from.decided.standing];
    let standing = if sides.contains(&Standing::WonBack) {
        Standing::WonBack
    } else if merged.observed.order_days.is_empty() {
        into.decided.standing.max(from.decided.standing)
    } else if sides.contains(&Standing::Lapsed) && sides.iter().all(|side| is_resting(*side)) {
        Standing::Lapsed
    } else if sides.iter().all(|side| *side == Standing::Prospect) {
        // Imported history decides no standing, and a merge does not decide it in its place.
        Standing::Prospect
    } else if merged.observed.order_days.len() == 1 {
        Standing::New
    } else {
        Standing::Returning
    };
    Decided {
        standing,
        referrals: into.decided.referrals + from.decided.referrals,
        adjustments: into.decided.adjustments + from.decided.adjustments,
    }
}

/// Sides that do not speak against a lapsed other side.
fn is_resting(standing: Standing) -> bool {
    matches!(standing, Standing::Lapsed | Standing::Prospect)
}

/// What stands decided on one side after a merge was undone: everything decided in its own
/// streams, as if the settlements of edges that are no longer live had never been. With no
/// decision in between that is exactly what stood before the merge.
///
/// `facts` are the facts of this side's streams; `live` says whether an edge still holds.
#[must_use]
pub fn settle_unmerge<'a>(
    facts: impl IntoIterator<Item = &'a Fact>,
    live: impl Fn(MergeId) -> bool,
) -> Decided {
    let mut facts: Vec<&Fact> = facts
        .into_iter()
        .filter(|fact| fact.origin == Origin::Decided)
        .collect();
    facts.sort_by_key(|fact| fact.place());
    let mut decided = Decided::default();
    for fact in facts {
        match &fact.behaviour {
            Behaviour::Settled(settled) if settled.undone || live(settled.merge) => {
                decided = settled.decided.clone();
            }
            Behaviour::StandingChanged(change) => decided.standing = change.to,
            Behaviour::ReferralCredited(_) => decided.referrals += 1,
            Behaviour::PointsAdjusted(_) => decided.adjustments += 1,
            _ => {}
        }
    }
    decided
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(number: u8) -> StreamId {
        StreamId::from_bytes([number; 16])
    }

    fn edge(number: u8, from: u8, into: u8) -> Edge {
        Edge {
            id: MergeId::from_bytes([number; 16]),
            from: stream(from),
            into: stream(into),
        }
    }

    #[test]
    fn a_component_is_what_hangs_together() {
        let edges = [edge(1, 2, 1), edge(2, 3, 1), edge(3, 5, 4)];
        let check = |start: u8, edges: &[Edge], expected: &[u8]| {
            let expected = expected.iter().map(|number| stream(*number)).collect();
            assert_eq!(component(stream(start), edges), expected);
        };
        check(1, &edges, &[1, 2, 3]);
        check(2, &edges[1..], &[2]);
        check(5, &edges, &[4, 5]);
        check(9, &edges, &[9]);
    }
}
