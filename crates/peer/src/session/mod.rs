//! A learning session as one member sees it.
//!
//! A session is a chain of rounds ([`protocol::session`]). Everything that arrives for a round is kept in a *stash* by
//! the record that it builds on, one entry a peer, because members finish rounds at different moments; the round itself
//! is what the stash holds for the newest record. So a message that comes early is simply there when its round begins,
//! and one that comes late is dropped with its round.
//!
//! The session says what it wants done as [`SessionAction`]s and never touches a connection, a clock or storage.

mod accusations;
mod action;
mod ancestry;
mod arrivals;
mod away;
mod checks;
mod crowd;
mod endings;
mod fetch;
mod handout;
mod leading;
mod lineage;
mod log;
mod masks;
mod merging;
mod pace;
mod privacy;
mod round;
mod silence;
mod standing;
mod stash;
#[cfg(test)]
mod tests;
mod thrift;
mod verdicts;
mod view;

use crate::{
    job::Job,
    records::SessionRecord,
    view::{EarlierRound, LineageLeft, RoundView},
};
use ::core::time::Duration;
use accusations::Accusations;
pub(crate) use action::{MaskStep, SessionAction, SessionJob, Surroundings};
use ancestry::Ancestry;
use away::Sleep;
pub(crate) use checks::check_strange_record;
use crowd::Tickets;
pub(crate) use fetch::Fetch;
use handout::HandOut;
use leading::Leading;
use lineage::{Adoption, Doubt};
use log::Log;
use masks::Masks;
use pace::Pace;
use protocol::{
    message::SessionMessage,
    session::{Proposal, RoundRecord},
    signatures::Keys,
};
use round::Round;
use silence::Silence;
use standing::Standings;
use stash::Stash;
use std::collections::VecDeque;
use thrift::Thrift;
use transcript::Transcript;
use units::{Hash, Instant, PeerId, SessionId, SortedMap, SortedSet};
use verdicts::Verdicts;

/// How long the founder waits for the others before the first round, and a restored member for news.
const GATHERING: Duration = Duration::from_secs(4);
/// Rounds of history that a view holds, and a record.
const HISTORY_MAX: usize = 2_000;

pub(crate) struct Session {
    pub id: SessionId,
    pub proposal: Proposal,
    pub running: bool,
    pub head: RoundRecord,
    head_hash: Hash,
    ancestry: Ancestry,
    /// See [`protocol::session::Contribution::life`].
    life: u64,
    ended_because: Option<String>,
    /// Whether the cluster stands on the workbench.
    ready: bool,
    /// Whether its shared network there is the head's model.
    model_here: bool,
    /// Whether this device has computed the head's model itself.
    computed_here: bool,
    /// Whether it ended here because nobody could hand out its model: whoever has it may propose it again.
    pub abandoned: bool,
    begun_at: Instant,
    /// What peers said of their newest records before the cluster was ready, or while they were not believed.
    heads_heard: SortedMap<PeerId, RoundRecord>,
    /// Whether the person at this device ended it here.
    pub left: bool,
    /// Whether the person at this device, which proposed it, stopped it for all.
    pub stopped: bool,
    /// Whether whoever proposed it has stopped it for all.
    stop_heard: bool,
    /// Training rows on this device.
    rows: u32,
    /// Peers that take part, with their rows.
    members: SortedMap<PeerId, u32>,
    budget: privacy::Budget,
    masks: Masks,
    verdicts: Verdicts,
    accused: Accusations,
    /// Who sent a wrong signature: what it sends is checked as it comes.
    distrusted: SortedSet<PeerId>,
    keys: Keys,
    /// Records of others whose promises were seen to be signed: their neighbours tell of the same.
    checked_records: VecDeque<Hash>,
    stash: Stash,
    leading: Leading,
    /// The order of those who may lead in a crowd.
    leading_a_crowd: Leading,
    tickets: Tickets,
    silence: Silence,
    round: Round,
    adoption: Option<Adoption>,
    standings: Standings,
    /// Records that peers told of and whose updates this member gathers, in place of asking for their models.
    followed: SortedMap<PeerId, RoundRecord>,
    /// Peers that told of models or updates and did not show them.
    doubts: SortedMap<PeerId, Doubt>,
    /// Peers that were told of the current head because they were behind.
    told: SortedSet<PeerId>,
    hand_out: HandOut,
    history: Vec<RoundView>,
    /// What an earlier life of the page saw of the rounds before those.
    earlier: Vec<EarlierRound>,
    lineages_left: Vec<LineageLeft>,
    /// Connected peers that told of a lighter lineage's round, until they have a part in ours.
    apart: SortedMap<PeerId, u32>,
    /// The newest round of our lineage that a peer has asked for or built on.
    on_ours: SortedMap<PeerId, u32>,
    log: Log,
    /// Whether the worker is reading out the model that the log begins with.
    log_begins: bool,
    pace: Pace,
    sleep: Sleep,
    thrift: Thrift,
    gathering_until: Option<Instant>,
    sent_bytes: u64,
    sent_bytes_before_round: u64,
    problem: Option<String>,
    actions: Vec<SessionAction>,
}

