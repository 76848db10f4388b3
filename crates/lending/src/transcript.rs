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
    outputs: Outputs,
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
        self.outputs.push(fired);
    }

    /// What is signed of it.
    pub(crate) fn digests(&self, before: Hash, after: Hash) -> Digests {
        let (inputs, all) = (self.inputs.hash(), self.outputs.all());
        let (outputs, portions) = (all.root(), all.count() as u32);
        Digests { segment: self.number, before, inputs, outputs, portions, after }
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

/// What the nodes gave in a segment, in portions that are hashed at once and shown at once: leaves of a Merkle tree.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outputs {
    whole: Peaks,
    waiting: Vec<u8>,
    count: u32,
}

/// A portion is full with the output with which it has so many bytes: enough for a processor's vectors, few to show.
const PORTION_BYTES: usize = 16 * 1024;

impl Outputs {
    /// One more. Gives the portion, if it is full with it.
    pub(crate) fn push(&mut self, fired: &[u8]) -> Option<Vec<u8>> {
        if self.waiting.is_empty() {
            self.waiting.extend_from_slice(&self.count.to_le_bytes());
        }
        // No output is longer than a batch.
        self.waiting.extend_from_slice(&(fired.len() as u32).to_le_bytes());
        self.waiting.extend_from_slice(fired);
        self.count += 1;
        let is_full = self.waiting.len() >= PORTION_BYTES;
        is_full.then(|| {
            self.whole.push(hash::of(&self.waiting));
            core::mem::take(&mut self.waiting)
        })
    }

    /// All portions, the one that is not full as well.
    fn all(&self) -> Peaks {
        let mut all = self.whole.clone();
        if !self.waiting.is_empty() {
            all.push(hash::of(&self.waiting));
        }
        all
    }
}

/// All portions of a segment's outputs.
pub(crate) fn portions(fired: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut outputs = Outputs::default();
    let mut portions: Vec<_> = fired.iter().filter_map(|it| outputs.push(it)).collect();
    if !outputs.waiting.is_empty() {
        portions.push(outputs.waiting);
    }
    portions
}

/// The outputs of a portion, and which the first of them is; `None` for bytes that are no portion.
pub(crate) fn read_portion(bytes: &[u8]) -> Option<(usize, Vec<&[u8]>)> {
    let (first, mut rest) = bytes.split_first_chunk()?;
    let mut fired = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (output, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        fired.push(output);
        rest = after;
    }
    rest.is_empty().then_some((u32::from_le_bytes(*first) as usize, fired))
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
