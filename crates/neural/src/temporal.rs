//! Layers that know of time.
//!
//! A temporal layer is a static one above traces: oscillators that every value below it drives, whose phases say what
//! came when. Learning at a frame needs nothing else of the past (see [`traces`]), so no gradient goes back in time.

mod eligibility;
mod glimpses;
mod past;
mod rotation;
mod stream;
mod traces;

pub(crate) use glimpses::{Glimpses, SAMPLES_PER_GLIMPSE};
pub(crate) use past::Past;
pub use stream::Stream;
pub use traces::impulse_responses;
