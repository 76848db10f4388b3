//! What any order must be, whatever it does.

use crate::{Refusal, economics, state::Changes, transaction::Order};

/// Orders of an account are carried out in their order, each once.
pub(crate) fn nonce_is_next(order: &Order, changes: &Changes<'_>) -> Result<(), Refusal> {
    let (sender, nonce, next) = (order.sender, order.nonce, changes.account(order.sender).nonce);
    (nonce == next).then_some(()).ok_or(Refusal::Nonce { sender, nonce, next })
}

/// Nothing is for free: what is longer, and costs all others more memory and time, costs more.
pub(crate) fn fee_is_enough(order: &Order) -> Result<(), Refusal> {
    let begun = order.size_bytes().div_ceil(economics::FEE_BYTES);
    let (fee, least) = (order.fee, economics::FEE_MIN.times(begun as u64)?);
    (fee >= least).then_some(()).ok_or(Refusal::FeeTooSmall { fee, least })
}
