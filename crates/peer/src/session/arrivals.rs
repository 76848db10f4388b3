//! What other members send.

use super::{Session, SessionAction, Surroundings, lineage::check_contributions, stash::Closing};
use protocol::{
    message::{BulkMessage, SessionMessage},
    session::{Commitment, Contribution, Decision, Equivocation, ticket, update_name},
};
use units::{Hash, PeerId, sort_by_key};

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
            SessionMessage::Proposal(_) => self.tell_newcomer(from, s),
            SessionMessage::Join { rows } => {
                if s.connected.contains(&from) {
                    self.members.insert(from, rows);
                    self.standings.look_again();
                }
            }
            SessionMessage::Leave => {
                self.members.remove(&from);
                self.standings.forget(from);
            }
            SessionMessage::Stop => self.handle_stop(from, s),
            SessionMessage::Commit(commitment) => self.handle_commitment(from, commitment, s),
            SessionMessage::Close { parent, contributions } => {
                let contributions = self.plausible(parent, contributions, s);
                self.stash.put_closing(from, Closing { parent, contributions });
            }
            SessionMessage::Accuse(proof) => self.handle_accusation(from, proof, s),
            SessionMessage::Decide(decision) => self.handle_decision(from, decision, s),
            SessionMessage::Head(record) => self.handle_head(from, record, s),
            SessionMessage::CoSign { record, verdict } => {
                self.handle_verdict(from, record, verdict, s);
            }
            SessionMessage::Keys { .. }
            | SessionMessage::Groups { .. }
            | SessionMessage::Dealt { .. }
            | SessionMessage::Survivors(_)
            | SessionMessage::Unmask { .. } => self.handle_masks(from, message, s),
            SessionMessage::RequestUpdate { update } => self.hand_out_update(from, update, s),
            SessionMessage::RequestModel { record, pieces } => {
                self.hand_out_model(from, record, pieces, s);
            }
        }
        self.advance(s);
    }

    /// A value for this session from a connected peer.
    pub(crate) fn handle_bulk(&mut self, from: PeerId, message: BulkMessage, s: &Surroundings<'_>) {
        if self.is_alone() || self.left || !self.invites(from) {
            return;
        }
        match message {
            BulkMessage::Update { owner, update, .. } => self.handle_update(from, owner, update, s),
            BulkMessage::Model { record, part, .. } => self.handle_model(from, record, part, s),
            // Those of others are none of a session's.
            _ => {}
        }
        self.advance(s);
    }

    fn tell_newcomer(&mut self, to: PeerId, s: &Surroundings<'_>) {
        if !self.running || !self.ready {
            return;
        }
        if self.model_here {
            self.send(to, SessionMessage::Head(self.head.clone()));
        }
        self.send(to, SessionMessage::Join { rows: self.rows });
        self.repeat_promise(to, s);
    }

    fn handle_stop(&mut self, from: PeerId, s: &Surroundings<'_>) {
        if from != self.proposal.founder {
            let reason = "only the peer that proposed a session can stop it for all".to_owned();
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        self.stop_heard = true;
        self.standings.look_again();
        if self.running {
            self.end("the peer that proposed the session stopped it", s.now);
            self.compare_endings(s);
        }
    }

    fn handle_commitment(&mut self, from: PeerId, commitment: Commitment, s: &Surroundings<'_>) {
        let Commitment { parent, contribution, .. } = commitment;
        let is_possible =
            contribution.peer == from && self.proposal.options.allows(contribution.samples);
        if !is_possible {
            let samples = contribution.samples;
            let reason = format!("a commitment to {samples} samples that cannot be");
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        self.silence.note_commitment(from, self.head.decision.round);
        self.note_on_ours(from, parent);
        self.note_standing(from, parent, s);
        let known = self.stash.commitment(from, parent).map(|known| known.contribution);
        if known == Some(contribution) {
            return;
        }
        // Two promises may be a proof, which has to hold.
        let is_urgent = known.is_some() || self.distrusts(from);
        let is_checked = is_urgent || self.stash.is_listed(&contribution, parent);
        if is_urgent {
            self.check_signatures(parent);
            if contribution.verify(self.id, parent).is_err() {
                return self.distrust(from);
            }
        }
        if self.is_crowd(s) && parent == self.head_hash {
            if !self.may_be_drawn(from, s) {
                return;
            }
            if self.stash.commitment(from, parent).is_none() {
                self.round.committed = self.round.committed.saturating_add(1);
            }
            let (id, head) = (self.id, self.head_hash);
            if !self.stash.make_room(from, |peer| ticket(id, head, peer)) {
                return;
            }
        }
        self.put_commitment(commitment, is_checked, s);
    }

    /// Keeps what a member promised, or the proof that it promised something else before.
    pub(super) fn put_commitment(
        &mut self,
        commitment: Commitment,
        is_checked: bool,
        s: &Surroundings<'_>,
    ) {
        if let Some(proof) = self.stash.put_commitment(commitment, is_checked) {
            self.accuse(proof, s);
        }
    }

    /// The promises of a leader's list that their makers signed, and have not replaced since.
    fn plausible(
        &mut self,
        parent: Hash,
        mut all: Vec<Contribution>,
        s: &Surroundings<'_>,
    ) -> Vec<Contribution> {
        let is_known = |listed: &Contribution| {
            let known = self.stash.commitment(listed.peer, parent);
            known.is_some_and(|known| known.contribution == *listed)
        };
        let mut told = all.clone();
        told.retain(|it| !is_known(it) && self.proposal.options.allows(it.samples));
        let wrong = self.check_signatures_beside(parent, &told);
        for place in wrong.into_iter().rev() {
            told.remove(place);
        }
        let mut proofs = Vec::new();
        all.retain(|listed| {
            let said = self.stash.checked_promise(listed.peer, parent).copied();
            if said.as_ref() == Some(listed) {
                return true;
            }
            let is_possible =
                said.is_none_or(|said| said.life <= listed.life) && told.contains(listed);
            if let Some(one) = said.filter(|said| is_possible && said.contradicts(listed)) {
                proofs.push(Equivocation { parent, one, other: *listed });
            }
            is_possible
        });
        sort_by_key(&mut all, |contribution| contribution.peer);
        all.dedup_by_key(|contribution| contribution.peer);
        proofs.into_iter().for_each(|proof| self.accuse(proof, s));
        all
    }

    /// Somebody shows two promises of one member.
    fn handle_accusation(&mut self, from: PeerId, proof: Equivocation, s: &Surroundings<'_>) {
        let peer = proof.peer();
        let is_near = s.is_partial || s.connected.contains(&peer) || peer == s.me;
        if self.accused.contains(peer) || !is_near && !self.accused.has_room_for_strangers() {
            return;
        }
        if !proof.holds(self.id) {
            let reason = "an accusation that proves nothing".to_owned();
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        if is_near {
            self.accuse(proof, s);
        } else {
            self.accused.add_stranger(proof);
        }
    }

    /// A member has promised two updates for one round: it contributes no longer, and all are told.
    pub(super) fn accuse(&mut self, proof: Equivocation, s: &Surroundings<'_>) {
        if self.accused.add(proof, |peer| s.connected.contains(peer)) {
            let reason = "two different updates for one round".to_owned();
            self.actions.push(SessionAction::Refuse(proof.peer(), reason));
            self.standings.look_again();
            // In a crowd both promises reach everyone, and each finds out for itself.
            if !self.is_crowd(s) {
                self.broadcast(SessionMessage::Accuse(proof), s);
            }
        }
    }

    /// A message of a round of masked sums: what a peer says first counts, its keys until groups are made of them.
    fn handle_masks(&mut self, from: PeerId, message: SessionMessage, s: &Surroundings<'_>) {
        if !self.is_masked() || !s.connected.contains(&from) {
            return;
        }
        let (head, has_groups) = (self.head_hash, self.masks.part.groups.is_some());
        match message {
            SessionMessage::Keys { parent, keys } => {
                if let Some(said) = self.masks.entry(from, parent)
                    && (said.keys.is_none() || parent != head || !has_groups)
                {
                    if said.keys.is_none() {
                        said.keys_at = s.now;
                    }
                    said.keys = Some(keys);
                }
            }
            SessionMessage::Groups { parent, members } => {
                if let Some(said) = self.masks.entry(from, parent).filter(|it| it.groups.is_none())
                {
                    (said.groups, said.groups_at) = (Some(members), s.now);
                }
            }
            SessionMessage::Dealt { parent, dealt } => {
                if let Some(said) = self.masks.entry(from, parent) {
                    said.dealt.get_or_insert(dealt);
                }
            }
            SessionMessage::Unmask { parent, unmask } => {
                if let Some(said) = self.masks.entry(from, parent) {
                    said.unmask.get_or_insert(unmask);
                }
            }
            SessionMessage::Survivors(decision) => {
                if self.is_possible(from, &decision)
                    && let Some(said) = self.masks.entry(from, decision.parent)
                {
                    said.survivors.get_or_insert(decision);
                }
            }
            _ => {}
        }
    }

    /// Whether a decision can be followed, as far as is known here; who sends another one is refused.
    fn is_possible(&mut self, from: PeerId, decision: &Decision) -> bool {
        let checked = check_contributions(&self.proposal, decision)
            .and_then(|()| self.check_next(decision))
            .and_then(|()| self.check_signed(decision));
        if let Err(problem) = checked {
            let reason =
                format!("a decision on round {} that cannot be: {problem}", decision.round);
            self.actions.push(SessionAction::Refuse(from, reason));
            return false;
        }
        true
    }

    fn handle_decision(&mut self, from: PeerId, decision: Decision, s: &Surroundings<'_>) {
        if !self.is_possible(from, &decision) {
            return;
        }
        for part in &decision.contributions {
            let said = self.stash.checked_promise(part.peer, decision.parent).copied();
            if let Some(one) = said.filter(|one| one.contradicts(part)) {
                self.accuse(Equivocation { parent: decision.parent, one, other: *part }, s);
            }
        }
        self.stash.put_decision(from, decision, true);
    }

    fn handle_update(
        &mut self,
        from: PeerId,
        owner: PeerId,
        update: Vec<u8>,
        s: &Surroundings<'_>,
    ) {
        let name = update_name(owner, &update);
        let is_near = owner == from && s.connected.contains(&from);
        if !is_near && !self.round.wants(owner, name) && !self.stash.is_promised(owner, name) {
            return;
        }
        let problem = if self.is_masked() {
            let is_update = self.is_masked_update(&update);
            (!is_update).then(|| format!("{} bytes, which no masked change has", update.len()))
        } else {
            let read = neural::Update::decode(&update, &self.proposal.network);
            read.err().map(|error| error.to_string())
        };
        if let Some(problem) = problem {
            let reason = format!("an update that is none: {problem}");
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        self.stash.put_update(owner, name, update);
    }
}
