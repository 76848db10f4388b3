//! Accounts: what keys own, and who is a member.
//!
//! ```text
//!            welcome                        votes of more than half
//! stranger ───────────► member ──────────────────────────────► excluded
//! any ──────── an order of another device of its person ───────► revoked
//!
//!          stake                  unstake                 UNSTAKING later
//! balance ───────► stake ─────────────────────► bound ────────────────────► balance
//!                    │ excluded                   │ excluded
//!                    └──────────► treasury        └──────────► treasury, when it would be free
//! ```

use super::{Surroundings, devices::must_not_be_revoked, due_name, later};
use crate::{
    Refusal, economics,
    payment::Cause,
    state::{Changes, Due},
};
use serde::{Deserialize, Serialize};
use units::{Credits, Hash, PeerId};

/// What a key owns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Money that it can spend.
    pub balance: Credits,
    /// Money that it has bound.
    pub stake: Credits,
    /// Orders that it has given.
    pub nonce: u64,
    /// What it is in the room.
    pub standing: Standing,
    /// Whom it belongs to, if a member has vouched for it: that member, or the one that this belongs to. All names of a house have
    /// one voice in what others are paid, since who vouches for many may be all of them.
    pub house: Option<PeerId>,
}

/// What a key is in the room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Nobody has welcomed it.
    #[default]
    Stranger,
    /// Earns, lends, votes and mines.
    Member,
    /// Was a member until others voted.
    Excluded,
    /// Was lost: another device of its person has said so. Its orders count no more.
    Revoked,
}

impl Account {
    /// Whether it is a member.
    pub fn is_member(&self) -> bool {
        self.standing == Standing::Member
    }
}

/// Whose voice a member speaks with: its own, unless another has vouched for it.
pub(crate) fn house(changes: &Changes<'_>, peer: PeerId) -> PeerId {
    changes.get::<Account>(peer).and_then(|account| account.house).unwrap_or(peer)
}

/// Checks that somebody is a member.
pub(crate) fn must_be_member(changes: &Changes<'_>, peer: PeerId) -> Result<(), Refusal> {
    let is_member = changes.get::<Account>(peer).is_some_and(Account::is_member);
    is_member.then_some(()).ok_or(Refusal::NoMember { peer })
}

pub(super) fn transfer(
    changes: &mut Changes<'_>,
    from: PeerId,
    to: PeerId,
    amount: Credits,
) -> Result<(), Refusal> {
    if amount.is_zero() {
        return Err(Refusal::NothingToMove);
    }
    // What it gets would rest there for good.
    must_not_be_revoked(changes, to)?;
    changes.take(from, amount)?;
    Ok(changes.give(to, amount, Cause::Gift { from })?)
}

/// A member brings somebody in: from the treasury if the founder does, within limits; else out of its own pocket.
pub(super) fn welcome(
    changes: &mut Changes<'_>,
    by: PeerId,
    newcomer: PeerId,
    s: &Surroundings,
) -> Result<(), Refusal> {
    must_be_member(changes, by)?;
    must_not_be_revoked(changes, newcomer)?;
    let mut account = changes.account(newcomer);
    if account.standing != Standing::Stranger {
        return Err(Refusal::AlreadyWelcomed { peer: newcomer });
    }
    account.standing = Standing::Member;
    account.house = (by != s.founder).then(|| house(changes, by));
    changes.put(newcomer, account);
    let mut treasury = changes.treasury();
    treasury.members = treasury.members.saturating_add(1);
    if by == s.founder {
        treasury.houses = treasury.houses.saturating_add(1);
        treasury.count_welcome(s.now)?;
    }
    changes.put((), treasury);
    if by == s.founder {
        changes.take_from_treasury(economics::WELCOME)?;
    } else {
        changes.take(by, economics::WELCOME.plus(economics::VOUCHING_COST)?)?;
        changes.give_to_treasury(economics::VOUCHING_COST)?;
    }
    Ok(changes.give(newcomer, economics::WELCOME, Cause::Welcome { by })?)
}

pub(super) fn stake(
    changes: &mut Changes<'_>,
    who: PeerId,
    amount: Credits,
) -> Result<(), Refusal> {
    must_be_member(changes, who)?;
    if amount.is_zero() {
        return Err(Refusal::NothingToMove);
    }
    let mut account = changes.account(who);
    account.balance = account.balance.minus(amount)?;
    account.stake = account.stake.plus(amount)?;
    changes.put(who, account);
    Ok(())
}

pub(super) fn unstake(
    changes: &mut Changes<'_>,
    who: PeerId,
    amount: Credits,
    order: Hash,
    s: &Surroundings,
) -> Result<(), Refusal> {
    if amount.is_zero() {
        return Err(Refusal::NothingToMove);
    }
    let mut account = changes.account(who);
    account.stake = account.stake.minus(amount)?;
    changes.put(who, account);
    let at = later(s.now, economics::UNSTAKING);
    changes.schedule(at, due_name("stake", order), Due::StakeFree { account: who, amount });
    Ok(())
}

/// A stake that was given up is free: its owner's, unless others have excluded it meanwhile.
pub(super) fn free_stake(
    changes: &mut Changes<'_>,
    who: PeerId,
    amount: Credits,
) -> Result<(), Refusal> {
    match changes.account(who).standing {
        Standing::Excluded => Ok(changes.give_to_treasury(amount)?),
        Standing::Stranger | Standing::Member | Standing::Revoked => {
            Ok(changes.give(who, amount, Cause::Unbound)?)
        }
    }
}
