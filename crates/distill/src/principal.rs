//! The directions in which vectors differ most.

use crate::matrix;

/// Rotations stop when what is beside the diagonal is smaller than this part of what is on it.
const PRECISION: f64 = 1e-9;
const SWEEPS_MAX: usize = 20;

/// The principal directions of vectors whose mean is 0, that of the largest variance first (Jacobi 1846, by rows).
pub(crate) fn directions(vectors: &[Vec<f32>], count: usize) -> Vec<Vec<f32>> {
    let mut matrix = matrix::products(vectors, vectors);
    let size = matrix.len();
    // Row `i` is the direction whose variance will stand at place `i` of the diagonal.
    let mut directions: Vec<Vec<f64>> = (0..size)
        .map(|row| (0..size).map(|column| f64::from(u8::from(row == column))).collect())
        .collect();
    for _ in 0..SWEEPS_MAX {
        let on: f64 = (0..size).map(|place| matrix[place][place].powi(2)).sum();
        let all: f64 = matrix.iter().flatten().map(|value| value * value).sum();
        if all - on <= PRECISION * on {
            break;
        }
        for left in 0..size {
            for right in left + 1..size {
                rotate(&mut matrix, &mut directions, left, right);
            }
        }
    }
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|left, right| matrix[*right][*right].total_cmp(&matrix[*left][*left]));
    let direction = |place: usize| directions[place].iter().map(|value| *value as f32).collect();
    order.into_iter().take(count).map(direction).collect()
}

/// Turns two directions so that the vectors' numbers along them have nothing to do with each other.
fn rotate(matrix: &mut [Vec<f64>], directions: &mut [Vec<f64>], left: usize, right: usize) {
    let between = matrix[left][right];
    if between == 0.0 {
        return;
    }
    let half = (matrix[right][right] - matrix[left][left]) / (2.0 * between);
    let tangent = half.signum() / (half.abs() + (half * half + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turn = |one: &mut f64, other: &mut f64| {
        (*one, *other) = (cosine * *one - sine * *other, sine * *one + cosine * *other);
    };
    for rows in [&mut *matrix, directions] {
        let (above, below) = rows.split_at_mut(right);
        above[left].iter_mut().zip(&mut below[0]).for_each(|(one, other)| turn(one, other));
    }
    for row in matrix {
        let (before, behind) = row.split_at_mut(right);
        turn(&mut before[left], &mut behind[0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_axis_of_a_cloud_comes_first() {
        // Along (3, 4) / 5 ten times as far as across it.
        let vectors: Vec<Vec<f32>> = [(10.0, 0.0), (-10.0, 0.0), (0.0, 1.0), (0.0, -1.0)]
            .map(|(along, across): (f32, f32)| {
                vec![0.6 * along - 0.8 * across, 0.8 * along + 0.6 * across]
            })
            .to_vec();
        let found = directions(&vectors, 2);
        assert!((found[0][0].abs() - 0.6).abs() < 1e-6 && (found[0][1].abs() - 0.8).abs() < 1e-6);
        assert!(matrix::dot(&found[0], &found[1]).abs() < 1e-6);
    }
}
