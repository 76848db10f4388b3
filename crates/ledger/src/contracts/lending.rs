//! Nodes on lease: a deposit and a stake that are bound until it is plain who gets them.
//!
//! ```text
//!         offer                 borrow                  claim, return                 ANSWER_TIME later
//! nothing ─────► offered ───────────────► open ─────────────────────► closing ──────────────────────────► paid
//!                  │ withdraw, or          │ │                           │ │ claim of more: closing again
//!                  │ OFFER_STANDS later    │ │ GRACE after its end       │ └────────────────────────────► closing
//!                  ▼                       │ └────────► nothing owed     │
//!               nothing                    └──────── dispute ────────────┴──► slashed
//! ```
//! A lender is owed what its borrower has signed, and the newest of such receipts is all that it has to show. Who stays silent loses
//! nothing but its own claim: at the end of each arrow stands a time after which somebody is paid.

pub use super::receipts::Receipt;
use super::{
    Surroundings, due_name, later,
    money::must_be_member,
    regard::{self, Deed, FACT},
    treasury::Merits,
};
use crate::{
    Refusal, economics,
    payment::Cause,
    state::{Changes, Due},
};
use core::time::Duration;
use serde::{Deserialize, Serialize};
use units::{Credits, Hash, PeerId, UnixMillis};

/// What nodes cost, and what stands behind them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How many.
    pub nodes: u32,
    /// For an hour of having them.
    pub price_per_hour: Credits,
    /// For a thousand events that they take in.
    pub price_per_thousand_events: Credits,
    /// What the owner loses if it signs what they did not compute.
    pub stake: Credits,
    /// How many numbers a node may gather from.
    pub inputs_max: u32,
}

/// Nodes for lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Whose they are.
    pub owner: PeerId,
    /// What they cost.
    pub terms: Terms,
    /// When its stake comes back to its owner, if nobody takes it.
    pub until: UnixMillis,
}

/// Nodes on lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loan {
    /// Who pays.
    pub borrower: PeerId,
    /// Who is paid.
    pub lender: PeerId,
    /// As they were offered.
    pub terms: Terms,
    /// What is bound for paying the lender.
    pub deposit: Credits,
    /// The root of the state in which the nodes were lent.
    pub state: Hash,
    /// When it began.
    pub since: UnixMillis,
    /// When it ends.
    pub until: UnixMillis,
    /// How far it has come.
    pub phase: Phase,
}

/// How far a loan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Nobody has said what is owed.
    Open,
    /// Somebody has, and until then it may be answered.
    Closing {
        /// What is owed as far as is known.
        owed: Credits,
        /// When it is paid.
        at: UnixMillis,
    },
}

impl Loan {
    /// When something happens to it if nobody does anything.
    fn over_at(&self) -> UnixMillis {
        match self.phase {
            Phase::Open => later(self.until, economics::GRACE),
            Phase::Closing { at, .. } => at,
        }
    }

    /// Who may end it.
    fn is_party(&self, peer: PeerId) -> bool {
        peer == self.borrower || peer == self.lender
    }
}

pub(super) fn offer(
    changes: &mut Changes<'_>,
    owner: PeerId,
    terms: Terms,
    id: Hash,
    s: &Surroundings,
) -> Result<(), Refusal> {
    must_be_member(changes, owner)?;
    if terms.nodes == 0 || terms.inputs_max == 0 {
        return Err(Refusal::NothingOffered);
    }
    if terms.stake < economics::STAKE_MIN {
        return Err(Refusal::StakeTooSmall { stake: terms.stake });
    }
    changes.take(owner, terms.stake)?;
    let until = later(s.now, economics::OFFER_STANDS);
    changes.put(id, Offer { owner, terms, until });
    changes.schedule(until, due_name("offer", id), Due::OfferOld(id));
    Ok(())
}

pub(super) fn withdraw(
    changes: &mut Changes<'_>,
    owner: PeerId,
    offer: Hash,
) -> Result<(), Refusal> {
    let known = changes.get::<Offer>(offer).filter(|known| known.owner == owner).cloned();
    let known = known.ok_or(Refusal::NoSuchOffer { offer })?;
    take_down(changes, offer, &known);
    Ok(changes.give(owner, known.terms.stake, Cause::Unbound)?)
}

/// Nobody has taken it for as long as it stood.
pub(super) fn expire(changes: &mut Changes<'_>, offer: Hash) -> Result<(), Refusal> {
    let Some(known) = changes.get::<Offer>(offer).cloned() else { return Ok(()) };
    take_down(changes, offer, &known);
    Ok(changes.give(known.owner, known.terms.stake, Cause::Unbound)?)
}

fn take_down(changes: &mut Changes<'_>, id: Hash, offer: &Offer) {
    changes.remove::<Offer>(id);
    changes.unschedule(offer.until, due_name("offer", id));
}

/// Takes an offer: its stake stays bound, and a deposit comes to it.
pub(super) fn borrow(
    changes: &mut Changes<'_>,
    borrower: PeerId,
    id: Hash,
    (offer, state, hours, deposit): (Hash, Hash, u32, Credits),
    s: &Surroundings,
) -> Result<(), Refusal> {
    let Some(offered) = changes.get::<Offer>(offer).cloned() else {
        return Err(Refusal::NoSuchOffer { offer });
    };
    let Offer { owner: lender, terms, .. } = offered;
    must_be_member(changes, lender)?;
    if lender == borrower {
        return Err(Refusal::ToItself);
    }
    if !(1..=economics::LOAN_HOURS_MAX).contains(&hours) {
        return Err(Refusal::LoanHours { hours });
    }
    if deposit < terms.price_per_hour.times(hours.into())? {
        return Err(Refusal::DepositTooSmall { deposit });
    }
    changes.take(borrower, deposit)?;
    take_down(changes, offer, &offered);
    let until = later(s.now, Duration::from_secs(3_600 * u64::from(hours)));
    let (since, phase) = (s.now, Phase::Open);
    let loan = Loan { borrower, lender, terms, deposit, state, since, until, phase };
    changes.schedule(loan.over_at(), due_name("loan", id), Due::LoanOver(id));
    changes.put(id, loan);
    Ok(())
}

