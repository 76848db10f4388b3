//! The messages.

use super::{
    given::Fields,
    registration::{Challenge, Registration},
};
use crate::{
    DecodeError,
    envelope::{Envelope, Instance},
    limits,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use units::PeerId;

/// What a peer says to the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientMessage {
    /// "I am this peer and enter this room": the answer to a challenge.
    Register(Registration),
    /// "Who else is in the room?"
    Discover {},
    /// "Pass this sealed handshake on."
    Signal {
        /// Whom it is for.
        to: PeerId,
        /// What only they can open.
        envelope: Envelope,
    },
    /// "This is what my device can do now."
    AnnounceCapability {
        /// What it can do.
        capability: Capability,
    },
    /// "I am alive."
    Heartbeat {},
}

/// What the server says to a peer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "Fields")]
pub enum ServerMessage {
    /// The first message: what a registration must sign.
    Challenge {
        /// The server's protocol version.
        version: u16,
        /// Fresh for every connection.
        challenge: Challenge,
    },
    /// The registration was accepted.
    Registered {
        /// How often the peer must send something, in milliseconds.
        heartbeat_interval_ms: u32,
        /// Servers that help to find a path, as this server's operator configured them.
        ice_servers: Vec<IceServer>,
    },
    /// A peer has entered the room, or has something new to say of its device. In a room of more than
    /// [`limits::KNOWN_PEERS_MAX`] others, only some are told.
    PeerJoined {
        /// The peer.
        peer: PeerCard,
        /// How many others are in the room, told of or not.
        others: u32,
    },
    /// A peer has left the room.
    PeerLeft {
        /// The peer.
        peer: PeerId,
        /// Why.
        reason: LeaveReason,
    },
    /// Everyone else in the room, or so many of them, picked at random: the answer to `discover`.
    Peers {
        /// At most [`limits::KNOWN_PEERS_MAX`]; fewer are all there are.
        peers: Vec<PeerCard>,
        /// How many others are in the room, told of or not.
        others: u32,
    },
    /// A handshake from another peer.
    Signal {
        /// Who sent it, as the server has verified.
        from: PeerId,
        /// What only the receiver can open.
        envelope: Envelope,
    },
    /// Something that the peer sent was refused.
    Error {
        /// What kind of refusal.
        code: ErrorCode,
        /// A sentence that names the value and the way out.
        message: String,
    },
}

/// What a device can do, small and typed so that it cannot carry anything else.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// The device's name, as its owner wants others to see it.
    pub device_name: String,
    /// Logical processors; 0 if unknown.
    pub logical_cores: u16,
    /// Training speed measured on this device, in samples a second; 0 if not measured yet.
    pub samples_per_second: u32,
    /// Nodes of other devices' networks that somebody at this device has agreed to carry.
    #[serde(default)]
    pub nodes_for_others: u32,
}

/// A peer as others see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerCard {
    /// Its public key.
    pub peer: PeerId,
    /// Its current life.
    pub instance: Instance,
    /// What its device can do.
    pub capability: Capability,
}

/// A STUN or TURN server (RFC 8489, RFC 8656), in the form that browsers take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IceServer {
    /// `stun:` or `turn:` addresses.
    pub urls: Vec<String>,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For TURN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// Why a peer left a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// Its connection to the server was closed.
    Closed,
    /// It was silent for too long.
    Silent,
    /// The same identity registered again elsewhere.
    Replaced,
}

/// Why the server refused something. The strings are stable: clients match on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// Not a message of this vocabulary.
    NotSignaling,
    /// Longer than a signaling message may be.
    TooLarge,
    /// More messages than the rate allows.
    TooFrequent,
    /// The peer speaks another version.
    WrongVersion,
    /// The signature over the challenge is wrong.
    BadSignature,
    /// Something before, or a second, registration.
    NotRegistered,
    /// Registered twice on one connection.
    AlreadyRegistered,
    /// The receiver is not in the room.
    UnknownPeer,
    /// The room, or the server, takes no more peers, or no more from that network address.
    Full,
    /// The device took messages too slowly, or was silent for too long.
    TooSlow,
    /// The server is shutting down.
    ShuttingDown,
}

