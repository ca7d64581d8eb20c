//! Whether groups differ in how long they last (Mantel 1966).

use super::Observation;
use crate::linear::{Cholesky, Matrix, dot};
use crate::verdict::Verdict;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// The outcome of [`log_rank`].
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    /// The test statistic, χ² distributed when the groups do not differ.
    pub chi_square: f64,
    /// Groups that could have had an event, minus one.
    pub degrees_of_freedom: usize,
    /// The chance of a statistic this large when the groups do not differ.
    pub p: f64,
    /// Events seen, per group.
    pub observed: Vec<f64>,
    /// Events expected if all groups had the same hazard, per group.
    pub expected: Vec<f64>,
}

/// Compares the survival of two or more groups.
///
/// At each event time the events of group j are hypergeometric with mean d·n_j/n; the statistic
/// is UᵀV⁻¹U for U = observed − expected over all groups but one (Klein & Moeschberger 2003,
/// §7.3).
///
/// # Errors
/// [`Verdict::TooFew`] with fewer than two groups or an empty one; [`Verdict::NoEvents`];
/// [`Verdict::NoVariation`] when no two groups were ever at risk together; and the verdicts on
/// single rows, counted through the groups in their order.
pub fn log_rank(groups: &[&[Observation]]) -> Result<LogRank, Verdict> {
    if groups.len() < 2 {
        return Err(Verdict::TooFew {
            have: groups.len(),
            need: 2,
        });
    }
    if groups.iter().any(|group| group.is_empty()) {
        return Err(Verdict::Empty);
    }
    let all: Vec<Observation> = groups.concat();
    let times = super::sorted(&all)?;
    let mut moving = Moving::new(groups);
    let count = groups.len();
    let mut observed = vec![0.0; count];
    let mut expected = vec![0.0; count];
    let mut variance = Matrix::zeros(count, count);
    let mut start = 0;
    while start < times.len() {
        let time = times[start].duration;
        let tied = times[start..]
            .iter()
            .take_while(|row| row.duration == time)
            .count();
        let n = (times.len() - start) as f64;
        let at_risk = moving.at_risk.clone();
        let events = moving.pass(time);
        let d: f64 = events.iter().sum();
        let spread = if n > 1.0 {
            d * (n - d) / (n - 1.0)
        } else {
            0.0
        };
        for j in 0..count {
            let share = at_risk[j] / n;
            observed[j] += events[j];
            expected[j] += d * share;
            variance.add(j, j, spread * share);
            for (k, other) in at_risk.iter().enumerate() {
                variance.add(j, k, -spread * share * other / n);
            }
        }
        start += tied;
    }
    if observed.iter().sum::<f64>() == 0.0 {
        return Err(Verdict::NoEvents);
    }
    statistic(observed, expected, &variance)
}

fn statistic(
    observed: Vec<f64>,
    expected: Vec<f64>,
    variance: &Matrix,
) -> Result<LogRank, Verdict> {
    // A group that was never at risk beside another carries no comparison.
    let compared: Vec<usize> = (0..observed.len())
        .filter(|&j| variance.at(j, j) > 1e-12)
        .collect();
    let Some((_, kept)) = compared.split_last() else {
        return Err(Verdict::NoVariation {
            of: "the group at risk",
        });
    };
    let mut reduced = Matrix::zeros(kept.len(), kept.len());
    for (row, &j) in kept.iter().enumerate() {
        for (column, &k) in kept.iter().enumerate() {
            reduced.add(row, column, variance.at(j, k));
        }
    }
    let excess: Vec<f64> = kept.iter().map(|&j| observed[j] - expected[j]).collect();
    let solver = Cholesky::new(&reduced).ok_or(Verdict::NoVariation {
        of: "the group at risk",
    })?;
    let chi_square = dot(&excess, &solver.solve(&excess));
    let freedom = kept.len();
    let p = ChiSquared::new(freedom as f64)
        .map_err(|_| Verdict::NoVariation {
            of: "the group at risk",
        })?
        .sf(chi_square);
    Ok(LogRank {
        chi_square,
        degrees_of_freedom: freedom,
        p,
        observed,
        expected,
    })
}

/// How many of each group are still at risk as time passes.
struct Moving {
    rows: Vec<Vec<Observation>>,
    next: Vec<usize>,
    at_risk: Vec<f64>,
}

impl Moving {
    fn new(groups: &[&[Observation]]) -> Self {
        let rows: Vec<Vec<Observation>> = groups
            .iter()
            .map(|group| {
                let mut rows = group.to_vec();
                rows.sort_by(|a, b| a.duration.total_cmp(&b.duration));
                rows
            })
            .collect();
        Self {
            next: vec![0; rows.len()],
            at_risk: rows.iter().map(|group| group.len() as f64).collect(),
            rows,
        }
    }

    /// Takes the rows of this time out of the risk sets and counts the events among them.
    fn pass(&mut self, time: f64) -> Vec<f64> {
        let mut events = vec![0.0; self.rows.len()];
        for (group, rows) in self.rows.iter().enumerate() {
            while let Some(row) = rows.get(self.next[group]) {
                if row.duration > time {
                    break;
                }
                if row.happened {
                    events[group] += 1.0;
                }
                self.next[group] += 1;
                self.at_risk[group] -= 1.0;
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(pairs: &[(f64, bool)]) -> Vec<Observation> {
        pairs
            .iter()
            .map(|&(duration, happened)| Observation { duration, happened })
            .collect()
    }

    /// Two groups of two, worked by hand: U = −7/12 − ... for the first group.
    #[test]
    fn a_small_comparison_is_right_and_symmetric() {
        let early = group(&[(1.0, true), (2.0, true)]);
        let late = group(&[(3.0, true), (4.0, true)]);
        let test = log_rank(&[&early, &late]).expect("events in both");
        // Expected in the first: 1/2 + 1/3; variance 1/4 + 2/9.
        let excess = 2.0 - (0.5 + 1.0 / 3.0);
        let variance = 0.25 + 2.0 / 9.0;
        assert!((test.chi_square - excess * excess / variance).abs() < 1e-12);
        let swapped = log_rank(&[&late, &early]).expect("events in both");
        assert!((test.chi_square - swapped.chi_square).abs() < 1e-12);
        let three = log_rank(&[&early, &late, &early]).expect("events in all");
        assert_eq!(three.degrees_of_freedom, 2);
        let same = log_rank(&[&early, &early]).expect("events in both");
        assert!(same.chi_square.abs() < 1e-12 && (same.p - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_compared_gets_a_verdict() {
        let watched = group(&[(1.0, false), (2.0, false)]);
        assert_eq!(
            log_rank(&[&watched]),
            Err(Verdict::TooFew { have: 1, need: 2 })
        );
        assert_eq!(log_rank(&[&watched, &[]]), Err(Verdict::Empty));
        assert_eq!(log_rank(&[&watched, &watched]), Err(Verdict::NoEvents));
        let at_once = group(&[(1.0, true)]);
        let later = group(&[(0.5, false)]);
        assert!(log_rank(&[&at_once, &later]).is_err());
    }
}
