//! A series taken apart into trend, season and rest by local regressions: STL (Cleveland,
//! Cleveland, McRae & Terpenning 1990).

use crate::verdict::{Verdict, all_finite};

/// How a series is taken apart. Spans are numbers of neighbours and odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Values in a season: 7 for days in weeks, 12 for months in years.
    pub period: usize,
    /// Span for one place in the season over seasons, at least 3; small lets the season change.
    pub seasonal_span: usize,
    /// Span of the trend, above the period.
    pub trend_span: usize,
    /// Whether outliers are weighed down, at sixteen times the work.
    pub robust: bool,
}

impl Settings {
    /// The usual trend span: the smallest odd number not below 1.5·period/(1 − 1.5/seasonal).
    #[must_use]
    pub fn usual(period: usize, seasonal_span: usize, robust: bool) -> Self {
        let spread = 1.0 - 1.5 / (seasonal_span.max(3) as f64);
        let least = (1.5 * period as f64 / spread).ceil() as usize;
        Self {
            period,
            seasonal_span,
            trend_span: least + usize::from(least.is_multiple_of(2)),
            robust,
        }
    }

    fn check(&self, length: usize) -> Result<(), Verdict> {
        let odd = |span: usize| span >= 3 && !span.is_multiple_of(2);
        if self.period < 2
            || !odd(self.seasonal_span)
            || !odd(self.trend_span)
            || self.trend_span <= self.period
        {
            return Err(Verdict::BadOption {
                rule: "a period is at least 2, spans are odd and that of the trend is longer",
            });
        }
        if length < 2 * self.period {
            return Err(Verdict::TooFew {
                have: length,
                need: 2 * self.period,
            });
        }
        Ok(())
    }
}

/// A series taken apart: value = trend + season + rest; see [`decompose`].
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposed {
    /// The slow part.
    pub trend: Vec<f64>,
    /// The part that returns each period.
    pub season: Vec<f64>,
    /// What is left.
    pub rest: Vec<f64>,
    /// Weight of each value, 0 for an outlier to 1; all 1 unless robust.
    pub weights: Vec<f64>,
}

impl Decomposed {
    /// How far each rest lies from the median rest, in robust standard deviations (1.4826 times
    /// the median absolute deviation). None when more than half the rests are equal.
    #[must_use]
    pub fn deviations(&self) -> Option<Vec<f64>> {
        let centre = median(&self.rest);
        let distances: Vec<f64> = self.rest.iter().map(|rest| (rest - centre).abs()).collect();
        let scale = 1.4826 * median(&distances);
        let standard = |rest: &f64| (rest - centre) / scale;
        (scale > 0.0).then(|| self.rest.iter().map(standard).collect())
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        length if length.is_multiple_of(2) => f64::midpoint(sorted[middle - 1], sorted[middle]),
        _ => sorted[middle],
    }
}

/// Passes of the inner loop when not robust, and when robust with its outer loop.
const INNER: usize = 5;
const INNER_ROBUST: usize = 2;
const OUTER_ROBUST: usize = 15;

/// Takes a series apart, values in even steps without gaps. Loess is of degree 1 throughout and
/// computed at every point, which costs length × span.
///
/// # Errors
/// [`Verdict::NotFinite`]; [`Verdict::TooFew`] below two periods; [`Verdict::BadOption`].
pub fn decompose(values: &[f64], settings: Settings) -> Result<Decomposed, Verdict> {
    all_finite(values)?;
    settings.check(values.len())?;
    let mut weights = vec![1.0; values.len()];
    let mut trend = vec![0.0; values.len()];
    let mut season = vec![0.0; values.len()];
    let (inner, outer) = if settings.robust {
        (INNER_ROBUST, OUTER_ROBUST)
    } else {
        (INNER, 0)
    };
    for round in 0..=outer {
        let used = (round > 0).then_some(&weights[..]);
        for _ in 0..inner {
            pass(values, &settings, used, &mut trend, &mut season);
        }
        if round < outer {
            let fitted = trend.iter().zip(&season);
            let rests: Vec<f64> = values
                .iter()
                .zip(fitted)
                .map(|(value, (trend, season))| (value - trend - season).abs())
                .collect();
            weights = robustness(&rests);
        }
    }
    let rest = (0..values.len())
        .map(|at| values[at] - trend[at] - season[at])
        .collect();
    Ok(Decomposed {
        trend,
        season,
        rest,
        weights,
    })
}

/// Bisquare weights of absolute rests: 0 from six times their median on.
fn robustness(rests: &[f64]) -> Vec<f64> {
    let far = 6.0 * median(rests);
    rests
        .iter()
        .map(|&rest| {
            if rest <= 0.001 * far {
                1.0
            } else if rest <= 0.999 * far {
                (1.0 - (rest / far).powi(2)).powi(2)
            } else {
                0.0
            }
        })
        .collect()
}

/// One pass of the inner loop: the season from what the trend leaves, the trend from the rest.
fn pass(
    values: &[f64],
    settings: &Settings,
    weights: Option<&[f64]>,
    trend: &mut Vec<f64>,
    season: &mut [f64],
) {
    let period = settings.period;
    let detrended: Vec<f64> = values.iter().zip(&*trend).map(|(v, t)| v - t).collect();
    let cycle = cycle_subseries(&detrended, period, settings.seasonal_span, weights);
    let mut low = moving_average(&cycle, period);
    low = moving_average(&low, period);
    low = moving_average(&low, 3);
    // The smallest odd span above the period, as the authors advise.
    let low_span = period + 1 + usize::from(!period.is_multiple_of(2));
    let low = loess(&low, low_span, None);
    for (at, place) in season.iter_mut().enumerate() {
        *place = cycle[period + at] - low[at];
    }
    let adjusted: Vec<f64> = values.iter().zip(&*season).map(|(v, s)| v - s).collect();
    *trend = loess(&adjusted, settings.trend_span, weights);
}

