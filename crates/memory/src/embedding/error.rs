//! What can be wrong with a file of a model of texts.

/// Why a file is not used. Fetch it again, or make it again with `cargo xtask embedding`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EmbeddingError {
    /// It begins with other bytes than such files do.
    #[error("this is no file of a model of texts")]
    OtherFile,
    /// It was made by another version of the project.
    #[error(
        "the file has version {0}, and only version 1 is known: update the application or make the file again"
    )]
    OtherVersion(u16),
    /// It is not what was written.
    #[error("the file's hash is not what its header says: fetch it again")]
    Damaged,
    /// It ends in the middle.
    #[error("the file ends too early: fetch it again")]
    TooShort,
    /// Something is behind its end.
    #[error("{0} bytes are behind the end of the file")]
    TooLong(usize),
    /// A size is beyond its limit.
    #[error("the file has {count} {what}, and {least} to {most} are allowed")]
    OutOfBounds {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// The fewest.
        least: usize,
        /// The most.
        most: usize,
    },
    /// Ranges of characters that are out of order, or characters that do not exist.
    #[error("the classes of characters are damaged at {0:#x}")]
    Characters(u32),
    /// Pieces of words that are not texts, or appear twice.
    #[error("the vocabulary is damaged: {0}")]
    Vocabulary(String),
    /// A tensor of the model that is missing or of another shape.
    #[error("the model's `{0}` is missing, or has another shape or type than all-MiniLM-L6-v2's")]
    Tensor(String),
    /// A header that is no safetensors header.
    #[error("the model's file is no safetensors file: {0}")]
    Safetensors(String),
}

/// Checks a size.
pub(super) fn within(
    what: &'static str,
    count: usize,
    least: usize,
    most: usize,
) -> Result<(), EmbeddingError> {
    if (least..=most).contains(&count) {
        return Ok(());
    }
    Err(EmbeddingError::OutOfBounds { what, count, least, most })
}
