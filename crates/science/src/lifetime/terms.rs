//! Sums over customers of a log-likelihood with slope and curvature, in one fixed order.

use super::population::Row;
use crate::linear::Matrix;
use crate::optimise::Surface;
use rayon::prelude::*;

/// Rows summed by one task. The pieces, and so the rounding, do not depend on the cores.
const PIECE: usize = 512;

/// A value with its gradient and the upper triangle of its Hessian in `N` parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms<const N: usize> {
    pub(super) value: f64,
    pub(super) gradient: [f64; N],
    pub(super) hessian: [[f64; N]; N],
}

impl<const N: usize> Terms<N> {
    pub(super) const ZERO: Self = Self {
        value: 0.0,
        gradient: [0.0; N],
        hessian: [[0.0; N]; N],
    };

    /// Adds `count` times a function of one parameter with its first two derivatives.
    pub(super) fn add_one(&mut self, parameter: usize, count: f64, derivatives: [f64; 3]) {
        self.value += count * derivatives[0];
        self.gradient[parameter] += count * derivatives[1];
        self.hessian[parameter][parameter] += count * derivatives[2];
    }

    fn add(&mut self, other: &Self) {
        self.value += other.value;
        for j in 0..N {
            self.gradient[j] += other.gradient[j];
            for k in j..N {
                self.hessian[j][k] += other.hessian[j][k];
            }
        }
    }

    /// The same as a function of the logarithms of the parameters.
    pub(super) fn in_logs(&self, parameters: &[f64; N]) -> Surface {
        let mut hessian = Matrix::zeros(N, N);
        let mut gradient = Vec::with_capacity(N);
        for j in 0..N {
            gradient.push(self.gradient[j] * parameters[j]);
            hessian.add(j, j, self.gradient[j] * parameters[j]);
            for k in j..N {
                hessian.add(j, k, self.hessian[j][k] * parameters[j] * parameters[k]);
            }
        }
        hessian.mirror_upper();
        Surface {
            value: self.value,
            gradient,
            hessian,
        }
    }
}

/// Σ over rows: pieces in parallel, their sums added in the order of the rows.
pub(super) fn total<const N: usize>(
    rows: &[Row],
    add_row: impl Fn(&Row, &mut Terms<N>) + Sync,
) -> Terms<N> {
    let pieces: Vec<Terms<N>> = rows
        .par_chunks(PIECE)
        .map(|piece| {
            let mut sum = Terms::ZERO;
            for row in piece {
                add_row(row, &mut sum);
            }
            sum
        })
        .collect();
    let mut sum = Terms::ZERO;
    for piece in &pieces {
        sum.add(piece);
    }
    sum
}

/// The parameters at a point of the search.
pub(super) fn parameters<const N: usize>(logs: &[f64]) -> [f64; N] {
    std::array::from_fn(|index| logs[index].exp())
}
