//! Means, variances and quantiles: the small change of statistics.

use crate::verdict::{Verdict, all_finite};
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// From so many degrees of freedom on, Student's quantiles are taken from their series about the
/// normal ones: its next term is below 10⁻⁶ there at any usual confidence.
const SERIES_FROM: usize = 500;

/// Size, mean and sample variance of one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Values.
    pub count: usize,
    /// Σx/n.
    pub mean: f64,
    /// Σ(x − mean)²/(n − 1); 0 for a single value.
    pub variance: f64,
}

/// Size, mean and variance (with n − 1), in two passes so that large offsets cost no digits.
///
/// # Errors
/// [`Verdict::Empty`] and [`Verdict::NotFinite`].
pub fn moments(values: &[f64]) -> Result<Moments, Verdict> {
    if values.is_empty() {
        return Err(Verdict::Empty);
    }
    all_finite(values)?;
    let count = values.len();
    let mean = values.iter().sum::<f64>() / count as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let variance = if count > 1 {
        squares / (count - 1) as f64
    } else {
        0.0
    };
    Ok(Moments {
        count,
        mean,
        variance,
    })
}

/// A mean with its interval; see [`Moments::interval_of_mean`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanInterval {
    /// The mean.
    pub mean: f64,
    /// Its standard error, √(variance/n).
    pub standard_error: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// [`moments`] of integers from their number, Σx and Σx². The spread about the mean is computed
/// in integers, so nothing is lost when it is small beside the mean.
///
/// # Errors
/// [`Verdict::Empty`]; [`Verdict::BadOption`] when no column has such sums, or Σx² is above 2¹²⁰.
pub fn moments_of_sums(count: u64, sum: i128, squares: i128) -> Result<Moments, Verdict> {
    if count == 0 {
        return Err(Verdict::Empty);
    }
    let impossible = Verdict::BadOption {
        rule: "a count, a sum and a sum of squares belong to one column",
    };
    let n = i128::from(count);
    let (middle, rest) = (sum.div_euclid(n), sum.rem_euclid(n));
    // Σ(x − middle)² = Σx² − 2·middle·Σx + n·middle². As (Σx)² ≤ nΣx², no term passes 4Σx² + n
    // for sums of one column; others overflow here or come out below rest²/n, the least there is.
    let about_middle = || {
        let twice = middle.checked_mul(2)?.checked_mul(sum)?;
        let square = middle.checked_mul(middle)?.checked_mul(n)?;
        squares.checked_sub(twice)?.checked_add(square)
    };
    let about_middle = about_middle().filter(|_| squares <= 1 << 120);
    let about_middle = about_middle.ok_or(impossible.clone())?;
    let rest = rest as f64;
    let spread = about_middle as f64 - rest * rest / count as f64;
    // Rounding is at most a few units in the last place of either; one value has no spread.
    if spread < -1e-12 * rest * rest / count as f64 || (count == 1 && spread > 0.0) {
        return Err(impossible);
    }
    let variance = if count > 1 {
        spread.max(0.0) / (count - 1) as f64
    } else {
        0.0
    };
    Ok(Moments {
        count: usize::try_from(count).map_err(|_| impossible)?,
        mean: sum as f64 / count as f64,
        variance,
    })
}

impl Moments {
    /// mean ± t·√(variance/n), with t of Student (1908) for n − 1 degrees of freedom.
    ///
    /// Exact for normal values, and near the truth for others once n is large: for skewed ones,
    /// as money is, once n > 25·(third central moment)²/variance³ (Cochran 1977, §2.15). Values
    /// that are all the same give the point, which says nothing about the next one.
    ///
    /// # Errors
    /// [`Verdict::TooFew`] below two values; [`Verdict::BadOption`] unless 0 < confidence < 1.
    pub fn interval_of_mean(&self, confidence: f64) -> Result<MeanInterval, Verdict> {
        if !(confidence > 0.0 && confidence < 1.0) {
            return Err(Verdict::BadOption {
                rule: "a confidence lies between 0 and 1",
            });
        }
        if self.count < 2 {
            return Err(Verdict::TooFew {
                have: self.count,
                need: 2,
            });
        }
        let t = student_quantile(0.5 + confidence / 2.0, self.count - 1);
        let standard_error = (self.variance / self.count as f64).sqrt();
        Ok(MeanInterval {
            mean: self.mean,
            standard_error,
            low: self.mean - t * standard_error,
            high: self.mean + t * standard_error,
        })
    }
}

