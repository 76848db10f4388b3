//! Why a chore could not be done.

use std::fmt;

/// A sentence for the person who ran the chore: what happened, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
}

impl Failure {
    /// Wraps the sentence.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into() }
    }

    /// For input and output on a path: names the path and the system's reason.
    pub(crate) fn io(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(format!("{doing} {} failed: {error}.", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}
