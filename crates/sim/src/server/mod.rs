//! A signaling server that can be slow, dead or wicked.
//!
//! It speaks the vocabulary of [`protocol::signaling`] as the real one does: challenge, registration, rooms, heartbeats.
//! Its sockets are TCP: ordered, and silent while there is no path. See [`Malice`] for what a wicked one does.

mod malice;
mod rooms;

pub use malice::Malice;

use crate::{
    environment::{Environment, Happening},
    network::Life,
};
use core::time::Duration;
use malice::Carried;
use peer::{Input, SignalingInput, SignalingOutput};
use protocol::{
    VERSION, limits,
    signaling::{Challenge, PeerCard, ServerMessage},
};
use std::collections::{BTreeMap, VecDeque};
use units::{Instant, PeerId, RoomId};

/// How often a peer must say something.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);
/// Silence after which the server lets a peer go.
const STALE_AFTER: Duration = Duration::from_secs(40);
/// How long TCP tries to reach the other side before it gives the socket up.
const TCP_PATIENCE: Duration = Duration::from_secs(20);
/// The only address in the world that answers.
pub(crate) const SERVER_URL: &str = "wss://signal.example/signal";

/// Something that happens in the model.
#[derive(Debug)]
pub(crate) struct ServerEvent {
    socket: SocketId,
    what: What,
}

