//! What files of this crate begin with: four letters, and the protocol's version in two bytes, little-endian.

use crate::{InvalidTranscript, TRANSCRIPT_BYTES_MAX};
use serde::{Serialize, de::DeserializeOwned};

/// A file's bytes: the rest is as postcard writes it.
pub(crate) fn seal<T: Serialize>(magic: &[u8; 4], content: &T) -> Vec<u8> {
    let mut bytes = [&magic[..], &protocol::VERSION.to_le_bytes()].concat();
    bytes.extend(postcard::to_allocvec(content).expect("it has an encoding"));
    bytes
}

/// Reads what [`seal`] has written; the size is checked before anything is read.
pub(crate) fn open<T: DeserializeOwned>(
    magic: &[u8; 4],
    bytes: &[u8],
) -> Result<T, InvalidTranscript> {
    let size_bytes = bytes.len();
    if size_bytes > TRANSCRIPT_BYTES_MAX {
        return Err(InvalidTranscript::TooLarge { size_bytes });
    }
    let rest = bytes.strip_prefix(magic).and_then(|rest| rest.split_first_chunk());
    let (version, rest) = rest.ok_or(InvalidTranscript::Unknown { size_bytes })?;
    let (theirs, ours) = (u16::from_le_bytes(*version), protocol::VERSION);
    if theirs != ours {
        return Err(InvalidTranscript::Version { theirs, ours });
    }
    match postcard::take_from_bytes(rest) {
        Ok((content, [])) => Ok(content),
        _ => Err(InvalidTranscript::Malformed),
    }
}
