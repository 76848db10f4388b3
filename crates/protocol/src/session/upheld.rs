//! In which order chains of rounds win over each other.
//!
//! What few members can make by themselves must not win by being much. So what counts first is by how many a round was made
//! who *upheld* it: who trained from its outcome in the next round, or signed a verdict on it. The contributions to a round
//! say nothing of its outcome, and whoever likes can put them into another decision with a model of its own; the
//! contributions to the next round name the record that they build on, and with it the model.

use super::record::RoundRecord;
use crate::{DecodeError, limits};
use core::cmp::Ordering;
use serde::{Deserialize, Serialize};
use units::PeerId;

/// How many records of a chain were upheld by how many of their makers: that of k members is counted in entry k - 1. The last
/// entry is not 0.
///
/// Of two, the one is greater that has more records by the largest number of members in which they differ. What two chains
/// share counts for both alike and has no part in it: so a chain in which, since they parted, a record was upheld by more members than
/// any record of the other is the greater one, however many the other has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upheld(Vec<u32>);

impl Upheld {
    /// With one more record, upheld by so many; one that nobody has upheld does not count.
    pub fn with(&self, members: usize) -> Self {
        let mut counts = self.0.clone();
        let members = members.min(limits::ROUND_MEMBERS_MAX);
        if let Some(place) = members.checked_sub(1) {
            counts.resize(counts.len().max(members), 0);
            counts[place] = counts[place].saturating_add(1);
        }
        Self(counts)
    }

    /// Of successive records, by how many each was upheld in the one after it, and the last one by who `holds_last`; only contributors
    /// that count.
    pub fn of<'a>(
        records: impl Iterator<Item = &'a RoundRecord>,
        holds_last: impl Fn(PeerId) -> bool,
        counts: impl Fn(PeerId) -> bool,
    ) -> Self {
        let (mut upheld, mut last) = (Self::default(), None::<&RoundRecord>);
        for record in records {
            if let Some(before) = last.replace(record) {
                let holds = |peer| record.decision.upholds_parent(peer);
                upheld = upheld.with(before.upheld_among(&counts, holds));
            }
        }
        upheld.with(last.map_or(0, |last| last.upheld_among(counts, holds_last)))
    }

    /// What has come since another of the same chain.
    pub fn since(&self, earlier: &Self) -> Self {
        let before = earlier.0.iter().copied().chain(core::iter::repeat(0));
        let mut counts: Vec<u32> =
            self.0.iter().zip(before).map(|(now, before)| now.saturating_sub(before)).collect();
        while counts.last() == Some(&0) {
            counts.pop();
        }
        Self(counts)
    }

    /// By how many members a record was upheld at most; 0 if none was.
    pub fn largest(&self) -> usize {
        self.0.len()
    }

    /// How many records were upheld.
    pub fn records(&self) -> u64 {
        self.0.iter().copied().map(u64::from).sum()
    }

    pub(super) fn validate(&self) -> Result<(), DecodeError> {
        let is_possible = self.0.len() <= limits::ROUND_MEMBERS_MAX && self.0.last() != Some(&0);
        let problem = || format!("records upheld by {} members", self.0.len());
        let invalid = || DecodeError::Invalid { what: "record", problem: problem() };
        is_possible.then_some(()).ok_or_else(invalid)
    }
}

impl Ord for Upheld {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_length = self.0.len().cmp(&other.0.len());
        by_length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Upheld {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upheld(by: &[usize]) -> Upheld {
        by.iter().fold(Upheld::default(), |upheld, members| upheld.with(*members))
    }

    #[test]
    fn one_record_by_more_counts_for_more_than_any_number_by_fewer() {
        assert!(upheld(&[3]) > upheld(&[2; 100]));
        assert!(upheld(&[3, 1]) > upheld(&[3]));
        assert!(upheld(&[3, 3]) > upheld(&[3, 2, 2, 2]));
        assert!(upheld(&[1]) > upheld(&[]));
        assert_eq!(upheld(&[2, 3, 0]), upheld(&[3, 2]));
    }

    #[test]
    fn what_two_chains_share_has_no_part_in_it() {
        let (shared, one, other) = ([5, 5, 1, 7], [2, 3], [3, 1, 1, 1]);
        let after = |rest: &[usize]| upheld(&[&shared[..], rest].concat());
        assert_eq!(upheld(&one).cmp(&upheld(&other)), after(&one).cmp(&after(&other)));
        assert_eq!(after(&one).since(&upheld(&shared)), upheld(&one));
        assert_eq!(after(&[]).since(&upheld(&shared)), Upheld::default());
    }

    #[test]
    fn no_more_members_are_counted_than_a_round_has() {
        assert_eq!(upheld(&[usize::MAX]).largest(), limits::ROUND_MEMBERS_MAX);
        assert!(upheld(&[usize::MAX]).validate().is_ok());
        assert!(Upheld(vec![1, 0]).validate().is_err(), "another encoding of the same");
        assert!(Upheld(vec![1; limits::ROUND_MEMBERS_MAX + 1]).validate().is_err());
    }
}
