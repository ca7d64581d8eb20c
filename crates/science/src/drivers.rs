//! Which of several scores goes with an outcome, and how much of it: association, not cause.

use crate::linear::{Cholesky, Matrix, dot, eigen};
use crate::summary::{moments, quantile};
use crate::verdict::{Verdict, same_length};

/// The shares of an outcome's variance that go with each driver; see [`drivers`].
#[derive(Debug, Clone, PartialEq)]
pub struct Drivers {
    /// Share of the outcome's variance that all drivers explain together.
    pub r_squared: f64,
    /// The constant of the regression.
    pub intercept: f64,
    /// Slope of the outcome on each driver, the others held.
    pub slopes: Vec<f64>,
    /// Each driver's part of `r_squared`; they sum to it.
    pub shares: Vec<f64>,
    /// Rows.
    pub rows: usize,
}

/// More drivers make more subsets than are worth waiting for.
pub const DRIVERS_MAX: usize = 12;

/// Shares by averaging over all orders in which drivers can enter a regression (Lindeman, Merenda
/// & Gold 1980; Shapley 1953): Σ over subsets S without j of
/// |S|!(P−1−|S|)!/P!·(R²(S ∪ j) − R²(S)).
///
/// `covariates` has a row per outcome and a column per driver.
///
/// # Errors
/// [`Verdict::UnequalLengths`], [`Verdict::NotFinite`], [`Verdict::TooFew`] rows for the columns,
/// [`Verdict::BadOption`] for no driver or more than [`DRIVERS_MAX`], [`Verdict::NoVariation`],
/// [`Verdict::Collinear`].
pub fn drivers(outcome: &[f64], covariates: &Matrix) -> Result<Drivers, Verdict> {
    let count = covariates.columns();
    if count > DRIVERS_MAX {
        return Err(Verdict::BadOption {
            rule: "there are at most 12 drivers; take relative weights beyond",
        });
    }
    let prepared = prepare(outcome, covariates)?;
    let full = Cholesky::new(&prepared.correlations).ok_or(Verdict::Collinear)?;
    let slopes: Vec<f64> = full
        .solve(&prepared.with_outcome)
        .iter()
        .zip(&prepared.lengths)
        .map(|(slope, length)| slope * prepared.outcome_length / length)
        .collect();
    let explained = explained_by_subset(&prepared.correlations, &prepared.with_outcome)?;
    Ok(Drivers {
        r_squared: explained[explained.len() - 1],
        intercept: prepared.outcome_mean - dot(&slopes, &prepared.means),
        shares: averaged(&explained, count),
        slopes,
        rows: outcome.len(),
    })
}

/// Shares for any number of drivers by Johnson's (2000) relative weights: with R the correlations
/// of the drivers, Λ = R^½ and β = Λ⁻¹·r, the share of driver j is Σₖ Λⱼₖ²·βₖ². They sum to R² and
/// lie near those of [`drivers`].
///
/// # Errors
/// As [`drivers`], without a limit on their number.
pub fn relative_weights(outcome: &[f64], covariates: &Matrix) -> Result<Vec<f64>, Verdict> {
    let prepared = prepare(outcome, covariates)?;
    Cholesky::new(&prepared.correlations).ok_or(Verdict::Collinear)?;
    let count = covariates.columns();
    let (values, vectors) = eigen(&prepared.correlations);
    // Both powers share the eigenvectors: R^±½ = Σ value^±½·vector·vectorᵀ.
    let power = |exponent: f64, row: usize, column: usize| -> f64 {
        (0..count)
            .map(|k| vectors.at(row, k) * values[k].powf(exponent) * vectors.at(column, k))
            .sum()
    };
    let slopes: Vec<f64> = (0..count)
        .map(|k| {
            let column = (0..count).map(|j| power(-0.5, k, j) * prepared.with_outcome[j]);
            column.sum()
        })
        .collect();
    let share = |j: usize| {
        (0..count)
            .map(|k| (power(0.5, j, k) * slopes[k]).powi(2))
            .sum()
    };
    Ok((0..count).map(share).collect())
}

