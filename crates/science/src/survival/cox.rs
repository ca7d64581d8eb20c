//! What goes with an earlier or later event: proportional hazards (Cox 1972).

use super::{Observation, sorted};
use crate::linear::{Cholesky, Matrix, dot};
use crate::optimise::{Optimum, Surface, maximise};
use crate::verdict::{Verdict, same_length};

/// A fitted proportional hazards model; see [`fit_cox`].
#[derive(Debug, Clone, PartialEq)]
pub struct CoxFit {
    /// Log hazard ratio per unit of each covariate, in the order of the columns.
    pub coefficients: Vec<f64>,
    /// Standard error of each coefficient.
    pub standard_errors: Vec<f64>,
    /// Log partial likelihood at the coefficients, without the penalty.
    pub log_likelihood: f64,
    /// Log partial likelihood with all coefficients 0.
    pub null_log_likelihood: f64,
    /// Share of comparable pairs whose order the model tells (Harrell 1982); ties count half.
    pub concordance: f64,
    /// Rows.
    pub rows: usize,
    /// Events among them.
    pub events: usize,
    /// Steps that the search took.
    pub iterations: usize,
    /// The cumulative hazard of a row with average covariates.
    pub baseline: Baseline,
    means: Vec<f64>,
}

/// The cumulative hazard by time of a row whose covariates are the averages (Breslow 1974).
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// Event times, ascending.
    pub times: Vec<f64>,
    /// Cumulative hazard after each.
    pub cumulative_hazard: Vec<f64>,
}

impl CoxFit {
    /// The chance that a row with these covariates is still without the event after `time`.
    ///
    /// # Errors
    /// [`Verdict::UnequalLengths`] when the covariates are not those of the fit.
    pub fn survival(&self, covariates: &[f64], time: f64) -> Result<f64, Verdict> {
        same_length(self.coefficients.len(), covariates.len())?;
        let centred: Vec<f64> = covariates
            .iter()
            .zip(&self.means)
            .map(|(value, mean)| value - mean)
            .collect();
        let after = self.baseline.times.partition_point(|&at| at <= time);
        let hazard = match after.checked_sub(1) {
            Some(index) => self.baseline.cumulative_hazard[index],
            None => 0.0,
        };
        Ok((-hazard * dot(&centred, &self.coefficients).exp()).exp())
    }

    /// Twice the gain in log likelihood over no covariates: χ² with as many degrees of freedom
    /// as covariates when none matters.
    #[must_use]
    pub fn likelihood_ratio(&self) -> f64 {
        2.0 * (self.log_likelihood - self.null_log_likelihood)
    }
}

/// Rows in the order of the search: latest first, covariates centred and scaled.
struct Prepared {
    rows: Vec<Observation>,
    values: Vec<Vec<f64>>,
    means: Vec<f64>,
    scales: Vec<f64>,
}

/// Fits hazard h(t|x) = h₀(t)·exp(βᵀx) by the partial likelihood with Efron's (1977) treatment of
/// tied events, less ½·`ridge`·Σβ² when a penalty is asked for (on covariates scaled to a
/// standard deviation of 1, so that it treats all alike). `ridge` 0 means none.
///
/// `covariates` has one row per observation. Search by Newton steps on centred, scaled
/// covariates; coefficients and errors are given per unit of the original.
///
/// # Errors
/// [`Verdict::UnequalLengths`], [`Verdict::NoEvents`], [`Verdict::TooFew`] rows for the columns,
/// [`Verdict::NoVariation`] for a constant covariate, [`Verdict::Collinear`],
/// [`Verdict::Separated`] when some coefficient has no finite optimum, and
/// [`Verdict::NotConverged`].
pub fn fit_cox(rows: &[Observation], covariates: &Matrix, ridge: f64) -> Result<CoxFit, Verdict> {
    same_length(rows.len(), covariates.rows())?;
    if !ridge.is_finite() || ridge < 0.0 {
        return Err(Verdict::BadOption {
            rule: "a penalty is not negative",
        });
    }
    let prepared = prepare(rows, covariates)?;
    let size = covariates.columns();
    let start = vec![0.0; size];
    let null = partial_likelihood(&prepared, &start, 0.0);
    let informative = Cholesky::new(&negated(&null.hessian)).is_some();
    if ridge == 0.0 && !informative {
        return Err(Verdict::Collinear);
    }
    // Twenty standard deviations on the log scale is no hazard ratio but a separation.
    let found = maximise(&start, 2.0, 20.0, |at| {
        partial_likelihood(&prepared, at, ridge)
    })
    .ok_or(Verdict::FlatLikelihood)?;
    judged(&prepared, found, null.value)
}

fn negated(hessian: &Matrix) -> Matrix {
    let mut matrix = Matrix::zeros(hessian.rows(), hessian.columns());
    for row in 0..hessian.rows() {
        for column in 0..hessian.columns() {
            matrix.add(row, column, -hessian.at(row, column));
        }
    }
    matrix
}

