//! Products with weights that stay the same, laid out once in the order in which tiles read them.
//!
//! Tiles of four positions by eight outputs stay in registers, in WebAssembly too. Every sum takes its terms in ascending
//! order and nothing is fused, so that no machine, batch or tile changes a bit.

/// Positions of a tile.
const ROWS: usize = 4;
/// Outputs of a tile.
const COLUMNS: usize = 8;

/// A layer without a function: `outputs = weights · inputs + biases` for each position.
#[derive(Debug, Clone)]
pub(super) struct Linear {
    terms: usize,
    /// Eight outputs side by side, term after term; then the next eight.
    panels: Vec<[f32; COLUMNS]>,
    biases: Vec<[f32; COLUMNS]>,
}

/// Memory for inputs in the order in which tiles read them.
#[derive(Debug, Clone, Default)]
pub(super) struct Panels(Vec<[f32; ROWS]>);

impl Linear {
    /// From weights with a row of `terms` for each output, and a bias for each. Outputs are a multiple of eight.
    pub(super) fn new(weights: &[f32], biases: &[f32], terms: usize) -> Self {
        let (biases, rest) = biases.as_chunks::<COLUMNS>();
        assert!(rest.is_empty() && weights.len() == biases.len() * COLUMNS * terms);
        let mut panels = Vec::with_capacity(weights.len() / COLUMNS);
        for rows in weights.chunks_exact(terms * COLUMNS) {
            panels
                .extend((0..terms).map(|term| std::array::from_fn(|row| rows[row * terms + term])));
        }
        Self { terms, panels, biases: biases.to_vec() }
    }

    /// Puts the outputs of each position in the place of what `outputs` held.
    pub(super) fn apply(&self, inputs: &[f32], outputs: &mut Vec<f32>, panels: &mut Panels) {
        let rows = inputs.len() / self.terms;
        let columns = self.biases.len() * COLUMNS;
        panels.fill(inputs, rows, self.terms);
        outputs.resize(rows * columns, 0.0);
        let weights = self.panels.chunks_exact(self.terms).zip(&self.biases);
        for (first, (weights, biases)) in (0..columns).step_by(COLUMNS).zip(weights) {
            for (tile, inputs) in panels.0.chunks_exact(self.terms).enumerate() {
                let sums = add_products([*biases; ROWS], inputs, weights);
                let height = ROWS.min(rows - tile * ROWS);
                for (row, sums) in sums.iter().enumerate().take(height) {
                    outputs[(tile * ROWS + row) * columns + first..][..COLUMNS]
                        .copy_from_slice(sums);
                }
            }
        }
    }
}

impl Panels {
    /// Four positions side by side, term after term; positions that are missing are 0.
    fn fill(&mut self, inputs: &[f32], rows: usize, terms: usize) {
        self.0.clear();
        self.0.resize(rows.div_ceil(ROWS) * terms, [0.0; ROWS]);
        for (row, values) in inputs.chunks_exact(terms).enumerate() {
            let panel = &mut self.0[row / ROWS * terms..][..terms];
            panel.iter_mut().zip(values).for_each(|(term, value)| term[row % ROWS] = *value);
        }
    }
}

fn add_products(
    mut sums: [[f32; COLUMNS]; ROWS],
    inputs: &[[f32; ROWS]],
    weights: &[[f32; COLUMNS]],
) -> [[f32; COLUMNS]; ROWS] {
    for (inputs, weights) in inputs.iter().zip(weights) {
        for (sums, input) in sums.iter_mut().zip(inputs) {
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += input * weight;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_biases_and_products_in_order() {
        for (rows, terms, columns) in [(1, 1, 8), (4, 3, 16), (7, 20, 24)] {
            let inputs: Vec<f32> = (0..rows * terms).map(|n| (n % 7) as f32 * 0.3 - 1.0).collect();
            let weights: Vec<f32> = (0..terms * columns).map(|n| (n % 11) as f32 * 0.7).collect();
            let biases: Vec<f32> = (0..columns).map(|n| n as f32 * 0.1).collect();
            let mut outputs = Vec::new();
            let linear = Linear::new(&weights, &biases, terms);
            linear.apply(&inputs, &mut outputs, &mut Panels::default());
            for (place, output) in outputs.iter().enumerate() {
                let (row, column) = (place / columns, place % columns);
                let expected = (0..terms).fold(biases[column], |sum, term| {
                    sum + inputs[row * terms + term] * weights[column * terms + term]
                });
                assert_eq!(*output, expected, "{rows} x {terms} x {columns}, {row}, {column}");
            }
        }
    }
}
