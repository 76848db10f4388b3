//! One program of all tests of this crate: each of its own would be linked with everything it tests.
#![allow(clippy::unwrap_used)]

mod addresses;
mod assets;
mod common;
mod http;
mod origins;
mod pages;
mod random_input;
mod refusals;
mod registration;
mod rooms;
mod settings;
mod shutdown;
mod silence;
mod slow_reader;
