//! A state as bytes, so that who is new need not compute it from the beginning: headers show what its root must be.

use crate::{
    Refusal,
    state::{Entry, Key, State},
};
use protocol::{DecodeError, encoding};
use units::Hash;

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
        let entries: Vec<(Key, Entry)> = encoding::decode(what, bytes, SNAPSHOT_BYTES_MAX)?;
        if !entries.is_sorted_by(|a, b| a.0 < b.0) {
            let problem = "entries out of order".to_owned();
            return Err(DecodeError::Invalid { what, problem }.into());
        }
        let state = Self::of(entries);
        if state.root() != root {
            return Err(Refusal::Root { what: "state" });
        }
        Ok(state)
    }
}
