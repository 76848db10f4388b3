//! How members stand by what others found of their contributions.

use super::{contribution::Contribution, record::Verdict};
use serde::{Deserialize, Serialize};
use units::{PeerId, sort_by_key};

/// Judges without whom a contribution is not judged: the word of one or two is no majority's.
const JUDGES_MIN: usize = 3;

/// What one round can bring to a sum, in hundredths of a nat: a good beginning does not pay for harm later on.
const GAIN_MAX: i32 = 100;

/// How far below the middle a sum must be, in hundredths of a nat, and in median deviations, for its member to be excluded.
/// Honest members with rows like nobody else's were measured as far as 970 below it, and some 4 deviations.
const HARM_MIN: i32 = 1_200;
const DEVIATIONS_MIN: i32 = 8;

/// One in so many members may be excluded: as many as robust aggregation stands.
const MEMBERS_PER_EXCLUDED: usize = 4;

/// Members whose standing a record keeps.
pub(super) const STANDINGS_MAX: usize = 128;

/// What is known of a member from all rounds that it contributed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The member.
    pub peer: PeerId,
    /// The scores of its contributions, each the median of its judges, added up; in hundredths of a nat.
    pub sum: i32,
    /// How many of its contributions were judged.
    pub rounds: u32,
    /// Whether it does so much more harm than others that it may contribute no longer.
    pub excluded: bool,
}

/// Standings by peer, after a round with those contributions was judged.
pub(super) fn after(
    before: &[Standing],
    contributions: &[Contribution],
    verdicts: &[Verdict],
) -> Vec<Standing> {
    let mut standings = before.to_vec();
    for (place, contribution) in contributions.iter().enumerate() {
        let Some(score) = median_score(place, contribution.peer, verdicts) else { continue };
        let score = i32::from(score).min(GAIN_MAX);
        match standings.binary_search_by_key(&contribution.peer, |standing| standing.peer) {
            Ok(known) => {
                standings[known].sum = standings[known].sum.saturating_add(score);
                standings[known].rounds = standings[known].rounds.saturating_add(1);
            }
            Err(at) => {
                let peer = contribution.peer;
                standings.insert(at, Standing { peer, sum: score, rounds: 1, excluded: false });
            }
        }
    }
    exclude(&mut standings);
    forget(&mut standings);
    standings
}

/// What the judges in the middle say of the contribution at a place, other than its maker; of two, the kinder one. `None` if there are
/// too few.
pub fn median_score(place: usize, maker: PeerId, verdicts: &[Verdict]) -> Option<i16> {
    let others = verdicts.iter().filter(|verdict| verdict.judge != maker);
    let mut scores: Vec<i16> =
        others.filter_map(|verdict| verdict.scores.get(place).copied()).collect();
    sort_by_key(&mut scores, |score| *score);
    (scores.len() >= JUDGES_MIN).then(|| scores[scores.len() / 2])
}

/// Excludes who is far below the middle: by a large harm, and by many times what others differ.
fn exclude(standings: &mut [Standing]) {
    let sums = || standings.iter().map(|standing| standing.sum);
    let Some(middle) = median(sums()) else { return };
    let deviation = median(sums().map(|sum| sum.saturating_sub(middle).saturating_abs()));
    let far = deviation.unwrap_or_default().saturating_mul(DEVIATIONS_MIN).max(HARM_MIN);
    let mut free = standings.len() / MEMBERS_PER_EXCLUDED;
    free = free.saturating_sub(standings.iter().filter(|standing| standing.excluded).count());
    let mut harmful: Vec<usize> = (0..standings.len())
        .filter(|at| !standings[*at].excluded)
        .filter(|at| middle.saturating_sub(standings[*at].sum) > far)
        .collect();
    sort_by_key(&mut harmful, |at| standings[*at].sum);
    for at in harmful.into_iter().take(free) {
        standings[at].excluded = true;
    }
}