impl Session {
    /// A session from its first record, or from `head`. With `gather`, the first round waits a little for others. `life`
    /// grows with every start of the session on this device.
    pub(crate) fn new(
        proposal: Proposal,
        head: Option<RoundRecord>,
        gather: bool,
        life: u64,
        now: Instant,
    ) -> Self {
        let head = head.unwrap_or_else(|| proposal.genesis_record());
        Self {
            id: proposal.session_id(),
            life,
            running: true,
            head_hash: head.hash(),
            ancestry: Ancestry::of(&head),
            head,
            ended_because: None,
            ready: false,
            model_here: false,
            computed_here: false,
            abandoned: false,
            begun_at: now,
            heads_heard: SortedMap::new(),
            left: false,
            stopped: false,
            stop_heard: false,
            rows: 0,
            members: SortedMap::new(),
            budget: privacy::Budget::default(),
            masks: Masks::default(),
            verdicts: Verdicts::default(),
            accused: Accusations::default(),
            distrusted: SortedSet::new(),
            keys: Keys::default(),
            checked_records: VecDeque::new(),
            stash: Stash::default(),
            leading: Leading::default(),
            leading_a_crowd: Leading::default(),
            tickets: Tickets::default(),
            silence: Silence::default(),
            round: Round::new(now),
            adoption: None,
            standings: Standings::default(),
            followed: SortedMap::new(),
            doubts: SortedMap::new(),
            told: SortedSet::new(),
            hand_out: HandOut::default(),
            history: Vec::new(),
            earlier: Vec::new(),
            lineages_left: Vec::new(),
            apart: SortedMap::new(),
            on_ours: SortedMap::new(),
            log: Log::default(),
            log_begins: false,
            pace: Pace::default(),
            sleep: Sleep::default(),
            thrift: Thrift::default(),
            gathering_until: gather.then(|| now + GATHERING),
            sent_bytes: 0,
            sent_bytes_before_round: 0,
            problem: None,
            actions: Vec::new(),
            proposal,
        }
    }

    /// A session of an earlier life of the page, which somebody at this device may have left since.
    pub(crate) fn restored(record: SessionRecord, left: bool, life: u64, now: Instant) -> Self {
        let mut session = Self::new(record.proposal, Some(record.head), true, life, now);
        session.running = record.running && !left;
        if !session.running {
            session.ended_because = record.ended_because;
            session.budget.used_up = record.used_up;
        }
        session.stopped = record.stopped;
        session.left = left;
        session.earlier = record.rounds;
        session.lineages_left = record.lineages_left;
        session.accused = Accusations::restored(record.accused);
        session
    }

    pub(crate) fn is_alone(&self) -> bool {
        self.proposal.invited.as_ref().is_some_and(SortedSet::is_empty)
    }

    pub(crate) fn invites(&self, peer: PeerId) -> bool {
        self.proposal.invites(peer)
    }

