//! What other members send.

use super::{Session, SessionAction, SessionJob, Surroundings, stash::Closing};
use crate::job::Job;
use protocol::{
    message::{BulkMessage, SessionMessage},
    session::{Commitment, Decision, RoundSignature},
};
use units::{Hash, PeerId};

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
            SessionMessage::Proposal(_) => {}
            SessionMessage::Join { rows } => {
                self.members.insert(from, rows);
            }
            SessionMessage::Leave => {
                self.members.remove(&from);
            }
            SessionMessage::Stop => self.handle_stop(from, s),
            SessionMessage::Commit(commitment) => self.handle_commitment(from, commitment),
            SessionMessage::Close { round: _, attempt, parent, commitments } => {
                let commitments = self.plausible_commitments(parent, commitments);
                self.stash.put_closing(from, Closing { parent, attempt, commitments });
            }
            SessionMessage::Decide(decision) => self.handle_decision(from, decision),
            SessionMessage::Head(record) => self.handle_head(from, record, s),
            SessionMessage::CoSign(signature) => self.handle_signature(from, signature),
            SessionMessage::RequestUpdate { update } => self.hand_out_update(from, update),
            SessionMessage::RequestModel { record } => self.hand_out_model(from, record),
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
        if commitment.peer != from || !self.is_plausible(&commitment) {
            let reason = format!("a commitment to {} samples that cannot be", commitment.samples);
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        self.stash.put_commitment(commitment);
    }

    /// Whether the weight that a member claims is one that a round can have.
    fn is_plausible(&self, commitment: &Commitment) -> bool {
        let options = self.proposal.options;
        let samples_max = u64::from(options.local_steps) * u64::from(options.batch_rows);
        (1..=samples_max).contains(&u64::from(commitment.samples))
    }

    fn plausible_commitments(&self, parent: Hash, mut all: Vec<Commitment>) -> Vec<Commitment> {
        all.retain(|commitment| commitment.parent == parent && self.is_plausible(commitment));
        all.sort_unstable();
        all.dedup_by_key(|commitment| commitment.peer);
        all
    }

    fn handle_decision(&mut self, from: PeerId, decision: Decision) {
        let next_round = decision.round == self.head.decision.round + 1;
        if decision.parent == self.head_hash && (!next_round || decision.contributions.is_empty()) {
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

    fn hand_out_update(&mut self, to: PeerId, update: Hash) {
        if let Some(bytes) = self.stash.update_by_hash(update) {
            let message = BulkMessage::Update { session: self.id, update: bytes.clone() };
            self.actions.push(SessionAction::SendBulk(to, message));
        }
    }

    fn hand_out_model(&mut self, to: PeerId, record: Hash) {
        if record != self.head_hash {
            let head = SessionMessage::Head(self.head.clone());
            return self.send(to, head);
        }
        if self.model_here && !self.round.is_aggregating() {
            let job = Job::ExportModel { cluster: self.proposal.cluster.clone() };
            self.actions.push(SessionAction::Job(job, SessionJob::Export { to, record }));
        }
    }
}
