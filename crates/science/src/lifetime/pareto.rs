//! Pareto/NBD (Schmittlein, Morrison & Colombo 1987): customers buy at rates Gamma(r, α) until
//! they leave at rates Gamma(s, β).
//!
//! ln L = lnΓ(r+x) − lnΓ(r) + r ln α + s ln β + ln[A + I] with
//! A = (α+T)^−(r+x)·(β+T)^−s (still there) and
//! I = s∫ (α+u)^−(r+x)·(β+u)^−(s+1) du from t_x to T (left at u).
//!
//! The published form writes I as a difference of two ₂F₁, which loses its digits when t_x is
//! near T. Here I is integrated in y = ln(m+u), m = min(α, β), by Gauss–Legendre panels short
//! enough for full precision; slope and curvature of ln[A + I] are moments over its nodes.

use super::negative_binomial::add_rates;
use super::population::{Population, Purchases};
use super::terms::{Terms, parameters, total};
use crate::optimise::Surface;
use crate::special::{LEGENDRE, integrate, saturating};

/// Beyond this many powers of e below its start the integrand adds nothing.
const NEGLIGIBLE: f64 = 42.0;

/// Panels are cut so that the integrand falls by at most e to this power within one, …
const FALL_MAX: f64 = 14.0;

/// … and is never longer than this in y, where its poles lie π away.
const LENGTH_MAX: f64 = 2.0;

/// No history needs more panels; one of absurd counts gets these and less precision.
const PANELS_MAX: u32 = 64;

/// The log-likelihood at (ln r, ln α, ln s, ln β).
pub(super) fn surface(population: &Population, logs: &[f64]) -> Surface {
    let point: [f64; 4] = parameters(logs);
    let [r, alpha, s, beta] = point;
    let mut sum: Terms<4> = total(&population.rows, |row, sum| {
        add_row(point, &row.purchases, row.count, sum);
    });
    add_rates(population, r, alpha, &mut sum);
    let customers = population.customers as f64;
    sum.value += customers * s * beta.ln();
    sum.gradient[2] += customers * beta.ln();
    sum.gradient[3] += customers * s / beta;
    sum.hessian[2][3] += customers / beta;
    sum.hessian[3][3] -= customers * s / (beta * beta);
    sum.in_logs(&point)
}

/// One way a history can have come about: its logarithmic weight's slope and curvature.
struct Way {
    slope: [f64; 4],
    /// The non-zero second derivatives: rα, αα, sβ, ββ. That in ss is the same for all that left.
    bend: [f64; 4],
}

impl Way {
    fn new(point: [f64; 4], bought: f64, lost: f64, near: f64, far: f64) -> Self {
        // `lost` is s for those still there and s + 1 for those who left.
        let [_, _, s, _] = point;
        let (one, two) = (1.0 / near, 1.0 / far);
        let gone = if lost > s { 1.0 / s } else { 0.0 };
        Self {
            slope: [-near.ln(), -bought * one, gone - far.ln(), -lost * two],
            bend: [-one, bought * one * one, -two, lost * two * two],
        }
    }
}

/// Adds `count`·ln[A + I] with slope and curvature: moments over the ways it can have come about.
fn add_row(point: [f64; 4], purchases: &Purchases, count: f64, sum: &mut Terms<4>) {
    let [r, alpha, s, beta] = point;
    let bought = r + f64::from(purchases.repeats);
    let near = alpha + purchases.observed;
    let far = beta + purchases.observed;
    let there = Way::new(point, bought, s, near, far);
    let log_there = -bought * near.ln() - s * far.ln();
    let log_start = log_at_last(point, purchases);
    // All weights are relative to the integrand at the last purchase or to A, whichever is more.
    let base = log_start.max(log_there);
    let alive = (log_there - base).exp();
    let mut weight = alive;
    let mut first = there.slope.map(|value| alive * value);
    let mut bend = there.bend.map(|value| alive * value);
    let mut square = [[0.0; 4]; 4];
    add_square(&mut square, &there.slope, alive);
    let scale = s * (log_start - base).exp();
    for_nodes(point, purchases, |u, relative| {
        let part = scale * relative;
        let way = Way::new(point, bought, s + 1.0, alpha + u, beta + u);
        weight += part;
        for j in 0..4 {
            first[j] += part * way.slope[j];
            bend[j] += part * way.bend[j];
        }
        add_square(&mut square, &way.slope, part);
    });
    let left = (weight - alive) / weight;
    sum.value += count * (weight.ln() + base);
    let mean = first.map(|value| value / weight);
    for j in 0..4 {
        sum.gradient[j] += count * mean[j];
        for k in j..4 {
            sum.hessian[j][k] += count * (square[j][k] / weight - mean[j] * mean[k]);
        }
    }
    let bend = bend.map(|value| count * value / weight);
    sum.hessian[0][1] += bend[0];
    sum.hessian[1][1] += bend[1];
    sum.hessian[2][2] -= count * left / (s * s);
    sum.hessian[2][3] += bend[2];
    sum.hessian[3][3] += bend[3];
}

