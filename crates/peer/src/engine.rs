//! The engine: its inputs, its outputs, its clock.

use crate::{
    clusters::{ClusterNews, Clusters},
    config::{Config, ConnectPolicy},
    core::{Core, OnStored},
    event::Event,
    io::{Input, Output},
    job::{Answer, JobError, JobId},
    ledger::Ledger,
    left_sessions::LeftSessions,
    memories::Memories,
    other_sessions::OtherSession,
    overlay::Overlay,
    records::{
        self, ClusterRecord, DatasetRecord, IdentityRecord, MessagesRecord, Records, RoomRecord,
        SessionRecord,
    },
    roster::Roster,
    server::Server,
    session::{Session, SessionJob},
    siblings::Siblings,
    spendings::Spendings,
    split::{Hosting, Purpose, Split},
    texts::Texts,
};
use protocol::{envelope::Instance, identity::Identity, message::ControlMessage, room::RoomSecret};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use units::{ClusterId, Instant, PeerId, SessionId, SortedMap, sort_by_key};

/// The whole peer. See the [crate's documentation](crate) for how to drive it.
pub struct Engine {
    pub(crate) core: Core,
    pub(crate) server: Server,
    pub(crate) roster: Roster,
    pub(crate) overlay: Overlay,
    pub(crate) room: Option<RoomSecret>,
    pub(crate) connect: ConnectPolicy,
    pub(crate) texts: Option<Texts>,
    pub(crate) clusters: Clusters,
    /// In a box, because it is taken out and put back with every input.
    pub(crate) session: Option<Box<Session>>,
    pub(crate) session_jobs: SortedMap<JobId, (SessionId, ClusterId, SessionJob)>,
    /// The cluster whose nodes are on several devices.
    pub(crate) split: Option<Split>,
    /// Nodes of others on this device.
    pub(crate) hosting: Hosting,
    /// Whether rooms have ledgers here.
    pub(crate) keeps_ledgers: bool,
    pub(crate) ledger: Ledger,
    /// What this device remembers.
    pub(crate) memories: Memories,
    /// The other devices of this person.
    pub(crate) siblings: Siblings,
    pub(crate) split_jobs: Vec<(JobId, Purpose)>,
    /// Sessions that connected peers run besides ours.
    pub(crate) others: SortedMap<PeerId, OtherSession>,
    /// Sessions that somebody at this device has left.
    pub(crate) left: LeftSessions,
    /// What this device has spent of its privacy.
    pub(crate) spendings: Spendings,
    /// When connected peers are told whom else we are connected to.
    pub(crate) neighbours_due: Option<Instant>,
    /// When others were last told how fast this device trains.
    pub(crate) speed_told_at: Option<Instant>,
    last_input_at: Instant,
}

impl Engine {
    /// A peer as its records left it, or a new one. Damaged records are dropped and reported as
    /// [`Event::RecordDamaged`].
    pub fn new(config: Config, now: Instant) -> Self {
        let mut records = Records::new(config.records);
        let mut rng = ChaCha20Rng::from_seed(config.entropy);
        let known: Option<IdentityRecord> = records.take(records::IDENTITY);
        let (seed, last) = match known {
            Some(record) => (record.seed, record.instance.0),
            None => {
                let mut seed = [0; 32];
                rand_core::Rng::fill_bytes(&mut rng, &mut seed);
                (seed, 0)
            }
        };
        let instance = Instance(config.started_at.0.max(last.saturating_add(1)));
        let core = Core::new(
            Identity::from_seed(seed),
            instance,
            config.capability,
            config.limits,
            rng,
            config.started_at,
            now,
        );
        let mut engine = Self {
            core,
            server: Server::new(config.signaling_url),
            roster: Roster::default(),
            overlay: Overlay::default(),
            room: None,
            connect: config.connect,
            texts: None,
            clusters: Clusters::default(),
            session: None,
            session_jobs: SortedMap::new(),
            split: None,
            hosting: Hosting::default(),
            keeps_ledgers: config.ledger,
            ledger: Ledger::default(),
            memories: Memories::default(),
            siblings: Siblings::default(),
            split_jobs: Vec::new(),
            others: SortedMap::new(),
            left: LeftSessions::default(),
            spendings: Spendings::default(),
            neighbours_due: None,
            speed_told_at: None,
            last_input_at: now,
        };
        engine.siblings = Siblings::new(records.take(records::SIBLINGS).unwrap_or_default());
        if let Some(by_hand) = records.take(records::CONNECT_BY_HAND) {
            engine.connect = if by_hand { ConnectPolicy::ByHand } else { ConnectPolicy::Everyone };
            engine.share_connect_policy(now);
        }
        engine.hosting = Hosting::new(records.take(records::HOSTING).unwrap_or_default());
        engine.core.capability.nodes_for_others = engine.hosting.nodes_max();
        engine.restore(now, &mut records);
        for key in records.damaged {
            engine.core.forget(key.clone());
            engine.core.event(Event::RecordDamaged { key });
        }
        // Last, because a damaged one has just been forgotten.
        let identity = IdentityRecord { seed, instance };
        engine.core.store(records::IDENTITY.to_owned(), &identity, Vec::new());
        engine
    }

