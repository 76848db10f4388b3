//! A question, prepared for being compared with rows.

use super::{
    lanes::{BYTES, Sums, Words},
    quantised::{BIAS, rounded},
};

/// More than all rounding in sums of 32-bit numbers can make of a similarity: in the exact one (512 terms in 16 lanes,
/// 2.3 * 10^-6), in those by whole numbers, in bounds, and in lengths that are not quite 1.
const ROUNDING: f32 = 1e-5;

/// A vector of length 1 as 16-bit numbers in the order in which rows are read.
///
/// No sum overflows: of at most 512 terms, products of the two whole numbers add up to 128 * 32,767 * 512 < 2^31. What the
/// bytes' bias adds may wrap on the way, and is gone at the end.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    /// For each sixteen bytes of a row the numbers that meet every other one of them, and the rest.
    pub(super) pieces: Vec<[Words; 2]>,
    /// What sums start with, so that the bytes' bias is gone at the end.
    pub(super) start: i32,
    pub(super) scale: f32,
    error: f32,
}

impl Query {
    /// Of a vector of length 1.
    pub(super) fn new(unit: &[f32]) -> Self {
        let (levels, scale, error) = rounded(unit, f32::from(i16::MAX));
        let levels: Vec<i16> = levels.iter().map(|&level| level as i16).collect();
        let piece = |levels: &[i16; BYTES]| {
            [0, 1]
                .map(|half| Words::from_words(std::array::from_fn(|word| levels[2 * word + half])))
        };
        let pieces = levels.as_chunks().0.iter().map(piece).collect();
        let sum: i32 = levels.iter().map(|&level| i32::from(level)).sum();
        Self { pieces, start: -i32::from(BIAS) * sum, scale, error }
    }

    /// Becomes the question that a row stands for.
    pub(super) fn become_row(&mut self, row: &[Words], scale: f32) {
        let bias = i16::from(BIAS);
        let ones = Words::from_words([1; 8]);
        let mut sum = Sums::ZERO;
        self.pieces.clear();
        for bytes in row {
            let (even, odd) = (bytes.low_bytes().minus(bias), bytes.high_bytes().minus(bias));
            sum = sum + even.products(ones) + odd.products(ones);
            self.pieces.push([even, odd]);
        }
        let [sum, ..] = Sums::totals([sum; 4]);
        (self.start, self.scale) = (-i32::from(BIAS) * sum, scale);
    }

    /// See [`Bound`].
    pub(super) fn bound(&self) -> Bound {
        Bound::new(self.error)
    }
}

/// How far the similarity by whole numbers can be from the exact one, for a row with an error: for q = q' + dq and
/// v = v' + dv, q·v - q'·v' = q'·dv + dq·v, and by Cauchy and Schwarz neither is larger than its lengths' product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    factor: f32,
    constant: f32,
}

impl Bound {
    /// For a question with such an error.
    pub(super) fn new(error: f32) -> Self {
        Self { factor: 1.0 + error, constant: error + ROUNDING }
    }

    #[inline(always)]
    pub(super) fn of(self, error: f32) -> f32 {
        self.factor * error + self.constant
    }
}