    pub(crate) fn record(&self) -> SessionRecord {
        let rounds = self.earlier.iter().copied().chain(self.history.iter().map(Into::into));
        let too_many = (self.earlier.len() + self.history.len()).saturating_sub(HISTORY_MAX);
        SessionRecord {
            rounds: rounds.skip(too_many).collect(),
            lineages_left: self.lineages_left.clone(),
            accused: self.accused.all(),
            id: self.id,
            proposal: self.proposal.clone(),
            head: self.head.clone(),
            running: self.running,
            stopped: self.stopped,
            ended_because: self.ended_because.clone(),
            used_up: self.budget.used_up,
        }
    }

    /// What is to be done since the last call.
    pub(crate) fn take_actions(&mut self) -> Vec<SessionAction> {
        core::mem::take(&mut self.actions)
    }

    pub(crate) fn count_sent(&mut self, bytes: usize) {
        self.sent_bytes += bytes as u64;
    }

    /// The largest value that a member has reason to send: an update in full, eight bytes a parameter at most.
    pub(crate) fn bulk_limit_bytes(&self) -> usize {
        64 * 1024 + 8 * self.proposal.network.parameters() as usize
    }

    /// The cluster stands on the workbench with this model and so many training rows.
    pub(crate) fn cluster_ready(&mut self, model: Hash, rows: u32, s: &Surroundings<'_>) {
        let (first_time, rows) = (!self.ready, self.rows_to_train_on(rows));
        self.ready = true;
        self.model_here |= model == self.head.model;
        if first_time && self.running {
            self.tell_where_we_stand(s);
        }
        if (first_time || rows != self.rows) && (self.running || rows == 0) {
            self.broadcast(SessionMessage::Join { rows }, s);
        }
        self.rows = rows;
        for (from, head) in core::mem::take(&mut self.heads_heard) {
            self.handle_head(from, head, s);
        }
        self.advance(s);
    }

    fn tell_where_we_stand(&mut self, s: &Surroundings<'_>) {
        self.broadcast(SessionMessage::Proposal(self.proposal.clone()), s);
        if self.model_here {
            self.broadcast(SessionMessage::Head(self.head.clone()), s);
        }
    }

    /// A connection has opened: say what we are doing.
    pub(crate) fn peer_connected(&mut self, peer: PeerId, s: &Surroundings<'_>) {
        if self.is_alone() || self.left || !self.invites(peer) {
            return;
        }
        if self.running {
            self.send(peer, SessionMessage::Proposal(self.proposal.clone()));
        } else if self.stopped {
            // Whoever was away when the session was stopped would train on without an end.
            self.send(peer, SessionMessage::Stop);
        }
        if self.model_here {
            self.send(peer, SessionMessage::Head(self.head.clone()));
        }
        // Who looks on is not among those who hold a record together, in a session that is over too.
        if self.ready && (self.running || self.rows == 0) {
            self.send(peer, SessionMessage::Join { rows: self.rows });
        }
        if let Some(proof) = self.accused.of_stranger(peer) {
            self.accuse(proof, s);
        }
        for proof in self.accused.met().copied().collect::<Vec<_>>() {
            self.send(peer, SessionMessage::Accuse(proof));
        }
        // Keys and shares that it has missed cost it and its companions the round.
        if self.running {
            for message in self.masks.messages_of(s.me, self.head_hash) {
                self.send(peer, message);
            }
            self.repeat_promise(peer, s);
        }
        self.advance(s);
    }

    /// A connection has ended.
    pub(crate) fn peer_disconnected(&mut self, peer: PeerId, s: &Surroundings<'_>) {
        self.members.remove(&peer);
        self.told.remove(&peer);
        self.apart.remove(&peer);
        self.followed.remove(&peer);
        self.hand_out.forget(peer);
        self.verdicts.forget(peer);
        self.heads_heard.remove(&peer);
        self.standings.forget(peer);
        if !self.is_crowd(s) {
            let is_here = |peer: &PeerId| *peer == s.me || s.connected.contains(peer);
            self.stash.make_room_for_many(is_here);
            self.masks.make_room_for_many(is_here);
        }
        if let Some(adoption) = &mut self.adoption {
            adoption.fetch.remove(peer);
        }
        self.advance(s);
    }

