//! Looking for a nonce.

use super::{Header, shows};

/// A search for the nonce with which a header shows enough work; it goes on from where it stopped.
#[derive(Debug, Clone)]
pub struct Search {
    header: Header,
    hashes: u64,
}

impl Search {
    /// From the header's nonce on, for one that shows work of so many hashes.
    pub fn new(header: Header, hashes: u64) -> Self {
        Self { header, hashes }
    }

    /// Tries so many nonces more. Gives the header with the first that shows the work.
    pub fn advance(&mut self, nonces: u32) -> Option<Header> {
        for _ in 0..nonces {
            let tried = self.header;
            self.header.nonce = self.header.nonce.wrapping_add(1);
            if shows(tried.hash(), self.hashes) {
                return Some(tried);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::{Hash, PeerId, UnixMillis};

    #[test]
    fn the_first_nonce_that_shows_the_work_is_found_whatever_the_portions() {
        let hash = |n| Hash::from_bytes([n; 32]);
        let header = Header {
            parent: hash(1),
            transactions: hash(2),
            state: hash(3),
            history: hash(4),
            miner: PeerId::from_bytes([5; 32]),
            height: 6,
            time: UnixMillis(7),
            nonce: 1_000,
        };
        let with_nonce = |nonce| Header { nonce, ..header };
        let first = (1_000..).map(with_nonce).find(|it| shows(it.hash(), 500)).unwrap();
        for portion in [1, 7, 64, 1_000_000] {
            let mut search = Search::new(header, 500);
            let found = core::iter::repeat_with(|| search.advance(portion)).flatten().next();
            assert_eq!(found, Some(first), "{portion} at a time");
        }
    }
}
