//! A vector in a quarter of its bytes, with how far that is from it.

/// A vector as one byte a number, and what was lost.
#[derive(Debug, Clone)]
pub(super) struct Quantised {
    /// Each number divided by `scale`, from -127 to 127, plus [`BIAS`].
    pub(super) bytes: Vec<u8>,
    pub(super) scale: f32,
    /// At least the length of what was lost: of the vector minus what the bytes stand for.
    pub(super) error: f32,
}

/// What makes bytes without a sign of numbers with one.
pub(super) const BIAS: u8 = 128;
const LEVELS: f32 = 127.0;
/// More than what is lost in rounding the error itself.
const ROUND_UP: f64 = 1.000_001;

impl Quantised {
    /// Of finite numbers.
    pub(super) fn of(vector: &[f32]) -> Self {
        let (levels, scale, error) = rounded(vector, LEVELS);
        let bytes = levels.map(|level| (level as i32 + i32::from(BIAS)) as u8).collect();
        Self { bytes, scale, error }
    }
}

/// A vector as whole numbers up to `levels`, what one of them stands for, and at least the length of what was lost.
pub(super) fn rounded(vector: &[f32], levels: f32) -> (impl Iterator<Item = f32> + '_, f32, f32) {
    let largest = largest(vector);
    let scale = if largest > 0.0 { largest / levels } else { 1.0 };
    let level = move |value: f32| (value / scale).round_ties_even().clamp(-levels, levels);
    let levels = vector.iter().map(move |&value| level(value));
    (levels.clone(), scale, lost(vector, levels, scale))
}

pub(super) fn largest(vector: &[f32]) -> f32 {
    vector.iter().fold(0.0, |largest, value| value.abs().max(largest))
}

/// At least the length of a vector minus what levels stand for.
pub(super) fn lost(vector: &[f32], levels: impl Iterator<Item = f32>, scale: f32) -> f32 {
    let lost = vector.iter().zip(levels).map(|(&value, level)| {
        let lost = f64::from(value) - f64::from(level) * f64::from(scale);
        lost * lost
    });
    (lost.sum::<f64>().sqrt() * ROUND_UP) as f32
}