/// The value that Student's t with this freedom stays below with the given chance; for much
/// freedom by the series of Abramowitz & Stegun 26.7.5.
fn student_quantile(below: f64, freedom: usize) -> f64 {
    let n = freedom as f64;
    if freedom < SERIES_FROM {
        return StudentsT::new(0.0, 1.0, n)
            .expect("there is a degree of freedom")
            .inverse_cdf(below);
    }
    let z = Normal::standard().inverse_cdf(below);
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    z + first / n + second / (n * n)
}

/// The value below which `share` of the values lie, between neighbours by straight line: position
/// share·(n − 1) in ascending order (definition 7 of Hyndman & Fan 1996).
///
/// # Errors
/// [`Verdict::Empty`], [`Verdict::NotFinite`], [`Verdict::BadOption`] unless 0 ≤ share ≤ 1.
pub fn quantile(values: &[f64], share: f64) -> Result<f64, Verdict> {
    if values.is_empty() {
        return Err(Verdict::Empty);
    }
    all_finite(values)?;
    if !(0.0..=1.0).contains(&share) {
        return Err(Verdict::BadOption {
            rule: "a share lies between 0 and 1",
        });
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = share * (sorted.len() - 1) as f64;
    // In bounds: the position lies between 0 and the last index.
    let below = position.floor() as usize;
    let above = position.ceil() as usize;
    let part = position - position.floor();
    Ok(sorted[below] + part * (sorted[above] - sorted[below]))
}

/// The correlation of two columns of one length; None when either does not vary.
pub(crate) fn correlation(first: &[f64], second: &[f64]) -> Option<f64> {
    let n = first.len().min(second.len()) as f64;
    let mean_first = first.iter().sum::<f64>() / n;
    let mean_second = second.iter().sum::<f64>() / n;
    let (mut cross, mut squares_first, mut squares_second) = (0.0, 0.0, 0.0);
    for (x, y) in first.iter().zip(second) {
        let (dx, dy) = (x - mean_first, y - mean_second);
        cross += dx * dy;
        squares_first += dx * dx;
        squares_second += dy * dy;
    }
    let scale = (squares_first * squares_second).sqrt();
    (scale > 0.0).then(|| cross / scale)
}

/// Ranks from 1, ties sharing their average rank.
pub(crate) fn average_ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let value = values[order[start]];
        let tied = order[start..]
            .iter()
            .take_while(|&&index| values[index] == value)
            .count();
        let rank = start as f64 + (tied as f64 + 1.0) / 2.0;
        for &index in &order[start..start + tied] {
            ranks[index] = rank;
        }
        start += tied;
    }
    ranks
}

