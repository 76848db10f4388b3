//! The devices of one person: how two of them are paired, and what all of them agree on.
//!
//! - [`Record`] is what they agree on: who belongs, who was taken out, the keys of what is for them alone, settings, and which
//!   model of each cluster is the newest. Records of two devices are joined whenever they meet; the order does not matter, and
//!   nothing is counted twice (a state-based CRDT; Shapiro et al., INRIA RR-7506, 2011).
//! - [`Invitation`] is what the link holds by which a device is paired; both then show one number that a person compares.
//! - [`Person`] is the state machine of one device: it is told what happened and says what is to be stored, sent and told.
//!
//! A device that belongs is believed in everything: whoever holds it unlocked is its person. What it can do is bounded by
//! [`limits`], and ends when another device takes it out: from then on there is a new key, which it does not get.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod invitation;
mod joining;
pub mod limits;
mod message;
mod outcome;
mod pairing;
mod person;
mod record;

pub use invitation::{InvalidInvitation, Invitation};
pub use message::{Declined, Message};
pub use outcome::{News, Outcome};
pub use person::{Device, Person, PersonError, Stored};
pub use record::{Epoch, Member, Record, Revocation, Setting, Version};