impl ErrorCode {
    /// The string on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSignaling => "not_signaling",
            Self::TooLarge => "too_large",
            Self::TooFrequent => "too_frequent",
            Self::WrongVersion => "wrong_version",
            Self::BadSignature => "bad_signature",
            Self::NotRegistered => "not_registered",
            Self::AlreadyRegistered => "already_registered",
            Self::UnknownPeer => "unknown_peer",
            Self::Full => "full",
            Self::TooSlow => "too_slow",
            Self::ShuttingDown => "shutting_down",
        }
    }
}

impl ClientMessage {
    /// The JSON on the wire.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("signaling messages have a JSON form")
    }
}

impl ServerMessage {
    /// The JSON on the wire.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("signaling messages have a JSON form")
    }
}

impl Capability {
    /// Checks that the name is short and printable.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] names what is wrong.
    pub fn validate(&self) -> Result<(), DecodeError> {
        let chars = self.device_name.chars().count();
        let problem = if chars > limits::DEVICE_NAME_CHARS_MAX {
            format!(
                "a device name of {chars} characters ({} are allowed)",
                limits::DEVICE_NAME_CHARS_MAX
            )
        } else if self.device_name.chars().any(char::is_control) {
            "a device name with control characters".to_owned()
        } else {
            return Ok(());
        };
        Err(DecodeError::Invalid { what: "capability", problem })
    }
}

/// Reads what a peer sent to the server.
///
/// # Errors
/// [`DecodeError`] for anything that is not one of the messages; the size is checked before anything is read.
pub fn decode_client(text: &str) -> Result<ClientMessage, DecodeError> {
    let message = decode_json(text)?;
    match &message {
        ClientMessage::Register(registration) => registration.capability.validate()?,
        ClientMessage::AnnounceCapability { capability } => capability.validate()?,
        _ => {}
    }
    Ok(message)
}

/// Reads what the server sent to a peer. A server is not trusted either.
///
/// # Errors
/// [`DecodeError`] for anything that is not one of the messages; the size is checked before anything is read.
pub fn decode_server(text: &str) -> Result<ServerMessage, DecodeError> {
    let message = decode_json(text)?;
    match &message {
        ServerMessage::PeerJoined { peer, .. } => peer.capability.validate()?,
        ServerMessage::Peers { peers, .. } => {
            if peers.len() > limits::KNOWN_PEERS_MAX {
                let problem = format!("{} peers in one answer", peers.len());
                return Err(DecodeError::Invalid { what: "peers message", problem });
            }
            for peer in peers {
                peer.capability.validate()?;
            }
        }
        _ => {}
    }
    Ok(message)
}

fn decode_json<T: DeserializeOwned>(text: &str) -> Result<T, DecodeError> {
    let size_bytes = text.len();
    if size_bytes > limits::SIGNALING_MESSAGE_BYTES_MAX {
        let limit_bytes = limits::SIGNALING_MESSAGE_BYTES_MAX;
        return Err(DecodeError::TooLarge { what: "signaling message", size_bytes, limit_bytes });
    }
    serde_json::from_str(text).map_err(|error| DecodeError::Invalid {
        what: "signaling message",
        problem: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_json_is_what_the_documentation_shows() {
        assert_eq!(ClientMessage::Heartbeat {}.to_json(), r#"{"type":"heartbeat"}"#);
        let error = ServerMessage::Error { code: ErrorCode::UnknownPeer, message: "gone".into() };
        assert_eq!(error.to_json(), r#"{"type":"error","code":"unknown_peer","message":"gone"}"#);
    }

    #[test]
    fn user_data_has_no_place_in_the_vocabulary() {
        for text in [
            r#"{"type":"chat","text":"hello"}"#,
            r#"{"type":"heartbeat","text":"hello"}"#,
            r#"{"type":"announce_capability","capability":{"device_name":"a","logical_cores":1,"samples_per_second":0,"extra":"x"}}"#,
            "[1,2,3]",
            "",
        ] {
            assert!(matches!(decode_client(text), Err(DecodeError::Invalid { .. })), "{text}");
        }
    }

    #[test]
    fn a_long_name_is_refused_with_its_length() {
        let capability = Capability { device_name: "x".repeat(33), ..Capability::default() };
        let text = ClientMessage::AnnounceCapability { capability }.to_json();
        let error = decode_client(&text).unwrap_err().to_string();
        assert!(error.contains("33 characters"), "{error}");
    }

    proptest! {
        #[test]
        fn any_text_is_answered_without_a_panic(text in ".{0,300}") {
            let _ = decode_client(&text);
            let _ = decode_server(&text);
        }
    }
}
