//! Proof of work: how many hashes a block has to cost, and what shows that it did.
//!
//! A chain is as heavy as the difficulties of its blocks. How many hashes a miner needs for a block grows with the blocks of its own
//! among the newest: what many devices find one after the other weighs more than what a single strong one finds alone, with as many
//! hashes.

mod compression;
mod kernel;
mod lanes;
mod search;

use crate::header::Header;
pub use search::Search;
use serde::{Deserialize, Serialize};
use units::{Hash, PeerId};

/// Expected hashes: of one block, or of all blocks of a chain.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct Work(u128);

impl Work {
    /// No work at all.
    pub const ZERO: Self = Self(0);

    /// So many hashes.
    pub const fn hashes(count: u64) -> Self {
        Self(count as u128)
    }

    /// The number of hashes.
    pub const fn as_hashes(self) -> u128 {
        self.0
    }

    /// Both together.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What came to an earlier sum of it.
    pub const fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

/// How long after each other blocks come, as far as difficulty can see to it: a transaction is recorded before whoever sent it
/// looks elsewhere, and half of a room hears of a block long before the next.
pub const PACE_MS: u64 = 10_000;

/// The least difficulty, in hashes: a hundredth of a second of one phone.
pub const DIFFICULTY_MIN: u64 = 1 << 12;

/// The greatest: what a miner of the most blocks in a row needs still has a target.
const DIFFICULTY_MAX: u64 = 1 << 56;

/// Difficulty changes by no more than one part in so many from block to block: whoever sets times as it likes needs many
/// blocks to make work easy, each of which weighs little less than the one before.
const PARTS_OF_CHANGE: u64 = 16;

/// Newest blocks whose miners need more hashes for the next.
pub const MINERS_REMEMBERED: usize = 8;

/// Each block of its own among these doubles what a miner needs, up to so many times.
const DOUBLINGS_MAX: u32 = 6;

/// What the next block of a chain has to cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pace {
    /// In hashes; what the block weighs.
    pub difficulty: u64,
    /// Who found the newest blocks.
    recent: Vec<PeerId>,
}

impl Pace {
    /// After blocks of these miners, [`MINERS_REMEMBERED`] at most.
    pub(crate) fn new(difficulty: u64, recent: Vec<PeerId>) -> Self {
        debug_assert!(recent.len() <= MINERS_REMEMBERED);
        Self { difficulty, recent }
    }

    /// How many hashes a block of this miner has to show.
    pub fn hashes_of(&self, miner: PeerId) -> u64 {
        let own = self.recent.iter().filter(|recent| **recent == miner).count() as u32;
        self.difficulty << own.min(DOUBLINGS_MAX)
    }
}

/// The difficulty after a block of that difficulty, which came so long after the one before it.
pub fn difficulty_after(difficulty: u64, gap_ms: u64) -> u64 {
    let most = difficulty / PARTS_OF_CHANGE;
    let change = |ms: u64| {
        let part = u128::from(most) * u128::from(ms) / u128::from(PACE_MS);
        u64::try_from(part).expect("no more than the most")
    };
    let next = match PACE_MS.checked_sub(gap_ms) {
        Some(early) => difficulty + change(early),
        None => difficulty - change((gap_ms - PACE_MS).min(PACE_MS)),
    };
    next.clamp(DIFFICULTY_MIN, DIFFICULTY_MAX)
}

/// The largest hash that shows so much work, by its first 16 bytes as a big-endian number.
pub(crate) fn target(hashes: u64) -> u128 {
    u128::MAX / u128::from(hashes.max(1))
}

/// Whether a header's name shows so many hashes of work.
pub fn shows(name: Hash, hashes: u64) -> bool {
    leading(name) <= target(hashes)
}

/// How many hashes it takes on average to find a name that is as small as that one.
pub fn shown_by(name: Hash) -> u128 {
    u128::MAX / leading(name).max(1)
}

/// The first 16 bytes as a big-endian number.
fn leading(name: Hash) -> u128 {
    let (first, _) = name.as_bytes().split_first_chunk().expect("32 bytes");
    u128::from_be_bytes(*first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn difficulty_follows_the_pace_of_blocks() {
        let after = |gap_ms| difficulty_after(1 << 20, gap_ms);
        assert_eq!(after(0), (1 << 20) + (1 << 16));
        assert_eq!(after(PACE_MS), 1 << 20);
        assert_eq!(after(2 * PACE_MS), (1 << 20) - (1 << 16));
        assert_eq!(after(u64::MAX), after(2 * PACE_MS), "a sleep is no reason for easy work");
        assert_eq!(difficulty_after(DIFFICULTY_MIN, u64::MAX), DIFFICULTY_MIN);
    }

    #[test]
    fn who_has_found_many_of_the_newest_blocks_needs_more_hashes_for_the_next() {
        let peer = |n| PeerId::from_bytes([n; 32]);
        let recent = [1, 2, 1, 1, 3, 1, 1, 1].map(peer).to_vec();
        let pace = Pace::new(100, recent);
        assert_eq!([0, 2, 1].map(|n| pace.hashes_of(peer(n))), [100, 200, 6_400]);
        let alone = Pace::new(100, [peer(1); MINERS_REMEMBERED].to_vec());
        assert_eq!(alone.hashes_of(peer(1)), 6_400, "not for ever more");
    }

    proptest! {
        #[test]
        fn no_pace_is_out_of_bounds(gaps in prop::collection::vec(prop_oneof![Just(0), Just(u64::MAX), any::<u64>()], 0..600)) {
            let end = gaps.iter().fold(DIFFICULTY_MIN, |it, gap| difficulty_after(it, *gap));
            prop_assert!((DIFFICULTY_MIN..=DIFFICULTY_MAX).contains(&end));
            prop_assert!(Pace::new(DIFFICULTY_MAX, vec![PeerId::from_bytes([0; 32]); 8]).hashes_of(PeerId::from_bytes([0; 32])) > DIFFICULTY_MAX);
        }
    }
}
