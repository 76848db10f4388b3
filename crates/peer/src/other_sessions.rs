//! Sessions that others run besides ours.
//!
//! One that trains another cluster, or comes while this device trains alone, is joined when ours is over. One on the
//! same cluster is a *rival*: everyone goes on with the one that more of those who are connected take part in, of two with
//! as many with the one that has come further, or, where none has come anywhere, with the lower name. That it has come
//! further is believed once its model is here. In a partial mesh nobody sees who takes part, and what has come further
//! goes on.

use crate::{
    engine::Engine,
    event::Event,
    session::{Fetch, Session, check_strange_record},
};
use ::core::cmp::Reverse;
use protocol::{
    message::{ControlMessage, ModelPart, SessionMessage},
    session::{Proposal, RoundRecord},
};
use units::{Hash, Instant, PeerId, SessionId};

/// How many who are here take part in a rival and in our session; none where nobody sees that.
#[derive(Clone, Copy)]
struct Takers {
    theirs: usize,
    ours: usize,
}

/// What a connected peer runs. One for each peer, so that nobody crowds out what others run.
pub(crate) struct OtherSession {
    id: SessionId,
    pub(crate) proposal: Proposal,
    /// Of a session that was left here: the newest record that the peer told of.
    pub(crate) head: Option<RoundRecord>,
    /// Of a rival: the newest record that the peer told of.
    told: Option<RoundRecord>,
    /// The record that the peer told of, and its model, which comes from there.
    claim: Option<(RoundRecord, Fetch)>,
}

impl OtherSession {
    /// One that was left here and that a peer goes on with.
    pub(crate) fn left(id: SessionId, proposal: &Proposal, head: Option<&RoundRecord>) -> Self {
        Self { id, proposal: proposal.clone(), head: head.cloned(), told: None, claim: None }
    }

    pub(crate) fn name(&self) -> SessionId {
        self.id
    }

    pub(crate) fn is(&self, session: SessionId) -> bool {
        self.id == session
    }

    /// Whether it trains what ours trains with others.
    fn rivals(&self, ours: &Session) -> bool {
        !ours.is_alone() && ours.proposal.cluster == self.proposal.cluster
    }

    /// Whether more take part in it than in our session, or as many where `record` has come further, or it begins anew what
    /// ours has finished.
    fn outweighs(&self, ours: Option<&Session>, record: &RoundRecord, takers: Takers) -> bool {
        let begins = record.decision.round == 0;
        let counts = |session: &&Session| {
            session.running || !begins && self.would_take_a_finished_model(session)
        };
        ours.filter(counts).is_none_or(|session| {
            let samples = session.head.cumulative_samples;
            (takers.theirs, record.cumulative_samples, Reverse(self.id))
                > (takers.ours, samples, Reverse(session.id))
        })
    }

    /// Whether taking part in it would give up what we have finished on the same cluster: its model must be here first, or
    /// else two sides that give up their own for the other's have neither.
    fn would_take_a_finished_model(&self, ours: &Session) -> bool {
        ours.holds_a_finished_model() && self.rivals(ours)
    }
}

impl Engine {
    /// A peer runs a session that this device does not take part in.
    pub(crate) fn handle_proposal(
        &mut self,
        now: Instant,
        from: PeerId,
        id: SessionId,
        proposal: Proposal,
    ) {
        let other = OtherSession { id, proposal, head: None, told: None, claim: None };
        let finished = |ours: &Session| other.would_take_a_finished_model(ours);
        if self.session.as_deref().is_some_and(finished)
            && self.roster.connected().any(|it| it == from)
        {
            // Its head comes next, and its model when that is asked for.
            self.others.insert(from, other);
            return;
        }
        let Some(running) = self.session.as_ref().filter(|session| session.running) else {
            return self.join(now, id, other.proposal);
        };
        let trained = running.proposal.cluster.clone();
        let waits = !running.is_alone() && !other.rivals(running);
        let cluster = other.proposal.cluster.clone();
        let known = self.others.insert(from, other);
        if waits && known.is_none_or(|known| known.id != id) {
            let message = format!(
                "peer {} trains `{cluster}`, while this device trains `{trained}`: it joins when that is over",
                from.short(),
            );
            self.core.problem("other_session", message);
        }
    }

    /// A message about a session that ours is not.
    pub(crate) fn handle_other_session(
        &mut self,
        now: Instant,
        from: PeerId,
        id: SessionId,
        message: SessionMessage,
    ) {
        let Some(other) = self.others.get(&from).filter(|other| other.id == id) else { return };
        match message {
            SessionMessage::Head(record) if self.left.contains(id) => {
                self.note_progress_of_left(from, record);
            }
            SessionMessage::Head(record) => self.weigh(now, from, record),
            SessionMessage::Leave => drop(self.others.remove(&from)),
            SessionMessage::Stop if other.proposal.founder == from => {
                self.others.retain(|_, other| other.id != id);
            }
            _ => {}
        }
    }

