//! Who a peer is: an Ed25519 key pair (RFC 8032) made on the device and never sent.

use crate::signatures::{Claim, Keys, verify_all};
use ed25519_dalek::{Signer, SigningKey};
use serde::{Deserialize, Serialize};
use units::PeerId;

/// A device's key pair.
#[derive(Clone)]
pub struct Identity {
    key: SigningKey,
}

/// An Ed25519 signature over a domain and a byte string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

/// A signature was not made by the peer that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature was not made by peer {}", peer.short())]
pub struct BadSignature {
    /// Who should have signed.
    pub peer: PeerId,
}

impl Identity {
    /// The identity that this secret seed stands for. The seed must come from a secure generator and stay on the device.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self { key: SigningKey::from_bytes(&seed) }
    }

    /// The secret seed, to be stored on this device only.
    pub fn seed(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// The public key, by which others know this peer.
    pub fn peer_id(&self) -> PeerId {
        PeerId::from_bytes(self.key.verifying_key().to_bytes())
    }

    /// Signs `bytes` for one purpose; a signature for one `domain` is worth nothing in another.
    pub fn sign(&self, domain: &str, bytes: &[u8]) -> Signature {
        Signature(self.key.sign(&signed_bytes(domain, bytes)).to_bytes())
    }
}

impl core::fmt::Debug for Identity {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Identity({})", self.peer_id().short())
    }
}

/// Checks that `peer` signed `bytes` for `domain`; see [`crate::signatures`] for what that means.
///
/// # Errors
/// [`BadSignature`] if it did not, or if `peer` is not a valid public key.
pub fn verify(
    peer: PeerId,
    domain: &str,
    bytes: &[u8],
    signature: &Signature,
) -> Result<(), BadSignature> {
    verify_all(&[Claim::new(peer, domain, bytes, *signature)], &mut Keys::default())
}

/// `peerceptron`, the domain and the bytes, each domain closed by a zero byte so that none is a prefix of another.
pub(crate) fn signed_bytes(domain: &str, bytes: &[u8]) -> Vec<u8> {
    [b"peerceptron ", domain.as_bytes(), &[0], bytes].concat()
}

impl Signature {
    /// Wraps the raw bytes; whether they are a signature is for [`verify`] to say.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The raw bytes.
    pub const fn to_bytes(self) -> [u8; 64] {
        self.0
    }

    /// R and s.
    pub(crate) fn halves(&self) -> ([u8; 32], [u8; 32]) {
        let (left, right) = self.0.split_at(32);
        (left.try_into().expect("32 bytes"), right.try_into().expect("32 bytes"))
    }
}

/// 128 hexadecimal digits in JSON, 64 raw bytes elsewhere.
impl Serialize for Signature {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&base16ct::lower::encode_string(&self.0))
        } else {
            self.halves().serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        let bytes = if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            base16ct::lower::decode_vec(&text)
                .map_err(|_| D::Error::custom("a signature is 128 lower-case hexadecimal digits"))?
        } else {
            let (left, right) = <([u8; 32], [u8; 32])>::deserialize(deserializer)?;
            [left, right].concat()
        };
        let bytes =
            bytes.try_into().map_err(|_| D::Error::custom("a signature is 64 bytes long"))?;
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_one_peer_one_domain_and_one_text() {
        let (a, b) = (Identity::from_seed([1; 32]), Identity::from_seed([2; 32]));
        let signature = a.sign("one", b"text");
        assert!(verify(a.peer_id(), "one", b"text", &signature).is_ok());
        assert!(verify(a.peer_id(), "two", b"text", &signature).is_err());
        assert!(verify(a.peer_id(), "one", b"texT", &signature).is_err());
        assert!(verify(b.peer_id(), "one", b"text", &signature).is_err());
    }

    #[test]
    fn a_peer_id_that_is_no_key_verifies_nothing() {
        let nobody = PeerId::from_bytes([0xff; 32]);
        let signature = Identity::from_seed([1; 32]).sign("one", b"text");
        assert_eq!(verify(nobody, "one", b"text", &signature), Err(BadSignature { peer: nobody }));
    }
}
