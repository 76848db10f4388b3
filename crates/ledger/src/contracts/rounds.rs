//! Finished rounds of learning sessions: what members have signed of them, and what their updates were found to bring.
//!
//! ```text
//!          report               report of the next round: its verdicts count        ROUND_KEPT later
//! nothing ────────► recorded ──────────────────────────────────────────► rewarded ──────────────────► a mark
//! ```
//! A round is rewarded with the one after it, which says what its contributors found of each other's updates. Only members judge
//! and are rewarded, and three others, of other houses, have to have judged an update. Of a round that was
//! rewarded a mark stays for ever, so that nobody is rewarded for it again.

use super::{
    Surroundings, due_name, later,
    money::{Account, house, must_be_member},
    regard::{self, Deed, FACT},
    treasury::{Merits, RoundMerits},
};
use crate::{
    Refusal, economics,
    order::RoundReport,
    state::{Changes, Due},
};
use protocol::session::{Contribution, RoundRecord, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use units::{Hash, PeerId, SessionId};

/// What the ledger keeps of a round for those after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    /// Of which session.
    pub session: SessionId,
    /// Its number; 1 is the first.
    pub round: u32,
    /// The model that came out.
    pub model: Hash,
    /// Whose updates went in, with their samples, by peer.
    pub parts: Vec<(PeerId, u32)>,
    /// Whether the round after it is recorded, which rewards it.
    pub rewarded: bool,
    /// Whose verdicts on it count already, in ascending order.
    pub judges: Vec<PeerId>,
}

/// Records a round, and rewards the one before it. Its signatures have been seen to. Whoever comes second with it has paid its fee for
/// nothing, unless the round before was not known the first time.
pub(super) fn report(
    changes: &mut Changes<'_>,
    merits: &mut Merits,
    by: PeerId,
    report: &RoundReport,
    s: &Surroundings,
) -> Result<(), Refusal> {
    must_be_member(changes, by)?;
    let RoundReport { session, record } = report;
    let name = record.hash();
    let decision = &record.decision;
    let has_member = decision.contributions.iter().any(|part| is_member(changes, part.peer));
    if decision.round == 0 || !has_member {
        return Err(Refusal::RoundOfNobody { round: decision.round });
    }
    if let Some(parent) = changes.get::<Round>(decision.parent) {
        check_follows(parent, report)?;
        let brought = merits_of(parent, &decision.verdicts, changes);
        // Verdicts that reward nobody may be all that somebody has left of them: there may be others.
        if !parent.rewarded && !brought.is_empty() {
            let judges = decision.verdicts.iter().map(|verdict| verdict.judge);
            let judges = judges.filter(|judge| is_member(changes, *judge));
            let houses: BTreeSet<PeerId> = judges.map(|judge| house(changes, judge)).collect();
            let judges = houses.into_iter().collect();
            let samples = capped_samples(parent, changes);
            let full = samples.iter().map(|part| u64::from(part.1)).sum::<u64>();
            let full = full.saturating_mul(economics::FULL_SCORE);
            merits.count_round(RoundMerits { judges, brought, full });
            let parent = Round { rewarded: true, ..parent.clone() };
            changes.put(decision.parent, parent);
        }
    }
    note_regards(changes, decision.parent, &decision.verdicts, s);
    if changes.get::<Round>(name).is_some() {
        return Ok(());
    }
    let parts = decision.contributions.iter();
    let parts = parts.map(|Contribution { peer, samples, .. }| (*peer, *samples)).collect();
    let (round, model) = (decision.round, record.model);
    let (rewarded, judges) = (false, Vec::new());
    changes.put(name, Round { session: *session, round, model, parts, rewarded, judges });
    let at = later(s.now, economics::ROUND_KEPT);
    changes.schedule(at, due_name("round", name), Due::RoundOld(name));
    Ok(())
}

/// A round's time in the state is over: of one that was rewarded, a mark stays.
pub(super) fn forget(changes: &mut Changes<'_>, name: Hash) {
    match changes.get::<Round>(name).filter(|round| round.rewarded).cloned() {
        Some(round) => changes.put(name, Round { parts: Vec::new(), judges: Vec::new(), ..round }),
        None => changes.remove::<Round>(name),
    }
}

