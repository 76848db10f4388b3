//! The records that ours builds on, as far as they are kept: what shows others how ours came about.

use super::Session;
use protocol::{
    limits,
    session::{Proposal, RoundRecord},
};
use std::collections::VecDeque;
use units::Hash;

/// Records that are kept in memory, and bytes of them; the oldest go first. What is forgotten cannot be shown, and does not count
/// where chains meet.
pub(super) const RECORDS_MAX: usize = 2_048;
pub(super) const BYTES_MAX: usize = 4 * 1024 * 1024;

/// The newest records and bytes of them that are stored with the cluster, so that a device still shows how its rounds came
/// about after a reload.
const STORED_RECORDS_MAX: usize = 64;
const STORED_BYTES_MAX: usize = 128 * 1024;

/// Bytes of records in one value; one more record may be in it.
const PART_BYTES: usize = limits::LINEAGE_BYTES_MAX / 2;

/// Successive records with their names, the newest last.
pub(super) struct Chain {
    records: VecDeque<(Hash, RoundRecord)>,
    size_bytes: usize,
}

impl Chain {
    pub(super) fn of(head: &RoundRecord) -> Self {
        let (hash, size_bytes) = (head.hash(), size_bytes(head));
        Self { records: VecDeque::from([(hash, head.clone())]), size_bytes }
    }

    /// `record`, whose name is `hash`, is the newest: what it does not build on, as far as is known, is forgotten.
    pub(super) fn go_to(&mut self, record: &RoundRecord, hash: Hash) {
        if self.place(hash).is_none() {
            let parent = self.place(record.decision.parent);
            self.truncate(parent.map_or(0, |place| place + 1));
            self.size_bytes += size_bytes(record);
            self.records.push_back((hash, record.clone()));
        } else if let Some(place) = self.place(hash) {
            self.truncate(place + 1);
        }
        while self.records.len() > 1
            && (self.records.len() > RECORDS_MAX || self.size_bytes > BYTES_MAX)
        {
            let oldest = self.records.pop_front();
            self.size_bytes -= oldest.map_or(0, |(_, record)| size_bytes(&record));
        }
    }

    /// Goes to the last of successive records, of which the first may build on one that is here.
    pub(super) fn go_along(&mut self, records: &[(Hash, RoundRecord)]) {
        records.iter().for_each(|(hash, record)| self.go_to(record, *hash));
    }

    fn truncate(&mut self, count: usize) {
        let gone: usize = self.records.drain(count..).map(|(_, record)| size_bytes(&record)).sum();
        self.size_bytes -= gone;
    }

    fn place(&self, name: Hash) -> Option<usize> {
        self.records.iter().rposition(|(known, _)| *known == name)
    }

    pub(super) fn has(&self, name: Hash) -> bool {
        self.place(name).is_some()
    }

    pub(super) fn get(&self, name: Hash) -> Option<&RoundRecord> {
        self.place(name).map(|place| &self.records[place].1)
    }

    /// The oldest record that is here.
    pub(super) fn oldest(&self) -> Option<&RoundRecord> {
        self.records.front().map(|(_, record)| record)
    }

    /// The records after one of these, or, if it is none of them, all.
    pub(super) fn records_after(&self, name: Option<Hash>) -> impl Iterator<Item = &RoundRecord> {
        let known = name.and_then(|name| self.place(name));
        self.records.range(known.map_or(0, |at| at + 1)..).map(|(_, record)| record)
    }

    /// The records up to one of these; none, if it is none of them.
    pub(super) fn records_up_to(&self, name: Hash) -> impl Iterator<Item = &RoundRecord> {
        let count = self.place(name).map_or(0, |at| at + 1);
        self.records.range(..count).map(|(_, record)| record)
    }

    /// The round of one of these records, or of the one that they begin after.
    pub(super) fn round_of(&self, name: Hash) -> Option<u32> {
        let before = self.oldest().filter(|oldest| oldest.decision.parent == name);
        let before = before.and_then(|oldest| oldest.decision.round.checked_sub(1));
        self.get(name).map(|record| record.decision.round).or(before)
    }

    /// Names of these records, the newest first, spaced wider and wider, and that of the session's first record.
    pub(super) fn names(&self, proposal: &Proposal) -> Vec<Hash> {
        let mut names = spaced(self.records.iter().map(|(name, _)| *name).collect());
        let first = proposal.genesis();
        if names.last() != Some(&first) {
            names.truncate(limits::LINEAGE_NAMES_MAX - 1);
            names.push(first);
        }
        names
    }

    /// Records up to `record`, as many as one value has: those after the newest of `known` that is here, or else from the
    /// oldest on. `None` if `record` is not here.
    pub(super) fn part(&self, record: Hash, known: &[Hash]) -> Option<Vec<RoundRecord>> {
        let last = self.place(record)?;
        let known = known.iter().find_map(|name| self.place(*name).filter(|at| *at <= last));
        let mut bytes = 0;
        let wanted = self.records.range(known.map_or(0, |at| at + 1)..=last);
        let fits = |(_, record): &&(Hash, RoundRecord)| {
            bytes += size_bytes(record);
            bytes <= PART_BYTES + size_bytes(record)
        };
        let part = wanted.take(limits::LINEAGE_RECORDS_MAX).take_while(fits);
        Some(part.map(|(_, record)| record.clone()).collect())
    }

