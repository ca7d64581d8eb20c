//! The search for the top of a likelihood: Newton steps, damped where the surface is not a hill.

use crate::linear::{Cholesky, Matrix, dot};

/// A function's value, slope and curvature at a point.
#[derive(Debug, Clone)]
pub(crate) struct Surface {
    pub(crate) value: f64,
    pub(crate) gradient: Vec<f64>,
    pub(crate) hessian: Matrix,
}

impl Surface {
    fn is_finite(&self) -> bool {
        self.value.is_finite()
            && self.gradient.iter().all(|value| value.is_finite())
            && (0..self.hessian.rows())
                .all(|row| self.hessian.row(row).iter().all(|value| value.is_finite()))
    }
}

/// Where a search ended.
#[derive(Debug, Clone)]
pub(crate) struct Optimum {
    pub(crate) at: Vec<f64>,
    pub(crate) surface: Surface,
    pub(crate) iterations: usize,
    pub(crate) converged: bool,
    /// Coordinates held at their bound because the top lies beyond it.
    pub(crate) frozen: Vec<bool>,
}

impl Optimum {
    /// The inverse of minus the Hessian: the covariance of the estimates. None on a flat top.
    /// Coordinates that stand at their bound have no variance here; they were not estimated.
    pub(crate) fn covariance(&self) -> Option<Matrix> {
        let factor = Cholesky::new(&damped(&self.surface.hessian, 0.0, &self.frozen))?;
        let mut covariance = factor.inverse();
        for (index, frozen) in self.frozen.iter().enumerate() {
            if *frozen {
                covariance.add(index, index, -1.0);
            }
        }
        Some(covariance)
    }

    /// The largest slope in any direction that is free.
    pub(crate) fn gradient_norm(&self) -> f64 {
        let free = self.surface.gradient.iter().zip(&self.frozen);
        free.filter(|(_, frozen)| !**frozen)
            .fold(0.0, |most, (value, _)| value.abs().max(most))
    }
}

/// No search takes more steps than this, counting those it had to take back.
const STEPS_MAX: usize = 200;

/// A step promising less than this gain in log-likelihood is the last one.
const GAIN_MIN: f64 = 1e-10;

/// Maximises `function` from `start`; no coordinate moves by more than `reach` in one step or
/// leaves ±`bound`. None when the function is not finite at the start.
pub(crate) fn maximise(
    start: &[f64],
    reach: f64,
    bound: f64,
    mut function: impl FnMut(&[f64]) -> Surface,
) -> Option<Optimum> {
    let mut at = start.to_vec();
    let mut surface = function(&at);
    if !surface.is_finite() {
        return None;
    }
    let mut damping = 0.0;
    for iterations in 0..STEPS_MAX {
        let frozen = at_bound(&at, &surface.gradient, bound);
        let Some(factor) = Cholesky::new(&damped(&surface.hessian, damping, &frozen)) else {
            damping = stronger(damping);
            continue;
        };
        let slope: Vec<f64> = surface
            .gradient
            .iter()
            .zip(&frozen)
            .map(|(value, frozen)| if *frozen { 0.0 } else { *value })
            .collect();
        let step = factor.solve(&slope);
        let gain = dot(&step, &slope);
        let next = moved(&at, &step, reach, bound);
        let ahead = function(&next);
        // Near the top rounding decides the last digits; it must not decide whether we stop.
        let noise = surface.value.abs() * 1e-14;
        let uphill = ahead.is_finite() && ahead.value >= surface.value - noise;
        let last = gain < GAIN_MIN.max(noise) || next == at;
        if uphill {
            at = next;
            surface = ahead;
            damping = if damping < 1e-6 { 0.0 } else { damping / 10.0 };
        }
        if last {
            // A heavily damped step is short anywhere; it proves nothing.
            let converged = damping < 1.0;
            return Some(ended(at, surface, bound, iterations + 1, converged));
        }
        if !uphill {
            damping = stronger(damping);
        }
    }
    Some(ended(at, surface, bound, STEPS_MAX, false))
}

fn ended(
    at: Vec<f64>,
    surface: Surface,
    bound: f64,
    iterations: usize,
    converged: bool,
) -> Optimum {
    Optimum {
        frozen: at_bound(&at, &surface.gradient, bound),
        at,
        surface,
        iterations,
        converged,
    }
}

fn stronger(damping: f64) -> f64 {
    if damping == 0.0 { 1e-4 } else { damping * 8.0 }
}

/// Which coordinates stand at their bound with the slope pointing beyond it.
fn at_bound(at: &[f64], gradient: &[f64], bound: f64) -> Vec<bool> {
    at.iter()
        .zip(gradient)
        .map(|(value, slope)| value.abs() >= bound && value * slope >= 0.0)
        .collect()
}

/// Minus the Hessian with its diagonal raised; a frozen coordinate is cut off from the others.
fn damped(hessian: &Matrix, damping: f64, frozen: &[bool]) -> Matrix {
    let size = hessian.rows();
    let mut matrix = Matrix::zeros(size, size);
    for row in 0..size {
        if frozen[row] {
            matrix.add(row, row, 1.0);
            continue;
        }
        for column in (0..size).filter(|&column| !frozen[column]) {
            matrix.add(row, column, -hessian.at(row, column));
        }
        if damping > 0.0 {
            let scale = hessian.at(row, row).abs().max(1e-8);
            matrix.add(row, row, damping * scale);
        }
    }
    matrix
}

fn moved(at: &[f64], step: &[f64], reach: f64, bound: f64) -> Vec<f64> {
    let longest = step
        .iter()
        .fold(0.0_f64, |most, value| value.abs().max(most));
    let scale = if longest > reach {
        reach / longest
    } else {
        1.0
    };
    at.iter()
        .zip(step)
        .map(|(value, change)| (value + scale * change).clamp(-bound, bound))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curved_valley_is_climbed() {
        // The Rosenbrock function upside down, with its top at (1, 1).
        let found = maximise(&[-1.2, 1.0], 1.0, 100.0, |at| {
            let (x, y) = (at[0], at[1]);
            let bend = y - x * x;
            Surface {
                value: -(1.0 - x).powi(2) - 100.0 * bend * bend,
                gradient: vec![2.0 * (1.0 - x) + 400.0 * x * bend, -200.0 * bend],
                hessian: Matrix::new(
                    2,
                    2,
                    vec![
                        -2.0 + 400.0 * (y - 3.0 * x * x),
                        400.0 * x,
                        400.0 * x,
                        -200.0,
                    ],
                )
                .expect("four finite values"),
            }
        })
        .expect("finite at the start");
        assert!(found.converged, "{found:?}");
        assert!((found.at[0] - 1.0).abs() < 1e-6 && (found.at[1] - 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_slope_without_a_top_ends_at_the_bound() {
        let found = maximise(&[0.0], 1.0, 5.0, |at| Surface {
            value: at[0],
            gradient: vec![1.0],
            hessian: Matrix::zeros(1, 1),
        })
        .expect("finite at the start");
        assert_eq!(found.at, vec![5.0]);
    }
}
