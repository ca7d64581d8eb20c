//! Fitting by maximum likelihood, and what to do where the likelihood has no top.

use super::beta_geometric::{self, BETA_GEOMETRIC, MODIFIED};
use super::model::{Kind, LifetimeModel};
use super::population::Population;
use super::{negative_binomial, pareto};
use crate::linear::Matrix;
use crate::optimise::{Optimum, Surface, maximise};
use crate::verdict::Verdict;

/// A fitted model with what it rests on; see [`fit`].
#[derive(Debug, Clone, PartialEq)]
pub struct LifetimeFit {
    /// The model. It is NBD instead of the one asked for when a note says so.
    pub model: LifetimeModel,
    /// The model that was asked for.
    pub asked: Kind,
    /// Log-likelihood of the data under the model, in the unit of time of the data.
    pub log_likelihood: f64,
    /// The largest slope of the log-likelihood in the logarithm of a parameter; near 0.
    pub gradient_norm: f64,
    /// Steps that the search took.
    pub iterations: usize,
    /// Customers.
    pub customers: usize,
    /// Distinct histories among them.
    pub distinct: usize,
    /// Covariance of the logarithms of the parameters, from the Hessian; None on a flat top.
    pub log_covariance: Option<Matrix>,
    /// What limits the use of the fit, each a sentence.
    pub notes: Vec<Verdict>,
}

impl LifetimeFit {
    /// Standard errors of the parameters: θ·√var(ln θ). None on a flat top, and 0 for a parameter
    /// at its bound.
    #[must_use]
    pub fn standard_errors(&self) -> Option<Vec<f64>> {
        let covariance = self.log_covariance.as_ref()?;
        let parameters = self.model.parameters();
        let errors = parameters
            .iter()
            .enumerate()
            .map(|(j, (_, value))| value * covariance.at(j, j).sqrt());
        Some(errors.collect())
    }

    /// The standard error of any quantity computed from the model, for the uncertainty of its
    /// parameters: √(gᵀΣg), g its slope in their logarithms by central differences (the delta
    /// method). None on a flat top or where the quantity is not finite.
    #[must_use]
    pub fn standard_error_of(&self, quantity: impl Fn(&LifetimeModel) -> f64) -> Option<f64> {
        let covariance = self.log_covariance.as_ref()?;
        let values: Vec<f64> = self
            .model
            .parameters()
            .into_iter()
            .map(|(_, value)| value)
            .collect();
        let mut slope = Vec::with_capacity(values.len());
        for j in 0..values.len() {
            let at = |shift: f64| {
                let mut moved = values.clone();
                moved[j] *= shift.exp();
                LifetimeModel::new(self.model.kind(), &moved)
                    .ok()
                    .map(|model| quantity(&model))
            };
            slope.push((at(STEP)? - at(-STEP)?) / (2.0 * STEP));
        }
        let mut variance = 0.0;
        for j in 0..slope.len() {
            for k in 0..slope.len() {
                variance += slope[j] * covariance.at(j, k) * slope[k];
            }
        }
        (variance.is_finite() && variance >= 0.0).then(|| variance.sqrt())
    }
}

/// Half the width of central differences in the logarithm of a parameter.
const STEP: f64 = 1e-4;

/// Logarithms of parameters stay within ± this, with time in units of the mean time observed:
/// from 2e-5 to 6e4. A top beyond it is a boundary, not a shop.
const BOUND: f64 = 11.0;

/// No logarithm of a parameter moves by more than this in one step.
const REACH: f64 = 2.0;

/// Leaving counts as seen only when it explains the data better by more than this in
/// log-likelihood than nobody leaving does.
const GAIN_MIN: f64 = 0.01;

/// A shape beyond this cannot be told from no differences at all.
const SHAPE_MAX: f64 = 2e4;

