//! Changes of parameters as whole numbers of a ring, so that a sum over members is exact and a mask hides all of it.
//!
//! All members of a session share one [`Grid`]: how long a member's change may be, how far one value may go, and how many
//! bits a value of the ring has. The bits are as few as the sum of a group with its noise needs, so that nothing overflows.
//!
//! Values are rounded to the nearest step, not by chance: what rounding leaves over stays on the device and is added to its
//! next change, which already takes away the lean that chance would be for. How far one member can move a sum
//! (its sensitivity) is checked on the whole numbers themselves, after rounding, so that the promise does not depend on it.

use crate::{noise::DiscreteGaussian, stream::Stream};
use core::fmt;

/// Values of one update: parameters of the largest network.
pub const VALUES_MAX: usize = 4_000_000;

/// How many deviations of the group's noise find room in the ring. One value in 10^15 goes beyond, and then comes out on the
/// other side: wrong, but no less private.
const DEVIATIONS: f64 = 8.0;

/// The least variance of a member's noise, if there is any: from here on, the noises of several members come to noise of the
/// sum's variance but for a part of e^-157 (Kairouz, Liu and Steinke 2021, arXiv 2102.06387, theorem 1).
const VARIANCE_MIN: u64 = 16;

/// More attempts to round a change within its length bring nothing.
const ROUNDING_ATTEMPTS: u32 = 8;

/// What all members of a session count in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    length: u32,
    reach: u32,
    noise: DiscreteGaussian,
    bits: u8,
}

/// Numbers that no ring holds.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidGrid {
    /// Not a single step is allowed.
    #[error("changes of at most {length} steps, and {reach} for each value: both must be above 0")]
    Still {
        /// As asked for.
        length: u32,
        /// As asked for.
        reach: u32,
    },
    /// Noise so thin that the noises of several members do not come to noise of their sum.
    #[error("noise of variance {0}: none, or at least {VARIANCE_MIN}, is needed")]
    Thin(u64),
    /// More than 32 bits a value.
    #[error("sums that need {bits} bits, where a value has at most 32")]
    Wide {
        /// So many.
        bits: u32,
    },
}

/// One of the parts of which an update is made, whose values are alike in size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tensor {
    /// Values.
    pub values: usize,
    /// What one step is in a parameter's own measure; above 0.
    pub step: f32,
}

/// A member's change in whole steps, tensor after tensor; secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Steps {
    pub(crate) tensors: Vec<usize>,
    pub(crate) values: Vec<i32>,
    pub(crate) has_noise: bool,
}

impl Grid {
    /// For groups of at most `members`, each of which sends a change of at most `length` steps (its Euclidean norm), at
    /// most `reach` steps in one value, and adds noise of its own.
    ///
    /// # Errors
    /// [`InvalidGrid`] if nothing could be sent, or no ring of 32 bits holds the sum.
    pub fn new(
        members: usize,
        length: u32,
        reach: u32,
        noise: DiscreteGaussian,
    ) -> Result<Self, InvalidGrid> {
        if length == 0 || reach == 0 {
            return Err(InvalidGrid::Still { length, reach });
        }
        if (1..VARIANCE_MIN).contains(&noise.variance()) {
            return Err(InvalidGrid::Thin(noise.variance()));
        }
        let deviation = (members as f64 * noise.variance() as f64).sqrt();
        let reach = reach.min(length);
        let largest = members as f64 * f64::from(reach) + (DEVIATIONS * deviation).ceil();
        // From -(2^(bits-1) - 1) to 2^(bits-1) - 1.
        let bits = (2..=32).find(|bits| largest < (1u64 << (bits - 1)) as f64);
        let Some(bits) = bits else {
            return Err(InvalidGrid::Wide { bits: largest.log2().floor() as u32 + 2 });
        };
        Ok(Self { length, reach, noise, bits: bits as u8 })
    }

    /// Bits of a value on the wire.
    pub fn bits(&self) -> u8 {
        self.bits
    }

    /// How long a member's change may be, in steps: its sensitivity.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// The noise that each member adds.
    pub fn noise(&self) -> DiscreteGaussian {
        self.noise
    }

    /// Brings a change onto the grid. What rounding and the bound of single values leave over stays in `change`; what was
    /// beyond the length is gone.
    ///
    /// # Panics
    /// If tensors have more or fewer values than there are, or a step that is not above 0.
    pub fn quantise(&self, change: &mut [f32], tensors: &[Tensor]) -> Steps {
        let values: usize = tensors.iter().map(|tensor| tensor.values).sum();
        assert_eq!(values, change.len());
        assert!(tensors.iter().all(|tensor| tensor.step > 0.0));
        let (values, factor) = self.round_within_length(change, tensors);
        let steps = steps_of(tensors);
        for ((change, value), step) in change.iter_mut().zip(&values).zip(steps) {
            let rest = factor * f64::from(*change) - f64::from(*value) * f64::from(step);
            *change = if rest.is_finite() { rest as f32 } else { 0.0 };
        }
        let tensors = tensors.iter().map(|tensor| tensor.values).collect();
        Steps { tensors, values, has_noise: false }
    }

