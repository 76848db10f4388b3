//! What a block says of itself in 180 bytes: all that its proof of work covers.

use protocol::DecodeError;
use units::{Hash, PeerId, UnixMillis};

/// A block's header.
///
/// | bytes | what |
/// |---|---|
/// | 0..32 | parent |
/// | 32..64 | transactions |
/// | 64..96 | state |
/// | 96..128 | history |
/// | 128..160 | miner |
/// | 160..164 | height, little-endian |
/// | 164..172 | time, little-endian |
/// | 172..180 | nonce, little-endian |
///
/// Whoever looks for a nonce hashes the first two blocks of SHA-256 once, and only the third again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// The name of the header before; of the first, the room's.
    pub parent: Hash,
    /// Merkle root of the block's transactions ([`crate::merkle`]).
    pub transactions: Hash,
    /// Root of the state after the block.
    pub state: Hash,
    /// Merkle root of the names of all headers before, the room's name first.
    pub history: Hash,
    /// Who found it, and gets the fees.
    pub miner: PeerId,
    /// Its place in the chain; 1 is the first.
    pub height: u32,
    /// When it was found, by its miner's clock.
    pub time: UnixMillis,
    /// What makes the hash small enough.
    pub nonce: u64,
}

impl Header {
    /// Bytes of its encoding.
    pub const SIZE_BYTES: usize = 180;

    /// Its encoding.
    pub fn encode(&self) -> [u8; Self::SIZE_BYTES] {
        let mut bytes = [0; Self::SIZE_BYTES];
        let hashes = [self.parent, self.transactions, self.state, self.history];
        for (place, hash) in bytes.chunks_exact_mut(32).zip(hashes) {
            place.copy_from_slice(hash.as_bytes());
        }
        bytes[128..160].copy_from_slice(self.miner.as_bytes());
        bytes[160..164].copy_from_slice(&self.height.to_le_bytes());
        bytes[164..172].copy_from_slice(&self.time.0.to_le_bytes());
        bytes[172..180].copy_from_slice(&self.nonce.to_le_bytes());
        bytes
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`DecodeError`] if there are more or fewer than [`Self::SIZE_BYTES`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let what = "block header";
        let size_bytes = bytes.len();
        let bytes: &[u8; Self::SIZE_BYTES] =
            bytes.try_into().map_err(|_| DecodeError::Malformed { what, size_bytes })?;
        let part = |from: usize| <[u8; 32]>::try_from(&bytes[from..from + 32]).expect("32 bytes");
        let word = |from: usize| {
            u64::from_le_bytes(bytes[from..from + 8].try_into().expect("eight bytes"))
        };
        Ok(Self {
            parent: Hash::from_bytes(part(0)),
            transactions: Hash::from_bytes(part(32)),
            state: Hash::from_bytes(part(64)),
            history: Hash::from_bytes(part(96)),
            miner: PeerId::from_bytes(part(128)),
            height: u32::from_le_bytes(bytes[160..164].try_into().expect("four bytes")),
            time: UnixMillis(word(164)),
            nonce: word(172),
        })
    }

    /// Its name, which its proof of work is judged by: SHA-256 of its encoding.
    pub fn hash(&self) -> Hash {
        Hash::of(&self.encode())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back_what_it_writes_and_nothing_else_is_one() {
        let hash = |n| Hash::from_bytes([n; 32]);
        let header = Header {
            parent: hash(1),
            transactions: hash(2),
            state: hash(3),
            history: hash(4),
            miner: PeerId::from_bytes([5; 32]),
            height: 6,
            time: UnixMillis(1 << 40),
            nonce: u64::MAX - 7,
        };
        let bytes = header.encode();
        assert_eq!(Header::decode(&bytes), Ok(header));
        assert!(Header::decode(&bytes[1..]).is_err());
        assert!(Header::decode(&[&bytes[..], &[0]].concat()).is_err());
    }
}
