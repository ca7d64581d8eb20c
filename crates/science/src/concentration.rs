//! How unevenly a total is spread over those who bring it.

use crate::verdict::Verdict;
use rayon::slice::ParallelSliceMut;

/// A total spread over its contributors; see [`concentration`].
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// 0 when all bring the same, towards 1 when one brings all.
    pub gini: f64,
    /// Contributors.
    pub count: usize,
    /// The total.
    pub total: f64,
    /// Running sums of the contributions, ascending.
    running: Vec<f64>,
}

/// One point of a Lorenz curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LorenzPoint {
    /// Share of contributors, the smallest first.
    pub contributors: f64,
    /// Share of the total that they bring.
    pub total: f64,
}

/// What the best bring beside what as many of the worst bring.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contrast {
    /// Contributors on each side: ceil(share·n).
    pub contributors: usize,
    /// Share of the total that the largest bring.
    pub best: f64,
    /// Share of the total that the smallest bring.
    pub worst: f64,
}

/// Gini = 2Σi·x_i/(nΣx) − (n + 1)/n with x ascending and i from 1 (Gini 1912).
///
/// # Errors
/// [`Verdict::Empty`]; [`Verdict::NotFinite`]; [`Verdict::OutOfRange`] for a negative value;
/// [`Verdict::Zero`] when all are 0.
pub fn concentration(values: &[f64]) -> Result<Concentration, Verdict> {
    if values.is_empty() {
        return Err(Verdict::Empty);
    }
    for (row, value) in values.iter().enumerate() {
        if !value.is_finite() {
            return Err(Verdict::NotFinite { row });
        }
        if *value < 0.0 {
            return Err(Verdict::OutOfRange {
                row,
                rule: "a contribution is not negative",
            });
        }
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut total = 0.0;
    let mut weighted = 0.0;
    let mut running = Vec::with_capacity(sorted.len());
    for (index, value) in sorted.iter().enumerate() {
        total += value;
        weighted += (index + 1) as f64 * value;
        running.push(total);
    }
    if total <= 0.0 {
        return Err(Verdict::Zero { of: "the total" });
    }
    let n = sorted.len() as f64;
    Ok(Concentration {
        gini: (2.0 * weighted / (n * total) - (n + 1.0) / n).max(0.0),
        count: sorted.len(),
        total,
        running,
    })
}

/// [`concentration`] of integers, such as money in minor units or orders. Sums are exact up to
/// the one division, and the sort runs on the rayon pool that it is called in; the answer does not
/// depend on it.
///
/// # Errors
/// [`Verdict::Empty`]; [`Verdict::OutOfRange`] for a negative value; [`Verdict::Zero`] when all
/// are 0.
pub fn concentration_of(values: &[i64]) -> Result<Concentration, Verdict> {
    if values.is_empty() {
        return Err(Verdict::Empty);
    }
    if let Some(row) = values.iter().position(|&value| value < 0) {
        return Err(Verdict::OutOfRange {
            row,
            rule: "a contribution is not negative",
        });
    }
    let mut sorted = values.to_vec();
    sorted.par_sort_unstable();
    // Σi·x stays below n²·2⁶³, which is 2¹²⁷ for the 2³² contributors that fill 32 GB.
    let mut total = 0_i128;
    let mut weighted = 0_i128;
    let mut running = Vec::with_capacity(sorted.len());
    for (rank, value) in (1_i128..).zip(sorted) {
        total += i128::from(value);
        weighted += rank * i128::from(value);
        running.push(total as f64);
    }
    if total == 0 {
        return Err(Verdict::Zero { of: "the total" });
    }
    let n = values.len();
    // (2Σi·x − (n + 1)Σx)/(nΣx), with the difference taken before anything is rounded.
    let excess = (weighted - n as i128 * total) + (weighted - total);
    Ok(Concentration {
        gini: excess as f64 / (n as f64 * total as f64),
        count: n,
        total: total as f64,
        running,
    })
}

impl Concentration {
    /// The share of the total that the largest `share` of contributors bring: the first
    /// ceil(share·n) of them. Shares outside 0 to 1 are taken as the nearer end.
    #[must_use]
    pub fn top_share(&self, share: f64) -> f64 {
        1.0 - self.share_of_smallest(self.count - self.rounded_up(share))
    }

    /// What the largest `share` of contributors bring against what as many of the smallest bring.
    /// Above one half the two overlap; shares outside 0 to 1 are taken as the nearer end.
    #[must_use]
    pub fn best_against_worst(&self, share: f64) -> Contrast {
        let contributors = self.rounded_up(share);
        Contrast {
            contributors,
            best: self.top_share(share),
            worst: self.share_of_smallest(contributors),
        }
    }

    /// The shares of the total that each of `parts` even parts of the contributors bring, the
    /// smallest first: ten parts give deciles. With fewer contributors than parts some are empty.
    #[must_use]
    pub fn parts(&self, parts: usize) -> Vec<f64> {
        self.lorenz(parts)
            .windows(2)
            .map(|pair| pair[1].total - pair[0].total)
            .collect()
    }

    /// ceil(share·n), at most n.
    fn rounded_up(&self, share: f64) -> usize {
        // The product is rounded up, but not by the dust of a binary fraction.
        let wanted = (share.clamp(0.0, 1.0) * self.count as f64 - 1e-9).ceil() as usize;
        wanted.min(self.count)
    }

    /// The share of the total that so many of the smallest bring.
    fn share_of_smallest(&self, contributors: usize) -> f64 {
        contributors
            .checked_sub(1)
            .map_or(0.0, |last| self.running[last] / self.total)
    }

    /// The Lorenz curve (1905) at `points` + 1 even steps from (0, 0) to (1, 1).
    #[must_use]
    pub fn lorenz(&self, points: usize) -> Vec<LorenzPoint> {
        let points = points.max(1);
        (0..=points)
            .map(|step| {
                let upto = self.count * step / points;
                LorenzPoint {
                    contributors: upto as f64 / self.count as f64,
                    total: self.share_of_smallest(upto),
                }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_and_lone_contributors() {
        let equal = concentration(&[3.0; 10]).expect("ten");
        assert!(equal.gini.abs() < 1e-12);
        assert!((equal.top_share(0.2) - 0.2).abs() < 1e-12);
        let mut lone = vec![0.0; 9];
        lone.push(5.0);
        let lone = concentration(&lone).expect("ten");
        assert!((lone.gini - 0.9).abs() < 1e-12);
        assert_eq!(lone.top_share(0.1), 1.0);
        assert_eq!(lone.top_share(0.0), 0.0);
        let curve = lone.lorenz(10);
        assert_eq!((curve[9].total, curve[10].total), (0.0, 1.0));
    }

    #[test]
    fn what_has_no_concentration_gets_a_verdict() {
        assert_eq!(concentration(&[]), Err(Verdict::Empty));
        assert!(concentration(&[0.0, 0.0]).is_err());
        assert!(concentration(&[1.0, -1.0]).is_err());
        assert!(concentration(&[1.0, f64::INFINITY]).is_err());
    }

    #[test]
    fn the_best_stand_against_as_many_of_the_worst() {
        let spread = concentration_of(&[40, 0, 10, 20, 30]).expect("five");
        let found = spread.best_against_worst(0.4);
        assert_eq!(found.contributors, 2);
        assert!((found.best - 0.7).abs() < 1e-12 && (found.worst - 0.1).abs() < 1e-12);
        let none = spread.best_against_worst(0.0);
        assert_eq!((none.contributors, none.best, none.worst), (0, 0.0, 0.0));
        let all = spread.best_against_worst(7.0);
        assert_eq!((all.contributors, all.best, all.worst), (5, 1.0, 1.0));
        let parts = spread.parts(5);
        for (got, expected) in parts.iter().zip([0.0, 0.1, 0.2, 0.3, 0.4]) {
            assert!((got - expected).abs() < 1e-12, "{parts:?}");
        }
        assert_eq!(spread.parts(10).len(), 10);
    }

    #[test]
    fn integers_without_a_concentration_get_a_verdict() {
        assert_eq!(concentration_of(&[]), Err(Verdict::Empty));
        assert!(concentration_of(&[0, 0]).is_err());
        let negative = concentration_of(&[3, -1]);
        assert!(matches!(negative, Err(Verdict::OutOfRange { row: 1, .. })));
        let equal = concentration_of(&[i64::MAX; 3]).expect("three");
        assert_eq!(equal.gini, 0.0);
    }

    proptest! {
        #[test]
        fn integers_concentrate_as_their_values_do(
            values in prop::collection::vec(0_i64..1_000_000_000, 1..300),
        ) {
            prop_assume!(values.iter().any(|&value| value > 0));
            let floats: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            let first = concentration(&floats).expect("a total");
            let second = concentration_of(&values).expect("a total");
            prop_assert!((first.gini - second.gini).abs() < 1e-12);
            prop_assert_eq!((first.count, first.total), (second.count, second.total));
            for share in [0.0, 0.01, 0.2, 0.5, 1.0] {
                prop_assert!((first.top_share(share) - second.top_share(share)).abs() < 1e-12);
                let contrast = second.best_against_worst(share);
                prop_assert!(contrast.worst <= contrast.best + 1e-12);
            }
            prop_assert!((second.parts(7).iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }

        #[test]
        fn units_and_order_do_not_matter(
            mut values in prop::collection::vec(0.01_f64..1e5, 1..60),
            unit in 0.1_f64..10.0,
        ) {
            let first = concentration(&values).expect("positive values");
            values.reverse();
            for value in &mut values {
                *value *= unit;
            }
            let second = concentration(&values).expect("positive values");
            prop_assert!((first.gini - second.gini).abs() < 1e-9);
            prop_assert!((0.0..1.0).contains(&first.gini));
            for pair in first.lorenz(7).windows(2) {
                prop_assert!(pair[0].total <= pair[1].total);
            }
            prop_assert!(first.top_share(0.3) >= 0.3 - 1e-9);
        }
    }
}
