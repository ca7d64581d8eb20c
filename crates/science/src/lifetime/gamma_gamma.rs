//! What a purchase of a customer is worth (Colombo & Jiang 1999; Fader, Hardie & Lee 2005).

use crate::linear::Matrix;
use crate::optimise::{Surface, maximise};
use crate::special::{digamma, ln_gamma, trigamma};
use crate::summary::correlation;
use crate::verdict::Verdict;
use rayon::prelude::*;

/// A customer's repeat purchases and their mean value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spend {
    /// Repeat days, the first purchase not among them.
    pub repeats: u32,
    /// Mean value of a repeat day, in any one unit of money.
    pub mean: f64,
}

/// Values of one customer's purchases are Gamma(p, ν), ν across customers Gamma(q, γ).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpendModel {
    /// Shape of a customer's purchase values.
    pub p: f64,
    /// Shape across customers.
    pub q: f64,
    /// Scale across customers, in the unit of money.
    pub gamma: f64,
}

impl SpendModel {
    /// The mean value of a purchase over all customers, pγ/(q−1); None when q ≤ 1, where the
    /// tail is too long for a mean.
    #[must_use]
    pub fn population_mean(&self) -> Option<f64> {
        (self.q > 1.0).then(|| self.p * self.gamma / (self.q - 1.0))
    }

    /// The expected value of a customer's purchases, p(γ + x·m)/(px + q − 1): between the own
    /// mean and the population's. Without repeats it is the population's. None when there is no
    /// such mean (px + q ≤ 1).
    #[must_use]
    pub fn expected(&self, spend: &Spend) -> Option<f64> {
        let count = f64::from(spend.repeats);
        let total = if spend.repeats == 0 {
            0.0
        } else {
            count * spend.mean
        };
        let below = self.p * count + self.q - 1.0;
        (below > 0.0).then(|| self.p * (self.gamma + total) / below)
    }
}

/// A fitted model of purchase values; see [`fit_spend`].
#[derive(Debug, Clone, PartialEq)]
pub struct SpendFit {
    /// The model.
    pub model: SpendModel,
    /// Log-likelihood of the data.
    pub log_likelihood: f64,
    /// The largest slope of the log-likelihood in the logarithm of a parameter; near 0.
    pub gradient_norm: f64,
    /// Steps that the search took.
    pub iterations: usize,
    /// Customers used.
    pub customers: usize,
    /// Customers passed over: without repeats or without a mean above 0.
    pub passed_over: usize,
    /// Correlation of repeats and mean value, which the model takes to be 0; None where either
    /// is the same for all.
    pub correlation: Option<f64>,
    /// Standard errors of p, q and γ; None on a flat top.
    pub standard_errors: Option<[f64; 3]>,
    /// What limits the use of the fit.
    pub notes: Vec<Verdict>,
}

/// Fewest customers from whom three parameters are learnt.
const CUSTOMERS_MIN: usize = 10;

/// Logarithms of parameters stay within ± this, with values in units of their mean.
const BOUND: f64 = 11.0;

/// Rows summed by one task; fixed, so that rounding does not depend on the cores.
const PIECE: usize = 1024;

/// Fits the Gamma-Gamma model by maximum likelihood over customers with repeats and a mean above
/// 0:
///
/// ln L = lnΓ(px+q) − lnΓ(px) − lnΓ(q) + q ln γ + (px−1) ln m + px ln x − (px+q) ln(xm+γ).
///
/// # Errors
/// [`Verdict::NotFinite`] and [`Verdict::OutOfRange`] (a negative mean) with the row,
/// [`Verdict::NoRepeats`], [`Verdict::TooFew`], [`Verdict::NoVariation`] when all means are equal,
/// [`Verdict::NotConverged`].
pub fn fit_spend(customers: &[Spend]) -> Result<SpendFit, Verdict> {
    let (rows, unit) = prepared(customers)?;
    let function = |at: &[f64]| surface(&rows, at);
    let starts = [[1.5, 1.5, 0.5], [0.0, 1.0, 0.0], [3.0, 3.0, 3.0]];
    let mut iterations = 0;
    let mut found = None;
    for start in starts {
        let Some(end) = maximise(&start, 2.0, BOUND, function) else {
            continue;
        };
        iterations += end.iterations;
        if end.converged {
            found = Some(end);
            break;
        }
    }
    let found = found.ok_or(Verdict::NotConverged { iterations })?;
    let [p, q, gamma] = [
        found.at[0].exp(),
        found.at[1].exp(),
        found.at[2].exp() * unit,
    ];
    let mut notes = Vec::new();
    if found.frozen.iter().any(|frozen| *frozen) {
        notes.push(Verdict::NoHeterogeneity {
            of: "what they spend",
        });
    }
    let standard_errors = found.covariance().map(|covariance| {
        let error = |j: usize, value: f64| value * covariance.at(j, j).sqrt();
        [error(0, p), error(1, q), error(2, gamma)]
    });
    if standard_errors.is_none() {
        notes.push(Verdict::FlatLikelihood);
    }
    let repeats: Vec<f64> = rows.iter().map(|row| f64::from(row.repeats)).collect();
    let means: Vec<f64> = rows.iter().map(|row| row.mean).collect();
    Ok(SpendFit {
        model: SpendModel { p, q, gamma },
        log_likelihood: found.surface.value - rows.len() as f64 * unit.ln(),
        gradient_norm: found.gradient_norm(),
        iterations,
        customers: rows.len(),
        passed_over: customers.len() - rows.len(),
        correlation: correlation(&repeats, &means),
        standard_errors,
        notes,
    })
}

