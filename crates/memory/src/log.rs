//! What a device remembers, as it is stored: one file that only grows, until it is written anew.
//!
//! A log is [`HEADER`] and then frames: four bytes of length, eight of a checksum (BLAKE3), and an [`Entry`]. A tab that ends in
//! the middle of a write leaves a frame that is cut short: what was acknowledged stands before it. A frame that is damaged is
//! left out, and the others count.

use crate::limits;
use protocol::encoding::encode;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use units::{Hash, PeerId, UnixMillis};

/// What a log begins with: four letters and the version of all that follows.
pub const HEADER: &[u8; 6] = b"PCM1\x01\x00";

const CHECKSUM_BYTES: usize = 8;
const FRAME_HEADER_BYTES: usize = 4 + CHECKSUM_BYTES;
const ENTRY_BYTES_MAX: usize = limits::CAPSULE_BYTES_MAX + 32 * 1024;

/// Something that happened. Long parts of one that is read are where they lie in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry<'a> {
    /// A capsule is kept.
    Kept {
        /// Its encoding.
        #[serde(borrow, with = "serde_bytes")]
        capsule: Cow<'a, [u8]>,
        /// Who gave it; `None` for this person's own.
        from: Option<PeerId>,
    },
    /// A capsule is kept that is for its owner's devices only.
    Sealed(#[serde(borrow, with = "serde_bytes")] Cow<'a, [u8]>),
    /// It was taken away, and does not come back.
    Forgotten {
        /// Which.
        capsule: Hash,
        /// Whether it was this device's, and others may have it: they are asked to forget it too.
        asks_others: bool,
    },
    /// It was of use.
    Used {
        /// Which.
        capsule: Hash,
        /// When.
        at: UnixMillis,
    },
    /// It was set aside by a consolidation.
    Aside {
        /// Which.
        capsule: Hash,
        /// When.
        at: UnixMillis,
        /// What says the same, where that is why.
        into: Option<Hash>,
    },
    /// It was set aside, and is not any longer.
    Restored(Hash),
    /// A consolidation has ended.
    Consolidated {
        /// When.
        at: UnixMillis,
    },
    /// What this device knows of its person's others: a `person::Stored`, of which the last one counts.
    Person(#[serde(borrow, with = "serde_bytes")] Cow<'a, [u8]>),
}

/// What a log holds, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read<'a> {
    /// In the order in which they were written.
    pub entries: Vec<Entry<'a>>,
    /// Frames that are left out.
    pub damaged: u32,
    /// Bytes at its beginning that are whole: what comes behind them was cut short, and is to be written over.
    pub whole_bytes: usize,
}

/// A file that is no log of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidLog {
    /// It begins otherwise.
    #[error("a file of {size_bytes} bytes that is not what this version of the page has written")]
    Unknown {
        /// Its length.
        size_bytes: usize,
    },
    /// More than a device remembers.
    #[error("{size_bytes} bytes of memories are more than {}", limits::LOG_BYTES_MAX)]
    TooLarge {
        /// Its length.
        size_bytes: usize,
    },
}

/// An entry's frame.
pub fn frame(entry: &Entry<'_>) -> Vec<u8> {
    let payload = encode(entry);
    debug_assert!(payload.len() <= ENTRY_BYTES_MAX, "{} bytes", payload.len());
    let length = (payload.len() as u32).to_le_bytes();
    [&length[..], &checksum(&payload), &payload].concat()
}

/// Reads a log; an empty file is one that nothing was written to.
///
/// # Errors
/// [`InvalidLog`]: such a file must stay as it is.
pub fn read(bytes: &[u8]) -> Result<Read<'_>, InvalidLog> {
    let size_bytes = bytes.len();
    if size_bytes > limits::LOG_BYTES_MAX {
        return Err(InvalidLog::TooLarge { size_bytes });
    }
    // A tab may have ended while it wrote the header.
    if size_bytes < HEADER.len() && HEADER.starts_with(bytes) {
        return Ok(Read::default());
    }
    let frames = bytes.strip_prefix(HEADER).ok_or(InvalidLog::Unknown { size_bytes })?;
    let mut read = Read { whole_bytes: HEADER.len(), ..Read::default() };
    let mut rest = frames;
    while let Some((payload, checksum_read, after)) = next(rest) {
        match postcard::take_from_bytes(payload) {
            Ok((entry, [])) if checksum(payload) == checksum_read => read.entries.push(entry),
            // A length that was damaged leads anywhere: what follows is no frame either, and ends the log.
            _ => read.damaged += 1,
        }
        rest = after;
        read.whole_bytes = size_bytes - rest.len();
    }
    Ok(read)
}

