//! The chance of a yes from covariates: logistic regression (Cox 1958).

use crate::linear::{Cholesky, Matrix, dot};
use crate::optimise::{Surface, maximise};
use crate::summary::moments;
use crate::verdict::{Verdict, same_length};
use rayon::prelude::*;

/// A fitted logistic regression; see [`fit_logistic`].
#[derive(Debug, Clone, PartialEq)]
pub struct LogisticFit {
    /// The constant, on the scale of log odds.
    pub intercept: f64,
    /// Change of the log odds per unit of each covariate, in the order of the columns.
    pub coefficients: Vec<f64>,
    /// Standard error of the constant.
    pub intercept_error: f64,
    /// Standard error of each coefficient.
    pub standard_errors: Vec<f64>,
    /// Log-likelihood, without the penalty.
    pub log_likelihood: f64,
    /// Log-likelihood of the constant alone.
    pub null_log_likelihood: f64,
    /// Rows.
    pub rows: usize,
    /// Rows with a yes.
    pub events: usize,
    /// Steps that the search took.
    pub iterations: usize,
}

impl LogisticFit {
    /// The chance of a yes for these covariates.
    ///
    /// # Errors
    /// [`Verdict::UnequalLengths`] when the covariates are not those of the fit.
    pub fn probability(&self, covariates: &[f64]) -> Result<f64, Verdict> {
        same_length(self.coefficients.len(), covariates.len())?;
        let score = self.intercept + dot(covariates, &self.coefficients);
        Ok(1.0 / (1.0 + (-score).exp()))
    }
}

/// Rows summed by one task; fixed, so that rounding does not depend on the cores.
const PIECE: usize = 2048;

/// Covariates centred and scaled, with what it takes to go back.
struct Prepared<'a> {
    values: Matrix,
    outcomes: &'a [bool],
    means: Vec<f64>,
    scales: Vec<f64>,
}

/// Fits P(yes) = 1/(1 + e^−(β₀ + βᵀx)) by maximum likelihood, less ½·`ridge`·Σβ² on covariates
/// scaled to a standard deviation of 1 when a penalty is asked for. `ridge` 0 means none; the
/// constant is never penalised.
///
/// `covariates` has a row per outcome.
///
/// # Errors
/// [`Verdict::UnequalLengths`], [`Verdict::TooFew`] rows for the columns, [`Verdict::NoEvents`]
/// without a yes, [`Verdict::NoVariation`] without a no or for a constant covariate,
/// [`Verdict::Collinear`], [`Verdict::Separated`], [`Verdict::NotConverged`],
/// [`Verdict::BadOption`] for a negative penalty.
pub fn fit_logistic(
    outcomes: &[bool],
    covariates: &Matrix,
    ridge: f64,
) -> Result<LogisticFit, Verdict> {
    if !ridge.is_finite() || ridge < 0.0 {
        return Err(Verdict::BadOption {
            rule: "a penalty is not negative",
        });
    }
    let prepared = prepare(outcomes, covariates)?;
    let events = outcomes.iter().filter(|outcome| **outcome).count();
    let rows = outcomes.len();
    let odds = events as f64 / (rows - events) as f64;
    let mut start = vec![0.0; covariates.columns() + 1];
    start[0] = odds.ln();
    let null = surface(&prepared, &start, 0.0).value;
    // Thirty standard deviations of log odds is a certainty, not an effect.
    let found = maximise(&start, 3.0, 30.0, |at| surface(&prepared, at, ridge))
        .ok_or(Verdict::FlatLikelihood)?;
    let covariance = found.covariance();
    let log_likelihood = surface(&prepared, &found.at, 0.0).value;
    // A likelihood of nearly 1 can only mean that the rows were told apart.
    let apart = log_likelihood > -1e-4 * rows as f64 && log_likelihood > null * 1e-3;
    if apart || found.at.iter().any(|value| value.abs() > 25.0) {
        return Err(Verdict::Separated);
    }
    let covariance = covariance.ok_or(Verdict::Collinear)?;
    if !found.converged {
        return Err(Verdict::NotConverged {
            iterations: found.iterations,
        });
    }
    // β₀ of the original covariates is β₀ − Σ mean·β/scale: a linear map of the estimates.
    let mut back = vec![1.0];
    let shifts = prepared.means.iter().zip(&prepared.scales);
    back.extend(shifts.map(|(mean, scale)| -mean / scale));
    let mut variance = 0.0;
    for (j, first) in back.iter().enumerate() {
        for (k, second) in back.iter().enumerate() {
            variance += first * covariance.at(j, k) * second;
        }
    }
    let columns = 0..covariates.columns();
    let scaled = |j: usize, value: f64| value / prepared.scales[j];
    Ok(LogisticFit {
        intercept: dot(&back, &found.at),
        coefficients: columns
            .clone()
            .map(|j| scaled(j, found.at[j + 1]))
            .collect(),
        intercept_error: variance.max(0.0).sqrt(),
        standard_errors: columns
            .map(|j| scaled(j, covariance.at(j + 1, j + 1).sqrt()))
            .collect(),
        log_likelihood,
        null_log_likelihood: null,
        rows,
        events,
        iterations: found.iterations,
    })
}

