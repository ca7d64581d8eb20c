//! NBD: everybody keeps buying at a rate of their own (Ehrenberg 1959).
//!
//! Rates are Gamma(r, α):
//! ln L = lnΓ(r+x) − lnΓ(r) + r ln α − (r+x) ln(α+T).

use super::population::Population;
use super::terms::{Terms, parameters, total};
use crate::optimise::Surface;
use crate::special::rising;

/// The log-likelihood at (ln r, ln α).
pub(super) fn surface(population: &Population, logs: &[f64]) -> Surface {
    let [r, alpha] = parameters(logs);
    let mut sum: Terms<2> = total(&population.rows, |row, sum| {
        let bought = r + f64::from(row.purchases.repeats);
        let end = alpha + row.purchases.observed;
        let log = end.ln();
        sum.value -= row.count * bought * log;
        sum.gradient[0] -= row.count * log;
        sum.gradient[1] -= row.count * bought / end;
        sum.hessian[0][1] -= row.count / end;
        sum.hessian[1][1] += row.count * bought / (end * end);
    });
    add_rates(population, r, alpha, &mut sum);
    sum.in_logs(&[r, alpha])
}

/// Adds Σ lnΓ(r+x) − lnΓ(r) + r ln α, which all models here share; r is parameter 0, α is 1.
pub(super) fn add_rates<const N: usize>(
    population: &Population,
    r: f64,
    alpha: f64,
    sum: &mut Terms<N>,
) {
    for &(repeats, count) in &population.by_repeats {
        sum.add_one(0, count, rising(r, repeats));
    }
    let customers = population.customers as f64;
    sum.value += customers * r * alpha.ln();
    sum.gradient[0] += customers * alpha.ln();
    sum.gradient[1] += customers * r / alpha;
    sum.hessian[0][1] += customers / alpha;
    sum.hessian[1][1] -= customers * r / (alpha * alpha);
}
