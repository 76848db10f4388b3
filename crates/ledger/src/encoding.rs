//! Reading bytes that have one meaning, of which no others have the same.

use protocol::{DecodeError, encoding};
use serde::{Serialize, de::DeserializeOwned};

/// Decodes all of `bytes`, refusing more than `limit_bytes` before reading any of it, and what would be written otherwise: postcard
/// reads numbers with zeros before them, so that one transaction could have many encodings.
///
/// # Errors
/// [`DecodeError`] for anything else than the encoding of one value.
pub(crate) fn decode<T: Serialize + DeserializeOwned>(
    what: &'static str,
    bytes: &[u8],
    limit_bytes: usize,
) -> Result<T, DecodeError> {
    let value = encoding::decode(what, bytes, limit_bytes)?;
    let size_bytes = bytes.len();
    let is_canonical = encoding::encode(&value) == bytes;
    is_canonical.then_some(value).ok_or(DecodeError::Malformed { what, size_bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_with_zeros_before_it_is_no_encoding() {
        assert_eq!(decode::<u64>("number", &[5], 9), Ok(5));
        let (what, size_bytes) = ("number", 2);
        assert_eq!(
            decode::<u64>(what, &[0x85, 0], 9),
            Err(DecodeError::Malformed { what, size_bytes })
        );
        assert_eq!(encoding::decode::<u64>(what, &[0x85, 0], 9), Ok(5), "the reason for it");
    }
}
