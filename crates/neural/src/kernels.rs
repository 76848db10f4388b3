//! The inner loops. Every sum has one order, which no block size, compiler or machine changes.

/// Lanes of every reduction across one slice; two `f32x4` in WebAssembly.
const LANES: usize = 8;

/// Sums that stay in registers while a list of rows is added up.
const BLOCK: usize = 32;

/// The sum of squares: lane `i` takes every eighth value from `i` on, and the lanes are added in pairs.
pub(crate) fn sum_of_squares(values: &[f32]) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let (whole, rest) = values.as_chunks::<LANES>();
    for chunk in whole {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value * value;
        }
    }
    for (lane, value) in lanes.iter_mut().zip(rest) {
        *lane += value * value;
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// Adds to `sums` the rows of a matrix that `indices` name, each times its factor: `sums += Σ factor · row`.
///
/// Rows are `sums.len()` long. Each sum takes its terms in the order of `indices`, so rows that are not named cost
/// nothing and change nothing.
pub(crate) fn add_rows(sums: &mut [f32], matrix: &[f32], indices: &[u32], factors: &[f32]) {
    assert_eq!(indices.len(), factors.len());
    let width = sums.len();
    let (blocks, rest) = sums.as_chunks_mut::<BLOCK>();
    let rest_start = blocks.len() * BLOCK;
    for (number, block) in blocks.iter_mut().enumerate() {
        let mut local = *block;
        for (index, factor) in indices.iter().zip(factors) {
            let start = *index as usize * width + number * BLOCK;
            let row = &matrix[start..start + BLOCK];
            for (sum, weight) in local.iter_mut().zip(row) {
                *sum += factor * weight;
            }
        }
        *block = local;
    }
    for (index, factor) in indices.iter().zip(factors) {
        let start = *index as usize * width + rest_start;
        add_scaled(rest, &matrix[start..start + rest.len()], *factor);
    }
}

/// `sums += factor · values`.
pub(crate) fn add_scaled(sums: &mut [f32], values: &[f32], factor: f32) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_add_up_alike_in_blocks_and_in_the_rest() {
        let width = BLOCK + 3;
        let matrix: Vec<f32> = (0..4 * width).map(|n| (n % 17) as f32 * 0.3 - 1.0).collect();
        let mut sums = vec![0.25; width];
        add_rows(&mut sums, &matrix, &[0, 2, 3], &[0.5, -1.5, 2.0]);
        for (column, sum) in sums.iter().enumerate() {
            let mut expected = 0.25;
            for (row, factor) in [(0, 0.5), (2, -1.5), (3, 2.0)] {
                expected += factor * matrix[row * width + column];
            }
            assert_eq!(*sum, expected, "column {column}");
        }
    }

    #[test]
    fn squares_of_any_length_add_up() {
        for length in [0, 1, 7, 8, 9, 31] {
            let values = vec![2.0; length];
            assert_eq!(sum_of_squares(&values), 4.0 * length as f32);
        }
    }
}
