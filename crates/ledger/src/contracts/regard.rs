//! What members have found of each other, by the facts of the ledger alone: what reputations are computed from.
//!
//! Whoever judged an update, paid a loan, was cheated in one, or rated a capsule has by that said something of its maker or lender.
//! Nobody can say it without doing it or of its own house, and what is old fades.

use super::money::{Account, house};
use crate::{economics, state::Changes};
use serde::{Deserialize, Serialize};
use units::{PeerId, UnixMillis};

/// One fact, in the parts that facts fade in.
pub(crate) const FACT: u32 = 1 << 16;

/// Facts of a kind that count between two members: what is done without end counts no more.
const FACTS_MAX: u32 = 4_096;

/// Members of whom one member's regard is kept: the state that a member can fill. Of more, the weakest goes.
pub const REGARDS_MAX: usize = 128;

/// What a member did for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Round,
    Loan,
    Capsule,
}

/// Facts of each kind, each in 65,536 parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// Updates.
    pub rounds: u32,
    /// Loans.
    pub loans: u32,
    /// Capsules.
    pub capsules: u32,
}

/// What a member has found of another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Regard {
    /// What was useful.
    pub good: Facts,
    /// What did harm.
    pub bad: Facts,
    /// Up to when all of it has faded.
    pub at: UnixMillis,
}

impl Facts {
    fn add(&mut self, deed: Deed, parts: u32) {
        let of = match deed {
            Deed::Round => &mut self.rounds,
            Deed::Loan => &mut self.loans,
            Deed::Capsule => &mut self.capsules,
        };
        *of = of.saturating_add(parts).min(FACTS_MAX * FACT);
    }

    fn faded(self, by: impl Fn(u32) -> u32) -> Self {
        Self { rounds: by(self.rounds), loans: by(self.loans), capsules: by(self.capsules) }
    }

    /// All of them.
    pub fn sum(self) -> u64 {
        u64::from(self.rounds) + u64::from(self.loans) + u64::from(self.capsules)
    }
}

impl Regard {
    /// What is left of it then: half after each [`economics::REGARD_HALVES`], in a straight line between.
    pub fn faded(self, now: UnixMillis) -> Self {
        let half_ms = economics::REGARD_HALVES.as_millis() as u64;
        let since_ms = now.0.saturating_sub(self.at.0);
        let (halves, rest_ms) = (since_ms / half_ms, since_ms % half_ms);
        let fade = |parts: u32| {
            let left = parts.checked_shr(u32::try_from(halves).unwrap_or(u32::MAX)).unwrap_or(0);
            // Rounded up: what is looked at often fades as well.
            let gone = (u64::from(left) * rest_ms).div_ceil(2 * half_ms);
            left - u32::try_from(gone).expect("no more than half of it")
        };
        Self { good: self.good.faded(fade), bad: self.bad.faded(fade), at: now.max(self.at) }
    }

    /// How much good is left when the harm is taken off it.
    pub fn trust(self) -> u64 {
        self.good.sum().saturating_sub(economics::HARM_TIMES * self.bad.sum())
    }
}

/// Notes good that a member has found in what another did: `parts` of a fact.
pub(super) fn well(
    changes: &mut Changes<'_>,
    (from, to): (PeerId, PeerId),
    deed: Deed,
    parts: u32,
    now: UnixMillis,
) {
    note(changes, (from, to), now, |regard| regard.good.add(deed, parts));
}

/// Notes harm.
pub(super) fn badly(
    changes: &mut Changes<'_>,
    (from, to): (PeerId, PeerId),
    deed: Deed,
    now: UnixMillis,
) {
    note(changes, (from, to), now, |regard| regard.bad.add(deed, FACT));
}

fn note(
    changes: &mut Changes<'_>,
    (from, to): (PeerId, PeerId),
    now: UnixMillis,
    add: impl FnOnce(&mut Regard),
) {
    let is_member = |peer| changes.get::<Account>(peer).is_some_and(Account::is_member);
    if house(changes, from) == house(changes, to) || !is_member(from) || !is_member(to) {
        return;
    }
    let known = changes.get::<Regard>((from, to)).copied();
    let mut regard = known.unwrap_or(Regard { at: now, ..Regard::default() }).faded(now);
    add(&mut regard);
    if known.is_none() {
        make_room(changes, from, now);
    }
    changes.put((from, to), regard);
}

/// Forgets the weakest of a member's regards if there are as many as may be.
fn make_room(changes: &mut Changes<'_>, from: PeerId, now: UnixMillis) {
    let regards = changes.regards_of(from);
    if regards.len() < REGARDS_MAX {
        return;
    }
    let strength = |regard: &Regard| {
        let Regard { good, bad, .. } = regard.faded(now);
        good.sum() + bad.sum()
    };
    if let Some((weakest, _)) = regards.iter().min_by_key(|(to, it)| (strength(it), *to)) {
        changes.remove::<Regard>((from, *weakest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HALF_MS: u64 = economics::REGARD_HALVES.as_millis() as u64;

    fn regard(rounds: u32) -> Regard {
        Regard { good: Facts { rounds, ..Facts::default() }, ..Regard::default() }
    }

    #[test]
    fn half_of_a_regard_is_left_after_each_half_life_and_nothing_at_the_end_of_time() {
        let left = |ms| regard(8 * FACT).faded(UnixMillis(ms)).good.rounds;
        assert_eq!(
            [0, HALF_MS, 2 * HALF_MS, 3 * HALF_MS].map(left),
            [8, 4, 2, 1].map(|n| n * FACT)
        );
        assert_eq!(left(HALF_MS / 2), 6 * FACT);
        assert_eq!(left(u64::MAX), 0);
    }

    #[test]
    fn harm_takes_off_more_than_it_is() {
        let mut regard = regard(5 * FACT);
        assert_eq!(regard.trust(), 5 * u64::from(FACT));
        regard.bad.add(Deed::Loan, FACT);
        assert_eq!(regard.trust(), (5 - economics::HARM_TIMES) * u64::from(FACT));
        regard.bad.add(Deed::Loan, 9 * FACT);
        assert_eq!(regard.trust(), 0);
    }

    proptest! {
        #[test]
        fn facts_fade_and_never_grow(parts: u32, first: u64, second: u64) {
            let (first, second) = (first.min(second), first.max(second));
            let parts = parts.min(FACTS_MAX * FACT);
            let left = |ms| regard(parts).faded(UnixMillis(ms)).good.rounds;
            prop_assert!(left(second) <= left(first) && left(first) <= parts);
        }

        #[test]
        fn what_is_added_without_end_stays_bounded(adds in prop::collection::vec(any::<u32>(), 0..20)) {
            let mut facts = Facts::default();
            adds.iter().for_each(|parts| facts.add(Deed::Capsule, *parts));
            prop_assert!(facts.sum() <= u64::from(FACTS_MAX * FACT));
        }
    }
}
