//! Merkle trees over lists, as RFC 6962 (section 2.1) has them: leaves and inner nodes are hashed apart, so that neither passes
//! for the other, and a list that grows by one changes few nodes.

use units::Hash;

/// The hash of a leaf.
pub fn leaf(bytes: &[u8]) -> Hash {
    Hash::of_parts(&[&[0], bytes])
}

/// The hash of an inner node.
pub(crate) fn inner(left: Hash, right: Hash) -> Hash {
    Hash::of_parts(&[&[1], left.as_bytes(), right.as_bytes()])
}

/// The root over leaves' hashes; of none, the hash of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(left_count(leaves.len()));
            inner(root(left), root(right))
        }
    }
}

/// What shows that leaf `place` is under the root: a hash for each step up to it.
///
/// # Panics
/// If there is no such leaf.
pub fn path(leaves: &[Hash], place: usize) -> Vec<Hash> {
    assert!(place < leaves.len(), "leaf {place} of {}", leaves.len());
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = left_count(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut path, beside) = match place.checked_sub(middle) {
        None => (self::path(left, place), root(right)),
        Some(place) => (self::path(right, place), root(left)),
    };
    path.push(beside);
    path
}

/// The root over `count` leaves of which `leaf` is the one at `place`, by its path; `None` if the path is not as long as it
/// must be.
pub fn root_by_path(leaf: Hash, place: usize, count: usize, path: &[Hash]) -> Option<Hash> {
    if place >= count {
        return None;
    }
    if count == 1 {
        return path.is_empty().then_some(leaf);
    }
    let (beside, path) = path.split_last()?;
    let middle = left_count(count);
    match place.checked_sub(middle) {
        None => Some(inner(root_by_path(leaf, place, middle, path)?, *beside)),
        Some(place) => Some(inner(*beside, root_by_path(leaf, place, count - middle, path)?)),
    }
}

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The hash beside the one that is known.
    pub beside: Hash,
    /// Whether that one is on the left.
    pub is_left: bool,
}

/// The steps of a leaf's path, the lowest first; `None` if the path is not as long as it must be.
pub fn steps(place: usize, count: usize, path: &[Hash]) -> Option<Vec<Step>> {
    if place >= count {
        return None;
    }
    if count == 1 {
        return path.is_empty().then(Vec::new);
    }
    let (beside, path) = path.split_last()?;
    let middle = left_count(count);
    let is_left = place >= middle;
    let mut steps = match is_left {
        false => self::steps(place, middle, path)?,
        true => self::steps(place - middle, count - middle, path)?,
    };
    steps.push(Step { beside: *beside, is_left });
    Some(steps)
}

/// Leaves on the left of the root of a tree of two or more: the largest power of two below their number.
fn left_count(count: usize) -> usize {
    1 << (count - 1).ilog2()
}

/// A list that grows, as the roots of whole subtrees from the largest to the smallest: enough for its root, and for the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Peaks {
    count: u64,
    roots: Vec<Hash>,
}

impl Peaks {
    /// Leaves so far.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// One leaf more.
    pub fn push(&mut self, leaf: Hash) {
        let mut root = leaf;
        for _ in 0..self.count.trailing_ones() {
            let left = self.roots.pop().expect("a subtree for each bit of the count");
            root = inner(left, root);
        }
        self.roots.push(root);
        self.count += 1;
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        let mut roots = self.roots.iter().rev().copied();
        let Some(smallest) = roots.next() else { return root(&[]) };
        roots.fold(smallest, |right, left| inner(left, right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|n| leaf(&n.to_le_bytes())).collect()
    }

    #[test]
    fn of_seven_leaves_four_are_on_the_left() {
        let it = leaves(7);
        let [a, b, c, d, e, f, g] = it[..] else { panic!() };
        let left = inner(inner(a, b), inner(c, d));
        assert_eq!(root(&it), inner(left, inner(inner(e, f), g)));
    }

    proptest! {
        #[test]
        fn every_leaf_has_a_path_and_no_other_passes_for_it(count in 1usize..80, place: prop::sample::Index, flip in 0usize..9) {
            let (all, place) = (leaves(count), place.index(count));
            let mut path = path(&all, place);
            let up = |hash, step: Step| match step.is_left {
                true => inner(step.beside, hash),
                false => inner(hash, step.beside),
            };
            let climbed = steps(place, count, &path).map(|it| it.into_iter().fold(all[place], up));
            prop_assert_eq!(climbed, Some(root(&all)));
            prop_assert_eq!(root_by_path(all[place], place, count, &path), Some(root(&all)));
            let other = leaf(b"other");
            prop_assert_ne!(root_by_path(other, place, count, &path), Some(root(&all)));
            if flip < path.len() {
                path[flip] = other;
                prop_assert_ne!(root_by_path(all[place], place, count, &path), Some(root(&all)));
            }
            path.push(other);
            prop_assert_eq!(root_by_path(all[place], place, count, &path), None);
        }

        #[test]
        fn a_list_that_grows_has_the_root_of_the_list(count in 0usize..200) {
            let all = leaves(count);
            let mut peaks = Peaks::default();
            all.iter().for_each(|leaf| peaks.push(*leaf));
            prop_assert_eq!(peaks.root(), root(&all));
            prop_assert_eq!(peaks.count(), count as u64);
        }
    }
}
