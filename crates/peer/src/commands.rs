//! What people and programs tell the engine to do.

use crate::{
    config::ConnectPolicy,
    engine::Engine,
    error::CommandError,
    event::Event,
    job::{Job, JobId},
    records::{self, MessagesRecord},
    session::Session,
    view::{PeerView, RoomView, View},
};
use neural::Dataset;
use protocol::{
    cluster::NetworkSpec,
    limits,
    message::{BulkMessage, ControlMessage},
    room::RoomSecret,
    session::{Proposal, SessionOptions},
    signaling::Capability,
};
use std::collections::BTreeSet;
use units::{ClusterId, Instant, PeerId, SessionId};

/// The longest address of a signaling server.
const URL_BYTES_MAX: usize = 512;

/// Room and signaling.
impl Engine {
    /// Makes a room and enters it; its secret is the invitation.
    pub fn create_room(&mut self, now: Instant) -> RoomSecret {
        let secret = RoomSecret::from_bytes(self.core.random_bytes());
        self.change_room(now, secret);
        secret
    }

    /// Enters a room; being in it already is success. Another room is left first.
    pub fn join_room(&mut self, now: Instant, secret: RoomSecret) {
        if self.room != Some(secret) {
            self.change_room(now, secret);
        }
    }

    fn change_room(&mut self, now: Instant, secret: RoomSecret) {
        self.leave_room(now);
        self.enter_room(secret, MessagesRecord::default());
    }

    /// Leaves the room: connections end, a shared session ends here, its messages are forgotten.
    pub fn leave_room(&mut self, now: Instant) {
        let Some(secret) = self.room else { return };
        if self.session.as_ref().is_some_and(|session| session.running && !session.is_alone()) {
            self.others.clear();
            self.with_session(now, |session, s| session.leave("this device left the room", s));
        }
        let peers: Vec<PeerId> = self.roster.members.keys().copied().collect();
        for peer in peers {
            self.close_link(now, peer, "this device left the room");
            if self.roster.get(peer).is_some() {
                self.roster.depart(peer);
                self.core.event(Event::PeerLeft { peer });
            }
        }
        self.server.stop(&mut self.core);
        self.room = None;
        self.texts = None;
        self.neighbours_due = None;
        self.core.forget(records::ROOM.to_owned());
        self.core.forget(records::messages_key(secret.room_id()));
    }

    /// Uses the signaling server at `url` from the next [`Self::start_discovery`] on.
    ///
    /// # Errors
    /// [`CommandError::InvalidInput`] if that is no WebSocket address.
    pub fn configure_signaling_server(
        &mut self,
        _now: Instant,
        url: &str,
    ) -> Result<(), CommandError> {
        let host = url.strip_prefix("ws://").or_else(|| url.strip_prefix("wss://"));
        let plausible = host.is_some_and(|host| !host.is_empty() && !host.starts_with('/'));
        if !plausible || url.len() > URL_BYTES_MAX || url.contains(char::is_whitespace) {
            let shown: String = url.chars().take(80).collect();
            return Err(CommandError::InvalidInput(format!(
                "`{shown}` is no address of a signaling server: it must look like wss://host/signal"
            )));
        }
        self.server.set_url(url.to_owned(), &mut self.core);
        self.save_room();
        Ok(())
    }

    /// Connects to the signaling server, registers in the room and asks who is there. Goes on trying by itself.
    ///
    /// # Errors
    /// [`CommandError::NoRoom`], [`CommandError::NoSignalingServer`].
    pub fn start_discovery(&mut self, now: Instant) -> Result<(), CommandError> {
        let secret = self.room.ok_or(CommandError::NoRoom)?;
        if self.server.url().is_none() {
            return Err(CommandError::NoSignalingServer);
        }
        self.server.start(now, secret.room_id(), &mut self.core);
        Ok(())
    }

    /// Whether to connect to everyone in the room, or only when told to.
    pub fn set_connect_policy(&mut self, now: Instant, policy: ConnectPolicy) {
        self.connect = policy;
        self.settle(now);
    }

