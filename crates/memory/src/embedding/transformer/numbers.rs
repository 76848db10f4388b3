//! Sums in one order, and functions of our own: platform libraries differ in the last bit, these do not.

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

const LANES: usize = 8;

/// The part of ln 2 that a product with a small whole number holds exactly, and the rest.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// What rounds a number of less than 2^22 to a whole one when it is added, which then stands in the lowest bits.
const ROUNDING: f32 = 12_582_912.0;

/// In eight lanes, which are added in pairs.
#[inline(always)]
pub(super) fn sum(values: impl Iterator<Item = f32>) -> f32 {
    let mut lanes = [0.0f32; LANES];
    for (place, value) in values.enumerate() {
        lanes[place % LANES] += value;
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// e to the power of `x`, within 3 units in the last place for -87 to 88; beyond, the value at the bound.
///
/// Cody and Waite's reduction to |r| <= ln 2 / 2, then the exponential series to the 7th power, without a branch.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * LOG2_E + ROUNDING;
    let power = rounded - ROUNDING;
    let r = x - power * LN_2_HIGH - power * LN_2_LOW;
    let mut series = 1.0 / 5040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        series = series * r + coefficient;
    }
    f32::from_bits((rounded.to_bits() << 23).wrapping_add(1.0f32.to_bits())) * series
}

/// Gaussian error linear units (Hendrycks and Gimpel 2016): `x` times the share of the normal distribution below `x`, which
/// is within 2e-7 by Abramowitz and Stegun, 7.1.26.
pub(super) fn gelu(values: &mut [f32]) {
    for value in values {
        let x = *value * FRAC_1_SQRT_2;
        let size = x.abs();
        let t = 1.0 / (1.0 + 0.327_591_1 * size);
        let mut series = 1.061_405_4;
        for coefficient in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
            series = series * t + coefficient;
        }
        let erf = 1.0 - series * t * exp(-size * size);
        *value *= 0.5 + 0.5 * erf.copysign(x);
    }
}

/// Layer normalisation (Ba, Kiros and Hinton 2016).
#[derive(Debug, Clone)]
pub(super) struct Norm {
    pub(super) factors: Vec<f32>,
    pub(super) shifts: Vec<f32>,
}

impl Norm {
    /// Each position to mean 0 and variance 1, then by the factors and shifts that were learnt.
    pub(super) fn apply(&self, states: &mut [f32]) {
        let width = self.factors.len();
        for state in states.chunks_exact_mut(width) {
            let mean = sum(state.iter().copied()) / width as f32;
            state.iter_mut().for_each(|value| *value -= mean);
            let variance = sum(state.iter().map(|value| value * value)) / width as f32;
            let scale = 1.0 / (variance + 1e-12).sqrt();
            for ((value, factor), shift) in state.iter_mut().zip(&self.factors).zip(&self.shifts) {
                *value = *value * scale * factor + shift;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_close_to_the_true_value_and_finite_everywhere() {
        for n in -870..880 {
            let x = n as f32 * 0.1;
            let true_value = f64::from(x).exp();
            assert!((f64::from(exp(x)) / true_value - 1.0).abs() < 4e-7, "{x}");
        }
        assert!(exp(f32::MAX).is_finite() && exp(f32::MIN) >= 0.0);
    }

    #[test]
    fn gelu_has_the_values_that_tables_have() {
        // x times the cumulative normal distribution, to seven digits (Abramowitz and Stegun, table 26.1).
        let mut values = [0.0, 1.0, -1.0, 2.0, -3.0, 0.5, 20.0, -20.0];
        gelu(&mut values);
        let expected =
            [0.0, 0.841_344_7, -0.158_655_3, 1.954_499_7, -0.004_049_7, 0.345_731_2, 20.0, 0.0];
        for (value, expected) in values.iter().zip(expected) {
            assert!((value - expected).abs() < 1e-6f32, "{value} and not {expected}");
        }
    }

    #[test]
    fn norms_make_means_and_variances_alike() {
        let norm = Norm { factors: vec![2.0; 8], shifts: vec![1.0; 8] };
        let mut state = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
        norm.apply(&mut state);
        let mean = state.iter().sum::<f32>() / 8.0;
        let variance = state.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / 8.0;
        assert!((mean - 1.0).abs() < 1e-6 && (variance - 4.0).abs() < 1e-5, "{mean} {variance}");
    }
}
