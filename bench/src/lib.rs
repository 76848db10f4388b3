//! What `cargo xtask bench neural` and `rooms` measure, natively and in a browser.

pub mod arithmetic;
pub mod bits;
pub mod course;
pub mod messages;
pub mod order;
pub mod private;
pub mod rooms;

#[cfg(target_arch = "wasm32")]
pub mod exports;
