//! Products of dense matrices in tiles that stay in registers.
//!
//! A tile of 4 rows and 8 columns takes eight registers of four lanes; in WebAssembly, larger ones spill. Every sum takes
//! its terms in ascending order, as the event-driven kernels do: where a term is 0, leaving it out changes no bit.

/// Rows of a tile.
const ROWS: usize = 4;
/// Columns of a tile.
const COLUMNS: usize = 8;

/// Memory for matrices in the order in which tiles read them; reused from product to product.
#[derive(Debug, Clone, Default)]
pub struct Panels {
    left: Vec<[f32; ROWS]>,
    right: Vec<[f32; COLUMNS]>,
}

impl Panels {
    /// `sums += left · right`, for `left` with a row of `terms` for each row of the sums, and `right` with a row of
    /// `columns` for each term.
    ///
    /// # Panics
    /// If the lengths do not match.
    pub fn multiply_add(
        &mut self,
        left: &[f32],
        right: &[f32],
        sums: &mut [f32],
        terms: usize,
        columns: usize,
    ) {
        let rows = sums.len() / columns;
        assert_eq!(sums.len(), rows * columns);
        assert_eq!(left.len(), rows * terms);
        assert_eq!(right.len(), terms * columns);
        self.pack_left(left, rows, terms);
        for first in (0..columns).step_by(COLUMNS) {
            let width = COLUMNS.min(columns - first);
            self.pack_right(right, columns, first, width);
            for (tile, left) in self.left.chunks_exact(terms.max(1)).enumerate() {
                let height = ROWS.min(rows - tile * ROWS);
                let place = |row: usize| (tile * ROWS + row) * columns + first;
                let mut tile_sums = [[0.0; COLUMNS]; ROWS];
                for (row, sum) in tile_sums.iter_mut().enumerate().take(height) {
                    *sum = columns_of(&sums[place(row)..][..width]);
                }
                let tile_sums = add_products(tile_sums, left, &self.right);
                for (row, sum) in tile_sums.iter().enumerate().take(height) {
                    sums[place(row)..][..width].copy_from_slice(&sum[..width]);
                }
            }
        }
    }

    /// Four rows side by side, term after term; rows that are missing are 0.
    fn pack_left(&mut self, left: &[f32], rows: usize, terms: usize) {
        self.left.clear();
        self.left.resize(rows.div_ceil(ROWS) * terms, [0.0; ROWS]);
        for (row, values) in left.chunks_exact(terms.max(1)).enumerate() {
            let panel = &mut self.left[row / ROWS * terms..][..terms];
            for (term, value) in panel.iter_mut().zip(values) {
                term[row % ROWS] = *value;
            }
        }
    }

    /// Eight columns, term after term; columns that are missing are 0.
    fn pack_right(&mut self, right: &[f32], columns: usize, first: usize, width: usize) {
        self.right.clear();
        let rows = right.chunks_exact(columns).map(|row| &row[first..first + width]);
        self.right.extend(rows.map(columns_of));
    }
}

/// At most eight values, with zeros behind them.
#[inline(always)]
fn columns_of(values: &[f32]) -> [f32; COLUMNS] {
    // Whole panels are the rule, and their length is known to the compiler.
    values.try_into().unwrap_or_else(|_| {
        let mut columns = [0.0; COLUMNS];
        columns[..values.len()].copy_from_slice(values);
        columns
    })
}

fn add_products(
    mut sums: [[f32; COLUMNS]; ROWS],
    left: &[[f32; ROWS]],
    right: &[[f32; COLUMNS]],
) -> [[f32; COLUMNS]; ROWS] {
    for (left, right) in left.iter().zip(right) {
        for (sums, factor) in sums.iter_mut().zip(left) {
            for (sum, value) in sums.iter_mut().zip(right) {
                *sum += factor * value;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_any_shape_are_sums_in_order() {
        let mut panels = Panels::default();
        for (rows, terms, columns) in [(1, 1, 1), (4, 3, 8), (5, 7, 9), (9, 0, 3), (3, 20, 17)] {
            let left: Vec<f32> = (0..rows * terms).map(|n| (n % 7) as f32 * 0.3 - 1.0).collect();
            let right: Vec<f32> = (0..terms * columns).map(|n| (n % 11) as f32 * 0.7).collect();
            let mut sums = vec![0.5; rows * columns];
            panels.multiply_add(&left, &right, &mut sums, terms, columns);
            for (place, sum) in sums.iter().enumerate() {
                let (row, column) = (place / columns, place % columns);
                let expected = (0..terms).fold(0.5, |sum, term| {
                    sum + left[row * terms + term] * right[term * columns + column]
                });
                assert_eq!(*sum, expected, "{rows} x {terms} x {columns}, {row}, {column}");
            }
        }
    }
}
