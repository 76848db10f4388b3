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

mod channels;
mod handshake;
mod liveness;

use crate::{
    core::Core,
    io::{Channel, ConnectionId, ConnectionInput, ConnectionOutput, PathStats},
    view::LinkStage,
};
use ::core::time::Duration;
use protocol::{
    bulk::{Incoming, Outgoing},
    envelope::{Candidate, Instance, SignalStep},
    message::{BulkMessage, ControlMessage},
    overlay::{Towards, WalkId},
    signaling::{IceServer, PeerCard},
};
use std::collections::VecDeque;
use units::{Instant, PeerId};

/// Who carries handshakes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// The signaling server.
    Server,
    /// A neighbour that is connected to the receiver as well.
    Neighbour(PeerId),
    /// The devices along a walk.
    Walk(WalkId, Towards),
}

/// What a handshake takes where all goes well, with some to spare.
const USUAL_HANDSHAKE: Duration = Duration::from_secs(4);

pub(crate) struct Link {
    pub id: ConnectionId,
    pub attempt: u64,
    /// The life of the peer that the handshake is meant for.
    pub to_instance: Instance,
    /// Who carries the handshake.
    pub via: Carrier,
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
    /// From when on silence is taken seriously sooner: somebody said that the peer has a new life, or this device slept.
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
    pub(crate) fn offer(now: Instant, via: Carrier, ice: &[IceServer], core: &mut Core) -> Self {
        let attempt = core.random_u64();
        let link = Self::new(now, attempt, via, true, ice, core);
        core.connection(link.id, ConnectionOutput::CreateOffer { restart_ice: false });
        link
    }

    /// Answers an offer.
    pub(crate) fn answer(
        now: Instant,
        attempt: u64,
        via: Carrier,
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
        via: Carrier,
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

    /// Whether an attempt has taken longer than most do, so that not much will come of it.
    pub(crate) fn takes_long(&self, now: Instant) -> bool {
        now >= self.started_at + USUAL_HANDSHAKE
    }

    /// Whether large values are under way, which would have to be sent again on another connection.
    pub(crate) fn is_busy(&self) -> bool {
        !self.bulk_queue.is_empty() || self.incoming.is_under_way()
    }

    /// What the browser says of the connection. `bulk_limit_bytes` bounds a value that the other side may send; `hello` is what
    /// is said first where a channel opens.
    pub(crate) fn handle_input(
        &mut self,
        now: Instant,
        input: ConnectionInput,
        bulk_limit_bytes: usize,
        hello: Option<ControlMessage>,
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
                        if let Some(hello) = hello {
                            self.send(now, &hello, core);
                        }
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
}
