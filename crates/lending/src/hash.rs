//! Hashes of what is long: BLAKE3, 32 bytes like all others. In a browser it hashes two to three times as many bytes a second
//! as SHA-256, whose work would be a tenth of what lent nodes do.

use ledger::merkle;
use units::Hash;

/// Bytes that are hashed at once: chunks of 1 KiB, side by side in a processor's vectors, as many as make a whole subtree.
const PORTION_BYTES: usize = 32 * 1024;

/// Below this, there are too few chunks for a processor's vectors.
const SHORT_BYTES: usize = 4 * 1024;

/// Of all bytes at once: BLAKE3 of what is long, SHA-256 of what is short, as a Merkle tree's leaf.
pub(crate) fn of(bytes: &[u8]) -> Hash {
    if bytes.len() < SHORT_BYTES {
        return merkle::leaf(bytes);
    }
    Hash::from_bytes(blake3::hash(bytes).into())
}

/// A hash over bytes that come little by little.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running {
    hasher: blake3::Hasher,
    waiting: Vec<u8>,
}

impl Running {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while let Some((now, later)) = rest.split_at_checked(PORTION_BYTES - self.waiting.len()) {
            if self.waiting.is_empty() {
                self.hasher.update(now);
            } else {
                self.waiting.extend_from_slice(now);
                self.hasher.update(&self.waiting);
                self.waiting.clear();
            }
            rest = later;
        }
        self.waiting.extend_from_slice(rest);
    }

    pub(crate) fn hash(&self) -> Hash {
        let mut hasher = self.hasher.clone();
        Hash::from_bytes(hasher.update(&self.waiting).finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_bytes_come_their_hash_is_the_same() {
        let bytes: Vec<u8> = (0..100_000u32).map(|n| n as u8).collect();
        for step in [7, 1_000, PORTION_BYTES, 50_000, 100_000] {
            let mut running = Running::default();
            bytes.chunks(step).for_each(|some| running.push(some));
            assert_eq!(running.hash(), of(&bytes), "{step}");
        }
    }
}
