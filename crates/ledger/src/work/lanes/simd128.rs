//! In a vector of WebAssembly.

use super::LANES;
use core::{
    arch::wasm32::{
        u32x4, u32x4_add, u32x4_extract_lane, u32x4_le, u32x4_shl, u32x4_shr, u32x4_splat, v128,
        v128_and, v128_any_true, v128_or, v128_xor,
    },
    ops::{Add, BitAnd, BitXor},
};

/// So many words.
#[derive(Debug, Clone, Copy)]
pub(in crate::work) struct Lanes(v128);

impl Lanes {
    #[inline(always)]
    pub(in crate::work) fn new([a, b, c, d]: [u32; LANES]) -> Self {
        Self(u32x4(a, b, c, d))
    }

    #[inline(always)]
    pub(in crate::work) fn shift_right(self, bits: u32) -> Self {
        Self(u32x4_shr(self.0, bits))
    }

    #[inline(always)]
    pub(in crate::work) fn rotate_right(self, bits: u32) -> Self {
        Self(v128_or(u32x4_shr(self.0, bits), u32x4_shl(self.0, 32 - bits)))
    }

    /// Whether one of them is as small as `limit`.
    #[inline(always)]
    pub(in crate::work) fn any_at_most(self, limit: u32) -> bool {
        v128_any_true(u32x4_le(self.0, u32x4_splat(limit)))
    }

    pub(in crate::work) fn words(self) -> [u32; LANES] {
        [
            u32x4_extract_lane::<0>(self.0),
            u32x4_extract_lane::<1>(self.0),
            u32x4_extract_lane::<2>(self.0),
            u32x4_extract_lane::<3>(self.0),
        ]
    }
}

impl Add for Lanes {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(u32x4_add(self.0, other.0))
    }
}

impl BitXor for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitxor(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }
}

impl BitAnd for Lanes {
    type Output = Self;

    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }
}
