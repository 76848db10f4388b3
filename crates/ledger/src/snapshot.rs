//! A state as bytes, so that who is new need not compute it from the beginning: headers show what its root must be.

use crate::{
    Refusal, economics,
    state::{Entry, Key, State},
};
use protocol::{DecodeError, encoding};
use units::{Credits, Hash};

/// A snapshot's encoding: some hundred thousand accounts.
pub const SNAPSHOT_BYTES_MAX: usize = 32 * 1024 * 1024;

impl State {
    /// All entries as bytes.
    pub fn snapshot(&self) -> Vec<u8> {
        let entries: Vec<(&Key, &Entry)> = self.entries().collect();
        encoding::encode(&entries)
    }

    /// Reads a snapshot of the state with that root.
    ///
    /// # Errors
    /// [`Refusal::Bytes`] for what is none, [`Refusal::Root`] for one of another state.
    pub fn of_snapshot(bytes: &[u8], root: Hash) -> Result<Self, Refusal> {
        let what = "snapshot";
        let entries: Vec<(Key, Entry)> = crate::encoding::decode(what, bytes, SNAPSHOT_BYTES_MAX)?;
        let invalid =
            |problem: &str| Err(DecodeError::Invalid { what, problem: problem.to_owned() }.into());
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            return invalid("entries out of order");
        }
        // A header shows work and not that its state is right: what no ledger leads to is not taken from anybody.
        let amounts = entries.iter().flat_map(|(_, entry)| entry.amounts());
        if Credits::sum(amounts) != Ok(economics::SUPPLY) {
            return invalid("money that is not all there is");
        }
        if !matches!(entries.first(), Some((Key::Treasury, Entry::Treasury(_)))) {
            return invalid("no treasury");
        }
        let state = Self::of(entries);
        if state.root() != root {
            return Err(Refusal::Root { what: "state" });
        }
        Ok(state)
    }
}
