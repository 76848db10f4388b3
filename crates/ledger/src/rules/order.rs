//! What any order must be, whatever it does.

use crate::{Refusal, economics, order::Order, state::Changes};

/// Orders of an account are carried out in their order, each once.
pub(crate) fn nonce_is_next(order: &Order, changes: &Changes<'_>) -> Result<(), Refusal> {
    let (sender, nonce, next) = (order.sender, order.nonce, changes.account(order.sender).nonce);
    (nonce == next).then_some(()).ok_or(Refusal::Nonce { sender, nonce, next })
}

/// Nothing is for free: what is longer, and costs all others more memory and time, costs more.
pub(crate) fn fee_is_enough(order: &Order) -> Result<(), Refusal> {
    let (fee, least) = (order.fee, economics::fee_min(order.encode().len())?);
    (fee >= least).then_some(()).ok_or(Refusal::FeeTooSmall { fee, least })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{contracts::money::Account, order::Action, state::State};
    use protocol::identity::Identity;
    use units::{Credits, Hash};

    fn order(nonce: u64, fee: Credits, proof_bytes: usize) -> Order {
        let (identity, room) = (Identity::from_seed([1; 32]), Hash::of(b"room"));
        let action = Action::Dispute { loan: room, proof: vec![0; proof_bytes] };
        Order::sign(&identity, room, nonce, fee, action)
    }

    #[test]
    fn the_next_nonce_is_the_number_of_orders_before() {
        let fee = economics::FEE_MIN;
        let sender = order(0, fee, 0).sender;
        let state = State::default();
        let mut changes = Changes::new(&state);
        let check = |nonce, changes: &Changes<'_>| nonce_is_next(&order(nonce, fee, 0), changes);
        assert_eq!(check(0, &changes), Ok(()), "an account that is not there has none");
        let refusal = Refusal::Nonce { sender, nonce: 1, next: 0 };
        assert_eq!(check(1, &changes), Err(refusal));
        changes.put(sender, Account { nonce: 7, ..Account::default() });
        let wrong = [0, 6, 8, u64::MAX].map(|nonce| check(nonce, &changes));
        assert!(wrong.iter().all(Result::is_err));
        assert_eq!(check(7, &changes), Ok(()));
    }

    #[test]
    fn the_least_fee_grows_with_what_an_order_takes() {
        let check = |micros, proof_bytes| {
            let order = order(0, Credits::from_micros(micros), proof_bytes);
            (fee_is_enough(&order).is_ok(), order.encode().len())
        };
        let (_, size_bytes) = check(1_000, 300);
        let whole = 300 + economics::FEE_BYTES - size_bytes;
        assert_eq!(check(1_000, whole), (true, economics::FEE_BYTES));
        assert_eq!(check(999, whole), (false, economics::FEE_BYTES));
        assert_eq!(check(1_000, whole + 1), (false, economics::FEE_BYTES + 1));
        assert_eq!(check(2_000, whole + 1), (true, economics::FEE_BYTES + 1));
        assert!(check(u64::MAX, 40_000).0);
    }
}
