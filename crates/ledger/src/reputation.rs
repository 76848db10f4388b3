//! Who is how well regarded by those who are: EigenTrust (Kamvar, Schlosser and Garcia-Molina, "The EigenTrust algorithm for reputation
//! management in P2P networks", WWW 2003) over what members have found of each other ([`crate::contracts::regard`]).
//!
//! ```text
//! t <- (1 - a) Cᵀ t + a p       c_ij  what i trusts j of all that it trusts; p for who trusts nobody
//!                               p     the founder, or all members if it was excluded
//! ```
//! Whoever nobody trusts that is trusted has nothing, however many of its kind say otherwise. Numbers are fractions of
//! [`SCORE_ONE`], and what division leaves goes back to p: every device computes the same to the last bit, and the sum is one.
//! The work is bounded by members times [`REGARDS_MAX`] times [`ITERATIONS`].
//!
//! [`REGARDS_MAX`]: crate::contracts::regard::REGARDS_MAX

use crate::{
    Chain,
    contracts::regard::{Facts, Regard},
    economics,
    state::{Entry, Key, State},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use units::{PeerId, UnixMillis};

/// All reputation of a room.
pub const SCORE_ONE: u64 = 1 << 40;

/// What is left of the error is below a hundredth of what it was at first.
const ITERATIONS: usize = 24;

/// a, as one part in so many: how much flows back to p in each step. The authors' figure is 0.1 to 0.2.
const PARTS_TO_PRETRUSTED: u64 = 5;

/// Reasons that are given for one reputation.
pub const REASONS_MAX: usize = 3;

/// How a member is regarded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reputation {
    /// Who.
    pub peer: PeerId,
    /// Its part of [`SCORE_ONE`].
    pub score: u64,
    /// 1 is the best; who has the same score has the same rank.
    pub rank: u32,
    /// Who regards it, the strongest first; at most [`REASONS_MAX`].
    pub reasons: Vec<Reason>,
}

/// One reason for a reputation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Who regards it.
    pub from: PeerId,
    /// How much of its score comes of that, as part of [`SCORE_ONE`].
    pub score: u64,
    /// What it has done that was useful, in 65,536 parts of each fact; what is old has faded.
    pub good: Facts,
    /// What has done harm.
    pub bad: Facts,
}

/// A member's reputation in percent of what the best has; 0 for a stranger.
pub fn percent_of_best(reputations: &[Reputation], peer: PeerId) -> u8 {
    let best = reputations.iter().map(|it| it.score).max().unwrap_or(0).max(1);
    let own = reputations.iter().find(|it| it.peer == peer).map_or(0, |it| it.score);
    u8::try_from(u128::from(own) * 100 / u128::from(best)).unwrap_or(100)
}

/// Members of whom those who count have found more harm than good: a stranger's word weighs nothing, and slander with it.
pub fn distrusted(reputations: &[Reputation]) -> Vec<PeerId> {
    let scores: BTreeMap<PeerId, u64> = reputations.iter().map(|it| (it.peer, it.score)).collect();
    let balance = |reason: &Reason| {
        let harm = i128::from(reason.bad.sum()) * i128::from(economics::HARM_TIMES);
        let score = scores.get(&reason.from).copied().unwrap_or(0);
        i128::from(score) * (i128::from(reason.good.sum()) - harm)
    };
    let of = |it: &&Reputation| it.reasons.iter().map(balance).sum::<i128>() < 0;
    reputations.iter().filter(of).map(|it| it.peer).collect()
}

/// A member's trust in another.
struct Trust {
    to: usize,
    weight: u64,
    regard: Regard,
}

impl Chain {
    /// How all members are regarded after the newest block, the best first.
    pub fn reputations(&self) -> Vec<Reputation> {
        let tip = self.tip();
        let now = self.header(&tip).map_or(UnixMillis(0), |header| header.time);
        of_state(self.state(), self.genesis().founder, now)
    }
}