fn prepare<'a>(outcomes: &'a [bool], covariates: &Matrix) -> Result<Prepared<'a>, Verdict> {
    same_length(outcomes.len(), covariates.rows())?;
    let need = covariates.columns() + 2;
    if outcomes.len() < need {
        return Err(Verdict::TooFew {
            have: outcomes.len(),
            need,
        });
    }
    if !outcomes.contains(&true) {
        return Err(Verdict::NoEvents);
    }
    if !outcomes.contains(&false) {
        return Err(Verdict::NoVariation { of: "the outcome" });
    }
    let mut means = Vec::new();
    let mut scales = Vec::new();
    for column in 0..covariates.columns() {
        let moments = moments(&covariates.column(column))?;
        let scale = moments.variance.sqrt();
        if scale <= moments.mean.abs() * 1e-12 {
            return Err(Verdict::NoVariation { of: "a covariate" });
        }
        means.push(moments.mean);
        scales.push(scale);
    }
    let mut values = Vec::with_capacity(outcomes.len() * covariates.columns());
    for row in 0..covariates.rows() {
        for (j, value) in covariates.row(row).iter().enumerate() {
            values.push((value - means[j]) / scales[j]);
        }
    }
    let values = Matrix::new(covariates.rows(), covariates.columns(), values)?;
    let prepared = Prepared {
        values,
        outcomes,
        means,
        scales,
    };
    let crossed = crossed(&prepared);
    Cholesky::new(&crossed).ok_or(Verdict::Collinear)?;
    Ok(prepared)
}

/// Σ xxᵀ of the scaled covariates, to see whether they can be told apart at all.
fn crossed(prepared: &Prepared) -> Matrix {
    let size = prepared.values.columns();
    let mut crossed = Matrix::zeros(size, size);
    for row in 0..prepared.values.rows() {
        let values = prepared.values.row(row);
        for (j, first) in values.iter().enumerate() {
            for (k, second) in values.iter().enumerate().skip(j) {
                crossed.add(j, k, first * second);
            }
        }
    }
    crossed.mirror_upper();
    crossed
}

fn surface(prepared: &Prepared, at: &[f64], ridge: f64) -> Surface {
    let size = at.len();
    let pieces = prepared.outcomes.len().div_ceil(PIECE);
    let parts: Vec<Surface> = (0..pieces)
        .into_par_iter()
        .map(|piece| {
            let from = piece * PIECE;
            let to = (from + PIECE).min(prepared.outcomes.len());
            piece_surface(prepared, at, from..to)
        })
        .collect();
    let mut sum = Surface {
        value: 0.0,
        gradient: vec![0.0; size],
        hessian: Matrix::zeros(size, size),
    };
    for part in &parts {
        sum.value += part.value;
        for j in 0..size {
            sum.gradient[j] += part.gradient[j];
            for k in j..size {
                sum.hessian.add(j, k, part.hessian.at(j, k));
            }
        }
    }
    for (j, beta) in at.iter().enumerate().skip(1) {
        sum.value -= ridge * beta * beta / 2.0;
        sum.gradient[j] -= ridge * beta;
        sum.hessian.add(j, j, -ridge);
    }
    sum.hessian.mirror_upper();
    sum
}

