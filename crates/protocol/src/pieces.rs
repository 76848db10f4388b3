//! Large values in pieces that are checked one by one, whoever they come from.
//!
//! A value is named by the names of its pieces: `SHA-256("peerceptron value" ‖ length in bytes (u64, little-endian) ‖
//! SHA-256 of each piece)`. Whoever knows the name checks the list of pieces before any piece is here, and each piece as it
//! arrives: pieces come from several holders at once, one that lies costs its own piece and no more, and what has arrived is
//! kept when a holder goes. It is a Merkle tree (Merkle 1987) of two levels, which is enough: the list for the largest
//! value fits one frame.

use crate::limits;
use core::ops::Range;
use units::Hash;

/// One piece, but for the last: with what is written around it, it travels in one frame.
pub const PIECE_BYTES: usize = limits::BULK_FRAME_BYTES_MAX - 4 * 1024;

/// The name of a value.
pub fn name(value: &[u8]) -> Hash {
    name_of(value.len(), &piece_names(value))
}

/// The names of a value's pieces, in order.
pub fn piece_names(value: &[u8]) -> Vec<Hash> {
    value.chunks(PIECE_BYTES).map(Hash::of).collect()
}

/// The name of a value of `size_bytes` whose pieces have these names.
pub fn name_of(size_bytes: usize, names: &[Hash]) -> Hash {
    let size = (size_bytes as u64).to_le_bytes();
    let mut parts: Vec<&[u8]> = vec![b"peerceptron value", &size];
    parts.extend(names.iter().map(|name| &name.as_bytes()[..]));
    Hash::of_parts(&parts)
}

/// Pieces of a value of `size_bytes`.
pub fn count(size_bytes: usize) -> usize {
    size_bytes.div_ceil(PIECE_BYTES)
}

/// Where a piece is within a value of `size_bytes`; empty beyond the last.
pub fn place(piece: usize, size_bytes: usize) -> Range<usize> {
    let start = piece.saturating_mul(PIECE_BYTES).min(size_bytes);
    start..(start + PIECE_BYTES).min(size_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_named_by_its_pieces() {
        for size_bytes in [0, 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES - 1] {
            let value = vec![7; size_bytes];
            let names = piece_names(&value);
            assert_eq!(names.len(), count(size_bytes));
            assert_eq!(name_of(size_bytes, &names), name(&value));
            for (piece, name) in names.iter().enumerate() {
                assert_eq!(Hash::of(&value[place(piece, size_bytes)]), *name);
            }
            assert!(place(names.len(), size_bytes).is_empty());
        }
    }

    #[test]
    fn pieces_in_another_order_or_of_another_length_are_another_value() {
        let value: Vec<u8> =
            (0..3 * PIECE_BYTES).map(|place| (place / PIECE_BYTES) as u8).collect();
        let mut names = piece_names(&value);
        assert_ne!(name_of(value.len() - 1, &names), name(&value));
        names.swap(0, 1);
        assert_ne!(name_of(value.len(), &names), name(&value));
    }

    #[test]
    fn the_list_of_the_largest_value_fits_a_frame() {
        assert!(count(limits::BULK_VALUE_BYTES_MAX) * 32 + 1024 <= limits::BULK_FRAME_BYTES_MAX);
    }
}
