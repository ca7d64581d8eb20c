//! A chart that notices small lasting shifts: the exponentially weighted moving average
//! (Roberts 1959).

use crate::verdict::{Verdict, all_finite};

/// What the chart holds against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chart {
    /// The level when all is well.
    pub target: f64,
    /// Standard deviation of one value when all is well.
    pub deviation: f64,
    /// Weight λ of the newest value, above 0 and at most 1; 0.2 to 0.3 is usual.
    pub weight: f64,
    /// Width of the band in standard deviations of the average; 3 is usual.
    pub width: f64,
}

/// The chart's average after each value, with its band; see [`ewma`].
#[derive(Debug, Clone, PartialEq)]
pub struct Charted {
    /// zᵢ = λ·xᵢ + (1 − λ)·zᵢ₋₁ from z₀ = target.
    pub averages: Vec<f64>,
    /// Lower end of the band.
    pub low: f64,
    /// Upper end of the band.
    pub high: f64,
    /// The first average outside the band, counted from 0.
    pub first_outside: Option<usize>,
}

/// Runs the chart over the values. The band is target ± width·deviation·√(λ/(2 − λ)), that of a
/// long run.
///
/// # Errors
/// [`Verdict::NotFinite`]; [`Verdict::BadOption`] for a chart that cannot be.
pub fn ewma(values: &[f64], chart: Chart) -> Result<Charted, Verdict> {
    all_finite(values)?;
    let Chart {
        target,
        deviation,
        weight,
        width,
    } = chart;
    let possible = weight > 0.0
        && weight <= 1.0
        && deviation >= 0.0
        && width > 0.0
        && [target, deviation, width]
            .iter()
            .all(|part| part.is_finite());
    if !possible {
        return Err(Verdict::BadOption {
            rule: "a chart has a weight from 0 to 1, a deviation and a width",
        });
    }
    let half = width * deviation * (weight / (2.0 - weight)).sqrt();
    let (low, high) = (target - half, target + half);
    let mut average = target;
    let averages: Vec<f64> = values
        .iter()
        .map(|value| {
            average += weight * (value - average);
            average
        })
        .collect();
    let outside = |average: &f64| *average < low || *average > high;
    Ok(Charted {
        first_outside: averages.iter().position(outside),
        averages,
        low,
        high,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the NIST/SEMATECH e-Handbook of Statistical Methods, §6.3.2.4.
    #[test]
    fn the_published_chart_comes_out() {
        let values = [
            52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3,
            47.8, 51.2, 52.6, 52.4, 53.6, 52.1,
        ];
        let expected = [
            50.6, 49.52, 50.564, 50.1848, 50.1594, 49.2116, 49.7481, 49.8537, 50.2576, 50.3303,
            50.1112, 49.3578, 49.5205, 50.0543, 49.378, 49.9246, 50.7272, 51.2291, 51.9403,
            51.9882,
        ];
        let chart = Chart {
            target: 50.0,
            deviation: 2.0539,
            weight: 0.3,
            width: 3.0,
        };
        let got = ewma(&values, chart).expect("a chart");
        for (got, expected) in got.averages.iter().zip(expected) {
            assert!((got - expected).abs() < 6e-5, "{got} {expected}");
        }
        assert!((got.low - 47.4116).abs() < 6e-5 && (got.high - 52.5884).abs() < 6e-5);
        assert_eq!(got.first_outside, None);
        let shifted: Vec<f64> = values.iter().map(|value| value + 4.0).collect();
        assert_eq!(
            ewma(&shifted, chart).expect("a chart").first_outside,
            Some(2)
        );
    }

    #[test]
    fn charts_that_cannot_be_are_refused() {
        let chart = Chart {
            target: 0.0,
            deviation: 1.0,
            weight: 0.0,
            width: 3.0,
        };
        assert!(ewma(&[1.0], chart).is_err());
        let chart = Chart {
            weight: 0.5,
            ..chart
        };
        assert_eq!(ewma(&[f64::NAN], chart), Err(Verdict::NotFinite { row: 0 }));
        assert!(ewma(&[], chart).expect("a chart").averages.is_empty());
    }
}
