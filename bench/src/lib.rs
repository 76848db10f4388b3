//! What `cargo xtask bench neural` measures, natively and in a browser.

pub mod arithmetic;
pub mod bits;
pub mod course;
pub mod order;
#[cfg(not(target_arch = "wasm32"))]
pub mod rooms;

#[cfg(target_arch = "wasm32")]
pub mod exports;
