//! What is owed for lent nodes, when a borrower signs for it, and when a lender stops.

use crate::{Borrower, Lender};
use core::time::Duration;
use ledger::contracts::lending::{Loan, Receipt, Terms};
use protocol::{
    identity::{Identity, Signature},
    signatures::{Keys, verify_all},
};
use units::{AmountError, Credits, Hash};

const HOUR_MS: u64 = 3_600_000;
const THOUSAND: u64 = 1_000;

/// Segments that a lender works without a receipt: while a statement, an audit and a receipt are on their way, it goes on working.
pub const UNPAID_SEGMENTS_MAX: u32 = 4;

/// By how much the two sides' clocks may disagree about how long a loan has lasted.
pub const CLOCKS_DIFFER: Duration = Duration::from_secs(30);

/// What nodes have cost after so long and so many events.
///
/// # Errors
/// [`AmountError::Overflow`] beyond what money can be.
pub fn amount_owed(terms: &Terms, elapsed: Duration, events: u64) -> Result<Credits, AmountError> {
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let counted = |price: Credits, count: u64, unit: u64| {
        price.times(count / unit)?.plus(price.part(count % unit, unit))
    };
    let time = counted(terms.price_per_hour, elapsed_ms, HOUR_MS)?;
    time.plus(counted(terms.price_per_thousand_events, events, THOUSAND)?)
}

/// Why no more work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unpaid {
    /// The borrower does not sign.
    #[error("{segments} segments without a receipt: {UNPAID_SEGMENTS_MAX} are lent on trust")]
    Segments {
        /// How many.
        segments: u32,
    },
    /// What it owes is more than it has put down.
    #[error("{owed} are owed, where {deposit} were deposited")]
    Deposit {
        /// How much.
        owed: Credits,
        /// What can be paid.
        deposit: Credits,
    },
    /// More than money can be.
    #[error(transparent)]
    Amount(#[from] AmountError),
}

/// A receipt that is not worth what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PoorReceipt {
    /// Of another loan, or by somebody else, or not signed.
    #[error("a receipt that the borrower has not signed for this loan")]
    NotTheirs,
    /// About other work than was done.
    #[error("a receipt for {segments} segments and {events} events, where {} and {} were done", done.0, done.1)]
    Work {
        /// As signed.
        segments: u32,
        /// As signed.
        events: u64,
        /// What was done.
        done: (u32, u64),
    },
    /// Of less than is owed, or more than can be paid.
    #[error("a receipt of {signed} where {owed} are owed")]
    Amount {
        /// As signed.
        signed: Credits,
        /// As computed here.
        owed: Credits,
    },
}

impl Borrower {
    /// Signs what is owed for all segments that are stated: to be called when a statement has been accepted and, if it was drawn,
    /// audited. `elapsed` is since the loan began.
    ///
    /// # Errors
    /// [`Unpaid`] if the deposit does not cover it: the loan is at its end.
    pub fn receipt(
        &self,
        identity: &Identity,
        loan: &Loan,
        elapsed: Duration,
        is_last: bool,
    ) -> Result<Receipt, Unpaid> {
        let owed = amount_owed(&loan.terms, elapsed, self.events())?;
        if owed > loan.deposit && !is_last {
            return Err(Unpaid::Deposit { owed, deposit: loan.deposit });
        }
        let unsigned = Receipt {
            loan: self.loan(),
            segments: self.segments(),
            events: self.events(),
            owed: owed.min(loan.deposit),
            transcript: self.transcript(),
            last: is_last,
            borrower: identity.peer_id(),
            signature: Signature::from_bytes([0; 64]),
        };
        Ok(Receipt::sign(identity, self.room(), unsigned))
    }
}

/// What a lender is owed by its borrower's word, and how far it trusts for the rest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Account {
    newest: Option<Receipt>,
    /// The newest segment that a receipt has come for, with events and transcript after it.
    paid: Option<(u32, u64, Hash)>,
    /// Events and transcript after each segment that no receipt has come for.
    unpaid: std::collections::VecDeque<(u32, u64, Hash)>,
}