/// The lender shows what its borrower has signed.
pub(super) fn claim(
    changes: &mut Changes<'_>,
    merits: &mut Merits,
    by: PeerId,
    receipt: &Receipt,
    s: &Surroundings,
) -> Result<(), Refusal> {
    let loan = loan_of(changes, receipt.loan, by)?;
    if by != loan.lender || receipt.borrower != loan.borrower {
        return Err(Refusal::NotTheirs { peer: by });
    }
    close(changes, receipt.loan, loan, receipt.owed, s)?;
    if receipt.last {
        end(changes, merits, receipt.loan, s.now)?;
    }
    Ok(())
}

/// The borrower ends it, and says what it owes; or its lender does, to whom it then owes what it has signed: who is lent to and
/// never comes binds nobody's nodes for longer. What it owes more, its lender may claim until it is paid.
pub(super) fn give_back(
    changes: &mut Changes<'_>,
    by: PeerId,
    id: Hash,
    owed: Credits,
    s: &Surroundings,
) -> Result<(), Refusal> {
    let loan = loan_of(changes, id, by)?;
    if loan.phase != Phase::Open || (by == loan.lender && !owed.is_zero()) {
        return Err(Refusal::NotTheirs { peer: by });
    }
    close(changes, id, loan, owed, s)
}

fn loan_of(changes: &Changes<'_>, id: Hash, by: PeerId) -> Result<Loan, Refusal> {
    let loan = changes.get::<Loan>(id).cloned().ok_or(Refusal::NoSuchLoan { loan: id })?;
    loan.is_party(by).then_some(loan).ok_or(Refusal::NotTheirs { peer: by })
}

/// Puts down what is owed, if it is more than is put down already.
fn close(
    changes: &mut Changes<'_>,
    id: Hash,
    loan: Loan,
    owed: Credits,
    s: &Surroundings,
) -> Result<(), Refusal> {
    if owed > loan.deposit {
        return Err(Refusal::MoreThanDeposit { owed, deposit: loan.deposit });
    }
    let at = match loan.phase {
        Phase::Open => later(s.now, economics::ANSWER_TIME),
        Phase::Closing { owed: known, .. } if owed <= known => {
            return Err(Refusal::NoMoreThanKnown { owed, known });
        }
        // However often a claim is answered: the first answer set the time.
        Phase::Closing { at, .. } => at,
    };
    let name = due_name("loan", id);
    changes.unschedule(loan.over_at(), name);
    changes.schedule(at, name, Due::LoanOver(id));
    changes.put(id, Loan { phase: Phase::Closing { owed, at }, ..loan });
    Ok(())
}

/// Its time is over: what is owed is paid, and what was bound is free.
pub(super) fn end(
    changes: &mut Changes<'_>,
    merits: &mut Merits,
    id: Hash,
    now: UnixMillis,
) -> Result<(), Refusal> {
    let Some(loan) = changes.get::<Loan>(id).cloned() else { return Ok(()) };
    let owed = match loan.phase {
        Phase::Open => Credits::ZERO,
        Phase::Closing { owed, .. } => owed,
    };
    changes.remove::<Loan>(id);
    changes.unschedule(loan.over_at(), due_name("loan", id));
    // Rounded up: of many small payments as well, the treasury gets more than it gives back.
    let of_lender = owed.part(economics::PARTS_OF_PAYMENT - 1, economics::PARTS_OF_PAYMENT);
    changes.give_to_treasury(owed.minus(of_lender)?)?;
    let Loan { borrower, lender, .. } = loan;
    changes.give(lender, of_lender, Cause::Loan { borrower })?;
    changes.give(lender, loan.terms.stake, Cause::Unbound)?;
    changes.give(borrower, loan.deposit.minus(owed)?, Cause::Unbound)?;
    merits.count_payment(loan.lender, owed);
    if !owed.is_zero() {
        regard::well(changes, (loan.borrower, loan.lender), Deed::Loan, FACT, now);
    }
    Ok(())
}

/// Somebody shows that the lender has signed what its nodes did not compute: it is paid nothing, and its stake goes half to the
/// borrower, who got wrong answers, and half to the treasury, so that nobody gains by cheating itself.
pub(super) fn dispute(
    changes: &mut Changes<'_>,
    id: Hash,
    proof: &[u8],
    s: &Surroundings,
) -> Result<(), Refusal> {
    let loan = changes.get::<Loan>(id).cloned().ok_or(Refusal::NoSuchLoan { loan: id })?;
    (s.judge)(id, &loan, proof).map_err(|reason| Refusal::NoFraud { reason })?;
    changes.remove::<Loan>(id);
    changes.unschedule(loan.over_at(), due_name("loan", id));
    regard::badly(changes, (loan.borrower, loan.lender), Deed::Loan, s.now);
    let of_borrower = loan.terms.stake.part(1, 2);
    changes.give_to_treasury(loan.terms.stake.minus(of_borrower)?)?;
    let Loan { borrower, lender, .. } = loan;
    changes.give(borrower, loan.deposit, Cause::Unbound)?;
    Ok(changes.give(borrower, of_borrower, Cause::Fraud { lender })?)
}
