//! Vectors of length 1, and what two of them have in common.

use super::VectorError;

/// Sums side by side: a fixed number, so that every machine adds in the same order.
const LANES: usize = 16;

/// A vector scaled to length 1 (to within 10^-6).
///
/// # Errors
/// [`VectorError::NoDirection`] if it has no length, or none that is a number.
pub(super) fn unit(vector: &[f32]) -> Result<Vec<f32>, VectorError> {
    // Nothing of it is taken away.
    let length = distance(vector, vector, 0.0);
    if !length.is_finite() || length < f64::from(f32::MIN_POSITIVE) {
        return Err(VectorError::NoDirection);
    }
    Ok(vector.iter().map(|&value| (f64::from(value) / length) as f32).collect())
}

/// How far a vector is from another of the same length times `scale`: each lane takes its squares in ascending order, then the
/// lanes are added in theirs.
pub(super) fn distance(vector: &[f32], other: &[f32], scale: f32) -> f64 {
    let mut sums = [0.0_f64; LANES];
    let mut add = |lane: usize, value: f32, other: f32| {
        let apart = f64::from(value) - f64::from(other) * f64::from(scale);
        sums[lane] += apart * apart;
    };
    let ((vector, vector_rest), (other, other_rest)) =
        (vector.as_chunks::<LANES>(), other.as_chunks::<LANES>());
    for (values, others) in vector.iter().zip(other) {
        (0..LANES).for_each(|lane| add(lane, values[lane], others[lane]));
    }
    let rest = vector_rest.iter().zip(other_rest).enumerate();
    rest.for_each(|(lane, (&value, &other))| add(lane, value, other));
    sums.iter().sum::<f64>().sqrt()
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
