//! What a block changes, before it is part of the state.

use super::{
    State,
    entry::{Due, Entry, Kept, Key},
};
use crate::{
    contracts::{money::Account, regard::Regard, treasury::Treasury},
    payment::{Cause, Payment},
};
use std::collections::BTreeMap;
use units::{AmountError, Credits, Hash, PeerId, UnixMillis};

/// Changes to a state, all of which can be taken back.
pub(crate) struct Changes<'a> {
    base: &'a State,
    written: BTreeMap<Key, Option<Entry>>,
    /// What was in `written` before each write.
    journal: Vec<(Key, Option<Option<Entry>>)>,
    /// Who was paid what.
    payments: Vec<(PeerId, Payment)>,
}

/// A moment between two writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark {
    writes: usize,
    payments: usize,
}

impl<'a> Changes<'a> {
    pub(crate) fn new(base: &'a State) -> Self {
        Self { base, written: BTreeMap::new(), journal: Vec::new(), payments: Vec::new() }
    }

    /// Where [`Self::take_back`] goes back to.
    pub(crate) fn mark(&self) -> Mark {
        Mark { writes: self.journal.len(), payments: self.payments.len() }
    }

    /// Takes back what was written since.
    pub(crate) fn take_back(&mut self, mark: Mark) {
        for (key, before) in self.journal.drain(mark.writes..).rev() {
            match before {
                Some(entry) => self.written.insert(key, entry),
                None => self.written.remove(&key),
            };
        }
        self.payments.truncate(mark.payments);
    }

    /// Who was paid what, in the order in which it was.
    pub(crate) fn payments(&self) -> &[(PeerId, Payment)] {
        &self.payments
    }

    /// What is to be written.
    pub(crate) fn into_written(self) -> BTreeMap<Key, Option<Entry>> {
        self.written
    }

    fn entry(&self, key: &Key) -> Option<&Entry> {
        match self.written.get(key) {
            Some(written) => written.as_ref(),
            None => self.base.entry(key),
        }
    }

    fn write(&mut self, key: Key, entry: Option<Entry>) {
        let before = self.written.insert(key, entry);
        self.journal.push((key, before));
    }

    pub(crate) fn get<T: Kept>(&self, id: T::Id) -> Option<&T> {
        self.entry(&T::key(id)).and_then(T::of_entry)
    }

    pub(crate) fn put<T: Kept>(&mut self, id: T::Id, value: T) {
        self.write(T::key(id), Some(value.into_entry()));
    }

    pub(crate) fn remove<T: Kept>(&mut self, id: T::Id) {
        self.write(T::key(id), None);
    }

    /// What a member has found of others.
    pub(crate) fn regards_of(&self, from: PeerId) -> BTreeMap<PeerId, Regard> {
        let before = self.base.entries_in(Key::regards_of(from));
        let before = before.filter(|(key, _)| !self.written.contains_key(key));
        let written = self.written.range(Key::regards_of(from));
        let written = written.filter_map(|(key, entry)| Some((key, entry.as_ref()?)));
        let of = |(key, entry): (&Key, &Entry)| match (key, entry) {
            (Key::Regard(_, to), Entry::Regard(regard)) => Some((*to, *regard)),
            _ => None,
        };
        before.chain(written).filter_map(of).collect()
    }

    /// A key's account: an empty one, if it has none yet.
    pub(crate) fn account(&self, peer: PeerId) -> Account {
        self.get::<Account>(peer).cloned().unwrap_or_default()
    }

    pub(crate) fn treasury(&self) -> Treasury {
        self.get::<Treasury>(()).cloned().expect("every state has a treasury")
    }

    /// Adds to somebody's balance what was taken elsewhere.
    pub(crate) fn give(
        &mut self,
        to: PeerId,
        amount: Credits,
        cause: Cause,
    ) -> Result<(), AmountError> {
        if amount.is_zero() {
            return Ok(());
        }
        let mut account = self.account(to);
        account.balance = account.balance.plus(amount)?;
        self.put(to, account);
        self.payments.push((to, Payment { amount, cause }));
        Ok(())
    }

    /// Takes from somebody's balance what is given elsewhere.
    pub(crate) fn take(&mut self, from: PeerId, amount: Credits) -> Result<(), AmountError> {
        let mut account = self.account(from);
        account.balance = account.balance.minus(amount)?;
        self.put(from, account);
        Ok(())
    }

    /// Adds to the treasury what was taken elsewhere.
    pub(crate) fn give_to_treasury(&mut self, amount: Credits) -> Result<(), AmountError> {
        let mut treasury = self.treasury();
        treasury.credits = treasury.credits.plus(amount)?;
        self.put((), treasury);
        Ok(())
    }

    /// Takes from the treasury what is given elsewhere.
    pub(crate) fn take_from_treasury(&mut self, amount: Credits) -> Result<(), AmountError> {
        let mut treasury = self.treasury();
        treasury.credits = treasury.credits.minus(amount)?;
        self.put((), treasury);
        Ok(())
    }

    /// Has something happen at a time; `name` tells it apart from others of its time and kind.
    pub(crate) fn schedule(&mut self, at: UnixMillis, name: Hash, due: Due) {
        self.put((at, name), due);
    }

    pub(crate) fn unschedule(&mut self, at: UnixMillis, name: Hash) {
        self.remove::<Due>((at, name));
    }

    /// Takes out all that is due by a time, the earliest first. What follows from it is due later.
    pub(crate) fn take_due(&mut self, now: UnixMillis) -> Vec<Due> {
        debug_assert!(self.written.is_empty(), "time passes before anything else");
        let due = self.base.entries_in(Key::due_until(now));
        let due: Vec<_> = due.filter_map(|(key, it)| Some((*key, *Due::of_entry(it)?))).collect();
        due.iter().for_each(|(key, _)| self.write(*key, None));
        due.into_iter().map(|(_, due)| due).collect()
    }
}
