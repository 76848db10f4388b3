//! What devices agree on: the shared model, what one device's training changed, and how changes are brought together.

pub(crate) mod aggregate;
pub(crate) mod model;
mod robust;
pub(crate) mod score;
pub(crate) mod update;
