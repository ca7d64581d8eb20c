//! Special functions that no crate of ours brings, and quadrature.

pub(crate) use statrs::function::gamma::{digamma, ln_gamma};

/// The derivative of the digamma function, for x > 0: recurrence up to 10, then the asymptotic
/// series (Abramowitz & Stegun 6.4.6 and 6.4.12).
pub(crate) fn trigamma(x: f64) -> f64 {
    let mut shifted = x;
    let mut sum = 0.0;
    while shifted < 10.0 {
        sum += 1.0 / (shifted * shifted);
        shifted += 1.0;
    }
    let inverse = 1.0 / shifted;
    let square = inverse * inverse;
    let series = 1.0 / 6.0
        + square
            * (-1.0 / 30.0
                + square
                    * (1.0 / 42.0
                        + square
                            * (-1.0 / 30.0 + square * (5.0 / 66.0 - square * 691.0 / 2730.0))));
    sum + inverse + square / 2.0 + inverse * square * series
}

/// ln(Γ(θ + count)/Γ(θ)) with its first and second derivative in θ > 0.
pub(crate) fn rising(theta: f64, count: u32) -> [f64; 3] {
    if count > 64 {
        let end = theta + f64::from(count);
        return [
            ln_gamma(end) - ln_gamma(theta),
            digamma(end) - digamma(theta),
            trigamma(end) - trigamma(theta),
        ];
    }
    let mut sums = [0.0; 3];
    for step in 0..count {
        let value = theta + f64::from(step);
        sums[0] += value.ln();
        sums[1] += 1.0 / value;
        sums[2] -= 1.0 / (value * value);
    }
    sums
}

/// No series is summed further than this; those of a fitted model settle well within it.
const TERMS_MAX: u32 = 300_000;

/// Beyond this a running sum is scaled down, so that no series overflows.
const SCALE: f64 = 1e200;

/// Σ_{n ≥ 1} (p)ₙ (a)ₙ₋₁ / ((c + 1)ₙ₋₁ n!) zⁿ · exp(`log_factor`) for 0 ≤ z < 1 and c > −1:
/// Gauss's series (Abramowitz & Stegun 15.1.1) without its first term and without the factors
/// (a − 1)/c, which the caller has divided out so that neither can vanish.
pub(crate) fn gauss_tail(p: f64, a: f64, c: f64, z: f64, log_factor: f64) -> f64 {
    let mut term = p * z;
    let mut sum = term;
    let mut log_scale = log_factor;
    for index in 1..TERMS_MAX {
        let n = f64::from(index);
        let ratio = (p + n) * (a + n - 1.0) / ((c + n) * (n + 1.0)) * z;
        term *= ratio;
        sum += term;
        // What remains is less than a geometric series once the ratio has settled below 1.
        if ratio.abs() < 1.0 && term.abs() <= sum.abs() * 1e-17 * (1.0 - ratio.abs()) {
            break;
        }
        if term.abs() > SCALE {
            term /= SCALE;
            sum /= SCALE;
            log_scale += SCALE.ln();
        }
    }
    if log_scale == 0.0 || sum == 0.0 {
        return sum;
    }
    sum.signum() * (sum.abs().ln() + log_scale).exp()
}

/// (1 − e^(−k·x))/k, which is x where k is 0.
pub(crate) fn saturating(k: f64, x: f64) -> f64 {
    if (k * x).abs() < 1e-12 {
        x
    } else {
        -(-k * x).exp_m1() / k
    }
}

/// Nodes and weights of Gauss–Legendre quadrature on (−1, 1): the positive half of 16 points
/// (Abramowitz & Stegun table 25.4).
pub(crate) const LEGENDRE: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_6),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

/// ∫ of `function` from `low` to `high` in `panels` equal pieces of 16 nodes each.
pub(crate) fn integrate(
    low: f64,
    high: f64,
    panels: u32,
    mut function: impl FnMut(f64) -> f64,
) -> f64 {
    let half = (high - low) / (2.0 * f64::from(panels));
    let mut sum = 0.0;
    for panel in 0..panels {
        let centre = low + half * f64::from(2 * panel + 1);
        for (node, weight) in LEGENDRE {
            sum += weight * (function(centre - half * node) + function(centre + half * node));
        }
    }
    sum * half
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_come_out() {
        // π²/6 and its neighbour.
        let basel = std::f64::consts::PI.powi(2) / 6.0;
        assert!((trigamma(1.0) - basel).abs() < 1e-13);
        assert!((trigamma(2.0) - basel + 1.0).abs() < 1e-13);
        // With p = a = c = 1: Σ zⁿ/n... of −ln(1 − z), and scaled down in between.
        for z in [0.1, 0.5, 0.9, 0.99] {
            let expected = -f64::ln(1.0 - z);
            let got = gauss_tail(1.0, 1.0, 1.0, z, 0.0);
            assert!((got / expected - 1.0).abs() < 1e-12, "{z}: {got}");
        }
        // p = 900, a = 1, c = 0: (1 − z)^−900 − 1.
        let large = gauss_tail(900.0, 1.0, 0.0, 0.7, 900.0 * 0.3_f64.ln());
        assert!((large - 1.0).abs() < 1e-9, "{large}");
        let third = integrate(0.0, 1.0, 1, |x| x * x);
        assert!((third - 1.0 / 3.0).abs() < 1e-15);
        let weights: f64 = LEGENDRE.iter().map(|(_, weight)| 2.0 * weight).sum();
        assert!((weights - 2.0).abs() < 1e-14);
    }

    #[test]
    fn short_and_long_ways_of_rising_agree() {
        let mut short = rising(0.37, 64);
        let value: f64 = 64.37;
        short[0] += value.ln();
        short[1] += 1.0 / value;
        short[2] -= 1.0 / (value * value);
        for (long, short) in rising(0.37, 65).into_iter().zip(short) {
            assert!((long / short - 1.0).abs() < 1e-12, "{long} {short}");
        }
    }
}
