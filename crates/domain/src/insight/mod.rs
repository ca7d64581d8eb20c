//! Insight over many customers: how a base of customers grows or leaks, month by month.

mod occurrences;
mod range;

pub use range::{Against, Chosen, MonthRange, RangeAsked, RangeError};

use std::collections::{BTreeMap, btree_map};

use serde::Serialize;

use crate::time::Month;
use occurrences::Occurrences;

/// Months without an order after which a customer counts as lapsed in the flows.
pub const LAPSE_MONTHS: i32 = 6;

/// How many customers came, stayed, came back and went in one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct MonthFlow {
    /// Ordered for the first time.
    pub new: u64,
    /// Ordered, and had ordered in the [`LAPSE_MONTHS`] months before.
    pub returning: u64,
    /// Ordered for the first time after [`LAPSE_MONTHS`] or more months without an order.
    pub won_back: u64,
    /// This was the month in which they had been without an order for [`LAPSE_MONTHS`] months.
    pub lapsed: u64,
}

impl MonthFlow {
    /// Customers who ordered in the month.
    #[must_use]
    pub const fn active(&self) -> u64 {
        self.new + self.returning + self.won_back
    }
}

/// How many customers came, came back and went in some months. Each counts once, however often it
/// happened in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct RangeFlow {
    /// Ordered.
    pub ordered: u64,
    /// Ordered for the first time.
    pub new: u64,
    /// Ordered for the first time after [`LAPSE_MONTHS`] or more months without an order.
    pub won_back: u64,
    /// Reached [`LAPSE_MONTHS`] months without an order.
    pub lapsed: u64,
    /// Those of the lapsed who have not ordered since.
    pub still_away: u64,
    /// Whose first order does not lie after these months, and whose last one not before them. Who
    /// ordered is among them: where both are as many, they are the same customers.
    pub around: u64,
}

/// The flows of consecutive months, from the first month with an order to the last one asked for.
/// Customers are counted once; any stretch of these months can be asked for afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flows {
    months: Option<MonthRange>,
    ordered: Occurrences,
    won_back: Occurrences,
    lapsed: Occurrences,
    /// Customers whose first order lies before these months.
    begun_earlier: u64,
    /// Customers by the month of their last order.
    lasts: BTreeMap<Month, u64>,
}

impl Flows {
    /// Empty flows over these months, both included.
    #[must_use]
    pub fn between(first: Month, last: Month) -> Self {
        let months = MonthRange::new(first, last);
        let none = Occurrences::over(first, months.map_or(0, |it| it.months().len()));
        Self {
            months,
            ordered: none.clone(),
            won_back: none.clone(),
            lapsed: none,
            begun_earlier: 0,
            lasts: BTreeMap::new(),
        }
    }

    /// Counts one customer by the months in which they ordered (in order, each once).
    pub fn add(&mut self, order_months: impl IntoIterator<Item = Month>) {
        let (mut previous, mut won_back, mut lapsed) = (None::<Month>, None, None);
        for month in order_months {
            self.ordered.add(previous, month);
            if previous.is_none() && self.months.is_some_and(|it| month < it.from()) {
                self.begun_earlier += 1;
            }
            if let Some(before) = previous.filter(|it| month.0 - it.0 > LAPSE_MONTHS) {
                let lapse = Month(before.0 + LAPSE_MONTHS);
                self.lapsed.add(lapsed.replace(lapse), lapse);
                self.won_back.add(won_back.replace(month), month);
            }
            previous = Some(month);
        }
        if let Some(last) = previous {
            self.lapsed.add(lapsed, Month(last.0 + LAPSE_MONTHS));
            *self.lasts.entry(last).or_default() += 1;
        }
    }

    /// What happened in some of the months.
    #[must_use]
    pub fn of(&self, range: MonthRange) -> RangeFlow {
        let (from, to) = (range.from(), range.to());
        let sum = |counts: btree_map::Range<'_, Month, u64>| counts.map(|(_, count)| *count).sum();
        let earlier = |month: Month| Month(month.0 - LAPSE_MONTHS);
        let until = self.months.and_then(|it| MonthRange::new(it.from(), to));
        let begun = until.map_or(0, |until| self.ordered.first_times(until));
        let ended: u64 = sum(self.lasts.range(..from));
        RangeFlow {
            ordered: self.ordered.of(range),
            new: self.ordered.first_times(range),
            won_back: self.won_back.of(range),
            lapsed: self.lapsed.of(range),
            still_away: sum(self.lasts.range(earlier(from)..=earlier(to))),
            around: (self.begun_earlier + begun).saturating_sub(ended),
        }
    }

