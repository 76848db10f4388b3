//! Maps and sets in the order of their keys, for some hundreds of entries: a vector and a binary search.
//!
//! They say the same as `BTreeMap` and `BTreeSet` and compile to a tenth of their code for each type of entry, which
//! visitors of a page would have to download. The price is that inserting and removing moves what comes after: what
//! others can make grow without a limit belongs elsewhere.

mod map;
mod set;

pub use map::SortedMap;
pub use set::SortedSet;

/// Puts a list in the order of what `key` says of its elements; those of which it says the same stay as they were. By
/// insertion: for some hundreds of elements, or more that are nearly in order. The library's ways of sorting are much faster for
/// thousands, and are two to five kilobytes of code for each type of element.
pub fn sort_by_key<T, K: Ord>(list: &mut Vec<T>, key: impl Fn(&T) -> K) {
    for at in 1..list.len() {
        let own = key(&list[at]);
        let place = list[..at].partition_point(|other| key(other) <= own);
        if place < at {
            let element = list.remove(at);
            list.insert(place, element);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sort_by_key;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lists_are_sorted_as_the_library_sorts_them(mut list in prop::collection::vec((0u8..9, any::<u8>()), 0..60)) {
            let mut expected = list.clone();
            expected.sort_by_key(|element| element.0);
            sort_by_key(&mut list, |element| element.0);
            prop_assert_eq!(list, expected);
        }
    }
}