/// How all members are regarded in a state.
fn of_state(state: &State, founder: PeerId, now: UnixMillis) -> Vec<Reputation> {
    let members: Vec<PeerId> = state.entries().filter_map(member).collect();
    let places: BTreeMap<PeerId, usize> = members.iter().copied().zip(0..).collect();
    let mut trusts: Vec<Vec<Trust>> = members.iter().map(|_| Vec::new()).collect();
    for (key, entry) in state.entries() {
        let (Key::Regard(from, to), Entry::Regard(regard)) = (key, entry) else { continue };
        let (Some(from), Some(to)) = (places.get(from), places.get(to)) else { continue };
        let regard = regard.faded(now);
        let weight = regard.trust();
        trusts[*from].push(Trust { to: *to, weight, regard });
    }
    let pretrusted = match places.get(&founder) {
        Some(place) => vec![*place],
        None => (0..members.len()).collect(),
    };
    let scores = scores(&trusts, &pretrusted, members.len());
    let mut all: Vec<Reputation> = members
        .iter()
        .zip(&scores)
        .map(|(peer, score)| Reputation {
            peer: *peer,
            score: *score,
            rank: 0,
            reasons: Vec::new(),
        })
        .collect();
    for (from, trusts) in trusts.iter().enumerate() {
        let whole = trusts.iter().map(|trust| trust.weight).sum::<u64>();
        for Trust { to, weight, regard } in trusts {
            let score = part(scores[from], *weight, whole);
            let Regard { good, bad, .. } = *regard;
            all[*to].reasons.push(Reason { from: members[from], score, good, bad });
        }
    }
    for reputation in &mut all {
        let harm = |reason: &Reason| reason.bad.sum();
        reputation.reasons.sort_by_key(|reason| {
            (core::cmp::Reverse((reason.score, reason.good.sum(), harm(reason))), reason.from)
        });
        reputation.reasons.truncate(REASONS_MAX);
    }
    all.sort_by_key(|it| (core::cmp::Reverse(it.score), it.peer));
    let mut before = None;
    for (rank, reputation) in (1..).zip(&mut all) {
        let next = (rank, reputation.score);
        let (rank, score) = before.filter(|(_, same)| *same == next.1).unwrap_or(next);
        reputation.rank = rank;
        before = Some((rank, score));
    }
    all
}

fn member((key, entry): (&Key, &Entry)) -> Option<PeerId> {
    match (key, entry) {
        (Key::Account(peer), Entry::Account(account)) => account.is_member().then_some(*peer),
        _ => None,
    }
}

/// The vector t; sums to one, if there is anybody.
fn scores(trusts: &[Vec<Trust>], pretrusted: &[usize], members: usize) -> Vec<u64> {
    let mut scores = vec![0; members];
    spread(&mut scores, pretrusted, SCORE_ONE);
    for _ in 0..ITERATIONS {
        let mut next = vec![0; members];
        for (score, trusts) in scores.iter().zip(trusts) {
            let whole = trusts.iter().map(|trust| trust.weight).sum::<u64>();
            let flows = score - score / PARTS_TO_PRETRUSTED;
            for trust in trusts {
                next[trust.to] += part(flows, trust.weight, whole);
            }
        }
        let rest = SCORE_ONE - next.iter().sum::<u64>();
        spread(&mut next, pretrusted, rest);
        scores = next;
    }
    scores
}

/// Adds an amount to some places, evenly; the first has what division leaves.
fn spread(scores: &mut [u64], among: &[usize], amount: u64) {
    let each = amount / (among.len() as u64).max(1);
    among.iter().for_each(|place| scores[*place] += each);
    if let Some(first) = among.first() {
        scores[*first] += amount - each * among.len() as u64;
    }
}

