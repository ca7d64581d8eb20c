//! What a survival curve says up to a time: the share that had the event by it, and when most of
//! those who have it before a horizon have had it.

use super::{SurvivalCurve, SurvivalStep};
use crate::verdict::Verdict;
use statrs::distribution::{ContinuousCDF, Normal};

/// The share in which the event happened by a time; see [`SurvivalCurve::share_by`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareBy {
    /// 1 − S(time).
    pub share: f64,
    /// Lower end of its interval, of the confidence of the curve.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
    /// Rows still without the event and watched for longer than the time.
    pub watched: usize,
}

/// When a share of the events before a horizon have happened; see
/// [`SurvivalCurve::time_by_share_of_those_before`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeByShare {
    /// The earliest such time, in the unit of the durations.
    pub time: f64,
    /// Lower end of its interval, of the confidence of the curve.
    pub low: f64,
    /// Upper end of its interval; None when the data up to the horizon do not bound it.
    pub high: Option<f64>,
    /// The horizon used: the one asked for, or the last time watched if that is earlier.
    pub horizon: f64,
    /// Rows that were watched, or would have been but for the event, no shorter than the horizon
    /// and had no event before it. A horizon that few rows reached carries little.
    pub at_risk: usize,
    /// Events up to the horizon.
    pub events: usize,
}

/// 1 − S after a step, and what the variance of S there is made of: Greenwood's S²·Σ d/(n(n − d)).
#[derive(Clone, Copy)]
struct Happened {
    time: f64,
    share: f64,
    /// Σ d/(n(n − d)); 0 stands for it where S is 0 and the variance with it.
    greenwood: f64,
}

impl SurvivalCurve {
    /// The share in which the event has happened by `time`, with the interval of the curve turned
    /// over. None when nobody was watched so long, or `time` is negative or no number. Before the
    /// first event the interval is the point 0, which says nothing about how sure that is.
    #[must_use]
    pub fn share_by(&self, time: f64) -> Option<ShareBy> {
        let last = self.steps.last()?;
        let known = time <= last.time || (last.survival <= 0.0 && time.is_finite());
        if !known || time < 0.0 {
            return None;
        }
        Some(match self.step_at(time) {
            Some(step) => ShareBy {
                share: 1.0 - step.survival,
                low: 1.0 - step.high,
                high: 1.0 - step.low,
                watched: step.at_risk - step.events - step.censored,
            },
            None => ShareBy {
                share: 0.0,
                low: 0.0,
                high: 0.0,
                watched: self.rows,
            },
        })
    }

    /// The earliest time by which `share` of those who have the event before `horizon` have had
    /// it: the smallest t with 1 − S(t) ≥ share·(1 − S(horizon)). With a share of 0.9 and orders
    /// as events, it is the day after which a customer who ordered once rarely returns.
    ///
    /// The interval holds the times t whose part R(t) = (1 − S(t))/(1 − S(horizon)) does not
    /// differ from `share`: from the first with R ≥ share − z·s to the first with R ≥ share + z·s
    /// (Woodruff 1952 for quantiles; Brookmeyer & Crowley 1982 for medians under censoring). Here
    /// s² = share·(1 − share)/m as in the score interval of Wilson (1927), m being the number of
    /// events without censoring that would tell R as surely as these data do: R(1 − R)/var R
    /// about the time found. Var R comes by the delta method from Greenwood's formula, with
    /// Cov(S(t), S(u)) = S(t)·S(u)·Σ d/(n(n − d)) up to t, for t ≤ u (Andersen, Borgan, Gill &
    /// Keiding 1993, §IV.3).
    ///
    /// What the interval ignores: that those who come later may behave otherwise, that rows may
    /// depend on one another, that censoring may go with the event, and a horizon chosen by
    /// looking at the curve.
    ///
    /// # Errors
    /// [`Verdict::BadOption`] unless 0 < share < 1 and the horizon lies after the start,
    /// [`Verdict::NoTime`] when nobody was watched for any time, [`Verdict::NoEvents`] when there
    /// is no event up to the horizon.
    pub fn time_by_share_of_those_before(
        &self,
        share: f64,
        horizon: f64,
    ) -> Result<TimeByShare, Verdict> {
        if !(share > 0.0 && share < 1.0) {
            return Err(Verdict::BadOption {
                rule: "a share of events lies between 0 and 1",
            });
        }
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
        let within = self.steps.partition_point(|step| step.time <= horizon);
        let happened = happened(&self.steps[..within]);
        let end = happened.last().ok_or(Verdict::NoEvents)?;
        let first = |part: f64| {
            let reached = |at: &&Happened| at.share >= part * end.share - 1e-12;
            happened.iter().find(reached)
        };
        let found = first(share).expect("the last event is within any share of the events");
        let z = Normal::standard().inverse_cdf(0.5 + self.confidence / 2.0);
        // One event alone, or all at one time, say nothing about how sure the time is.
        let half = effective_events(&happened, share)
            .map_or(f64::INFINITY, |m| z * (share * (1.0 - share) / m).sqrt());
        let from = self.steps.partition_point(|step| step.time < horizon);
        Ok(TimeByShare {
            time: found.time,
            low: first(share - half).map_or(found.time, |at| at.time),
            high: first(share + half).map(|at| at.time),
            horizon,
            at_risk: self.steps[from].at_risk,
            events: self.steps[..within].iter().map(|step| step.events).sum(),
        })
    }
}

