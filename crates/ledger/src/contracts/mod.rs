//! What orders do, one contract a module.
//!
//! A contract is a state machine on entries of the state. It moves money and never makes or destroys any, and whatever it binds is
//! freed by something that is due at a stated time, whoever is gone by then.

pub mod capsules;
mod devices;
pub mod exclusion;
pub mod lending;
pub mod money;
mod receipts;
pub mod regard;
pub mod rounds;
pub mod treasury;

use crate::{
    Judge, Refusal,
    order::{Action, Order},
    state::{Changes, Due},
};
use treasury::Merits;
use units::{Hash, PeerId, UnixMillis};

/// What contracts know besides the state.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings {
    /// The block's time.
    pub now: UnixMillis,
    pub miner: PeerId,
    pub founder: PeerId,
    pub judge: Judge,
}

/// Carries an order out; its signature, nonce and fee have been seen to.
/// # Errors
/// [`Refusal`] says which rule it breaks; what it has written by then is to be taken back.
pub(crate) fn carry_out(
    order: &Order,
    changes: &mut Changes<'_>,
    merits: &mut Merits,
    s: &Surroundings,
) -> Result<(), Refusal> {
    let (sender, id) = (order.sender, || order.id());
    devices::must_not_be_revoked(changes, sender)?;
    match &order.action {
        Action::Transfer { to, amount } => money::transfer(changes, sender, *to, *amount),
        Action::Welcome { member } => money::welcome(changes, sender, *member, s),
        Action::Stake { amount } => money::stake(changes, sender, *amount),
        Action::Unstake { amount } => money::unstake(changes, sender, *amount, id(), s),
        Action::RegisterCapsule { capsule, title } => {
            capsules::register(changes, sender, *capsule, title, s)
        }
        Action::RateCapsule { capsule, use_percent } => {
            capsules::rate(changes, merits, sender, (*capsule, *use_percent), s)
        }
        Action::Offer(terms) => lending::offer(changes, sender, *terms, id(), s),
        Action::Withdraw { offer } => lending::withdraw(changes, sender, *offer),
        Action::Borrow { offer, state, hours, deposit } => {
            lending::borrow(changes, sender, id(), (*offer, *state, *hours, *deposit), s)
        }
        Action::Claim(receipt) => lending::claim(changes, merits, sender, receipt, s),
        Action::Return { loan, owed } => lending::give_back(changes, sender, *loan, *owed, s),
        Action::Dispute { loan, proof } => lending::dispute(changes, *loan, proof, s),
        Action::Exclude { member } => exclusion::vote(changes, sender, *member, s),
        Action::Report(report) => rounds::report(changes, merits, sender, report, s),
        Action::Revoke { device, .. } => devices::revoke(changes, sender, *device),
    }
}

/// Has everything happen that is due.
pub(crate) fn pass_time(
    changes: &mut Changes<'_>,
    merits: &mut Merits,
    now: UnixMillis,
) -> Result<(), Refusal> {
    for due in changes.take_due(now) {
        match due {
            Due::StakeFree { account, amount } => money::free_stake(changes, account, amount)?,
            Due::LoanOver(loan) => lending::end(changes, merits, loan, now)?,
            Due::RoundOld(round) => rounds::forget(changes, round),
            Due::OfferOld(offer) => lending::expire(changes, offer)?,
            Due::BallotOver(member) => changes.remove::<exclusion::Ballot>(member),
        }
    }
    Ok(())
}

/// A later time; the end of time, if that is sooner.
pub(crate) fn later(now: UnixMillis, by: core::time::Duration) -> UnixMillis {
    UnixMillis(now.0.saturating_add(u64::try_from(by.as_millis()).unwrap_or(u64::MAX)))
}

/// A name for something due, apart from others of its kind.
pub(crate) fn due_name(kind: &str, of: Hash) -> Hash {
    Hash::of_parts(&[kind.as_bytes(), of.as_bytes()])
}