fn check_follows(parent: &Round, report: &RoundReport) -> Result<(), Refusal> {
    let RoundRecord { decision, .. } = &report.record;
    // A mark knows no more who took part.
    if parent.parts.is_empty() {
        return Ok(());
    }
    let judges = decision.verdicts.iter().map(|verdict| verdict.judge);
    let mut strangers =
        judges.filter(|judge| parent.parts.binary_search_by_key(judge, |part| part.0).is_err());
    if report.session != parent.session || decision.round != parent.round.saturating_add(1) {
        return Err(Refusal::RoundOutOfPlace { round: decision.round, after: parent.round });
    }
    match strangers.next() {
        Some(peer) => Err(Refusal::StrangeJudge { peer }),
        None => Ok(()),
    }
}

/// Notes what judges have found of those whose updates they judged, of each judge once.
fn note_regards(changes: &mut Changes<'_>, name: Hash, verdicts: &[Verdict], s: &Surroundings) {
    let Some(mut round) = changes.get::<Round>(name).cloned() else { return };
    let before = round.judges.len();
    for verdict in verdicts {
        let Err(place) = round.judges.binary_search(&verdict.judge) else { continue };
        round.judges.insert(place, verdict.judge);
        for ((maker, _), score) in round.parts.iter().zip(&verdict.scores) {
            let pair = (verdict.judge, *maker);
            if *score >= economics::USEFUL_SCORE_MIN {
                regard::well(changes, pair, Deed::Round, FACT, s.now);
            } else if *score <= economics::HARMFUL_SCORE_MAX {
                regard::badly(changes, pair, Deed::Round, s.now);
            }
        }
    }
    if round.judges.len() > before && !round.parts.is_empty() {
        changes.put(name, round);
    }
}

/// What members' updates have brought: by how much the loss of those in the middle fell, times samples. Each house has one verdict, and
/// none on its own names; what it was found to bring by chance is nothing.
fn merits_of(parent: &Round, verdicts: &[Verdict], changes: &Changes<'_>) -> BTreeMap<PeerId, u64> {
    let mut by_house = BTreeMap::new();
    for verdict in verdicts.iter().filter(|verdict| is_member(changes, verdict.judge)) {
        by_house.entry(house(changes, verdict.judge)).or_insert(verdict);
    }
    let parts = capped_samples(parent, changes).into_iter().enumerate();
    let parts = parts.filter(|(_, (peer, _))| is_member(changes, *peer));
    let merit = |(place, (peer, samples)): (usize, (PeerId, u32))| {
        let own = house(changes, peer);
        let others = by_house.iter().filter(|(house, _)| **house != own);
        let others: Vec<Verdict> = others.map(|(_, verdict)| (*verdict).clone()).collect();
        let score = protocol::session::median_score(place, peer, &others)?;
        let score = (score >= economics::USEFUL_SCORE_MIN).then_some(score)?;
        let merit = u64::from(u16::try_from(score).ok()?) * u64::from(samples);
        (merit > 0).then_some((peer, merit))
    };
    parts.filter_map(merit).collect()
}

/// Whose updates went in, with as many samples as count: nobody's more than the house in the middle has, since anybody can claim many,
/// or be many that have few.
fn capped_samples(round: &Round, changes: &Changes<'_>) -> Vec<(PeerId, u32)> {
    let mut of_houses = BTreeMap::<PeerId, u32>::new();
    for (peer, samples) in &round.parts {
        let of_house = of_houses.entry(house(changes, *peer)).or_default();
        *of_house = of_house.saturating_add(*samples);
    }
    let mut all: Vec<u32> = of_houses.into_values().collect();
    all.sort_unstable();
    let most = all.get(all.len().saturating_sub(1) / 2).copied().unwrap_or(0);
    round.parts.iter().map(|(peer, samples)| (*peer, (*samples).min(most))).collect()
}

fn is_member(changes: &Changes<'_>, peer: PeerId) -> bool {
    changes.get::<Account>(peer).is_some_and(Account::is_member)
}
