//! What belongs to nobody yet, and how it is shared out.
//!
//! With each block a part of the treasury that follows from the time since the last one goes to whoever has done something for
//! the room: nobody asks for it. What nobody has earned stays where it is. Whoever stands apart with a few names of its own,
//! training sessions that only they are in or praising each other's capsules, gets less for each head than who learns with all.

use super::{Surroundings, money::Account};
use crate::{Refusal, economics, payment::Cause, state::Changes};
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
    /// Those among them whom the founder has welcomed, and itself.
    pub houses: u32,
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
    rounds: Vec<RoundMerits>,
    /// For capsules, by the house that says so.
    capsules: BTreeMap<PeerId, BTreeMap<PeerId, u64>>,
    /// For nodes that were lent: what was paid.
    hosting: BTreeMap<PeerId, Credits>,
}

/// What a round has brought.
#[derive(Debug)]
pub(super) struct RoundMerits {
    /// Houses that have judged it.
    pub judges: Vec<PeerId>,
    /// By whose updates.
    pub brought: BTreeMap<PeerId, u64>,
    /// How much a round that is paid in full brings: a round that brings less is paid that much less.
    pub full: u64,
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

    /// What members have brought to a round, by the word of houses that have judged it.
    pub(super) fn count_round(&mut self, round: RoundMerits) {
        self.rounds.push(round);
    }

    /// For each round, how many heads stand for it. A head that stands for many stands for each of them in part only, so that nobody
    /// counts for more by saying more.
    fn heads_of_rounds(&self) -> impl Iterator<Item = u64> + Clone {
        let mut rounds_of = BTreeMap::<PeerId, u64>::new();
        for judge in self.rounds.iter().flat_map(|round| &round.judges) {
            *rounds_of.entry(*judge).or_default() += 1;
        }
        let heads = |round: &RoundMerits| {
            round.judges.iter().map(|judge| HEAD / rounds_of[judge]).sum::<u64>()
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
    let houses = treasury.houses;
    changes.put((), treasury);
    pay(changes, s.miner, due.part(economics::MINING_PERCENT, 100), Cause::Mining)?;
    let pot = due.part(economics::ROUNDS_PERCENT, 100);
    for (heads, round) in merits.heads_of_rounds().zip(&merits.rounds) {
        // To the third power: a few who train apart are paid less a head than who trains with all, and what they say of each other
        // is as good in each of their rounds, where others learn most at first.
        let of_round = (0..3).fold(pot, |pot, _| heads_part(pot, heads, houses));
        share(changes, of_round, (&round.brought, round.full), Cause::Rounds)?;
    }
    let pot = due.part(economics::CAPSULES_PERCENT, 100);
    for merits in merits.capsules.values() {
        share(changes, heads_part(pot, HEAD, houses), (merits, 0), Cause::Capsules)?;
    }
    let paid = Credits::sum(merits.hosting.values().copied())?.as_micros();
    let for_hosting = due.part(economics::HOSTING_PERCENT, 100);
    for (lender, amount) in &merits.hosting {
        let bonus = amount.part(1, economics::PARTS_OF_PAYMENT_AS_BONUS);
        let bonus = bonus.min(for_hosting.part(amount.as_micros(), paid));
        pay(changes, *lender, bonus, Cause::Hosting)?;
    }
    Ok(())
}

/// Of a pot for a whole room, the part of so many heads.
fn heads_part(pot: Credits, heads: u64, houses: u32) -> Credits {
    let all = HEAD * u64::from(houses);
    pot.part(heads.min(all), all.max(1))
}

/// Shares a pot by what members have done; if all of it is less than `full`, only that much of the pot.
fn share(
    changes: &mut Changes<'_>,
    pot: Credits,
    (merits, full): (&BTreeMap<PeerId, u64>, u64),
    cause: Cause,
) -> Result<(), AmountError> {
    let whole = merits.values().fold(0, |sum: u64, merit| sum.saturating_add(*merit)).max(full);
    for (peer, merit) in merits {
        pay(changes, *peer, pot.part(*merit, whole), cause)?;
    }
    Ok(())
}

/// Pays a member from the treasury; strangers and who was excluded get nothing.
fn pay(
    changes: &mut Changes<'_>,
    to: PeerId,
    amount: Credits,
    cause: Cause,
) -> Result<(), AmountError> {
    let is_member = changes.get::<Account>(to).is_some_and(Account::is_member);
    if amount.is_zero() || !is_member {
        return Ok(());
    }
    changes.take_from_treasury(amount)?;
    changes.give(to, amount, cause)
}
