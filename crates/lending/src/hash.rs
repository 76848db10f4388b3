//! Hashes of what is long: BLAKE3, 32 bytes like all others. In a browser it hashes two to three times as many bytes a second
//! as SHA-256, whose work would be a tenth of what lent nodes do.

use units::Hash;

/// Of parts, laid end to end.
pub(crate) fn of_parts(parts: &[&[u8]]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    Hash::from_bytes(hasher.finalize().into())
}