/// Fits one model by maximum likelihood: Newton steps with exact slope and curvature in the
/// logarithms of the parameters, over distinct histories.
///
/// When leaving is not identified (the top lies where nobody leaves), the fit falls back to NBD
/// and the notes say [`Verdict::DropoutNotIdentified`]. Formulas stand with each model's module;
/// the sums have a fixed order, so any number of cores gives the same bytes.
///
/// # Errors
/// [`Verdict::NoTime`], [`Verdict::NoRepeats`], [`Verdict::TooFew`], and
/// [`Verdict::NotConverged`] when the search ends without a top.
pub fn fit(population: &Population, kind: Kind) -> Result<LifetimeFit, Verdict> {
    population.check_fit()?;
    let unit = population.observed / population.customers as f64;
    let scaled = population.in_units(unit);
    let rate = scaled.repeats / scaled.observed;
    let plain = search(
        &scaled,
        Kind::Nbd,
        &[&[0.7, 0.7 / rate], &[5.0, 5.0 / rate]],
    )?;
    let fallback = |notes: Vec<Verdict>| finish(population, kind, Kind::Nbd, &plain, unit, notes);
    if kind == Kind::Nbd {
        return fallback(Vec::new());
    }
    let (r, alpha) = (plain.at[0].exp(), plain.at[1].exp());
    let starts: [&[f64]; 3] = match kind {
        Kind::ParetoNbd => [
            &[0.6, 0.4 / rate, 0.6, 0.4],
            &[r, alpha, 0.3, 1.0],
            &[r, alpha, 2.0, 5.0],
        ],
        _ => [
            &[0.4, 0.3 / rate, 0.8, 2.0],
            &[r, alpha, 0.5, 3.0],
            &[r, alpha, 2.0, 20.0],
        ],
    };
    match search(&scaled, kind, &starts) {
        Ok(found) if found.surface.value > plain.surface.value + GAIN_MIN => {
            finish(population, kind, kind, &found, unit, Vec::new())
        }
        Ok(_) => fallback(vec![Verdict::DropoutNotIdentified]),
        // A search that climbed no higher than NBD has said the same in other words.
        Err(Verdict::NotConverged { iterations }) => {
            fallback(vec![Verdict::NotConverged { iterations }])
        }
        Err(other) => Err(other),
    }
}

fn surface(population: &Population, kind: Kind, logs: &[f64]) -> Surface {
    match kind {
        Kind::Nbd => negative_binomial::surface(population, logs),
        Kind::BgNbd => beta_geometric::surface(BETA_GEOMETRIC, population, logs),
        Kind::MbgNbd => beta_geometric::surface(MODIFIED, population, logs),
        Kind::ParetoNbd => pareto::surface(population, logs),
    }
}

/// The first search that ends at a top, from each start in turn.
fn search(population: &Population, kind: Kind, starts: &[&[f64]]) -> Result<Optimum, Verdict> {
    let mut iterations = 0;
    for start in starts {
        let logs: Vec<f64> = start
            .iter()
            .map(|value| value.ln().clamp(-BOUND, BOUND))
            .collect();
        let function = |at: &[f64]| surface(population, kind, at);
        if let Some(found) = maximise(&logs, REACH, BOUND, function) {
            if found.converged {
                return Ok(found);
            }
            iterations += found.iterations;
        }
    }
    Err(Verdict::NotConverged { iterations })
}

/// Back to the unit of the data: times α and β, and a density per unit of time for each repeat.
fn finish(
    population: &Population,
    asked: Kind,
    kind: Kind,
    found: &Optimum,
    unit: f64,
    mut notes: Vec<Verdict>,
) -> Result<LifetimeFit, Verdict> {
    let mut parameters: Vec<f64> = found.at.iter().map(|log| log.exp()).collect();
    if parameters[0] > SHAPE_MAX || parameters[1] > SHAPE_MAX {
        notes.push(Verdict::NoHeterogeneity {
            of: "how often they buy",
        });
    }
    if parameters.iter().skip(2).any(|&value| value > SHAPE_MAX) {
        notes.push(Verdict::NoHeterogeneity {
            of: "how they leave",
        });
    }
    parameters[1] *= unit;
    if kind == Kind::ParetoNbd {
        parameters[3] *= unit;
    }
    let log_covariance = found.covariance();
    if log_covariance.is_none() {
        notes.push(Verdict::FlatLikelihood);
    }
    Ok(LifetimeFit {
        model: LifetimeModel::new(kind, &parameters)?,
        asked,
        log_likelihood: found.surface.value - population.repeats * unit.ln(),
        gradient_norm: found.gradient_norm(),
        iterations: found.iterations,
        customers: population.customers,
        distinct: population.rows.len(),
        log_covariance,
        notes,
    })
}

/// The log-likelihood of a population at given parameters, in the unit of its times.
impl LifetimeModel {
    /// ln L of these customers under this model.
    #[must_use]
    pub fn log_likelihood(&self, population: &Population) -> f64 {
        let logs: Vec<f64> = self
            .parameters()
            .into_iter()
            .map(|(_, value)| value.ln())
            .collect();
        surface(population, self.kind(), &logs).value
    }
}
