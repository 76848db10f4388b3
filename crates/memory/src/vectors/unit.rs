//! Vectors of length 1, and what two of them have in common.

use super::VectorError;

/// Sums side by side: a fixed number, so that every machine adds in the same order.
const LANES: usize = 16;

/// A vector scaled to length 1 (to within 10^-6).
///
/// # Errors
/// [`VectorError::NoDirection`] if it has no length, or none that is a number.
pub(super) fn unit(vector: &[f32]) -> Result<Vec<f32>, VectorError> {
    let squares: f64 = vector.iter().map(|&value| f64::from(value) * f64::from(value)).sum();
    let length = squares.sqrt();
    if !length.is_finite() || length < f64::from(f32::MIN_POSITIVE) {
        return Err(VectorError::NoDirection);
    }
    Ok(vector.iter().map(|&value| (f64::from(value) / length) as f32).collect())
}

/// The cosine similarity of two vectors of length 1 whose length [`LANES`] divides: each lane takes its terms in ascending
/// order, then the lanes are added in halves. It differs from the true product by less than (terms / 16 + 5) / 2^24.
pub(super) fn similarity(left: &[f32], right: &[f32]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for (left, right) in left.as_chunks::<LANES>().0.iter().zip(right.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            sums[lane] += sums[lane + width];
        }
        width /= 2;
    }
    sums[0]
}