    /// The rounds since a record whose model is here, as a file that anybody can check; `None` while the model is read out,
    /// and of training alone, which has nobody to prove anything to.
    pub(crate) fn transcript(&self) -> Option<Transcript> {
        self.log.transcript(&self.proposal, self.verdicts.beside(&[]))
    }

    /// Has the newest model read out, if the log has no beginning.
    fn begin_log(&mut self) {
        let is_due = self.log.wants_start() && !self.log_begins && self.model_here;
        if is_due && !self.is_alone() && !self.round.is_aggregating() && !self.is_installing() {
            self.log_begins = true;
            let job = Job::ExportModel { cluster: self.proposal.cluster.clone() };
            let purpose = SessionJob::BeginLog { record: self.head_hash };
            self.actions.push(SessionAction::Job(job, purpose));
        }
    }

    /// Others that take part.
    pub(crate) fn members(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.members.keys().copied()
    }

    /// The newest record, if it is for the room's ledger: of a round with others that this device has computed.
    pub(crate) fn round_to_report(&self) -> Option<RoundRecord> {
        let is_for_all = self.computed_here && !self.is_alone() && self.head.decision.round > 0;
        is_for_all.then(|| self.head.clone())
    }

    /// How the newest round's model and the one trained alone do on this device's held-out rows, 0 to 1.
    pub(crate) fn newest_accuracies(&self) -> Option<(f64, f64)> {
        let newest = self.history.last()?;
        Some((newest.together.as_ref()?.accuracy(), newest.alone.as_ref()?.accuracy()))
    }

    /// Whether a peer has decided on the newest round.
    pub(crate) fn has_led(&self, peer: PeerId) -> bool {
        self.history.last().is_some_and(|newest| newest.leader == Some(peer))
    }

    fn fail(&mut self, reason: String) {
        self.problem = Some(reason);
    }

    fn send(&mut self, to: PeerId, message: SessionMessage) {
        self.actions.push(SessionAction::Send(to, message));
    }

    /// Says to everyone who is invited, whether they have joined or only look on. In a large room, what concerns neighbours
    /// alone goes to them.
    fn broadcast(&mut self, message: SessionMessage, s: &Surroundings<'_>) {
        if self.is_alone() {
            return;
        }
        let is_for_neighbours = match &message {
            // If all who join said it to all, a room of a thousand would hear it a thousand times.
            SessionMessage::Proposal(proposal) => proposal.founder != s.me,
            SessionMessage::Head(_) | SessionMessage::Join { .. } | SessionMessage::Leave => true,
            _ => false,
        };
        if self.is_crowd(s) && !is_for_neighbours {
            return self.actions.push(SessionAction::Spread(message));
        }
        for peer in s.connected {
            if self.invites(*peer) {
                self.send(*peer, message.clone());
            }
        }
    }

    /// When the session must be looked at again without an input.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let adoption = self.adoption.as_ref().and_then(Adoption::expires_at);
        // A session that is over still compares its end with those of others.
        let verdicts = self.verdicts.deadline().filter(|_| self.model_here);
        let without_budget = self.ends_without_budget_at();
        let store = self.stores_again_at();
        let compare = self.standings.compares_at().filter(|_| self.ready);
        let believe = self.believes_again_at();
        let always = [adoption, verdicts, believe, compare, without_budget, store];
        if !self.running || !self.model_here || self.is_installing() {
            return always.into_iter().chain([self.waits_for_model_until()]).flatten().min();
        }
        let gathering = self.gathering_until.filter(|_| self.rows > 0);
        let round = self.round.deadline().filter(|_| self.rows > 0);
        always.into_iter().chain([gathering, round]).flatten().min()
    }

    /// States that must hold after every step.
    pub(crate) fn check_invariants(&self) {
        debug_assert_eq!(self.head_hash, self.head.hash(), "the head's name is out of date");
        assert!(self.head.decision.round <= self.proposal.options.rounds, "a round too many");
        self.stash.check_invariants();
    }
}
