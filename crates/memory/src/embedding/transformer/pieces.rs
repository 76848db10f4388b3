//! What the model holds of each piece of a word: half of the model, of which a text looks at a few rows.

use super::weights::float;

/// A row of numbers for each piece, in the form in which its file has them.
#[derive(Debug, Clone)]
pub(super) enum Pieces {
    /// Halves of precision.
    Halves(Vec<u16>),
    /// A byte a number, and for each row what it is multiplied by.
    Bytes {
        /// One a row.
        scales: Vec<f32>,
        /// Row after row.
        values: Vec<i8>,
    },
}

impl Pieces {
    /// Gives each number of a piece's row, with its place.
    pub(super) fn each(&self, piece: u16, width: usize, mut take: impl FnMut(usize, f32)) {
        let piece = usize::from(piece);
        let row = piece * width..(piece + 1) * width;
        match self {
            Self::Halves(halves) => {
                halves[row].iter().enumerate().for_each(|(at, half)| take(at, float(*half)));
            }
            Self::Bytes { scales, values } => {
                let scale = scales[piece];
                let values = values[row].iter().enumerate();
                values.for_each(|(at, value)| take(at, scale * f32::from(*value)));
            }
        }
    }
}
