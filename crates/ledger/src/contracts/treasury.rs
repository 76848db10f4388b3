//! What belongs to nobody yet, and how it is shared out.
//!
//! With each block a part of the treasury that follows from the time since the last one goes to whoever has done something for
//! the room: nobody asks for it. What nobody has earned stays where it is. Whoever stands apart with a few names of its own,
//! training sessions that only they are in or praising each other's capsules, gets no more than these heads' part of the room.

use super::{Surroundings, money::Account};
use crate::{Refusal, economics, state::Changes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::{AmountError, Credits, PeerId, UnixMillis};

/// What belongs to nobody yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treasury {
    /// How much it is.
    pub credits: Credits,
    /// Until when it has been shared out.
    pub shared_until: UnixMillis,
    /// Members that there are.
    pub members: u32,
    /// When the founder began to welcome others, for the limit on how many.
    pub welcoming_since: UnixMillis,
    /// Whom it has welcomed since.
    pub welcomed: u32,
}

/// One head, in parts: a number that most small numbers divide.
const HEAD: u64 = 720_720;

/// Who has done how much for the room in one block.
#[derive(Debug, Default)]
pub(crate) struct Merits {
    /// For rounds, each with those who have judged it.
    rounds: Vec<(Vec<PeerId>, BTreeMap<PeerId, u64>)>,
    /// For capsules, by who says so.
    capsules: BTreeMap<PeerId, BTreeMap<PeerId, u64>>,
    /// For nodes that were lent: what was paid.
    hosting: BTreeMap<PeerId, Credits>,
}

impl Treasury {
    /// Counts somebody whom the founder welcomes.
    pub(super) fn count_welcome(&mut self, now: UnixMillis) -> Result<(), Refusal> {
        let since = now.0.saturating_sub(self.welcoming_since.0);
        if u128::from(since) > economics::WELCOMES_WINDOW.as_millis() {
            self.welcoming_since = now;
            self.welcomed = 0;
        }
        if self.welcomed >= economics::WELCOMES_MAX {
            return Err(Refusal::TooManyWelcomes { welcomed: self.welcomed });
        }
        self.welcomed += 1;
        Ok(())
    }

    /// What a block shares out at `now`.
    pub fn share_at(&self, now: UnixMillis) -> Credits {
        let seconds_max = 1_000 * economics::SHARED_SECONDS_MAX;
        let since_ms = now.0.saturating_sub(self.shared_until.0).min(seconds_max);
        self.credits.part(since_ms, 1_000 * economics::PARTS_OF_TREASURY_A_SECOND)
    }
}

impl Merits {
    /// A rater's word on capsules: all its words in a block are one, whatever their number.
    pub(super) fn count_rating(&mut self, rater: PeerId, maker: PeerId, use_percent: u8) {
        *self.capsules.entry(rater).or_default().entry(maker).or_default() +=
            u64::from(use_percent);
    }

    /// What members have brought to a round, by the word of members that have judged it.
    pub(super) fn count_round(&mut self, judges: Vec<PeerId>, brought: BTreeMap<PeerId, u64>) {
        self.rounds.push((judges, brought));
    }

    /// For each round, how many heads stand for it. A head that stands for many stands for each of them in part only, so that nobody
    /// counts for more by saying more.
    fn heads_of_rounds(&self) -> impl Iterator<Item = u64> + Clone {
        let mut rounds_of = BTreeMap::<PeerId, u64>::new();
        for judge in self.rounds.iter().flat_map(|(judges, _)| judges) {
            *rounds_of.entry(*judge).or_default() += 1;
        }
        let heads = |(judges, _): &(Vec<PeerId>, _)| {
            judges.iter().map(|judge| HEAD / rounds_of[judge]).sum::<u64>()
        };
        self.rounds.iter().map(heads).collect::<Vec<_>>().into_iter()
    }

    /// What a borrower has paid for checked work.
    pub(super) fn count_payment(&mut self, lender: PeerId, paid: Credits) {
        let sum = self.hosting.entry(lender).or_default();
        *sum = sum.plus(paid).unwrap_or(Credits::MAX);
    }
}

/// Shares out what is due with a block.
pub(crate) fn share_out(
    changes: &mut Changes<'_>,
    merits: &Merits,
    s: &Surroundings,
) -> Result<(), AmountError> {
    let mut treasury = changes.treasury();
    let due = treasury.share_at(s.now);
    treasury.shared_until = s.now;
    let members = treasury.members;
    changes.put((), treasury);
    pay(changes, s.miner, due.part(economics::MINING_PERCENT, 100))?;
    let of_rounds = merits.rounds.iter().map(|(_, brought)| brought);
    share_by_heads(
        changes,
        due.part(economics::ROUNDS_PERCENT, 100),
        merits.heads_of_rounds().zip(of_rounds),
        members,
    )?;
    share_by_heads(
        changes,
        due.part(economics::CAPSULES_PERCENT, 100),
        merits.capsules.values().map(|of| (HEAD, of)),
        members,
    )?;
    let paid = Credits::sum(merits.hosting.values().copied())?.as_micros();
    let for_hosting = due.part(economics::HOSTING_PERCENT, 100);
    for (lender, amount) in &merits.hosting {
        let bonus = amount.part(1, economics::PARTS_OF_PAYMENT_AS_BONUS);
        pay(changes, *lender, bonus.min(for_hosting.part(amount.as_micros(), paid)))?;
    }
    Ok(())
}

/// Shares a pot among groups by the heads that stand for each, and in each by what its members have done. Of a pot for a whole
/// room, those who are few get no more than their heads' part.
fn share_by_heads<'a>(
    changes: &mut Changes<'_>,
    pot: Credits,
    groups: impl Iterator<Item = (u64, &'a BTreeMap<PeerId, u64>)> + Clone,
    members: u32,
) -> Result<(), AmountError> {
    let heads = groups.clone().map(|(heads, _)| heads).sum::<u64>().max(HEAD * u64::from(members));
    for (of_group, merits) in groups {
        let of_group = pot.part(of_group, heads);
        let whole = merits.values().fold(0, |sum: u64, merit| sum.saturating_add(*merit));
        for (peer, merit) in merits {
            pay(changes, *peer, of_group.part(*merit, whole))?;
        }
    }
    Ok(())
}

/// Pays a member from the treasury; strangers and who was excluded get nothing.
fn pay(changes: &mut Changes<'_>, to: PeerId, amount: Credits) -> Result<(), AmountError> {
    let is_member = changes.get::<Account>(to).is_some_and(Account::is_member);
    if amount.is_zero() || !is_member {
        return Ok(());
    }
    changes.take_from_treasury(amount)?;
    changes.give(to, amount)
}