/// Keeps those who are excluded and those of whom most is known.
fn forget(standings: &mut Vec<Standing>) {
    while standings.len() > STANDINGS_MAX {
        let weight = |standing: &Standing| (standing.excluded, standing.sum.unsigned_abs());
        let least = (0..standings.len()).min_by_key(|at| weight(&standings[*at]));
        standings.remove(least.expect("there are more than none"));
    }
}

fn median(values: impl Iterator<Item = i32>) -> Option<i32> {
    let mut values: Vec<i32> = values.collect();
    sort_by_key(&mut values, |value| *value);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity::Identity, session::scores_name};
    use units::{Hash, SessionId};

    struct Room {
        members: Vec<Identity>,
        contributions: Vec<Contribution>,
        standings: Vec<Standing>,
    }

    impl Room {
        fn of(count: u8) -> Self {
            let mut members: Vec<_> = (1..=count).map(|n| Identity::from_seed([n; 32])).collect();
            members.sort_by_key(Identity::peer_id);
            let round = (SessionId::from_bytes([1; 16]), Hash::of(b"parent"));
            let (none, update) = (scores_name(&[]), Hash::of(b"update"));
            let part = |it: &Identity| Contribution::sign(it, round, none, update, 10, 1);
            let contributions = members.iter().map(part).collect();
            Self { members, contributions, standings: Vec::new() }
        }

        /// A round in which judge i says `says(i, j)` of contribution j.
        fn judge(&mut self, says: impl Fn(usize, usize) -> i16) {
            let count = self.members.len();
            let verdict = |judge: usize| {
                let scores = (0..count).map(|maker| says(judge, maker)).collect();
                Verdict::sign(&self.members[judge], Hash::of(b"record"), scores)
            };
            let verdicts: Vec<_> = (0..count).map(verdict).collect();
            self.standings = after(&self.standings, &self.contributions, &verdicts);
        }

        fn excluded(&self) -> Vec<usize> {
            (0..self.standings.len()).filter(|at| self.standings[*at].excluded).collect()
        }
    }

    #[test]
    fn who_does_much_harm_is_excluded_whatever_it_and_its_friend_say() {
        let mut room = Room::of(8);
        let says = |judge: usize, maker: usize| match (judge < 2, maker < 2) {
            (false, false) => 30 * maker as i16 - 100,
            (false, true) | (true, false) => -800,
            (true, true) => 900,
        };
        room.judge(says);
        assert_eq!(room.excluded(), [0usize; 0], "one round is not enough");
        room.judge(says);
        assert_eq!(room.excluded(), [0, 1]);
    }

    #[test]
    fn rows_like_nobody_elses_are_no_harm() {
        let mut room = Room::of(8);
        for _ in 0..40 {
            // As measured: worse than the others in every round, who differ as well.
            room.judge(|_, maker| [-90, 10, -10, -25, -30, 20, -15, 0][maker]);
        }
        assert_eq!(room.excluded(), [0usize; 0]);
    }

    #[test]
    fn no_more_than_a_quarter_is_ever_excluded() {
        let mut room = Room::of(8);
        for _ in 0..9 {
            room.judge(|_, maker| if maker < 3 { -900 - maker as i16 } else { 10 });
        }
        assert_eq!(room.excluded(), [1, 2], "the most harmful");
    }

    #[test]
    fn two_judges_are_not_enough() {
        let mut room = Room::of(3);
        for _ in 0..9 {
            room.judge(|_, maker| if maker == 0 { -1_000 } else { 10 });
        }
        assert!(room.standings.is_empty());
    }

    #[test]
    fn of_more_members_than_a_record_keeps_the_unremarkable_are_forgotten() {
        let peer = |n: u8| PeerId::from_bytes([n; 32]);
        let standing =
            |n: u8| Standing { peer: peer(n), sum: i32::from(n), rounds: 1, excluded: n == 0 };
        let mut standings: Vec<_> = (0..=200).map(standing).collect();
        forget(&mut standings);
        assert_eq!(standings.len(), STANDINGS_MAX);
        assert!(standings[0].excluded);
        assert_eq!(standings[1].peer, peer(74));
    }
}