#[derive(Debug)]
enum What {
    /// A socket's opening reaches the server.
    Arrive,
    /// The next frame reaches the server.
    ToServer,
    /// The next frame reaches the peer.
    ToPeer,
    /// Whether the peer has been silent for too long.
    Stale,
    /// An envelope that a wicked server has kept is sent.
    Carry(Box<Carried>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SocketId(u64);

/// The signaling server.
#[derive(Debug)]
pub(crate) struct Server {
    up: bool,
    malice: Malice,
    sockets: BTreeMap<SocketId, Socket>,
    by_life: BTreeMap<Life, SocketId>,
    /// Who is in which room.
    registered: BTreeMap<(RoomId, PeerId), SocketId>,
    created: u64,
    kept: VecDeque<Carried>,
}

#[derive(Debug)]
struct Socket {
    life: Life,
    challenge: Option<Challenge>,
    registered: Option<(RoomId, PeerCard)>,
    heard: Instant,
    to_server: Pipe,
    to_peer: Pipe,
    /// Since when frames wait for a path.
    stuck_since: Option<Instant>,
}

/// One direction of a socket: frames and when they arrive.
#[derive(Debug, Default)]
struct Pipe {
    frames: VecDeque<(Instant, Frame)>,
}

#[derive(Debug)]
enum Frame {
    Text(String),
    Close(String),
}

impl Server {
    /// A server that is up and honest.
    pub(crate) fn new() -> Self {
        Self {
            up: true,
            malice: Malice::default(),
            sockets: BTreeMap::new(),
            by_life: BTreeMap::new(),
            registered: BTreeMap::new(),
            created: 0,
            kept: VecDeque::new(),
        }
    }

    /// Whether it runs.
    pub(crate) fn is_up(&self) -> bool {
        self.up
    }

    /// Makes it wicked, or honest again.
    pub(crate) fn set_malice(&mut self, malice: Malice) {
        self.malice = malice;
    }

    /// Its process dies: every peer that can be reached hears of it soon, the others after long.
    pub(crate) fn kill(&mut self, env: &mut Environment) {
        self.up = false;
        for socket in self.sockets.keys().copied().collect::<Vec<_>>() {
            self.hang_up(env, socket, "the server is gone");
        }
    }

    /// It starts again, knowing nobody.
    pub(crate) fn restart(&mut self) {
        self.up = true;
    }

    /// A page is gone, and its socket with it.
    pub(crate) fn crash(&mut self, env: &mut Environment, life: Life) {
        self.drop_socket(env, life);
    }

    /// Does what an engine asks for on its socket.
    pub(crate) fn handle_output(
        &mut self,
        env: &mut Environment,
        life: Life,
        output: SignalingOutput,
    ) {
        match output {
            SignalingOutput::Open { url } => self.open(env, life, &url),
            SignalingOutput::Close => self.drop_socket(env, life),
            SignalingOutput::Send(text) => {
                let size_bytes = text.len();
                assert!(
                    size_bytes <= limits::SIGNALING_MESSAGE_BYTES_MAX,
                    "{life:?} sent a signaling message of {size_bytes} bytes"
                );
                if let Some(socket) = self.by_life.get(&life).copied() {
                    self.push(env, socket, true, Frame::Text(text));
                }
            }
        }
    }

    /// Goes on with something that was entered into the schedule.
    pub(crate) fn handle_event(&mut self, env: &mut Environment, event: ServerEvent) {
        let id = event.socket;
        if let What::Carry(carried) = event.what {
            self.carry(env, *carried);
            return;
        }
        if !self.sockets.contains_key(&id) {
            return;
        }
        match event.what {
            What::Arrive => self.socket_arrives(env, id),
            What::ToServer => self.frame_arrives(env, id, true),
            What::ToPeer => self.frame_arrives(env, id, false),
            What::Stale => self.check_stale(env, id),
            What::Carry(_) => {}
        }
    }

    fn open(&mut self, env: &mut Environment, life: Life, url: &str) {
        self.drop_socket(env, life);
        self.created += 1;
        let id = SocketId(self.created);
        let socket = Socket {
            life,
            challenge: None,
            registered: None,
            heard: env.now(),
            to_server: Pipe::default(),
            to_peer: Pipe::default(),
            stuck_since: None,
        };
        self.sockets.insert(id, socket);
        self.by_life.insert(life, id);
        if url != SERVER_URL {
            self.tell(env, life, SignalingInput::Closed { reason: "no such server".to_owned() });
            self.forget(id);
            return;
        }
        let delay = env.dice.duration_ms(5, 80);
        self.enter(env, delay, id, What::Arrive);
    }

    fn socket_arrives(&mut self, env: &mut Environment, id: SocketId) {
        let life = self.sockets[&id].life;
        if !self.up || !env.network.reaches_server(life.host) {
            let reason = "the server could not be reached".to_owned();
            self.tell(env, life, SignalingInput::Closed { reason });
            self.forget(id);
            return;
        }
        self.tell(env, life, SignalingInput::Opened);
        let challenge = Challenge::from_bytes(env.dice.bytes());
        if let Some(socket) = self.sockets.get_mut(&id) {
            socket.challenge = Some(challenge);
            socket.heard = env.now();
        }
        self.send(env, id, &ServerMessage::Challenge { version: VERSION, challenge });
        self.enter(env, STALE_AFTER, id, What::Stale);
    }

    fn frame_arrives(&mut self, env: &mut Environment, id: SocketId, to_server: bool) {
        let now = env.now();
        let up = self.up;
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        let life = socket.life;
        if !env.network.reaches_server(life.host) {
            let since = *socket.stuck_since.get_or_insert(now);
            if now.saturating_duration_since(since) >= TCP_PATIENCE {
                self.leave_room(env, id, protocol::signaling::LeaveReason::Closed);
                let reason = "the connection to the server timed out".to_owned();
                self.tell(env, life, SignalingInput::Closed { reason });
                self.forget(id);
                return;
            }
            let retry = env.dice.duration_ms(200, 1_000);
            self.enter(env, retry, id, if to_server { What::ToServer } else { What::ToPeer });
            return;
        }
        socket.stuck_since = None;
        let pipe = if to_server { &mut socket.to_server } else { &mut socket.to_peer };
        let Some((_, frame)) = pipe.frames.pop_front() else {
            return;
        };
        if let Some((next, _)) = pipe.frames.front() {
            let delay = next.saturating_duration_since(now);
            self.enter(env, delay, id, if to_server { What::ToServer } else { What::ToPeer });
        }
        match (to_server, frame) {
            (true, Frame::Text(text)) if up => self.handle_text(env, id, &text),
            (true, _) => {}
            (false, Frame::Text(text)) => self.tell(env, life, SignalingInput::Text(text)),
            (false, Frame::Close(reason)) => {
                self.tell(env, life, SignalingInput::Closed { reason });
                self.forget(id);
            }
        }
    }

    fn check_stale(&mut self, env: &mut Environment, id: SocketId) {
        let silence = env.now().saturating_duration_since(self.sockets[&id].heard);
        if silence >= STALE_AFTER {
            self.leave_room(env, id, protocol::signaling::LeaveReason::Silent);
            self.hang_up(env, id, "silent for too long");
        } else {
            self.enter(env, STALE_AFTER - silence, id, What::Stale);
        }
    }

    fn send(&mut self, env: &mut Environment, id: SocketId, message: &ServerMessage) {
        self.push(env, id, false, Frame::Text(message.to_json()));
    }

    fn hang_up(&mut self, env: &mut Environment, id: SocketId, reason: &str) {
        self.unregister(id);
        if let Some(socket) = self.sockets.get_mut(&id) {
            socket.challenge = None;
        }
        self.push(env, id, false, Frame::Close(reason.to_owned()));
    }

    fn push(&mut self, env: &mut Environment, id: SocketId, to_server: bool, frame: Frame) {
        let arrival = env.now() + env.dice.duration_ms(2, 60);
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        let pipe = if to_server { &mut socket.to_server } else { &mut socket.to_peer };
        let arrival = pipe.frames.back().map_or(arrival, |(last, _)| arrival.max(*last));
        pipe.frames.push_back((arrival, frame));
        if pipe.frames.len() == 1 {
            let delay = arrival.saturating_duration_since(env.now());
            self.enter(env, delay, id, if to_server { What::ToServer } else { What::ToPeer });
        }
    }

    fn drop_socket(&mut self, env: &mut Environment, life: Life) {
        if let Some(id) = self.by_life.get(&life).copied() {
            self.leave_room(env, id, protocol::signaling::LeaveReason::Closed);
            self.forget(id);
        }
    }

    fn forget(&mut self, id: SocketId) {
        self.unregister(id);
        if let Some(socket) = self.sockets.remove(&id) {
            self.by_life.remove(&socket.life);
        }
    }

    fn tell(&self, env: &mut Environment, life: Life, input: SignalingInput) {
        env.after(Duration::ZERO, Happening::Input(life, Input::Signaling(input)));
    }

    fn enter(&self, env: &mut Environment, delay: Duration, socket: SocketId, what: What) {
        env.after(delay, Happening::Server(ServerEvent { socket, what }));
    }
}

impl Default for Server {
    fn default() -> Self {
        Self::new()
    }
}