    /// Each month with its flow, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Month, MonthFlow)> + '_ {
        let months = self.months.into_iter().flat_map(MonthRange::months);
        months.map(|month| (month, self.of(MonthRange::one(month)).into()))
    }
}

impl From<RangeFlow> for MonthFlow {
    fn from(it: RangeFlow) -> Self {
        Self {
            new: it.new,
            returning: it.ordered - it.new - it.won_back,
            won_back: it.won_back,
            lapsed: it.lapsed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One row per month: new, returning, won back, lapsed.
    fn check(customers: &[&[i32]], last: i32, expected: &[(u64, u64, u64, u64)]) {
        let mut flows = Flows::between(Month(0), Month(last));
        for months in customers {
            flows.add(months.iter().map(|month| Month(*month)));
        }
        let got: Vec<_> = flows
            .iter()
            .map(|(_, f)| (f.new, f.returning, f.won_back, f.lapsed))
            .collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn one_customer_comes_stays_goes_and_comes_back() {
        check(
            &[&[0, 1, 8]],
            8,
            &[
                (1, 0, 0, 0),
                (0, 1, 0, 0),
                (0, 0, 0, 0),
                (0, 0, 0, 0),
                (0, 0, 0, 0),
                (0, 0, 0, 0),
                (0, 0, 0, 0),
                (0, 0, 0, 1),
                (0, 0, 1, 0),
            ],
        );
    }

    #[test]
    fn a_pause_of_exactly_the_limit_still_returns() {
        check(
            &[&[0, 6]],
            6,
            &[
                (1, 0, 0, 0),
                (0, 0, 0, 0),
                (0, 0, 0, 0),
                (0, 0, 0, 0),
                (0, 0, 0, 0),
                (0, 0, 0, 0),
                (0, 1, 0, 0),
            ],
        );
    }

    #[test]
    fn months_outside_the_range_are_left_out() {
        check(&[&[-3, 1], &[]], 1, &[(0, 0, 0, 0), (0, 1, 0, 0)]);
    }

    /// Every stretch of months, against who is looked at one by one.
    #[test]
    fn any_stretch_of_months_counts_each_customer_once() {
        let customers: [&[i32]; 7] = [
            &[0],
            &[0, 1, 8, 16],
            &[2, 9, 16, 23],
            &[3, 4, 5, 6, 7],
            &[11, 18, 19],
            &[-9, 4],
            &[20],
        ];
        let (first, last) = (0, 21);
        let mut flows = Flows::between(Month(first), Month(last));
        for months in customers {
            flows.add(months.iter().map(|month| Month(*month)));
        }
        let count = |holds: &dyn Fn(&[i32]) -> bool| {
            customers.iter().filter(|months| holds(months)).count() as u64
        };
        for from in first..=last {
            for to in from..=last {
                let within = |month: i32| (from..=to).contains(&month);
                let gap = |pair: &[i32]| pair[1] - pair[0] > LAPSE_MONTHS;
                let last_of = |months: &[i32]| months[months.len() - 1];
                let is_away = |months: &[i32]| within(last_of(months) + LAPSE_MONTHS);
                let expected = RangeFlow {
                    ordered: count(&|it| it.iter().any(|month| within(*month))),
                    new: count(&|it| within(it[0])),
                    won_back: count(&|it| it.windows(2).any(|it| gap(it) && within(it[1]))),
                    lapsed: count(&|it| {
                        let came_back = |it: &[i32]| gap(it) && within(it[0] + LAPSE_MONTHS);
                        is_away(it) || it.windows(2).any(came_back)
                    }),
                    still_away: count(&is_away),
                    around: count(&|it| it[0] <= to && last_of(it) >= from),
                };
                let range = MonthRange::new(Month(from), Month(to)).expect("in order");
                assert_eq!(flows.of(range), expected, "{from} to {to}");
            }
        }
    }
}
