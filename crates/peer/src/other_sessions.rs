//! Sessions that others run besides ours.
//!
//! One that trains another cluster, or comes while this device trains alone, is joined when ours is over. One on the
//! same cluster is a *rival*: everyone goes on with the one that has come further, or, where none has come anywhere,
//! with the lower name. That it has come further is believed once it was shown, from its first record on, and its model is
//! here.

use crate::{
    engine::Engine,
    event::Event,
    session::{Fetch, Session, Showing, Shown, check_strange_record},
};
use ::core::cmp::Reverse;
use protocol::{
    message::{ControlMessage, ModelPart, SessionMessage},
    session::{Proposal, RoundRecord, Upheld},
    signatures::Keys,
};
use units::{Hash, Instant, PeerId, SessionId, SortedSet};

/// What a connected peer runs. One for each peer, so that nobody crowds out what others run.
pub(crate) struct OtherSession {
    id: SessionId,
    pub(crate) proposal: Proposal,
    /// Of a session that was left here: the newest record that the peer told of.
    pub(crate) head: Option<RoundRecord>,
    claim: Option<Claim>,
}

/// The record that a peer told of, how that came about, and its model: all of it comes from there.
struct Claim {
    record: RoundRecord,
    showing: Showing,
    /// `None` if its model is ours.
    fetch: Option<Fetch>,
    model: Option<Vec<u8>>,
}

impl Claim {
    fn is(&self, record: Hash) -> bool {
        self.record.hash() == record
    }

    fn is_here(&self) -> bool {
        self.showing.is_shown() && (self.fetch.is_none() || self.model.is_some())
    }

    /// By how many records were upheld that were shown, of those who count.
    fn upheld(&self, counts: impl Fn(PeerId) -> bool) -> Upheld {
        let records = self.showing.records().iter().map(|(_, record)| record);
        Upheld::of(records, |_| true, counts)
    }
}

