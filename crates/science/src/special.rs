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

/// Terms of a hypergeometric series; 0 ≤ z ≤ 0.9995 settles well within them.
const TERMS_MAX: u32 = 100_000;

/// Gauss's hypergeometric function ₂F₁(a, b; c; z) for 0 ≤ z < 1 by its power series
/// (Abramowitz & Stegun 15.1.1); c must not be 0 or a negative integer.
///
/// For positive a, b, c every term is positive, so nothing cancels.
pub(crate) fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for index in 0..TERMS_MAX {
        let n = f64::from(index);
        let ratio = (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        term *= ratio;
        sum += term;
        // What remains is at most a geometric series of this ratio once the ratio has settled.
        if term.abs() <= sum.abs() * 1e-17 * (1.0 - z) && ratio.abs() < 1.0 || !sum.is_finite() {
            break;
        }
    }
    sum
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
        // ₂F₁(1, 1; 2; z) = −ln(1 − z)/z.
        for z in [0.1, 0.5, 0.9, 0.99] {
            let expected = -f64::ln(1.0 - z) / z;
            let got = hypergeometric(1.0, 1.0, 2.0, z);
            assert!((got / expected - 1.0).abs() < 1e-13, "{z}: {got}");
        }
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
