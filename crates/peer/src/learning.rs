//! Where sessions meet the rest of the engine.

use crate::{
    clusters::Blueprint,
    engine::Engine,
    event::Event,
    session::{Session, SessionAction, Surroundings},
    spendings::with_entropy,
};
use protocol::{
    message::{BulkMessage, ControlMessage, SessionMessage},
    overlay::Payload,
    session::Proposal,
};
use units::{ClusterId, Instant, PeerId, SessionId, SortedSet};

impl Engine {
    /// Lets the session handle something, then does what it asks for.
    pub(crate) fn with_session(
        &mut self,
        now: Instant,
        handle: impl FnOnce(&mut Session, &Surroundings<'_>),
    ) {
        let Some(mut session) = self.session.take() else { return };
        let connected: SortedSet<PeerId> = self.roster.connected().collect();
        let (out_of_reach, silent) = (self.roster.out_of_reach(), self.roster.silent());
        let surroundings = Surroundings {
            now,
            me: self.core.me,
            identity: &self.core.identity,
            limits: &self.core.limits,
            connected: &connected,
            out_of_reach: &out_of_reach,
            silent: &silent,
            is_partial: self.roster.is_partial,
            distrusted: &self.ledger.distrusted,
        };
        handle(&mut session, &surroundings);
        let actions = session.take_actions();
        self.session = Some(session);
        let mut written = None;
        for action in actions {
            match action {
                SessionAction::Send(to, message) => {
                    self.send_for_session(now, to, message, &mut written);
                }
                other => self.perform_session_action(now, other),
            }
        }
    }

    /// Sends a message. What goes to several is written once: `written` is the message before, and its bytes.
    fn send_for_session(
        &mut self,
        now: Instant,
        to: PeerId,
        message: SessionMessage,
        written: &mut Option<(SessionMessage, Vec<u8>)>,
    ) {
        let Some(session) = self.session.as_ref().map(|session| session.id) else { return };
        let bytes = match written.take_if(|(before, _)| *before == message) {
            Some((_, bytes)) => bytes,
            None => ControlMessage::Session { session, message: message.clone() }.encode(),
        };
        let sent_bytes = self.send_written(now, to, bytes.clone());
        self.count_sent(sent_bytes);
        *written = Some((message, bytes));
    }

    fn perform_session_action(&mut self, now: Instant, action: SessionAction) {
        let Some(session) = &self.session else { return };
        let id = session.id;
        match action {
            SessionAction::Send(to, message) => {
                self.send_for_session(now, to, message, &mut None);
            }
            SessionAction::Spread(message) => {
                let message = Box::new(message);
                let spread = self.spread(now, Payload::Session { session: id, message });
                self.count_sent(spread);
            }
            SessionAction::SpreadUpdate(update) => {
                let spread = self.spread(now, Payload::Update { session: id, update });
                self.count_sent(spread);
            }
            SessionAction::SendBulk(to, message) => {
                let link = self.roster.get_mut(to).and_then(|member| member.link.as_mut());
                let link = link.filter(|link| link.is_open());
                let sent_bytes = link.and_then(|link| link.send_bulk(&message, &mut self.core));
                self.count_sent(sent_bytes);
            }
            SessionAction::Job(job, purpose) => {
                let cluster = session.proposal.cluster.clone();
                let job = with_entropy(job, &mut self.core);
                let job = self.core.job(job);
                self.session_jobs.insert(job, (id, cluster, purpose));
            }
            SessionAction::StoreSpent { spent, number } => {
                self.spendings.store(id, spent, number, &mut self.core);
            }
            SessionAction::Trained { samples, took } => self.note_speed(now, samples, took),
            SessionAction::RoundFinished { round, model, over } => {
                let (cluster, running) = (session.proposal.cluster.clone(), session.running);
                let report = session.round_to_report();
                self.clusters.model_moved(&cluster, model);
                self.core.event(Event::Round { session: id, round, model });
                if let Some(record) = report {
                    self.books_round(now, id, record);
                }
                // The last round's end is the session's, which is stored then.
                if over || running {
                    self.checkpoint_session(now, over);
                }
            }
            SessionAction::LineageLeft(left) => {
                self.core.event(Event::LineageLeft { session: id, left });
            }
            SessionAction::PartJoined { peer, left_round, round } => {
                self.core.event(Event::PartJoined { session: id, peer, left_round, round });
            }
            SessionAction::Refuse(peer, reason) => self.refuse(Some(peer), reason),
            SessionAction::Ended(reason) => {
                self.core.event(Event::SessionEnded { session: id, reason });
                self.remember_session();
                self.tell_models(now);
                self.checkpoint_session(now, true);
                self.note_left();
                self.join_another(now);
            }
        }
    }

    /// Says something of the session to the whole room; gives the bytes that its own neighbours are sent of it.
    fn spread(&mut self, now: Instant, payload: Payload) -> Option<usize> {
        let before = self.core.rumour_bytes;
        if self.broadcast(now, payload).is_none() {
            let reason = "this device says more to the whole room than others pass on".to_owned();
            self.core.problem("too_much_said", reason);
        }
        Some((self.core.rumour_bytes - before) as usize)
    }

    /// A member, near or far, has said something of a session to the whole room. What members say to neighbours only is
    /// nothing that an honest one spreads, and of sessions that far members run besides ours nothing is remembered.
    pub(crate) fn handle_session_rumour(
        &mut self,
        now: Instant,
        origin: PeerId,
        id: SessionId,
        message: SessionMessage,
    ) {
        let is_ours = self.session.as_ref().is_some_and(|session| session.id == id);
        let is_free = self.session.as_ref().is_none_or(|session| !session.running);
        let is_call = matches!(message, SessionMessage::Proposal(_));
        let is_for_all = matches!(
            message,
            SessionMessage::Commit(_)
                | SessionMessage::Decide(_)
                | SessionMessage::CoSign { .. }
                | SessionMessage::Stop
        );
        if is_ours && (is_call || is_for_all) || is_free && is_call {
            self.handle_session_message(now, origin, id, message);
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
        let ours = self.session.as_ref().filter(|session| session.id == id);
        let known = ours.is_some();
        let abandoned = ours.is_some_and(|session| session.abandoned);
        match message {
            SessionMessage::Proposal(proposal) if proposal.session_id() != id => {
                self.refuse(Some(from), "a session under another name than its own".to_owned());
            }
            SessionMessage::Proposal(proposal) if !proposal.invites(self.core.me) => {}
            SessionMessage::Proposal(proposal) if self.left.contains(id) => {
                self.handle_left_proposal(from, id, &proposal);
            }
            SessionMessage::Proposal(proposal) if !known || abandoned => {
                self.handle_proposal(now, from, id, proposal);
            }
            message if known && !self.left.contains(id) => {
                if matches!(message, SessionMessage::Proposal(_)) {
                    self.others.remove(&from);
                }
                self.with_session(now, |session, s| session.handle_message(from, message, s));
            }
            message => self.handle_other_session(now, from, id, message),
        }
    }

    pub(crate) fn handle_bulk(&mut self, now: Instant, from: PeerId, message: BulkMessage) {
        let session = match &message {
            BulkMessage::Update { session, .. } | BulkMessage::Model { session, .. } => *session,
            BulkMessage::Slice { .. } => {
                let BulkMessage::Slice { split, part, slice } = message else { return };
                return self.handle_slice(now, from, split, part, slice);
            }
            BulkMessage::Letter { .. } => {
                let BulkMessage::Letter { split, part, letter } = message else { return };
                return self.handle_letter(now, from, split, part, letter);
            }
            BulkMessage::Order { .. } => {
                let BulkMessage::Order { order } = message else { return };
                return self.books_order(now, from, order);
            }
            BulkMessage::Block { .. } => {
                let BulkMessage::Block { block } = message else { return };
                return self.books_block(now, from, block);
            }
            BulkMessage::Cluster { .. } => {
                let BulkMessage::Cluster { cluster, recipe, model } = message else { return };
                return self.take_cluster(now, from, cluster, recipe, model);
            }
            BulkMessage::Probe { bytes } => {
                let size_bytes = bytes.len() as u32;
                return self.core.event(Event::Probe { peer: from, size_bytes });
            }
        };
        if self.session.as_ref().is_some_and(|running| running.id == session) {
            self.with_session(now, |session, s| session.handle_bulk(from, message, s));
        } else if let BulkMessage::Model { record, part, .. } = message {
            self.handle_rival_model(now, from, session, record, part);
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

    pub(crate) fn join(&mut self, now: Instant, id: SessionId, proposal: Proposal) {
        let cluster = proposal.cluster.clone();
        if self.is_split(&cluster) {
            let message = format!(
                "a session trains cluster `{cluster}`, whose nodes are on several devices: bring them home to take part"
            );
            return self.core.problem("cluster_split", message);
        }
        match self.clusters.get(&cluster) {
            Some(known) if !known.suits(&proposal) => {
                let message = format!(
                    "a session trains a cluster `{cluster}` that has another network, or inputs of another kind, on this device"
                );
                return self.core.problem("cluster_exists", message);
            }
            Some(_) => {}
            None if self.clusters.has_room() => {
                let (network, recipe) = (proposal.network.clone(), proposal.recipe.clone());
                let blueprint = Blueprint { network, recipe, model: None };
                if let Err(error) = blueprint.check() {
                    let message = format!("a session about a cluster that cannot be: {error}");
                    return self.core.problem(error.code(), message);
                }
                self.clusters.create(now, cluster.clone(), blueprint, false, &mut self.core);
            }
            None => {
                let message = "a session needs one more cluster than this device holds".to_owned();
                return self.core.problem("too_many_clusters", message);
            }
        }
        self.others.retain(|_, other| !other.is(id));
        let life = self.core.session_life(now);
        let mut session = Session::new(proposal, None, true, life, now);
        self.spendings.tell(&mut session);
        self.session = Some(Box::new(session));
        self.core.event(Event::SessionStarted { session: id });
        self.cluster_ready(now, &cluster);
    }
}