    fn restore(&mut self, now: Instant, records: &mut Records) {
        self.left = LeftSessions::new(records.take(records::LEFT).unwrap_or_default());
        let spent = records.take(records::SPENT);
        let are_lost = records.damaged.iter().any(|key| key == records::SPENT);
        self.spendings = Spendings::new(spent, are_lost);
        let mut sessions: Vec<SessionRecord> = Vec::new();
        for id in records.clusters() {
            let Some(record) = records.take::<ClusterRecord>(&records::cluster_key(&id)) else {
                continue;
            };
            let data: Option<DatasetRecord> = records.take(&records::dataset_key(&id));
            sessions.extend(SessionRecord::open(&record.session));
            self.clusters.restore(now, id, record, data, &mut self.core);
        }
        sort_by_key(&mut sessions, |session| (session.running, session.head.cumulative_samples));
        if let Some(record) = sessions.pop() {
            // A crash may have come between the two records.
            let left = self.left.contains(record.id);
            let life = self.core.session_life(now);
            let mut session = Session::restored(record, left, life, now);
            self.spendings.tell(&mut session);
            self.session = Some(Box::new(session));
        }
        if let Some(RoomRecord { secret, signaling_url }) = records.take(records::ROOM) {
            if let Some(url) = signaling_url {
                self.server.set_url(url, &mut self.core);
            }
            let messages: Option<MessagesRecord> =
                records.take(&records::messages_key(secret.room_id()));
            self.enter_room(secret, messages.unwrap_or_default());
            self.open_books(now, secret, records);
            self.server.start(now, secret.room_id(), &mut self.core);
        }
    }

    pub(crate) fn enter_room(&mut self, secret: RoomSecret, texts: MessagesRecord) {
        self.texts = Some(Texts::new(secret.room_id(), texts, &mut self.core));
        self.room = Some(secret);
        self.save_room();
    }

    pub(crate) fn save_room(&mut self) {
        if let Some(secret) = self.room {
            let signaling_url = self.server.url().map(str::to_owned);
            let record = RoomRecord { secret, signaling_url };
            self.core.store(records::ROOM.to_owned(), &record, Vec::new());
        }
    }

    /// This peer.
    pub fn me(&self) -> PeerId {
        self.core.me
    }

    /// Takes something that happened. Never fails: what others got wrong becomes an [`Event`].
    pub fn handle_input(&mut self, now: Instant, input: Input) {
        self.notice_sleep(now);
        match input {
            Input::Signaling(input) => {
                if let Some(message) = self.server.handle(now, input, &mut self.core) {
                    self.handle_server_message(now, message);
                }
            }
            Input::Connection(id, input) => self.handle_connection(now, id, input),
            Input::Stored { key, result } => self.handle_stored(now, &key, result),
            Input::JobDone { job, result } => self.handle_job(now, job, result),
            Input::Timeout => self.handle_timeout(now),
        }
        self.settle(now);
    }

    /// What the engine wants done next; [`Output::Timeout`] once that is all.
    pub fn poll_output(&mut self) -> Output {
        self.core.pop_output().unwrap_or_else(|| Output::Timeout(self.deadline()))
    }

    fn deadline(&self) -> Option<Instant> {
        let now = self.last_input_at;
        let census = self.roster.census(now);
        let wants_links = self.wants_links(&census);
        let deadlines = [
            self.server.deadline(),
            self.roster.deadline(&census, &self.core, wants_links),
            self.mesh_deadline(wants_links),
            self.session.as_deref().and_then(Session::deadline),
            self.split.as_ref().and_then(Split::deadline),
            self.hosting.deadline(),
            self.neighbours_due,
            self.texts.as_ref().and_then(Texts::deadline),
            self.ledger.deadline(),
        ];
        deadlines.into_iter().flatten().min()
    }