/// Correlations, and what it takes to go back to the units of the data.
struct Prepared {
    correlations: Matrix,
    with_outcome: Vec<f64>,
    means: Vec<f64>,
    lengths: Vec<f64>,
    outcome_mean: f64,
    outcome_length: f64,
}

fn prepare(outcome: &[f64], covariates: &Matrix) -> Result<Prepared, Verdict> {
    same_length(outcome.len(), covariates.rows())?;
    let count = covariates.columns();
    if count == 0 {
        return Err(Verdict::BadOption {
            rule: "there is at least one driver",
        });
    }
    if outcome.len() < count + 2 {
        return Err(Verdict::TooFew {
            have: outcome.len(),
            need: count + 2,
        });
    }
    let (target, outcome_mean, outcome_length) = standard(outcome, "the outcome")?;
    let mut columns = Vec::with_capacity(count);
    let mut means = Vec::with_capacity(count);
    let mut lengths = Vec::with_capacity(count);
    for column in 0..count {
        let (values, mean, length) = standard(&covariates.column(column), "a driver")?;
        columns.push(values);
        means.push(mean);
        lengths.push(length);
    }
    let mut correlations = Matrix::zeros(count, count);
    for j in 0..count {
        for k in 0..count {
            correlations.add(j, k, dot(&columns[j], &columns[k]));
        }
    }
    Ok(Prepared {
        with_outcome: columns.iter().map(|column| dot(column, &target)).collect(),
        correlations,
        means,
        lengths,
        outcome_mean,
        outcome_length,
    })
}

/// Centred values of length 1, their mean and their length before.
fn standard(values: &[f64], of: &'static str) -> Result<(Vec<f64>, f64, f64), Verdict> {
    let moments = moments(values)?;
    let length = (moments.variance * (values.len() - 1) as f64).sqrt();
    if length <= moments.mean.abs() * 1e-12 {
        return Err(Verdict::NoVariation { of });
    }
    let scaled = values.iter().map(|value| (value - moments.mean) / length);
    Ok((scaled.collect(), moments.mean, length))
}

/// R² of the regression on each subset of drivers; bit j of the index stands for driver j.
fn explained_by_subset(correlations: &Matrix, target: &[f64]) -> Result<Vec<f64>, Verdict> {
    let count = target.len();
    let mut explained = vec![0.0; 1 << count];
    for (subset, place) in explained.iter_mut().enumerate().skip(1) {
        let members: Vec<usize> = (0..count).filter(|j| subset >> j & 1 == 1).collect();
        let mut own = Matrix::zeros(members.len(), members.len());
        for (row, &j) in members.iter().enumerate() {
            for (column, &k) in members.iter().enumerate() {
                own.add(row, column, correlations.at(j, k));
            }
        }
        let right: Vec<f64> = members.iter().map(|&j| target[j]).collect();
        let solver = Cholesky::new(&own).ok_or(Verdict::Collinear)?;
        *place = dot(&right, &solver.solve(&right));
    }
    Ok(explained)
}

fn averaged(explained: &[f64], count: usize) -> Vec<f64> {
    // |S|!(P−1−|S|)!/P! = 1/(P·C(P−1, |S|)).
    let mut weights = Vec::with_capacity(count);
    let mut choices = 1.0;
    for size in 0..count {
        weights.push(1.0 / (count as f64 * choices));
        choices *= (count - 1 - size) as f64 / (size + 1) as f64;
    }
    (0..count)
        .map(|j| {
            (0..explained.len())
                .filter(|subset| subset >> j & 1 == 0)
                .map(|subset| {
                    let gain = explained[subset | 1 << j] - explained[subset];
                    weights[subset.count_ones() as usize] * gain
                })
                .sum()
        })
        .collect()
}