fn part(of: u64, share: u64, whole: u64) -> u64 {
    let whole = u128::from(whole.max(1));
    u64::try_from(u128::from(of) * u128::from(share) / whole).expect("a part is no more than all")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::money::{Account, Standing};
    use proptest::prelude::*;

    const NOW: UnixMillis = UnixMillis(1_000_000);

    fn peer(n: u8) -> PeerId {
        PeerId::from_bytes([n; 32])
    }

    /// A room of so many members, 0 its founder, of whom each of `found` found so many rounds good and so many bad.
    fn state(members: u8, found: &[(u8, u8, u32, u32)]) -> State {
        let account = Account { standing: Standing::Member, ..Account::default() };
        let accounts =
            (0..members).map(|n| (Key::Account(peer(n)), Entry::Account(account.clone())));
        let facts = |count: u32| Facts { rounds: count << 16, ..Facts::default() };
        let regards = found.iter().map(|(from, to, good, bad)| {
            let regard = Regard { good: facts(*good), bad: facts(*bad), at: NOW };
            (Key::Regard(peer(*from), peer(*to)), Entry::Regard(regard))
        });
        State::of(accounts.chain(regards))
    }

    fn score(state: &State, of: u8) -> u64 {
        let all = of_state(state, peer(0), NOW);
        all.iter().find(|it| it.peer == peer(of)).map_or(0, |it| it.score)
    }

    #[test]
    fn who_is_regarded_by_who_is_regarded_comes_before_who_is_regarded_by_nobody() {
        let state = state(4, &[(0, 1, 3, 0), (1, 2, 5, 0), (2, 0, 9, 0), (2, 1, 1, 0)]);
        let all = of_state(&state, peer(0), NOW);
        let rank = |of| all.iter().find(|it| it.peer == peer(of)).map(|it| it.rank);
        assert!(score(&state, 1) > score(&state, 2) && score(&state, 2) > 0);
        assert_eq!((score(&state, 3), rank(3)), (0, Some(4)));
        let first = &all.iter().find(|it| it.peer == peer(1)).unwrap().reasons;
        assert_eq!(first[0].from, peer(0), "the founder's word is the strongest");
        assert_eq!(first[0].good.rounds, 3 << 16);
    }

    #[test]
    fn whoever_those_who_count_have_found_harmful_is_distrusted_and_slander_changes_nothing() {
        let distrusted = |found: &[(u8, u8, u32, u32)]| {
            super::distrusted(&of_state(&state(6, found), peer(0), NOW))
        };
        assert_eq!(distrusted(&[(0, 1, 3, 0), (0, 2, 0, 1)]), [peer(2)]);
        assert_eq!(distrusted(&[(0, 1, 3, 0), (1, 2, 0, 1)]), [peer(2)]);
        // Nobody who counts has found anything of 4 and 5.
        assert_eq!(distrusted(&[(0, 1, 3, 0), (4, 1, 0, 90), (5, 0, 0, 90)]), []);
        assert_eq!(distrusted(&[]), []);
    }

    #[test]
    fn a_clique_that_praises_itself_stays_at_the_bottom() {
        let mut found = vec![(0, 1, 1, 0), (1, 0, 1, 0), (1, 2, 1, 0)];
        let clique = 3..12u8;
        let pairs = clique.clone().flat_map(|from| clique.clone().map(move |to| (from, to)));
        found.extend(pairs.filter(|(from, to)| from != to).map(|(from, to)| (from, to, 4_000, 0)));
        // They praise those who count as well, which helps nobody.
        found.extend(clique.clone().map(|from| (from, 2, 4_000, 0)));
        let with_clique = state(12, &found);
        let without = state(12, &found[..3]);
        for of in 0..12 {
            assert_eq!(score(&with_clique, of), score(&without, of));
        }
        assert!(clique.into_iter().all(|of| score(&with_clique, of) == 0));
    }

    #[test]
    fn an_equal_score_is_an_equal_rank_and_the_next_one_counts_them() {
        let all = of_state(&state(5, &[(0, 1, 1, 0), (0, 2, 1, 0), (1, 3, 1, 0)]), peer(0), NOW);
        let ranks: Vec<_> = all.iter().map(|it| it.rank).collect();
        assert_eq!(ranks, [1, 2, 2, 4, 5]);
    }

    #[test]
    fn a_room_without_its_founder_trusts_all_members_alike() {
        let all = of_state(&state(4, &[]), peer(9), NOW);
        assert!(all.iter().all(|it| it.score == SCORE_ONE / 4 && it.rank == 1));
        assert!(of_state(&State::default(), peer(9), NOW).is_empty());
    }

    proptest! {
        #[test]
        fn scores_sum_to_one_and_follow_from_the_state_alone(
            found in prop::collection::vec((0u8..9, 0u8..9, 0u32..4_000, 0u32..4_000), 0..60),
        ) {
            let state = state(9, &found);
            let all = of_state(&state, peer(0), NOW);
            prop_assert_eq!(all.iter().map(|it| it.score).sum::<u64>(), SCORE_ONE);
            prop_assert!(all.is_sorted_by_key(|it| it.rank));
            prop_assert!(all.iter().all(|it| it.reasons.len() <= REASONS_MAX));
            prop_assert_eq!(of_state(&state.clone(), peer(0), NOW), all);
        }

        #[test]
        fn praise_from_strangers_changes_nothing(
            found in prop::collection::vec((0u8..9, 0u8..9, 0u32..4_000, 0u32..4_000), 0..40),
            strangers in prop::collection::vec((20u8..40, 0u8..9, 1u32..4_000, 0u32..9), 1..20),
        ) {
            let of = |found: &[_]| of_state(&state(9, found), peer(0), NOW);
            prop_assert_eq!(of(&[&found[..], &strangers[..]].concat()), of(&found));
        }

        #[test]
        fn more_trust_from_who_is_trusted_never_lowers_a_score(
            found in prop::collection::vec((1u8..6, 1u8..6, 0u32..100, 0u32..9), 0..20),
        ) {
            let before = state(6, &[&found[..], &[(0, 5, 1, 0), (0, 4, 50, 0)]].concat());
            let after = state(6, &[&found[..], &[(0, 5, 90, 0), (0, 4, 50, 0)]].concat());
            prop_assert!(score(&after, 5) >= score(&before, 5));
        }
    }
}
