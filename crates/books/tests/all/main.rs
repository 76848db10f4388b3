//! One program of all tests of this crate: each of its own would be linked with everything it tests.
#![allow(clippy::unwrap_used)]

mod common;
mod reports;
mod rooms;
mod views;
