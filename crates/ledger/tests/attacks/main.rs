//! Attacks, each a sentence that says what it comes to.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;

mod blocks;
mod forks;
mod orders;
mod rewards;
