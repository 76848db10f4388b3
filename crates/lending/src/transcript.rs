//! What has come of a loan so far, hashed as it goes; both sides keep the same.

use crate::{
    hash::{self, Running},
    limits,
    operation::{Operation, Size},
    statement::Digests,
};
use ledger::merkle::Peaks;
use units::Hash;

/// One segment as it grows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segment {
    pub number: u32,
    pub operations: Vec<Operation>,
    sizes: Vec<Size>,
    inputs: Running,
    outputs: Peaks,
    total: Size,
    lessons: u32,
    /// Events that were sent in it; those that are gathered again are not.
    events: u64,
}

impl Segment {
    /// One operation more. Gives whether the segment is over with it.
    pub(crate) fn push(&mut self, operation: Operation, size: Size) -> bool {
        operation.add_to(&mut self.inputs);
        match operation {
            Operation::Fire { .. } => self.events += size.events as u64,
            Operation::Teach { .. } => self.lessons += 1,
            Operation::Again { .. } => {}
        }
        self.total.rows += size.rows;
        self.total.bytes += size.bytes;
        self.operations.push(operation);
        self.sizes.push(size);
        self.lessons >= limits::SEGMENT_LESSONS
            || self.total.rows >= limits::SEGMENT_ROWS
            || self.total.bytes >= limits::SEGMENT_BYTES
            || self.operations.len() >= limits::SEGMENT_OPERATIONS
    }

    /// Lets go of the bytes of what is over by the newest operation, a lesson: nobody will ask this side for them.
    pub(crate) fn forget_taught(&mut self) {
        let Some((Operation::Teach { batch, errors, .. }, others)) =
            self.operations.split_last_mut()
        else {
            return;
        };
        errors.clear();
        errors.shrink_to_fit();
        for other in others.iter_mut().rev() {
            if let Operation::Fire { batch: fired, below } = other
                && fired == batch
            {
                *below = Vec::new();
                return;
            }
        }
    }

    /// What the nodes gave on the next [`Operation::Fire`].
    pub(crate) fn push_output(&mut self, fired: &[u8]) {
        self.outputs.push(output_leaf(fired));
    }

    /// What is signed of it.
    pub(crate) fn digests(&self, before: Hash, after: Hash) -> Digests {
        let (inputs, outputs) = (self.inputs.hash(), self.outputs.root());
        let fired = self.outputs.count() as u32;
        Digests { segment: self.number, before, inputs, outputs, fired, after }
    }

    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    /// The next segment, which begins with the newest batches that no lesson has come for, and how large each is.
    pub(crate) fn next(&self) -> (Self, Vec<(Operation, Size)>) {
        let mut carried: Vec<(Operation, Size)> = Vec::new();
        let mut total = Size::default();
        for (place, operation) in self.operations.iter().enumerate().rev() {
            // What has waited for a whole segment is given up.
            let Operation::Fire { batch, below } = operation else { continue };
            let size = self.sizes[place];
            let about_it = |other: &&Operation| other.batch() == *batch;
            if self.operations[place + 1..].iter().any(|other| about_it(&other)) {
                continue;
            }
            let (rows, bytes) = (total.rows + size.rows, total.bytes + size.bytes);
            if carried.len() >= limits::CARRIED_BATCHES_MAX
                || rows > limits::SEGMENT_ROWS / limits::PARTS_OF_CARRIED
                || bytes > limits::SEGMENT_BYTES / limits::PARTS_OF_CARRIED
            {
                break;
            }
            total = Size { rows, bytes, ..total };
            carried.push((Operation::Again { batch: *batch, below: below.clone() }, size));
        }
        carried.reverse();
        (Self { number: self.number.saturating_add(1), ..Self::default() }, carried)
    }
}

/// An output's place in the Merkle tree of a segment's outputs.
pub(crate) fn output_leaf(fired: &[u8]) -> Hash {
    hash::of(fired)
}

/// The hash over a segment's inputs.
pub(crate) fn inputs_hash(operations: &[Operation]) -> Hash {
    let mut inputs = Running::default();
    operations.iter().for_each(|operation| operation.add_to(&mut inputs));
    inputs.hash()
}

/// The hash over all segments up to one, from that up to the one before.
pub(crate) fn extend(before: Hash, digests: &Digests) -> Hash {
    Hash::of_parts(&[before.as_bytes(), &protocol::encoding::encode(digests)])
}
