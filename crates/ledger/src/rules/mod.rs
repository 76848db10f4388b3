//! What a header, an order and a block must be: one function a rule.

pub(crate) mod block;
pub(crate) mod header;
pub(crate) mod order;