fn judged(prepared: &Prepared, found: Optimum, null: f64) -> Result<CoxFit, Verdict> {
    if found.at.iter().any(|value| value.abs() > 15.0) {
        return Err(Verdict::Separated);
    }
    if !found.converged {
        return Err(Verdict::NotConverged {
            iterations: found.iterations,
        });
    }
    let covariance = found.covariance().ok_or(Verdict::Collinear)?;
    let size = found.at.len();
    let coefficients = (0..size)
        .map(|j| found.at[j] / prepared.scales[j])
        .collect();
    let standard_errors: Vec<f64> = (0..size)
        .map(|j| covariance.at(j, j).sqrt() / prepared.scales[j])
        .collect();
    let scores: Vec<f64> = prepared
        .values
        .iter()
        .map(|values| dot(values, &found.at))
        .collect();
    Ok(CoxFit {
        coefficients,
        standard_errors,
        log_likelihood: partial_likelihood(prepared, &found.at, 0.0).value,
        null_log_likelihood: null,
        concordance: concordance(&prepared.rows, &scores),
        rows: prepared.rows.len(),
        events: prepared.rows.iter().filter(|row| row.happened).count(),
        iterations: found.iterations,
        baseline: breslow(&prepared.rows, &scores),
        means: prepared.means.clone(),
    })
}

fn prepare(rows: &[Observation], covariates: &Matrix) -> Result<Prepared, Verdict> {
    sorted(rows)?;
    if !rows.iter().any(|row| row.happened) {
        return Err(Verdict::NoEvents);
    }
    if rows.len() < covariates.columns() + 2 {
        return Err(Verdict::TooFew {
            have: rows.len(),
            need: covariates.columns() + 2,
        });
    }
    let mut means = Vec::new();
    let mut scales = Vec::new();
    for column in 0..covariates.columns() {
        let values = covariates.column(column);
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let spread: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let scale = (spread / values.len() as f64).sqrt();
        if scale <= mean.abs() * 1e-12 || scale == 0.0 {
            return Err(Verdict::NoVariation { of: "a covariate" });
        }
        means.push(mean);
        scales.push(scale);
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| rows[b].duration.total_cmp(&rows[a].duration));
    let scaled = |row: usize| {
        (0..covariates.columns())
            .map(|j| (covariates.at(row, j) - means[j]) / scales[j])
            .collect()
    };
    Ok(Prepared {
        rows: order.iter().map(|&row| rows[row]).collect(),
        values: order.iter().map(|&row| scaled(row)).collect(),
        means,
        scales,
    })
}

/// Σ of weight, weight·x and the upper triangle of weight·x·xᵀ over a set of rows.
struct Weighed {
    weight: f64,
    first: Vec<f64>,
    second: Matrix,
}

impl Weighed {
    fn new(size: usize) -> Self {
        Self {
            weight: 0.0,
            first: vec![0.0; size],
            second: Matrix::zeros(size, size),
        }
    }

    fn take(&mut self, weight: f64, values: &[f64]) {
        self.weight += weight;
        for (j, value) in values.iter().enumerate() {
            self.first[j] += weight * value;
            for (k, other) in values.iter().enumerate().skip(j) {
                self.second.add(j, k, weight * value * other);
            }
        }
    }
}

/// Efron's log partial likelihood with slope and curvature, less the penalty.
fn partial_likelihood(prepared: &Prepared, at: &[f64], ridge: f64) -> Surface {
    let size = at.len();
    let mut value = 0.0;
    let mut gradient = vec![0.0; size];
    let mut hessian = Matrix::zeros(size, size);
    let mut at_risk = Weighed::new(size);
    let mut start = 0;
    while start < prepared.rows.len() {
        let time = prepared.rows[start].duration;
        let mut tied = Weighed::new(size);
        let mut events = 0_u32;
        let mut end = start;
        while end < prepared.rows.len() && prepared.rows[end].duration == time {
            let values = &prepared.values[end];
            let score = dot(values, at);
            at_risk.take(score.exp(), values);
            if prepared.rows[end].happened {
                tied.take(score.exp(), values);
                events += 1;
                value += score;
                for (slope, x) in gradient.iter_mut().zip(values) {
                    *slope += x;
                }
            }
            end += 1;
        }
        for step in 0..events {
            let share = f64::from(step) / f64::from(events);
            let weight = at_risk.weight - share * tied.weight;
            value -= weight.ln();
            let mean = |j: usize| (at_risk.first[j] - share * tied.first[j]) / weight;
            for (j, slope) in gradient.iter_mut().enumerate() {
                *slope -= mean(j);
                for k in j..size {
                    let second = at_risk.second.at(j, k) - share * tied.second.at(j, k);
                    hessian.add(j, k, mean(j) * mean(k) - second / weight);
                }
            }
        }
        start = end;
    }
    for (j, &beta) in at.iter().enumerate() {
        value -= ridge * beta * beta / 2.0;
        gradient[j] -= ridge * beta;
        hessian.add(j, j, -ridge);
    }
    hessian.mirror_upper();
    Surface {
        value,
        gradient,
        hessian,
    }
}

