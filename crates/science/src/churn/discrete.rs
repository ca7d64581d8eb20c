//! Survival in counted periods (Allison 1982): each period stayed is a no, the period of leaving
//! a yes.

use super::logistic::{LogisticFit, fit_logistic};
use crate::linear::Matrix;
use crate::verdict::{Verdict, same_length};

/// How many periods a customer was watched, and whether the last of them ended in leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// Periods watched, at least 1.
    pub periods: u32,
    /// Whether the customer left in the last of them.
    pub left: bool,
}

/// A fitted chance to leave per period; see [`fit_churn`].
#[derive(Debug, Clone, PartialEq)]
pub struct ChurnFit {
    /// The regression; its first covariate is ln(period), the others are those given.
    pub logistic: LogisticFit,
    /// Customers.
    pub customers: usize,
}

/// No fit is made over more customer-periods than this.
const ROWS_MAX: u64 = 20_000_000;

/// Fits the chance to leave in a period, given staying until it:
/// logit h = β₀ + β₁·ln(period) + βᵀx, over one row per customer and period.
///
/// `covariates` has one row per spell. For covariates that change by period, build the rows
/// yourself and use [`super::fit_logistic`]. `ridge` as there.
///
/// # Errors
/// [`Verdict::UnequalLengths`], [`Verdict::OutOfRange`] for a spell without periods,
/// [`Verdict::BadOption`] for too many customer-periods, and the verdicts of
/// [`super::fit_logistic`].
pub fn fit_churn(spells: &[Spell], covariates: &Matrix, ridge: f64) -> Result<ChurnFit, Verdict> {
    same_length(spells.len(), covariates.rows())?;
    if spells.is_empty() {
        return Err(Verdict::Empty);
    }
    if let Some(row) = spells.iter().position(|spell| spell.periods == 0) {
        return Err(Verdict::OutOfRange {
            row,
            rule: "a spell has at least one period",
        });
    }
    let total: u64 = spells.iter().map(|spell| u64::from(spell.periods)).sum();
    if total > ROWS_MAX {
        return Err(Verdict::BadOption {
            rule: "customers times periods are at most twenty million",
        });
    }
    let mut outcomes = Vec::new();
    let mut values = Vec::new();
    for (row, spell) in spells.iter().enumerate() {
        for period in 1..=spell.periods {
            outcomes.push(spell.left && period == spell.periods);
            values.push(f64::from(period).ln());
            values.extend_from_slice(covariates.row(row));
        }
    }
    let matrix = Matrix::new(outcomes.len(), covariates.columns() + 1, values)?;
    Ok(ChurnFit {
        logistic: fit_logistic(&outcomes, &matrix, ridge)?,
        customers: spells.len(),
    })
}

impl ChurnFit {
    /// The chance to leave within the next `ahead` periods of a customer who has stayed for
    /// `stayed`: 1 − Π (1 − h).
    ///
    /// # Errors
    /// [`Verdict::UnequalLengths`] when the covariates are not those of the fit.
    pub fn leaving(&self, stayed: u32, covariates: &[f64], ahead: u32) -> Result<f64, Verdict> {
        let mut row = vec![0.0];
        row.extend_from_slice(covariates);
        let mut staying = 1.0;
        for period in 1..=ahead {
            row[0] = f64::from(stayed.saturating_add(period)).ln();
            staying *= 1.0 - self.logistic.probability(&row)?;
        }
        Ok(1.0 - staying)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A quarter of those with the covariate leave each period, a tenth of those without.
    fn spells() -> (Vec<Spell>, Matrix) {
        let mut spells = Vec::new();
        let mut values = Vec::new();
        for (x, every) in [(1.0, 4_u32), (0.0, 10)] {
            let mut staying = 4000_u32;
            for period in 1..=6 {
                let leaving = staying / every;
                spells.extend((0..leaving).map(|_| Spell {
                    periods: period,
                    left: true,
                }));
                staying -= leaving;
            }
            spells.extend((0..staying).map(|_| Spell {
                periods: 6,
                left: false,
            }));
            values.extend((0..4000).map(|_| x));
        }
        let rows = spells.len();
        (spells, Matrix::new(rows, 1, values).expect("finite values"))
    }

    #[test]
    fn steady_hazards_are_found_and_compounded() {
        let (spells, covariates) = spells();
        let fit = fit_churn(&spells, &covariates, 0.0).expect("a fit");
        assert!(fit.logistic.coefficients[0].abs() < 0.01, "{fit:?}");
        let next = fit.leaving(2, &[1.0], 1).expect("one covariate");
        assert!((next - 0.25).abs() < 0.003, "{next}");
        let three = fit.leaving(0, &[0.0], 3).expect("one covariate");
        assert!((three - (1.0 - 0.9_f64.powi(3))).abs() < 0.004, "{three}");
        assert!(fit.leaving(0, &[], 3).is_err());
    }

    #[test]
    fn spells_that_cannot_be_get_a_verdict() {
        let none = Matrix::zeros(0, 1);
        assert_eq!(fit_churn(&[], &none, 0.0), Err(Verdict::Empty));
        let empty = Spell {
            periods: 0,
            left: true,
        };
        let one = Matrix::zeros(1, 1);
        assert!(matches!(
            fit_churn(&[empty], &one, 0.0),
            Err(Verdict::OutOfRange { .. })
        ));
        let long = Spell {
            periods: u32::MAX,
            left: true,
        };
        assert!(matches!(
            fit_churn(&[long], &one, 0.0),
            Err(Verdict::BadOption { .. })
        ));
    }
}
