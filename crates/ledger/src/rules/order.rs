//! What any order must be, whatever it does.

use crate::{Refusal, economics, state::Changes, transaction::Order};

/// Orders of an account are carried out in their order, each once.
pub(crate) fn nonce_is_next(order: &Order, changes: &Changes<'_>) -> Result<(), Refusal> {
    let (sender, nonce, next) = (order.sender, order.nonce, changes.account(order.sender).nonce);
    (nonce == next).then_some(()).ok_or(Refusal::Nonce { sender, nonce, next })
}

/// Nothing is for free.
pub(crate) fn fee_is_enough(order: &Order) -> Result<(), Refusal> {
    let (fee, least) = (order.fee, economics::FEE_MIN);
    (fee >= least).then_some(()).ok_or(Refusal::FeeTooSmall { fee, least })
}