/// Events over the summed hazard ratios at risk, cumulated; `rows` run from the latest.
fn breslow(rows: &[Observation], scores: &[f64]) -> Baseline {
    let mut at_risk = 0.0;
    let mut jumps: Vec<(f64, f64)> = Vec::new();
    let mut start = 0;
    while start < rows.len() {
        let time = rows[start].duration;
        let mut events = 0.0;
        while start < rows.len() && rows[start].duration == time {
            at_risk += scores[start].exp();
            events += f64::from(u8::from(rows[start].happened));
            start += 1;
        }
        if events > 0.0 {
            jumps.push((time, events / at_risk));
        }
    }
    jumps.reverse();
    let mut sum = 0.0;
    let cumulative_hazard = jumps
        .iter()
        .map(|(_, jump)| {
            sum += jump;
            sum
        })
        .collect();
    Baseline {
        times: jumps.into_iter().map(|(time, _)| time).collect(),
        cumulative_hazard,
    }
}

/// Harrell's C: over pairs in which the earlier row had the event, how often it had the higher
/// score. Counted with a tree over ranked scores, in n log n.
fn concordance(rows: &[Observation], scores: &[f64]) -> f64 {
    let mut distinct = scores.to_vec();
    distinct.sort_by(f64::total_cmp);
    distinct.dedup();
    let rank = |score: f64| distinct.partition_point(|&other| other < score);
    let mut tree = vec![0_u64; distinct.len() + 1];
    let mut seen = 0_u64;
    let (mut right, mut pairs) = (0.0, 0.0);
    let mut start = 0;
    while start < rows.len() {
        let time = rows[start].duration;
        let tied = rows[start..]
            .iter()
            .take_while(|row| row.duration == time)
            .count();
        let group = start..start + tied;
        // A row censored at the moment of an event outlived it.
        for happened in [false, true] {
            let chosen = group.clone().filter(|&row| rows[row].happened == happened);
            if happened {
                for row in chosen.clone() {
                    let position = rank(scores[row]);
                    let below = counted(&tree, position);
                    let up_to = counted(&tree, position + 1);
                    right += below as f64 + 0.5 * (up_to - below) as f64;
                    pairs += seen as f64;
                }
            }
            for row in chosen {
                let mut index = rank(scores[row]) + 1;
                while index < tree.len() {
                    tree[index] += 1;
                    index += index & index.wrapping_neg();
                }
                seen += 1;
            }
        }
        start += tied;
    }
    if pairs > 0.0 { right / pairs } else { 0.5 }
}

/// How many were counted into the first `end` ranks.
fn counted(tree: &[u64], end: usize) -> u64 {
    let mut index = end;
    let mut sum = 0;
    while index > 0 {
        sum += tree[index];
        index -= index & index.wrapping_neg();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(pairs: &[(f64, bool)]) -> Vec<Observation> {
        pairs
            .iter()
            .map(|&(duration, happened)| Observation { duration, happened })
            .collect()
    }

    fn column(values: &[f64]) -> Matrix {
        Matrix::new(values.len(), 1, values.to_vec()).expect("finite values")
    }

    #[test]
    fn shifting_and_scaling_a_covariate_scales_its_effect() {
        let rows = rows(&[
            (1.0, true),
            (2.0, true),
            (2.0, true),
            (3.0, false),
            (4.0, true),
            (5.0, true),
        ]);
        let plain = [0.0, 2.0, 1.0, 1.5, 0.2, 0.9];
        let moved: Vec<f64> = plain.iter().map(|x| 1000.0 + 10.0 * x).collect();
        let first = fit_cox(&rows, &column(&plain), 0.0).expect("a fit");
        let second = fit_cox(&rows, &column(&moved), 0.0).expect("a fit");
        assert!((first.coefficients[0] - 10.0 * second.coefficients[0]).abs() < 1e-7);
        assert!((first.log_likelihood - second.log_likelihood).abs() < 1e-9);
        let at = |fit: &CoxFit, x: f64| fit.survival(&[x], 2.5).expect("one covariate");
        assert!((at(&first, 1.0) - at(&second, 1010.0)).abs() < 1e-7);
    }

    #[test]
    fn what_cannot_be_fitted_gets_a_verdict() {
        let four = rows(&[(1.0, true), (2.0, true), (3.0, true), (4.0, true)]);
        let falling = column(&[4.0, 3.0, 2.0, 1.0]);
        assert_eq!(fit_cox(&four, &falling, 0.0), Err(Verdict::Separated));
        assert!(fit_cox(&four, &falling, 1.0).is_ok());
        let constant = column(&[1.0; 4]);
        assert!(matches!(
            fit_cox(&four, &constant, 0.0),
            Err(Verdict::NoVariation { .. })
        ));
        let watched = rows(&[(1.0, false); 4]);
        assert_eq!(fit_cox(&watched, &falling, 0.0), Err(Verdict::NoEvents));
        let twins = Matrix::new(4, 2, vec![1.0, 2.0, 5.0, 10.0, 2.0, 4.0, 4.0, 8.0])
            .expect("finite values");
        assert_eq!(fit_cox(&four, &twins, 0.0), Err(Verdict::Collinear));
    }
}