/// The chance that a positive row scores above a negative one, ties counting half (Hanley &
/// McNeil 1982). None when all rows are of one kind.
pub(crate) fn area_under_curve(scores: &[f64], positive: &[bool]) -> Option<f64> {
    let ranks = average_ranks(scores);
    let mut sum = 0.0;
    let mut count = 0.0;
    for (rank, &positive) in ranks.iter().zip(positive) {
        if positive {
            sum += rank;
            count += 1.0;
        }
    }
    let others = ranks.len() as f64 - count;
    (count > 0.0 && others > 0.0).then(|| (sum - count * (count + 1.0) / 2.0) / (count * others))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Student's t at 97.5 % as printed in the usual tables.
    #[test]
    fn intervals_are_as_wide_as_the_tables_say() {
        for (count, t, half_digit) in [
            (2, 12.706, 6e-4),
            (3, 4.303, 6e-4),
            (10, 2.262, 6e-4),
            (31, 2.042, 6e-4),
            (121, 1.980, 6e-4),
            (500, 1.96473, 1e-5),
            (501, 1.96472, 1e-5),
            (1_001, 1.96234, 6e-6),
            (2_000_000, 1.959965, 6e-7),
        ] {
            let moments = Moments {
                count,
                mean: 7.0,
                variance: count as f64,
            };
            let got = moments.interval_of_mean(0.95).expect("two or more");
            assert_eq!((got.mean, got.standard_error), (7.0, 1.0));
            assert!((got.high - 7.0 - t).abs() < half_digit, "{count}: {got:?}");
            assert!((got.high + got.low - 14.0).abs() < 1e-12);
        }
        let one = moments(&[3.0]).expect("one").interval_of_mean(0.95);
        assert_eq!(one, Err(Verdict::TooFew { have: 1, need: 2 }));
        let two = moments(&[3.0, 3.0]).expect("two");
        assert!(two.interval_of_mean(1.0).is_err());
        assert_eq!(two.interval_of_mean(0.9).map(|got| got.low), Ok(3.0));
    }

    #[test]
    fn sums_that_no_column_has_get_a_verdict() {
        assert_eq!(moments_of_sums(0, 0, 0), Err(Verdict::Empty));
        let refused = [
            (1, 3, 8),
            (1, 3, 10),
            (2, 3, 4),
            (2, 0, -1),
            (3, i128::MAX, 1),
            (3, i128::MIN, i128::MAX),
            (1, 0, i128::MIN),
        ];
        for (count, sum, squares) in refused {
            let got = moments_of_sums(count, sum, squares);
            assert!(matches!(got, Err(Verdict::BadOption { .. })), "{got:?}");
        }
        // 10⁶ values about 10¹² that differ by 1 from their mean: floats would see nothing.
        let (n, middle) = (1_000_000_u64, 1_000_000_000_000_i128);
        let sum = i128::from(n) * middle;
        let got = moments_of_sums(n, sum, sum * middle + i128::from(n)).expect("a column");
        assert!((got.variance - 1.0).abs() < 1e-5);
    }

    proptest! {
        #[test]
        fn sums_have_the_moments_of_their_values(
            values in prop::collection::vec(-2_000_000_i64..2_000_000, 1..60),
            offset in -1_000_000_000_i64..1_000_000_000,
        ) {
            let values: Vec<i64> = values.into_iter().map(|value| value + offset).collect();
            let wide = || values.iter().map(|&value| i128::from(value));
            let squares = wide().map(|value| value * value).sum();
            let got = moments_of_sums(values.len() as u64, wide().sum(), squares).expect("values");
            let floats: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            let expected = moments(&floats).expect("values");
            prop_assert_eq!(got.count, expected.count);
            prop_assert!((got.mean - expected.mean).abs() <= 1e-12 * expected.mean.abs());
            let off = (got.variance - expected.variance).abs();
            prop_assert!(off <= 1e-9 * expected.variance + 1e-9, "{:?} {:?}", got, expected);
        }
    }

    #[test]
    fn small_columns_come_out() {
        let got = moments(&[1.0, 2.0, 3.0, 4.0]).expect("four values");
        assert_eq!((got.count, got.mean), (4, 2.5));
        assert!((got.variance - 5.0 / 3.0).abs() < 1e-15);
        assert_eq!(quantile(&[4.0, 1.0, 3.0, 2.0], 0.5), Ok(2.5));
        assert_eq!(quantile(&[4.0, 1.0], 1.0), Ok(4.0));
        assert_eq!(average_ranks(&[5.0, 1.0, 5.0]), vec![2.5, 1.0, 2.5]);
        let area = area_under_curve(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]);
        assert_eq!(area, Some(0.75));
    }

    #[test]
    fn degenerate_columns_get_a_verdict() {
        assert_eq!(moments(&[]), Err(Verdict::Empty));
        assert_eq!(
            quantile(&[f64::NAN], 0.5),
            Err(Verdict::NotFinite { row: 0 })
        );
        assert!(quantile(&[1.0], 1.5).is_err());
        assert_eq!(correlation(&[1.0, 1.0], &[1.0, 2.0]), None);
        assert_eq!(area_under_curve(&[1.0], &[true]), None);
    }
}
