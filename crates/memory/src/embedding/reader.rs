//! Numbers off the front of a byte string, little-endian; nothing panics, and nothing is taken that is not there.

use super::EmbeddingError;

pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], EmbeddingError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(EmbeddingError::TooShort)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], EmbeddingError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(EmbeddingError::TooShort)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn u8(&mut self) -> Result<u8, EmbeddingError> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, EmbeddingError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, EmbeddingError> {
        self.array().map(u32::from_le_bytes)
    }

    /// A number of things of at least so many bytes each, all of which must be there.
    pub(super) fn count(&mut self, size_bytes: usize) -> Result<usize, EmbeddingError> {
        let count = self.u32()? as usize;
        if count.checked_mul(size_bytes).is_none_or(|bytes| bytes > self.rest.len()) {
            return Err(EmbeddingError::TooShort);
        }
        Ok(count)
    }

    pub(super) fn end(self) -> Result<(), EmbeddingError> {
        match self.rest.len() {
            0 => Ok(()),
            extra => Err(EmbeddingError::TooLong(extra)),
        }
    }
}
