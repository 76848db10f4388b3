//! Threshold-gated, forward-only learning with the same bits on every machine.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod dataset;

pub use dataset::{Dataset, Values};