    /// A peer tells how far its session has come.
    fn weigh(&mut self, now: Instant, from: PeerId, record: RoundRecord) {
        let takers = self.takers(from);
        let Some(other) = self.others.get_mut(&from) else { return };
        if let Err(problem) = check_strange_record(&other.proposal, &record) {
            return self.refuse(Some(from), problem);
        }
        other.told = Some(record.clone());
        let ours = self.session.as_deref();
        let is_another_matter = |ours: &Session| ours.running && !other.rivals(ours);
        if ours.is_some_and(is_another_matter) || !other.outweighs(ours, &record, takers) {
            return;
        }
        let known = self.clusters.get(&other.proposal.cluster);
        if known.is_some_and(|known| !known.suits(&other.proposal)) {
            return;
        }
        if known.and_then(|cluster| cluster.model) == Some(record.model) {
            return self.give_way(now, from, record, None);
        }
        if let Some((claim, fetch)) = &mut other.claim
            && *claim == record
        {
            // It tells of it again, perhaps since a part was lost or gone: what is here stays, and the rest is asked for.
            fetch.expire(now);
            fetch.add(from);
            return self.fetch_of_rival(now, from);
        }
        let size_bytes = neural::Model::size_bytes(&other.proposal.network);
        let fetch = Fetch::new(record.model, size_bytes, from);
        other.claim = Some((record, fetch));
        self.fetch_of_rival(now, from);
    }

    /// Somebody is gone: what a peer told of before may go on now.
    pub(crate) fn weigh_again(&mut self, now: Instant) {
        let told = self.others.iter();
        let told = told.filter_map(|(peer, other)| Some((*peer, other.told.clone()?)));
        for (from, record) in told.collect::<Vec<_>>() {
            self.weigh(now, from, record);
        }
    }

    /// How many who are here take part in the session that a peer runs, and in ours.
    fn takers(&self, of: PeerId) -> Takers {
        let (Some(other), false) = (self.others.get(&of), self.roster.is_partial) else {
            return Takers { theirs: 0, ours: 0 };
        };
        let theirs = self.others.values().filter(|it| it.is(other.id)).count();
        let Some(ours) = &self.session else { return Takers { theirs, ours: 0 } };
        let with_ours =
            |peer: &PeerId| ours.is_taken_part_in_by(*peer) && !self.others.contains_key(peer);
        Takers { theirs, ours: 1 + self.roster.connected().filter(with_ours).count() }
    }

    /// Asks a peer for what is missing of the model that its session has come to.
    fn fetch_of_rival(&mut self, now: Instant, from: PeerId) {
        let Some(other) = self.others.get_mut(&from) else { return };
        let Some((claim, fetch)) = &mut other.claim else { return };
        let (session, record) = (other.id, claim.hash());
        for (to, pieces) in fetch.requests(now) {
            let message = SessionMessage::RequestModel { record, pieces };
            self.send_control(now, to, &ControlMessage::Session { session, message });
        }
    }

    /// Something of the model of a rival's record has arrived.
    pub(crate) fn handle_rival_model(
        &mut self,
        now: Instant,
        from: PeerId,
        id: SessionId,
        record: Hash,
        part: ModelPart,
    ) {
        let takers = self.takers(from);
        let Some(other) = self.others.get_mut(&from).filter(|other| other.id == id) else { return };
        let is_it = |(claim, _): &&mut (RoundRecord, Fetch)| claim.hash() == record;
        let Some((_, fetch)) = other.claim.as_mut().filter(is_it) else { return };
        let taken = fetch.take(from, part, now);
        let whole = fetch.whole();
        if taken.is_ok() && whole.is_none() {
            return self.fetch_of_rival(now, from);
        }
        let Some((claim, _)) = other.claim.take() else { return };
        let model = whole.unwrap_or_default();
        let fits = neural::Model::decode(&model)
            .is_ok_and(|model| *model.network().spec() == other.proposal.network);
        if !fits {
            let reason = "a model that does not fit its record".to_owned();
            return self.refuse(Some(from), reason);
        }
        if other.outweighs(self.session.as_deref(), &claim, takers) {
            self.give_way(now, from, claim, Some(model));
        }
    }

    /// Ends our session and goes on with its rival.
    fn give_way(&mut self, now: Instant, from: PeerId, head: RoundRecord, model: Option<Vec<u8>>) {
        let Some(OtherSession { id: session, proposal, .. }) = self.others.remove(&from) else {
            return;
        };
        if let Some(running) = self.session.take_if(|session| session.running) {
            let reason = "this device goes on with a session that others proposed".to_owned();
            self.core.event(Event::SessionEnded { session: running.id, reason });
        }
        self.join(now, session, proposal);
        self.with_session(now, |session, s| session.bring(from, head, model, s));
    }

    /// Our session is over: the one that waits for that is joined, of several the lowest name.
    pub(crate) fn join_another(&mut self, now: Instant) {
        let Some(ours) = &self.session else { return };
        let waiting = self.others.iter();
        let waiting =
            waiting.filter(|(_, other)| !other.rivals(ours) && !self.left.contains(other.id));
        let lowest = waiting.min_by_key(|(_, other)| other.id).map(|(peer, _)| *peer);
        if let Some(OtherSession { id, proposal, .. }) =
            lowest.and_then(|peer| self.others.remove(&peer))
        {
            self.join(now, id, proposal);
        }
    }
}
