//! A few vectors that walks begin from: the nearest ones are found by reading all of them.
//!
//! They take the place of the upper layers of a hierarchical graph. To read some hundred rows that lie one after the other
//! takes as long as a few steps through the graph, and gives several places to begin at, so that groups that no link leads
//! to are found as well.

use super::{beam::Seen, quantised::Quantised, query::Query, rows::Rows};

/// For each vector's square root so many landmarks, up to twice as many.
const PER_ROOT: usize = 4;
/// Walks begin at so many.
const BEGINNINGS: usize = 6;

/// Copies of rows.
#[derive(Debug, Clone)]
pub(super) struct Landmarks {
    dimensions: usize,
    rows: Rows,
    /// Of each row, where its vector is, and how long it remains a landmark.
    stones: Vec<Stone>,
    level: u32,
}

#[derive(Debug, Clone, Copy)]
struct Stone {
    place: u32,
    level: u32,
}

impl Landmarks {
    pub(super) fn new(dimensions: usize) -> Self {
        Self { dimensions, rows: Rows::new(dimensions), stones: Vec::new(), level: 0 }
    }

    /// Takes a vector if chance, which its key decides, wants it: with every level by one half fewer.
    pub(super) fn offer(&mut self, key: u32, place: u32, row: impl FnOnce() -> Quantised) -> bool {
        let level = mixed(key).trailing_zeros();
        if level < self.level {
            return false;
        }
        self.rows.set(self.stones.len() as u32, &row());
        self.stones.push(Stone { place, level });
        true
    }

    /// Whether there are too many for so many vectors.
    pub(super) fn are_many(&self, vectors: usize) -> bool {
        self.stones.len() > 2 * PER_ROOT * vectors.isqrt().max(16)
    }

    /// Keeps half of them.
    pub(super) fn thin_out(&mut self, row: impl Fn(u32) -> Quantised) {
        self.level += 1;
        let level = self.level;
        self.stones.retain(|stone| stone.level >= level);
        self.rows = Rows::new(self.dimensions);
        for (number, stone) in self.stones.iter().enumerate() {
            self.rows.set(number as u32, &row(stone.place));
        }
    }

    /// Begins anew, without any.
    pub(super) fn clear(&mut self) {
        *self = Self::new(self.dimensions);
    }

    /// The nearest few, most similar first.
    pub(super) fn nearest(&self, query: &Query) -> Vec<Seen> {
        let mut nearest: Vec<Seen> = Vec::with_capacity(BEGINNINGS + 1);
        self.rows.scan(query, |first, similarities| {
            for (stone, &similarity) in self.stones[first..].iter().zip(similarities) {
                let seen = Seen::new(similarity, stone.place);
                if nearest.len() < BEGINNINGS || nearest.last().is_some_and(|last| seen > *last) {
                    let at = nearest.partition_point(|other| *other > seen);
                    nearest.insert(at, seen);
                    nearest.truncate(BEGINNINGS);
                }
            }
        });
        nearest
    }

    pub(super) fn len(&self) -> usize {
        self.stones.len()
    }

    pub(super) fn size_bytes(&self) -> usize {
        self.rows.size_bytes() + self.stones.len() * size_of::<Stone>()
    }
}

/// A key's bits, each of which every bit of the key decides (the last steps of MurmurHash3, Appleby).
fn mixed(key: u32) -> u32 {
    let mut bits = key;
    bits = (bits ^ bits >> 16).wrapping_mul(0x85eb_ca6b);
    bits = (bits ^ bits >> 13).wrapping_mul(0xc2b2_ae35);
    bits ^ bits >> 16
}