fn piece_surface(prepared: &Prepared, at: &[f64], rows: std::ops::Range<usize>) -> Surface {
    let size = at.len();
    let mut value = 0.0;
    let mut gradient = vec![0.0; size];
    let mut hessian = Matrix::zeros(size, size);
    let mut own = vec![1.0; size];
    for row in rows {
        own[1..].copy_from_slice(prepared.values.row(row));
        let score = dot(&own, at);
        let signed = if prepared.outcomes[row] {
            score
        } else {
            -score
        };
        // ln P = −ln(1 + e^−signed), without overflow on either side.
        value -= (-signed.abs()).exp().ln_1p() + (-signed).max(0.0);
        let chance = 1.0 / (1.0 + (-score).exp());
        let miss = f64::from(u8::from(prepared.outcomes[row])) - chance;
        let bend = chance * (1.0 - chance);
        for j in 0..size {
            gradient[j] += miss * own[j];
            for k in j..size {
                hessian.add(j, k, -bend * own[j] * own[k]);
            }
        }
    }
    Surface {
        value,
        gradient,
        hessian,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(count: u32) -> (Vec<bool>, Matrix) {
        let mut outcomes = Vec::new();
        let mut values = Vec::new();
        for row in 0..count {
            let x = f64::from(row * 7 % 23);
            outcomes.push(x + f64::from(row * 11 % 19) > 20.0);
            values.push(x);
        }
        let matrix = Matrix::new(outcomes.len(), 1, values).expect("finite values");
        (outcomes, matrix)
    }

    #[test]
    fn a_single_yes_no_covariate_gives_the_log_odds_ratio() {
        // 30 of 100 without, 60 of 100 with.
        let outcomes: Vec<bool> = (0..200)
            .map(|row| row % 100 < [30, 60][row / 100])
            .collect();
        let values = (0..200).map(|row| f64::from(row / 100)).collect();
        let matrix = Matrix::new(200, 1, values).expect("finite values");
        let fit = fit_logistic(&outcomes, &matrix, 0.0).expect("a fit");
        assert!((fit.intercept - f64::ln(30.0 / 70.0)).abs() < 1e-9);
        assert!((fit.coefficients[0] - f64::ln(60.0 * 70.0 / (40.0 * 30.0))).abs() < 1e-9);
        let error = f64::sqrt(1.0 / 30.0 + 1.0 / 70.0 + 1.0 / 60.0 + 1.0 / 40.0);
        assert!((fit.standard_errors[0] - error).abs() < 1e-9);
        let error = f64::sqrt(1.0 / 30.0 + 1.0 / 70.0);
        assert!((fit.intercept_error - error).abs() < 1e-9);
        assert!((fit.probability(&[1.0]).expect("one") - 0.6).abs() < 1e-9);
        let held = fit_logistic(&outcomes, &matrix, 50.0).expect("a fit");
        assert!(held.coefficients[0] < fit.coefficients[0]);
    }

    #[test]
    fn what_cannot_be_fitted_gets_a_verdict() {
        let (outcomes, matrix) = rows(100);
        assert!(fit_logistic(&outcomes, &matrix, 0.0).is_ok());
        assert_eq!(
            fit_logistic(&[false; 100], &matrix, 0.0),
            Err(Verdict::NoEvents)
        );
        assert!(fit_logistic(&[true; 100], &matrix, 0.0).is_err());
        let told: Vec<bool> = matrix.column(0).iter().map(|x| *x > 11.0).collect();
        assert_eq!(fit_logistic(&told, &matrix, 0.0), Err(Verdict::Separated));
        assert!(fit_logistic(&told, &matrix, 1.0).is_ok());
        let twins = matrix
            .column(0)
            .iter()
            .flat_map(|&x| [x, 3.0 * x])
            .collect();
        let twins = Matrix::new(100, 2, twins).expect("finite values");
        assert_eq!(
            fit_logistic(&outcomes, &twins, 0.0),
            Err(Verdict::Collinear)
        );
    }
}
