//! A segment computed once more, group by group.

use crate::{
    groups::{self, Groups, InvalidState},
    hash, limits,
    operation::{InvalidOperation, Operation},
    proof::{Evidence, FraudProof, WrongWork},
    statement::Report,
    transcript,
};
use ledger::merkle;
use neural::{
    Events,
    nodes::{Slice, wire},
};
use units::Hash;

/// What an audit is of.
#[derive(Debug)]
pub struct Audit<'a> {
    /// What the lender has stated.
    pub report: &'a Report,
    /// What the nodes were told.
    pub operations: &'a [Operation],
    /// What they gave on each [`Operation::Fire`].
    pub fired: &'a [Vec<u8>],
}

/// What an audit has found.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// All is as the lender has signed it.
    Right,
    /// It is not, and this shows it.
    Wrong(Box<FraudProof>),
}

/// Why a segment cannot be checked. It is nobody's proof, and reason enough to borrow elsewhere.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidAudit {
    /// Not stated, or no longer kept.
    #[error("segment {segment} is not among those that can be checked")]
    Unknown {
        /// Which.
        segment: u32,
    },
    /// Not the state that the lender has signed.
    #[error(transparent)]
    State(#[from] InvalidState),
    /// Not what the nodes can do.
    #[error(transparent)]
    Operation(#[from] InvalidOperation),
    /// More than a segment has.
    #[error("more rows, bytes or operations than a segment has")]
    TooLong,
}

impl Audit<'_> {
    /// Computes the segment from the state before it.
    ///
    /// # Errors
    /// [`InvalidAudit`] if that is not the state that was signed, or leads to numbers that no state has.
    pub fn run(&self, state: Vec<Vec<u8>>) -> Result<Verdict, InvalidAudit> {
        let state = Groups::read(state, self.report.statement.digests.before)?;
        let groups = state.encodings().iter().map(|group| groups::read(group));
        let groups = groups.collect::<Result<Vec<_>, _>>()?;
        if self.is_right_as_a_whole(&groups)? {
            return Ok(Verdict::Right);
        }
        for (place, group) in groups.into_iter().enumerate() {
            if let Some(evidence) = self.evidence_against(place, group)? {
                let work = WrongWork {
                    statement: self.report.statement.clone(),
                    group: place as u32,
                    state: state.encodings()[place].clone(),
                    path: merkle::path(state.leaves(), place),
                    operations: self.operations.to_vec(),
                    evidence,
                };
                return Ok(Verdict::Wrong(Box::new(FraudProof::Work(work))));
            }
        }
        Ok(Verdict::Right)
    }

    /// Whether all groups together give what the lender has signed: much faster than one group after the other. What is wrong
    /// shows in one of them.
    fn is_right_as_a_whole(&self, groups: &[Slice]) -> Result<bool, InvalidAudit> {
        let Some(mut whole) = Slice::join(groups) else { return Ok(false) };
        let mut is_right = true;
        execute(&mut whole, self.operations, |place, events| {
            is_right &= self.fired.get(place).is_some_and(|fired| *fired == wire::encode(events));
        })?;
        Ok(is_right && Groups::of(&whole)?.leaves() == self.report.leaves)
    }

    /// What of one group's work is not as the lender has signed it.
    fn evidence_against(
        &self,
        place: usize,
        mut group: Slice,
    ) -> Result<Option<Evidence>, InvalidAudit> {
        let indexes = indexes_of(&group);
        let mut wrong = None;
        execute(&mut group, self.operations, |place, events| {
            if wrong.is_none() && !wire::says(&self.fired[place], events, &indexes) {
                wrong = Some(place);
            }
        })?;
        let leaf = groups::leaf_after(&group)?;
        let leaves = &self.report.leaves;
        Ok(match wrong {
            Some(wrong) => {
                let portions = transcript::portions(self.fired);
                let has_it = |bytes: &Vec<u8>| {
                    let read = transcript::read_portion(bytes);
                    read.is_some_and(|(first, fired)| wrong < first + fired.len())
                };
                let place = portions.iter().position(has_it).expect("every output is in one");
                let leaves: Vec<Hash> = portions.iter().map(|it| hash::of(it)).collect();
                let path = merkle::path(&leaves, place);
                let portion = portions[place].clone();
                Some(Evidence::Output { place: place as u32, portion, path })
            }
            None if leaves[place] == leaf => None,
            None => {
                Some(Evidence::State { leaf: leaves[place], path: merkle::path(leaves, place) })
            }
        })
    }
}

/// Which nodes of the layer a group has.
pub(crate) fn indexes_of(group: &Slice) -> Vec<u32> {
    group.ids().map(|id| id.index).collect()
}

/// Has nodes do all of a segment; `notice` gets the events of each firing. What is computed is bounded by a segment's limits.
pub(crate) fn execute(
    nodes: &mut Slice,
    operations: &[Operation],
    mut notice: impl FnMut(usize, &Events),
) -> Result<(), InvalidAudit> {
    let (mut rows, mut bytes, mut place) = (0, 0, 0);
    for operation in operations {
        let done = operation.perform(nodes)?;
        rows += done.size.rows;
        bytes += done.size.bytes;
        if rows > 2 * limits::SEGMENT_ROWS
            || bytes > limits::SEGMENT_BYTES + limits::BATCH_BYTES_MAX
        {
            return Err(InvalidAudit::TooLong);
        }
        if let Some(events) = done.fired {
            notice(place, &events);
            place += 1;
        }
    }
    Ok(())
}
