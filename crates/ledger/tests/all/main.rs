//! One program of all tests of this crate: each of its own would be linked with everything it tests.
#![allow(clippy::unwrap_used)]

mod agreement;
mod attacks;
mod branches;
mod capsules;
mod chain;
mod common;
mod conservation;
mod decoding;
mod devices;
mod exclusion;
mod incentives;
mod lending;
mod money;
mod payments;
mod pool;
mod proofs;
mod reputation;
mod rounds;
// The example `incentives` prints a table of it.
#[allow(dead_code, unreachable_pub)]
mod simulation;
mod treasury;
