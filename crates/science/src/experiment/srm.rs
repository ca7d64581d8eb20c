//! Whether units were split as planned: a trial with the wrong sizes is broken somewhere.

use crate::verdict::{Verdict, same_length};
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// The outcome of [`sample_ratio`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SampleRatio {
    /// Σ (seen − planned)²/planned.
    pub chi_square: f64,
    /// Arms less 1.
    pub degrees_of_freedom: usize,
    /// The chance of sizes this far off the plan when the split works. Below 0.001 look for the
    /// fault before reading any effect.
    pub p: f64,
}

/// Compares the sizes of arms with their planned weights by Pearson's χ² (1900). Weights need
/// not sum to 1.
///
/// # Errors
/// [`Verdict::TooFew`] below two arms, [`Verdict::UnequalLengths`], [`Verdict::OutOfRange`] for a
/// weight not above 0, [`Verdict::Empty`] when no unit was counted.
pub fn sample_ratio(sizes: &[u64], weights: &[f64]) -> Result<SampleRatio, Verdict> {
    same_length(sizes.len(), weights.len())?;
    if sizes.len() < 2 {
        return Err(Verdict::TooFew {
            have: sizes.len(),
            need: 2,
        });
    }
    let wrong = |weight: &f64| !weight.is_finite() || *weight <= 0.0;
    if let Some(row) = weights.iter().position(wrong) {
        return Err(Verdict::OutOfRange {
            row,
            rule: "a planned weight is above 0",
        });
    }
    let total = sizes.iter().map(|&size| size as f64).sum::<f64>();
    if total == 0.0 {
        return Err(Verdict::Empty);
    }
    let all: f64 = weights.iter().sum();
    let mut chi_square = 0.0;
    for (&size, weight) in sizes.iter().zip(weights) {
        let planned = total * weight / all;
        chi_square += (size as f64 - planned).powi(2) / planned;
    }
    let freedom = sizes.len() - 1;
    let distribution = ChiSquared::new(freedom as f64).map_err(|_| Verdict::Empty)?;
    Ok(SampleRatio {
        chi_square,
        degrees_of_freedom: freedom,
        p: distribution.sf(chi_square),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_as_planned_raise_no_doubt() {
        let even = sample_ratio(&[500, 1000], &[1.0, 2.0]).expect("two arms");
        assert_eq!((even.chi_square, even.degrees_of_freedom), (0.0, 1));
        assert!((even.p - 1.0).abs() < 1e-12);
        assert!(sample_ratio(&[5], &[1.0]).is_err());
        assert!(sample_ratio(&[5, 5], &[1.0, 0.0]).is_err());
        assert_eq!(sample_ratio(&[0, 0], &[1.0, 1.0]), Err(Verdict::Empty));
    }
}