    /// Tells others what this device can do.
    ///
    /// # Errors
    /// [`CommandError::InvalidInput`] if the name is too long or not printable.
    pub fn set_capability(
        &mut self,
        now: Instant,
        capability: Capability,
    ) -> Result<(), CommandError> {
        capability.validate()?;
        if self.core.capability != capability {
            self.announce(now, capability);
        }
        Ok(())
    }
}

/// Connections and messages.
impl Engine {
    /// Starts to connect to a peer; [`Event::Connected`] or [`Event::Link`] says how that goes. A connection that exists
    /// or is under way is success.
    ///
    /// # Errors
    /// [`CommandError::UnknownPeer`], [`CommandError::TooManyLinks`], [`CommandError::Unreachable`].
    pub fn connect(&mut self, now: Instant, peer: PeerId) -> Result<(), CommandError> {
        let member = self.roster.get(peer).ok_or(CommandError::UnknownPeer(peer))?;
        if member.link.is_some() {
            return Ok(());
        }
        if self.roster.links() >= self.core.limits.links {
            return Err(CommandError::TooManyLinks(self.core.limits.links));
        }
        if self.offer(now, peer) { Ok(()) } else { Err(CommandError::Unreachable(peer)) }
    }

    /// Closes the connection with a peer; it is not opened again by itself.
    ///
    /// # Errors
    /// [`CommandError::UnknownPeer`], [`CommandError::NotConnected`].
    pub fn disconnect(&mut self, now: Instant, peer: PeerId) -> Result<(), CommandError> {
        let member = self.roster.get(peer).ok_or(CommandError::UnknownPeer(peer))?;
        if member.link.is_none() {
            return Err(CommandError::NotConnected(Some(peer)));
        }
        self.close_link(now, peer, "a person closed the connection");
        Ok(())
    }

    /// Sends a text to one peer, or to all that are connected; returns to how many. It is sent again after a lost
    /// connection until the receiver has stored it.
    ///
    /// # Errors
    /// [`CommandError::NoRoom`], [`CommandError::NotConnected`], or [`CommandError::InvalidInput`] for an empty or too
    /// long text.
    pub fn send_text(
        &mut self,
        now: Instant,
        to: Option<PeerId>,
        text: &str,
    ) -> Result<u32, CommandError> {
        let size_bytes = text.len();
        if text.trim().is_empty() || size_bytes > limits::TEXT_BYTES_MAX {
            return Err(CommandError::InvalidInput(format!(
                "a message has 1 to {} bytes, this one {size_bytes}",
                limits::TEXT_BYTES_MAX
            )));
        }
        let mut receivers: Vec<PeerId> = self.roster.connected().collect();
        receivers.retain(|peer| to.is_none_or(|to| to == *peer));
        let texts = self.texts.as_mut().ok_or(CommandError::NoRoom)?;
        if receivers.is_empty() {
            return Err(CommandError::NotConnected(to));
        }
        let mut numbered = Vec::with_capacity(receivers.len());
        for peer in receivers {
            numbered.push((peer, texts.compose(now, peer, text, &mut self.core)));
        }
        let count = numbered.len() as u32;
        for (peer, id) in numbered {
            self.send_control(now, peer, &ControlMessage::Text { id, text: text.to_owned() });
        }
        Ok(count)
    }

    /// Measures the round trip to a peer; [`Event::Pong`] answers.
    ///
    /// # Errors
    /// [`CommandError::NotConnected`].
    pub fn ping(&mut self, now: Instant, peer: PeerId) -> Result<(), CommandError> {
        let link = self.roster.get_mut(peer).and_then(|member| member.link.as_mut());
        let link = link.filter(|link| link.is_open());
        link.ok_or(CommandError::NotConnected(Some(peer)))?.ping(now, &mut self.core);
        Ok(())
    }

    /// Sends bytes that measure the `bulk` channel; [`Event::Probe`] tells the other side. `false` if the queue is full.
    ///
    /// # Errors
    /// [`CommandError::NotConnected`].
    pub fn send_probe(
        &mut self,
        _now: Instant,
        peer: PeerId,
        bytes: Vec<u8>,
    ) -> Result<bool, CommandError> {
        let link = self.roster.get_mut(peer).and_then(|member| member.link.as_mut());
        let link = link.filter(|link| link.is_open());
        let link = link.ok_or(CommandError::NotConnected(Some(peer)))?;
        Ok(link.send_bulk(&BulkMessage::Probe { bytes }, &mut self.core).is_some())
    }
}

