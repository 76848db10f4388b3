//! The inner loops. Every sum has one order, which no block size, batch size, compiler or machine changes.

pub mod dense;
pub(crate) mod numbers;

/// Lanes of every reduction across one slice; two `f32x4` in WebAssembly.
const LANES: usize = 8;

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

/// Work on a matrix that is done in blocks of columns, whose sums stay in registers.
pub(crate) trait BlockWork {
    /// Works on the columns from `first` to `first + WIDTH`.
    fn block<const WIDTH: usize>(&mut self, first: usize);
}

/// Does the work on all columns: 32 at a time (eight registers of four lanes, as many as leave room for what is added),
/// then 8, then single ones.
pub(crate) fn for_each_block(columns: usize, work: &mut impl BlockWork) {
    let mut first = 0;
    while columns - first >= 32 {
        work.block::<32>(first);
        first += 32;
    }
    while columns - first >= 8 {
        work.block::<8>(first);
        first += 8;
    }
    for column in first..columns {
        work.block::<1>(column);
    }
}

/// A matrix whose rows are `stride` long, and the place in a row where a block begins.
#[derive(Clone, Copy)]
pub(crate) struct Block<'a> {
    pub(crate) matrix: &'a [f32],
    pub(crate) stride: usize,
    pub(crate) first: usize,
}

impl Block<'_> {
    /// `sums` and the rows that `rows` name, each times its factor: `sums + Σ factor · row`, term after term.
    ///
    /// Rows that are not named cost nothing and change nothing.
    #[inline(always)]
    pub(crate) fn add_rows<const WIDTH: usize>(
        &self,
        mut sums: [f32; WIDTH],
        (rows, factors): (&[u32], &[f32]),
    ) -> [f32; WIDTH] {
        for (row, factor) in rows.iter().zip(factors) {
            let start = *row as usize * self.stride + self.first;
            let row: &[f32] = &self.matrix[start..start + WIDTH];
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += factor * value;
            }
        }
        sums
    }
}

/// `sums += factor · values`.
#[inline]
pub(crate) fn add_scaled(sums: &mut [f32], values: &[f32], factor: f32) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sums<'a> {
        matrix: &'a [f32],
        width: usize,
        sums: Vec<f32>,
    }

    impl BlockWork for Sums<'_> {
        fn block<const WIDTH: usize>(&mut self, first: usize) {
            let block = Block { matrix: self.matrix, stride: self.width, first };
            let sums = block.add_rows([0.25; WIDTH], (&[0, 2, 3], &[0.5, -1.5, 2.0]));
            self.sums.extend_from_slice(&sums);
        }
    }

    #[test]
    fn rows_add_up_alike_in_every_block_width() {
        let width = 32 + 8 + 3;
        let matrix: Vec<f32> = (0..4 * width).map(|n| (n % 17) as f32 * 0.3 - 1.0).collect();
        let mut work = Sums { matrix: &matrix, width, sums: Vec::new() };
        for_each_block(width, &mut work);
        assert_eq!(work.sums.len(), width);
        for (column, sum) in work.sums.iter().enumerate() {
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
