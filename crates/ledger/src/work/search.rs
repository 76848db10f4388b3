//! Looking for a nonce.

use super::{
    Header,
    kernel::Midstate,
    lanes::{LANES, Lanes},
    shows, target,
};

/// A search for the nonce with which a header shows enough work; it goes on from where it stopped.
#[derive(Debug, Clone)]
pub struct Search {
    header: Header,
    hashes: u64,
    midstate: Midstate,
}

impl Search {
    /// From the header's nonce on, for one that shows work of so many hashes.
    pub fn new(header: Header, hashes: u64) -> Self {
        Self { header, hashes, midstate: Midstate::new(header) }
    }

    /// Tries so many nonces more, of which the one after the largest is 0. Gives the header with the first that shows the
    /// work.
    pub fn advance(&mut self, nonces: u32) -> Option<Header> {
        // Where the first word is larger, the hash is.
        let first_word_max = (target(self.hashes) >> 96) as u32;
        let mut left = nonces;
        while left > 0 {
            let (upper_half, lower_half) =
                ((self.header.nonce >> 32) as u32, self.header.nonce as u32);
            if upper_half != self.midstate.upper_half() {
                self.midstate = Midstate::new(self.header);
            }
            let first_words = self.midstate.first_words(lower_half);
            // Lanes beyond the last lower half belong to another upper half.
            let tried = (LANES as u32).min(left).min((u32::MAX - lower_half).saturating_add(1));
            if first_words.any_at_most(first_word_max)
                && let Some(found) = self.first_among(first_words, tried, first_word_max)
            {
                self.header.nonce = found.nonce.wrapping_add(1);
                return Some(found);
            }
            self.header.nonce = self.header.nonce.wrapping_add(tried.into());
            left -= tried;
        }
        None
    }

    /// The first of the nonces tried that shows the work: most of those with a small first word.
    #[cold]
    fn first_among(&self, first_words: Lanes, tried: u32, first_word_max: u32) -> Option<Header> {
        let nonce = |lane: u32| self.header.nonce.wrapping_add(lane.into());
        (0..tried)
            .zip(first_words.words())
            .filter(|(_, first_word)| *first_word <= first_word_max)
            .map(|(lane, _)| Header { nonce: nonce(lane), ..self.header })
            .find(|header| shows(header.hash(), self.hashes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use units::{Hash, PeerId, UnixMillis};

    fn header(seed: u8, nonce: u64) -> Header {
        let hash = |n: u8| Hash::of(&[seed, n]);
        Header {
            parent: hash(1),
            transactions: hash(2),
            state: hash(3),
            history: hash(4),
            miner: PeerId::from_bytes(*hash(5).as_bytes()),
            height: u32::from(seed) << 20,
            time: UnixMillis(u64::from(seed) << 33),
            nonce,
        }
    }

    /// Where halves carry or all wraps around, and anywhere.
    fn start() -> impl Strategy<Value = u64> {
        let edge = prop_oneof![Just(0), Just(1_u64 << 32), Just(7_u64 << 32), any::<u64>()];
        (edge, 0..200_u64).prop_map(|(edge, before)| edge.wrapping_sub(before))
    }

    proptest! {
        #[test]
        fn what_is_found_is_what_hashing_nonce_after_nonce_finds(
            seed in any::<u8>(),
            start in start(),
            hashes in 0..300_u64,
            portions in prop::collection::vec(0..90_u32, 1..20),
        ) {
            let header = header(seed, start);
            let nonces: u32 = portions.iter().sum();
            let expected: Vec<Header> = (0..nonces)
                .map(|tried| Header { nonce: start.wrapping_add(tried.into()), ..header })
                .filter(|header| shows(header.hash(), hashes))
                .collect();

            let mut search = Search::new(header, hashes);
            let mut found = Vec::new();
            for portion in portions {
                let end = search.header.nonce.wrapping_add(portion.into());
                while let Some(header) =
                    search.advance(end.wrapping_sub(search.header.nonce) as u32)
                {
                    found.push(header);
                }
                prop_assert_eq!(search.header.nonce, end);
            }
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn the_first_nonce_that_shows_the_work_is_found_whatever_the_portions() {
        let with_nonce = |nonce| header(1, nonce);
        let first = (1_000..).map(with_nonce).find(|it| shows(it.hash(), 500)).unwrap();
        for portion in [1, 7, 64, 1_000_000] {
            let mut search = Search::new(with_nonce(1_000), 500);
            let found = core::iter::repeat_with(|| search.advance(portion)).flatten().next();
            assert_eq!(found, Some(first), "{portion} at a time");
        }
    }
}
