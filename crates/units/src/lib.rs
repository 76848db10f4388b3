//! Identifiers, hashes, money and time as types, and maps in the order of such names.
//!
//! Everything that crosses a boundary in Peerceptron is named by one of these newtypes, so that a room can never be
//! passed where a peer is meant and a duration never loses its unit. This crate refuses to know what the names are
//! for: no keys, no messages, no clocks.
//!
//! ```
//! use units::{Hash, Instant, PeerId};
//! use core::time::Duration;
//!
//! let peer: PeerId = "00".repeat(32).parse().unwrap();
//! assert_eq!(peer.short(), "00000000");
//! let later = Instant::ZERO + Duration::from_millis(5);
//! assert_eq!(later.saturating_duration_since(Instant::ZERO), Duration::from_millis(5));
//! assert_ne!(Hash::of(b"a"), Hash::of(b"b"));
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod credits;
mod hash;
mod hex_bytes;
mod label;
mod sorted;
mod time;

pub use credits::{AmountError, Credits};
pub use hash::Hash;
pub use hex_bytes::{InvalidId, PeerId, RoomId, SessionId};
pub use label::{ClusterId, InvalidLabel};
pub use sorted::{SortedMap, SortedSet, sort_by_key};
pub use time::{Instant, UnixMillis};
