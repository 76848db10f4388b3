//! What `cargo xtask bench neural`, `rooms`, `ledger` and `memory` measure, natively and in a browser.

pub mod arithmetic;
pub mod chains;
pub mod course;
pub mod ledger;
pub mod lending;
pub mod messages;
pub mod order;
pub mod private;
pub mod quality;
pub mod replay;
pub mod rooms;
pub mod vectors;

#[cfg(target_arch = "wasm32")]
pub mod chains_exports;
#[cfg(target_arch = "wasm32")]
pub mod embedding_exports;
#[cfg(target_arch = "wasm32")]
pub mod exports;
#[cfg(target_arch = "wasm32")]
pub mod ledger_exports;
#[cfg(target_arch = "wasm32")]
pub mod lending_exports;
#[cfg(target_arch = "wasm32")]
pub mod vectors_exports;
