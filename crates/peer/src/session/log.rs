//! Rounds that are over, with what they were made of: what a transcript is written from.

use protocol::session::{Proposal, RoundRecord, Verdict};
use std::collections::VecDeque;
use transcript::{Round, Transcript, UpdateBytes};
use units::Hash;

/// Bytes of updates that are kept. When there are more, the log begins anew: a model that lies between would have to be
/// computed again.
const UPDATES_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Rounds that are kept.
const ROUNDS_MAX: usize = 2_000;

/// The rounds since a record whose model is here too.
#[derive(Default)]
pub(super) struct Log {
    start: Option<(RoundRecord, Vec<u8>)>,
    /// The newest record's hash.
    newest: Option<Hash>,
    rounds: VecDeque<Round>,
    updates_bytes: usize,
}

impl Log {
    /// Begins anew at a record with its model.
    pub(super) fn begin(&mut self, record: RoundRecord, model: Vec<u8>) {
        let newest = Some(record.hash());
        *self = Self { start: Some((record, model)), newest, ..Self::default() };
    }

    /// Forgets everything: what comes next does not follow from it.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whether it lacks a record to begin at.
    pub(super) fn wants_start(&self) -> bool {
        self.start.is_none()
    }

    /// A round is over, whose record is called `hash`. Forgets all before it if there is too much.
    pub(super) fn push(&mut self, record: RoundRecord, hash: Hash, updates: Vec<Vec<u8>>) {
        if self.newest.replace(hash) != Some(record.decision.parent) {
            return self.clear();
        }
        self.updates_bytes += updates.iter().map(Vec::len).sum::<usize>();
        if self.updates_bytes > UPDATES_BYTES_MAX || self.rounds.len() >= ROUNDS_MAX {
            return self.clear();
        }
        let updates = updates.into_iter().map(UpdateBytes).collect();
        self.rounds.push_back(Round { record, updates });
    }

    /// All of it as a file; `None` while it has no beginning.
    pub(super) fn transcript(
        &self,
        proposal: &Proposal,
        verdicts: Vec<Verdict>,
    ) -> Option<Transcript> {
        let (start, model) = self.start.clone()?;
        let (proposal, rounds) = (proposal.clone(), self.rounds.iter().cloned().collect());
        Some(Transcript { proposal, start, model, rounds, verdicts })
    }
}
