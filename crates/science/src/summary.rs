//! Means, variances and quantiles: the small change of statistics.

use crate::verdict::{Verdict, all_finite};

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
