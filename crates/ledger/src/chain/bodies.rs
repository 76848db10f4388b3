//! Transactions of blocks, on the chain that counts and beside it.

use crate::order::Order;
use std::collections::BTreeMap;
use units::Hash;

/// Bytes of transactions of blocks beside the chain that counts: hours of a busy half of a room. A block there has shown its
/// work, and nobody has looked at what is in it. If there are more, the lightest make room.
const BESIDE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Transactions by the names of their blocks.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    all: BTreeMap<Hash, Body>,
    /// Of blocks beside the chain.
    beside_bytes: usize,
}

#[derive(Debug)]
struct Body {
    transactions: Vec<Order>,
    size_bytes: usize,
    counts: bool,
}

impl Bodies {
    pub(super) fn get(&self, name: &Hash) -> Option<&[Order]> {
        self.all.get(name).map(|body| body.transactions.as_slice())
    }

    pub(super) fn contains(&self, name: &Hash) -> bool {
        self.all.contains_key(name)
    }

    /// Whether so many bytes more are no more than is kept beside the chain.
    pub(super) fn has_room(&self, size_bytes: usize) -> bool {
        self.beside_bytes + size_bytes <= BESIDE_BYTES_MAX
    }

    /// Keeps those of a block that does not count yet.
    pub(super) fn insert(&mut self, name: Hash, transactions: Vec<Order>, size_bytes: usize) {
        self.beside_bytes += size_bytes;
        self.all.insert(name, Body { transactions, size_bytes, counts: false });
    }

    /// Notes whether a block counts.
    pub(super) fn count(&mut self, name: &Hash, counts: bool) {
        let Some(body) = self.all.get_mut(name).filter(|body| body.counts != counts) else {
            return;
        };
        body.counts = counts;
        match counts {
            true => self.beside_bytes -= body.size_bytes,
            false => self.beside_bytes += body.size_bytes,
        }
    }

    pub(super) fn remove(&mut self, name: &Hash) {
        if let Some(body) = self.all.remove(name).filter(|body| !body.counts) {
            self.beside_bytes -= body.size_bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(n: u8) -> Hash {
        Hash::from_bytes([n; 32])
    }

    #[test]
    fn what_counts_takes_nothing_of_the_room_beside_the_chain() {
        let mut bodies = Bodies::default();
        bodies.insert(name(1), Vec::new(), BESIDE_BYTES_MAX);
        assert!(!bodies.has_room(1) && bodies.has_room(0));
        bodies.count(&name(1), true);
        assert!(bodies.has_room(BESIDE_BYTES_MAX));
        bodies.count(&name(1), true);
        bodies.count(&name(1), false);
        assert!(!bodies.has_room(1), "it is undone");
        bodies.remove(&name(1));
        bodies.remove(&name(1));
        assert!(bodies.has_room(BESIDE_BYTES_MAX));
        assert!(!bodies.contains(&name(1)));
    }
}
