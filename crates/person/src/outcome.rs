//! What a device of a person wants done.

use protocol::{
    DecodeError,
    encoding::{decode, encode},
};
use serde::{Deserialize, Serialize};
use units::{ClusterId, PeerId};

/// What follows from something that was told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Whether what is stored has changed: messages leave once it is written.
    pub changed: bool,
    /// Messages to neighbours.
    pub messages: Vec<(PeerId, Vec<u8>)>,
    /// Peers that sent what no honest device sends, with the reason.
    pub refused: Vec<(PeerId, String)>,
    /// What people would like to know.
    pub news: Vec<News>,
    /// Clusters that a neighbour which belongs wants.
    pub gives: Vec<(PeerId, ClusterId)>,
    /// Clusters that a neighbour was asked for.
    pub wants: Vec<(PeerId, ClusterId)>,
}

/// What people would like to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// Both devices show this number: a person compares, and says so on both.
    Number {
        /// The other device.
        with: PeerId,
        /// Its name.
        name: String,
        /// Below a million.
        number: u32,
    },
    /// The other device's person has said yes; this one's has not yet.
    TheyAgree,
    /// Two devices belong together.
    Paired {
        /// The other one.
        with: PeerId,
        /// Its name.
        name: String,
    },
    /// They do not.
    NotPaired {
        /// Why not, with the way out.
        reason: String,
    },
    /// Who belongs has changed.
    Devices,
    /// Another device has changed what is the same on all.
    Setting {
        /// Which.
        name: String,
        /// To what.
        value: String,
    },
    /// Another device has taken this one out.
    TakenOut,
}

/// News of one moment: a few sentences.
const NEWS_BYTES_MAX: usize = 64 * 1024;

impl News {
    /// As bytes.
    pub fn encode_all(news: &[Self]) -> Vec<u8> {
        encode(&news)
    }

    /// Reads some.
    ///
    /// # Errors
    /// [`DecodeError`].
    pub fn decode_all(bytes: &[u8]) -> Result<Vec<Self>, DecodeError> {
        decode("news of devices", bytes, NEWS_BYTES_MAX)
    }
}
