//! Who came in together, and how many of them are active how much later.

use crate::verdict::Verdict;
use std::collections::BTreeMap;

/// A counter spans at most so many periods, five years and a half of days: its counts, one for
/// each pair of a first and a later period, then fill 8 MB.
const PERIODS_MAX: usize = 2048;

/// One sign of life of a member in a period; periods are counted, e.g. months since any origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Activity {
    /// Whose it is: any number that tells members apart.
    pub member: u64,
    /// The period.
    pub period: i32,
}

/// Members whose first activity lies in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// Their first period.
    pub period: i32,
    /// Distinct members active 0, 1, 2 … periods later, up to the last period of all data; the
    /// first entry is the size of the cohort. The last entry stands for a period that may not be
    /// over yet: compare it with nothing.
    pub active: Vec<u32>,
}

/// Groups members by their first period and counts, per later period, how many were active.
///
/// Order and repeats of `activities` do not matter. No activity gives no cohorts.
#[must_use]
pub fn cohorts(activities: &[Activity]) -> Vec<Cohort> {
    let mut distinct = activities.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let Some(last) = distinct.iter().map(|activity| activity.period).max() else {
        return Vec::new();
    };
    let mut counts: BTreeMap<i32, BTreeMap<i32, u32>> = BTreeMap::new();
    for member in distinct.chunk_by(|a, b| a.member == b.member) {
        let cohort = counts.entry(member[0].period).or_default();
        for activity in member {
            *cohort.entry(activity.period).or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|(period, by_period)| Cohort {
            period,
            active: (period..=last)
                .map(|later| by_period.get(&later).copied().unwrap_or(0))
                .collect(),
        })
        .collect()
}

/// [`cohorts`] of members that come one by one, so that the activities of a million of them are
/// never held together. Parts counted apart are put together with [`CohortCounter::merge`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CohortCounter {
    first_period: i32,
    periods: usize,
    /// Periods up to the last with any activity.
    reached: usize,
    /// Members by their first and any later period, row by row: the row of first period i begins
    /// at its column i and has `periods` − i entries.
    active: Vec<u32>,
    /// The periods of the member being counted, from the first of the counter.
    member: Vec<usize>,
}

impl CohortCounter {
    /// A counter of activity from the first to the last period, both included.
    ///
    /// # Errors
    /// [`Verdict::BadOption`] when the last lies before the first, or they span more than 2,048.
    pub fn new(first_period: i32, last_period: i32) -> Result<Self, Verdict> {
        let periods = i64::from(last_period) - i64::from(first_period) + 1;
        let periods = usize::try_from(periods)
            .ok()
            .filter(|periods| (1..=PERIODS_MAX).contains(periods))
            .ok_or(Verdict::BadOption {
                rule: "cohorts span from 1 to 2,048 periods",
            })?;
        Ok(Self {
            first_period,
            periods,
            reached: 0,
            active: vec![0; periods * (periods + 1) / 2],
            member: Vec::new(),
        })
    }

    /// Counts one member by the periods of their activity, ascending, each once. A member without
    /// activity is in no cohort. A refused member is not counted.
    ///
    /// # Errors
    /// [`Verdict::OutOfRange`], with the place among `periods` as row, for a period outside the
    /// span of the counter or not after the one before it.
    pub fn add(&mut self, periods: impl IntoIterator<Item = i32>) -> Result<(), Verdict> {
        self.member.clear();
        let mut least = 0;
        for (row, period) in periods.into_iter().enumerate() {
            let index = i64::from(period) - i64::from(self.first_period);
            let index = usize::try_from(index)
                .ok()
                .filter(|index| (least..self.periods).contains(index))
                .ok_or(Verdict::OutOfRange {
                    row,
                    rule: "the periods of a member ascend within those of the counter",
                })?;
            self.member.push(index);
            least = index + 1;
        }
        let Some(&first) = self.member.first() else {
            return Ok(());
        };
        let start = self.row_start(first);
        for index in &self.member {
            self.active[start + index - first] += 1;
        }
        self.reached = self.reached.max(least);
        Ok(())
    }