impl Account {
    /// Notes that a segment was stated: `lender` as it is right after it.
    pub fn stated(&mut self, lender: &Lender) {
        // One more than is trusted, so that nothing that others do makes this grow.
        if self.unpaid.len() <= UNPAID_SEGMENTS_MAX as usize {
            self.unpaid.push_back((lender.segments(), lender.events(), lender.transcript()));
        }
    }

    /// Whether to go on working.
    ///
    /// # Errors
    /// [`Unpaid`] says why not: the newest receipt is what is left to claim.
    pub fn check(&self, loan: &Loan, elapsed: Duration, events: u64) -> Result<(), Unpaid> {
        let segments = self.unpaid.len() as u32;
        if segments > UNPAID_SEGMENTS_MAX {
            return Err(Unpaid::Segments { segments });
        }
        let owed = amount_owed(&loan.terms, elapsed, events)?;
        let deposit = loan.deposit;
        if owed > deposit { Err(Unpaid::Deposit { owed, deposit }) } else { Ok(()) }
    }

    /// Takes a receipt. `elapsed` is since the loan began, by the lender's clock.
    ///
    /// # Errors
    /// [`PoorReceipt`] if it is not worth the work that it is for; what there was before is kept.
    pub fn take_receipt(
        &mut self,
        receipt: Receipt,
        (room, name, loan): (Hash, Hash, &Loan),
        elapsed: Duration,
    ) -> Result<(), PoorReceipt> {
        let is_theirs = receipt.loan == name && receipt.borrower == loan.borrower;
        let claims = [receipt.claim(room)];
        if !is_theirs || verify_all(&claims, &mut Keys::default()).is_err() {
            return Err(PoorReceipt::NotTheirs);
        }
        let (segments, events) = (receipt.segments, receipt.events);
        // Time is owed for where nothing has been done since.
        let paid = self.paid.unwrap_or((0, 0, loan.state));
        let mut done = core::iter::once(paid).chain(self.unpaid.iter().copied());
        let signed = (segments, events, receipt.transcript);
        if !done.any(|it| it == signed) {
            let newest = self.unpaid.back().copied().unwrap_or(paid);
            return Err(PoorReceipt::Work { segments, events, done: (newest.0, newest.1) });
        }
        let since = elapsed.saturating_sub(CLOCKS_DIFFER);
        let owed = amount_owed(&loan.terms, since, events).unwrap_or(Credits::MAX);
        let signed = receipt.owed;
        let known = self.newest.as_ref().map_or(Credits::ZERO, |receipt| receipt.owed);
        if signed < owed.min(loan.deposit) || signed > loan.deposit || signed < known {
            return Err(PoorReceipt::Amount { signed, owed });
        }
        self.unpaid.retain(|(number, ..)| *number > segments);
        self.paid = Some((segments, events, receipt.transcript));
        self.newest = Some(receipt);
        Ok(())
    }

    /// What can be claimed.
    pub fn newest(&self) -> Option<&Receipt> {
        self.newest.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms(hour: u64, thousand: u64) -> Terms {
        let (price_per_hour, price_per_thousand_events) =
            (Credits::from_micros(hour), Credits::from_micros(thousand));
        let stake = Credits::whole(10);
        Terms { nodes: 64, price_per_hour, price_per_thousand_events, stake, inputs_max: 784 }
    }

    #[test]
    fn time_and_events_are_paid() {
        let owed = amount_owed(&terms(3_600, 50), Duration::from_millis(2_500_000), 12_345);
        assert_eq!(owed, Ok(Credits::from_micros(2_500 + 617)));
        assert!(amount_owed(&terms(u64::MAX, 1), Duration::from_secs(7_200), 0).is_err());
        assert!(amount_owed(&terms(1, u64::MAX), Duration::ZERO, u64::MAX).is_err());
    }

    proptest! {
        #[test]
        fn what_is_owed_never_falls(hour in 0u64..1 << 30, thousand in 0u64..1 << 20, ms: u32, events: u32, more: u16) {
            let owed = |ms: u64, events: u64| amount_owed(&terms(hour, thousand), Duration::from_millis(ms), events).unwrap();
            let (ms, events, more) = (u64::from(ms), u64::from(events), u64::from(more));
            prop_assert!(owed(ms, events) <= owed(ms + more, events));
            prop_assert!(owed(ms, events) <= owed(ms, events + more));
        }
    }
}
