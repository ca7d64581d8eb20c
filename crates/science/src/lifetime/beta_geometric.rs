//! BG/NBD (Fader, Hardie & Lee 2005) and MBG/NBD (Batislam, Denizel & Filiztekin 2007): after a
//! purchase a customer leaves with a chance of their own, Beta(a, b); rates are Gamma(r, α).
//!
//! In BG nobody leaves right after the first purchase; in MBG that may happen too. With
//! z = x for BG and x + 1 for MBG:
//! ln L = lnΓ(r+x) − lnΓ(r) + r ln α + ln Γ(b+z)/Γ(b) − ln Γ(a+b+z)/Γ(a+b) − (r+x) ln(α+T)
//!        + ln(1 + eᵍ),  g = ln a − ln(b+z−1) + (r+x) ln((α+T)/(α+t_x)),
//! without the last term for BG and x = 0. P(alive) = 1/(1 + eᵍ).

use super::negative_binomial::add_rates;
use super::population::{Population, Purchases};
use super::terms::{Terms, parameters, total};
use crate::optimise::Surface;
use crate::special::{gauss_tail, rising, saturating};

/// Which of the two; they differ by one chance to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leaving {
    /// 1 when a customer may leave right after the first purchase, else 0.
    pub(super) after_first: u32,
}

pub(super) const BETA_GEOMETRIC: Leaving = Leaving { after_first: 0 };
pub(super) const MODIFIED: Leaving = Leaving { after_first: 1 };

/// The log-likelihood at (ln r, ln α, ln a, ln b).
pub(super) fn surface(leaving: Leaving, population: &Population, logs: &[f64]) -> Surface {
    let point: [f64; 4] = parameters(logs);
    let [r, alpha, a, b] = point;
    let mut sum: Terms<4> = total(&population.rows, |row, sum| {
        let Purchases {
            repeats,
            last,
            observed,
        } = row.purchases;
        let count = row.count;
        let bought = r + f64::from(repeats);
        let end = alpha + observed;
        let log_end = end.ln();
        sum.value -= count * bought * log_end;
        sum.gradient[0] -= count * log_end;
        sum.gradient[1] -= count * bought / end;
        sum.hessian[0][1] -= count / end;
        sum.hessian[1][1] += count * bought / (end * end);
        let chances = repeats + leaving.after_first;
        if chances == 0 {
            return;
        }
        let stay = b + f64::from(chances - 1);
        let start = alpha + last;
        let stretch = (end / start).ln();
        let odds = a / stay * (bought * stretch).exp();
        // Where leaving is certain beyond the range of a float, ln(1 + eᵍ) is g.
        let (value, left) = if odds.is_finite() {
            (odds.ln_1p(), odds / (1.0 + odds))
        } else {
            ((a / stay).ln() + bought * stretch, 1.0)
        };
        sum.value += count * value;
        let inverse = 1.0 / end - 1.0 / start;
        let slope = [stretch, bought * inverse, 1.0 / a, -1.0 / stay];
        let bend = count * left * (1.0 - left);
        for j in 0..4 {
            sum.gradient[j] += count * left * slope[j];
            for k in j..4 {
                sum.hessian[j][k] += bend * slope[j] * slope[k];
            }
        }
        let weight = count * left;
        sum.hessian[0][1] += weight * inverse;
        sum.hessian[1][1] -= weight * bought * inverse * (1.0 / end + 1.0 / start);
        sum.hessian[2][2] -= weight / (a * a);
        sum.hessian[3][3] += weight / (stay * stay);
    });
    add_rates(population, r, alpha, &mut sum);
    for &(repeats, count) in &population.by_repeats {
        let chances = repeats + leaving.after_first;
        sum.add_one(3, count, rising(b, chances));
        let both = rising(a + b, chances);
        sum.value -= count * both[0];
        for j in 2..4 {
            sum.gradient[j] -= count * both[1];
            for k in j..4 {
                sum.hessian[j][k] -= count * both[2];
            }
        }
    }
    sum.in_logs(&point)
}

/// The chance that the customer has not left.
pub(super) fn alive(leaving: Leaving, point: [f64; 4], purchases: &Purchases) -> f64 {
    let [r, alpha, a, b] = point;
    let chances = purchases.repeats + leaving.after_first;
    if chances == 0 {
        return 1.0;
    }
    let stay = b + f64::from(chances - 1);
    let stretch = ((alpha + purchases.observed) / (alpha + purchases.last)).ln();
    let log_odds = (a / stay).ln() + (r + f64::from(purchases.repeats)) * stretch;
    1.0 / (1.0 + log_odds.exp())
}

/// Purchases expected in the time `ahead` after the window.
///
/// The published form is c/(a−1)·[1 − ρ^(r+x)·₂F₁(r+x, b+z; c; 1−ρ)]·P(alive) with
/// c = a+b+z−1 and ρ = (α+T)/(α+T+t). Euler's transform (Abramowitz & Stegun 15.3.3) makes it
/// c/(a−1)·[1 − ρ^(a−1)·₂F₁(c−r−x, a−1; c; 1−ρ)], whose factors a−1 and c cancel term by term:
/// nothing overflows for large x, and a = 1 or a+b = 1 are no exceptions.
pub(super) fn expected(
    leaving: Leaving,
    point: [f64; 4],
    purchases: &Purchases,
    ahead: f64,
) -> f64 {
    let [r, alpha, a, b] = point;
    let bought = f64::from(purchases.repeats);
    let chances = f64::from(purchases.repeats + leaving.after_first);
    let c = a + b + chances - 1.0;
    let end = alpha + purchases.observed;
    let log_ratio = (ahead / end).ln_1p();
    let z = ahead / (end + ahead);
    let tail = gauss_tail(c - r - bought, a, c, z, -(a - 1.0) * log_ratio);
    let lasting = c * saturating(a - 1.0, log_ratio) - tail;
    lasting.max(0.0) * alive(leaving, point, purchases)
}
