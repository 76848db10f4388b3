//! A segment computed once more, group by group.

use crate::{
    groups::{self, Groups, InvalidState},
    limits,
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
        let Report { statement, leaves } = self.report;
        let state = Groups::read(state, statement.digests.before)?;
        for (group, encoding) in state.encodings().iter().enumerate() {
            let slice = groups::read(encoding)?;
            let indexes = indexes_of(&slice);
            let mut wrong = None;
            let after = execute(slice, self.operations, |place, events| {
                if wrong.is_none() && !wire::says(&self.fired[place], events, &indexes) {
                    wrong = Some(place);
                }
            })?;
            let evidence = match wrong {
                Some(place) => {
                    let outputs: Vec<Hash> =
                        self.fired.iter().map(|fired| transcript::output_leaf(fired)).collect();
                    let path = merkle::path(&outputs, place);
                    Evidence::Output { place: place as u32, fired: self.fired[place].clone(), path }
                }
                None if leaves[group] != after => {
                    Evidence::State { leaf: leaves[group], path: merkle::path(leaves, group) }
                }
                None => continue,
            };
            let work = WrongWork {
                statement: statement.clone(),
                group: group as u32,
                state: encoding.clone(),
                path: merkle::path(state.leaves(), group),
                operations: self.operations.to_vec(),
                evidence,
            };
            return Ok(Verdict::Wrong(Box::new(FraudProof::Work(work))));
        }
        Ok(Verdict::Right)
    }
}

/// Which nodes of the layer a group has.
pub(crate) fn indexes_of(group: &Slice) -> Vec<u32> {
    group.ids().map(|id| id.index).collect()
}

/// What a group does in a segment; `notice` gets the events of each firing. Gives the leaf of its state afterwards.
///
/// What is computed is bounded by a segment's limits and a group's. A state that could not be read back is an error: where a
/// number is none, machines need not agree on its bits.
pub(crate) fn execute(
    mut group: Slice,
    operations: &[Operation],
    mut notice: impl FnMut(usize, &Events),
) -> Result<Hash, InvalidAudit> {
    let (mut rows, mut bytes, mut place) = (0, 0, 0);
    for operation in operations {
        let done = operation.perform(&mut group)?;
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
    let after = group.encode_bare();
    groups::read(&after)?;
    Ok(groups::leaf(&after))
}
