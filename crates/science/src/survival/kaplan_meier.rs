//! The share still without the event, by time (Kaplan & Meier 1958).

use super::{Observation, sorted};
use crate::verdict::Verdict;
use statrs::distribution::{ContinuousCDF, Normal};

/// The survival curve at one distinct time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SurvivalStep {
    /// The time, in the unit of the durations.
    pub time: f64,
    /// Rows still watched just before it.
    pub at_risk: usize,
    /// Events at it.
    pub events: usize,
    /// Rows whose watching ended at it without the event.
    pub censored: usize,
    /// Share still without the event after it.
    pub survival: f64,
    /// Lower end of the interval of `survival`.
    pub low: f64,
    /// Upper end of the interval of `survival`.
    pub high: f64,
    /// Nelson–Aalen cumulative hazard Σ d/n up to it.
    pub cumulative_hazard: f64,
}

/// A survival curve with pointwise intervals; see [`kaplan_meier`].
#[derive(Debug, Clone, PartialEq)]
pub struct SurvivalCurve {
    /// One step per distinct time, ascending.
    pub steps: Vec<SurvivalStep>,
    /// Rows.
    pub rows: usize,
    /// Rows in which the event happened.
    pub events: usize,
    /// The confidence of the intervals, between 0 and 1.
    pub confidence: f64,
}

/// The mean time without the event, cut at a horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictedMean {
    /// ∫₀^horizon S(t) dt, in the unit of the durations.
    pub mean: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The horizon used: the one asked for, or the last time watched if that is earlier.
    pub horizon: f64,
}

/// Rows of one whole day since their start; see [`kaplan_meier_counts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DayCount {
    /// Rows in which the event happened that many days after the start.
    pub events: u64,
    /// Rows watched just so long, without the event.
    pub censored: u64,
}

/// The product-limit estimate S(t) = Π (1 − d/n) with intervals of the given confidence.
///
/// The variance is Greenwood's, Σ d/(n(n − d)), taken on the scale ln(−ln S) so that the
/// interval stays within 0 and 1 (Kalbfleisch & Prentice 2002, §1.4). Where S is 0 or 1 the scale
/// does not exist: at S = 1 the interval is the point; at S = 0 it is the point too.
///
/// # Errors
/// [`Verdict::Empty`], [`Verdict::NotFinite`], [`Verdict::OutOfRange`] for a negative duration,
/// [`Verdict::BadOption`] unless 0 < confidence < 1.
pub fn kaplan_meier(rows: &[Observation], confidence: f64) -> Result<SurvivalCurve, Verdict> {
    let mut product = Product::new(rows.len(), confidence)?;
    let sorted = sorted(rows)?;
    for tied in sorted.chunk_by(|a, b| a.duration == b.duration) {
        let events = tied.iter().filter(|row| row.happened).count();
        product.pass(tied[0].duration, events, tied.len() - events);
    }
    Ok(product.curve)
}

/// [`kaplan_meier`] of rows counted by day: entry t of `counts` holds those that ended, either
/// way, t whole days after their start. Counts of parts of the rows may be added entry by entry
/// before, so a million rows are never laid side by side. Days without rows are no steps.
///
/// # Errors
/// [`Verdict::Empty`] when all counts are 0; [`Verdict::OutOfRange`] when they add up to more than
/// a machine counts; [`Verdict::BadOption`] unless 0 < confidence < 1.
pub fn kaplan_meier_counts(counts: &[DayCount], confidence: f64) -> Result<SurvivalCurve, Verdict> {
    let mut rows = 0_usize;
    for (row, count) in counts.iter().enumerate() {
        let ended = count.events.checked_add(count.censored);
        rows = ended
            .and_then(|ended| usize::try_from(ended).ok())
            .and_then(|ended| rows.checked_add(ended))
            .ok_or(Verdict::OutOfRange {
                row,
                rule: "the counts add up to a number of rows",
            })?;
    }
    let mut product = Product::new(rows, confidence)?;
    if rows == 0 {
        return Err(Verdict::Empty);
    }
    let whole = |count: u64| usize::try_from(count).expect("their sum was one");
    for (day, count) in counts.iter().enumerate() {
        if count.events + count.censored > 0 {
            product.pass(day as f64, whole(count.events), whole(count.censored));
        }
    }
    Ok(product.curve)
}

/// The product as time passes.
struct Product {
    curve: SurvivalCurve,
    at_risk: usize,
    survival: f64,
    greenwood: f64,
    hazard: f64,
    z: f64,
}

