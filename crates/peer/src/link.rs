//! One connection with one peer, from the first offer to the last byte.
//!
//! ```text
//!             connect()                answer                both channels open, hello
//! Discovered ───────────► Offering ───────────► Connecting ──────────────────────────► Open
//!      ▲                                            ▲                                  │  ▲
//!      │  offer                                     │ description sent        path lost│  │heard again
//!      └───────────────► Answering ─────────────────┘                                  ▼  │
//!                                                                               Restarting
//! ```
//!
//! Both sides may offer at once. Then the offer of the peer with the lower id counts: the other side drops its own and
//! answers. Only the side that offered restarts ICE; the other asks it to. So descriptions never collide on a connection.

use crate::{
    core::Core,
    io::{
        Channel, ConnectionId, ConnectionInput, ConnectionOutput, ConnectionState, DescriptionKind,
        PathStats,
    },
    view::LinkStage,
};
use ::core::time::Duration;
use protocol::{
    bulk::{Incoming, Outgoing},
    envelope::{Candidate, Instance, SignalStep},
    limits,
    message::{BulkMessage, ControlMessage},
    signaling::{IceServer, PeerCard},
};
use std::collections::VecDeque;
use units::{Instant, PeerId};

/// Candidates that arrive before their description; browsers find about ten.
const EARLY_CANDIDATES_MAX: usize = 32;
/// Candidates for one description: the browser keeps each and tries it.
const CANDIDATES_MAX: u32 = 128;
/// Values that wait for the `bulk` channel: what a round and a late joiner need at once.
const BULK_VALUES_MAX: usize = 8;
/// How long a `disconnected` path may heal by itself before ICE is restarted.
const SELF_HEALING: Duration = Duration::from_secs(2);
/// Between two restarts of ICE.
const RESTART_INTERVAL: Duration = Duration::from_secs(5);
/// Between two readings of the path's counters.
const STATS_INTERVAL: Duration = Duration::from_secs(2);

pub(crate) struct Link {
    pub id: ConnectionId,
    pub attempt: u64,
    /// The life of the peer that the handshake is meant for.
    pub to_instance: Instance,
    /// Who carries the handshake: a neighbour, or `None` for the server.
    pub via: Option<PeerId>,
    pub offered_here: bool,
    pub stage: LinkStage,
    pub stats: Option<PathStats>,
    pub ping_ms: Option<f64>,
    started_at: Instant,
    described: bool,
    early_candidates: Vec<Candidate>,
    /// Candidates of the newest description that the browser was given.
    candidates: u32,
    control_open: bool,
    bulk_open: bool,
    greeted: bool,
    /// Who said hello, until both channels are open here as well: before that, nothing could be sent.
    hello: Option<PeerCard>,
    heard_at: Instant,
    pinged: Option<(u64, Instant)>,
    spoke_at: Instant,
    stats_at: Instant,
    restart_at: Option<Instant>,
    /// From when on silence is taken seriously sooner: somebody said that the peer has a new life.
    doubted_at: Option<Instant>,
    bulk_queue: VecDeque<Outgoing>,
    bulk_unconfirmed_bytes: usize,
    incoming: Incoming,
}

/// What a link asks of the engine.
pub(crate) enum LinkAction {
    /// Carry a step of the handshake to the peer.
    Signal(SignalStep),
    /// The stage has changed.
    Stage(String),
    /// Channels are open, and this is who said hello.
    Opened(PeerCard),
    /// A message for somebody above.
    Control(ControlMessage),
    /// A large value for somebody above.
    Bulk(BulkMessage),
    /// A ping came back.
    Pong(f64),
    /// The other side sent something that no honest peer sends.
    Misbehaved(String),
    /// The other side has closed its channels: its page is gone, or does not want the connection any more.
    Closed,
    /// The connection is of no use any more.
    Ended(String),
}

impl Link {
    /// Starts to offer a connection.
    pub(crate) fn offer(
        now: Instant,
        via: Option<PeerId>,
        ice: &[IceServer],
        core: &mut Core,
    ) -> Self {
        let attempt = core.random_u64();
        let link = Self::new(now, attempt, via, true, ice, core);
        core.connection(link.id, ConnectionOutput::CreateOffer { restart_ice: false });
        link
    }

    /// Answers an offer.
    pub(crate) fn answer(
        now: Instant,
        attempt: u64,
        via: Option<PeerId>,
        sdp: String,
        ice: &[IceServer],
        core: &mut Core,
    ) -> Self {
        let mut link = Self::new(now, attempt, via, false, ice, core);
        link.described = true;
        core.connection(link.id, ConnectionOutput::AcceptOffer { sdp });
        link
    }

