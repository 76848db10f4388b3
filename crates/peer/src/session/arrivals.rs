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
use units::{Hash, PeerId};

/// How soon the same update or model is sent to the same peer again.
const HAND_OUT_INTERVAL: Duration = Duration::from_secs(3);

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
        if self.stash.update_by_hash(update).is_none() || !self.may_hand_out(to, update, s) {
            return;
        }
        if let Some(bytes) = self.stash.update_by_hash(update) {
            let message = BulkMessage::Update { session: self.id, update: bytes.clone() };
            self.actions.push(SessionAction::SendBulk(to, message));
        }
    }

    /// Whether a large value may go to a peer that asks for it: an honest one does not ask again at once.
    fn may_hand_out(&mut self, to: PeerId, value: Hash, s: &Surroundings<'_>) -> bool {
        let sent_at = self.handed_out.get(&(to, value));
        let may = sent_at.is_none_or(|at| s.now >= *at + HAND_OUT_INTERVAL);
        if may {
            self.handed_out.insert((to, value), s.now);
        }
        may
    }

    fn hand_out_model(&mut self, to: PeerId, record: Hash, s: &Surroundings<'_>) {
        if record != self.head_hash {
            let head = SessionMessage::Head(self.head.clone());
            return self.send(to, head);
        }
        let can = self.model_here && !self.round.is_aggregating();
        if can && self.may_hand_out(to, record, s) {
            let job = Job::ExportModel { cluster: self.proposal.cluster.clone() };
            self.actions.push(SessionAction::Job(job, SessionJob::Export { to, record }));
        }
    }
}