fn add_square(square: &mut [[f64; 4]; 4], slope: &[f64; 4], weight: f64) {
    for j in 0..4 {
        for k in j..4 {
            square[j][k] += weight * slope[j] * slope[k];
        }
    }
}

/// The logarithm of the integrand without s at the last purchase.
fn log_at_last(point: [f64; 4], purchases: &Purchases) -> f64 {
    let [r, alpha, s, beta] = point;
    let bought = r + f64::from(purchases.repeats);
    -bought * (alpha + purchases.last).ln() - (s + 1.0) * (beta + purchases.last).ln()
}

/// Calls `take` with each node u between the last purchase and the end, and the node's weight
/// times the integrand relative to its value at the last purchase.
fn for_nodes(point: [f64; 4], purchases: &Purchases, mut take: impl FnMut(f64, f64)) {
    let [r, alpha, s, beta] = point;
    let bought = r + f64::from(purchases.repeats);
    let smaller = alpha.min(beta);
    let (power, other_power) = if alpha <= beta {
        (bought, s + 1.0)
    } else {
        (s + 1.0, bought)
    };
    let start = smaller + purchases.last;
    let other = alpha.max(beta) + purchases.last;
    let mut length = ((purchases.observed - purchases.last) / start).ln_1p();
    if length <= 0.0 {
        return;
    }
    // In y the integrand falls at least as fast as here, since (m+u)/(M+u) grows with u.
    let fall_least = power + other_power * start / other - 1.0;
    if fall_least > 0.0 {
        length = length.min(NEGLIGIBLE / fall_least);
    }
    let fall_most = (power + other_power).max(1.0);
    let wanted = (length * fall_most / FALL_MAX)
        .max(length / LENGTH_MAX)
        .ceil();
    // In range: clamped before the conversion.
    let panels = wanted.clamp(1.0, f64::from(PANELS_MAX)) as u32;
    let half = length / (2.0 * f64::from(panels));
    for panel in 0..panels {
        let centre = half * f64::from(2 * panel + 1);
        for (node, weight) in LEGENDRE {
            for y in [centre - half * node, centre + half * node] {
                let passed = start * y.exp_m1();
                let fall = (power - 1.0) * y + other_power * (passed / other).ln_1p();
                // du = (m+u) dy; the power − 1 holds that factor relative to the start.
                take(
                    purchases.last + passed,
                    half * weight * start * (-fall).exp(),
                );
            }
        }
    }
}

/// The chance that the customer has not left: A/(A + I).
pub(super) fn alive(point: [f64; 4], purchases: &Purchases) -> f64 {
    let [r, alpha, s, beta] = point;
    let bought = r + f64::from(purchases.repeats);
    let mut integral = 0.0;
    for_nodes(point, purchases, |_, weight| integral += weight);
    let log_there =
        -bought * (alpha + purchases.observed).ln() - s * (beta + purchases.observed).ln();
    let log_left = s.ln() + integral.ln() + log_at_last(point, purchases);
    if integral > 0.0 {
        1.0 / (1.0 + (log_left - log_there).exp())
    } else {
        1.0
    }
}

/// Purchases expected in the time `ahead` after the window:
/// (r+x)(β+T)/((α+T)(s−1))·[1 − ((β+T)/(β+T+t))^(s−1)]·P(alive), also at s = 1.
pub(super) fn expected(point: [f64; 4], purchases: &Purchases, ahead: f64) -> f64 {
    let [r, alpha, s, beta] = point;
    let rate = (r + f64::from(purchases.repeats)) / (alpha + purchases.observed);
    let far = beta + purchases.observed;
    let lasting = far * saturating(s - 1.0, (ahead / far).ln_1p());
    rate * lasting * alive(point, purchases)
}

/// Discounted expected residual transactions at the continuous rate `rate` for ever (Fader,
/// Hardie & Lee 2005): (r+x)/(α+T)·P(alive)·∫ e^(−δt)·((β+T)/(β+T+t))^s dt, which equals the
/// published form in Tricomi's function, integrated in y = ln(1 + t/(β+T)).
pub(super) fn discounted(point: [f64; 4], purchases: &Purchases, rate: f64) -> f64 {
    let [r, alpha, s, beta] = point;
    let buying = (r + f64::from(purchases.repeats)) / (alpha + purchases.observed);
    let far = beta + purchases.observed;
    let steep = rate * far;
    // e^(−δt) alone is below e^−42 from here on.
    let end = (NEGLIGIBLE / steep).ln_1p();
    let panels = end.max(1.0).ceil().min(4096.0) as u32 * 4;
    let lasting = integrate(0.0, end, panels, |y| {
        (-steep * y.exp_m1() - (s - 1.0) * y).exp()
    });
    buying * far * lasting * alive(point, purchases)
}
