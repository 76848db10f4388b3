//! The signaling server as this peer sees it: a socket that comes and goes.

use crate::{
    core::{Core, printable},
    event::Event,
    io::{SignalingInput, SignalingOutput},
    view::SignalingState,
};
use ::core::time::Duration;
use protocol::{
    VERSION,
    signaling::{
        Challenge, ClientMessage, ErrorCode, IceServer, Registration, ServerMessage, decode_server,
    },
};
use units::{Instant, RoomId};

/// Until the server has said how often it wants to hear from us.
const HEARTBEAT_INTERVAL_DEFAULT: Duration = Duration::from_secs(10);
/// An open socket on which nothing happens is given up after this.
const HANDSHAKE_MAX: Duration = Duration::from_secs(10);
/// ICE servers that a browser may be told to use; each costs it sockets.
const ICE_SERVERS_MAX: usize = 8;

pub(crate) struct Server {
    url: Option<String>,
    room: Option<RoomId>,
    stage: Stage,
    failures: u32,
    heartbeat_interval: Duration,
    pub ice_servers: Vec<IceServer>,
}

enum Stage {
    Off,
    Connecting { since: Instant },
    Registering { since: Instant },
    Registered { spoke_at: Instant, heard_at: Instant, asked: bool },
    Waiting { until: Instant, reason: String },
}

impl Server {
    pub(crate) fn new(url: Option<String>) -> Self {
        Self {
            url,
            room: None,
            stage: Stage::Off,
            failures: 0,
            heartbeat_interval: HEARTBEAT_INTERVAL_DEFAULT,
            ice_servers: Vec::new(),
        }
    }

    pub(crate) fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    pub(crate) fn is_registered(&self) -> bool {
        matches!(self.stage, Stage::Registered { .. })
    }

    pub(crate) fn state(&self) -> SignalingState {
        match &self.stage {
            Stage::Off => SignalingState::Off,
            Stage::Connecting { .. } => SignalingState::Connecting,
            Stage::Registering { .. } => SignalingState::Registering,
            Stage::Registered { .. } => SignalingState::Registered,
            Stage::Waiting { reason, .. } => SignalingState::Waiting { reason: reason.clone() },
        }
    }

    /// Uses another server from the next [`Self::start`] on.
    pub(crate) fn set_url(&mut self, url: String, core: &mut Core) {
        if self.url.as_ref() != Some(&url) {
            self.stop(core);
            self.url = Some(url);
        }
    }

    /// Connects and registers in `room`, unless that is so already; asks who is there if it is.
    pub(crate) fn start(&mut self, now: Instant, room: RoomId, core: &mut Core) {
        let Some(url) = self.url.clone() else { return };
        if self.room == Some(room) {
            match self.stage {
                Stage::Connecting { .. } | Stage::Registering { .. } => return,
                Stage::Registered { .. } => {
                    return self.send(now, ClientMessage::Discover {}, core);
                }
                Stage::Off | Stage::Waiting { .. } => {}
            }
        }
        self.room = Some(room);
        self.stage = Stage::Connecting { since: now };
        core.signaling(SignalingOutput::Open { url });
    }

    pub(crate) fn stop(&mut self, core: &mut Core) {
        if !matches!(self.stage, Stage::Off) {
            core.signaling(SignalingOutput::Close);
        }
        self.stage = Stage::Off;
        self.failures = 0;
    }

    /// Sends a message, if the server has accepted this peer.
    pub(crate) fn send(&mut self, now: Instant, message: ClientMessage, core: &mut Core) {
        if let Stage::Registered { spoke_at, .. } = &mut self.stage {
            *spoke_at = now;
            core.signaling(SignalingOutput::Send(message.to_json()));
        }
    }

    /// Takes what the socket says; returns a message that concerns the room.
    pub(crate) fn handle(
        &mut self,
        now: Instant,
        input: SignalingInput,
        core: &mut Core,
    ) -> Option<ServerMessage> {
        if matches!(self.stage, Stage::Off | Stage::Waiting { .. }) {
            return None;
        }
        match input {
            SignalingInput::Opened => {
                self.stage = Stage::Registering { since: now };
                None
            }
            SignalingInput::Closed { reason } => {
                self.lose(now, reason, core);
                None
            }
            SignalingInput::Text(text) => match decode_server(&text) {
                Ok(message) => self.handle_message(now, message, core),
                Err(error) => {
                    let reason = printable(&format!("the signaling server sent {error}"));
                    core.event(Event::Refused { peer: None, reason });
                    None
                }
            },
        }
    }

