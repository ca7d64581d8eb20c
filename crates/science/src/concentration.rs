//! How unevenly a total is spread over those who bring it.

use crate::verdict::Verdict;

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

impl Concentration {
    /// The share of the total that the largest `share` of contributors bring: the first
    /// ceil(share·n) of them. Shares outside 0 to 1 are taken as the nearer end.
    #[must_use]
    pub fn top_share(&self, share: f64) -> f64 {
        // The product is rounded up, but not by the dust of a binary fraction.
        let wanted = (share.clamp(0.0, 1.0) * self.count as f64 - 1e-9).ceil() as usize;
        match self.count.checked_sub(wanted + 1) {
            Some(last_below) => 1.0 - self.running[last_below] / self.total,
            None => 1.0,
        }
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
                    total: upto
                        .checked_sub(1)
                        .map_or(0.0, |last| self.running[last] / self.total),
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

    proptest! {
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
