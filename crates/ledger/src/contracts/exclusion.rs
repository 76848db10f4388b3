//! Members exclude a member by more than half of all votes.
//!
//! ```text
//!          first vote            more votes                  more than half of all members
//! nothing ────────────► ballot ────────────► ballot ───────────────────────────────► excluded
//!                          │ BALLOT_OPEN after the first vote
//!                          └──────────────────────► nothing
//! ```
//! Its stake goes to the treasury, what it has given up of it and is not free yet as well; what it can spend stays its own.

use super::{
    Surroundings, due_name, later,
    money::{Account, Standing, must_be_member},
};
use crate::{
    Refusal, economics,
    state::{Changes, Due},
};
use serde::{Deserialize, Serialize};
use units::{Credits, Hash, PeerId, UnixMillis};

/// Votes that are open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ballot {
    /// Who has voted, in ascending order.
    pub voters: Vec<PeerId>,
    /// Until when votes count.
    pub until: UnixMillis,
}

pub(super) fn vote(
    changes: &mut Changes<'_>,
    voter: PeerId,
    against: PeerId,
    s: &Surroundings,
) -> Result<(), Refusal> {
    must_be_member(changes, voter)?;
    must_be_member(changes, against)?;
    // Nor can the last member leave a room in which nobody mines.
    if voter == against {
        return Err(Refusal::ToItself);
    }
    let name = due_name("ballot", Hash::of(against.as_bytes()));
    let known = changes.get::<Ballot>(against).cloned();
    let mut ballot = known.unwrap_or_else(|| Ballot {
        voters: Vec::new(),
        until: later(s.now, economics::BALLOT_OPEN),
    });
    let Err(place) = ballot.voters.binary_search(&voter) else {
        return Err(Refusal::VotedBefore { peer: voter });
    };
    ballot.voters.insert(place, voter);
    // Who has been excluded since its vote has none.
    let is_member = |peer: &PeerId| changes.get::<Account>(*peer).is_some_and(Account::is_member);
    let votes = ballot.voters.iter().filter(|peer| is_member(peer)).count();
    let until = ballot.until;
    if 2 * votes <= changes.treasury().members as usize {
        changes.put(against, ballot);
        changes.schedule(until, name, Due::BallotOver(against));
        return Ok(());
    }
    changes.remove::<Ballot>(against);
    changes.unschedule(until, name);
    let mut account = changes.account(against);
    let stake = core::mem::replace(&mut account.stake, Credits::ZERO);
    account.standing = Standing::Excluded;
    let was_house = account.house.is_none();
    changes.put(against, account);
    let mut treasury = changes.treasury();
    treasury.members = treasury.members.saturating_sub(1);
    treasury.houses = treasury.houses.saturating_sub(was_house.into());
    changes.put((), treasury);
    Ok(changes.give_to_treasury(stake)?)
}
