//! Who came in together, and how many of them are active how much later.

use std::collections::BTreeMap;

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

    proptest! {
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
