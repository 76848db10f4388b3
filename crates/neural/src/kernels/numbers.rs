//! `exp` and `ln` of our own: platform libraries differ in the last bit, these do not.

use core::f32::consts::{LN_2, LOG2_E};

/// The part of ln 2 that an `f32` product with a small integer holds exactly, and the rest.
const LN_2_HIGH: f32 = 0.693_359_4;
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// e to the power of `x`, within 2 units in the last place for -87 to 88; beyond, the value at the bound.
///
/// Cody and Waite's reduction to |r| <= ln 2 / 2, then the exponential series to the 7th power.
pub(crate) fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    let half = if x < 0.0 { -0.5 } else { 0.5 };
    let power = (x * LOG2_E + half) as i32;
    let r = x - power as f32 * LN_2_HIGH - power as f32 * LN_2_LOW;
    let mut series = 1.0 / 5040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        series = series * r + coefficient;
    }
    series * f32::from_bits(((power + 127) as u32) << 23)
}

/// The natural logarithm of a positive normal number, within 3 units in the last place.
///
/// With x = m 2^k and m near 1: ln m = 2 artanh((m - 1) / (m + 1)), by its series.
pub(crate) fn ln(x: f32) -> f32 {
    debug_assert!(x >= f32::MIN_POSITIVE && x.is_finite());
    let bits = x.to_bits();
    let mut power = (bits >> 23) as i32 - 127;
    let mut mantissa = f32::from_bits((bits & 0x007f_ffff) | 0x3f80_0000);
    if mantissa > core::f32::consts::SQRT_2 {
        mantissa *= 0.5;
        power += 1;
    }
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let mut series = 1.0 / 11.0;
    for coefficient in [1.0 / 9.0, 1.0 / 7.0, 0.2, 1.0 / 3.0, 1.0] {
        series = series * square + coefficient;
    }
    power as f32 * LN_2 + 2.0 * s * series
}

/// Turns logits into the logarithms of probabilities, in place.
pub(crate) fn log_softmax(logits: &mut [f32]) {
    let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for logit in logits.iter_mut() {
        *logit -= highest;
        sum += exp(*logit);
    }
    let log_sum = ln(sum);
    for logit in logits.iter_mut() {
        *logit -= log_sum;
    }
}

/// The position of the highest value; the first of equals.
pub(crate) fn position_of_highest(values: &[f32]) -> usize {
    let mut best = 0;
    for (position, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = position;
        }
    }
    best
}

/// `x` to a small whole power, by repeated multiplication.
pub(crate) fn whole_power(x: f32, power: u32) -> f32 {
    (0..power).fold(1.0, |product, _| product * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_and_ln_are_close_to_the_true_values() {
        for step in -8_600..8_700 {
            let x = step as f32 / 100.0;
            let truth = f64::from(x).exp();
            let error = (f64::from(exp(x)) - truth).abs() / truth;
            assert!(error < 3e-7, "exp({x}) is {error} off");
        }
        for step in 1..20_000 {
            let x = step as f32 / 50.0;
            let truth = f64::from(x).ln();
            let error = (f64::from(ln(x)) - truth).abs() / truth.abs().max(1.0);
            assert!(error < 4e-7, "ln({x}) is {error} off");
        }
    }

    #[test]
    fn exp_stays_finite_whatever_comes() {
        assert!(exp(f32::MAX).is_finite());
        assert!(exp(f32::MIN) > 0.0);
        assert_eq!(exp(0.0), 1.0);
        assert_eq!(ln(1.0), 0.0);
    }

    #[test]
    fn log_probabilities_add_up_to_one() {
        let mut logits = [3.0, -2.0, 0.5, 1e6, 1e6];
        log_softmax(&mut logits);
        let sum: f32 = logits.iter().map(|logit| exp(*logit)).sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    }
}
