//! Capsules that only their owner's devices can read.

use super::Capsule;
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;
use units::Hash;

const NONCE_BYTES: usize = 24;
const CONTEXT: &[u8] = b"peerceptron personal capsule";

/// The key that one person's devices share.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonalKey {
    shared: [u8; 32],
    // Derived once: a start opens all that was sealed.
    sealing: [u8; 32],
    naming: [u8; 32],
}

/// Bytes that were not sealed with this key, or were changed since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{size_bytes} bytes that are not sealed with this person's key, or are damaged")]
pub struct NotOurs {
    /// How many.
    pub size_bytes: usize,
}

impl PersonalKey {
    /// From 32 bytes of a secure generator, which stay on the person's devices.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        let [sealing, naming] = [&b"seal"[..], b"nonce"].map(|purpose| derive(&bytes, purpose));
        Self { shared: bytes, sealing, naming }
    }

    /// The raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.shared
    }

    /// A number that only the person's devices know.
    pub(crate) fn secret_number(&self, purpose: &[u8]) -> u64 {
        let key = derive(&self.shared, purpose);
        u64::from_le_bytes(*key.first_chunk().expect("32 bytes are more than 8"))
    }

    /// A capsule as bytes that say nothing to others: a nonce, and XChaCha20-Poly1305. One capsule gives the same bytes each
    /// time: its nonce is a keyed hash of it, which no other capsule has.
    pub fn seal(&self, capsule: &Capsule) -> Vec<u8> {
        self.seal_for(CONTEXT, &capsule.encode())
    }

    /// The same for something else than a capsule: what it is tells it from all that is sealed with this key.
    pub(crate) fn seal_for(&self, what: &[u8], bytes: &[u8]) -> Vec<u8> {
        let nonce = Hash::of_parts(&[what, &self.naming, bytes]);
        let nonce: [u8; NONCE_BYTES] =
            nonce.as_bytes()[..NONCE_BYTES].try_into().expect("24 bytes");
        let payload = Payload { msg: bytes, aad: what };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        [&nonce[..], &sealed.expect("what is sealed is short")].concat()
    }

    /// The encoded capsule.
    ///
    /// # Errors
    /// [`NotOurs`].
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, NotOurs> {
        self.open_for(CONTEXT, sealed)
    }

    fn open_for(&self, what: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotOurs> {
        let not_ours = NotOurs { size_bytes: sealed.len() };
        let (nonce, msg) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(not_ours)?;
        let payload = Payload { msg, aad: what };
        self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| not_ours)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.sealing.into())
    }
}

/// A key for one use (RFC 5869).
fn derive(shared: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    let mut key = [0; 32];
    let derived = Hkdf::<Sha256>::new(Some(CONTEXT), shared).expand(purpose, &mut key);
    derived.expect("32 bytes are not too many");
    key
}

/// The keys of one person: the newest seals, and each may open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyring {
    newest: PersonalKey,
    older: Vec<PersonalKey>,
}

impl Keyring {
    /// The newest key, and others that something may be sealed with.
    pub fn new(newest: PersonalKey, older: impl IntoIterator<Item = PersonalKey>) -> Self {
        Self { newest, older: older.into_iter().collect() }
    }

    /// The key that seals.
    pub fn newest(&self) -> &PersonalKey {
        &self.newest
    }

    /// See [`PersonalKey::seal`].
    pub fn seal(&self, capsule: &Capsule) -> Vec<u8> {
        self.newest.seal(capsule)
    }

    /// See [`PersonalKey::open`].
    ///
    /// # Errors
    /// [`NotOurs`].
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, NotOurs> {
        self.open_for(CONTEXT, sealed)
    }

    /// What [`PersonalKey::seal_for`] has sealed.
    pub(crate) fn open_for(&self, what: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotOurs> {
        let keys = core::iter::once(&self.newest).chain(&self.older);
        let mut opened = keys.map(|key| key.open_for(what, sealed));
        opened.find_map(Result::ok).ok_or(NotOurs { size_bytes: sealed.len() })
    }
}

impl From<PersonalKey> for Keyring {
    fn from(newest: PersonalKey) -> Self {
        Self { newest, older: Vec::new() }
    }
}

impl core::fmt::Debug for PersonalKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("PersonalKey")
    }
}

#[cfg(test)]
mod tests {
    use super::{super::tests::note, *};

    #[test]
    fn what_is_sealed_is_read_with_its_key_and_no_other() {
        let (ours, theirs) = (PersonalKey::from_bytes([1; 32]), PersonalKey::from_bytes([2; 32]));
        let capsule = note("the key lies under the third stone", 1);
        let sealed = ours.seal(&capsule);
        assert_eq!(ours.open(&sealed), Ok(capsule.encode()));
        assert!(theirs.open(&sealed).is_err());
        let text = b"third stone";
        assert!(!sealed.windows(text.len()).any(|window| window == text));
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(ours.open(&changed).is_err(), "byte {place}");
        }
        assert!(ours.open(&sealed[..20]).is_err());
    }
}
