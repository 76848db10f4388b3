//! In an array.

use super::{BYTES, LANES};
use core::ops::Add;

/// Eight words of 16 bits.
#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
pub(in crate::vectors) struct Words([u16; 2 * LANES]);

/// Four sums of 32 bits, which wrap.
#[derive(Debug, Clone, Copy)]
#[repr(align(16))]
pub(in crate::vectors) struct Sums([i32; LANES]);

impl Words {
    pub(in crate::vectors) const ZERO: Self = Self([0; 2 * LANES]);

    /// Of bytes side by side.
    pub(in crate::vectors) fn from_bytes(bytes: [u8; BYTES]) -> Self {
        let mut words = [0; 2 * LANES];
        for (word, &pair) in words.iter_mut().zip(bytes.as_chunks().0) {
            *word = u16::from_le_bytes(pair);
        }
        Self(words)
    }

    pub(in crate::vectors) fn from_words(words: [i16; 2 * LANES]) -> Self {
        Self(words.map(|word| word as u16))
    }

    /// Each word minus one, which wraps.
    #[inline(always)]
    pub(in crate::vectors) fn minus(self, subtracted: i16) -> Self {
        Self(self.0.map(|word| word.wrapping_sub(subtracted as u16)))
    }

    #[inline(always)]
    pub(in crate::vectors) fn low_bytes(self) -> Self {
        Self(self.0.map(|word| word & 0xff))
    }

    #[inline(always)]
    pub(in crate::vectors) fn high_bytes(self) -> Self {
        Self(self.0.map(|word| word >> 8))
    }

    /// Of two words side by side, the first one in the low half.
    pub(in crate::vectors) fn from_pairs(pairs: [u32; LANES]) -> Self {
        Self(std::array::from_fn(|word| (pairs[word / 2] >> (16 * (word % 2))) as u16))
    }

    pub(in crate::vectors) fn pairs(self) -> [u32; LANES] {
        std::array::from_fn(|pair| {
            u32::from(self.0[2 * pair]) | u32::from(self.0[2 * pair + 1]) << 16
        })
    }

    /// The lowest four bits of each word.
    #[inline(always)]
    pub(in crate::vectors) fn low_halves(self) -> Self {
        Self(self.0.map(|word| word & 0xf))
    }

    /// Of each lane both products, added.
    #[inline(always)]
    pub(in crate::vectors) fn products(self, other: Self) -> Sums {
        let product = |place: usize| {
            i32::from(self.0[place] as i16).wrapping_mul(i32::from(other.0[place] as i16))
        };
        let mut sums = [0; LANES];
        for (lane, sum) in sums.iter_mut().enumerate() {
            *sum = product(2 * lane).wrapping_add(product(2 * lane + 1));
        }
        Sums(sums)
    }
}

impl Sums {
    pub(in crate::vectors) const ZERO: Self = Self([0; LANES]);

    /// Of each of four what its lanes add up to.
    #[inline(always)]
    pub(in crate::vectors) fn totals(sums: [Self; LANES]) -> [i32; LANES] {
        sums.map(|Self([a, b, c, d])| a.wrapping_add(c).wrapping_add(b.wrapping_add(d)))
    }

    #[inline(always)]
    pub(in crate::vectors) fn lanes(self) -> [i32; LANES] {
        self.0
    }
}

impl Add for Sums {
    type Output = Self;

    #[inline(always)]
    fn add(mut self, other: Self) -> Self {
        for (sum, other) in self.0.iter_mut().zip(other.0) {
            *sum = sum.wrapping_add(other);
        }
        self
    }
}
