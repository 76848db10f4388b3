//! Records of rounds as members of learning sessions sign them.

use super::{identity, peer};
use ledger::{Action, RoundReport};
use protocol::session::{Contribution, Decision, RecordName, RoundRecord, Verdict, scores_name};
use units::{Hash, SessionId};

pub fn session(n: u8) -> SessionId {
    SessionId::from_bytes([n; 16])
}

/// Members in the order of records.
pub fn in_order(members: &[u8]) -> Vec<u8> {
    let mut members = members.to_vec();
    members.sort_by_key(|seed| peer(*seed));
    members
}

/// A session's first round; `model` tells it apart from others.
pub fn first(session: SessionId, members: &[u8], model: &[u8]) -> RoundRecord {
    record(session, 1, Hash::of(b"proposal"), members, Vec::new(), model)
}

/// The round after one, in which those who took part say what each update brought: `says(judge, maker)`.
pub fn after(
    session: SessionId,
    parent: &RoundRecord,
    judges: &[u8],
    says: impl Fn(u8, u8) -> i16,
    model: &[u8],
) -> RoundRecord {
    let seed_of = |id| (0..=u8::MAX).find(|seed| peer(*seed) == id).unwrap();
    let makers: Vec<u8> =
        parent.decision.contributions.iter().map(|part| seed_of(part.peer)).collect();
    let verdict = |judge: &u8| {
        let scores = makers.iter().map(|maker| says(*judge, *maker)).collect();
        Verdict::sign(&identity(*judge), parent.hash(), scores)
    };
    let verdicts = in_order(judges).iter().map(verdict).collect();
    record(session, parent.decision.round + 1, parent.hash(), judges, verdicts, model)
}

pub fn record(
    session: SessionId,
    round: u32,
    parent: Hash,
    members: &[u8],
    verdicts: Vec<Verdict>,
    model: &[u8],
) -> RoundRecord {
    let part = |seed: &u8| {
        let update = Hash::of(&[*seed]);
        Contribution::sign(&identity(*seed), (session, parent), scores_name(&[]), update, 100, 1)
    };
    let contributions: Vec<_> = in_order(members).iter().map(part).collect();
    let committed = contributions.len() as u32;
    let decision =
        Decision { round, parent, contributions, verdicts, committed, groups: Vec::new() };
    let cumulative_samples = 100 * u64::from(committed);
    let model = Hash::of(model);
    let (standings, draw, name) = (Vec::new(), u32::MAX, RecordName::default());
    RoundRecord { decision, model, cumulative_samples, standings, draw, name }
}

pub fn reported(session: SessionId, record: &RoundRecord) -> Action {
    Action::Report(Box::new(RoundReport { session, record: record.clone() }))
}
