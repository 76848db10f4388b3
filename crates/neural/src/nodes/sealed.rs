//! What all packets have in common: how they begin, and the hash at their end.

use crate::bytes::{Damaged, Reader, Writer};
use units::Hash;

pub(super) const HASH_BYTES: usize = 32;

/// Magic and version.
pub(super) const START_BYTES: usize = 4 + 2;

/// Bytes that are no packet of nodes, and no slice of a layer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPacket {
    /// Something else, or too short for a description.
    #[error("{size_bytes} bytes that do not begin like nodes")]
    Unknown {
        /// How many.
        size_bytes: usize,
    },
    /// From another version of this application.
    #[error(
        "nodes of version {given}, where this device reads version {wanted}: reload the page on both devices"
    )]
    Version {
        /// As given.
        given: u16,
        /// As this device writes it.
        wanted: u16,
    },
    /// A size that no packet has.
    #[error("{value} {what}: {low} to {high} are possible")]
    Bounds {
        /// Of what.
        what: &'static str,
        /// As the packet says.
        value: u64,
        /// At least.
        low: u64,
        /// At most.
        high: u64,
    },
    /// Not as long as its description says.
    #[error("{size_bytes} bytes, where nodes of this description have {expected_bytes}")]
    Size {
        /// How long it is.
        size_bytes: usize,
        /// How long it should be.
        expected_bytes: usize,
    },
    /// Bytes that changed on the way.
    #[error("the nodes have the hash {found}, where {stated} was stated: ask for them again")]
    Hash {
        /// Of what came.
        found: Hash,
        /// Of what was sent.
        stated: Hash,
    },
    /// A number that is infinite, undefined or out of bounds.
    #[error("nodes with a number that no training leads to")]
    Number,
}

/// A writer that has begun.
pub(super) fn begin(magic: [u8; 4], version: u16) -> Writer {
    let mut writer = Writer::new();
    writer.bytes(&magic);
    writer.u16(version);
    writer
}

/// What was written, with its SHA-256.
pub(super) fn seal(body: Vec<u8>) -> Vec<u8> {
    let hash = Hash::of(&body);
    [&body[..], hash.as_bytes()].concat()
}

/// A reader behind magic and version, and the sizes there.
pub(super) fn open<const SIZES: usize>(
    bytes: &[u8],
    magic: [u8; 4],
    wanted: u16,
) -> Result<(Reader<'_>, [u32; SIZES]), InvalidPacket> {
    let unknown = |_: Damaged| InvalidPacket::Unknown { size_bytes: bytes.len() };
    let mut reader = Reader::new(bytes);
    if reader.array().map_err(unknown)? != magic {
        return Err(unknown(Damaged));
    }
    let given = reader.u16().map_err(unknown)?;
    if given != wanted {
        return Err(InvalidPacket::Version { given, wanted });
    }
    let mut sizes = [0; SIZES];
    for size in &mut sizes {
        *size = reader.u32().map_err(unknown)?;
    }
    Ok((reader, sizes))
}

/// Checks a size that the bytes claim.
pub(super) fn within(
    what: &'static str,
    value: impl Into<u64>,
    low: u64,
    high: usize,
) -> Result<(), InvalidPacket> {
    let (value, high) = (value.into(), high as u64);
    let fits = (low..=high).contains(&value);
    fits.then_some(()).ok_or(InvalidPacket::Bounds { what, value, low, high })
}

/// Checks the length, and the hash over all before it.
pub(super) fn check_seal(bytes: &[u8], expected_bytes: usize) -> Result<(), InvalidPacket> {
    let size_bytes = bytes.len();
    let (true, Some((body, stated))) =
        (size_bytes == expected_bytes, bytes.split_last_chunk::<HASH_BYTES>())
    else {
        return Err(InvalidPacket::Size { size_bytes, expected_bytes });
    };
    let (found, stated) = (Hash::of(body), Hash::from_bytes(*stated));
    if found == stated { Ok(()) } else { Err(InvalidPacket::Hash { found, stated }) }
}

/// Parameters and their moments: three lists, one after the other.
pub(super) fn read_lists(
    reader: &mut Reader<'_>,
    count: usize,
    parameter_max: f32,
) -> Result<[Vec<f32>; 3], Damaged> {
    let parameters = reader.floats(count, parameter_max)?;
    let means = reader.floats(count, f32::MAX)?;
    let squares = reader.floats(count, f32::MAX)?;
    let is_sound = squares.iter().all(|square| *square >= 0.0);
    is_sound.then_some([parameters, means, squares]).ok_or(Damaged)
}

/// Adam's decays to the power of its steps.
pub(super) fn read_decays(reader: &mut Reader<'_>) -> Result<[f32; 2], Damaged> {
    let decays = [reader.f32(1.0)?, reader.f32(1.0)?];
    decays.iter().all(|decay| *decay >= 0.0).then_some(decays).ok_or(Damaged)
}
