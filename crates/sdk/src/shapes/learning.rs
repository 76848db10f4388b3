//! Learning sessions as plain objects.

use peer::{Evaluation, RoundPhase, RoundView, SessionView};
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
    signatures: u32,
    history: Vec<Round>,
    sent_bytes: f64,
    sends_little: bool,
    problem: Option<String>,
}

#[derive(Serialize)]
struct Member {
    peer_id: PeerId,
    rows: u32,
    committed: bool,
}

#[derive(Serialize)]
struct Round {
    round: u32,
    model: Hash,
    members: Vec<PeerId>,
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
            signatures: view.signatures,
            history: view.history.into_iter().map(Round::from).collect(),
            sent_bytes: view.sent_bytes as f64,
            sends_little: view.sends_little,
            problem: view.problem,
        }
    }
}

impl From<RoundView> for Round {
    fn from(view: RoundView) -> Self {
        Self {
            round: view.round,
            model: view.model,
            members: view.members,
            duration_ms: view.duration_ms,
            sent_bytes: view.sent_bytes as f64,
            accuracy_together: view.together.as_ref().map(Evaluation::accuracy),
            accuracy_alone: view.alone.as_ref().map(Evaluation::accuracy),
        }
    }
}
