//! Merging and unmerging: which streams are one customer, and what of the decided stands after.

use std::collections::{BTreeMap, BTreeSet};

use super::evolve::Fold;
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
    } else if merged.observed.order_day_count() == 0 {
        into.decided.standing.max(from.decided.standing)
    } else if sides.contains(&Standing::Lapsed) && sides.iter().all(|side| is_resting(*side)) {
        Standing::Lapsed
    } else if sides.iter().all(|side| *side == Standing::Prospect) {
        // Imported history decides no standing, and a merge does not decide it in its place.
        Standing::Prospect
    } else if merged.observed.order_day_count() == 1 {
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

/// What stands decided on one side after a merge was undone: what its own history decided, gone
/// through again as if only the edges that are still live had ever been. With no decision in
/// between that is exactly what stood before the merge.
///
/// `facts` are the facts of this side's streams, `live` the edges that still hold.
#[must_use]
pub fn settle_unmerge<'a>(
    facts: impl IntoIterator<Item = &'a Fact>,
    live: &[Edge],
    fold: &Fold,
) -> Decided {
    let mut facts: Vec<&Fact> = facts.into_iter().collect();
    facts.sort_by_key(|fact| fact.place());
    let mut parts = Parts::default();
    for fact in facts {
        let decided = &mut parts.part_of(fact.stream).decided;
        match (&fact.behaviour, fact.origin) {
            (Behaviour::StandingChanged(change), Origin::Decided) => decided.standing = change.to,
            (Behaviour::ReferralCredited(_), Origin::Decided) => decided.referrals += 1,
            (Behaviour::PointsAdjusted(_), Origin::Decided) => decided.adjustments += 1,
            (Behaviour::Settled(settled), Origin::Decided) if !settled.undone => {
                // What an edge settled may rest on streams that have left, so it is settled anew.
                if let Some(edge) = live.iter().find(|edge| edge.id == settled.merge) {
                    parts.join(edge, fold);
                }
            }
            (_, Origin::Decided) => {}
            _ => parts.part_of(fact.stream).observed.push(fact),
        }
    }
    parts
        .last
        .map_or_else(Decided::default, |last| parts.part_of(last).decided.clone())
}

/// The customers of which a side consists, while its history is gone through.
#[derive(Default)]
struct Parts<'a> {
    /// To which part each stream belongs by now.
    roots: BTreeMap<StreamId, StreamId>,
    parts: BTreeMap<StreamId, Part<'a>>,
    /// The stream of the newest fact; in the end all of them are one part.
    last: Option<StreamId>,
}

#[derive(Default)]
struct Part<'a> {
    observed: Vec<&'a Fact>,
    decided: Decided,
}

impl Part<'_> {
    fn state(&self, fold: &Fold) -> State {
        State {
            observed: fold.facts(self.observed.iter().copied()).observed,
            decided: self.decided.clone(),
        }
    }
}

impl<'a> Parts<'a> {
    fn part_of(&mut self, stream: StreamId) -> &mut Part<'a> {
        self.last = Some(stream);
        let root = *self.roots.entry(stream).or_insert(stream);
        self.parts.entry(root).or_default()
    }

    fn join(&mut self, edge: &Edge, fold: &Fold) {
        let before = [edge.into, edge.from].map(|stream| self.part_of(stream).state(fold));
        let [into, from] = [edge.into, edge.from].map(|stream| self.roots[&stream]);
        let gone = self.parts.remove(&from).unwrap_or_default();
        for root in self.roots.values_mut().filter(|root| **root == from) {
            *root = into;
        }
        let joined = self.part_of(into);
        joined.observed.extend(gone.observed);
        let merged = joined.state(fold);
        joined.decided = settle_merge(&before[0], &before[1], &merged);
    }
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
