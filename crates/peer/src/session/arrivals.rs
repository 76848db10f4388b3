//! What other members send.

use super::{
    Session, SessionAction, SessionJob, Surroundings, lineage::check_contributions, stash::Closing,
};
use crate::job::Job;
use ::core::time::Duration;
use protocol::{
    message::{BulkMessage, SessionMessage},
    session::{Commitment, Decision, RoundSignature},
};
use std::collections::BTreeMap;
use units::{Hash, Instant, PeerId};

/// How soon the same update or model is sent to the same peer again.
const HAND_OUT_INTERVAL: Duration = Duration::from_secs(3);

/// When which peer was last sent which update, or the model of which record.
#[derive(Default)]
pub(super) struct HandedOut(BTreeMap<(PeerId, Hash), Instant>);

impl HandedOut {
    /// Whether a large value may go to a peer that asks for it: an honest one does not ask again at once.
    fn may_go(&mut self, to: PeerId, value: Hash, now: Instant) -> bool {
        let may = self.0.get(&(to, value)).is_none_or(|at| now >= *at + HAND_OUT_INTERVAL);
        if may {
            self.0.insert((to, value), now);
        }
        may
    }

    /// A peer is gone.
    pub(super) fn forget(&mut self, peer: PeerId) {
        self.0.retain(|(to, _), _| *to != peer);
    }

    /// Another round has begun, with other values.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

impl Session {
    /// A message about this session from a connected peer.
    pub(crate) fn handle_message(
        &mut self,
        from: PeerId,
        message: SessionMessage,
        s: &Surroundings<'_>,
    ) {
        if self.is_alone() || self.left || !self.invites(from) {
            return;
        }
        match message {
            // Whoever proposes what is known has just begun with it, and missed what was said before.
            SessionMessage::Proposal(_) => self.tell_newcomer(from),
            SessionMessage::Join { rows } => {
                self.members.insert(from, rows);
            }
            SessionMessage::Leave => {
                self.members.remove(&from);
            }
            SessionMessage::Stop => self.handle_stop(from, s),
            SessionMessage::Commit(commitment) => self.handle_commitment(from, commitment),
            SessionMessage::Close { parent, commitments } => {
                let commitments = self.plausible_commitments(parent, commitments);
                self.stash.put_closing(from, Closing { parent, commitments });
            }
            SessionMessage::Decide(decision) => self.handle_decision(from, decision),
            SessionMessage::Head(record) => self.handle_head(from, record, s),
            SessionMessage::CoSign(signature) => self.handle_signature(from, signature),
            SessionMessage::RequestUpdate { update } => self.hand_out_update(from, update, s),
            SessionMessage::RequestModel { record } => self.hand_out_model(from, record, s),
        }
        self.advance(s);
    }

    /// A value for this session from a connected peer.
    pub(crate) fn handle_bulk(&mut self, from: PeerId, message: BulkMessage, s: &Surroundings<'_>) {
        if self.is_alone() || self.left || !self.invites(from) {
            return;
        }
        match message {
            BulkMessage::Update { update, .. } => self.handle_update(from, update),
            BulkMessage::Model { record, model, .. } => self.handle_model(from, record, model),
            BulkMessage::Probe { .. } => {}
        }
        self.advance(s);
    }

    fn tell_newcomer(&mut self, to: PeerId) {
        if !self.running || !self.ready {
            return;
        }
        if self.model_here {
            self.send(to, SessionMessage::Head(self.head.clone()));
        }
        self.send(to, SessionMessage::Join { rows: self.rows });
    }

    fn handle_stop(&mut self, from: PeerId, s: &Surroundings<'_>) {
        if from != self.proposal.founder {
            let reason = "only the peer that proposed a session can stop it for all".to_owned();
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        if self.running {
            self.end("the peer that proposed the session stopped it");
            self.compare_endings(s);
        }
    }

    fn handle_commitment(&mut self, from: PeerId, commitment: Commitment) {
        if commitment.peer != from || !self.proposal.options.allows(commitment.samples) {
            let reason = format!("a commitment to {} samples that cannot be", commitment.samples);
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        self.stash.put_commitment(commitment);
    }

    /// The commitments of a leader's list that are possible; what a member said itself counts more than the list.
    fn plausible_commitments(&self, parent: Hash, mut all: Vec<Commitment>) -> Vec<Commitment> {
        all.retain(|listed| {
            let own_words = self.stash.commitment(listed.peer, parent);
            listed.parent == parent
                && self.proposal.options.allows(listed.samples)
                && own_words.is_none_or(|said| said == listed)
        });
        all.sort_unstable();
        all.dedup_by_key(|commitment| commitment.peer);
        all
    }

    fn handle_decision(&mut self, from: PeerId, decision: Decision) {
        let next_round = decision.round == self.head.decision.round + 1;
        let possible = check_contributions(&self.proposal, &decision).is_ok();
        if !possible || decision.parent == self.head_hash && !next_round {
            let reason = format!("a decision on round {} that cannot be", decision.round);
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        self.stash.put_decision(from, decision);
    }

    fn handle_update(&mut self, from: PeerId, update: Vec<u8>) {
        if let Err(error) = neural::Update::decode(&update, &self.proposal.network) {
            let reason = format!("an update that is none: {error}");
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        let owner = self.round.wanted_owner(Hash::of(&update)).unwrap_or(from);
        self.stash.put_update(owner, update);
    }

    fn handle_signature(&mut self, from: PeerId, signature: RoundSignature) {
        if signature.record == self.head_hash {
            match signature.verify(from) {
                Ok(()) => drop(self.signatures.insert(from, signature)),
                Err(error) => {
                    self.actions.push(SessionAction::Refuse(from, error.to_string()));
                }
            }
        }
    }

    fn hand_out_update(&mut self, to: PeerId, update: Hash, s: &Surroundings<'_>) {
        let Some(bytes) = self.stash.update_by_hash(update) else { return };
        if self.handed_out.may_go(to, update, s.now) {
            let message = BulkMessage::Update { session: self.id, update: bytes.clone() };
            self.actions.push(SessionAction::SendBulk(to, message));
        }
    }

    fn hand_out_model(&mut self, to: PeerId, record: Hash, s: &Surroundings<'_>) {
        if record != self.head_hash {
            let head = SessionMessage::Head(self.head.clone());
            return self.send(to, head);
        }
        let can = self.model_here && !self.round.is_aggregating();
        if can && self.handed_out.may_go(to, record, s.now) {
            let job = Job::ExportModel { cluster: self.proposal.cluster.clone() };
            self.actions.push(SessionAction::Job(job, SessionJob::Export { to, record }));
        }
    }
}
