//! The newest records that one builds on, by name: records themselves name only their parents.

use protocol::session::RoundRecord;
use std::collections::VecDeque;
use units::Hash;

/// Records that are remembered: parts of a room that meet once more after a meeting do so within a few rounds.
const RECORDS_MAX: usize = 64;

/// Names of successive records, the newest last.
pub(super) struct Ancestry {
    names: VecDeque<Hash>,
    /// The newest one's round.
    newest_round: u32,
}

impl Ancestry {
    pub(super) fn of(head: &RoundRecord) -> Self {
        let mut ancestry = Self::empty();
        ancestry.go_to(head, head.hash());
        ancestry
    }

    /// That of nothing.
    pub(super) fn empty() -> Self {
        Self { names: VecDeque::new(), newest_round: 0 }
    }

    pub(super) fn newest(&self) -> Option<Hash> {
        self.names.back().copied()
    }

    pub(super) fn newest_first(&self) -> impl Iterator<Item = Hash> + '_ {
        self.names.iter().rev().copied()
    }

    pub(super) fn has(&self, name: Hash) -> bool {
        self.newest_first().any(|known| known == name)
    }

    /// A record of which no more than the name is known is the newest. If it is none of these, it builds on the last.
    pub(super) fn follow(&mut self, hash: Hash) {
        let behind = self.names.iter().rev().position(|name| *name == hash);
        if let Some(behind) = behind {
            self.names.truncate(self.names.len() - behind);
            self.newest_round = self.newest_round.saturating_sub(behind as u32);
            return;
        }
        if self.names.len() >= RECORDS_MAX {
            self.names.pop_front();
        }
        self.names.push_back(hash);
        self.newest_round = self.newest_round.saturating_add(1);
    }

    /// `record`, whose name is `hash`, is the newest: what it does not build on, as far as is known, is forgotten.
    pub(super) fn go_to(&mut self, record: &RoundRecord, hash: Hash) {
        let parent = record.decision.parent;
        match self.names.iter().rposition(|name| *name == parent) {
            Some(place) => self.names.truncate(place + 1),
            None => self.names = VecDeque::from([parent]),
        }
        if self.names.len() >= RECORDS_MAX {
            self.names.pop_front();
        }
        // The first record of a session is its own parent by name.
        if hash != parent {
            self.names.push_back(hash);
        }
        self.newest_round = record.decision.round;
    }

    /// The round of one of these records.
    pub(super) fn round_of(&self, name: Hash) -> Option<u32> {
        let behind = self.names.iter().rev().position(|known| *known == name)?;
        self.newest_round.checked_sub(behind as u32)
    }
}
