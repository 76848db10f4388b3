//! What devices say to each other about memories.

use crate::{
    capsule::{Embedding, SignedHead},
    library::BUCKETS,
    limits,
};
use protocol::{
    DecodeError,
    encoding::{decode, encode},
    identity::{BadSignature, Identity, Signature, verify},
};
use serde::{Deserialize, Serialize};
use units::{Hash, PeerId};

/// The longest message: all that one person's devices agree on. A capsule is shorter.
pub const MESSAGE_BYTES_MAX: usize = person::limits::MESSAGE_BYTES_MAX + 1024;

/// Capsules that a device of the same person asks for at a time: its answer is some messages.
pub(crate) const WANT_MAX: usize = 8;

const FORGET_DOMAIN: &str = "forget a capsule";

/// From one device to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// "What do you have that lies near this?" The words of the question stay where they were written.
    Ask {
        /// Comes back with the answer.
        query: u32,
        /// Where to look.
        embedding: Embedding,
        /// Words that are wanted among a capsule's tags.
        tags: Vec<String>,
        /// How many at most.
        count: u8,
    },
    /// "This", the nearest first.
    Found {
        /// Which question.
        query: u32,
        /// What was found, without content.
        heads: Vec<SignedHead>,
    },
    /// "Send me this capsule."
    Fetch(Hash),
    /// "Here it is."
    Here(#[serde(with = "serde_bytes")] Vec<u8>),
    /// "I do not have it", or not for others.
    NotHere(Hash),
    /// "Somebody here wants you to have this."
    Keep(#[serde(with = "serde_bytes")] Vec<u8>),
    /// "I have checked and stored it."
    Kept(Hash),
    /// "I have not."
    Declined {
        /// Which.
        capsule: Hash,
        /// Why.
        why: Declined,
    },
    /// "Whoever made this wants it gone."
    Forget {
        /// Which.
        capsule: Hash,
        /// Its owner's.
        signature: Signature,
    },
    /// "So much is in each of my buckets", to a device of the same person.
    Compare {
        /// One sum a bucket.
        sums: Vec<u64>,
    },
    /// "What is in this bucket?"
    List {
        /// The first byte of the names in it.
        bucket: u8,
    },
    /// "These are kept here, and these were forgotten", some or one of them.
    Listed {
        /// Kept.
        kept: Vec<Hash>,
        /// Forgotten.
        gone: Vec<Hash>,
    },
    /// "Send me these capsules, whoever may have them."
    Want(Vec<Hash>),
    /// A capsule, sealed with the key of the person whose devices both are.
    Own(#[serde(with = "serde_bytes")] Vec<u8>),
    /// About belonging together: a `person::Message`, encoded.
    Devices(#[serde(with = "serde_bytes")] Vec<u8>),
}

/// Why a capsule is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Declined {
    /// It is not what it says.
    Invalid,
    /// It was forgotten here before.
    Forgotten,
    /// There are as many of the sender's as a device keeps.
    Full,
}

impl Message {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads one that came from anywhere. Heads and capsules in it are yet to be checked.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let message: Self = decode("message about memories", bytes, MESSAGE_BYTES_MAX)?;
        message.validate()?;
        Ok(message)
    }

    fn validate(&self) -> Result<(), DecodeError> {
        let invalid =
            |problem| Err(DecodeError::Invalid { what: "message about memories", problem });
        match self {
            Self::Ask { embedding, .. } if embedding.dimensions() > limits::DIMENSIONS_MAX => {
                invalid(format!("{} dimensions", embedding.dimensions()))
            }
            Self::Ask { tags, .. } if tags.len() > limits::TAGS_MAX => {
                invalid(format!("{} tags", tags.len()))
            }
            Self::Found { heads, .. } if heads.len() > limits::HITS_MAX => {
                invalid(format!("{} capsules in one answer", heads.len()))
            }
            Self::Compare { sums } if sums.len() != BUCKETS => {
                invalid(format!("{} sums, where there are {BUCKETS} buckets", sums.len()))
            }
            Self::Listed { kept, gone } if kept.len() + gone.len() > limits::LISTED_MAX => {
                invalid(format!("{} names in one list", kept.len() + gone.len()))
            }
            Self::Want(ids) if ids.len() > WANT_MAX => {
                invalid(format!("{} capsules at a time", ids.len()))
            }
            _ => Ok(()),
        }
    }

    /// "Whoever made this", which is `owner`, "wants it gone."
    pub(crate) fn forget(owner: &Identity, capsule: Hash) -> Self {
        Self::Forget { capsule, signature: owner.sign(FORGET_DOMAIN, capsule.as_bytes()) }
    }
}

/// Checks that a capsule's owner wants it gone.
///
/// # Errors
/// [`BadSignature`].
pub(crate) fn check_forget(
    owner: PeerId,
    capsule: Hash,
    signature: &Signature,
) -> Result<(), BadSignature> {
    verify(owner, FORGET_DOMAIN, capsule.as_bytes(), signature)
}
