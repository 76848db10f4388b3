//! Maps and sets in the order of their keys, for some hundreds of entries: a vector and a binary search.
//!
//! They say the same as `BTreeMap` and `BTreeSet` and compile to a tenth of their code for each type of entry, which
//! visitors of a page would have to download. The price is that inserting and removing moves what comes after: what
//! others can make grow without a limit belongs elsewhere.

mod map;
mod set;

pub use map::SortedMap;
pub use set::SortedSet;
