//! Proof of work: how many hashes a block has to cost, and what shows that it did.

mod search;

use crate::header::Header;
pub use search::Search;
use serde::{Deserialize, Serialize};
use units::Hash;

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
}

/// The largest hash that shows so much work, by its first 16 bytes as a big-endian number.
pub(crate) fn target(hashes: u64) -> u128 {
    u128::MAX / u128::from(hashes.max(1))
}

/// Whether a header's name shows so many hashes of work.
pub fn shows(name: Hash, hashes: u64) -> bool {
    leading(name) <= target(hashes)
}

/// The first 16 bytes as a big-endian number.
fn leading(name: Hash) -> u128 {
    let (first, _) = name.as_bytes().split_first_chunk().expect("32 bytes");
    u128::from_be_bytes(*first)
}