impl Product {
    fn new(rows: usize, confidence: f64) -> Result<Self, Verdict> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(Verdict::BadOption {
                rule: "a confidence lies between 0 and 1",
            });
        }
        Ok(Self {
            curve: SurvivalCurve {
                steps: Vec::new(),
                rows,
                events: 0,
                confidence,
            },
            at_risk: rows,
            survival: 1.0,
            greenwood: 0.0,
            hazard: 0.0,
            z: Normal::standard().inverse_cdf(0.5 + confidence / 2.0),
        })
    }

    /// Takes the rows that end at the next time out of the risk set.
    fn pass(&mut self, time: f64, events: usize, censored: usize) {
        let (n, d) = (self.at_risk as f64, events as f64);
        self.survival *= 1.0 - d / n;
        self.greenwood += d / (n * (n - d));
        self.hazard += d / n;
        let (low, high) = log_log_interval(self.survival, self.greenwood, self.z);
        self.curve.steps.push(SurvivalStep {
            time,
            at_risk: self.at_risk,
            events,
            censored,
            survival: self.survival,
            low,
            high,
            cumulative_hazard: self.hazard,
        });
        self.curve.events += events;
        self.at_risk -= events + censored;
    }
}

fn log_log_interval(survival: f64, greenwood: f64, z: f64) -> (f64, f64) {
    if survival <= 0.0 || survival >= 1.0 {
        return (survival, survival);
    }
    let log = survival.ln();
    let half = z * greenwood.sqrt() / log.abs();
    (
        (log * half.exp()).exp().min(survival),
        (log * (-half).exp()).exp().max(survival),
    )
}

impl SurvivalCurve {
    /// The step in force at `time`: the last one not later. None before the first.
    #[must_use]
    pub fn step_at(&self, time: f64) -> Option<&SurvivalStep> {
        let after = self.steps.partition_point(|step| step.time <= time);
        after.checked_sub(1).map(|index| &self.steps[index])
    }

    /// The share still without the event after `time`; 1 before the first step.
    #[must_use]
    pub fn survival_at(&self, time: f64) -> f64 {
        self.step_at(time).map_or(1.0, |step| step.survival)
    }

    /// The first time at which at most `share` are left; None when that is not reached.
    #[must_use]
    pub fn time_until(&self, share: f64) -> Option<f64> {
        let reached = |step: &&SurvivalStep| step.events > 0 && step.survival <= share + 1e-12;
        self.steps.iter().find(reached).map(|step| step.time)
    }

