//! Where sessions meet the rest of the engine.

use crate::{
    engine::Engine,
    event::Event,
    session::{Session, SessionAction, Surroundings, check_record},
};
use ::core::cmp::Reverse;
use protocol::{
    limits,
    message::{BulkMessage, ControlMessage, SessionMessage},
    session::{Proposal, RoundRecord},
};
use std::collections::{BTreeMap, BTreeSet};
use units::{ClusterId, Hash, Instant, PeerId, SessionId};

/// A session that others run on the cluster that ours trains.
pub(crate) struct Rival {
    id: SessionId,
    proposal: Proposal,
    /// The records that peers told of and whose models have been asked for.
    claims: BTreeMap<PeerId, RoundRecord>,
}

impl Rival {
    /// Whether `record` has come further than our session.
    fn outweighs(&self, ours: Option<&Session>, record: &RoundRecord) -> bool {
        ours.filter(|session| session.running).is_none_or(|session| {
            let weight = (session.head.cumulative_samples, Reverse(session.id));
            (record.cumulative_samples, Reverse(self.id)) > weight
        })
    }
}

impl Engine {
    /// Lets the session handle something, then does what it asks for.
    pub(crate) fn with_session(
        &mut self,
        now: Instant,
        handle: impl FnOnce(&mut Session, &Surroundings<'_>),
    ) {
        let Some(mut session) = self.session.take() else { return };
        let connected: BTreeSet<PeerId> = self.roster.connected().collect();
        let surroundings = Surroundings {
            now,
            me: self.core.me,
            identity: &self.core.identity,
            limits: &self.core.limits,
            connected: &connected,
        };
        handle(&mut session, &surroundings);
        let actions = session.take_actions();
        self.session = Some(session);
        for action in actions {
            self.perform_session_action(now, action);
        }
    }

    fn perform_session_action(&mut self, now: Instant, action: SessionAction) {
        let Some(session) = &self.session else { return };
        let id = session.id;
        match action {
            SessionAction::Send(to, message) => {
                let message = ControlMessage::Session { session: id, message };
                let sent_bytes = self.send_control(now, to, &message);
                self.count_sent(sent_bytes);
            }
            SessionAction::SendBulk(to, message) => {
                let link = self.roster.get_mut(to).and_then(|member| member.link.as_mut());
                let link = link.filter(|link| link.is_open());
                let sent_bytes = link.and_then(|link| link.send_bulk(&message, &mut self.core));
                self.count_sent(sent_bytes);
            }
            SessionAction::Job(job, purpose) => {
                let cluster = session.proposal.cluster.clone();
                let job = self.core.job(job);
                self.session_jobs.insert(job, (id, cluster, purpose));
            }
            SessionAction::Trained { samples, took } => self.note_speed(now, samples, took),
            SessionAction::RoundFinished { round, model, over } => {
                let (cluster, running) = (session.proposal.cluster.clone(), session.running);
                self.clusters.model_moved(&cluster, model);
                self.core.event(Event::Round { session: id, round, model });
                // The last round's end is the session's, which is stored then.
                if over || running {
                    self.checkpoint_session(now, over);
                }
            }
            SessionAction::Refuse(peer, reason) => self.refuse(Some(peer), reason),
            SessionAction::Ended(reason) => {
                self.core.event(Event::SessionEnded { session: id, reason });
                self.checkpoint_session(now, true);
                self.join_offered(now);
            }
        }
    }

    fn count_sent(&mut self, sent_bytes: Option<usize>) {
        if let (Some(session), Some(bytes)) = (&mut self.session, sent_bytes) {
            session.count_sent(bytes);
        }
    }

    /// Has the session's cluster stored, if the last time is long enough ago or it must be.
    pub(crate) fn checkpoint_session(&mut self, now: Instant, must: bool) {
        let Some(session) = &self.session else { return };
        let id = session.proposal.cluster.clone();
        let Some(cluster) = self.clusters.get(&id) else { return };
        let due = cluster.checkpoint_at + self.core.limits.checkpoint_interval;
        if must || now >= due {
            let record = session.record();
            self.clusters.checkpoint(now, &id, Some(record), None, &mut self.core);
        }
    }

    pub(crate) fn handle_session_message(
        &mut self,
        now: Instant,
        from: PeerId,
        id: SessionId,
        message: SessionMessage,
    ) {
        let known = self.session.as_ref().is_some_and(|session| session.id == id);
        let abandoned = self.session.as_ref().is_some_and(|session| session.abandoned);
        match message {
            SessionMessage::Proposal(proposal) if proposal.session_id() != id => {
                self.refuse(Some(from), "a session under another name than its own".to_owned());
            }
            SessionMessage::Proposal(proposal) if !known || abandoned => {
                self.handle_proposal(now, from, id, proposal);
            }
            SessionMessage::Head(record) if self.rival.as_ref().is_some_and(|r| r.id == id) => {
                self.weigh_rival(now, from, record);
            }
            message if known => {
                self.with_session(now, |session, s| session.handle_message(from, message, s));
            }
            SessionMessage::Stop => {
                self.offered
                    .take_if(|(offered, proposal)| *offered == id && proposal.founder == from);
            }
            _ => {}
        }
    }

    pub(crate) fn handle_bulk(&mut self, now: Instant, from: PeerId, message: BulkMessage) {
        let session = match &message {
            BulkMessage::Update { session, .. } | BulkMessage::Model { session, .. } => *session,
            BulkMessage::Probe { bytes } => {
                let size_bytes = bytes.len() as u32;
                return self.core.event(Event::Probe { peer: from, size_bytes });
            }
        };
        if self.session.as_ref().is_some_and(|running| running.id == session) {
            self.with_session(now, |session, s| session.handle_bulk(from, message, s));
        } else if let BulkMessage::Model { record, model, .. } = message
            && self.rival.as_ref().is_some_and(|rival| rival.id == session)
        {
            self.handle_rival_model(now, from, record, model);
        }
    }

    /// A peer runs a session that this device does not know.
    fn handle_proposal(&mut self, now: Instant, from: PeerId, id: SessionId, proposal: Proposal) {
        let Some(running) = self.session.as_ref().filter(|session| session.running) else {
            return self.join(now, id, proposal);
        };
        let same_cluster = running.proposal.cluster == proposal.cluster;
        if running.is_alone() || !same_cluster {
            if !running.is_alone() {
                let message = format!(
                    "peer {} trains `{}`, while this device trains `{}`: it joins when that is over",
                    from.short(),
                    proposal.cluster,
                    running.proposal.cluster
                );
                self.core.problem("other_session", message);
            }
            self.offered = Some((id, proposal));
        } else {
            // Which of the two goes on shows once the other's newest record is known.
            self.rival = Some(Rival { id, proposal, claims: BTreeMap::new() });
        }
    }

    /// Two sessions train one cluster: everyone goes on with the one that has come further, or, where none has come
    /// anywhere, with the lower name. That it has come further is believed once its model is here.
    fn weigh_rival(&mut self, now: Instant, from: PeerId, record: RoundRecord) {
        let Some(rival) = &mut self.rival else { return };
        if let Err(problem) = check_record(&rival.proposal, &record) {
            return self.refuse(Some(from), problem);
        }
        if !rival.outweighs(self.session.as_ref(), &record) {
            return;
        }
        let held = self.clusters.get(&rival.proposal.cluster).and_then(|cluster| cluster.model);
        if held == Some(record.model) {
            return self.give_way(now, from, record, None);
        }
        let (session, hash) = (rival.id, record.hash());
        if rival.claims.len() < limits::ROUND_MEMBERS_MAX || rival.claims.contains_key(&from) {
            rival.claims.insert(from, record);
            let message = SessionMessage::RequestModel { record: hash };
            self.send_control(now, from, &ControlMessage::Session { session, message });
        }
    }

    /// The model of a rival's record has arrived.
    fn handle_rival_model(&mut self, now: Instant, from: PeerId, record: Hash, model: Vec<u8>) {
        let Some(rival) = &mut self.rival else { return };
        let Some(claim) = rival.claims.remove(&from).filter(|claim| claim.hash() == record) else {
            return;
        };
        let fits = Hash::of(&model) == claim.model
            && neural::Model::decode(&model)
                .is_ok_and(|model| *model.network().spec() == rival.proposal.network);
        if !fits {
            let reason = "a model that does not fit its record".to_owned();
            return self.refuse(Some(from), reason);
        }
        if rival.outweighs(self.session.as_ref(), &claim) {
            self.give_way(now, from, claim, Some(model));
        }
    }

    /// Ends our session and goes on with its rival.
    fn give_way(&mut self, now: Instant, from: PeerId, head: RoundRecord, model: Option<Vec<u8>>) {
        let Some(Rival { id: session, proposal, .. }) = self.rival.take() else { return };
        if let Some(running) = self.session.take_if(|session| session.running) {
            let reason = "this device goes on with a session that others proposed".to_owned();
            self.core.event(Event::SessionEnded { session: running.id, reason });
        }
        self.join(now, session, proposal);
        let record = head.hash();
        self.with_session(now, |session, s| {
            session.handle_message(from, SessionMessage::Head(head), s);
        });
        if let Some(model) = model {
            self.handle_bulk(now, from, BulkMessage::Model { session, record, model });
        }
    }

    /// A session whose job, still on its way, moves a cluster's shared network.
    pub(crate) fn moving_session(&self, cluster: &ClusterId) -> Option<SessionId> {
        let mut jobs = self.session_jobs.values();
        jobs.find(|(_, of, job)| of == cluster && job.moves_the_model()).map(|(id, _, _)| *id)
    }

    /// A cluster stands on the workbench, or has other rows: that may be what its session waits for.
    pub(crate) fn cluster_ready(&mut self, now: Instant, id: &ClusterId) {
        let Some(running) = self.session.as_ref().filter(|s| s.proposal.cluster == *id) else {
            return;
        };
        // What a session that is over still does to the cluster comes first.
        if self.moving_session(id).is_some_and(|moving| moving != running.id) {
            return;
        }
        let Some(cluster) = self.clusters.get(id) else { return };
        let (Some(model), rows) = (cluster.model, cluster.train_rows) else { return };
        self.with_session(now, |session, s| session.cluster_ready(model, rows, s));
    }

    fn join_offered(&mut self, now: Instant) {
        if let Some((id, proposal)) = self.offered.take() {
            self.join(now, id, proposal);
        }
    }

    fn join(&mut self, now: Instant, id: SessionId, proposal: Proposal) {
        let cluster = proposal.cluster.clone();
        match self.clusters.get(&cluster) {
            Some(known) if known.network != proposal.network => {
                let message = format!(
                    "a session trains a cluster `{cluster}` that has another network on this device"
                );
                return self.core.problem("cluster_exists", message);
            }
            Some(_) => {}
            None if self.clusters.has_room() => {
                let network = proposal.network.clone();
                self.clusters.create(now, cluster.clone(), network, false, &mut self.core);
            }
            None => {
                let message = "a session needs one more cluster than this device holds".to_owned();
                return self.core.problem("too_many_clusters", message);
            }
        }
        self.session = Some(Session::new(id, proposal, None, None, true, now));
        self.core.event(Event::SessionStarted { session: id });
        self.cluster_ready(now, &cluster);
    }
}
