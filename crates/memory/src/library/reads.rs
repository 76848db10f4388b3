//! What the whole model has found of texts, as it is stored: beside the log, because all of it can be found again.
//!
//! The file is [`HEADER`] and then entries: two bytes of length, and a capsule's name with its vector, sealed as personal capsules
//! are, because a vector tells what its text is about.

use crate::capsule::{Embedding, Keyring};
use protocol::encoding::encode;
use units::Hash;

/// What the file begins with: four letters and a version.
const HEADER: &[u8; 6] = b"PCV1\x01\x00";

/// What an entry is sealed as.
const WHAT: &[u8] = b"peerceptron vector of a text";

/// An entry.
pub(super) fn entry(keyring: &Keyring, capsule: Hash, embedding: &Embedding) -> Vec<u8> {
    let sealed = keyring.newest().seal_for(WHAT, &encode(&(capsule, embedding)));
    [&(sealed.len() as u16).to_le_bytes()[..], &sealed].concat()
}

/// A file of entries.
pub(super) fn file(entries: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    HEADER.iter().copied().chain(entries.flatten()).collect()
}

/// What a file has, and whether it has to be written anew because not all of it can be read.
pub(super) fn open(keyring: &Keyring, bytes: &[u8]) -> (Vec<(Hash, Embedding)>, bool) {
    let mut read = Vec::new();
    let Some(mut rest) = bytes.strip_prefix(HEADER) else { return (read, true) };
    let mut is_damaged = false;
    while let Some((length, behind)) = rest.split_first_chunk() {
        let length = usize::from(u16::from_le_bytes(*length));
        let Some((sealed, behind)) = behind.split_at_checked(length) else { break };
        let opened = keyring.open_for(WHAT, sealed).ok();
        match opened.and_then(|bytes| postcard::from_bytes(&bytes).ok()) {
            Some(entry) => read.push(entry),
            None => is_damaged = true,
        }
        rest = behind;
    }
    (read, is_damaged || !rest.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capsule::{PersonalKey, Space};
    use proptest::prelude::*;

    fn keyring(seed: u8) -> Keyring {
        PersonalKey::from_bytes([seed; 32]).into()
    }

    fn some() -> Vec<(Hash, Embedding)> {
        let embedding = |n: u8| Embedding::of(Space(7), &[f32::from(n), 1.0, 0.5]);
        (0..3).map(|n| (Hash::of(&[n]), embedding(n).expect("numbers"))).collect()
    }

    #[test]
    fn what_was_written_is_read_by_its_owner_alone() {
        let keys = keyring(1);
        let bytes = file(some().iter().map(|(id, it)| entry(&keys, *id, it)));
        assert_eq!(open(&keys, &bytes), (some(), false));
        assert_eq!(open(&keyring(2), &bytes), (Vec::new(), true));
        // Names of capsules and directions are not there for others to read.
        let name = some()[0].0;
        assert!(!bytes.windows(32).any(|window| window == name.as_bytes()));
    }

    #[test]
    fn damage_costs_what_is_damaged_and_has_the_file_written_anew() {
        let keys = keyring(1);
        let bytes = file(some().iter().map(|(id, it)| entry(&keys, *id, it)));
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            let (read, is_outdated) = open(&keys, &changed);
            assert!(is_outdated && read.iter().all(|it| some().contains(it)), "byte {place}");
            assert!(place == 0 || open(&keys, &bytes[..place]).0.len() < 3, "{place} bytes");
        }
        assert_eq!(open(&keys, b""), (Vec::new(), true));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let keys = keyring(1);
            prop_assert_eq!(open(&keys, &bytes), (Vec::new(), true));
            let whole = file(some().iter().map(|(id, it)| entry(&keys, *id, it)));
            let (read, is_damaged) = open(&keys, &[whole, bytes.clone()].concat());
            prop_assert_eq!((read, is_damaged), (some(), !bytes.is_empty()));
        }
    }
}
