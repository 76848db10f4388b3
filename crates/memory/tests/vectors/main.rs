//! What searches in an index find, beside what the simplest way finds.

mod bits;
mod exact;
mod near;
mod refusals;
mod simplest;
