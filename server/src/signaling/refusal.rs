//! What the server refuses, in sentences that name the value and the way out.

use super::{outbox::Outgoing, rooms::UnknownPeer};
use protocol::{
    DecodeError, VERSION,
    limits::SIGNALING_MESSAGE_BYTES_MAX,
    signaling::{ErrorCode, ServerMessage},
};
use std::time::Duration;

/// A refusal: a stable code for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: ErrorCode,
    /// The label under which it is counted: the code, or something more precise for the operator.
    pub(crate) counted_as: &'static str,
    pub(crate) message: String,
}

/// The label of refusals because one address has too many connections.
pub(crate) const ADDRESS_FULL: &str = "address_full";

/// The longest part of a decoder's complaint that is sent back: it may quote what was sent.
const PROBLEM_CHARS_MAX: usize = 200;

impl Refusal {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, counted_as: code.as_str(), message: message.into() }
    }

    pub(crate) fn not_signaling(error: &DecodeError) -> Self {
        let problem: String = error.to_string().chars().take(PROBLEM_CHARS_MAX).collect();
        Self::new(
            ErrorCode::NotSignaling,
            format!(
                "{problem}. This server carries signaling only; send everything else to the peer itself"
            ),
        )
    }

    pub(crate) fn binary(size_bytes: usize) -> Self {
        Self::new(
            ErrorCode::NotSignaling,
            format!(
                "a binary frame of {size_bytes} bytes: signaling is JSON in text frames; send data to the peer itself"
            ),
        )
    }

    /// `size_bytes` is not known of a message that was cut off while it arrived.
    pub(crate) fn too_large(size_bytes: Option<usize>) -> Self {
        let size = size_bytes.map_or("too many bytes".to_owned(), |size| format!("{size} bytes"));
        Self::new(
            ErrorCode::TooLarge,
            format!(
                "a message of {size}, where {SIGNALING_MESSAGE_BYTES_MAX} are allowed: send data to the peer itself"
            ),
        )
    }

    pub(crate) fn too_frequent(wait: Duration) -> Self {
        Self::new(
            ErrorCode::TooFrequent,
            format!(
                "more messages than this server takes from one peer: wait {} ms",
                wait.as_millis().max(1)
            ),
        )
    }

    pub(crate) fn wrong_version(theirs: u64) -> Self {
        Self::new(
            ErrorCode::WrongVersion,
            format!(
                "the peer speaks version {theirs} of the protocol and this server speaks {VERSION}: reload the page"
            ),
        )
    }

    pub(crate) fn bad_signature(error: &protocol::identity::BadSignature) -> Self {
        Self::new(
            ErrorCode::BadSignature,
            format!(
                "{error}, over this connection's challenge: register with the key of the peer you name"
            ),
        )
    }

    pub(crate) fn not_registered(what: &str) -> Self {
        Self::new(
            ErrorCode::NotRegistered,
            format!("`{what}` before a registration: answer the challenge with `register` first"),
        )
    }

    pub(crate) fn registration_too_late(limit: Duration) -> Self {
        Self::new(
            ErrorCode::NotRegistered,
            format!(
                "no registration within {} ms: connect again and answer the challenge",
                limit.as_millis()
            ),
        )
    }

    pub(crate) fn already_registered() -> Self {
        Self::new(
            ErrorCode::AlreadyRegistered,
            "this connection has registered already: open another one for another room or identity",
        )
    }

    pub(crate) fn unknown_peer(error: &UnknownPeer) -> Self {
        Self::new(ErrorCode::UnknownPeer, format!("{error}: ask with `discover` who is"))
    }

    pub(crate) fn room_full(error: &super::rooms::RoomFull) -> Self {
        Self::new(ErrorCode::Full, format!("{error}: try again when somebody has left"))
    }

    pub(crate) fn server_full(sockets_max: usize) -> Self {
        Self::new(
            ErrorCode::Full,
            format!(
                "this server serves {sockets_max} peers and takes no more: try again later or use another server"
            ),
        )
    }

    pub(crate) fn address_full(sockets_max: usize) -> Self {
        let message = format!(
            "this server serves {sockets_max} peers of one network address, and yours has them: close other pages, or try again later"
        );
        Self { counted_as: ADDRESS_FULL, ..Self::new(ErrorCode::Full, message) }
    }

    pub(crate) fn too_slow() -> Self {
        Self::new(
            ErrorCode::TooSlow,
            "the device took messages more slowly than they came, so the connection is closed: connect again",
        )
    }

    pub(crate) fn silent(limit: Duration) -> Self {
        Self::new(
            ErrorCode::TooSlow,
            format!(
                "nothing was heard for {} ms, so the connection is closed: send heartbeats and connect again",
                limit.as_millis()
            ),
        )
    }

    pub(crate) fn shutting_down() -> Self {
        Self::new(
            ErrorCode::ShuttingDown,
            "the server is shutting down; open connections between peers go on without it: try again soon",
        )
    }
}

impl From<&Refusal> for Outgoing {
    fn from(refusal: &Refusal) -> Self {
        let Refusal { code, message, .. } = refusal.clone();
        Outgoing::from(&ServerMessage::Error { code, message })
    }
}
