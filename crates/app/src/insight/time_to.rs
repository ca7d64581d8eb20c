//! How long it takes until something happens again, when many are still being waited for.

use science::survival::{DayCount, SurvivalCurve, kaplan_meier_counts};
use science::verdict::Verdict;
use serde::Serialize;

/// The confidence of every interval on the pages.
pub(crate) const CONFIDENCE: f64 = 0.95;
/// Points after the first year that are handed on; more are thinned out.
const LATER_POINTS_MAX: usize = 100;
/// A day that is not known.
pub(crate) const UNKNOWN_DAY: u32 = u32::MAX;

/// A share with its interval, and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ShareBy {
    /// After so many days.
    pub days: u32,
    /// The share.
    pub share: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
    /// How many were still waited for and watched for longer.
    pub watched: u64,
}

/// One point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Days since the first time.
    pub days: u32,
    /// The share who came back by then.
    pub share: f64,
    /// The lower end of the 95 % interval.
    pub low: f64,
    /// The upper end of the 95 % interval.
    pub high: f64,
    /// How many were being waited for just before.
    pub at_risk: u64,
}

/// The time from a first to a second time, by Kaplan and Meier: who has not come back yet counts
/// for as long as they were watched, and never as one who stays away.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeTo {
    /// The day of the earliest first time, counted from 1970-01-01.
    pub first_day: i32,
    /// How many were there a first time.
    pub people: u64,
    /// How many of them came back.
    pub returned: u64,
    /// Days until half of them are back; none when fewer ever are.
    pub median_days: Option<u32>,
    /// The ends of its 95 % interval; an end that the data do not reach is none.
    pub median_interval_days: (Option<u32>, Option<u32>),
    /// The share who are back after 30, 90, 180 and 365 days, as far as anybody was watched.
    pub shares: Vec<ShareBy>,
    /// The whole curve.
    pub curve: Vec<CurvePoint>,
}

/// The day after which those who came once rarely come back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rarely {
    /// The day: nine in ten of those who come back within the horizon are back by then.
    pub days: u32,
    /// The lower end of its 95 % interval.
    pub low_days: u32,
    /// The upper end of its 95 % interval; none when the data do not bound it.
    pub high_days: Option<u32>,
    /// The horizon: a year, or less when nobody was watched for so long.
    pub horizon_days: u32,
}

/// The days at which a share is told.
const MARKS_DAYS: [u32; 4] = [30, 90, 180, 365];
/// The part of those who come back that makes the rest rare.
const MOST: f64 = 0.9;
/// The horizon of [`Rarely`].
const YEAR_DAYS: f64 = 365.0;

/// The curve of those with a first day. `first` and `second` hold days, [`UNKNOWN_DAY`] when it
/// did not happen; `today` is the last day on which anybody was watched.
pub(crate) fn curve_of(
    days: impl IntoIterator<Item = (u32, u32)>,
    today: u32,
) -> Result<SurvivalCurve, Verdict> {
    let mut counts: Vec<DayCount> = Vec::new();
    for (first, second) in days {
        if first == UNKNOWN_DAY {
            continue;
        }
        let happened = second != UNKNOWN_DAY;
        let until = if happened { second } else { today.max(first) };
        let place = usize::try_from(until.saturating_sub(first)).unwrap_or(usize::MAX);
        if place >= counts.len() {
            counts.resize(place + 1, DayCount::default());
        }
        let count = &mut counts[place];
        if happened {
            count.events += 1;
        } else {
            count.censored += 1;
        }
    }
    kaplan_meier_counts(&counts, CONFIDENCE)
}

fn whole(days: f64) -> u32 {
    // A number of days counted by the curve itself.
    days.max(0.0) as u32
}

impl TimeTo {
    /// What a curve says.
    pub(crate) fn of(curve: &SurvivalCurve, firsts: &[u32]) -> Self {
        let first_day = firsts
            .iter()
            .copied()
            .filter(|day| *day != UNKNOWN_DAY)
            .min();
        let (low, high) = curve.median_interval();
        Self {
            first_day: first_day
                .and_then(|day| i32::try_from(day).ok())
                .unwrap_or(0),
            people: curve.rows as u64,
            returned: curve.events as u64,
            median_days: curve.median().map(whole),
            median_interval_days: (low.map(whole), high.map(whole)),
            shares: MARKS_DAYS
                .into_iter()
                .filter_map(|days| share_by(curve, days))
                .collect(),
            curve: points(curve),
        }
    }
}

/// The share who are back after so many days.
pub(crate) fn share_by(curve: &SurvivalCurve, days: u32) -> Option<ShareBy> {
    let by = curve.share_by(f64::from(days))?;
    Some(ShareBy {
        days,
        share: by.share,
        low: by.low,
        high: by.high,
        watched: by.watched as u64,
    })
}

/// The day after which those who came once rarely come back; none when too few do to say.
pub(crate) fn rarely(curve: &SurvivalCurve) -> Option<Rarely> {
    let by = curve.time_by_share_of_those_before(MOST, YEAR_DAYS).ok()?;
    Some(Rarely {
        days: whole(by.time),
        low_days: whole(by.low),
        high_days: by.high.map(whole),
        horizon_days: whole(by.horizon),
    })
}

/// The first year whole, as figures are told of its days; what comes later thinned out.
fn points(curve: &SurvivalCurve) -> Vec<CurvePoint> {
    let within = curve.steps.partition_point(|step| step.time <= YEAR_DAYS);
    let (year, later) = curve.steps.split_at(within);
    let each = later.len().div_ceil(LATER_POINTS_MAX).max(1);
    let last = later.len().saturating_sub(1);
    let kept = later
        .iter()
        .enumerate()
        .filter(|(place, _)| place.is_multiple_of(each) || *place == last)
        .map(|(_, step)| step);
    year.iter()
        .chain(kept)
        .map(|step| CurvePoint {
            days: whole(step.time),
            share: 1.0 - step.survival,
            low: 1.0 - step.high,
            high: 1.0 - step.low,
            at_risk: step.at_risk as u64,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_are_still_waited_for_count_while_they_were_watched() {
        let days = [
            (0, 10),
            (0, UNKNOWN_DAY),
            (95, UNKNOWN_DAY),
            (UNKNOWN_DAY, 3),
        ];
        let curve = curve_of(days, 100).expect("a curve");
        let time = TimeTo::of(&curve, &[UNKNOWN_DAY, 95, 0]);
        assert_eq!(time.first_day, 0);
        assert_eq!((time.people, time.returned), (3, 1));
        // The third was watched for five days only, so the first returned out of two.
        let by = share_by(&curve, 30).expect("somebody was watched so long");
        assert!((by.share - 0.5).abs() < 1e-12, "{by:?}");
        assert_eq!(time.curve.last().map(|point| point.days), Some(100));
        assert_eq!(time.shares.len(), 2, "nobody was watched for 180 days");
    }

    #[test]
    fn nobody_at_all_is_no_curve() {
        assert!(curve_of([(UNKNOWN_DAY, UNKNOWN_DAY)], 5).is_err());
    }
}
