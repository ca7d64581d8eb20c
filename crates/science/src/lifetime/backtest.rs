//! How well a model forecast what then happened, beside what anybody could have guessed.

use super::fit::{LifetimeFit, fit};
use super::model::{Kind, LifetimeModel};
use super::population::{Population, Purchases};
use crate::summary::{area_under_curve, correlation};
use crate::verdict::{Verdict, all_finite, same_length};
use rayon::prelude::*;

/// A forecast per customer against what happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Purchases forecast in all.
    pub predicted: f64,
    /// Purchases that happened.
    pub actual: f64,
    /// (predicted − actual)/actual; None when nothing happened.
    pub error: Option<f64>,
    /// Correlation over customers; None when either is the same for all.
    pub correlation: Option<f64>,
    /// Mean squared error per customer.
    pub mean_squared_error: f64,
    /// Mean absolute error per customer.
    pub mean_absolute_error: f64,
    /// The chance that a customer who bought was forecast above one who did not; None when all
    /// bought or none.
    pub area_under_curve: Option<f64>,
}

/// A model and two guesses on one holdout; see [`backtest`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backtest {
    /// Customers.
    pub customers: usize,
    /// Length of the holdout in the unit of time.
    pub ahead: f64,
    /// The model.
    pub model: Scored,
    /// Each goes on at the own rate so far, x·t/T.
    pub same_rate: Scored,
    /// Each buys as often again, x.
    pub same_count: Scored,
}

/// Purchases expected of all customers together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// Expected purchases.
    pub expected: f64,
    /// Its standard error for the uncertainty of the parameters alone; chance and season come on
    /// top, which a backtest shows. None on a flat top.
    pub standard_error: Option<f64>,
}

impl LifetimeFit {
    /// Purchases expected of these customers in the time `ahead`.
    #[must_use]
    pub fn forecast(&self, population: &Population, ahead: f64) -> Forecast {
        let total = |model: &LifetimeModel| -> f64 {
            let parts: Vec<f64> = population
                .rows
                .par_iter()
                .map(|row| row.count * model.expected(&row.purchases, ahead))
                .collect();
            parts.iter().sum()
        };
        Forecast {
            expected: total(&self.model),
            standard_error: self.standard_error_of(total),
        }
    }
}

/// Compares the purchases forecast for the time `ahead` after calibration with the `actual`
/// ones, one per customer in the same order. The area under the curve is for buying at all,
/// ranked by expected purchases.
///
/// # Errors
/// [`Verdict::Empty`], [`Verdict::UnequalLengths`], [`Verdict::NotFinite`],
/// [`Verdict::BadOption`] unless `ahead` is above 0.
pub fn backtest(
    model: &LifetimeModel,
    calibration: &[Purchases],
    actual: &[f64],
    ahead: f64,
) -> Result<Backtest, Verdict> {
    if calibration.is_empty() {
        return Err(Verdict::Empty);
    }
    same_length(calibration.len(), actual.len())?;
    all_finite(actual)?;
    if !(ahead.is_finite() && ahead > 0.0) {
        return Err(Verdict::BadOption {
            rule: "a holdout has a length",
        });
    }
    let expected: Vec<f64> = calibration
        .par_iter()
        .map(|purchases| model.expected(purchases, ahead))
        .collect();
    let rate = |purchases: &Purchases| {
        if purchases.observed > 0.0 {
            f64::from(purchases.repeats) * ahead / purchases.observed
        } else {
            0.0
        }
    };
    let rates: Vec<f64> = calibration.iter().map(rate).collect();
    let counts: Vec<f64> = calibration
        .iter()
        .map(|purchases| f64::from(purchases.repeats))
        .collect();
    Ok(Backtest {
        customers: calibration.len(),
        ahead,
        model: scored(&expected, actual),
        same_rate: scored(&rates, actual),
        same_count: scored(&counts, actual),
    })
}

fn scored(predicted: &[f64], actual: &[f64]) -> Scored {
    let n = actual.len() as f64;
    let (mut squares, mut distances) = (0.0, 0.0);
    for (guess, truth) in predicted.iter().zip(actual) {
        squares += (guess - truth).powi(2);
        distances += (guess - truth).abs();
    }
    let happened: f64 = actual.iter().sum();
    let forecast: f64 = predicted.iter().sum();
    let bought: Vec<bool> = actual.iter().map(|&truth| truth > 0.0).collect();
    Scored {
        predicted: forecast,
        actual: happened,
        error: (happened > 0.0).then(|| forecast / happened - 1.0),
        correlation: correlation(predicted, actual),
        mean_squared_error: squares / n,
        mean_absolute_error: distances / n,
        area_under_curve: area_under_curve(predicted, &bought),
    }
}

/// All models on one holdout; see [`choose`].
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// Fits with their backtests, the best first.
    pub ranked: Vec<(LifetimeFit, Backtest)>,
    /// Models that could not be fitted, and why.
    pub refused: Vec<(Kind, Verdict)>,
}

/// Fits the models on the calibration and ranks them by squared error on the holdout: likelihood
/// ranks them otherwise (on CDNOW the likeliest forecasts worst), and absolute error rewards
/// forecasting too little. Models that fell back to NBD stand for it once.
///
/// # Errors
/// The verdicts of [`backtest`] and [`Population::new`], and the first model's verdict when no
/// model can be fitted.
pub fn choose(
    calibration: &[Purchases],
    actual: &[f64],
    ahead: f64,
    kinds: &[Kind],
) -> Result<Choice, Verdict> {
    let population = Population::new(calibration)?;
    let mut ranked: Vec<(LifetimeFit, Backtest)> = Vec::new();
    let mut refused = Vec::new();
    for &kind in kinds {
        match fit(&population, kind) {
            Ok(found) => {
                let seen = |(other, _): &(LifetimeFit, Backtest)| other.model == found.model;
                if ranked.iter().any(seen) {
                    refused.push((kind, Verdict::DropoutNotIdentified));
                    continue;
                }
                let test = backtest(&found.model, calibration, actual, ahead)?;
                ranked.push((found, test));
            }
            Err(verdict) => refused.push((kind, verdict)),
        }
    }
    if ranked.is_empty() {
        let first = refused.into_iter().next();
        return Err(first.map_or(Verdict::Empty, |(_, verdict)| verdict));
    }
    let error = |backtest: &Backtest| backtest.model.mean_squared_error;
    ranked.sort_by(|(_, a), (_, b)| error(a).total_cmp(&error(b)));
    Ok(Choice { ranked, refused })
}