    /// The newest records before the last, for storage, the oldest first.
    pub(super) fn to_store(&self) -> Vec<RoundRecord> {
        let mut bytes = 0;
        let fits = |(_, record): &&(Hash, RoundRecord)| {
            bytes += size_bytes(record);
            bytes <= STORED_BYTES_MAX
        };
        let newest = self.records.iter().rev().skip(1).take(STORED_RECORDS_MAX).take_while(fits);
        let mut stored: Vec<_> = newest.map(|(_, record)| record.clone()).collect();
        stored.reverse();
        stored
    }
}

impl Session {
    /// Records of an earlier life, the oldest first, that led to the newest one.
    pub(crate) fn restore_chain(&mut self, records: Vec<RoundRecord>) {
        let mut chain = records.first().map(Chain::of);
        if let Some(chain) = &mut chain {
            records.iter().for_each(|record| chain.go_to(record, record.hash()));
            chain.go_to(&self.head, self.head_hash);
        }
        if let Some(chain) = chain {
            self.chain = chain;
        }
    }
}

/// Of names, the oldest first, some: the newest first, spaced wider and wider, and the oldest.
pub(super) fn spaced(names: Vec<Hash>) -> Vec<Hash> {
    let (mut chosen, mut back, mut step) = (Vec::new(), 0, 1);
    while back < names.len() && chosen.len() < limits::LINEAGE_NAMES_MAX - 1 {
        chosen.push(names[names.len() - 1 - back]);
        back += step;
        step = if chosen.len() < 4 { 1 } else { step * 2 };
    }
    let oldest = names.first().filter(|oldest| chosen.last() != Some(*oldest));
    chosen.extend(oldest);
    chosen
}

/// About how many bytes a record takes.
pub(super) fn size_bytes(record: &RoundRecord) -> usize {
    let decision = &record.decision;
    let scores: usize = decision.verdicts.iter().map(|verdict| 3 * verdict.scores.len()).sum();
    200 + 180 * decision.contributions.len()
        + 104 * decision.verdicts.len()
        + scores
        + 72 * decision.groups.len()
        + 44 * record.standings.len()
        + 5 * record.upheld.largest()
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::session::{Decision, Upheld};

    /// Records of `count` rounds, each made by nobody.
    fn chain(count: u32) -> (Chain, Vec<Hash>) {
        let record = |round, parent| {
            let (contributions, verdicts, groups) = (Vec::new(), Vec::new(), Vec::new());
            let decision =
                Decision { round, parent, contributions, verdicts, committed: 0, groups };
            let (model, upheld, standings) = (Hash::of(b"m"), Upheld::default(), Vec::new());
            RoundRecord { decision, model, cumulative_samples: 0, upheld, standings, draw: 1 }
        };
        let first = record(0, Hash::of(b"session"));
        let (mut chain, mut names) = (Chain::of(&first), vec![first.hash()]);
        for round in 1..=count {
            let next = record(round, names[names.len() - 1]);
            names.push(next.hash());
            chain.go_to(&next, next.hash());
        }
        (chain, names)
    }

    #[test]
    fn the_oldest_records_are_forgotten_and_the_newest_stored() {
        let (chain, names) = chain(3_000);
        assert_eq!(chain.records.len(), RECORDS_MAX);
        assert!(chain.has(names[3_000]) && !chain.has(names[3_000 - RECORDS_MAX]));
        let oldest = 3_001 - RECORDS_MAX as u32;
        assert_eq!(chain.round_of(names[oldest as usize - 1]), Some(oldest - 1), "its parent");
        let stored = chain.to_store();
        assert_eq!(stored.len(), STORED_RECORDS_MAX);
        assert_eq!(stored.last().map(RoundRecord::hash), Some(names[2_999]));
        let known: usize = chain.records.iter().map(|(_, record)| size_bytes(record)).sum();
        assert_eq!(chain.size_bytes, known);
    }

    #[test]
    fn a_record_that_builds_on_an_earlier_one_takes_the_place_of_what_came_after_that() {
        let (mut chain, names) = chain(9);
        let mut other = chain.get(names[6]).unwrap().clone();
        other.model = Hash::of(b"another");
        chain.go_to(&other, other.hash());
        assert!(chain.has(other.hash()) && chain.has(names[5]) && !chain.has(names[6]));
        assert_eq!(chain.records_after(Some(names[5])).count(), 1);
        assert_eq!(chain.records_up_to(names[5]).count(), 6);
        other.decision.parent = Hash::of(b"unknown");
        chain.go_to(&other, other.hash());
        assert_eq!(chain.records.len(), 1, "nothing is known of what came before it");
    }

    #[test]
    fn names_are_spaced_wider_and_wider_and_a_part_is_what_comes_next() {
        let (chain, names) = chain(2_000);
        let spaced = spaced(names.clone());
        assert!(spaced.len() <= limits::LINEAGE_NAMES_MAX);
        assert_eq!((spaced[0], spaced[1]), (names[2_000], names[1_999]));
        assert_eq!(spaced.last(), Some(&names[0]));
        let part = chain.part(names[2_000], &[names[1_000]]).unwrap();
        assert_eq!(part.len(), limits::LINEAGE_RECORDS_MAX);
        assert_eq!(part[0].hash(), names[1_001]);
        assert_eq!(chain.part(names[10], &[names[20], names[8]]).unwrap().len(), 2);
        assert!(chain.part(Hash::of(b"?"), &names[..1]).is_none());
    }
}
