//! How many customers something happened to in any stretch of months, each counted once.

use crate::time::Month;

use super::MonthRange;

/// Counts of pairs: a month in which something happened to a customer, and the one in which it
/// had happened to them before. Whoever it happened to in a stretch of months has exactly one of
/// them there whose month before does not lie in the stretch; so they are counted once, without
/// looking at the customers again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occurrences {
    first: Month,
    /// For each month: how often it had never happened before, had before the first month, and in
    /// each month from the first up to the one before this.
    months: Vec<Vec<u32>>,
}

/// Places of a row before those of months.
const NEVER: usize = 0;
const EARLIER: usize = 1;

impl Occurrences {
    /// Nothing that happened in so many months.
    pub(super) fn over(first: Month, count: usize) -> Self {
        let months = (0..count).map(|place| vec![0; EARLIER + 1 + place]);
        Self {
            first,
            months: months.collect(),
        }
    }

    fn place(&self, month: Month) -> Option<usize> {
        usize::try_from(month.0 - self.first.0).ok()
    }

    /// It happened to somebody in a month; before, it had last happened to them in `previous`.
    pub(super) fn add(&mut self, previous: Option<Month>, month: Month) {
        let before = match previous {
            None => NEVER,
            Some(previous) => self.place(previous).map_or(EARLIER, |it| it + EARLIER + 1),
        };
        let row = self.place(month).and_then(|it| self.months.get_mut(it));
        if let Some(count) = row.and_then(|row| row.get_mut(before)) {
            *count += 1;
        }
    }

    /// To how many it happened in these months.
    pub(super) fn of(&self, range: MonthRange) -> u64 {
        let from = self.place(range.from()).unwrap_or(0);
        let counts = self.rows(range).flat_map(|row| &row[..from + EARLIER + 1]);
        counts.map(|count| u64::from(*count)).sum()
    }

    /// To how many it happened in these months for the first time of all.
    pub(super) fn first_times(&self, range: MonthRange) -> u64 {
        self.rows(range).map(|row| u64::from(row[NEVER])).sum()
    }

    fn rows(&self, range: MonthRange) -> impl Iterator<Item = &Vec<u32>> {
        let from = self.place(range.from()).unwrap_or(0);
        let to = self.place(range.to()).map_or(0, |it| it + 1);
        let rows = self.months.get(from..to.min(self.months.len()));
        rows.unwrap_or_default().iter()
    }
}
