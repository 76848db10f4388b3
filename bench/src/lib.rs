//! What `cargo xtask bench neural` measures, natively and in a browser.

pub mod arithmetic;
pub mod bits;
pub mod course;
pub mod order;

#[cfg(target_arch = "wasm32")]
pub mod exports;
