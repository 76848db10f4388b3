//! What is remembered as one thing: immutable, signed by whose it is, and named by its hash.
//!
//! A capsule is a [`Head`], which says everything but the content, the owner's signature over it, and the [`Content`], which the
//! head names by hash. So whoever has only the head can check whose it is and what it is about, and whoever gets the content
//! later can check that it is this.

mod content;
mod draft;
mod head;
mod personal;

pub use content::{Content, Event};
pub use draft::{Draft, InvalidDraft};
pub use head::{Embedding, Head, Kind, Privacy, Space};
pub use personal::{Keyring, NotOurs, PersonalKey};

use crate::limits;
use protocol::{
    DecodeError,
    encoding::{decode, encode},
    identity::{BadSignature, Identity, Signature, verify},
};
use serde::{Deserialize, Serialize};
use units::Hash;

const DOMAIN: &str = "capsule";
const WHAT: &str = "capsule";

/// A head and its owner's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedHead {
    /// What it says.
    pub head: Head,
    /// The owner's, over the capsule's name.
    pub signature: Signature,
}

/// A capsule with its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capsule {
    /// All but the content.
    pub signed: SignedHead,
    /// The content.
    pub content: Content,
}

/// Bytes that are no capsule that counts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCapsule {
    /// Not the encoding of one, or with a value that none can have.
    #[error(transparent)]
    Unreadable(#[from] DecodeError),
    /// Signed by somebody else than its owner, or by nobody.
    #[error(transparent)]
    Forged(#[from] BadSignature),
    /// The content is not what the head names.
    #[error("capsule {} came with the content of another one", capsule.short())]
    OtherContent {
        /// The capsule.
        capsule: Hash,
    },
}

impl SignedHead {
    /// Signs what `owner` has made.
    pub(crate) fn sign(owner: &Identity, head: Head) -> Self {
        let signature = owner.sign(DOMAIN, head.id().as_bytes());
        Self { head, signature }
    }

    /// The capsule's name.
    pub fn id(&self) -> Hash {
        self.head.id()
    }

    /// Checks what it says, and that its owner has signed it.
    ///
    /// # Errors
    /// [`InvalidCapsule`].
    pub fn check(&self) -> Result<(), InvalidCapsule> {
        self.head.validate()?;
        Ok(verify(self.head.owner, DOMAIN, self.id().as_bytes(), &self.signature)?)
    }
}

impl Capsule {
    /// The capsule's name.
    pub fn id(&self) -> Hash {
        self.signed.id()
    }

    /// What it says of itself.
    pub fn head(&self) -> &Head {
        &self.signed.head
    }

    /// As bytes, in the one encoding that it has.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads one that this device has checked and encoded, with its name.
    ///
    /// # Errors
    /// [`DecodeError`] if it cannot be read; signature and content are not looked at.
    pub(crate) fn decode_own(bytes: &[u8]) -> Result<(Hash, Self), DecodeError> {
        let malformed = |_| DecodeError::Malformed { what: WHAT, size_bytes: bytes.len() };
        // It begins with its head, which need not be encoded again to be named.
        let (head, rest) = postcard::take_from_bytes::<Head>(bytes).map_err(malformed)?;
        let id = Head::name(&bytes[..bytes.len() - rest.len()]);
        let (signature, content) = decode(WHAT, rest, limits::CAPSULE_BYTES_MAX)?;
        Ok((id, Self { signed: SignedHead { head, signature }, content }))
    }

    /// Reads one without a look at its signature and its content.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub(crate) fn decode_unchecked(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(WHAT, bytes, limits::CAPSULE_BYTES_MAX)
    }

    /// Reads one that came from anywhere, and checks everything about it.
    ///
    /// # Errors
    /// [`InvalidCapsule`].
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidCapsule> {
        let capsule = Self::decode_unchecked(bytes)?;
        capsule.check()?;
        Ok(capsule)
    }

    /// Checks everything about it.
    ///
    /// # Errors
    /// [`InvalidCapsule`].
    pub fn check(&self) -> Result<(), InvalidCapsule> {
        self.signed.check()?;
        self.content.validate(self.head())?;
        match self.head().content == self.content.hash() {
            true => Ok(()),
            false => Err(InvalidCapsule::OtherContent { capsule: self.id() }),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use units::UnixMillis;

    pub(crate) fn note(text: &str, owner: u8) -> Capsule {
        let masked = crate::masking::mask(text).expect("it is short");
        let draft = Draft::open(&masked, ["one", "two"]).expect("it is a note");
        let embedding = Embedding::of(Space(7), &[0.5, -0.25, 1.0, 0.0]).expect("numbers");
        draft.seal(&Identity::from_seed([owner; 32]), embedding, 100, UnixMillis(5))
    }

    #[test]
    fn a_capsule_holds_for_one_owner_one_head_and_one_content() {
        let capsule = note("what we said", 1);
        assert_eq!(Capsule::decode(&capsule.encode()), Ok(capsule.clone()));
        let other = note("something else", 1);
        let mixed = Capsule { content: other.content.clone(), ..capsule.clone() };
        assert!(matches!(mixed.check(), Err(InvalidCapsule::OtherContent { .. })));
        let mut of_another = capsule.clone();
        of_another.signed.head.owner = Identity::from_seed([2; 32]).peer_id();
        assert!(matches!(of_another.check(), Err(InvalidCapsule::Forged(_))));
        let mut tagged = capsule.clone();
        tagged.signed.head.tags.pop();
        assert!(matches!(tagged.check(), Err(InvalidCapsule::Forged(_))));
    }

    #[test]
    fn what_a_device_has_encoded_is_read_with_its_name() {
        let capsule = note("what we said", 1);
        let bytes = capsule.encode();
        assert_eq!(Capsule::decode_own(&bytes), Ok((capsule.id(), capsule)));
        for size_bytes in 0..bytes.len() {
            assert!(Capsule::decode_own(&bytes[..size_bytes]).is_err(), "{size_bytes} bytes");
        }
        assert!(Capsule::decode_own(&[&bytes[..], &[0]].concat()).is_err());
    }

    #[test]
    fn a_head_alone_can_be_checked() {
        let signed = note("what we said", 1).signed;
        assert_eq!(signed.check(), Ok(()));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(Capsule::decode(&bytes).is_err());
        }

        #[test]
        fn a_changed_byte_is_noticed(place in 0usize..200, change in 1u8..) {
            let capsule = note("what we said", 1);
            let mut bytes = capsule.encode();
            let place = place % bytes.len();
            bytes[place] ^= change;
            prop_assert_ne!(Capsule::decode(&bytes).ok(), Some(capsule));
            prop_assert!(Capsule::decode(&bytes).is_err());
        }
    }
}
