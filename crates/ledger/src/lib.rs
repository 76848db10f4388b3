//! A room's ledger.
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod header;
pub mod work;

pub use header::Header;
