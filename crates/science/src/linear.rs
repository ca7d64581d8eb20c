//! Small dense matrices: enough for models of up to some fifty covariates.

use crate::verdict::{Verdict, all_finite, same_length};

/// A dense matrix, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    rows: usize,
    columns: usize,
    values: Vec<f64>,
}

impl Matrix {
    /// A matrix from its values, row by row.
    ///
    /// # Errors
    /// [`Verdict::UnequalLengths`] when `values` is not rows × columns long, and
    /// [`Verdict::NotFinite`] (with the row of the matrix) for NaN or an infinity.
    pub fn new(rows: usize, columns: usize, values: Vec<f64>) -> Result<Self, Verdict> {
        same_length(rows * columns, values.len())?;
        all_finite(&values).map_err(|verdict| match verdict {
            Verdict::NotFinite { row } => Verdict::NotFinite {
                row: row / columns.max(1),
            },
            other => other,
        })?;
        Ok(Self {
            rows,
            columns,
            values,
        })
    }

    /// A matrix of zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self {
            rows,
            columns,
            values: vec![0.0; rows * columns],
        }
    }

    /// The number of rows.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row. Panics outside the matrix.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f64] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// One value. Panics outside the matrix.
    #[must_use]
    pub fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.columns + column]
    }

    /// One column, copied. Panics outside the matrix.
    #[must_use]
    pub fn column(&self, column: usize) -> Vec<f64> {
        (0..self.rows).map(|row| self.at(row, column)).collect()
    }

    pub(crate) fn add(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.columns + column] += value;
    }

    /// The upper triangle written below the diagonal.
    pub(crate) fn mirror_upper(&mut self) {
        for row in 0..self.rows {
            for column in 0..row {
                self.values[row * self.columns + column] = self.at(column, row);
            }
        }
    }
}

/// The Cholesky factor of a symmetric positive definite matrix, as a solver.
pub(crate) struct Cholesky {
    lower: Matrix,
}

impl Cholesky {
    /// None when the matrix is not positive definite to working precision.
    pub(crate) fn new(matrix: &Matrix) -> Option<Self> {
        let size = matrix.rows;
        let mut lower = Matrix::zeros(size, size);
        for row in 0..size {
            for column in 0..=row {
                let mut sum = matrix.at(row, column);
                for inner in 0..column {
                    sum -= lower.at(row, inner) * lower.at(column, inner);
                }
                if row == column {
                    // What is left of a diagonal must stand clear of rounding.
                    let floor = matrix.at(row, row).abs() * 1e-13;
                    if sum.is_nan() || sum <= floor {
                        return None;
                    }
                    lower.add(row, row, sum.sqrt());
                } else {
                    let pivot = lower.at(column, column);
                    lower.add(row, column, sum / pivot);
                }
            }
        }
        Some(Self { lower })
    }

    /// Solves matrix · result = right.
    pub(crate) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let size = self.lower.rows;
        let mut result = right.to_vec();
        for row in 0..size {
            for inner in 0..row {
                result[row] -= self.lower.at(row, inner) * result[inner];
            }
            result[row] /= self.lower.at(row, row);
        }
        for row in (0..size).rev() {
            for inner in row + 1..size {
                result[row] -= self.lower.at(inner, row) * result[inner];
            }
            result[row] /= self.lower.at(row, row);
        }
        result
    }

    /// The inverse of the matrix.
    pub(crate) fn inverse(&self) -> Matrix {
        let size = self.lower.rows;
        let mut inverse = Matrix::zeros(size, size);
        for column in 0..size {
            let mut unit = vec![0.0; size];
            unit[column] = 1.0;
            for (row, value) in self.solve(&unit).into_iter().enumerate() {
                inverse.add(row, column, value);
            }
        }
        inverse
    }
}

/// Rounds of rotations; ten are plenty for any matrix that fits here.
const ROUNDS_MAX: usize = 50;

/// Eigenvalues of a symmetric matrix and its eigenvectors as columns, by Jacobi's rotations
/// (Golub & Van Loan 2013, §8.5).
pub(crate) fn eigen(symmetric: &Matrix) -> (Vec<f64>, Matrix) {
    let size = symmetric.rows;
    let mut matrix = symmetric.clone();
    let mut vectors = Matrix::zeros(size, size);
    for index in 0..size {
        vectors.add(index, index, 1.0);
    }
    for _ in 0..ROUNDS_MAX {
        let mut off = 0.0;
        for row in 0..size {
            for column in row + 1..size {
                let value = matrix.at(row, column);
                off += value * value;
                if value != 0.0 {
                    rotate(&mut matrix, &mut vectors, row, column);
                }
            }
        }
        if off < 1e-30 {
            break;
        }
    }
    let values = (0..size).map(|index| matrix.at(index, index)).collect();
    (values, vectors)
}

/// Turns the plane of two coordinates so that they no longer mix.
fn rotate(matrix: &mut Matrix, vectors: &mut Matrix, p: usize, q: usize) {
    let slope = (matrix.at(q, q) - matrix.at(p, p)) / (2.0 * matrix.at(p, q));
    let tangent = slope.signum() / (slope.abs() + slope.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    let size = matrix.rows;
    let turn = |values: &mut [f64], first: usize, second: usize| {
        let (one, two) = (values[first], values[second]);
        values[first] = cosine * one - sine * two;
        values[second] = sine * one + cosine * two;
    };
    for k in 0..size {
        turn(&mut matrix.values, k * size + p, k * size + q);
    }
    for k in 0..size {
        turn(&mut matrix.values, p * size + k, q * size + k);
    }
    for k in 0..size {
        turn(&mut vectors.values, k * size + p, k * size + q);
    }
}

/// Σ of the products of two columns, in their order.
pub(crate) fn dot(first: &[f64], second: &[f64]) -> f64 {
    first.iter().zip(second).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solved_system_gives_its_right_side_back() {
        let matrix = Matrix::new(3, 3, vec![4.0, 1.0, 0.5, 1.0, 3.0, -1.0, 0.5, -1.0, 2.0])
            .expect("nine finite values");
        let cholesky = Cholesky::new(&matrix).expect("positive definite");
        let solution = cholesky.solve(&[1.0, 2.0, 3.0]);
        for (row, right) in [1.0, 2.0, 3.0].into_iter().enumerate() {
            assert!((dot(matrix.row(row), &solution) - right).abs() < 1e-12);
        }
        let inverse = cholesky.inverse();
        assert!((dot(matrix.row(0), &inverse.column(0)) - 1.0).abs() < 1e-12);
        assert!(dot(matrix.row(0), &inverse.column(1)).abs() < 1e-12);
    }

    #[test]
    fn eigenvectors_are_only_stretched() {
        let matrix = Matrix::new(3, 3, vec![4.0, 1.0, 0.5, 1.0, 3.0, -1.0, 0.5, -1.0, 2.0])
            .expect("nine finite values");
        let (values, vectors) = eigen(&matrix);
        assert!((values.iter().sum::<f64>() - 9.0).abs() < 1e-12);
        for (index, value) in values.iter().enumerate() {
            let vector = vectors.column(index);
            for row in 0..3 {
                let stretched = dot(matrix.row(row), &vector);
                assert!((stretched - value * vector[row]).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn what_is_singular_is_refused() {
        let matrix = Matrix::new(2, 2, vec![1.0, 2.0, 2.0, 4.0]).expect("four finite values");
        assert!(Cholesky::new(&matrix).is_none());
        assert_eq!(
            Matrix::new(2, 2, vec![1.0, 2.0, f64::NAN, 4.0]),
            Err(Verdict::NotFinite { row: 1 })
        );
    }
}
