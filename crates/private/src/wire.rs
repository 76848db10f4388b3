//! The bytes of what members say to each other: `PCPV`, `version: u16` = 1, `kind: u8`, and what the kind has, little-endian.
//! Each message has one encoding; whatever an encoder would not write is refused. Sizes are checked before memory is taken.

use crate::{
    grid::{Grid, VALUES_MAX},
    groups::{GROUP_MEMBERS_MAX, GROUP_MEMBERS_MIN},
    keys::PublicKeys,
    places::Places,
    round::{Dealt, Masked, Unmask},
    seal::{Bundle, ShareHashes},
    shares::{SECRET_BYTES, Share},
    sum::Sum,
};
use units::Hash;

const MAGIC: [u8; 4] = *b"PCPV";
const VERSION: u16 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    PublicKeys = 0,
    Dealt = 1,
    Masked = 2,
    Unmask = 3,
    Sum = 4,
}

/// Bytes that are none of these messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidMessage {
    /// Something else, of another kind or version.
    #[error("{size_bytes} bytes that do not begin like a message of this kind and version")]
    Unknown {
        /// How many.
        size_bytes: usize,
    },
    /// Too short, too long, or with a number that is not allowed.
    #[error("{size_bytes} bytes that are no message of this kind")]
    Malformed {
        /// How many.
        size_bytes: usize,
    },
}

/// The bytes end, or go on, where they should not; or hold what is not allowed.
struct Damaged;

impl PublicKeys {
    /// 71 bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = header(Kind::PublicKeys);
        bytes.extend_from_slice(&self.seal);
        bytes.extend_from_slice(&self.mask);
        bytes
    }

    /// Reads a member's keys.
    ///
    /// # Errors
    /// [`InvalidMessage`] for anything that [`Self::encode`] does not give.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidMessage> {
        read(bytes, Kind::PublicKeys, |reader| {
            Ok(Self { seal: reader.array()?, mask: reader.array()? })
        })
    }
}

impl Dealt {
    /// `from: u8`, `members: u8`, the seed's hash, two hashes for each place, then a nonce and 80 sealed bytes for each
    /// other place: 609 bytes in a group of 4.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = header(Kind::Dealt);
        bytes.extend([self.from as u8, self.hashes.len() as u8]);
        bytes.extend_from_slice(self.seed_hash.as_bytes());
        for ShareHashes { self_mask, mask_key } in &self.hashes {
            bytes.extend_from_slice(self_mask.as_bytes());
            bytes.extend_from_slice(mask_key.as_bytes());
        }
        for Bundle { nonce, sealed } in &self.bundles {
            bytes.extend_from_slice(nonce);
            bytes.extend_from_slice(sealed);
        }
        bytes
    }

    /// Reads what a member has dealt.
    ///
    /// # Errors
    /// [`InvalidMessage`] for anything that [`Self::encode`] does not give.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidMessage> {
        read(bytes, Kind::Dealt, |reader| {
            let (from, members) = (usize::from(reader.u8()?), usize::from(reader.u8()?));
            if !(GROUP_MEMBERS_MIN..=GROUP_MEMBERS_MAX).contains(&members) || from >= members {
                return Err(Damaged);
            }
            let seed_hash = reader.hash()?;
            let mut hashes = Vec::with_capacity(members);
            for _ in 0..members {
                hashes.push(ShareHashes { self_mask: reader.hash()?, mask_key: reader.hash()? });
            }
            let mut bundles = Vec::with_capacity(members - 1);
            for _ in 1..members {
                bundles.push(Bundle { nonce: reader.array()?, sealed: reader.array()? });
            }
            Ok(Self { from, seed_hash, hashes, bundles })
        })
    }
}

impl Masked {
    /// `present: u16`, `bits: u8` (2 to 32), `count: u32`, then the elements, bit after bit from the lowest of each byte;
    /// what is left of the last byte is 0.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = header(Kind::Masked);
        bytes.extend(self.present.bits().to_le_bytes());
        bytes.push(self.bits);
        pack(&mut bytes, &self.elements, self.bits);
        bytes
    }

    /// Reads a masked change.
    ///
    /// # Errors
    /// [`InvalidMessage`] for anything that [`Self::encode`] does not give.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidMessage> {
        read(bytes, Kind::Masked, |reader| {
            let present = Places::from_bits(u16::from_le_bytes(reader.array()?));
            let bits = reader.u8()?;
            Ok(Self { present, bits, elements: unpack(reader, bits)? })
        })
    }
}

impl Sum {
    /// `members: u8`, `bits: u8` (2 to 32), then values as elements of the ring, as in a masked change.
    pub fn encode(&self, grid: &Grid) -> Vec<u8> {
        let mut bytes = header(Kind::Sum);
        bytes.extend([self.members as u8, grid.bits()]);
        let elements: Vec<u32> = self.values.iter().map(|value| grid.reduce(*value)).collect();
        pack(&mut bytes, &elements, grid.bits());
        bytes
    }

