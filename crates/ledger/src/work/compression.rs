//! SHA-256's compression of one block, in lanes (FIPS 180-4, sections 4.1.2 and 6.2.2).

use super::lanes::Lanes;

/// The variables `a` to `h`.
pub(super) type Variables = [Lanes; 8];

/// FIPS 180-4, section 4.2.2.
pub(super) const CONSTANTS: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];
/// The hash value before the first block: section 5.3.3.
pub(super) const START: [u32; 8] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];

/// One round, with the sum of its constant and its word of the message schedule.
#[inline(always)]
pub(super) fn round([a, b, c, d, e, f, g, h]: Variables, summand: Lanes) -> Variables {
    let sums_of_e = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
    let sums_of_a = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
    // `Ch` and `Maj` with an operation less than they are printed with.
    let choice = ((f ^ g) & e) ^ g;
    let majority = ((a ^ b) & (b ^ c)) ^ b;
    let first = h + sums_of_e + choice + summand;
    [first + (sums_of_a + majority), a, b, c, d + first, e, f, g]
}

/// The smaller sigma 0 of a word of the message schedule.
#[inline(always)]
pub(super) fn sigma_0(word: Lanes) -> Lanes {
    word.rotate_right(7) ^ word.rotate_right(18) ^ word.shift_right(3)
}

/// The smaller sigma 1.
#[inline(always)]
pub(super) fn sigma_1(word: Lanes) -> Lanes {
    word.rotate_right(17) ^ word.rotate_right(19) ^ word.shift_right(10)
}
