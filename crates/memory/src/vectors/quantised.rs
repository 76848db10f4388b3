//! A vector in a quarter of its bytes, with how far that is from it.

use super::unit::distance;

/// A vector as one byte a number, and what was lost.
#[derive(Debug, Clone)]
pub(super) struct Quantised {
    /// Each number divided by `scale`, from -128 to 127, plus [`BIAS`].
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
    /// Of a vector of length 1 that is one of whole numbers divided by their length, in 32-bit numbers both.
    pub(super) fn of_whole(numbers: &[i8], length: f32) -> Self {
        let byte = |number: &i8| (i32::from(*number) + i32::from(BIAS)) as u8;
        // To divide by a length and to multiply by its inverse are three roundings apart, and the vector's length is 1.
        let error = 3.0 * f32::EPSILON;
        Self { bytes: numbers.iter().map(byte).collect(), scale: 1.0 / length, error }
    }

    /// Of finite numbers.
    pub(super) fn of(vector: &[f32]) -> Self {
        let (levels, scale, error) = rounded(vector, LEVELS);
        let byte = |level: &f32| (*level as i32 + i32::from(BIAS)) as u8;
        Self { bytes: levels.iter().map(byte).collect(), scale, error }
    }
}

/// A vector as whole numbers up to `levels`, what one of them stands for, and at least the length of what was lost.
pub(super) fn rounded(vector: &[f32], levels: f32) -> (Vec<f32>, f32, f32) {
    let largest = largest(vector);
    let scale = if largest > 0.0 { largest / levels } else { 1.0 };
    let level = |value: &f32| (value / scale).round_ties_even().clamp(-levels, levels);
    let levels: Vec<f32> = vector.iter().map(level).collect();
    let error = lost(vector, &levels, scale);
    (levels, scale, error)
}

/// The largest of finite numbers, without their signs.
pub(super) fn largest(vector: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    let (lanes, rest) = vector.as_chunks::<8>();
    let mut largest = [0.0_f32; 8];
    for values in lanes {
        (0..8).for_each(|lane| largest[lane] = larger(largest[lane], values[lane].abs()));
    }
    largest.into_iter().chain(rest.iter().map(|value| value.abs())).fold(0.0, larger)
}

/// At least the length of a vector minus what levels stand for.
pub(super) fn lost(vector: &[f32], levels: &[f32], scale: f32) -> f32 {
    (distance(vector, levels, scale) * ROUND_UP) as f32
}