/// The first frame's payload and checksum, and what is behind it; `None` where no whole frame is left.
fn next(bytes: &[u8]) -> Option<(&[u8], [u8; CHECKSUM_BYTES], &[u8])> {
    let (header, rest) = bytes.split_first_chunk::<FRAME_HEADER_BYTES>()?;
    let (length, checksum) = header.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    if length > ENTRY_BYTES_MAX {
        return None;
    }
    let (payload, rest) = rest.split_at_checked(length)?;
    Some((payload, checksum.try_into().ok()?, rest))
}

fn checksum(payload: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let hash = blake3::hash(payload);
    let (first, _) = hash.as_bytes().split_first_chunk().expect("a hash has 32 bytes");
    *first
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn log(entries: &[Entry<'_>]) -> Vec<u8> {
        let frames = entries.iter().flat_map(frame);
        HEADER.iter().copied().chain(frames).collect()
    }

    fn forgotten(capsule: Hash) -> Entry<'static> {
        Entry::Forgotten { capsule, asks_others: true }
    }

    fn entries() -> impl Strategy<Value = Vec<Entry<'static>>> {
        let kept = prop::collection::vec(any::<u8>(), 0..300).prop_map(|capsule| Entry::Kept {
            capsule: capsule.into(),
            from: Some(PeerId::from_bytes([3; 32])),
        });
        let sealed = prop::collection::vec(any::<u8>(), 0..300)
            .prop_map(|capsule| Entry::Sealed(capsule.into()));
        let forgotten = any::<[u8; 32]>().prop_map(|it| forgotten(Hash::from_bytes(it)));
        prop::collection::vec(prop_oneof![kept, sealed, forgotten], 0..12)
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(entries in entries()) {
            let bytes = log(&entries);
            let read = read(&bytes).expect("it is a log");
            prop_assert_eq!(read, Read { entries, damaged: 0, whole_bytes: bytes.len() });
        }

        #[test]
        fn a_log_that_is_cut_short_keeps_all_that_stands_before_the_cut(
            entries in entries(), cut in 0usize..4000,
        ) {
            let bytes = log(&entries);
            let cut = cut.min(bytes.len());
            let read = read(&bytes[..cut]).expect("it is a log");
            let whole = entries.iter().scan(HEADER.len(), |end, entry| {
                *end += frame(entry).len();
                Some(*end)
            });
            let whole = whole.filter(|end| *end <= cut).count();
            prop_assert_eq!(&read.entries[..], &entries[..whole]);
            prop_assert!(read.whole_bytes <= cut && read.damaged == 0);
            // What is written over the rest is read behind it.
            let entry = forgotten(Hash::of(b"next"));
            let begun = bytes[..read.whole_bytes].iter().copied();
            let begun: Vec<u8> = if read.whole_bytes == 0 { HEADER.to_vec() } else { begun.collect() };
            let longer = [&begun[..], &frame(&entry)].concat();
            let read = super::read(&longer).expect("it is a log");
            prop_assert_eq!(read.entries.last(), Some(&entry));
        }

        #[test]
        fn damage_is_noticed_and_costs_nothing_that_stands_before_it(
            entries in entries(), place in 0usize..4000, change in 1u8..,
        ) {
            let mut bytes = log(&entries);
            let place = place % bytes.len();
            bytes[place] ^= change;
            let Ok(read) = read(&bytes) else { return Ok(()) };
            let before = entries.iter().scan(HEADER.len(), |end, entry| {
                *end += frame(entry).len();
                Some(*end)
            });
            let before = before.filter(|end| *end <= place).count();
            prop_assert_eq!(&read.entries[..before], &entries[..before]);
            prop_assert!(read.entries.iter().all(|entry| entries.contains(entry)));
        }

        #[test]
        fn any_bytes_are_answered_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
            let _ = read(&[HEADER, &bytes[..]].concat());
        }
    }

    #[test]
    fn a_file_of_something_else_is_left_alone() {
        assert_eq!(read(b"something"), Err(InvalidLog::Unknown { size_bytes: 9 }));
        assert_eq!(read(b"PCM1\x02\x00"), Err(InvalidLog::Unknown { size_bytes: 6 }));
    }
}
