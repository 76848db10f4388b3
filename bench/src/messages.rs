//! What members of a room say to each other in a round, besides the updates themselves.

use protocol::{
    identity::Identity,
    message::{BulkMessage, ControlMessage, SessionMessage},
    session::{Commitment, Contribution, Decision, Verdict, scores_name},
};
use std::collections::BTreeMap;
use units::{Hash, SessionId};

/// A frame's header on the `bulk` channel.
const FRAME_HEADER_BYTES: usize = 8;

/// Bytes that a member of a full mesh sends in a round, on average over who leads: its promise, its signature, and what
/// surrounds its update, to each other; and for one round of `members`, what the leader says to each.
pub fn round_bytes(members: usize) -> f64 {
    let session = SessionId::from_bytes([7; 16]);
    let (parent, update) = (Hash::of(b"parent"), Hash::of(b"update"));
    // By peer, as in a decision.
    let keys: BTreeMap<_, _> = (0..members as u64)
        .map(|number| {
            let seed = Hash::of(&number.to_le_bytes());
            let key = Identity::from_seed(*seed.as_bytes());
            (key.peer_id(), key)
        })
        .collect();
    let scores = vec![-120; members];
    let (place, name) = ((session, parent), scores_name(&scores));
    let promise = |key: &Identity| Contribution::sign(key, place, name, update, 1_600, 1 << 40);
    let contributions: Vec<_> = keys.values().map(promise).collect();
    let verdict = |key: &Identity| Verdict::to_be_promised(key.peer_id(), scores.clone());
    let verdicts: Vec<_> = keys.values().map(verdict).collect();
    let said = |message| ControlMessage::Session { session, message }.encode().len();

    let commitment = Commitment { parent, contribution: contributions[0], train_ms: 900 };
    let around = BulkMessage::Update { session, owner: contributions[0].peer, update: Vec::new() };
    let by_each = said(SessionMessage::Commit(commitment))
        + said(SessionMessage::CoSign { record: parent, verdict: verdicts[0].clone() })
        + around.encode().len()
        + FRAME_HEADER_BYTES;
    let committed = members as u32;
    let close = SessionMessage::Close { parent, contributions: contributions.clone() };
    let decision =
        Decision { round: 20, parent, contributions, verdicts, committed, groups: Vec::new() };
    let by_leader = said(close) + said(SessionMessage::Decide(decision));
    (members - 1) as f64 * (by_each as f64 + by_leader as f64 / members as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promises_and_signatures_of_ten_members_are_some_kilobytes_a_round() {
        let bytes = round_bytes(10);
        assert!((3_000.0..9_000.0).contains(&bytes), "{bytes}");
    }
}