    /// After a sleep, silence means nothing: what was sent meanwhile has yet to be handled.
    fn notice_sleep(&mut self, now: Instant) {
        let stood_still = now.saturating_duration_since(self.last_input_at);
        let asleep = stood_still > self.core.limits.silence;
        self.last_input_at = now;
        // Where anybody is awake and connected, something comes at every ping, in a hidden page too.
        if stood_still > self.core.limits.ping_interval.saturating_mul(2)
            && self.roster.hears_anybody()
            && let Some(session) = self.session.as_deref_mut()
        {
            session.wake(stood_still, now);
        }
        if asleep {
            self.server.wake(now);
            if let Some(split) = &mut self.split {
                split.wake();
            }
            for member in self.roster.members.values_mut() {
                if let Some(link) = &mut member.link {
                    link.wake(now, &mut self.core);
                }
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.server.handle_timeout(now, &mut self.core);
        let linked: Vec<PeerId> = self.roster.members.keys().copied().collect();
        for peer in linked {
            let link = self.roster.get_mut(peer).and_then(|member| member.link.as_mut());
            if let Some(link) = link {
                let actions = link.handle_timeout(now, &mut self.core);
                self.perform_link_actions(now, peer, actions);
            }
        }
        self.mesh_timeout(now);
        self.with_session(now, |session, s| session.advance(s));
        self.with_split(now, |split, around| split.advance(around));
        self.with_hosting(now, |hosting| hosting.handle_timeout(now));
        self.books_timeout(now);
        if let Some(texts) = &mut self.texts {
            texts.handle_timeout(now, &mut self.core);
        }
    }

    /// What follows from any change: connections that are wanted, news for neighbours.
    pub(crate) fn settle(&mut self, now: Instant) {
        self.keep_mesh(now);
        if self.neighbours_due.is_some_and(|due| now >= due) {
            self.neighbours_due = None;
            self.tell_neighbours(now);
        }
    }

    fn handle_stored(&mut self, now: Instant, key: &str, result: Result<(), String>) {
        let stored = result.is_ok();
        if let Err(reason) = result {
            let message = format!("this device could not store `{key}`: {reason}");
            self.core.problem("storage", message);
        }
        let mut promises = Vec::new();
        for then in self.core.stored(key) {
            match then {
                then if !stored && then.is_promise() => promises.push(then),
                OnStored::Announce(event) => self.core.event(event),
                OnStored::AcknowledgeText { from, id } => {
                    self.send_control(now, from, &ControlMessage::TextReceived { id });
                }
                OnStored::PromiseUpdate { session: id, number } => {
                    if self.session.as_ref().is_some_and(|session| session.id == id) {
                        self.with_session(now, |it, s| it.spent_stored(number, stored, s));
                    }
                }
            }
        }
        if let Some(texts) = self.texts.as_mut().filter(|texts| texts.key() == key) {
            texts.written(now, stored, promises, &mut self.core);
        }
        if records::is_cluster(key) {
            self.tell_models(now);
        }
    }

    fn handle_job(&mut self, now: Instant, job: JobId, result: Result<Answer, JobError>) {
        if let Some((session, cluster, purpose)) = self.session_jobs.remove(&job) {
            let moves = purpose.moves_the_model();
            let together = match &result {
                Ok(Answer::Aggregated { together, .. } | Answer::Adopted { together, .. }) => {
                    together.clone()
                }
                _ => None,
            };
            if self.session.as_ref().is_some_and(|running| running.id == session) {
                self.with_session(now, |session, s| session.handle_job(purpose, result, s));
            } else if let Ok(Answer::Aggregated { model, .. } | Answer::Adopted { model, .. }) =
                result
            {
                // A session that is over has moved the cluster once more.
                self.clusters.model_moved(&cluster, model);
            }
            if moves {
                self.cluster_ready(now, &cluster);
            }
            if let Some(together) = together {
                self.clusters.see_evaluation(now, &cluster, &together, &mut self.core);
            }
            return;
        }
        let Some(result) = self.handle_memory_job(now, job, result) else { return };
        let Some(result) = self.handle_books_job(now, job, result) else { return };
        let Some(result) = self.handle_split_job(now, job, result) else { return };
        match self.clusters.handle_job(now, job, result, &mut self.core) {
            Some(ClusterNews::Ready(id)) => self.cluster_ready(now, &id),
            Some(ClusterNews::Exported { cluster, to, model }) => {
                self.send_cluster(to, cluster, model);
            }
            Some(ClusterNews::Replaced(id)) => {
                // What is kept of the earlier rows is in no other record.
                match self.session.as_ref().is_some_and(|it| it.proposal.cluster == id) {
                    true => self.checkpoint_session(now, true),
                    false => self.clusters.checkpoint(now, &id, None, None, &mut self.core),
                }
                self.cluster_ready(now, &id);
            }
            Some(ClusterNews::Lost(id, error)) => {
                if self.session.as_ref().is_some_and(|s| s.proposal.cluster == id) {
                    self.session = None;
                }
                self.core.problem(error.code(), error.to_string());
            }
            // What a session that is over knows of the cluster is about a network that is no more.
            Some(ClusterNews::Regrown(id)) => {
                self.session.take_if(|it| it.proposal.cluster == id);
            }
            Some(ClusterNews::Happened(event, surprise, activity)) => {
                self.remember_event(now, event, surprise, activity);
            }
            None => {}
        }
    }

    /// States that must hold after every input and command. For the simulator and tests.
    ///
    /// # Panics
    /// With a sentence, if one does not hold.
    pub fn check_invariants(&self) {
        let limits = &self.core.limits;
        assert!(
            self.roster.census(self.last_input_at).links <= limits.links,
            "more connections than the limit"
        );
        assert!(
            self.roster.members.len() <= protocol::limits::KNOWN_PEERS_MAX,
            "more peers are known than the limit"
        );
        self.overlay.check_invariants();
        if self.room.is_none() {
            assert!(self.roster.members.is_empty(), "peers are known without a room");
        }
        for member in self.roster.members.values() {
            assert!(member.card.peer != self.core.me, "this device is listed as its own peer");
        }
        if let Some(texts) = &self.texts {
            assert!(texts.messages().len() <= limits.messages, "more messages than the limit");
        }
        if let Some(session) = &self.session {
            session.check_invariants();
        }
    }
}
