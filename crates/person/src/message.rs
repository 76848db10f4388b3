//! What devices say to each other about belonging together.

use crate::{
    limits,
    record::{Record, is_name},
};
use protocol::{
    DecodeError,
    encoding::{decode, encode},
};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash};

/// From one device to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Message {
    /// "I have seen your link, and would like to belong."
    Knock {
        /// Shows that the link was seen.
        proof: Hash,
        /// Binds the sender to a number before it knows the receiver's.
        commitment: Hash,
        /// The sender's name.
        name: String,
    },
    /// "This is my number."
    Number {
        /// Drawn for this pairing.
        nonce: [u8; 16],
        /// The receiver's name.
        name: String,
    },
    /// "This is mine, as promised."
    Reveal {
        /// What [`Self::Knock`] was bound to.
        nonce: [u8; 16],
    },
    /// "My person says that the numbers are the same."
    Agree,
    /// "So does mine: welcome."
    Welcome(Record),
    /// "I have stored that."
    Settled,
    /// "No."
    Declined(Declined),
    /// "This is what I know", to a device that belongs.
    State {
        /// What all agree on.
        record: Record,
        /// Models that are on the sender.
        holds: Vec<(ClusterId, Hash)>,
    },
    /// "Send me this cluster as you have it."
    WantModel(ClusterId),
    /// "You belong no longer."
    TakenOut {
        /// To whom.
        person: [u8; 16],
    },
}

/// Why a pairing does not come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Declined {
    /// No link is shown, or another one.
    NoSuchOffer,
    /// The offer is older than it may be.
    TooLate,
    /// Another device has followed the link first.
    Busy,
    /// A person said that the numbers differ, or gave up.
    ByPerson,
    /// There are as many devices as a person can have.
    Full,
    /// It was taken out before, for good.
    Revoked,
}

impl Declined {
    /// For people, with the way out.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoSuchOffer => {
                "that link is not shown any more: show a new one on the other device"
            }
            Self::TooLate => {
                "that link is more than ten minutes old: show a new one on the other device"
            }
            Self::Busy => {
                "that link was opened on a third device first: show a new one on the other device"
            }
            Self::ByPerson => "somebody on the other device has said no",
            Self::Full => {
                "the other device belongs with as many as one person can have: take one out first"
            }
            Self::Revoked => {
                "this device was taken out before: clear this site's data on it, and it can be paired as a new one"
            }
        }
    }
}

impl Message {
    /// As bytes.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads one that came from anywhere, with every size and signature checked.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let what = "message about devices";
        let message: Self = decode(what, bytes, limits::MESSAGE_BYTES_MAX)?;
        match &message {
            Self::Knock { name, .. } | Self::Number { name, .. } if !is_name(name) => {
                let problem = format!("a name of {} bytes", name.len());
                return Err(DecodeError::Invalid { what, problem });
            }
            Self::State { holds, .. } if holds.len() > limits::MODELS_MAX => {
                let problem = format!("{} models", holds.len());
                return Err(DecodeError::Invalid { what, problem });
            }
            // Signatures of records are checked by whoever wants one: they cost something.
            _ => {}
        }
        Ok(message)
    }
}
