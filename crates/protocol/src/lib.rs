//! What peers and the signaling server say to each other, byte for byte.
//!
//! * [`signaling`]: JSON between a peer and the server, which only introduces peers to each other;
//! * [`envelope`]: what the server carries without being able to read or forge it: signed, sealed WebRTC descriptions;
//! * [`message`]: what peers say on the ordered `control` channel;
//! * [`overlay`]: what they say there for the sake of rooms in which not everyone is connected with everyone;
//! * [`encoding`]: how values become bytes and are read again;
//! * [`bulk`]: large values in frames on the `bulk` channel;
//! * [`pieces`]: large values by the names of their pieces, which may come from several peers;
//! * [`session`]: rounds of a learning session and the records they leave;
//! * [`signatures`]: who signed what, for one signature and for many at once;
//! * [`split`]: one network whose nodes are on several devices.
//!
//! The crate refuses to hold state about a conversation: it knows what a message is, how large it may be and who
//! signed it, and leaves what it means to the `peer` and `server` crates. Every decoder checks sizes before it
//! allocates and returns a typed error for any byte string.
//!
//! ```
//! use protocol::{identity::Identity, room::RoomSecret};
//! let me = Identity::from_seed([7; 32]);
//! let signature = me.sign("example", b"hello");
//! assert!(protocol::identity::verify(me.peer_id(), "example", b"hello", &signature).is_ok());
//! let room = RoomSecret::from_bytes([1; 32]);
//! assert_eq!(room.room_id(), RoomSecret::from_bytes([1; 32]).room_id());
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod bulk;
pub mod cluster;
pub mod encoding;
pub mod envelope;
pub mod identity;
pub mod limits;
pub mod message;
pub mod overlay;
pub mod permit;
pub mod pieces;
pub mod room;
pub mod session;
pub mod signaling;
pub mod signatures;
pub mod split;

pub use encoding::DecodeError;

/// The version of everything in this crate. Peers of another version are refused with a sentence that says so.
pub const VERSION: u16 = 10;
