//! Finished rounds of learning sessions: what members have signed of them, and what their updates were found to bring.
//!
//! ```text
//!          report               report of the next round: its verdicts count        ROUND_KEPT later
//! nothing ────────► recorded ──────────────────────────────────────────► rewarded ──────────────────► a mark
//! ```
//! A round is rewarded with the one after it, which says what its contributors found of each other's updates. Only members judge
//! and are rewarded, and three others have to have judged an update (`protocol`'s standings have the same rule). Of a round that was
//! rewarded a mark stays for ever, so that nobody is rewarded for it again.

use super::{
    Surroundings, due_name, later,
    money::{Account, must_be_member},
    regard::{self, Deed, FACT},
    treasury::Merits,
};
use crate::{
    Refusal, economics,
    order::RoundReport,
    state::{Changes, Due},
};
use protocol::session::{Contribution, RoundRecord, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
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
            let judges = judges.filter(|judge| is_member(changes, *judge)).collect();
            merits.count_round(judges, brought);
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

/// What members' updates have brought: by how much the loss of those in the middle fell, times samples.
fn merits_of(parent: &Round, verdicts: &[Verdict], changes: &Changes<'_>) -> BTreeMap<PeerId, u64> {
    let of_members = |verdict: &&Verdict| is_member(changes, verdict.judge);
    let verdicts: Vec<Verdict> = verdicts.iter().filter(of_members).cloned().collect();
    let parts = parent.parts.iter().enumerate();
    let parts = parts.filter(|(_, (peer, _))| is_member(changes, *peer));
    let merit = |(place, (peer, samples)): (usize, &(PeerId, u32))| {
        let score = protocol::session::median_score(place, *peer, &verdicts)?;
        let merit = u64::from(u16::try_from(score).ok()?) * u64::from(*samples);
        (merit > 0).then_some((*peer, merit))
    };
    parts.filter_map(merit).collect()
}

fn is_member(changes: &Changes<'_>, peer: PeerId) -> bool {
    changes.get::<Account>(peer).is_some_and(Account::is_member)
}