    fn new(
        now: Instant,
        attempt: u64,
        via: Option<PeerId>,
        offered_here: bool,
        ice: &[IceServer],
        core: &mut Core,
    ) -> Self {
        let id = core.next_connection();
        core.connection(id, ConnectionOutput::Open { ice_servers: ice.to_vec() });
        Self {
            id,
            attempt,
            to_instance: Instance(0),
            via,
            offered_here,
            stage: if offered_here { LinkStage::Offering } else { LinkStage::Answering },
            stats: None,
            ping_ms: None,
            started_at: now,
            described: false,
            early_candidates: Vec::new(),
            candidates: 0,
            control_open: false,
            bulk_open: false,
            greeted: false,
            hello: None,
            heard_at: now,
            pinged: None,
            spoke_at: now,
            stats_at: now,
            restart_at: None,
            doubted_at: None,
            bulk_queue: VecDeque::new(),
            bulk_unconfirmed_bytes: 0,
            incoming: Incoming::default(),
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.greeted && self.control_open && self.bulk_open
    }

    /// Sends a message. Only on an open link.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        message: &ControlMessage,
        core: &mut Core,
    ) -> usize {
        debug_assert!(self.control_open);
        let bytes = message.encode();
        let size_bytes = bytes.len();
        self.spoke_at = now;
        core.connection(self.id, ConnectionOutput::Send(Channel::Control, bytes));
        size_bytes
    }

    /// Queues a value for the `bulk` channel; `None` if the queue is full or the value too large.
    pub(crate) fn send_bulk(&mut self, message: &BulkMessage, core: &mut Core) -> Option<usize> {
        if self.bulk_queue.len() >= BULK_VALUES_MAX {
            return None;
        }
        let bytes = message.encode();
        let size_bytes = bytes.len();
        self.bulk_queue.push_back(Outgoing::new(bytes).ok()?);
        self.pump_bulk(core);
        Some(size_bytes)
    }

    /// Hands frames over for as long as the window allows.
    fn pump_bulk(&mut self, core: &mut Core) {
        while self.bulk_open && self.bulk_unconfirmed_bytes < core.limits.bulk_window_bytes {
            let Some(value) = self.bulk_queue.front_mut() else { return };
            match value.next_frame() {
                Some(frame) => {
                    self.bulk_unconfirmed_bytes += frame.len();
                    core.connection(self.id, ConnectionOutput::Send(Channel::Bulk, frame));
                }
                None => {
                    self.bulk_queue.pop_front();
                }
            }
        }
    }

    pub(crate) fn ping(&mut self, now: Instant, core: &mut Core) {
        let nonce = core.random_u64();
        self.pinged = Some((nonce, now));
        self.send(now, &ControlMessage::Ping { nonce }, core);
    }

    /// Somebody said that the peer has a new life: an open link must prove itself.
    pub(crate) fn doubt(&mut self, now: Instant, core: &mut Core) {
        if self.is_open() && self.doubted_at.is_none() {
            self.doubted_at = Some(now);
            self.ping(now, core);
        }
    }

    /// A new description or candidate of this attempt from the other side.
    pub(crate) fn handle_signal(&mut self, now: Instant, step: SignalStep, core: &mut Core) {
        match step {
            SignalStep::Answer { sdp } if self.offered_here => {
                core.connection(self.id, ConnectionOutput::AcceptAnswer { sdp });
                self.described = true;
                self.candidates = self.early_candidates.len() as u32;
                for candidate in self.early_candidates.drain(..) {
                    core.connection(self.id, ConnectionOutput::AddCandidate(candidate));
                }
                if self.stage == LinkStage::Offering {
                    self.stage = LinkStage::Connecting;
                }
            }
            SignalStep::Offer { sdp } if !self.offered_here => {
                self.candidates = 0;
                core.connection(self.id, ConnectionOutput::AcceptOffer { sdp });
            }
            SignalStep::Candidate(_) if self.candidates >= CANDIDATES_MAX => {}
            SignalStep::Candidate(candidate) if self.described => {
                self.candidates += 1;
                core.connection(self.id, ConnectionOutput::AddCandidate(candidate));
            }
            SignalStep::Candidate(candidate)
                if self.early_candidates.len() < EARLY_CANDIDATES_MAX =>
            {
                self.early_candidates.push(candidate);
            }
            SignalStep::RestartRequest if self.offered_here && self.described => {
                self.restart_at = Some(now + RESTART_INTERVAL);
                core.connection(self.id, ConnectionOutput::CreateOffer { restart_ice: true });
            }
            _ => {}
        }
    }