/// Clusters, data and learning.
impl Engine {
    /// Makes a cluster in its first state, or asks for the state of one that exists with the same network.
    /// [`Event::Answered`] comes once the cluster is stored.
    ///
    /// # Errors
    /// [`CommandError::InvalidInput`], [`CommandError::ClusterExists`].
    pub fn create_cluster(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        network: NetworkSpec,
    ) -> Result<JobId, CommandError> {
        network.validate()?;
        match self.clusters.get(&cluster) {
            Some(known) if known.network == network => self.read_state(now, cluster),
            Some(_) => Err(CommandError::ClusterExists(cluster)),
            None if !self.clusters.has_room() => Err(CommandError::InvalidInput(
                "this device holds as many clusters as it can".to_owned(),
            )),
            None => Ok(self.clusters.create(now, cluster, network, true, &mut self.core)),
        }
    }

    /// Puts rows on a cluster, in place of earlier ones. `source` names a set that ships with the application: then the
    /// name is stored, and [`Event::DatasetWanted`] asks for the rows in the next life; else the rows are stored.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`], [`CommandError::InvalidInput`].
    pub fn load_dataset(
        &mut self,
        _now: Instant,
        cluster: ClusterId,
        dataset: Dataset,
        held_out_percent: u8,
        source: Option<String>,
    ) -> Result<JobId, CommandError> {
        self.known(&cluster)?;
        dataset.validate().map_err(|error| CommandError::InvalidInput(error.to_string()))?;
        Ok(self.clusters.load(&cluster, dataset, held_out_percent, source, &mut self.core))
    }

