//! How long until something happens, when for many rows it has not happened yet.

mod cox;
mod horizon;
mod kaplan_meier;
mod log_rank;

pub use cox::{Baseline, CoxFit, fit_cox};
pub use horizon::{ShareBy, TimeByShare};
pub use kaplan_meier::{
    DayCount, RestrictedMean, SurvivalCurve, SurvivalStep, kaplan_meier, kaplan_meier_counts,
};
pub use log_rank::{LogRank, log_rank};

use crate::verdict::Verdict;

/// One row under observation: how long, and whether the event ended it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// Time from the start to the event, or to the end of watching. Any unit, one per data set;
    /// 0 is allowed and leaves the risk set at once.
    pub duration: f64,
    /// True when the event happened then; false when the row was only watched until then.
    pub happened: bool,
}

/// Rows sorted by duration, events before censored rows of the same time.
fn sorted(rows: &[Observation]) -> Result<Vec<Observation>, Verdict> {
    if rows.is_empty() {
        return Err(Verdict::Empty);
    }
    for (row, observation) in rows.iter().enumerate() {
        if !observation.duration.is_finite() {
            return Err(Verdict::NotFinite { row });
        }
        if observation.duration < 0.0 {
            return Err(Verdict::OutOfRange {
                row,
                rule: "a duration is not negative",
            });
        }
    }
    let mut sorted = rows.to_vec();
    sorted.sort_by(|a, b| {
        a.duration
            .total_cmp(&b.duration)
            .then(b.happened.cmp(&a.happened))
    });
    Ok(sorted)
}
