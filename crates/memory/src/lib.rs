//! What a device remembers, found by meaning, and masked before it leaves.
//!
//! Nothing here has a clock, a generator or storage of its own: time, randomness and bytes come in as arguments.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod call;
pub mod capsule;
pub mod embedding;
pub mod keeper;
pub mod library;
pub mod limits;
pub mod log;
pub mod masking;
pub mod message;
pub mod projection;
pub mod vectors;