    /// How well does the shared network do, on these rows or on the held-out ones?
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`].
    pub fn evaluate(
        &mut self,
        _now: Instant,
        cluster: ClusterId,
        dataset: Option<Dataset>,
    ) -> Result<JobId, CommandError> {
        self.ask(cluster, |cluster| Job::Evaluate { cluster, dataset })
    }

    /// What does the shared network see?
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`].
    pub fn predict(
        &mut self,
        _now: Instant,
        cluster: ClusterId,
        input: Vec<f32>,
    ) -> Result<JobId, CommandError> {
        self.ask(cluster, |cluster| Job::Predict { cluster, input })
    }

    /// Takes one local learning step from an error on the newest predicted input.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`]; [`CommandError::SessionRunning`] while a session trains the cluster, because
    /// members of a session hold the same model.
    pub fn learn_from_error(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        error: Vec<f32>,
    ) -> Result<JobId, CommandError> {
        if let Some(session) = self.session.as_ref().filter(|session| session.running)
            && session.proposal.cluster == cluster
        {
            return Err(CommandError::SessionRunning(session.id));
        }
        let job = self.ask(cluster.clone(), |cluster| Job::LearnFromError { cluster, error })?;
        self.clusters.checkpoint(now, &cluster, None, None, &mut self.core);
        Ok(job)
    }

    /// What is the cluster like?
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`].
    pub fn read_state(&mut self, _now: Instant, cluster: ClusterId) -> Result<JobId, CommandError> {
        self.ask(cluster, |cluster| Job::ReadState { cluster })
    }

    /// Reads the shared network out.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`].
    pub fn export_model(
        &mut self,
        _now: Instant,
        cluster: ClusterId,
    ) -> Result<JobId, CommandError> {
        self.ask(cluster, |cluster| Job::ExportModel { cluster })
    }

    fn known(&self, cluster: &ClusterId) -> Result<(), CommandError> {
        match self.clusters.get(cluster) {
            Some(_) => Ok(()),
            None => Err(CommandError::UnknownCluster(cluster.clone())),
        }
    }

    fn ask(
        &mut self,
        cluster: ClusterId,
        job: impl FnOnce(ClusterId) -> Job,
    ) -> Result<JobId, CommandError> {
        self.known(&cluster)?;
        let job = job(cluster.clone());
        Ok(self.clusters.ask(&cluster, job, &mut self.core))
    }

    /// Proposes a session to the room and begins it. `invited` names who may take part; `None` is everyone, and nobody
    /// is training alone.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`], [`CommandError::NoData`], [`CommandError::SessionRunning`],
    /// [`CommandError::NoRoom`] unless alone, [`CommandError::InvalidInput`].
    pub fn start_session(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        task: String,
        options: SessionOptions,
        invited: Option<Vec<PeerId>>,
    ) -> Result<SessionId, CommandError> {
        if let Some(session) = self.session.as_ref().filter(|session| session.running) {
            return Err(CommandError::SessionRunning(session.id));
        }
        if let Some(id) = self.moving_session(&cluster) {
            return Err(CommandError::SessionRunning(id));
        }
        self.known(&cluster)?;
        let no_data = || CommandError::NoData(cluster.clone());
        let known = self.clusters.get(&cluster).ok_or_else(no_data)?;
        let rows = known.train_rows;
        let model = known.model.filter(|_| rows > 0).ok_or_else(no_data)?;
        let me = self.core.me;
        let others = |peers: Vec<PeerId>| peers.into_iter().filter(|peer| *peer != me).collect();
        let invited: Option<BTreeSet<PeerId>> = invited.map(others);
        let alone = invited.as_ref().is_some_and(BTreeSet::is_empty);
        if !alone && self.room.is_none() {
            return Err(CommandError::NoRoom);
        }
        let network = known.network.clone();
        let nonce = self.core.random_bytes();
        let proposal = Proposal {
            cluster,
            network,
            task,
            options,
            founder: me,
            invited,
            first_model: model,
            nonce,
        };
        proposal.validate()?;
        let id = proposal.session_id();
        let gather = !alone && self.roster.connected().next().is_some();
        self.session = Some(Session::new(id, proposal, None, gather, now));
        self.core.event(Event::SessionStarted { session: id });
        self.with_session(now, |session, s| session.cluster_ready(model, rows, s));
        self.checkpoint_session(now, true);
        Ok(id)
    }

    /// Stops taking part in the running session; stops it for all if this device proposed it.
    ///
    /// # Errors
    /// [`CommandError::UnknownSession`].
    pub fn stop_session(&mut self, now: Instant, id: SessionId) -> Result<(), CommandError> {
        let running = self.session.as_ref().is_some_and(|s| s.running && s.id == id);
        if !running {
            return Err(CommandError::UnknownSession(id));
        }
        self.with_session(now, |session, s| session.stop(s));
        Ok(())
    }
}

/// Where things stand.
impl Engine {
    /// A picture of the whole peer.
    pub fn view(&self) -> View {
        View {
            me: self.core.me,
            capability: self.core.capability.clone(),
            signaling_url: self.server.url().map(str::to_owned),
            signaling: self.server.state(),
            connect_by_hand: self.connect == ConnectPolicy::ByHand,
            room: self.room.map(|secret| RoomView {
                id: secret.room_id(),
                invitation_path: secret.invitation_path(),
            }),
            peers: self
                .roster
                .members
                .iter()
                .map(|(peer, member)| PeerView {
                    peer: *peer,
                    capability: member.card.capability.clone(),
                    stage: member.link.as_ref().map_or(crate::LinkStage::Discovered, |l| l.stage),
                    stats: member.link.as_ref().and_then(|link| link.stats),
                    ping_ms: member.link.as_ref().and_then(|link| link.ping_ms),
                    introduced_by: member.link.as_ref().and_then(|link| link.via),
                    ended: member.ended.clone(),
                })
                .collect(),
            clusters: self.clusters.view(),
            session: self.view_session(),
            messages: self.texts.as_ref().map_or(Vec::new(), |t| t.messages().to_vec()),
        }
    }

    fn view_session(&self) -> Option<crate::SessionView> {
        let connected: BTreeSet<PeerId> = self.roster.connected().collect();
        let surroundings = crate::session::Surroundings {
            now: Instant::ZERO,
            me: self.core.me,
            identity: &self.core.identity,
            limits: &self.core.limits,
            connected: &connected,
        };
        self.session.as_ref().map(|session| session.view(&surroundings))
    }
}
