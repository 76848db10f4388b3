//! What accounts are paid, and why: not part of the state, so that it costs nobody anything to remember it or not.

use serde::{Deserialize, Serialize};
use units::{Credits, PeerId};

/// Payments of one block to one account that are kept, the largest: of many small ones, nobody reads them all, and whoever sends
/// them must not fill a device's memory.
pub const PAYMENTS_MAX: usize = 16;

/// Money that came to an account's balance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// How much.
    pub amount: Credits,
    /// What for.
    pub cause: Cause,
}

/// What somebody is paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Cause {
    /// It was made a member.
    Welcome {
        /// Who welcomed it.
        by: PeerId,
    },
    /// Somebody gave it away.
    Gift {
        /// Who.
        from: PeerId,
    },
    /// It found a block: what the orders in it offered.
    Fees,
    /// It found a block: the treasury's part.
    Mining,
    /// Its updates were useful.
    Rounds,
    /// Its capsules were.
    Capsules,
    /// Its nodes worked for others: the treasury's part.
    Hosting,
    /// Its nodes worked for somebody: what that one paid.
    Loan {
        /// Who had them on lease.
        borrower: PeerId,
    },
    /// It was cheated.
    Fraud {
        /// Who lost its stake by it.
        lender: PeerId,
    },
    /// It is its own money, which was bound.
    Unbound,
}

/// What one account is paid of all that: payments of one cause are one, the largest come first, and there are at most
/// [`PAYMENTS_MAX`].
pub(crate) fn of_account(all: &[(PeerId, Payment)], account: PeerId) -> Vec<Payment> {
    let mut sums: Vec<Payment> = Vec::new();
    for (_, payment) in all.iter().filter(|(to, _)| *to == account) {
        let known = sums.iter().position(|sum| sum.cause == payment.cause);
        match known {
            Some(at) => {
                sums[at].amount = sums[at].amount.plus(payment.amount).unwrap_or(Credits::MAX);
            }
            None if sums.len() < DISTINCT_MAX => sums.push(*payment),
            None => {}
        }
    }
    sums.sort_by_key(|sum| core::cmp::Reverse(sum.amount));
    sums.truncate(PAYMENTS_MAX);
    sums
}

/// Causes that are told apart while a block is summed up: the work that it can make.
const DISTINCT_MAX: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u16) -> PeerId {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&n.to_le_bytes());
        PeerId::from_bytes(bytes)
    }

    fn pays(to: u16, micros: u64, cause: Cause) -> (PeerId, Payment) {
        (peer(to), Payment { amount: Credits::from_micros(micros), cause })
    }

    #[test]
    fn an_account_sees_its_own_payments_one_a_cause_the_largest_first() {
        let gift = Cause::Gift { from: peer(9) };
        let all = [
            pays(1, 2, Cause::Fees),
            pays(2, 50, Cause::Welcome { by: peer(9) }),
            pays(1, 3, gift),
            pays(1, 2, Cause::Fees),
        ];
        let of: Vec<_> =
            of_account(&all, peer(1)).iter().map(|it| (it.amount.as_micros(), it.cause)).collect();
        assert_eq!(of, [(4, Cause::Fees), (3, gift)]);
    }

    #[test]
    fn however_many_pay_what_is_kept_is_bounded() {
        let gift = |n: u16| pays(1, u64::from(n), Cause::Gift { from: peer(n) });
        let all: Vec<_> = (1..2_000).map(gift).collect();
        assert_eq!(of_account(&all, peer(1)).len(), PAYMENTS_MAX);
    }
}