/// The steps with events.
fn happened(steps: &[SurvivalStep]) -> Vec<Happened> {
    let mut greenwood = 0.0;
    steps
        .iter()
        .filter(|step| step.events > 0)
        .map(|step| {
            let (n, d) = (step.at_risk as f64, step.events as f64);
            greenwood = if n > d {
                greenwood + d / (n * (n - d))
            } else {
                0.0
            };
            Happened {
                time: step.time,
                share: 1.0 - step.survival,
                greenwood,
            }
        })
        .collect()
}

/// How many events without censoring would tell the part R(t) as surely as these data do, at the
/// time t at which R, short of 1, is nearest to `share`. None when R is 1 at once, or certain.
fn effective_events(happened: &[Happened], share: f64) -> Option<f64> {
    let end = happened.last()?;
    let off = |at: &Happened| (at.share / end.share - share).abs();
    let nearest = happened
        .iter()
        .filter(|at| at.share < end.share)
        .min_by(|a, b| off(a).total_cmp(&off(b)))?;
    let part = nearest.share / end.share;
    let (left, left_at_end) = (1.0 - nearest.share, part * (1.0 - end.share));
    // The variance of (1 − S(t)) − R·(1 − S(end)), R held fixed.
    let variance = left * left * nearest.greenwood + left_at_end * left_at_end * end.greenwood
        - 2.0 * left * left_at_end * nearest.greenwood;
    let events = part * (1.0 - part) * end.share * end.share / variance;
    (variance > 0.0 && events.is_finite()).then_some(events)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survival::{DayCount, kaplan_meier_counts};
    use proptest::prelude::*;

    fn curve(counts: &[(u64, u64)]) -> SurvivalCurve {
        let counts: Vec<DayCount> = counts
            .iter()
            .map(|&(events, censored)| DayCount { events, censored })
            .collect();
        kaplan_meier_counts(&counts, 0.95).expect("rows")
    }

    /// Ten rows, worked by hand: S is 0.9, 0.7, 0.6 and 0.6·(1 − 1/4) after days 1 to 4.
    #[test]
    fn a_small_curve_is_read_right() {
        let curve = curve(&[(0, 0), (1, 0), (2, 0), (1, 2), (1, 1), (0, 2)]);
        let by = curve.share_by(2.5).expect("watched");
        assert!((by.share - 0.3).abs() < 1e-12 && by.watched == 7);
        assert!(by.low < by.share && by.share < by.high);
        assert_eq!(
            curve.share_by(0.5).map(|by| (by.high, by.watched)),
            Some((0.0, 10))
        );
        assert_eq!(curve.share_by(6.0), None);
        assert_eq!(curve.share_by(-1.0), None);
        // Of 0.4 by day 3, a half is 0.2 and passed on day 2; 90 % only on day 3.
        let half = curve
            .time_by_share_of_those_before(0.5, 3.0)
            .expect("events");
        assert_eq!((half.time, half.at_risk, half.events), (2.0, 7, 4));
        let most = curve
            .time_by_share_of_those_before(0.9, 3.0)
            .expect("events");
        assert_eq!(most.time, 3.0);
        // Nobody was watched beyond day 5.
        let whole = curve
            .time_by_share_of_those_before(0.9, 90.0)
            .expect("events");
        assert_eq!((whole.time, whole.horizon, whole.at_risk), (4.0, 5.0, 2));
    }

    #[test]
    fn without_censoring_every_event_tells_and_with_it_some_do_not() {
        let told = |counts: &[(u64, u64)], share| {
            effective_events(&happened(&curve(counts).steps), share).expect("two event times")
        };
        let watched = [(0, 0), (20, 0), (12, 0), (18, 0), (0, 50)];
        for share in [0.3, 0.6, 0.9] {
            assert!((told(&watched, share) - 50.0).abs() < 1e-9);
        }
        let all = [(0, 0), (20, 0), (12, 0), (18, 0)];
        assert!((told(&all, 0.5) - 50.0).abs() < 1e-9);
        let censored = [(0, 0), (20, 30), (12, 0), (18, 0), (0, 20)];
        assert!(told(&censored, 0.6) < 50.0);
    }

    #[test]
    fn curves_without_an_answer_get_a_verdict() {
        let ask = |counts: &[(u64, u64)], share, horizon| {
            curve(counts).time_by_share_of_those_before(share, horizon)
        };
        assert_eq!(ask(&[(3, 3)], 0.9, 30.0), Err(Verdict::NoTime));
        assert_eq!(ask(&[(0, 3), (0, 3)], 0.9, 30.0), Err(Verdict::NoEvents));
        assert_eq!(
            ask(&[(0, 3), (0, 3), (1, 0)], 0.9, 1.0),
            Err(Verdict::NoEvents)
        );
        for (share, horizon) in [
            (0.0, 9.0),
            (1.0, 9.0),
            (f64::NAN, 9.0),
            (0.9, 0.0),
            (0.9, f64::NAN),
        ] {
            assert!(
                ask(&[(0, 0), (1, 1)], share, horizon).is_err(),
                "{share} {horizon}"
            );
        }
        let lone = ask(&[(0, 0), (1, 1)], 0.9, 9.0).expect("one event");
        assert_eq!((lone.time, lone.low, lone.high), (1.0, 1.0, None));
        let gone = ask(&[(0, 0), (2, 0), (8, 0)], 0.5, 9.0).expect("all had it");
        assert_eq!((gone.time, gone.at_risk), (2.0, 8));
        assert_eq!(
            curve(&[(0, 0), (2, 0)]).share_by(7.0).map(|by| by.share),
            Some(1.0)
        );
    }

    /// Five hundred shops of 400 customers each: a third return after an exponential time of mean
    /// 30 days, and watching ends evenly between day 60 and 240. The steps of splitmix64 stand for
    /// chance, so the share of intervals that hold the truth is always the same.
    #[test]
    fn nearly_all_intervals_hold_the_truth() {
        let mut state = 3_u64;
        let mut chance = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ (mixed >> 31)) >> 11) as f64 / 2_f64.powi(53)
        };
        // Whole days round times up, so the truth on the grid is the next whole day.
        let before = 1.0 - f64::exp(-180.0 / 30.0);
        let truth = (-30.0 * (1.0 - 0.9 * before).ln()).ceil();
        let mut held = 0;
        for _ in 0..500 {
            let mut counts = [(0, 0); 241];
            for _ in 0..400 {
                let returns = chance() < 1.0 / 3.0;
                let after = (-30.0 * (1.0 - chance()).ln()).ceil();
                let watched = (60.0 + 180.0 * chance()).floor();
                if returns && after <= watched {
                    counts[after as usize].0 += 1;
                } else {
                    counts[watched as usize].1 += 1;
                }
            }
            let got = curve(&counts)
                .time_by_share_of_those_before(0.9, 180.0)
                .expect("events");
            let high = got.high.expect("bounded");
            held += u32::from(got.low <= truth && truth <= high);
        }
        assert!((465..=490).contains(&held), "{held} of 500");
    }

    proptest! {
        #[test]
        fn times_lie_in_their_interval_and_grow_with_the_share(
            counts in prop::collection::vec((0_u64..5, 0_u64..5), 2..40),
            horizon in 1.0_f64..60.0,
        ) {
            prop_assume!(counts.iter().any(|&(events, censored)| events + censored > 0));
            let curve = curve(&counts);
            let mut before = 0.0;
            for share in [0.1, 0.5, 0.9, 0.99] {
                let Ok(got) = curve.time_by_share_of_those_before(share, horizon) else {
                    continue;
                };
                prop_assert!(before <= got.time && got.time <= got.horizon);
                prop_assert!(got.low <= got.time);
                prop_assert!(got.high.is_none_or(|high| got.time <= high));
                let part = |time| 1.0 - curve.survival_at(time);
                let target = share * part(got.horizon);
                prop_assert!(part(got.time) >= target - 1e-9);
                prop_assert!(got.time == 0.0 || part(got.time - 1.0) < target);
                before = got.time;
            }
        }
    }
}
