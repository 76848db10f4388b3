//! In a vector of WebAssembly.

use super::{BYTES, LANES};
use core::{
    arch::wasm32::{
        i16x8, i16x8_splat, i16x8_sub, i32x4_add, i32x4_dot_i16x8, i32x4_extract_lane,
        i32x4_shuffle, u16x8_shr, u16x8_splat, u32x4, u32x4_extract_lane, u64x2, v128, v128_and,
    },
    ops::Add,
};

/// Eight words of 16 bits.
#[derive(Debug, Clone, Copy)]
pub(in crate::vectors) struct Words(v128);

/// Four sums of 32 bits, which wrap.
#[derive(Debug, Clone, Copy)]
pub(in crate::vectors) struct Sums(v128);

impl Words {
    pub(in crate::vectors) const ZERO: Self = Self(u64x2(0, 0));

    /// Of bytes side by side.
    pub(in crate::vectors) fn from_bytes(bytes: [u8; BYTES]) -> Self {
        let half = |first: usize| {
            let mut half = [0; BYTES / 2];
            half.copy_from_slice(&bytes[first..][..BYTES / 2]);
            u64::from_le_bytes(half)
        };
        Self(u64x2(half(0), half(BYTES / 2)))
    }

    pub(in crate::vectors) fn from_words([a, b, c, d, e, f, g, h]: [i16; 2 * LANES]) -> Self {
        Self(i16x8(a, b, c, d, e, f, g, h))
    }

    /// Each word minus one, which wraps.
    #[inline(always)]
    pub(in crate::vectors) fn minus(self, subtracted: i16) -> Self {
        Self(i16x8_sub(self.0, i16x8_splat(subtracted)))
    }

    #[inline(always)]
    pub(in crate::vectors) fn low_bytes(self) -> Self {
        Self(v128_and(self.0, u16x8_splat(0xff)))
    }

    #[inline(always)]
    pub(in crate::vectors) fn high_bytes(self) -> Self {
        Self(u16x8_shr(self.0, 8))
    }

    /// Of two words side by side, the first one in the low half.
    pub(in crate::vectors) fn from_pairs([a, b, c, d]: [u32; LANES]) -> Self {
        Self(u32x4(a, b, c, d))
    }

    pub(in crate::vectors) fn pairs(self) -> [u32; LANES] {
        [
            u32x4_extract_lane::<0>(self.0),
            u32x4_extract_lane::<1>(self.0),
            u32x4_extract_lane::<2>(self.0),
            u32x4_extract_lane::<3>(self.0),
        ]
    }

    /// The lowest four bits of each word.
    #[inline(always)]
    pub(in crate::vectors) fn low_halves(self) -> Self {
        Self(v128_and(self.0, u16x8_splat(0xf)))
    }

    /// Of each lane both products, added.
    #[inline(always)]
    pub(in crate::vectors) fn products(self, other: Self) -> Sums {
        Sums(i32x4_dot_i16x8(self.0, other.0))
    }
}

impl Sums {
    pub(in crate::vectors) const ZERO: Self = Self(u64x2(0, 0));

    /// Of each of four what its lanes add up to.
    #[inline(always)]
    pub(in crate::vectors) fn totals([a, b, c, d]: [Self; LANES]) -> [i32; LANES] {
        let halves = |left: Self, right: Self| {
            let even = i32x4_shuffle::<0, 4, 2, 6>(left.0, right.0);
            i32x4_add(even, i32x4_shuffle::<1, 5, 3, 7>(left.0, right.0))
        };
        let (left, right) = (halves(a, b), halves(c, d));
        let first = i32x4_shuffle::<0, 1, 4, 5>(left, right);
        Self(i32x4_add(first, i32x4_shuffle::<2, 3, 6, 7>(left, right))).lanes()
    }

    #[inline(always)]
    pub(in crate::vectors) fn lanes(self) -> [i32; LANES] {
        [
            i32x4_extract_lane::<0>(self.0),
            i32x4_extract_lane::<1>(self.0),
            i32x4_extract_lane::<2>(self.0),
            i32x4_extract_lane::<3>(self.0),
        ]
    }
}

impl Add for Sums {
    type Output = Self;

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(i32x4_add(self.0, other.0))
    }
}
