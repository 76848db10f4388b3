//! A root over everything in the state, and short proofs of what is in it.
//!
//! A sparse Merkle tree over keys of 256 bits in which a subtree of a single leaf is that leaf (Dahlberg, Pulls and Peeters,
//! "Efficient sparse Merkle trees", 2016): some log₂ n steps from the root to each of n leaves. Leaves and inner nodes are hashed apart,
//! and nothing hashes to 32 zeros, which stand for an empty subtree.

use serde::{Deserialize, Serialize};
use units::Hash;

/// Bits of a key.
const DEPTH_MAX: usize = 256;

/// The hash of an empty subtree.
const EMPTY: Hash = Hash::from_bytes([0; 32]);

/// A leaf: where it is, and the hash of what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// The hash of its key.
    pub key: Hash,
    /// The hash of its value.
    pub value: Hash,
}

/// The tree.
#[derive(Debug, Clone, Default)]
pub(crate) enum Tree {
    #[default]
    Empty,
    Leaf(Leaf),
    Inner(Box<Inner>),
}

#[derive(Debug, Clone)]
pub(crate) struct Inner {
    hash: Hash,
    left: Tree,
    right: Tree,
}

/// What shows that something is in the state, or that it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatePath {
    /// The hashes beside the way from the root down, those of empty subtrees left out.
    beside: Vec<Hash>,
    /// Which of the steps have one, the first in the lowest bit of the first byte.
    filled: Vec<u8>,
    /// Steps.
    depth: u16,
    /// The leaf at the end of the way, if it is another one.
    other: Option<Leaf>,
}

impl Leaf {
    fn hash(&self) -> Hash {
        Hash::of_parts(&[&[2], self.key.as_bytes(), self.value.as_bytes()])
    }

    fn goes_right(key: Hash, depth: usize) -> bool {
        key.as_bytes()[depth / 8] >> (7 - depth % 8) & 1 == 1
    }
}

impl Tree {
    pub(crate) fn root(&self) -> Hash {
        match self {
            Self::Empty => EMPTY,
            Self::Leaf(leaf) => leaf.hash(),
            Self::Inner(inner) => inner.hash,
        }
    }

    /// Writes values by the hashes of their keys, in ascending order and each once; `None` takes a leaf away.
    pub(crate) fn write(&mut self, changes: &[(Hash, Option<Hash>)]) {
        debug_assert!(changes.is_sorted_by(|a, b| a.0 < b.0), "keys ascend");
        *self = core::mem::take(self).written(changes, 0);
    }

    fn written(self, changes: &[(Hash, Option<Hash>)], depth: usize) -> Self {
        match (self, changes) {
            (tree, []) => tree,
            (Self::Empty, [(key, value)]) => Self::of(*key, *value),
            (Self::Leaf(leaf), [(key, value)]) if leaf.key == *key => Self::of(*key, *value),
            (Self::Inner(inner), _) => {
                let Inner { left, right, .. } = *inner;
                Self::joined(left, right, changes, depth)
            }
            // One leaf, or none, and changes that belong elsewhere: the leaf goes down on its side.
            (Self::Leaf(leaf), _) => {
                let (mut left, mut right) = (Self::Empty, Self::Empty);
                let side = if Leaf::goes_right(leaf.key, depth) { &mut right } else { &mut left };
                *side = Self::Leaf(leaf);
                Self::joined(left, right, changes, depth)
            }
            (Self::Empty, _) => Self::joined(Self::Empty, Self::Empty, changes, depth),
        }
    }

    fn of(key: Hash, value: Option<Hash>) -> Self {
        value.map_or(Self::Empty, |value| Self::Leaf(Leaf { key, value }))
    }

    fn joined(left: Self, right: Self, changes: &[(Hash, Option<Hash>)], depth: usize) -> Self {
        assert!(depth < DEPTH_MAX, "two keys differ in some bit");
        let middle = changes.partition_point(|(key, _)| !Leaf::goes_right(*key, depth));
        let (of_left, of_right) = changes.split_at(middle);
        match (left.written(of_left, depth + 1), right.written(of_right, depth + 1)) {
            (Self::Empty, single @ (Self::Empty | Self::Leaf(_)))
            | (single @ Self::Leaf(_), Self::Empty) => single,
            (left, right) => {
                let hash = Hash::of_parts(&[&[3], left.root().as_bytes(), right.root().as_bytes()]);
                Self::Inner(Box::new(Inner { hash, left, right }))
            }
        }
    }

    /// The way to a key.
    pub(crate) fn path(&self, key: Hash) -> StatePath {
        let mut path = StatePath { beside: Vec::new(), filled: Vec::new(), depth: 0, other: None };
        let mut at = self;
        while let Self::Inner(inner) = at {
            let (next, beside) = match Leaf::goes_right(key, usize::from(path.depth)) {
                true => (&inner.right, &inner.left),
                false => (&inner.left, &inner.right),
            };
            path.step(beside.root());
            at = next;
        }
        if let Self::Leaf(leaf) = at {
            path.other = Some(*leaf).filter(|leaf| leaf.key != key);
        }
        path
    }
}

