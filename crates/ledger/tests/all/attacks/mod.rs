//! Attacks, each a sentence that says what it comes to.

mod blocks;
mod forks;
mod orders;
mod rewards;
