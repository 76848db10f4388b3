//! JSON between a peer and the signaling server.
//!
//! The vocabulary has no place for user data: a peer registers, asks who is there, passes sealed handshakes on, says
//! what its device can do and that it is alive. Whatever else arrives is refused with a typed error.
//!
//! A conversation: the server sends [`ServerMessage::Challenge`]; the peer answers with [`ClientMessage::Register`],
//! whose signature proves that it holds the key; from [`ServerMessage::Registered`] on everything is allowed.

mod given;
mod messages;
mod registration;

pub use messages::{
    Capability, ClientMessage, ErrorCode, IceServer, LeaveReason, PeerCard, ServerMessage,
    decode_client, decode_server,
};
pub use registration::{Challenge, Registration};
