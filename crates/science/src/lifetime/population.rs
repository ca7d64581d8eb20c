//! Customers' histories in three numbers each, equal ones counted together.

use crate::verdict::Verdict;
use rayon::prelude::*;

/// One customer's purchases within a window, in three numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Purchases {
    /// Days with a purchase after the first such day: repeat days, not orders.
    pub repeats: u32,
    /// Time from the first purchase to the last; 0 without repeats.
    pub last: f64,
    /// Time from the first purchase to the end of the window.
    pub observed: f64,
}

impl Purchases {
    /// A customer at the moment of the first purchase.
    #[must_use]
    pub fn new_customer() -> Self {
        Self {
            repeats: 0,
            last: 0.0,
            observed: 0.0,
        }
    }

    /// The history up to the day `end` of a customer with purchases on these days, days in any
    /// order and counted from any origin, with the number of days with a purchase in the holdout
    /// after it. Purchases on one day count once, whatever their number. Times are in units of
    /// `days_per_unit` days: 7 for weeks.
    ///
    /// None when the first purchase lies after `end`, or unless `days_per_unit` is above 0.
    #[must_use]
    pub fn split(days: &[i32], end: i32, days_per_unit: f64) -> Option<(Self, u32)> {
        let mut distinct = days.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let first = *distinct.first()?;
        let inside = distinct.partition_point(|&day| day <= end);
        let last = *distinct.get(inside.checked_sub(1)?)?;
        if days_per_unit.is_nan() || days_per_unit <= 0.0 {
            return None;
        }
        let units = |day: i32| (f64::from(day) - f64::from(first)) / days_per_unit;
        let purchases = Self {
            repeats: u32::try_from(inside - 1).ok()?,
            last: units(last),
            observed: units(end),
        };
        Some((purchases, u32::try_from(distinct.len() - inside).ok()?))
    }

    fn check(&self, row: usize) -> Result<(), Verdict> {
        if !self.last.is_finite() || !self.observed.is_finite() {
            return Err(Verdict::NotFinite { row });
        }
        let rule = if self.last < 0.0 || self.last > self.observed {
            "the last purchase lies within the time observed"
        } else if (self.repeats == 0) != (self.last == 0.0) {
            "the last purchase is the first one exactly when there are no repeats"
        } else {
            return Ok(());
        };
        Err(Verdict::OutOfRange { row, rule })
    }
}

/// A distinct history and how many customers share it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Row {
    pub(super) purchases: Purchases,
    pub(super) count: f64,
}

/// Customers grouped by identical histories, which is what fits run over.
#[derive(Debug, Clone, PartialEq)]
pub struct Population {
    pub(super) rows: Vec<Row>,
    /// Customers by their number of repeats, ascending.
    pub(super) by_repeats: Vec<(u32, f64)>,
    pub(super) customers: usize,
    pub(super) repeats: f64,
    pub(super) observed: f64,
}

impl Population {
    /// Groups customers; their order does not matter.
    ///
    /// # Errors
    /// [`Verdict::Empty`]; [`Verdict::NotFinite`] and [`Verdict::OutOfRange`] with the row.
    pub fn new(customers: &[Purchases]) -> Result<Self, Verdict> {
        if customers.is_empty() {
            return Err(Verdict::Empty);
        }
        for (row, purchases) in customers.iter().enumerate() {
            purchases.check(row)?;
        }
        let mut sorted = customers.to_vec();
        // Equal histories are interchangeable, so an unstable sort gives one result.
        sorted.par_sort_unstable_by(|a, b| {
            a.repeats
                .cmp(&b.repeats)
                .then(a.observed.total_cmp(&b.observed))
                .then(a.last.total_cmp(&b.last))
        });
        let mut rows: Vec<Row> = Vec::new();
        let mut by_repeats: Vec<(u32, f64)> = Vec::new();
        let (mut repeats, mut observed) = (0.0, 0.0);
        for same in sorted.chunk_by(|a, b| a == b) {
            let (purchases, count) = (same[0], same.len() as f64);
            rows.push(Row { purchases, count });
            repeats += count * f64::from(purchases.repeats);
            observed += count * purchases.observed;
            match by_repeats.last_mut() {
                Some((last, so_far)) if *last == purchases.repeats => *so_far += count,
                _ => by_repeats.push((purchases.repeats, count)),
            }
        }
        Ok(Self {
            rows,
            by_repeats,
            customers: customers.len(),
            repeats,
            observed,
        })
    }

    /// Customers.
    #[must_use]
    pub fn customers(&self) -> usize {
        self.customers
    }

    /// Distinct histories among them.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.rows.len()
    }

    /// Repeat days of all customers.
    #[must_use]
    pub fn repeats(&self) -> f64 {
        self.repeats
    }

    /// Refuses what no model of repeat buying can be fitted to.
    pub(super) fn check_fit(&self) -> Result<(), Verdict> {
        if self.observed <= 0.0 {
            return Err(Verdict::NoTime);
        }
        if self.repeats <= 0.0 {
            return Err(Verdict::NoRepeats);
        }
        if self.customers < CUSTOMERS_MIN {
            return Err(Verdict::TooFew {
                have: self.customers,
                need: CUSTOMERS_MIN,
            });
        }
        Ok(())
    }

    /// The same customers with time counted in units of `unit`.
    pub(super) fn in_units(&self, unit: f64) -> Self {
        let mut scaled = self.clone();
        for row in &mut scaled.rows {
            row.purchases.last /= unit;
            row.purchases.observed /= unit;
        }
        scaled.observed /= unit;
        scaled
    }
}

/// Four parameters about how people differ need at least some people.
const CUSTOMERS_MIN: usize = 10;