    /// Adds the members of another part, which are other members.
    ///
    /// # Errors
    /// [`Verdict::BadOption`] when the parts do not span the same periods.
    pub fn merge(&mut self, other: &Self) -> Result<(), Verdict> {
        if (self.first_period, self.periods) != (other.first_period, other.periods) {
            return Err(Verdict::BadOption {
                rule: "the parts of a count span the same periods",
            });
        }
        for (own, theirs) in self.active.iter_mut().zip(&other.active) {
            *own += theirs;
        }
        self.reached = self.reached.max(other.reached);
        Ok(())
    }

    /// The cohorts that have members, by first period, up to the last period with any activity.
    #[must_use]
    pub fn finish(&self) -> Vec<Cohort> {
        (self.first_period..)
            .zip(0..self.reached)
            .map(|(period, first)| {
                let start = self.row_start(first);
                Cohort {
                    period,
                    active: self.active[start..start + self.reached - first].to_vec(),
                }
            })
            .filter(|cohort| cohort.active[0] > 0)
            .collect()
    }

    /// Where the row of a first period begins: the rows before it have `periods`, `periods` − 1 …
    /// entries.
    fn row_start(&self, first: usize) -> usize {
        first * (2 * self.periods + 1 - first) / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_count_once_a_period_and_in_their_first_cohort() {
        let activities = [(1, 5), (1, 5), (1, 7), (2, 5), (3, 6), (3, 7)]
            .map(|(member, period)| Activity { member, period });
        assert_eq!(
            cohorts(&activities),
            [
                Cohort {
                    period: 5,
                    active: vec![2, 0, 1]
                },
                Cohort {
                    period: 6,
                    active: vec![1, 1]
                },
            ]
        );
        assert!(cohorts(&[]).is_empty());
    }

    #[test]
    fn a_counter_refuses_what_it_cannot_count() {
        assert!(CohortCounter::new(5, 4).is_err());
        assert!(CohortCounter::new(0, 2048).is_err());
        assert!(CohortCounter::new(i32::MIN, i32::MAX).is_err());
        assert!(CohortCounter::new(i32::MAX - 2047, i32::MAX).is_ok());
        let mut counter = CohortCounter::new(-1, 2).expect("four periods");
        let untouched = counter.finish();
        for (periods, row) in [([-2, 0], 0), ([0, 3], 1), ([1, 1], 1), ([2, 1], 1)] {
            let refused = counter.add(periods);
            assert!(matches!(refused, Err(Verdict::OutOfRange { row: at, .. }) if at == row));
        }
        assert_eq!(counter.finish(), untouched);
        assert_eq!(counter.add([]), Ok(()));
        assert!(counter.finish().is_empty());
        let other = CohortCounter::new(-1, 3).expect("five periods");
        assert!(counter.merge(&other).is_err());
    }

    proptest! {
        #[test]
        fn counted_in_parts_the_cohorts_are_the_same(
            members in prop::collection::vec(prop::collection::btree_set(-6_i32..30, 0..9), 0..40),
            cut in 0_usize..40,
            spare in 0_i32..3,
        ) {
            let mut activities = Vec::new();
            let empty = CohortCounter::new(-6 - spare, 29 + spare).expect("few periods");
            let mut parts = [empty.clone(), empty];
            for (member, periods) in members.iter().enumerate() {
                let part = usize::from(member < cut);
                parts[part].add(periods.iter().copied()).expect("ascending periods");
                let member = member as u64;
                activities.extend(periods.iter().map(|&period| Activity { member, period }));
            }
            let [mut whole, other] = parts;
            whole.merge(&other).expect("one span");
            prop_assert_eq!(whole.finish(), cohorts(&activities));
        }

        #[test]
        fn sizes_add_up_to_the_members(
            pairs in prop::collection::vec((0_u64..20, 0_i32..8), 0..100),
        ) {
            let activities: Vec<Activity> = pairs
                .iter()
                .map(|&(member, period)| Activity { member, period })
                .collect();
            let members: std::collections::BTreeSet<u64> =
                pairs.iter().map(|(member, _)| *member).collect();
            let sizes: u32 = cohorts(&activities).iter().map(|cohort| cohort.active[0]).sum();
            prop_assert_eq!(sizes as usize, members.len());
        }
    }
}
