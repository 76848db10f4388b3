//! Sixteen bytes side by side: a vector of WebAssembly, and elsewhere an array in which compilers see one.
//!
//! Bytes are read in pairs, as words of 16 bits, whose halves are taken apart by a mask and a shift: both are cheaper than
//! to widen bytes, and every step is an integer's, so that all machines find the same sums.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod array;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) use array::{Sums, Words};
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use simd128::{Sums, Words};

/// Sums side by side.
pub(super) const LANES: usize = 4;
/// Bytes side by side.
pub(super) const BYTES: usize = 4 * LANES;

#[cfg(test)]
mod tests {
    use super::{BYTES, Sums, Words};

    #[test]
    fn words_are_the_halves_of_lanes() {
        let pairs = [0x1234_5678, 0x9abc_def0, 0, u32::MAX];
        let words = Words::from_pairs(pairs);
        assert_eq!(words.pairs(), pairs);
        let factors = Words::from_words([1, 10, 1, 10, 1, 10, 1, 10]);
        let sums = words.low_halves().products(factors).lanes();
        assert_eq!(sums, [8 + 10 * 4, 10 * 0xc, 0, 15 + 10 * 15]);
    }

    #[test]
    fn halves_times_words_are_added_up() {
        let bytes: [u8; BYTES] = core::array::from_fn(|place| (place * 37 % 256) as u8);
        let words: [i16; 8] = core::array::from_fn(|place| (place as i32 * 9_000 - 32_000) as i16);
        let expected = |half: usize| -> i32 {
            (0..8)
                .map(|place| (i32::from(bytes[2 * place + half]) - 3) * i32::from(words[place]))
                .sum()
        };
        let (bytes_there, words) = (Words::from_bytes(bytes), Words::from_words(words));
        let low = Sums::ZERO + bytes_there.low_bytes().minus(3).products(words);
        let high = Sums::ZERO + bytes_there.high_bytes().minus(3).products(words);
        let found = Sums::totals([low, high, low + high, Sums::ZERO]);
        assert_eq!(found, [expected(0), expected(1), expected(0) + expected(1), 0]);
    }
}