    /// Reads a sum of changes on that grid.
    ///
    /// # Errors
    /// [`InvalidMessage`] for anything that [`Self::encode`] does not give.
    pub fn decode(bytes: &[u8], grid: &Grid) -> Result<Self, InvalidMessage> {
        read(bytes, Kind::Sum, |reader| {
            let (members, bits) = (usize::from(reader.u8()?), reader.u8()?);
            let is_possible = (1..=GROUP_MEMBERS_MAX).contains(&members) && bits == grid.bits();
            if !is_possible {
                return Err(Damaged);
            }
            let values = unpack(reader, bits)?.into_iter().map(|value| grid.lift(value)).collect();
            Ok(Self { values, members })
        })
    }
}

impl Unmask {
    /// `survivors: u16`, `present: u16`, then a share for each who is present.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = header(Kind::Unmask);
        bytes.extend(self.survivors.bits().to_le_bytes());
        bytes.extend(self.present.bits().to_le_bytes());
        self.shares.iter().for_each(|share| bytes.extend_from_slice(share.as_bytes()));
        bytes
    }

    /// Reads what a member hands out.
    ///
    /// # Errors
    /// [`InvalidMessage`] for anything that [`Self::encode`] does not give.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidMessage> {
        read(bytes, Kind::Unmask, |reader| {
            let survivors = Places::from_bits(u16::from_le_bytes(reader.array()?));
            let present = Places::from_bits(u16::from_le_bytes(reader.array()?));
            if !survivors.is_within(present) {
                return Err(Damaged);
            }
            let share = |_| reader.array::<SECRET_BYTES>().map(Share::from_bytes);
            let shares = present.iter().map(share).collect::<Result<_, _>>()?;
            Ok(Self { survivors, present, shares })
        })
    }
}

fn header(kind: Kind) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(VERSION.to_le_bytes());
    bytes.push(kind as u8);
    bytes
}

