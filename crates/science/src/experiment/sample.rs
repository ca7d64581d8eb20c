//! One arm of a trial in three numbers.

use crate::summary::moments;
use crate::verdict::{Verdict, all_finite};

/// An arm: size, mean and variance of one measure per unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Units, e.g. customers.
    pub count: usize,
    /// Mean of the measure.
    pub mean: f64,
    /// Variance of the measure over units (not of the mean).
    pub variance: f64,
}

/// Sums of a numerator m and a denominator d per unit, for a ratio such as value per visit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioSums {
    /// Units, e.g. customers.
    pub count: usize,
    /// Σm.
    pub numerator: f64,
    /// Σm².
    pub numerator_squares: f64,
    /// Σd.
    pub denominator: f64,
    /// Σd².
    pub denominator_squares: f64,
    /// Σmd.
    pub products: f64,
}

impl Sample {
    /// From the values themselves; variance with n − 1.
    ///
    /// # Errors
    /// [`Verdict::Empty`] and [`Verdict::NotFinite`].
    pub fn of(values: &[f64]) -> Result<Self, Verdict> {
        let moments = moments(values)?;
        Ok(Self {
            count: moments.count,
            mean: moments.mean,
            variance: moments.variance,
        })
    }

    /// From a share: `successes` of `trials`, with variance p(1 − p).
    ///
    /// # Errors
    /// [`Verdict::Empty`] without trials; [`Verdict::BadOption`] when more succeeded than tried.
    pub fn of_share(successes: usize, trials: usize) -> Result<Self, Verdict> {
        if trials == 0 {
            return Err(Verdict::Empty);
        }
        if successes > trials {
            return Err(Verdict::BadOption {
                rule: "successes are among the trials",
            });
        }
        let mean = successes as f64 / trials as f64;
        Ok(Self {
            count: trials,
            mean,
            variance: mean * (1.0 - mean),
        })
    }

    /// From a ratio of sums, by the delta method: mean M/D of the unit means, variance
    /// var m/D² + var d·M²/D⁴ − 2 cov·M/D³.
    ///
    /// # Errors
    /// [`Verdict::TooFew`] below two units, [`Verdict::NotFinite`], [`Verdict::Zero`] for the
    /// denominator.
    pub fn of_ratio(sums: &RatioSums) -> Result<Self, Verdict> {
        if sums.count < 2 {
            return Err(Verdict::TooFew {
                have: sums.count,
                need: 2,
            });
        }
        all_finite(&[
            sums.numerator,
            sums.numerator_squares,
            sums.denominator,
            sums.denominator_squares,
            sums.products,
        ])?;
        if sums.denominator == 0.0 {
            return Err(Verdict::Zero {
                of: "the denominator",
            });
        }
        let n = sums.count as f64;
        let (m, d) = (sums.numerator / n, sums.denominator / n);
        let spread =
            |products: f64, first: f64, second: f64| (products - n * first * second) / (n - 1.0);
        let variance = spread(sums.numerator_squares, m, m) / (d * d)
            + spread(sums.denominator_squares, d, d) * m * m / (d * d * d * d)
            - 2.0 * spread(sums.products, m, d) * m / (d * d * d);
        Ok(Self {
            count: sums.count,
            mean: m / d,
            variance,
        })
    }

    /// Refuses an arm that no test can be made with.
    pub(super) fn check(&self) -> Result<(), Verdict> {
        if self.count < 2 {
            return Err(Verdict::TooFew {
                have: self.count,
                need: 2,
            });
        }
        all_finite(&[self.mean, self.variance])?;
        if self.variance < 0.0 {
            return Err(Verdict::BadOption {
                rule: "a variance is not negative",
            });
        }
        Ok(())
    }

    /// Variance of the mean.
    pub(super) fn of_mean(&self) -> f64 {
        self.variance / self.count as f64
    }
}
