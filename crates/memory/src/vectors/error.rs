//! Why a vector, or a question, is refused.

use super::{DIMENSIONS_MAX, DIMENSIONS_MIN, DIMENSIONS_STEP, HITS_MAX, VECTORS_MAX};

/// Why a vector, or a question, is refused. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VectorError {
    /// An index is made for lengths that its lanes divide.
    #[error(
        "vectors of {0} numbers: take a multiple of {DIMENSIONS_STEP} from {DIMENSIONS_MIN} to {DIMENSIONS_MAX}"
    )]
    Dimensions(usize),
    /// All vectors of an index are as long.
    #[error(
        "a vector has {found} numbers where the index has {expected}: embed it by the same model"
    )]
    Length {
        /// The index's.
        expected: usize,
        /// The vector's.
        found: usize,
    },
    /// It points nowhere: all numbers are 0, or so small or large that its length is no number.
    #[error("a vector without a direction: its length must be a finite number above 0")]
    NoDirection,
    /// See [`VECTORS_MAX`].
    #[error("an index is full with {VECTORS_MAX} vectors: remove some first")]
    Full,
    /// See [`HITS_MAX`].
    #[error("{0} hits were asked for: ask for 1 to {HITS_MAX}")]
    Hits(usize),
}
