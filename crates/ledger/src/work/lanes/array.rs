//! Without vectors of the language.

use super::LANES;
use core::{
    array::from_fn,
    ops::{Add, BitAnd, BitXor},
};

/// So many words.
#[derive(Debug, Clone, Copy)]
pub(in crate::work) struct Lanes([u32; LANES]);

impl Lanes {
    #[inline(always)]
    pub(in crate::work) fn new(words: [u32; LANES]) -> Self {
        Self(words)
    }

    #[inline(always)]
    pub(in crate::work) fn shift_right(self, bits: u32) -> Self {
        Self(from_fn(|lane| self.0[lane] >> bits))
    }

    #[inline(always)]
    pub(in crate::work) fn rotate_right(self, bits: u32) -> Self {
        Self(from_fn(|lane| self.0[lane].rotate_right(bits)))
    }

    /// Whether one of them is as small as `limit`.
    #[inline(always)]
    pub(in crate::work) fn any_at_most(self, limit: u32) -> bool {
        self.0.into_iter().fold(u32::MAX, u32::min) <= limit
    }

    pub(in crate::work) fn words(self) -> [u32; LANES] {
        self.0
    }
}

impl Add for Lanes {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane].wrapping_add(other.0[lane])))
    }
}

impl BitXor for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] ^ other.0[lane]))
    }
}

impl BitAnd for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(from_fn(|lane| self.0[lane] & other.0[lane]))
    }
}
