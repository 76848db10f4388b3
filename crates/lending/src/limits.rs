//! How long a segment is, and how large what others make a device keep, read or compute.

use protocol::limits;

/// Lessons of a segment. At its end the whole state is written down and hashed, which takes as long as some four lessons of 32
/// rows; and a proof has to show all that came within the segment. Longer ones would make proofs larger, shorter ones work dearer.
pub const SEGMENT_LESSONS: u32 = 160;

/// A segment that has come so far in something other than lessons ends as well, so that work which is never taught from ends in a
/// statement, too. No batch has more rows, so that no segment has more than twice as many.
pub const SEGMENT_ROWS: usize = 32 * SEGMENT_LESSONS as usize;

/// As [`SEGMENT_ROWS`], in bytes of inputs: 160 lessons of 32 digits, and as much as a dispute has room for.
pub const SEGMENT_BYTES: usize = 1_400 * 1024;

/// As [`SEGMENT_ROWS`], in operations.
pub const SEGMENT_OPERATIONS: usize = 1_024;

/// Batches without a lesson at the end of a segment that the next one begins with: as many as an owner has on their way. Older
/// ones are given up.
pub const CARRIED_BATCHES_MAX: usize = 32;

/// What the next segment begins with is at most one part in so many of a segment.
pub const PARTS_OF_CARRIED: usize = 4;

/// Nodes of a group, the unit of proofs: enough for a processor's vectors, few enough that the state of 784 inputs is 77 kB.
pub const GROUP_NODES: usize = 8;

/// Nodes of a slice whose work is checked. A slice of this size forgets no batch of a segment for want of memory, and so does
/// the same as each of its groups.
pub const NODES_MAX: usize = 512;

/// Numbers that a node gathers from: bounds the size of a group.
pub const INPUTS_MAX: u32 = 4_096;

/// Classes of the readout: bounds the size of a group.
pub const CLASSES_MAX: u32 = 256;

/// The encoding of a group: twelve bytes a parameter, and what describes it.
pub const GROUP_BYTES_MAX: usize =
    12 * (GROUP_NODES * (INPUTS_MAX + 2 + CLASSES_MAX) as usize + CLASSES_MAX as usize) + 256;

/// One batch of events or errors, as it travels.
pub const BATCH_BYTES_MAX: usize = limits::ACTIVATION_BYTES_MAX;

/// A proof of fraud: a group, a segment's inputs, some of its outputs, and what names them. This bounds the work of checking one as
/// well: an event takes more than one byte, and passes eight nodes once forwards and once in a lesson.
pub const PROOF_BYTES_MAX: usize =
    GROUP_BYTES_MAX + SEGMENT_BYTES + 2 * BATCH_BYTES_MAX + 24 * SEGMENT_OPERATIONS + 32 * 1024;

/// A letter between lender and borrower that shows no state: a report, with a hash for each group.
pub const LETTER_BYTES_MAX: usize = limits::LETTER_BYTES_MAX;

const _: () = assert!(32 * NODES_MAX / GROUP_NODES + 1_024 <= LETTER_BYTES_MAX);

/// The one that does: a whole state.
pub const STATE_BYTES_MAX: usize = limits::BULK_VALUE_BYTES_MAX - 64;

/// Newest segments of which both sides keep what an audit needs.
pub const SEGMENTS_KEPT: usize = 4;

const _: () = assert!(SEGMENT_ROWS >= limits::BATCH_ROWS_MAX as usize);

// All that a segment may have waiting for a lesson, as numbers: three a row and node, and two an event, which takes nine bits or
// more.
const _: () = assert!(
    3 * (SEGMENT_ROWS + limits::BATCH_ROWS_MAX as usize) * NODES_MAX
        + 2 * (8 * (SEGMENT_BYTES + BATCH_BYTES_MAX) / 9)
        <= neural::nodes::KEPT_NUMBERS_MAX
);

// A dispute has to fit a block.
const _: () = assert!(PROOF_BYTES_MAX + 1_024 <= ledger::DISPUTE_BYTES_MAX);