    /// Whole steps of at most the length, and the factor by which the change was shortened for it.
    fn round_within_length(&self, change: &[f32], tensors: &[Tensor]) -> (Vec<i32>, f64) {
        let exact =
            || change.iter().zip(steps_of(tensors)).map(|(c, s)| f64::from(*c) / f64::from(s));
        let longest = f64::from(self.length);
        let length = exact().map(|value| value * value).sum::<f64>().sqrt();
        if !length.is_finite() {
            return (vec![0; change.len()], 0.0);
        }
        let mut factor = if length > longest { longest / length } else { 1.0 };
        let reach = f64::from(self.reach);
        for _ in 0..ROUNDING_ATTEMPTS {
            let rounded =
                |value: f64| (factor * value).clamp(-reach, reach).round_ties_even() as i32;
            let values: Vec<i32> = exact().map(rounded).collect();
            let squares = square(&values);
            if squares <= u128::from(self.length).pow(2) {
                return (values, factor);
            }
            factor *= 0.999 * longest / (squares as f64).sqrt();
        }
        // Towards 0 nothing becomes longer; the factor makes up for the roundings of doubles.
        factor *= 1.0 - 1e-9;
        factor = factor.min(longest / length.max(longest) * (1.0 - 1e-9));
        let values = exact().map(|value| (factor * value).clamp(-reach, reach).trunc() as i32);
        (values.collect(), factor)
    }

    /// Makes a value an element of the ring, and back.
    pub(crate) fn reduce(&self, value: i32) -> u32 {
        value as u32 & self.mask()
    }

    pub(crate) fn mask(&self) -> u32 {
        u32::MAX >> (32 - self.bits)
    }

    /// The whole number next to 0 that an element stands for.
    pub(crate) fn lift(&self, element: u32) -> i32 {
        let unused = 32 - u32::from(self.bits);
        ((element << unused) as i32) >> unused
    }
}

impl Steps {
    /// What they are in the parameters' own measure.
    ///
    /// # Panics
    /// If tensors have more or fewer values than there are.
    pub fn in_parameters(&self, tensors: &[Tensor]) -> Vec<f32> {
        assert_eq!(tensors.iter().map(|tensor| tensor.values).sum::<usize>(), self.values.len());
        let values = self.values.iter().zip(steps_of(tensors));
        values.map(|(value, step)| (f64::from(*value) * f64::from(step)) as f32).collect()
    }

    /// Adds the grid's noise to every value. `stream` is of a key that only this member knows and never uses again.
    #[must_use]
    pub fn with_noise(mut self, grid: &Grid, stream: &mut Stream) -> Self {
        for value in &mut self.values {
            *value = value.wrapping_add(grid.noise.sample(stream));
        }
        self.has_noise = true;
        self
    }
}

impl fmt::Debug for Steps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Steps({} values)", self.values.len())
    }
}

/// The step of each value.
pub(crate) fn steps_of(tensors: &[Tensor]) -> impl Iterator<Item = f32> {
    tensors.iter().flat_map(|tensor| core::iter::repeat_n(tensor.step, tensor.values))
}

/// The square of the length, exactly: as many squares of 32-bit numbers as there are values stay far below 2^128.
pub(crate) fn square(values: &[i32]) -> u128 {
    values.iter().map(|value| u128::from(value.unsigned_abs()).pow(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn silent() -> DiscreteGaussian {
        DiscreteGaussian::new(0).unwrap()
    }

    #[test]
    fn a_ring_has_as_many_bits_as_the_sum_needs() {
        let bits = |members, reach, variance| {
            let noise = DiscreteGaussian::new(variance).unwrap();
            Grid::new(members, 1 << 30, reach, noise).map(|grid| grid.bits())
        };
        assert_eq!(bits(4, 31, 0), Ok(8));
        assert_eq!(bits(4, 32, 0), Ok(9));
        assert_eq!(bits(4, 31, 16), Ok(9), "64 for the noise");
        assert_eq!(bits(4, 31, 15), Err(InvalidGrid::Thin(15)));
        assert_eq!(bits(16, 1 << 28, 0), Err(InvalidGrid::Wide { bits: 34 }));
        assert!(Grid::new(4, 0, 1, silent()).is_err());
    }

    #[test]
    fn a_change_and_what_is_left_of_it_are_the_whole() {
        let grid = Grid::new(4, 10_000, 100, silent()).unwrap();
        let tensors = [Tensor { values: 2, step: 0.5 }, Tensor { values: 2, step: 0.125 }];
        let mut change = [0.7, -20.2, 0.1, 50.0];
        let steps = grid.quantise(&mut change, &tensors);
        assert_eq!(steps.values, [1, -40, 1, 100]);
        assert_eq!(steps.in_parameters(&tensors), [0.5, -20.0, 0.125, 12.5]);
        for (rest, expected) in change.iter().zip([0.2, -0.2, -0.025, 37.5]) {
            assert!((rest - expected).abs() < 1e-5, "{rest} and not {expected}");
        }
    }

    #[test]
    fn numbers_that_are_none_send_nothing() {
        let grid = Grid::new(4, 100, 100, silent()).unwrap();
        for value in [f32::NAN, f32::INFINITY] {
            let mut change = [1.0, value];
            let steps = grid.quantise(&mut change, &[Tensor { values: 2, step: 1.0 }]);
            assert_eq!(steps.values, [0, 0]);
            assert!(change.iter().all(|rest| rest.is_finite()));
        }
    }

    proptest! {
        #[test]
        fn no_change_is_longer_than_allowed_after_rounding(
            change in proptest::collection::vec(-40.0f32..40.0, 1..60),
            length in 1u32..60,
            reach in 1u32..60,
        ) {
            let grid = Grid::new(3, length, reach, silent()).unwrap();
            let mut rest = change.clone();
            let steps = grid.quantise(&mut rest, &[Tensor { values: change.len(), step: 1.0 }]);
            prop_assert!(square(&steps.values) <= u128::from(length).pow(2));
            prop_assert!(steps.values.iter().all(|value| value.unsigned_abs() <= reach));
        }

        #[test]
        fn elements_of_the_ring_stand_for_what_they_were_made_of(value in -100i32..=100) {
            let grid = Grid::new(1, 100, 100, silent()).unwrap();
            prop_assert_eq!(grid.lift(grid.reduce(value)), value);
            prop_assert!(grid.reduce(value) <= grid.mask());
        }
    }
}