    /// The median time to the event; None when more than half never reach it under watch.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.time_until(0.5)
    }

    /// The interval of the median: where the curve's own interval crosses one half (Brookmeyer &
    /// Crowley 1982). An end that is not reached is None.
    #[must_use]
    pub fn median_interval(&self) -> (Option<f64>, Option<f64>) {
        let first = |end: fn(&SurvivalStep) -> f64| {
            self.steps
                .iter()
                .find(|step| step.events > 0 && end(step) <= 0.5 + 1e-12)
                .map(|step| step.time)
        };
        (first(|step| step.low), first(|step| step.high))
    }

    /// The mean time without the event up to `horizon`, with its standard error
    /// √Σ A²·d/(n(n − d)), A the area to the right of each step (Klein & Moeschberger 2003, §4.5).
    ///
    /// # Errors
    /// [`Verdict::BadOption`] unless the horizon is above 0; [`Verdict::NoTime`] when nobody was
    /// watched for any time.
    pub fn restricted_mean(&self, horizon: f64) -> Result<RestrictedMean, Verdict> {
        if horizon.is_nan() || horizon <= 0.0 {
            return Err(Verdict::BadOption {
                rule: "a horizon lies after the start",
            });
        }
        let last = self.steps.last().map_or(0.0, |step| step.time);
        let horizon = horizon.min(last);
        if horizon <= 0.0 {
            return Err(Verdict::NoTime);
        }
        let within = self.steps.partition_point(|step| step.time < horizon);
        let mut area = 0.0;
        let mut variance = 0.0;
        let mut right = horizon;
        for step in self.steps[..within].iter().rev() {
            area += step.survival * (right - step.time);
            right = step.time;
            let (n, d) = (step.at_risk as f64, step.events as f64);
            if n > d {
                variance += area * area * d / (n * (n - d));
            }
        }
        Ok(RestrictedMean {
            mean: area + right,
            standard_error: variance.sqrt(),
            horizon,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(pairs: &[(f64, bool)]) -> Vec<Observation> {
        pairs
            .iter()
            .map(|&(duration, happened)| Observation { duration, happened })
            .collect()
    }

    /// Worked by hand: five rows, one censored in the middle.
    #[test]
    fn a_small_curve_is_right() {
        let rows = rows(&[
            (1.0, true),
            (2.0, true),
            (3.0, false),
            (4.0, true),
            (5.0, false),
        ]);
        let curve = kaplan_meier(&rows, 0.95).expect("five rows");
        let shares: Vec<f64> = curve.steps.iter().map(|step| step.survival).collect();
        for (got, expected) in shares.iter().zip([0.8, 0.6, 0.6, 0.3, 0.3]) {
            assert!((got - expected).abs() < 1e-12, "{shares:?}");
        }
        assert_eq!(curve.median(), Some(4.0));
        assert_eq!(curve.median_interval().1, None);
        let mean = curve.restricted_mean(5.0).expect("time passed");
        assert!((mean.mean - (1.0 + 0.8 + 0.6 + 0.6 + 0.3)).abs() < 1e-12);
        // Areas right of the steps: 2.3 at 1, 1.5 at 2, 0.3 at 4.
        let variance = 2.3 * 2.3 / 20.0 + 1.5 * 1.5 / 12.0 + 0.3 * 0.3 / 2.0;
        assert!((mean.standard_error - f64::sqrt(variance)).abs() < 1e-12);
    }

    #[test]
    fn degenerate_rows_get_a_verdict_or_a_flat_curve() {
        assert_eq!(kaplan_meier(&[], 0.95), Err(Verdict::Empty));
        let nan = rows(&[(f64::NAN, true)]);
        assert_eq!(kaplan_meier(&nan, 0.95), Err(Verdict::NotFinite { row: 0 }));
        assert!(kaplan_meier(&rows(&[(-1.0, true)]), 0.95).is_err());
        assert!(kaplan_meier(&rows(&[(1.0, true)]), 1.0).is_err());
        let one_day = kaplan_meier(&rows(&[(0.0, false), (0.0, false)]), 0.95).expect("two rows");
        assert_eq!(one_day.median(), None);
        assert_eq!(one_day.restricted_mean(10.0), Err(Verdict::NoTime));
        let all_gone = kaplan_meier(&rows(&[(1.0, true), (1.0, true)]), 0.95).expect("two rows");
        assert_eq!(all_gone.steps[0].survival, 0.0);
        assert!(all_gone.steps[0].high.is_finite());
    }

    #[test]
    fn degenerate_counts_get_a_verdict() {
        let count = |events, censored| DayCount { events, censored };
        assert_eq!(kaplan_meier_counts(&[], 0.95), Err(Verdict::Empty));
        let nobody = [count(0, 0); 3];
        assert_eq!(kaplan_meier_counts(&nobody, 0.95), Err(Verdict::Empty));
        assert!(kaplan_meier_counts(&[count(1, 0)], 0.0).is_err());
        let countless = [count(1, 1), count(u64::MAX, 1)];
        assert!(matches!(
            kaplan_meier_counts(&countless, 0.95),
            Err(Verdict::OutOfRange { row: 1, .. })
        ));
    }

    proptest! {
        #[test]
        fn counts_give_the_curve_of_their_rows(
            counts in prop::collection::vec((0_u64..4, 0_u64..4), 1..25),
        ) {
            prop_assume!(counts.iter().any(|&(events, censored)| events + censored > 0));
            let mut rows = Vec::new();
            for (day, &(events, censored)) in counts.iter().enumerate() {
                for (count, happened) in [(events, true), (censored, false)] {
                    let row = Observation { duration: day as f64, happened };
                    rows.extend((0..count).map(|_| row));
                }
            }
            let counts: Vec<DayCount> = counts
                .into_iter()
                .map(|(events, censored)| DayCount { events, censored })
                .collect();
            prop_assert_eq!(kaplan_meier_counts(&counts, 0.9), kaplan_meier(&rows, 0.9));
        }

        #[test]
        fn order_does_not_matter_and_shares_fall(
            pairs in prop::collection::vec((0_u8..20, any::<bool>()), 1..60),
        ) {
            let mut rows: Vec<Observation> = pairs
                .iter()
                .map(|&(days, happened)| Observation { duration: f64::from(days), happened })
                .collect();
            let curve = kaplan_meier(&rows, 0.9).expect("finite rows");
            rows.reverse();
            prop_assert_eq!(&curve, &kaplan_meier(&rows, 0.9).expect("finite rows"));
            let mut before = 1.0;
            for step in &curve.steps {
                prop_assert!(step.survival <= before + 1e-12);
                prop_assert!(step.low <= step.survival && step.survival <= step.high);
                prop_assert!(step.low >= 0.0 && step.high <= 1.0);
                before = step.survival;
            }
        }
    }
}
