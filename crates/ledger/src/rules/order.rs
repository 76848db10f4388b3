//! What any order must be, whatever it does.

use crate::{
    Refusal, economics,
    state::Changes,
    transaction::{Action, Order},
};
use units::Credits;

/// Orders of an account are carried out in their order, each once.
pub(crate) fn nonce_is_next(order: &Order, changes: &Changes<'_>) -> Result<(), Refusal> {
    let (sender, nonce, next) = (order.sender, order.nonce, changes.account(order.sender).nonce);
    (nonce == next).then_some(()).ok_or(Refusal::Nonce { sender, nonce, next })
}

/// Nothing is for free, and what has everybody read and compute much costs more.
pub(crate) fn fee_is_enough(order: &Order) -> Result<(), Refusal> {
    let (fee, least) = (order.fee, fee_min(&order.action));
    (fee >= least).then_some(()).ok_or(Refusal::FeeTooSmall { fee, least })
}

/// The least fee of an order that does this.
pub fn fee_min(action: &Action) -> Credits {
    let kibibytes = match action {
        Action::Dispute { proof, .. } => proof.len() as u64 / 1_024,
        _ => 0,
    };
    economics::FEE_MIN.times(1 + kibibytes).unwrap_or(Credits::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::Hash;

    #[test]
    fn a_dispute_costs_by_its_size() {
        let dispute = |bytes| Action::Dispute { loan: Hash::of(&[]), proof: vec![0; bytes] };
        assert_eq!(fee_min(&dispute(1_023)), economics::FEE_MIN);
        assert_eq!(fee_min(&dispute(1_024 * 1_024)), Credits::from_micros(10_250));
    }
}
