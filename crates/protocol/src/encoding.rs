//! The binary encoding: postcard, length-checked, with no bytes left over.

use postcard::ser_flavors::Flavor;
use serde::{Serialize, de::DeserializeOwned};

/// A byte string is not the message it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Longer than anything of its kind may be.
    #[error("{size_bytes} bytes are more than the {limit_bytes} that a {what} may have")]
    TooLarge {
        /// What was being read.
        what: &'static str,
        /// How long it is.
        size_bytes: usize,
        /// How long it may be.
        limit_bytes: usize,
    },
    /// Not the encoding of any such message.
    #[error("not a {what} ({size_bytes} bytes)")]
    Malformed {
        /// What was being read.
        what: &'static str,
        /// How long it is.
        size_bytes: usize,
    },
    /// A well-formed message with a value that is not allowed.
    #[error("a {what} with an impossible value: {problem}")]
    Invalid {
        /// What was being read.
        what: &'static str,
        /// What is wrong, with the value.
        problem: String,
    },
    /// From a peer that speaks another version.
    #[error(
        "version {theirs} of the protocol, where this peer speaks {}: reload the page on both devices",
        crate::VERSION
    )]
    Version {
        /// The other side's version.
        theirs: u16,
    },
}

/// What an encoding has room for before it grows: most messages, which would grow byte by byte six times otherwise.
const ENCODED_BYTES: usize = 256;

/// An encoding on its way.
struct Encoded(Vec<u8>);

impl Flavor for Encoded {
    type Output = Vec<u8>;

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

/// Encodes `value`; infallible for the types of this project, which hold nothing that postcard refuses.
///
/// # Panics
/// If a type has no encoding: a sequence of unknown length, which no type here has.
pub fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let bytes = Encoded(Vec::with_capacity(ENCODED_BYTES));
    postcard::serialize_with_flavor(value, bytes).expect("every type here has an encoding")
}

/// Decodes all of `bytes`, refusing more than `limit_bytes` before reading any of it.
///
/// # Errors
/// [`DecodeError`] for anything else than one whole value.
pub fn decode<T: DeserializeOwned>(
    what: &'static str,
    bytes: &[u8],
    limit_bytes: usize,
) -> Result<T, DecodeError> {
    let size_bytes = bytes.len();
    if size_bytes > limit_bytes {
        return Err(DecodeError::TooLarge { what, size_bytes, limit_bytes });
    }
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        _ => Err(DecodeError::Malformed { what, size_bytes }),
    }
}