fn read<T>(
    bytes: &[u8],
    kind: Kind,
    message: impl FnOnce(&mut Reader<'_>) -> Result<T, Damaged>,
) -> Result<T, InvalidMessage> {
    let size_bytes = bytes.len();
    let Some(rest) = bytes.strip_prefix(header(kind).as_slice()) else {
        return Err(InvalidMessage::Unknown { size_bytes });
    };
    let mut reader = Reader { rest };
    match message(&mut reader) {
        Ok(message) if reader.rest.is_empty() => Ok(message),
        _ => Err(InvalidMessage::Malformed { size_bytes }),
    }
}

fn packed_bytes(count: usize, bits: u8) -> usize {
    (count * usize::from(bits)).div_ceil(8)
}

/// How many elements there are (`u32`), then bit after bit.
fn pack(bytes: &mut Vec<u8>, elements: &[u32], bits: u8) {
    bytes.extend((elements.len() as u32).to_le_bytes());
    bytes.reserve(packed_bytes(elements.len(), bits));
    let (mut waiting, mut count) = (0u64, 0);
    for element in elements {
        waiting |= u64::from(*element) << count;
        count += u32::from(bits);
        while count >= 8 {
            bytes.push(waiting as u8);
            waiting >>= 8;
            count -= 8;
        }
    }
    if count > 0 {
        bytes.push(waiting as u8);
    }
}

fn unpack(reader: &mut Reader<'_>, bits: u8) -> Result<Vec<u32>, Damaged> {
    let count = u32::from_le_bytes(reader.array()?) as usize;
    let is_possible = (2..=32).contains(&bits) && count <= VALUES_MAX;
    if !is_possible || reader.rest.len() != packed_bytes(count, bits) {
        return Err(Damaged);
    }
    let mask = (1u64 << bits) - 1;
    let (mut waiting, mut here) = (0u64, 0);
    let mut elements = Vec::with_capacity(count);
    for _ in 0..count {
        while here < u32::from(bits) {
            waiting |= u64::from(reader.u8()?) << here;
            here += 8;
        }
        elements.push((waiting & mask) as u32);
        waiting >>= bits;
        here -= u32::from(bits);
    }
    if waiting == 0 { Ok(elements) } else { Err(Damaged) }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Damaged)?;
        self.rest = rest;
        Ok(*taken)
    }

    fn u8(&mut self) -> Result<u8, Damaged> {
        self.array().map(u8::from_le_bytes)
    }

    fn hash(&mut self) -> Result<Hash, Damaged> {
        self.array().map(Hash::from_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused_when_damaged<T: PartialEq + core::fmt::Debug>(
        bytes: &[u8],
        decode: fn(&[u8]) -> Result<T, InvalidMessage>,
        encode: fn(&T) -> Vec<u8>,
    ) {
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length]).is_err(), "cut to {length}");
        }
        assert!(decode(&[bytes, &[0]].concat()).is_err());
        for place in 0..bytes.len() {
            let mut damaged = bytes.to_vec();
            damaged[place] ^= 0x81;
            if let Ok(read) = decode(&damaged) {
                assert_eq!(encode(&read), damaged, "byte {place}");
            }
        }
    }

    #[test]
    fn messages_read_back_and_are_as_long_as_they_must_be() {
        let keys = crate::Keys::new([1; 32]).public();
        assert_eq!(PublicKeys::decode(&keys.encode()), Ok(keys));
        assert_eq!(keys.encode().len(), 71);
        refused_when_damaged(&keys.encode(), PublicKeys::decode, PublicKeys::encode);

        let hashes = vec![ShareHashes { self_mask: Hash::of(b"a"), mask_key: Hash::of(b"b") }; 4];
        let bundles = vec![Bundle { nonce: [1; 24], sealed: [2; 80] }; 3];
        let dealt = Dealt { from: 2, seed_hash: Hash::of(b"s"), hashes, bundles };
        assert_eq!(Dealt::decode(&dealt.encode()).as_ref(), Ok(&dealt));
        assert_eq!(dealt.encode().len(), 609);
        refused_when_damaged(&dealt.encode(), Dealt::decode, Dealt::encode);

        let present = Places::from_bits(0b1011);
        let shares = vec![Share::from_bytes([9; 32]); 3];
        let unmask = Unmask { survivors: Places::from_bits(0b1010), present, shares };
        assert_eq!(Unmask::decode(&unmask.encode()).as_ref(), Ok(&unmask));
        assert_eq!(unmask.encode().len(), 107);
        refused_when_damaged(&unmask.encode(), Unmask::decode, Unmask::encode);
    }

    #[test]
    fn one_message_is_not_read_as_another() {
        let keys = crate::Keys::new([1; 32]).public().encode();
        assert!(matches!(Masked::decode(&keys), Err(InvalidMessage::Unknown { size_bytes: 71 })));
        let mut newer = keys;
        newer[4] = 2;
        assert!(matches!(PublicKeys::decode(&newer), Err(InvalidMessage::Unknown { .. })));
    }

    #[test]
    fn a_count_that_the_bytes_do_not_hold_takes_no_memory() {
        let mut bytes = header(Kind::Masked);
        bytes.extend([1, 0, 32]);
        bytes.extend(u32::MAX.to_le_bytes());
        assert!(Masked::decode(&bytes).is_err());
    }

    #[test]
    fn sums_read_back_and_none_of_another_grid_does() {
        let grid = |reach| Grid::new(3, 100, reach, crate::DiscreteGaussian::new(0).unwrap());
        let sum = Sum { values: vec![-30, 0, 7], members: 3 };
        let bytes = sum.encode(&grid(10).unwrap());
        assert_eq!(Sum::decode(&bytes, &grid(10).unwrap()), Ok(sum));
        assert!(Sum::decode(&bytes, &grid(100).unwrap()).is_err());
        let decode = |bytes: &[u8]| Sum::decode(bytes, &grid(10).unwrap());
        (0..bytes.len()).for_each(|length| assert!(decode(&bytes[..length]).is_err()));
        assert!(decode(&[&bytes[..], &[0]].concat()).is_err());
    }

    proptest! {
        #[test]
        fn masked_changes_read_back(
            bits in 2u8..=32,
            elements in proptest::collection::vec(any::<u32>(), 0..40),
        ) {
            let mask = u32::MAX >> (32 - bits);
            let elements: Vec<u32> = elements.iter().map(|element| element & mask).collect();
            let masked = Masked { present: Places::first(3), bits, elements };
            let bytes = masked.encode();
            prop_assert_eq!(bytes.len(), 14 + packed_bytes(masked.elements.len(), bits));
            prop_assert_eq!(Masked::decode(&bytes), Ok(masked));
            refused_when_damaged(&bytes, Masked::decode, Masked::encode);
        }

        #[test]
        fn bytes_of_any_kind_are_refused_or_written_the_same(
            kind in 0u8..5,
            bytes in proptest::collection::vec(any::<u8>(), 0..900),
        ) {
            let bytes = [&MAGIC[..], &VERSION.to_le_bytes(), &[kind], &bytes].concat();
            if let Ok(read) = PublicKeys::decode(&bytes) {
                prop_assert_eq!(read.encode(), &bytes[..]);
            }
            if let Ok(read) = Dealt::decode(&bytes) {
                prop_assert_eq!(read.encode(), &bytes[..]);
            }
            if let Ok(read) = Masked::decode(&bytes) {
                prop_assert_eq!(read.encode(), &bytes[..]);
            }
            if let Ok(read) = Unmask::decode(&bytes) {
                prop_assert_eq!(read.encode(), &bytes[..]);
            }
            let grid = Grid::new(3, 100, 10, crate::DiscreteGaussian::new(0).unwrap()).unwrap();
            if let Ok(read) = Sum::decode(&bytes, &grid) {
                prop_assert_eq!(read.encode(&grid), &bytes[..]);
            }
        }
    }
}