    /// What the browser says of the connection. `bulk_limit_bytes` bounds a value that the other side may send.
    pub(crate) fn handle_input(
        &mut self,
        now: Instant,
        input: ConnectionInput,
        bulk_limit_bytes: usize,
        hello: &ControlMessage,
        core: &mut Core,
    ) -> Vec<LinkAction> {
        match input {
            ConnectionInput::LocalDescription(kind, sdp) => self.described_here(kind, sdp),
            ConnectionInput::LocalCandidate(candidate) => {
                vec![LinkAction::Signal(SignalStep::Candidate(candidate))]
            }
            ConnectionInput::State(state) => self.handle_state(now, state, core),
            ConnectionInput::ChannelOpened(channel) => {
                match channel {
                    Channel::Control => {
                        self.control_open = true;
                        self.send(now, hello, core);
                    }
                    Channel::Bulk => {
                        self.bulk_open = true;
                        self.pump_bulk(core);
                    }
                }
                self.opened().into_iter().collect()
            }
            ConnectionInput::ChannelClosed(_) => vec![LinkAction::Closed],
            ConnectionInput::Message(channel, bytes) => {
                self.handle_bytes(now, channel, &bytes, bulk_limit_bytes, core)
            }
            ConnectionInput::BulkDrained { buffered_bytes } => {
                self.bulk_unconfirmed_bytes = buffered_bytes;
                self.pump_bulk(core);
                Vec::new()
            }
            ConnectionInput::Stats(stats) => {
                self.stats = Some(stats);
                self.bulk_unconfirmed_bytes = stats.bulk_buffered_bytes as usize;
                self.pump_bulk(core);
                Vec::new()
            }
            ConnectionInput::Failed { reason } => vec![LinkAction::Ended(reason)],
        }
    }

    fn described_here(&mut self, kind: DescriptionKind, sdp: String) -> Vec<LinkAction> {
        if sdp.len() > limits::SDP_BYTES_MAX {
            let reason = format!("this browser made a description of {} bytes", sdp.len());
            return vec![LinkAction::Ended(reason)];
        }
        let step = match kind {
            DescriptionKind::Offer => SignalStep::Offer { sdp },
            DescriptionKind::Answer => SignalStep::Answer { sdp },
        };
        let mut actions = vec![LinkAction::Signal(step)];
        if self.stage == LinkStage::Answering {
            self.stage = LinkStage::Connecting;
            actions.push(LinkAction::Stage("the offer is answered".to_owned()));
        }
        actions
    }

    fn handle_state(
        &mut self,
        now: Instant,
        state: ConnectionState,
        core: &mut Core,
    ) -> Vec<LinkAction> {
        match state {
            ConnectionState::Connecting => Vec::new(),
            ConnectionState::Connected => {
                core.connection(self.id, ConnectionOutput::ReadStats);
                self.heal()
            }
            ConnectionState::Disconnected if self.is_open() => {
                self.restart_at.get_or_insert(now + SELF_HEALING);
                self.lose_path("the path fell silent; it may heal by itself")
            }
            ConnectionState::Failed if self.is_open() => {
                let mut actions = self.lose_path("the path is lost; looking for a new one");
                actions.extend(self.restart(now, core));
                actions
            }
            ConnectionState::Disconnected => Vec::new(),
            ConnectionState::Failed => {
                let reason = "no path between the two devices was found (a firewall or two strict \
                              routers may be in the way; a TURN server would help)";
                vec![LinkAction::Ended(reason.to_owned())]
            }
            ConnectionState::Closed => {
                vec![LinkAction::Ended("the connection was closed".to_owned())]
            }
        }
    }

    fn lose_path(&mut self, detail: &str) -> Vec<LinkAction> {
        if self.stage != LinkStage::Open {
            return Vec::new();
        }
        self.stage = LinkStage::Restarting;
        vec![LinkAction::Stage(detail.to_owned())]
    }

    fn heal(&mut self) -> Vec<LinkAction> {
        self.restart_at = None;
        if self.stage != LinkStage::Restarting {
            return Vec::new();
        }
        self.stage = LinkStage::Open;
        vec![LinkAction::Stage("the path is back".to_owned())]
    }

    fn restart(&mut self, now: Instant, core: &mut Core) -> Vec<LinkAction> {
        self.restart_at = Some(now + RESTART_INTERVAL);
        if self.offered_here {
            core.connection(self.id, ConnectionOutput::CreateOffer { restart_ice: true });
            Vec::new()
        } else {
            vec![LinkAction::Signal(SignalStep::RestartRequest)]
        }
    }

