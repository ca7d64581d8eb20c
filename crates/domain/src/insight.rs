//! Insight over many customers: how a base of customers grows or leaks, month by month.

use serde::Serialize;

use crate::time::Month;

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

/// The flows of consecutive months, from the first month with an order to the last one asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flows {
    first: i32,
    months: Vec<MonthFlow>,
}

impl Flows {
    /// Empty flows over these months, both included.
    #[must_use]
    pub fn between(first: Month, last: Month) -> Self {
        let count = usize::try_from(last.0 - first.0 + 1).unwrap_or(0);
        Self {
            first: first.0,
            months: vec![MonthFlow::default(); count],
        }
    }

    /// Counts one customer by the months in which they ordered (in order, each once).
    pub fn add(&mut self, order_months: impl IntoIterator<Item = Month>) {
        let mut previous: Option<Month> = None;
        for month in order_months {
            match previous {
                None => self.at(month, |flow| flow.new += 1),
                Some(before) if month.0 - before.0 > LAPSE_MONTHS => {
                    self.at(Month(before.0 + LAPSE_MONTHS), |flow| flow.lapsed += 1);
                    self.at(month, |flow| flow.won_back += 1);
                }
                Some(_) => self.at(month, |flow| flow.returning += 1),
            }
            previous = Some(month);
        }
        if let Some(last) = previous {
            self.at(Month(last.0 + LAPSE_MONTHS), |flow| flow.lapsed += 1);
        }
    }

    fn at(&mut self, month: Month, change: impl FnOnce(&mut MonthFlow)) {
        let place = usize::try_from(month.0 - self.first).ok();
        if let Some(flow) = place.and_then(|place| self.months.get_mut(place)) {
            change(flow);
        }
    }

    /// Each month with its flow, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Month, MonthFlow)> + '_ {
        (self.first..).map(Month).zip(self.months.iter().copied())
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
}
