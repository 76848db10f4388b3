//! Learning sessions as plain objects.

use peer::{
    EarlierRound, Evaluation, Exclusion, LineageLeft, MasksView, PrivacyView, RoundPhase,
    RoundView, SessionView,
};
use serde::Serialize;
use units::{ClusterId, Hash, PeerId, SessionId};

#[derive(Serialize)]
pub(crate) struct Session {
    session_id: SessionId,
    task: String,
    cluster_id: ClusterId,
    founder: PeerId,
    running: bool,
    ended_because: Option<String>,
    round: u32,
    rounds: u32,
    phase: RoundPhase,
    model: Hash,
    members: Vec<Member>,
    leader: Option<PeerId>,
    excluded: Vec<Excluded>,
    signatures: u32,
    history: Vec<Round>,
    earlier: Vec<Earlier>,
    lineages_left: Vec<LineageLeft>,
    sent_bytes: f64,
    sends_little: bool,
    privacy: Option<PrivacyView>,
    masks: Option<MasksView>,
    problem: Option<String>,
}

#[derive(Serialize)]
struct Member {
    peer_id: PeerId,
    rows: u32,
    committed: bool,
}

#[derive(Serialize)]
struct Excluded {
    peer_id: PeerId,
    why: Exclusion,
}

#[derive(Serialize)]
struct Part {
    peer_id: PeerId,
    samples: u32,
    score: Option<f32>,
}

#[derive(Serialize)]
struct Earlier {
    round: u32,
    members: u32,
    accuracy_together: Option<f64>,
    accuracy_alone: Option<f64>,
}

#[derive(Serialize)]
struct Round {
    round: u32,
    model: Hash,
    leader: Option<PeerId>,
    members: Vec<Part>,
    duration_ms: u32,
    sent_bytes: f64,
    accuracy_together: Option<f64>,
    accuracy_alone: Option<f64>,
}

impl From<SessionView> for Session {
    fn from(view: SessionView) -> Self {
        let member = |it: peer::MemberView| Member {
            peer_id: it.peer,
            rows: it.rows,
            committed: it.committed,
        };
        let excluded = |it: peer::ExcludedView| Excluded { peer_id: it.peer, why: it.why };
        Self {
            session_id: view.id,
            task: view.task,
            cluster_id: view.cluster,
            founder: view.founder,
            running: view.running,
            ended_because: view.ended_because,
            round: view.round,
            rounds: view.options.rounds,
            phase: view.phase,
            model: view.model,
            members: view.members.into_iter().map(member).collect(),
            leader: view.leader,
            excluded: view.excluded.into_iter().map(excluded).collect(),
            signatures: view.signatures,
            history: view.history.into_iter().map(Round::from).collect(),
            earlier: view.earlier.iter().map(Earlier::from).collect(),
            lineages_left: view.lineages_left,
            sent_bytes: view.sent_bytes as f64,
            sends_little: view.sends_little,
            privacy: view.privacy,
            masks: view.masks,
            problem: view.problem,
        }
    }
}

impl From<&EarlierRound> for Earlier {
    fn from(view: &EarlierRound) -> Self {
        Self {
            round: view.round,
            members: view.members,
            accuracy_together: view.together(),
            accuracy_alone: view.alone(),
        }
    }
}

impl From<RoundView> for Round {
    fn from(view: RoundView) -> Self {
        let part =
            |it: peer::PartView| Part { peer_id: it.peer, samples: it.samples, score: it.score };
        Self {
            round: view.round,
            model: view.model,
            leader: view.leader,
            members: view.members.into_iter().map(part).collect(),
            duration_ms: view.duration_ms,
            sent_bytes: view.sent_bytes as f64,
            accuracy_together: view.together.as_ref().map(Evaluation::accuracy),
            accuracy_alone: view.alone.as_ref().map(Evaluation::accuracy),
        }
    }
}