/// The usable rows by repeats, values in units of their mean, and that mean.
fn prepared(customers: &[Spend]) -> Result<(Vec<Spend>, f64), Verdict> {
    if customers.is_empty() {
        return Err(Verdict::Empty);
    }
    for (row, spend) in customers.iter().enumerate() {
        if !spend.mean.is_finite() {
            return Err(Verdict::NotFinite { row });
        }
        if spend.mean < 0.0 {
            return Err(Verdict::OutOfRange {
                row,
                rule: "a mean value is not negative",
            });
        }
    }
    let mut rows: Vec<Spend> = customers
        .iter()
        .filter(|spend| spend.repeats > 0 && spend.mean > 0.0)
        .copied()
        .collect();
    if rows.is_empty() {
        return Err(Verdict::NoRepeats);
    }
    if rows.len() < CUSTOMERS_MIN {
        return Err(Verdict::TooFew {
            have: rows.len(),
            need: CUSTOMERS_MIN,
        });
    }
    rows.sort_by(|a, b| a.repeats.cmp(&b.repeats).then(a.mean.total_cmp(&b.mean)));
    if rows.iter().all(|row| row.mean == rows[0].mean) {
        return Err(Verdict::NoVariation {
            of: "the value of a purchase",
        });
    }
    let unit = rows.iter().map(|row| row.mean).sum::<f64>() / rows.len() as f64;
    for row in &mut rows {
        row.mean /= unit;
    }
    Ok((rows, unit))
}

/// The log-likelihood at (ln p, ln q, ln γ) of rows sorted by repeats.
fn surface(rows: &[Spend], logs: &[f64]) -> Surface {
    let point = [logs[0].exp(), logs[1].exp(), logs[2].exp()];
    // Value, gradient p q γ, and Hessian pp pq pγ qq qγ γγ.
    let pieces: Vec<[f64; 10]> = rows
        .par_chunks(PIECE)
        .map(|piece| {
            let mut sum = [0.0; 10];
            for same in piece.chunk_by(|a, b| a.repeats == b.repeats) {
                add_same(point, same, &mut sum);
            }
            sum
        })
        .collect();
    let mut sum = [0.0; 10];
    for piece in &pieces {
        for (total, value) in sum.iter_mut().zip(piece) {
            *total += value;
        }
    }
    let second = [[4, 5, 6], [5, 7, 8], [6, 8, 9]];
    let mut hessian = Matrix::zeros(3, 3);
    let mut gradient = Vec::with_capacity(3);
    for j in 0..3 {
        gradient.push(sum[1 + j] * point[j]);
        hessian.add(j, j, sum[1 + j] * point[j]);
        for k in 0..3 {
            hessian.add(j, k, sum[second[j][k]] * point[j] * point[k]);
        }
    }
    Surface {
        value: sum[0],
        gradient,
        hessian,
    }
}

/// Adds rows of one number of repeats, which share the special functions.
fn add_same([p, q, gamma]: [f64; 3], same: &[Spend], sum: &mut [f64; 10]) {
    let x = f64::from(same[0].repeats);
    let (bought, both) = (p * x, p * x + q);
    let constant = ln_gamma(both) - ln_gamma(bought) - ln_gamma(q) + q * gamma.ln();
    let first = digamma(both);
    let second = trigamma(both);
    let slope_p = first - digamma(bought);
    let slope_q = first - digamma(q) + gamma.ln();
    let bend_p = second - trigamma(bought);
    let bend_q = second - trigamma(q);
    for row in same {
        let total = x * row.mean;
        let end = total + gamma;
        let (log_total, log_end) = (total.ln(), end.ln());
        sum[0] += constant + bought * log_total - row.mean.ln() - both * log_end;
        sum[1] += x * (slope_p + log_total - log_end);
        sum[2] += slope_q - log_end;
        sum[3] += q / gamma - both / end;
        sum[4] += x * x * bend_p;
        sum[5] += x * second;
        sum[6] -= x / end;
        sum[7] += bend_q;
        sum[8] += 1.0 / gamma - 1.0 / end;
        sum[9] += both / (end * end) - q / (gamma * gamma);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn varied(count: u32, unit: f64) -> Vec<Spend> {
        (0..count)
            .map(|customer| Spend {
                repeats: 1 + customer % 5,
                mean: unit * (10.0 + f64::from(customer * 7 % 31) + f64::from(customer % 3)),
            })
            .collect()
    }

    #[test]
    fn the_unit_of_money_changes_only_the_scale() {
        let euros = fit_spend(&varied(300, 1.0)).expect("a fit");
        let cents = fit_spend(&varied(300, 100.0)).expect("a fit");
        assert!((euros.model.p / cents.model.p - 1.0).abs() < 1e-6);
        assert!((euros.model.gamma * 100.0 / cents.model.gamma - 1.0).abs() < 1e-6);
        let shift = euros.log_likelihood - cents.log_likelihood;
        assert!((shift - 300.0 * 100_f64.ln()).abs() < 1e-6);
    }

    #[test]
    fn what_tells_nothing_of_value_gets_a_verdict() {
        assert_eq!(fit_spend(&[]), Err(Verdict::Empty));
        let none = Spend {
            repeats: 0,
            mean: 0.0,
        };
        assert_eq!(fit_spend(&[none; 50]), Err(Verdict::NoRepeats));
        let same = Spend {
            repeats: 2,
            mean: 10.0,
        };
        assert!(matches!(
            fit_spend(&[same; 50]),
            Err(Verdict::NoVariation { .. })
        ));
        assert!(matches!(
            fit_spend(&varied(5, 1.0)),
            Err(Verdict::TooFew { .. })
        ));
        let mut rows = varied(30, 1.0);
        rows[3].mean = f64::NAN;
        assert_eq!(fit_spend(&rows), Err(Verdict::NotFinite { row: 3 }));
        rows[3].mean = -1.0;
        assert!(fit_spend(&rows).is_err());
    }
}