impl OtherSession {
    /// One that was left here and that a peer goes on with.
    pub(crate) fn left(id: SessionId, proposal: &Proposal, head: Option<&RoundRecord>) -> Self {
        Self { id, proposal: proposal.clone(), head: head.cloned(), claim: None }
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

    /// Whether `record`, with records before it that were upheld by so many, has come further than our session, or begins anew
    /// what ours has finished.
    fn outweighs(
        &self,
        ours: Option<&Session>,
        record: &RoundRecord,
        (upheld, of_ours): (&Upheld, &Upheld),
    ) -> bool {
        let begins = record.decision.round == 0;
        let counts = |session: &&Session| {
            session.running || !begins && self.would_take_a_finished_model(session)
        };
        ours.filter(counts).is_none_or(|session| {
            let samples = session.head.cumulative_samples;
            (upheld, record.cumulative_samples, Reverse(self.id))
                > (of_ours, samples, Reverse(session.id))
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
        let other = OtherSession { id, proposal, head: None, claim: None };
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
        let of_ours = self.upheld_of_ours(now);
        let Some(other) = self.others.get_mut(&from) else { return };
        if let Err(problem) = check_strange_record(&other.proposal, &record) {
            return self.refuse(Some(from), problem);
        }
        let ours = self.session.as_deref();
        let is_another_matter = |ours: &Session| ours.running && !other.rivals(ours);
        if ours.is_some_and(is_another_matter)
            || !other.outweighs(ours, &record, (&record.upheld, &of_ours))
        {
            return;
        }
        let known = self.clusters.get(&other.proposal.cluster);
        if known.is_some_and(|known| !known.suits(&other.proposal)) {
            return;
        }
        let has_model = known.and_then(|cluster| cluster.model) == Some(record.model);
        if let Some(claim) = other.claim.as_mut().filter(|claim| claim.record == record) {
            // It tells of it again, perhaps since a part was lost or gone: what is here stays, and the rest is asked for.
            if let Some(fetch) = &mut claim.fetch {
                fetch.expire(now);
                fetch.add(from);
            }
            claim.showing.ask(Some(from), now);
        } else {
            let size_bytes = neural::Model::size_bytes(&other.proposal.network);
            let fetch = (!has_model).then(|| Fetch::new(record.model, size_bytes, from));
            let showing = match other.claim.take() {
                Some(earlier) => Showing::after(record.clone(), from, earlier.showing, now),
                None => Showing::new(record.clone(), from, now),
            };
            other.claim = Some(Claim { record, showing, fetch, model: None });
        }
        self.ask_rival_to_show(now, from);
        self.fetch_of_rival(now, from);
        self.take_up_rival(now, from);
    }

    /// By how many the records of our session were upheld, of those who are here.
    fn upheld_of_ours(&mut self, now: Instant) -> Upheld {
        let mut upheld = Upheld::default();
        self.with_session(now, |session, s| upheld = session.upheld_here(true, s));
        upheld
    }

    /// Asks a peer to show how its session's record came about.
    fn ask_rival_to_show(&mut self, now: Instant, from: PeerId) {
        let Some(other) = self.others.get(&from) else { return };
        let Some(claim) = &other.claim else { return };
        let session = other.id;
        if let Some((to, message)) = claim.showing.request(vec![other.proposal.genesis()]) {
            self.send_control(now, to, &ControlMessage::Session { session, message });
        }
    }

    /// Asks a peer for what is missing of the model that its session has come to.
    fn fetch_of_rival(&mut self, now: Instant, from: PeerId) {
        let Some(other) = self.others.get_mut(&from) else { return };
        let Some(claim) = other.claim.as_mut().filter(|claim| claim.model.is_none()) else {
            return;
        };
        let Some(fetch) = &mut claim.fetch else { return };
        let (session, record) = (other.id, claim.record.hash());
        for (to, pieces) in fetch.requests(now) {
            let message = SessionMessage::RequestModel { record, pieces };
            self.send_control(now, to, &ControlMessage::Session { session, message });
        }
    }

    /// Something of how a rival's record came about has arrived.
    pub(crate) fn handle_rival_lineage(
        &mut self,
        now: Instant,
        from: PeerId,
        id: SessionId,
        record: Hash,
        records: Vec<RoundRecord>,
    ) {
        let Some(other) = self.others.get_mut(&from).filter(|other| other.id == id) else { return };
        let Some(claim) = other.claim.as_mut().filter(|claim| claim.is(record)) else { return };
        let first = other.proposal.genesis_record();
        let here = |name| (name == first.decision.parent).then_some(&first);
        let keys = &mut Keys::default();
        match claim.showing.take((id, &other.proposal), from, records, here, keys, now) {
            Ok(Shown::Partly) => self.ask_rival_to_show(now, from),
            Ok(Shown::Wholly) => self.take_up_rival(now, from),
            Ok(Shown::Unasked) => {}
            Ok(Shown::Gone) => other.claim = None,
            Err(problem) => {
                other.claim = None;
                self.refuse(Some(from), format!("a record that cannot be: {problem}"));
            }
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
        let Some(other) = self.others.get_mut(&from).filter(|other| other.id == id) else { return };
        let Some(claim) = other.claim.as_mut().filter(|claim| claim.is(record)) else { return };
        let Some(fetch) = claim.fetch.as_mut().filter(|_| claim.model.is_none()) else { return };
        let taken = fetch.take(from, part, now);
        let whole = fetch.whole();
        if taken.is_ok() && whole.is_none() {
            return self.fetch_of_rival(now, from);
        }
        let model = whole.unwrap_or_default();
        let fits = neural::Model::decode(&model)
            .is_ok_and(|model| *model.network().spec() == other.proposal.network);
        if !fits {
            other.claim = None;
            let reason = "a model that does not fit its record".to_owned();
            return self.refuse(Some(from), reason);
        }
        claim.model = Some(model);
        self.take_up_rival(now, from);
    }

    /// Goes on with a rival of whose record all is here, if that outweighs ours.
    fn take_up_rival(&mut self, now: Instant, from: PeerId) {
        let of_ours = self.upheld_of_ours(now);
        let here: SortedSet<PeerId> = self.roster.connected().chain([self.core.me]).collect();
        let all_count = self.roster.is_partial;
        let Some(other) = self.others.get_mut(&from) else { return };
        let Some(claim) = other.claim.take_if(|claim| claim.is_here()) else { return };
        let upheld = claim.upheld(|peer| all_count || here.contains(&peer));
        if other.outweighs(self.session.as_deref(), &claim.record, (&upheld, &of_ours)) {
            self.give_way(now, from, claim);
        }
    }

    /// Ends our session and goes on with its rival.
    fn give_way(&mut self, now: Instant, from: PeerId, claim: Claim) {
        let Some(OtherSession { id: session, proposal, .. }) = self.others.remove(&from) else {
            return;
        };
        if let Some(running) = self.session.take_if(|session| session.running) {
            let reason = "this device goes on with a session that others proposed".to_owned();
            self.core.event(Event::SessionEnded { session: running.id, reason });
        }
        self.join(now, session, proposal);
        let Claim { record, showing, model, .. } = claim;
        self.with_session(now, |session, s| session.bring(from, record, (showing, model), s));
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
