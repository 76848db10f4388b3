//! Vectors and small matrices; sums in one order.

pub(crate) fn dot(left: &[f32], right: &[f32]) -> f32 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

pub(crate) fn add(sum: &mut [f32], vector: &[f32], factor: f32) {
    sum.iter_mut().zip(vector).for_each(|(sum, value)| *sum += factor * value);
}

pub(crate) fn subtract(vector: &mut [f32], other: &[f32]) {
    add(vector, other, -1.0);
}

pub(crate) fn to_length_one(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt().max(f32::MIN_POSITIVE);
    vector.iter_mut().for_each(|value| *value /= length);
}

pub(crate) fn mean(vectors: &[Vec<f32>]) -> Vec<f32> {
    let mut sums = vec![0.0f64; vectors.first().map_or(0, Vec::len)];
    for vector in vectors {
        sums.iter_mut().zip(vector).for_each(|(sum, value)| *sum += f64::from(*value));
    }
    sums.iter().map(|sum| (sum / vectors.len() as f64) as f32).collect()
}

/// `leftᵀ · right` for matrices with a row for each text: a row for each column of the left one.
pub(crate) fn products(left: &[Vec<f32>], right: &[Vec<f32>]) -> Vec<Vec<f64>> {
    const ROWS: usize = 8;
    let (rows, columns) = (left[0].len(), right[0].len());
    let mut products = vec![vec![0.0; columns]; rows];
    for (block, sums) in products.chunks_mut(ROWS).enumerate() {
        for (left, right) in left.iter().zip(right) {
            for (sums, factor) in sums.iter_mut().zip(&left[block * ROWS..]) {
                let factor = f64::from(*factor);
                sums.iter_mut()
                    .zip(right)
                    .for_each(|(sum, value)| *sum += factor * f64::from(*value));
            }
        }
    }
    products
}

/// Solves `matrix · x = right` for a symmetric positive definite matrix, for each column of the right side (Cholesky).
pub(crate) fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let size = matrix.len();
    for row in 0..size {
        let (above, below) = matrix.split_at_mut(row);
        let own = &mut below[0];
        for (column, other) in above.iter().enumerate() {
            let known: f64 = own[..column].iter().zip(other).map(|(own, other)| own * other).sum();
            own[column] = (own[column] - known) / other[column];
        }
        let known: f64 = own[..row].iter().map(|value| value * value).sum();
        own[row] = (own[row] - known).sqrt();
    }
    let eliminate = |target: &mut Vec<f64>, source: &Vec<f64>, factor: f64| {
        target.iter_mut().zip(source).for_each(|(target, source)| *target -= factor * source);
    };
    for (row, factors) in matrix.iter().enumerate() {
        let (above, below) = right.split_at_mut(row);
        let known = above.iter().zip(factors);
        known.for_each(|(source, factor)| eliminate(&mut below[0], source, *factor));
        below[0].iter_mut().for_each(|value| *value /= factors[row]);
    }
    for row in (0..size).rev() {
        let (above, below) = right.split_at_mut(row + 1);
        let factors = matrix[row + 1..].iter().map(|other| other[row]);
        below
            .iter()
            .zip(factors)
            .for_each(|(source, factor)| eliminate(&mut above[row], source, factor));
        above[row].iter_mut().for_each(|value| *value /= matrix[row][row]);
    }
    right
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solutions_solve() {
        let matrix = vec![vec![4.0, 2.0, 1.0], vec![2.0, 5.0, 3.0], vec![1.0, 3.0, 6.0]];
        let right = vec![vec![1.0, 0.0], vec![2.0, 1.0], vec![3.0, -1.0]];
        let solution = solve(matrix.clone(), right.clone());
        for (row, right) in matrix.iter().zip(&right) {
            for (column, expected) in right.iter().enumerate() {
                let found: f64 = row.iter().zip(&solution).map(|(a, x)| a * x[column]).sum();
                assert!((found - expected).abs() < 1e-12, "{found} and not {expected}");
            }
        }
    }

    #[test]
    fn products_are_sums_over_texts() {
        let left = vec![vec![1.0, 2.0], vec![3.0, 4.0]];
        let right = vec![vec![1.0], vec![10.0]];
        assert_eq!(products(&left, &right), [[31.0], [42.0]]);
    }
}
