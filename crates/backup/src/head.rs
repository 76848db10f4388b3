//! What stands at the beginning of a file, for everyone to read.

use crate::{
    error::OpenError,
    limits::{CHUNK_BYTES, CONTENT_BYTES_MAX, COST_MEMORY_KIB_MAX, COST_PASSES_MAX},
    stream::TAG_BYTES,
};

const MAGIC: &[u8; 4] = b"PCB1";
const VERSION: u16 = 1;
pub(crate) const SALT_BYTES: usize = 16;
pub(crate) const PREFIX_BYTES: usize = 19;

/// Bytes of a head: four letters, the version, the cost (two numbers), the content's length, salt, and the nonces' beginning.
pub const HEAD_BYTES: usize = 4 + 2 + 4 + 4 + 8 + SALT_BYTES + PREFIX_BYTES;

/// What makes a file unlike all others: from a secure generator, and used once.
pub type Entropy = [u8; SALT_BYTES + PREFIX_BYTES];

/// What it costs to try a passphrase (RFC 9106, one lane).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory that it takes, in KiB.
    pub memory_kib: u32,
    /// How often that is gone through.
    pub passes: u32,
}

impl Cost {
    /// What files are written with: the second choice of RFC 9106, section 4, in one lane.
    pub const USUAL: Self = Self { memory_kib: 64 * 1024, passes: 3 };
    /// The least there is: for tests.
    pub const LEAST: Self = Self { memory_kib: 8, passes: 1 };

    fn is_possible(self) -> bool {
        (Self::LEAST.memory_kib..=COST_MEMORY_KIB_MAX).contains(&self.memory_kib)
            && (Self::LEAST.passes..=COST_PASSES_MAX).contains(&self.passes)
    }
}

/// The beginning of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// What it costs to try a passphrase.
    pub cost: Cost,
    /// Bytes of the content, without what sealing adds.
    pub content_bytes: u64,
    pub(crate) entropy: Entropy,
}

impl Head {
    pub(crate) fn encode(&self) -> [u8; HEAD_BYTES] {
        let parts: [&[u8]; 6] = [
            MAGIC,
            &VERSION.to_le_bytes(),
            &self.cost.memory_kib.to_le_bytes(),
            &self.cost.passes.to_le_bytes(),
            &self.content_bytes.to_le_bytes(),
            &self.entropy,
        ];
        parts.concat().try_into().expect("the parts are as long as a head")
    }

    /// Reads the head of a file of which at least [`HEAD_BYTES`] are here, or all.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, OpenError> {
        let begins = bytes.len().min(MAGIC.len());
        if begins == 0 || bytes[..begins] != MAGIC[..begins] {
            return Err(OpenError::NotACopy);
        }
        let cut_off =
            OpenError::CutOff { found_bytes: bytes.len() as u64, expected_bytes: file_bytes(0) };
        let rest = bytes.get(MAGIC.len()..).ok_or(cut_off.clone())?;
        let (version, rest) = rest.split_first_chunk().ok_or(cut_off.clone())?;
        match u16::from_le_bytes(*version) {
            VERSION => {}
            0 => return Err(OpenError::NotACopy),
            version => return Err(OpenError::Newer { version }),
        }
        let (memory_kib, rest) = rest.split_first_chunk().ok_or(cut_off.clone())?;
        let (passes, rest) = rest.split_first_chunk().ok_or(cut_off.clone())?;
        let (content_bytes, rest) = rest.split_first_chunk().ok_or(cut_off.clone())?;
        let (entropy, _) = rest.split_first_chunk().ok_or(cut_off)?;
        let (memory_kib, passes) = (u32::from_le_bytes(*memory_kib), u32::from_le_bytes(*passes));
        let cost = Cost { memory_kib, passes };
        if !cost.is_possible() {
            return Err(OpenError::Cost { memory_kib, passes });
        }
        let content_bytes = u64::from_le_bytes(*content_bytes);
        if content_bytes > CONTENT_BYTES_MAX {
            return Err(OpenError::TooLarge { size_bytes: content_bytes });
        }
        Ok(Self { cost, content_bytes, entropy: *entropy })
    }

    /// Bytes of the whole file.
    pub fn file_bytes(&self) -> u64 {
        file_bytes(self.content_bytes)
    }
}

/// A head, the mark by which a passphrase is known, and chunks: the last one may be empty.
fn file_bytes(content_bytes: u64) -> u64 {
    let chunks = content_bytes / CHUNK_BYTES as u64 + 1;
    (HEAD_BYTES + TAG_BYTES) as u64 + content_bytes + chunks * TAG_BYTES as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written_and_what_is_wrong_with_it_is_named() {
        let head = Head { cost: Cost::USUAL, content_bytes: 70_000, entropy: [9; 35] };
        let bytes = head.encode();
        assert_eq!(Head::decode(&bytes), Ok(head));
        assert_eq!(head.file_bytes(), (HEAD_BYTES + 16 + 70_000 + 2 * 16) as u64);
        assert_eq!(Head::decode(b""), Err(OpenError::NotACopy));
        assert_eq!(Head::decode(b"PK\x03\x04"), Err(OpenError::NotACopy));
        for length in 1..HEAD_BYTES {
            let cut = Head::decode(&bytes[..length]);
            assert!(matches!(cut, Err(OpenError::CutOff { .. })), "{length}: {cut:?}");
        }
        let with = |place: usize, byte: u8| {
            let mut bytes = bytes;
            bytes[place] = byte;
            Head::decode(&bytes)
        };
        assert_eq!(with(4, 2), Err(OpenError::Newer { version: 2 }));
        assert!(matches!(with(9, 1), Err(OpenError::Cost { .. })));
        assert!(matches!(with(13, 1), Err(OpenError::Cost { .. })));
        assert!(matches!(with(18, 1), Err(OpenError::TooLarge { .. })));
    }
}
