//! `DistributedNeuralNetwork`: the peer as a JavaScript class.
//!
//! Thin over [`browser::Host`]: arguments are read and checked ([`argument`]), results become plain objects
//! ([`shapes`]), and whatever fails becomes an `Error` with a stable `code` ([`failure`]). The class is exported by the
//! module `/sdk/peerceptron.js` (the `module` crate), and by the application, whose own peer it wraps with
//! [`DistributedNeuralNetwork::around`].
//!
//! Every argument is taken as any JavaScript value and checked here, because what `wasm-bindgen` says about a wrong one has no
//! code. `peerceptron.d.ts` holds the types that callers see.

mod argument;
mod blueprint;
mod booting;
mod brought;
mod class;
mod copies;
mod events;
mod failure;
mod given;
mod later;
mod ledger_views;
mod market;
mod memory;
mod promises;
mod shapes;
mod skills;
mod whole_model;

pub use booting::Booting;
pub use class::{DistributedNeuralNetwork, find_worker_at};
pub use copies::{become_copy, check_copy, write_copy};
pub use failure::Failure;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("../peerceptron.d.ts");