/// The interval of each driver's share by resampling rows: the percentiles of `samples` rounds
/// (Efron 1979), drawn from `seed`. Rounds whose rows cannot be fitted are left out.
///
/// # Errors
/// As [`drivers`]; [`Verdict::BadOption`] below 100 samples or unless 0 < confidence < 1;
/// [`Verdict::Collinear`] when fewer than half of the rounds could be fitted.
pub fn share_intervals(
    outcome: &[f64],
    covariates: &Matrix,
    samples: usize,
    seed: u64,
    confidence: f64,
) -> Result<Vec<(f64, f64)>, Verdict> {
    drivers(outcome, covariates)?;
    if samples < 100 || !(confidence > 0.0 && confidence < 1.0) {
        return Err(Verdict::BadOption {
            rule: "at least 100 samples, and a confidence between 0 and 1",
        });
    }
    let mut state = seed;
    let mut rounds: Vec<Vec<f64>> = vec![Vec::new(); covariates.columns()];
    for _ in 0..samples {
        let mut chosen = Vec::with_capacity(outcome.len());
        let mut values = Vec::with_capacity(outcome.len() * covariates.columns());
        for _ in 0..outcome.len() {
            let row = below(&mut state, outcome.len());
            chosen.push(outcome[row]);
            values.extend_from_slice(covariates.row(row));
        }
        let resampled = Matrix::new(outcome.len(), covariates.columns(), values)?;
        if let Ok(found) = drivers(&chosen, &resampled) {
            for (round, share) in rounds.iter_mut().zip(found.shares) {
                round.push(share);
            }
        }
    }
    if rounds[0].len() * 2 < samples {
        return Err(Verdict::Collinear);
    }
    let tail = (1.0 - confidence) / 2.0;
    rounds
        .iter()
        .map(|round| Ok((quantile(round, tail)?, quantile(round, 1.0 - tail)?)))
        .collect()
}

/// A number below `end` from the generator SplitMix64 (Steele, Lea & Flood 2014).
fn below(state: &mut u64, end: usize) -> usize {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^= mixed >> 31;
    let scaled = (u128::from(mixed) * end as u128) >> 64;
    usize::try_from(scaled).expect("below a length in memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made() -> (Vec<f64>, Matrix) {
        let mut outcome = Vec::new();
        let mut values = Vec::new();
        for row in 0..40_u32 {
            let (a, b) = (f64::from(row * 7 % 13), f64::from(row * 5 % 11));
            let noise = f64::from(row * row % 17) / 10.0;
            outcome.push(3.0 * a + b + noise);
            values.extend([a, b]);
        }
        (outcome, Matrix::new(40, 2, values).expect("finite values"))
    }

    #[test]
    fn shares_sum_to_what_is_explained_and_have_intervals() {
        let (outcome, covariates) = made();
        let found = drivers(&outcome, &covariates).expect("drivers");
        let sum: f64 = found.shares.iter().sum();
        assert!((sum - found.r_squared).abs() < 1e-12);
        let weights = relative_weights(&outcome, &covariates).expect("weights");
        assert!((weights.iter().sum::<f64>() - found.r_squared).abs() < 1e-12);
        assert!(found.shares[0] > found.shares[1] && found.slopes[0] > 2.5);
        let intervals = share_intervals(&outcome, &covariates, 200, 7, 0.9).expect("intervals");
        for ((low, high), share) in intervals.iter().zip(&found.shares) {
            assert!(low <= share && share <= high, "{low} {share} {high}");
        }
        let again = share_intervals(&outcome, &covariates, 200, 7, 0.9).expect("intervals");
        assert_eq!(intervals, again);
    }

    #[test]
    fn what_drives_nothing_gets_a_verdict() {
        let (outcome, covariates) = made();
        assert!(drivers(&outcome[..3], &covariates).is_err());
        assert!(matches!(
            drivers(&[1.0; 40], &covariates),
            Err(Verdict::NoVariation { .. })
        ));
        let twins = outcome
            .iter()
            .flat_map(|&value| [value, 2.0 * value])
            .collect();
        let twins = Matrix::new(40, 2, twins).expect("finite values");
        assert_eq!(drivers(&outcome, &twins), Err(Verdict::Collinear));
        let none = Matrix::zeros(40, 0);
        assert!(matches!(
            drivers(&outcome, &none),
            Err(Verdict::BadOption { .. })
        ));
    }
}