impl StatePath {
    fn step(&mut self, beside: Hash) {
        let depth = usize::from(self.depth);
        if depth.is_multiple_of(8) {
            self.filled.push(0);
        }
        if beside != EMPTY {
            self.filled[depth / 8] |= 1 << (depth % 8);
            self.beside.push(beside);
        }
        self.depth += 1;
    }

    /// The root of a state in which that key has that value, or none; `None` if the path is not one.
    pub fn root(&self, key: Hash, value: Option<Hash>) -> Option<Hash> {
        let depth = usize::from(self.depth);
        if depth > DEPTH_MAX || self.filled.len() != depth.div_ceil(8) {
            return None;
        }
        let is_filled = |step: usize| self.filled[step / 8] >> (step % 8) & 1 == 1;
        // None beyond the last step either: a path has one form.
        let steps = 0..8 * self.filled.len();
        let is_within = steps.clone().skip(depth).all(|step| !is_filled(step));
        if !is_within || steps.filter(|step| is_filled(*step)).count() != self.beside.len() {
            return None;
        }
        let mut hash = match (value, self.other) {
            (Some(value), None) => Leaf { key, value }.hash(),
            (None, None) => EMPTY,
            (None, Some(other)) if other.key != key && self.leads_to(other.key, key) => {
                other.hash()
            }
            _ => return None,
        };
        let mut beside = self.beside.iter().rev();
        for step in (0..depth).rev() {
            let beside = if is_filled(step) { *beside.next()? } else { EMPTY };
            let (left, right) =
                if Leaf::goes_right(key, step) { (beside, hash) } else { (hash, beside) };
            hash = Hash::of_parts(&[&[3], left.as_bytes(), right.as_bytes()]);
        }
        Some(hash)
    }

    fn leads_to(&self, other: Hash, key: Hash) -> bool {
        (0..usize::from(self.depth))
            .all(|step| Leaf::goes_right(other, step) == Leaf::goes_right(key, step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn key(n: u8) -> Hash {
        Hash::of(&[n])
    }

    fn of(entries: &BTreeMap<Hash, Hash>) -> Tree {
        let mut tree = Tree::default();
        let all: Vec<_> = entries.iter().map(|(key, value)| (*key, Some(*value))).collect();
        tree.write(&all);
        tree
    }

    proptest! {
        #[test]
        fn the_root_follows_from_what_is_there_and_not_from_how_it_came(
            batches in prop::collection::vec(prop::collection::btree_map(any::<u8>(), prop::option::of(any::<u8>()), 0..20), 1..8),
        ) {
            let (mut entries, mut tree) = (BTreeMap::new(), Tree::default());
            for batch in batches {
                let mut changes: Vec<_> = batch
                    .into_iter()
                    .map(|(n, value)| (key(n), value.map(|value| Hash::of(&[value, value]))))
                    .collect();
                changes.sort_unstable();
                for (key, value) in &changes {
                    match value {
                        Some(value) => entries.insert(*key, *value),
                        None => entries.remove(key),
                    };
                }
                tree.write(&changes);
                prop_assert_eq!(tree.root(), of(&entries).root());
            }
        }

        #[test]
        fn a_path_shows_what_is_there_and_nothing_else(
            there in prop::collection::btree_set(any::<u8>(), 0..40),
            asked: u8,
        ) {
            let value = Hash::of(b"value");
            let entries = there.iter().map(|n| (key(*n), value)).collect();
            let tree = of(&entries);
            let path = tree.path(key(asked));
            let found = there.contains(&asked).then_some(value);
            prop_assert_eq!(path.root(key(asked), found), Some(tree.root()));
            prop_assert_ne!(path.root(key(asked), Some(Hash::of(b"other"))), Some(tree.root()));
            if found.is_some() {
                prop_assert_ne!(path.root(key(asked), None), Some(tree.root()));
            }
        }
    }

    #[test]
    fn keys_that_differ_in_their_last_bit_are_told_apart() {
        let (mut one, mut other) = ([7; 32], [7; 32]);
        (one[31], other[31]) = (6, 7);
        let (one, other) = (Hash::from_bytes(one), Hash::from_bytes(other));
        let value = Hash::of(b"value");
        let mut tree = Tree::default();
        tree.write(&[(one, Some(value)), (other, Some(value))]);
        assert_eq!(tree.path(one).root(one, Some(value)), Some(tree.root()));
        tree.write(&[(other, None)]);
        assert_eq!(tree.root(), Leaf { key: one, value }.hash());
    }

    #[test]
    fn a_path_of_the_wrong_shape_shows_nothing() {
        let entries = (0..9).map(|n| (key(n), Hash::of(b"value"))).collect();
        let path = of(&entries).path(key(1));
        let value = Some(Hash::of(b"value"));
        assert!(path.root(key(1), value).is_some());
        let longer = StatePath { depth: path.depth + 8, ..path.clone() };
        assert_eq!(longer.root(key(1), value), None);
        let mut fuller = path.clone();
        fuller.beside.push(key(1));
        assert_eq!(fuller.root(key(1), value), None);
        // A hash that no step needs, for a step beyond the last.
        let mut longer = path.clone();
        longer.beside.insert(0, key(1));
        longer.filled[usize::from(path.depth) / 8] |= 1 << (path.depth % 8);
        assert!(!path.depth.is_multiple_of(8), "there is a bit for one");
        assert_eq!(longer.root(key(1), value), None);
    }
}