    fn handle_bytes(
        &mut self,
        now: Instant,
        channel: Channel,
        bytes: &[u8],
        bulk_limit_bytes: usize,
        core: &mut Core,
    ) -> Vec<LinkAction> {
        self.heard_at = now;
        let mut actions = self.heal();
        match channel {
            Channel::Control => match ControlMessage::decode(bytes) {
                Ok(message) => actions.extend(self.handle_control(now, message, core)),
                Err(error) => actions.push(LinkAction::Misbehaved(error.to_string())),
            },
            Channel::Bulk => match self.incoming.accept(bytes, bulk_limit_bytes) {
                Ok(None) => {}
                Ok(Some(value)) => match BulkMessage::decode(&value) {
                    Ok(message) if self.greeted => actions.push(LinkAction::Bulk(message)),
                    Ok(_) => {}
                    Err(error) => actions.push(LinkAction::Misbehaved(error.to_string())),
                },
                Err(error) => actions.push(LinkAction::Misbehaved(error.to_string())),
            },
        }
        actions
    }

    fn handle_control(
        &mut self,
        now: Instant,
        message: ControlMessage,
        core: &mut Core,
    ) -> Option<LinkAction> {
        match message {
            ControlMessage::Hello { card, .. } if !self.greeted => {
                self.greeted = true;
                self.hello = Some(card);
                self.opened()
            }
            ControlMessage::Hello { .. } => Some(LinkAction::Control(message)),
            ControlMessage::Ping { nonce } => {
                if self.control_open {
                    self.send(now, &ControlMessage::Pong { nonce }, core);
                }
                None
            }
            ControlMessage::Pong { nonce } => {
                let (_, at) = self.pinged.take_if(|(pinged, _)| *pinged == nonce)?;
                self.doubted_at = None;
                let round_trip_ms = now.saturating_duration_since(at).as_secs_f64() * 1_000.0;
                self.ping_ms = Some(round_trip_ms);
                Some(LinkAction::Pong(round_trip_ms))
            }
            _ if !self.greeted => {
                Some(LinkAction::Misbehaved("a message came before hello".to_owned()))
            }
            message => Some(LinkAction::Control(message)),
        }
    }

    /// The connection can be used, once the other side has said hello and both channels are open.
    fn opened(&mut self) -> Option<LinkAction> {
        let card = self.hello.take_if(|_| self.control_open && self.bulk_open)?;
        self.stage = LinkStage::Open;
        Some(LinkAction::Opened(card))
    }

    /// This device was asleep: whatever the other side sent meanwhile is still on its way in.
    pub(crate) fn wake(&mut self, now: Instant, core: &mut Core) {
        self.heard_at = now;
        if self.is_open() {
            self.ping(now, core);
        }
    }

    pub(crate) fn deadline(&self, core: &Core) -> Instant {
        if !self.is_open() {
            return self.started_at + core.limits.handshake;
        }
        let mut deadline = (self.quiet_since() + core.limits.ping_interval)
            .min(self.heard_at + self.patience(core))
            .min(self.stats_at + STATS_INTERVAL);
        if self.stage == LinkStage::Open {
            deadline = deadline.min(self.heard_at + core.limits.silence);
        }
        self.restart_at.map_or(deadline, |at| deadline.min(at))
    }

    /// Since when nothing has been asked of the other side.
    fn quiet_since(&self) -> Instant {
        self.pinged.map_or(self.heard_at.min(self.spoke_at), |(_, at)| at)
    }

    fn patience(&self, core: &Core) -> Duration {
        match self.doubted_at {
            Some(doubted_at) => {
                doubted_at.saturating_duration_since(self.heard_at) + core.limits.silence / 2
            }
            None => core.limits.lost,
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, core: &mut Core) -> Vec<LinkAction> {
        if !self.is_open() {
            if now < self.started_at + core.limits.handshake {
                return Vec::new();
            }
            let reason = match self.stage {
                LinkStage::Offering => "the other device did not answer the offer",
                _ => "no path between the two devices was found in time",
            };
            return vec![LinkAction::Ended(reason.to_owned())];
        }
        if now >= self.heard_at + self.patience(core) {
            let silence_s = now.saturating_duration_since(self.heard_at).as_secs();
            return vec![LinkAction::Ended(format!("nothing was heard for {silence_s} s"))];
        }
        if now >= self.stats_at + STATS_INTERVAL {
            self.stats_at = now;
            core.connection(self.id, ConnectionOutput::ReadStats);
        }
        if now >= self.quiet_since() + core.limits.ping_interval {
            self.ping(now, core);
        }
        let mut actions = Vec::new();
        if now >= self.heard_at + core.limits.silence && self.stage == LinkStage::Open {
            actions.extend(self.lose_path("nothing is heard; looking for a new path"));
            actions.extend(self.restart(now, core));
        } else if self.restart_at.is_some_and(|at| now >= at) {
            actions.extend(self.restart(now, core));
        }
        actions
    }
}
