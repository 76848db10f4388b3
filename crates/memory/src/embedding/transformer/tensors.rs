//! Where the model's numbers come from.

use super::{EmbeddingError, linear::Linear, numbers::Norm, pieces::Pieces};

/// Tensors of the model by name. They are asked for in one order, in which the compact file has them.
pub(super) trait Tensors {
    /// Numbers that are few: biases, norms, places.
    fn floats(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EmbeddingError>;

    /// Numbers that are many, row after row.
    fn matrix(
        &mut self,
        name: &str,
        rows: usize,
        columns: usize,
    ) -> Result<Vec<f32>, EmbeddingError>;

    /// The rows of pieces.
    fn pieces(&mut self, name: &str, rows: usize, columns: usize)
    -> Result<Pieces, EmbeddingError>;

    /// Parts of `outputs` each, side by side.
    fn linear(
        &mut self,
        names: &[String],
        outputs: usize,
        terms: usize,
    ) -> Result<Linear, EmbeddingError> {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for name in names {
            weights.extend(self.matrix(&format!("{name}.weight"), outputs, terms)?);
            biases.extend(self.floats(&format!("{name}.bias"), &[outputs])?);
        }
        Ok(Linear::new(&weights, &biases, terms))
    }

    /// What follows an addition.
    fn norm(&mut self, name: &str, width: usize) -> Result<Norm, EmbeddingError> {
        Ok(Norm {
            factors: self.floats(&format!("{name}.weight"), &[width])?,
            shifts: self.floats(&format!("{name}.bias"), &[width])?,
        })
    }
}
