//! The state that blocks lead to: entries by key, and a root over all of them.

mod changes;
mod entry;
mod tree;

pub(crate) use changes::Changes;
use core::ops::RangeInclusive;
pub(crate) use entry::Kept;
pub use entry::{Due, Entry, Key};
use std::collections::BTreeMap;
use tree::Tree;
pub use tree::{Leaf, StatePath};
use units::{Credits, Hash, UnixMillis};

/// Everything that is so after a block.
#[derive(Debug, Clone, Default)]
pub struct State {
    entries: BTreeMap<Key, Entry>,
    tree: Tree,
}

/// What entries were before a block, to be put back when it is undone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Undo(Vec<(Key, Option<Entry>)>);

impl State {
    /// A state of these entries.
    pub(crate) fn of(entries: impl IntoIterator<Item = (Key, Entry)>) -> Self {
        let mut state = Self::default();
        let written = entries.into_iter().map(|(key, entry)| (key, Some(entry))).collect();
        state.write(written);
        state
    }

    /// The root over all entries.
    pub fn root(&self) -> Hash {
        self.tree.root()
    }

    /// What is at a key.
    pub fn entry(&self, key: &Key) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// All entries by key.
    pub fn entries(&self) -> impl Iterator<Item = (&Key, &Entry)> {
        self.entries.iter()
    }

    pub(crate) fn entries_in(
        &self,
        range: RangeInclusive<Key>,
    ) -> impl Iterator<Item = (&Key, &Entry)> {
        self.entries.range(range)
    }

    /// What is due until then.
    pub(crate) fn due_until(&self, now: UnixMillis) -> impl Iterator<Item = &Entry> {
        self.entries_in(Key::due_until(now)).map(|(_, entry)| entry)
    }

    pub(crate) fn get<T: Kept>(&self, id: T::Id) -> Option<&T> {
        self.entries.get(&T::key(id)).and_then(T::of_entry)
    }

    /// What shows that an entry is in the state with that root, or that there is none.
    pub fn path(&self, key: &Key) -> StatePath {
        self.tree.path(key.hash())
    }

    /// All money in it: the same after every block.
    pub fn credits(&self) -> Credits {
        Credits::sum(self.entries.values().map(Entry::credits)).expect("it is the supply")
    }

    /// Writes what a block changes; gives back what was there.
    pub(crate) fn write(&mut self, written: BTreeMap<Key, Option<Entry>>) -> Undo {
        self.write_to_tree(written.iter().map(|(key, entry)| (key, entry.as_ref())));
        let write = |(key, entry): (Key, Option<Entry>)| {
            let before = match entry {
                Some(entry) => self.entries.insert(key, entry),
                None => self.entries.remove(&key),
            };
            (key, before)
        };
        Undo(written.into_iter().map(write).collect())
    }

    /// Puts back what was there before a block, the newest block first; gives what does it again.
    pub(crate) fn write_back(&mut self, undo: Undo) -> Undo {
        self.write(undo.0.into_iter().collect())
    }

    fn write_to_tree<'a>(&mut self, written: impl Iterator<Item = (&'a Key, Option<&'a Entry>)>) {
        let leaf = |(key, entry): (&Key, Option<&Entry>)| (key.hash(), entry.map(Entry::hash));
        let mut changes: Vec<_> = written.map(leaf).collect();
        changes.sort_unstable_by_key(|(key, _)| *key);
        self.tree.write(&changes);
    }
}
