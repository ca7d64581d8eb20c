//! Proportions with their intervals.

use statrs::distribution::{ContinuousCDF, Normal};

/// A proportion with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proportion {
    /// Successes over trials, from 0 to 1.
    pub estimate: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// The 95 % score interval of Wilson (1927), which stays within 0 and 1 and holds for few trials.
///
/// With z = Φ⁻¹(0.975), p = k/n: centre (p + z²/2n)/(1 + z²/n), half-width
/// z/(1 + z²/n)·√(p(1−p)/n + z²/4n²). None without trials, or when successes are not among them.
#[must_use]
pub fn wilson(successes: i64, trials: i64) -> Option<Proportion> {
    if trials <= 0 || successes < 0 || successes > trials {
        return None;
    }
    let z = Normal::standard().inverse_cdf(0.975);
    let (k, n) = (successes as f64, trials as f64);
    let estimate = k / n;
    let scale = 1.0 + z * z / n;
    let centre = (estimate + z * z / (2.0 * n)) / scale;
    let spread = (estimate * (1.0 - estimate) / n + z * z / (4.0 * n * n)).sqrt();
    let half = z / scale * spread;
    Some(Proportion {
        estimate,
        low: (centre - half).max(0.0),
        high: (centre + half).min(1.0),
    })
}

/// The difference of two shares with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The first share less the second, from −1 to 1.
    pub estimate: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

/// How far the share of one group lies above that of another, both given as successes and trials
/// of independent groups.
///
/// The interval joins the score intervals (l, u) of the two shares p and q: from
/// p − q − √((p − l₁)² + (u₂ − q)²) to p − q + √((u₁ − p)² + (q − l₂)²), which is method 10 of
/// Newcombe (1998), Statistics in Medicine 17, 873–890. None as with [`wilson`].
#[must_use]
pub fn difference(first: (i64, i64), second: (i64, i64)) -> Option<Difference> {
    let (p, q) = (wilson(first.0, first.1)?, wilson(second.0, second.1)?);
    let estimate = p.estimate - q.estimate;
    let below = (p.estimate - p.low).hypot(q.high - q.estimate);
    let above = (p.high - p.estimate).hypot(q.estimate - q.low);
    Some(Difference {
        estimate,
        low: (estimate - below).max(-1.0),
        high: (estimate + above).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Newcombe (1998), table II: method 10.
    #[test]
    fn differences_agree_with_the_published_ones() {
        for (first, second, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
        ] {
            let got = difference(first, second).expect("trials");
            let is_near = (got.low - low).abs() < 5e-5 && (got.high - high).abs() < 5e-5;
            assert!(is_near, "{first:?} {second:?}: {got:?}");
        }
        assert_eq!(difference((1, 0), (1, 2)), None);
    }

    /// Newcombe (1998), Statistics in Medicine 17, table I: 95 % score intervals.
    #[test]
    fn intervals_agree_with_the_published_ones() {
        for (successes, trials, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let got = wilson(successes, trials).expect("trials");
            assert!(
                (got.low - low).abs() < 5e-5,
                "{successes}/{trials}: {got:?}"
            );
            assert!(
                (got.high - high).abs() < 5e-5,
                "{successes}/{trials}: {got:?}"
            );
        }
    }

    #[test]
    fn what_is_no_proportion_has_no_interval() {
        for (successes, trials) in [(0, 0), (-1, 5), (6, 5), (1, -1)] {
            assert_eq!(wilson(successes, trials), None);
        }
    }
}
