//! What all cohorts say together, and whether one of them is unlike the others.

use serde::Serialize;

use super::retention::{CohortRow, Retention};

/// The fewest buyers of whom a mean share is told.
const BUYERS_MIN: u64 = 50;
/// The fewest months over which cohorts are compared.
const MONTHS_MIN: usize = 3;
/// A difference so many standard errors wide is more than the choice of the most unlike of some
/// forty cohorts explains: Φ⁻¹(1 − 0.05/80).
const ERRORS: f64 = 3.23;

/// How much of a cohort orders in a month after its first, over the months that are over.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CohortSummary {
    /// Buyers of cohorts with a month after the first that is over.
    pub buyers: u64,
    /// The part of them that ordered in an average month.
    pub share: f64,
    /// The cohort that is unlike the others beyond chance; none when there is no such.
    pub standout: Option<Standout>,
}

/// A cohort that is unlike the others, compared at the same ages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standout {
    /// The month of its first orders.
    pub month: String,
    /// The part of it that ordered in an average month.
    pub share: f64,
    /// The part of the others that did in a month of the same age.
    pub others_share: f64,
    /// Months that were compared.
    pub months: usize,
}

impl Retention {
    /// What all cohorts say together.
    #[must_use]
    pub fn cohort_summary(&self) -> Option<CohortSummary> {
        CohortSummary::of(&self.cohorts)
    }
}

impl CohortSummary {
    /// What cohorts say together; none when too few buyers were watched for a whole month after
    /// their first.
    ///
    /// A customer counts in every month, so months are not independent. The standard error of a
    /// mean over months is at most that of a share of as many customers, and that one is used.
    #[must_use]
    pub fn of(cohorts: &[CohortRow]) -> Option<Self> {
        let rows: Vec<&CohortRow> = cohorts.iter().collect();
        let all = Sums::of(rows.iter().copied());
        let buyers: u64 = rows
            .iter()
            .filter(|row| !over(row).is_empty())
            .map(|row| u64::from(row.size))
            .sum();
        let (active, watched) = all.total();
        if buyers < BUYERS_MIN || watched == 0 {
            return None;
        }
        let standouts = rows.iter().filter_map(|row| standout(row, &all));
        let standout = standouts.max_by(|left, right| left.0.total_cmp(&right.0));
        Some(Self {
            buyers,
            share: active as f64 / watched as f64,
            standout: standout.map(|(_, standout)| standout),
        })
    }
}

/// The months of a cohort that are over.
fn over(row: &CohortRow) -> &[u32] {
    let months = row.later.len().saturating_sub(1);
    &row.later[..months]
}

/// Who ordered and who could have, by months since the first.
struct Sums(Vec<(u64, u64)>);

impl Sums {
    fn of<'a>(rows: impl Iterator<Item = &'a CohortRow>) -> Self {
        let mut sums: Vec<(u64, u64)> = Vec::new();
        for row in rows {
            let months = over(row);
            if sums.len() < months.len() {
                sums.resize(months.len(), (0, 0));
            }
            for (sum, active) in sums.iter_mut().zip(months) {
                sum.0 += u64::from(*active);
                sum.1 += u64::from(row.size);
            }
        }
        Self(sums)
    }

    fn total(&self) -> (u64, u64) {
        let add = |sum: (u64, u64), month: &(u64, u64)| (sum.0 + month.0, sum.1 + month.1);
        self.0.iter().fold((0, 0), add)
    }
}

/// A cohort against the others, with the difference in standard errors; none when it lies within
/// chance or there is too little to compare.
fn standout(row: &CohortRow, all: &Sums) -> Option<(f64, Standout)> {
    let size = u64::from(row.size);
    let months: Vec<(u32, u64, u64)> = over(row)
        .iter()
        .zip(&all.0)
        .map(|(own, (active, watched))| (*own, active - u64::from(*own), watched - size))
        .take_while(|(_, _, watched)| *watched >= BUYERS_MIN)
        .collect();
    let others = months.iter().map(|(_, _, watched)| *watched).min()?;
    if months.len() < MONTHS_MIN || size < BUYERS_MIN {
        return None;
    }
    let count = months.len() as f64;
    let shares = months
        .iter()
        .map(|(own, _, _)| f64::from(*own) / size as f64);
    let share = shares.sum::<f64>() / count;
    let shares = months
        .iter()
        .map(|(_, active, watched)| *active as f64 / *watched as f64);
    let others_share = shares.sum::<f64>() / count;
    let variance = |share: f64, people: u64| share * (1.0 - share) / people as f64;
    let error = (variance(share, size) + variance(others_share, others)).sqrt();
    let errors = (share - others_share).abs() / error;
    let standout = Standout {
        month: row.month.clone(),
        share,
        others_share,
        months: months.len(),
    };
    (errors > ERRORS).then_some((errors, standout))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(month: &str, size: u32, later: &[u32]) -> CohortRow {
        CohortRow {
            month: month.to_owned(),
            size,
            later: later.to_vec(),
            predicate: String::new(),
        }
    }

    fn summary(cohorts: Vec<CohortRow>) -> Option<CohortSummary> {
        let retention = Retention {
            today: 0,
            buyers: 0,
            repeat_buyers: 0,
            second_order: None,
            rarely: None,
            newest: None,
            in_window: None,
            about_to_cross: None,
            waiting: Vec::new(),
            second_visit: None,
            cohorts,
            contents: Vec::new(),
            back_in_all: None,
        };
        retention.cohort_summary()
    }

    #[test]
    fn the_month_that_runs_counts_for_nothing() {
        let all = summary(vec![
            row("2011-01", 100, &[40, 20, 1]),
            row("2011-02", 100, &[30, 0]),
        ])
        .expect("enough buyers");
        assert_eq!(all.buyers, 200);
        assert!((all.share - 0.3).abs() < 1e-12, "{all:?}");
        assert_eq!(all.standout, None, "two months are too few to compare");
        assert_eq!(summary(vec![row("2011-01", 100, &[40])]), None);
    }

    #[test]
    fn a_cohort_stands_out_at_equal_ages_and_only_beyond_chance() {
        let best = row("2010-12", 885, &[324, 286, 340, 321, 235]);
        let others = [
            row("2011-01", 417, &[92, 111, 96, 49]),
            row("2011-02", 380, &[72, 73, 106, 27]),
        ];
        let all = summary([vec![best], others.to_vec()].concat()).expect("enough buyers");
        let standout = all.standout.expect("one is unlike the others");
        assert_eq!((standout.month.as_str(), standout.months), ("2010-12", 3));
        assert!((standout.share - 0.357_8).abs() < 1e-3, "{standout:?}");
        let alike = [
            row("2011-01", 417, &[92, 111, 96, 49]),
            row("2011-02", 380, &[82, 100, 90, 27]),
        ];
        assert_eq!(summary(alike.to_vec()).expect("enough").standout, None);
    }
}
