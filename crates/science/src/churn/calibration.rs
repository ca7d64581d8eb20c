//! Whether chances mean what they say: of those given 20 %, do 20 % leave?

use crate::proportion::{Proportion, wilson};
use crate::summary::area_under_curve;
use crate::verdict::{Verdict, all_finite, same_length};

/// Rows of similar chances; see [`calibration`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// Mean of the chances given.
    pub predicted: f64,
    /// Share in which it happened, with its interval.
    pub happened: Proportion,
    /// Rows.
    pub rows: usize,
}

/// Chances against outcomes; see [`calibration`].
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// From the lowest chances to the highest.
    pub bands: Vec<Band>,
    /// Mean squared difference of chance and outcome (Brier 1950): 0 is perfect.
    pub brier: f64,
    /// Brier score of giving everybody the overall share.
    pub brier_of_share: f64,
    /// The chance that a row in which it happened was given more than one in which it did not;
    /// None when all rows are of one kind.
    pub area_under_curve: Option<f64>,
}

/// The calibration curve of chances given to rows that were not used for fitting: rows sorted by
/// chance in `bands` bands of equal size; equal chances are never split, so there may be fewer.
///
/// # Errors
/// [`Verdict::Empty`], [`Verdict::UnequalLengths`], [`Verdict::NotFinite`],
/// [`Verdict::OutOfRange`] for a chance outside 0 to 1, [`Verdict::BadOption`] for no band.
pub fn calibration(
    chances: &[f64],
    outcomes: &[bool],
    bands: usize,
) -> Result<Calibration, Verdict> {
    same_length(chances.len(), outcomes.len())?;
    all_finite(chances)?;
    if chances.is_empty() {
        return Err(Verdict::Empty);
    }
    if bands == 0 {
        return Err(Verdict::BadOption {
            rule: "there is at least one band",
        });
    }
    let outside = |chance: &f64| !(0.0..=1.0).contains(chance);
    if let Some(row) = chances.iter().position(outside) {
        return Err(Verdict::OutOfRange {
            row,
            rule: "a chance lies between 0 and 1",
        });
    }
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|&a, &b| chances[a].total_cmp(&chances[b]));
    let mut curve = Vec::new();
    let mut start = 0;
    for band in 1..=bands {
        let mut end = chances.len() * band / bands;
        while end > start && end < order.len() && chances[order[end]] == chances[order[end - 1]] {
            end += 1;
        }
        if end <= start {
            continue;
        }
        let rows = &order[start..end];
        let sum: f64 = rows.iter().map(|&row| chances[row]).sum();
        let happened = rows.iter().filter(|&&row| outcomes[row]).count();
        let count = |rows: usize| i64::try_from(rows).expect("a length in memory");
        let happened = wilson(count(happened), count(rows.len()));
        curve.push(Band {
            predicted: sum / rows.len() as f64,
            happened: happened.expect("the band has rows"),
            rows: rows.len(),
        });
        start = end;
    }
    let truth = |row: usize| f64::from(u8::from(outcomes[row]));
    let n = chances.len() as f64;
    let share = (0..chances.len()).map(truth).sum::<f64>() / n;
    let squares: f64 = (0..chances.len())
        .map(|row| (chances[row] - truth(row)).powi(2))
        .sum();
    Ok(Calibration {
        bands: curve,
        brier: squares / n,
        brier_of_share: share * (1.0 - share),
        area_under_curve: area_under_curve(chances, outcomes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_chances_lie_on_the_diagonal() {
        let chances: Vec<f64> = (0..1000).map(|row| [0.1, 0.5][row % 2]).collect();
        let outcomes: Vec<bool> = (0..1000)
            .map(|row| {
                if row % 2 == 0 {
                    row / 2 % 10 == 0
                } else {
                    row / 2 % 2 == 0
                }
            })
            .collect();
        let got = calibration(&chances, &outcomes, 10).expect("rows");
        assert_eq!(got.bands.len(), 2);
        for band in &got.bands {
            assert!(
                (band.predicted - band.happened.estimate).abs() < 1e-9,
                "{band:?}"
            );
            assert_eq!(band.rows, 500);
        }
        assert!(got.brier < got.brier_of_share);
        assert!(got.area_under_curve.is_some_and(|area| area > 0.7));
    }

    #[test]
    fn what_is_no_chance_gets_a_verdict() {
        assert_eq!(calibration(&[], &[], 5), Err(Verdict::Empty));
        assert!(calibration(&[1.5], &[true], 5).is_err());
        assert!(calibration(&[0.5], &[true], 0).is_err());
        let one = calibration(&[0.5], &[true], 5).expect("one row");
        assert_eq!((one.bands.len(), one.area_under_curve), (1, None));
    }
}