/// Each place in the season smoothed over seasons and carried one period beyond both ends.
fn cycle_subseries(
    values: &[f64],
    period: usize,
    span: usize,
    weights: Option<&[f64]>,
) -> Vec<f64> {
    let mut cycle = vec![0.0; values.len() + 2 * period];
    for place in 0..period {
        let pick =
            |all: &[f64]| -> Vec<f64> { all.iter().skip(place).step_by(period).copied().collect() };
        let own = pick(values);
        let own_weights = weights.map(pick);
        let own_weights = own_weights.as_deref();
        let smooth = loess(&own, span, own_weights);
        let last = own.len();
        let before = Window {
            left: 0,
            right: span.min(last) - 1,
        };
        let after = Window {
            left: last.saturating_sub(span),
            right: last - 1,
        };
        cycle[place] = local(&own, span, -1.0, before, own_weights).unwrap_or(smooth[0]);
        for (season, value) in smooth.iter().enumerate() {
            cycle[place + (season + 1) * period] = *value;
        }
        cycle[place + (last + 1) * period] =
            local(&own, span, last as f64, after, own_weights).unwrap_or(smooth[last - 1]);
    }
    cycle
}

fn moving_average(values: &[f64], span: usize) -> Vec<f64> {
    values
        .windows(span)
        .map(|window| window.iter().sum::<f64>() / span as f64)
        .collect()
}

/// The neighbours of a local regression, both ends included.
#[derive(Clone, Copy)]
struct Window {
    left: usize,
    right: usize,
}

/// A local regression at every point; where all weights are 0 the value itself.
fn loess(values: &[f64], span: usize, weights: Option<&[f64]>) -> Vec<f64> {
    let length = values.len();
    if length < 2 {
        return values.to_vec();
    }
    let held = span.min(length);
    let half = held.div_ceil(2);
    (0..length)
        .map(|at| {
            let left = (at + 1).saturating_sub(half).min(length - held);
            let window = Window {
                left,
                right: left + held - 1,
            };
            local(values, span, at as f64, window, weights).unwrap_or(values[at])
        })
        .collect()
}

/// The straight line through tricube-weighted neighbours, read at `at`; None without weight.
fn local(
    values: &[f64],
    span: usize,
    at: f64,
    window: Window,
    weights: Option<&[f64]>,
) -> Option<f64> {
    let Window { left, right } = window;
    let mut reach = (at - left as f64).max(right as f64 - at);
    if span > values.len() {
        reach += ((span - values.len()) / 2) as f64;
    }
    let mut own = Vec::with_capacity(right - left + 1);
    let (mut sum, mut centre) = (0.0, 0.0);
    for index in left..=right {
        let distance = (index as f64 - at).abs();
        let mut weight = if distance > 0.999 * reach {
            0.0
        } else if distance <= 0.001 * reach {
            1.0
        } else {
            (1.0 - (distance / reach).powi(3)).powi(3)
        };
        if let Some(weights) = weights {
            weight *= weights[index];
        }
        own.push(weight);
        sum += weight;
        centre += weight * index as f64;
    }
    if sum <= 0.0 {
        return None;
    }
    centre /= sum;
    let mut spread = 0.0;
    for (index, weight) in (left..=right).zip(&own) {
        spread += weight / sum * (index as f64 - centre).powi(2);
    }
    let slope = if reach > 0.0 && spread.sqrt() > 0.001 * (values.len() - 1) as f64 {
        (at - centre) / spread
    } else {
        0.0
    };
    let mut value = 0.0;
    for (index, weight) in (left..=right).zip(&own) {
        value += weight / sum * (slope * (index as f64 - centre) + 1.0) * values[index];
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_series_comes_apart_exactly() {
        let season = [3.0, -1.0, -2.0, 0.0];
        let values: Vec<f64> = (0..48_usize)
            .map(|at| 10.0 + 0.5 * at as f64 + season[at % 4])
            .collect();
        for robust in [false, true] {
            let parts = decompose(&values, Settings::usual(4, 7, robust)).expect("a series");
            assert!(parts.rest.iter().all(|rest| rest.abs() < 1e-6), "{parts:?}");
            assert!((parts.trend[24] - 22.0).abs() < 1e-6);
        }
    }

    #[test]
    fn what_has_no_season_gets_a_verdict() {
        let usual = Settings::usual(7, 7, true);
        assert_eq!(
            decompose(&[1.0; 13], usual),
            Err(Verdict::TooFew { have: 13, need: 14 })
        );
        assert!(decompose(&[f64::NAN; 20], usual).is_err());
        let even = Settings {
            seasonal_span: 8,
            ..usual
        };
        assert!(decompose(&[1.0; 20], even).is_err());
        let flat = decompose(&[5.0; 30], usual).expect("a series");
        assert!(flat.rest.iter().all(|rest| rest.abs() < 1e-9));
        assert!(flat.trend.iter().all(|trend| (trend - 5.0).abs() < 1e-9));
    }
}