    fn handle_message(
        &mut self,
        now: Instant,
        message: ServerMessage,
        core: &mut Core,
    ) -> Option<ServerMessage> {
        if let Stage::Registered { heard_at, asked, .. } = &mut self.stage {
            (*heard_at, *asked) = (now, false);
        }
        match message {
            ServerMessage::Challenge { version, challenge } => {
                self.answer(now, version, &challenge, core);
                None
            }
            ServerMessage::Registered { heartbeat_interval_ms, ice_servers } => {
                if !matches!(self.stage, Stage::Registering { .. }) {
                    return None;
                }
                let interval_ms = u64::from(heartbeat_interval_ms.clamp(500, 120_000));
                self.heartbeat_interval = Duration::from_millis(interval_ms);
                self.ice_servers = ice_servers;
                self.ice_servers.truncate(ICE_SERVERS_MAX);
                self.failures = 0;
                self.stage = Stage::Registered { spoke_at: now, heard_at: now, asked: false };
                core.event(Event::SignalingRegistered);
                self.send(now, ClientMessage::Discover {}, core);
                None
            }
            ServerMessage::Error { code, message } => {
                let (name, message) = (code.as_str().to_owned(), printable(&message));
                core.event(Event::SignalingRefused { code: name, message: message.clone() });
                if !self.is_registered() || code == ErrorCode::ShuttingDown {
                    core.signaling(SignalingOutput::Close);
                    self.lose(now, message, core);
                }
                None
            }
            about_the_room => self.is_registered().then_some(about_the_room),
        }
    }

    fn answer(&mut self, now: Instant, version: u16, challenge: &Challenge, core: &mut Core) {
        let (Stage::Registering { .. }, Some(room)) = (&self.stage, self.room) else { return };
        if version != VERSION {
            core.signaling(SignalingOutput::Close);
            let reason = format!(
                "the signaling server speaks version {version}, this page {VERSION}: reload the page"
            );
            return self.lose(now, reason, core);
        }
        let registration = Registration::new(
            challenge,
            &core.identity,
            room,
            core.instance,
            core.capability.clone(),
        );
        core.signaling(SignalingOutput::Send(ClientMessage::Register(registration).to_json()));
    }

    fn lose(&mut self, now: Instant, reason: String, core: &mut Core) {
        let wait = core.backoff(self.failures);
        self.failures += 1;
        self.stage = Stage::Waiting { until: now + wait, reason: reason.clone() };
        core.event(Event::SignalingLost { reason });
    }

    /// This device was asleep: whatever the server sent meanwhile is still on its way in.
    pub(crate) fn wake(&mut self, now: Instant) {
        if let Stage::Registered { heard_at, .. } = &mut self.stage {
            *heard_at = now;
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Off => None,
            Stage::Connecting { since } | Stage::Registering { since } => {
                Some(*since + HANDSHAKE_MAX)
            }
            Stage::Registered { spoke_at, heard_at, asked } => {
                let patience = if *asked { 4 } else { 2 };
                let silent_at = *heard_at + self.heartbeat_interval * patience;
                Some(silent_at.min(*spoke_at + self.heartbeat_interval))
            }
            Stage::Waiting { until, .. } => Some(*until),
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, core: &mut Core) {
        let interval = self.heartbeat_interval;
        match &mut self.stage {
            Stage::Off => {}
            Stage::Connecting { since } | Stage::Registering { since } => {
                if now >= *since + HANDSHAKE_MAX {
                    core.signaling(SignalingOutput::Close);
                    self.lose(now, "the signaling server did not answer".to_owned(), core);
                }
            }
            // A cut-off socket stays open for minutes: silence decides. A question brings an answer from a live server.
            Stage::Registered { heard_at, asked, .. }
                if now >= *heard_at + interval * 4 && *asked =>
            {
                core.signaling(SignalingOutput::Close);
                self.lose(now, "the signaling server fell silent".to_owned(), core);
            }
            Stage::Registered { spoke_at, heard_at, asked } => {
                if now >= *heard_at + interval * 2 && !*asked {
                    *asked = true;
                    self.send(now, ClientMessage::Discover {}, core);
                } else if now >= *spoke_at + interval {
                    self.send(now, ClientMessage::Heartbeat {}, core);
                }
            }
            Stage::Waiting { until, .. } => {
                if now >= *until
                    && let Some(room) = self.room
                {
                    self.start(now, room, core);
                }
            }
        }
    }
}
