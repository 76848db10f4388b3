//! SHA-256 of headers that differ in their nonce alone, several at once, as far as its first word.
//!
//! A header fills two blocks of 64 bytes and 52 bytes of a third. What the two come to is computed once. Of the third, the
//! words 0 to 10 are the header's, 11 and 12 the nonce's halves, and 13 to 15 padding. The upper half moves once in 2^32
//! nonces, so that word 11 alone differs between lanes: all rounds before it, and whatever it has not yet reached in the
//! message schedule, are computed once as well.

use super::{
    compression::{CONSTANTS, START, Variables, round, sigma_0, sigma_1},
    lanes::{LANES, Lanes},
};
use crate::header::Header;
use core::array::from_fn;
use sha2::block_api::compress256;

/// The word of the third block that holds the nonce's lower half.
const NONCE_WORD: usize = 11;
/// From this word of the schedule on, each follows from others than the block's own.
const DERIVED: usize = 16;
/// From this word on, the nonce is in each, and in all that each follows from but four.
const MIXED: usize = 32;
/// Which words the nonce's lower half reaches.
const REACHED: [bool; MIXED] = {
    let mut reached = [false; MIXED];
    reached[NONCE_WORD] = true;
    let mut place = DERIVED;
    while place < MIXED {
        reached[place] =
            reached[place - 2] || reached[place - 7] || reached[place - 15] || reached[place - 16];
        place += 1;
    }
    reached
};

/// What all nonces with one upper half have in common.
#[derive(Debug, Clone)]
pub(super) struct Midstate {
    upper_half: u32,
    /// The first word of what the first two blocks come to.
    first: Lanes,
    /// After the nonce's round, were its lower half nothing: what it is, it adds to `a` and `e`.
    variables: Variables,
    /// Of the words of the schedule, the sum of what the nonce's lower half does not reach.
    known: [Lanes; MIXED],
    /// The constants of the rounds, each with its word where that is known.
    summands: [Lanes; 64],
}

/// Does the same for each place, which is a constant there: no index is left to be looked up.
macro_rules! unrolled {
    ($place:ident in $($number:literal)* => $body:block) => {
        $({ const $place: usize = $number; $body })*
    };
}

impl Midstate {
    /// Of a header and the upper half of its nonce.
    pub(super) fn new(header: Header) -> Self {
        let upper_half = (header.nonce >> 32) as u32;
        let bytes = Header { nonce: u64::from(upper_half) << 32, ..header }.encode();
        let (blocks, rest) = bytes.as_chunks();
        let mut before = START;
        compress256(&mut before, blocks);

        let known = known(&padded(rest, bytes.len()));
        let summands = from_fn(|place| match REACHED.get(place) {
            Some(false) => all(CONSTANTS[place]) + known[place],
            _ => all(CONSTANTS[place]),
        });
        let variables = summands[..=NONCE_WORD].iter().copied().fold(before.map(all), round);
        Self { upper_half, first: all(before[0]), variables, known, summands }
    }

    pub(super) fn upper_half(&self) -> u32 {
        self.upper_half
    }

    /// The first words of the hashes with this lower half of the nonce and those that follow.
    #[inline(always)]
    pub(super) fn first_words(&self, lower_half: u32) -> Lanes {
        let nonces = Lanes::new(from_fn(|lane| lower_half.wrapping_add(lane as u32).swap_bytes()));
        let mut variables = self.variables;
        variables[0] = variables[0] + nonces;
        variables[4] = variables[4] + nonces;
        // The last sixteen words, each in the place of the one sixteen before.
        let mut words: [Lanes; 16] = from_fn(|place| self.known[place]);
        words[NONCE_WORD] = nonces;
        unrolled!(PLACE in 12 13 14 15 => { variables = round(variables, self.summands[PLACE]); });
        unrolled!(PLACE in 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 => {
            let mut word = self.known[PLACE];
            if REACHED[PLACE - 2] {
                word = word + sigma_1(words[(PLACE - 2) % 16]);
            }
            if REACHED[PLACE - 7] {
                word = word + words[(PLACE - 7) % 16];
            }
            if REACHED[PLACE - 15] {
                word = word + sigma_0(words[(PLACE - 15) % 16]);
            }
            if REACHED[PLACE - 16] {
                word = word + words[PLACE % 16];
            }
            words[PLACE % 16] = word;
            let summand = self.summands[PLACE];
            variables = round(variables, if REACHED[PLACE] { summand + word } else { summand });
        });
        for summands in self.summands[MIXED..].as_chunks::<16>().0 {
            unrolled!(PLACE in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 => {
                let word = sigma_1(words[(PLACE + 14) % 16])
                    + words[(PLACE + 9) % 16]
                    + sigma_0(words[(PLACE + 1) % 16])
                    + words[PLACE];
                words[PLACE] = word;
                variables = round(variables, summands[PLACE] + word);
            });
        }
        variables[0] + self.first
    }
}

/// The last block of so many bytes (section 5.1.1), word by word.
fn padded(rest: &[u8], size_bytes: usize) -> [u32; DERIVED] {
    let mut block = [0; 64];
    block[..rest.len()].copy_from_slice(rest);
    block[rest.len()] = 0x80;
    block[56..].copy_from_slice(&(8 * size_bytes as u64).to_be_bytes());
    from_fn(|word| u32::from_be_bytes(from_fn(|byte| block[4 * word + byte])))
}

fn known(block: &[u32; DERIVED]) -> [Lanes; MIXED] {
    let mut known = [all(0); MIXED];
    for (word, of_block) in known.iter_mut().zip(block) {
        *word = all(*of_block);
    }
    for place in DERIVED..MIXED {
        let unless_reached = |place: usize| if REACHED[place] { all(0) } else { known[place] };
        known[place] = sigma_1(unless_reached(place - 2))
            + unless_reached(place - 7)
            + sigma_0(unless_reached(place - 15))
            + unless_reached(place - 16);
    }
    known
}

fn all(word: u32) -> Lanes {
    Lanes::new([word; LANES])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn first_words_are_those_of_the_headers_hashes(
            bytes in prop::collection::vec(any::<u8>(), Header::SIZE_BYTES),
            lower_half in 0..=u32::MAX - LANES as u32,
        ) {
            let header = Header::decode(&bytes).unwrap();
            let upper_half = header.nonce >> 32 << 32;
            let expected: [u32; LANES] = from_fn(|lane| {
                let nonce = upper_half + u64::from(lower_half) + lane as u64;
                let hash = Header { nonce, ..header }.hash();
                u32::from_be_bytes(from_fn(|byte| hash.as_bytes()[byte]))
            });
            let midstate = Midstate::new(header);
            prop_assert_eq!(midstate.first_words(lower_half).words(), expected);
        }
    }
}
