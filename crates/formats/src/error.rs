//! What is wrong with a file or a wish, and what helps.

use crate::tensors::{ENTRIES_MAX, HEADER_BYTES_MAX};
use protocol::{cluster::InvalidSpec, limits};

/// A file that cannot become a network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Something else altogether.
    #[error(
        "{size_bytes} bytes that do not begin like a safetensors file: download the model as safetensors, or save it \
         with `safetensors.torch.save_file`"
    )]
    Unknown {
        /// How long it is.
        size_bytes: usize,
    },
    /// A header that takes more memory than it is worth.
    #[error(
        "a header of {header_bytes} bytes, where at most {HEADER_BYTES_MAX} are read: shorten the metadata"
    )]
    HeaderTooLong {
        /// As the file says.
        header_bytes: u64,
    },
    /// The file ends before its header does.
    #[error(
        "a header of {header_bytes} bytes in a file of {size_bytes}: the file is cut short, fetch it again"
    )]
    CutShort {
        /// As the file says.
        header_bytes: u64,
        /// How long it is.
        size_bytes: usize,
    },
    /// A header that is no list of at most 4,096 tensors.
    #[error("a header that is no list of at most {ENTRIES_MAX} tensors ({0}): save the file again")]
    Header(String),
    /// Bytes behind the last tensor.
    #[error("{bytes} bytes that belong to no tensor: the file is damaged, fetch it again")]
    LeftOver {
        /// How many.
        bytes: usize,
    },
    /// A tensor that cannot be used.
    #[error("the tensor `{name}` {problem}")]
    Tensor {
        /// Its name; the beginning of a long one.
        name: String,
        /// What is wrong with it.
        problem: TensorProblem,
    },
    /// A tensor that is no part of a network.
    #[error("the tensor `{name}` has no place in {whole}: {advice}")]
    Unexpected {
        /// Its name; the beginning of a long one.
        name: String,
        /// What was read.
        whole: &'static str,
        /// What helps.
        advice: &'static str,
    },
    /// A text that our files have, and this one has not, or another one.
    #[error("the metadata `{name}` {problem}: download the model again")]
    Metadata {
        /// Which.
        name: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// Numbers that have changed since they were written.
    #[error(
        "the {what} has the hash {found}, where the file says {expected}: it was changed or damaged, fetch it again"
    )]
    Hash {
        /// The model, or its learning state.
        what: &'static str,
        /// Of what was read.
        found: String,
        /// As the file says.
        expected: String,
    },
    /// Sizes that no network can have.
    #[error(transparent)]
    Spec(#[from] InvalidSpec),
    /// No hidden layer, or more than there can be.
    #[error(
        "{count} dense layers: one hidden layer and the last one are needed at least, and {} hidden ones are possible",
        limits::NETWORK_LAYERS_MAX
    )]
    Layers {
        /// How many.
        count: usize,
    },
    /// Layers that do not fit each other.
    #[error(
        "`{below}` gives {gives} values and `{above}` takes {takes}: name the tensors so that their natural order is that \
         of the layers, as in layers.0.weight, layers.1.weight"
    )]
    Chain {
        /// The lower layer, as the file calls it.
        below: String,
        /// How many values it gives.
        gives: usize,
        /// The next layer in natural order.
        above: String,
        /// How many values it takes.
        takes: usize,
    },
}

/// What is wrong with one tensor.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TensorProblem {
    /// Numbers of another type than are read.
    #[error(
        "has numbers of type {0}, which is not read here: our own files have F32, others F16, BF16, F32 or F64; convert it"
    )]
    Dtype(String),
    /// A place that the file does not have.
    #[error(
        "lies at bytes {begin} to {end} of {data_bytes}: the file is cut short, fetch it again"
    )]
    Beyond {
        /// First byte.
        begin: usize,
        /// Byte behind the last.
        end: usize,
        /// Bytes that all tensors have.
        data_bytes: usize,
    },
    /// A gap before it, or another tensor in its place.
    #[error(
        "begins at byte {begin}, where byte {next} is next: tensors must lie end to end, save the file again"
    )]
    NotNext {
        /// Where it begins.
        begin: usize,
        /// Where the one before ends.
        next: usize,
    },
    /// More or fewer bytes than its shape has.
    #[error("has {bytes} bytes, which the shape {shape:?} does not take: save the file again")]
    Size {
        /// Its shape.
        shape: Vec<usize>,
        /// Its bytes.
        bytes: usize,
    },
    /// Another shape than the network's description says.
    #[error("has the shape {given:?}, where {wanted:?} is needed")]
    Shape {
        /// Its shape.
        given: Vec<usize>,
        /// What it should be.
        wanted: Vec<usize>,
    },
    /// A matrix was needed.
    #[error(
        "has the shape {0:?}, where a dense layer has a matrix: only plain dense networks are read"
    )]
    NoMatrix(Vec<usize>),
    /// It should be there.
    #[error("is missing: save the whole network")]
    Missing,
    /// A number that no training leads to.
    #[error(
        "holds {value} at place {place}: a number from -{magnitude_max:e} to {magnitude_max:e} is needed"
    )]
    Number {
        /// Which, from 0.
        place: usize,
        /// What it is.
        value: f32,
        /// The largest magnitude.
        magnitude_max: f32,
    },
}

/// A model that cannot be written.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// A preparation that is too long.
    #[error(
        "a preparation of {size_bytes} bytes, where a file holds {}",
        crate::PREPARATION_BYTES_MAX
    )]
    PreparationTooLong {
        /// How long it is.
        size_bytes: usize,
    },
    /// A preparation that is no JSON.
    #[error("a preparation that is no JSON: {0}")]
    Preparation(String),
    /// Traces that take too much as constant matrices.
    #[error(
        "a graph with {numbers} numbers for its traces, where {most} are possible: use fewer frames or traces, or export the \
         model as safetensors"
    )]
    Temporal {
        /// How many it would take.
        numbers: u64,
        /// How many a file may have.
        most: u64,
    },
    /// The learning state of another network.
    #[error(
        "a learning state of {given} numbers, where that of this model has {expected}: give the model's own"
    )]
    Learning {
        /// Numbers of the state.
        given: usize,
        /// Numbers of the state that belongs to the model.
        expected: usize,
    },
    /// Texts that make the header too long.
    #[error(
        "a header of {header_bytes} bytes, where {HEADER_BYTES_MAX} are possible: shorten the preparation"
    )]
    Header {
        /// How long it would be.
        header_bytes: usize,
    },
}

impl TensorProblem {
    pub(crate) fn of(self, name: &str) -> ImportError {
        ImportError::Tensor { name: shortened(name), problem: self }
    }

    pub(crate) fn dtype(name: &str) -> Self {
        Self::Dtype(shortened(name))
    }
}

/// As much of a stranger's name as a message has room for.
pub(crate) fn shortened(name: &str) -> String {
    const CHARS_MAX: usize = 60;
    let mut shortened: String = name.chars().take(CHARS_MAX).collect();
    if name.chars().nth(CHARS_MAX).is_some() {
        shortened.push('…');
    }
    shortened
}
