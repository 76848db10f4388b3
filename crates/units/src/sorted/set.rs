//! A set in the order of its elements.

use core::{
    borrow::Borrow,
    fmt::{self, Debug, Formatter},
    slice,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::vec;

/// A set in the order of its elements.
#[derive(Clone, PartialEq, Eq)]
pub struct SortedSet<T> {
    elements: Vec<T>,
}

impl<T> SortedSet<T> {
    /// One without elements.
    pub const fn new() -> Self {
        Self { elements: Vec::new() }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// Takes all elements away.
    pub fn clear(&mut self) {
        self.elements.clear();
    }

    /// The elements, in order.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.elements.iter()
    }

    /// The lowest element.
    pub fn first(&self) -> Option<&T> {
        self.elements.first()
    }

    /// The highest element.
    pub fn last(&self) -> Option<&T> {
        self.elements.last()
    }

    /// Keeps those elements alone of which `keep` says so.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.elements.retain(keep);
    }
}

impl<T: Ord> SortedSet<T> {
    fn place<Q: Ord + ?Sized>(&self, element: &Q) -> Result<usize, usize>
    where
        T: Borrow<Q>,
    {
        self.elements.binary_search_by(|other| other.borrow().cmp(element))
    }

    /// Whether an element is in it.
    pub fn contains<Q: Ord + ?Sized>(&self, element: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.place(element).is_ok()
    }

    /// Adds an element; whether it was not there before.
    pub fn insert(&mut self, element: T) -> bool {
        let place = self.place(&element);
        if let Err(at) = place {
            self.elements.insert(at, element);
        }
        place.is_err()
    }

    /// Takes an element away; whether it was there.
    pub fn remove<Q: Ord + ?Sized>(&mut self, element: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        let place = self.place(element);
        if let Ok(at) = place {
            self.elements.remove(at);
        }
        place.is_ok()
    }
}

impl<T> Default for SortedSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Debug> Debug for SortedSet<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.elements).finish()
    }
}

impl<T: Ord> Extend<T> for SortedSet<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        elements.into_iter().for_each(|element| {
            self.insert(element);
        });
    }
}

impl<T: Ord> FromIterator<T> for SortedSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        let mut set = Self::new();
        set.extend(elements);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for SortedSet<T> {
    fn from(elements: [T; N]) -> Self {
        elements.into_iter().collect()
    }
}

impl<T> IntoIterator for SortedSet<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.elements.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a SortedSet<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A sequence, in order.
impl<T: Serialize> Serialize for SortedSet<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.elements.serialize(serializer)
    }
}

/// A sequence, in any order.
impl<'de, T: Ord + Deserialize<'de>> Deserialize<'de> for SortedSet<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(|elements: Vec<T>| elements.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::SortedSet;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn it_holds_what_a_tree_holds(given in prop::collection::vec(0u8..32, 0..40), gone in 0u8..32) {
            let mut tree: BTreeSet<u8> = BTreeSet::new();
            let mut set = SortedSet::new();
            for element in &given {
                prop_assert_eq!(set.insert(*element), tree.insert(*element));
            }
            prop_assert_eq!(&set, &given.into_iter().collect());
            prop_assert_eq!(set.remove(&gone), tree.remove(&gone));
            prop_assert!(set.iter().eq(tree.iter()));
            prop_assert!((0..32).all(|element| set.contains(&element) == tree.contains(&element)));
        }
    }

    #[test]
    fn it_is_written_as_a_sequence_in_order_and_read_in_any() {
        let set = SortedSet::from([3, 1, 2, 1]);
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(json, "[1,2,3]");
        assert_eq!(serde_json::from_str::<SortedSet<i32>>("[2,3,2,1]").unwrap(), set);
    }
}
