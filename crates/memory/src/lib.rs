//! What a device remembers, found by meaning, and masked before it leaves.
//!
//! Nothing here has a clock, a generator or storage of its own: time, randomness and bytes come in as arguments.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod embedding;
pub mod masking;
pub mod vectors;
