//! Why a command of the host failed.

use peer::{CommandError, JobError};
use units::PeerId;

/// A command could not be carried out, or did not come to its end.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// The engine refused it.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// Its job failed.
    #[error(transparent)]
    Job(#[from] JobError),
    /// Another tab holds the identity.
    #[error(
        "another tab of this browser is already device `{device}`: use that tab, or close it and reload this page"
    )]
    SecondTab {
        /// The name that both want.
        device: String,
    },
    /// A name that no device can have.
    #[error(
        "{0:?} cannot name a device: 1 to 32 characters, none of them a control character, are needed"
    )]
    InvalidDevice(String),
    /// The browser lacks something that nothing works without.
    #[error("this browser has no {0}: use a current Chromium, Firefox or Safari")]
    Unsupported(&'static str),
    /// A connection did not come about.
    #[error("no connection with peer {} came about: {reason}", peer.short())]
    ConnectionFailed {
        /// With whom.
        peer: PeerId,
        /// Why.
        reason: String,
    },
    /// The signaling server is out of reach.
    #[error("the signaling server is out of reach: {0}; it will be tried again")]
    SignalingUnreachable(String),
    /// The signaling server refused the registration.
    #[error("the signaling server refused this device: {message}")]
    SignalingRefused {
        /// Its code.
        code: String,
        /// Its sentence.
        message: String,
    },
    /// No block of the room's ledger was found.
    #[error("no block was found: {0}")]
    NoBlock(String),
    /// A copy of all that this device has was not written, or did not take its place.
    #[error("{message}")]
    Copy {
        /// A stable name for the case.
        code: String,
        /// A sentence for people.
        message: String,
    },
    /// The host has been closed.
    #[error("this network is closed: make a new one")]
    Closed,
}

impl HostError {
    /// A stable name for the case, on which callers of the JavaScript class match.
    pub fn code(&self) -> &str {
        match self {
            Self::Command(error) => error.code(),
            Self::Job(error) => error.code(),
            Self::SecondTab { .. } => "second_tab",
            Self::InvalidDevice(_) => "invalid_input",
            Self::Unsupported(_) => "unsupported",
            Self::ConnectionFailed { .. } => "connection_failed",
            Self::SignalingUnreachable(_) => "signaling_unreachable",
            Self::SignalingRefused { code, .. } | Self::Copy { code, .. } => code,
            Self::NoBlock(_) => "no_block",
            Self::Closed => "closed",
        }
    }
}
