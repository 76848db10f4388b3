//! What a borrower has lent nodes do.

use crate::{hash::Running, limits};
use neural::{
    Events, Plan,
    nodes::{Slice, SliceError, Target, wire},
};
use serde::{Deserialize, Serialize};

/// One thing that nodes are told to do; in a segment's list in the order in which they did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Operation {
    /// Fire on a batch.
    Fire {
        /// Its number.
        batch: u64,
        /// Events of the layer below, as [`wire::encode`] writes them.
        #[serde(with = "serde_bytes")]
        below: Vec<u8>,
    },
    /// Gather a batch of an earlier segment once more, and say nothing: so what a segment does follows from the state at its
    /// beginning alone. Segments begin with these; nobody sends them.
    Again {
        /// Its number.
        batch: u64,
        /// As before.
        #[serde(with = "serde_bytes")]
        below: Vec<u8>,
    },
    /// Learn from what the readout got wrong on a batch; nothing, if the nodes do not remember it.
    Teach {
        /// Its number.
        batch: u64,
        /// The step size, 0 to 1.
        rate: f32,
        /// The errors, as [`wire::encode_errors`] writes them.
        #[serde(with = "serde_bytes")]
        errors: Vec<u8>,
    },
}

/// What no lent nodes do; they are then as they were, and it is no part of any segment.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidOperation {
    /// A batch that no segment has room for.
    #[error("a batch of {size_bytes} bytes: {max} are possible, send fewer rows", max = limits::BATCH_BYTES_MAX)]
    Bytes {
        /// How long it is.
        size_bytes: usize,
    },
    /// Bytes that are no events of the layer below, or no errors.
    #[error("batch {batch} comes as bytes that nobody writes")]
    Damaged {
        /// Which.
        batch: u64,
    },
    /// A step size that teaches nothing, or destroys.
    #[error("a step size of {rate}: 0 to 1 are possible")]
    Rate {
        /// As given.
        rate: f32,
    },
    /// What the nodes cannot take.
    #[error(transparent)]
    Slice(#[from] SliceError),
}

/// What came of an operation.
#[derive(Debug)]
pub(crate) struct Performed {
    pub size: Size,
    /// Of [`Operation::Fire`].
    pub fired: Option<Events>,
}

/// How much of a segment something takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub rows: usize,
    pub events: usize,
    pub bytes: usize,
}

impl Operation {
    /// Adds it to the hash over a segment's inputs.
    pub(crate) fn add_to(&self, inputs: &mut Running) {
        let (kind, batch, rate, bytes) = match self {
            Self::Fire { batch, below } => (0, batch, 0.0, below),
            Self::Again { batch, below } => (1, batch, 0.0, below),
            Self::Teach { batch, rate, errors } => (2, batch, *rate, errors),
        };
        let mut head = [0; 17];
        head[0] = kind;
        head[1..9].copy_from_slice(&batch.to_le_bytes());
        head[9..13].copy_from_slice(&rate.to_le_bytes());
        // No batch of more bytes is performed.
        head[13..].copy_from_slice(&(bytes.len() as u32).to_le_bytes());
        inputs.push(&head);
        inputs.push(bytes);
    }

    /// Bytes of its events or errors.
    pub fn size_bytes(&self) -> usize {
        match self {
            Self::Fire { below, .. } | Self::Again { below, .. } => below.len(),
            Self::Teach { errors, .. } => errors.len(),
        }
    }

    /// Which batch it is about.
    pub fn batch(&self) -> u64 {
        let (Self::Fire { batch, .. } | Self::Again { batch, .. } | Self::Teach { batch, .. }) =
            self;
        *batch
    }

    /// Has the nodes do it.
    pub(crate) fn perform(&self, slice: &mut Slice) -> Result<Performed, InvalidOperation> {
        let bytes = self.size_bytes();
        if bytes > limits::BATCH_BYTES_MAX {
            return Err(InvalidOperation::Bytes { size_bytes: bytes });
        }
        let damaged = InvalidOperation::Damaged { batch: self.batch() };
        let size = Size { bytes, ..Size::default() };
        match self {
            Self::Fire { batch, below } | Self::Again { batch, below } => {
                let below = wire::decode(below, slice.inputs()).map_err(|_| damaged)?;
                let size = Size { rows: below.samples(), events: below.count(), ..size };
                let fired = slice.forward(*batch, &below)?;
                let fired = matches!(self, Self::Fire { .. }).then_some(fired);
                Ok(Performed { size, fired })
            }
            Self::Teach { batch, rate, errors } => {
                if !(0.0..=1.0).contains(rate) {
                    return Err(InvalidOperation::Rate { rate: *rate });
                }
                let errors = wire::decode_errors(errors).map_err(|_| damaged)?;
                let plan = Plan { learning_rate: *rate, ..Plan::default() };
                match slice.teach(*batch, Target::Errors(&errors), &plan, 0) {
                    Ok(()) | Err(SliceError::Stale { .. }) => Ok(Performed { size, fired: None }),
                    Err(error) => Err(error.into()),
                }
            }
        }
    }
}
