//! What devices agree on: the shared model, what one device's training changed, and how changes are brought together.

pub(crate) mod aggregate;
pub(crate) mod model;
pub(crate) mod update;
