//! WebRTC connections: each does what the engine asks in the order it was asked, and reports what happens.

mod channels;
mod handshake;
mod stats;

use crate::{
    host::Dispatch,
    js::{Listener, describe},
};
use channels::Channels;
use core::cell::{Cell, RefCell};
use futures::{StreamExt, channel::mpsc};
use handshake::Step;
use js_sys::{Array, Reflect};
use peer::{ConnectionId, ConnectionInput, ConnectionOutput, ConnectionState, Input};
use protocol::{envelope::Candidate, signaling::IceServer};
use std::rc::Rc;
use units::SortedMap;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{
    RtcConfiguration, RtcIceServer, RtcPeerConnection, RtcPeerConnectionIceEvent,
    RtcPeerConnectionState,
};

/// Steps of one handshake that wait for the browser: a peer that sends candidates faster than this is misbehaving.
const STEPS_MAX: usize = 256;

/// All connections of a host.
pub(crate) struct Connections {
    open: RefCell<SortedMap<ConnectionId, Rc<Connection>>>,
    dispatch: Dispatch,
    bulk_window_bytes: usize,
}

impl Connections {
    pub(crate) fn new(dispatch: Dispatch, bulk_window_bytes: usize) -> Self {
        Self { open: RefCell::new(SortedMap::new()), dispatch, bulk_window_bytes }
    }

    /// Does what the engine asks. Whatever fails becomes [`ConnectionInput::Failed`].
    pub(crate) fn carry_out(&self, id: ConnectionId, output: ConnectionOutput) {
        match output {
            ConnectionOutput::Open { ice_servers } => self.open(id, &ice_servers),
            ConnectionOutput::Close => {
                if let Some(connection) = self.open.borrow_mut().remove(&id) {
                    connection.close();
                }
            }
            output => {
                let connection = self.open.borrow().get(&id).cloned();
                if let Some(connection) = connection {
                    connection.carry_out(output);
                }
            }
        }
    }

    /// Says that the engine has asked for everything it wants for now: connections whose `bulk` channel still has space
    /// report it at once.
    pub(crate) fn end_batch(&self) {
        let connections: Vec<_> = self.open.borrow().values().cloned().collect();
        for connection in connections {
            connection.channels.end_batch(&connection.report);
        }
    }

    /// Closes all of them; nothing more is reported.
    pub(crate) fn close(&self) {
        for connection in core::mem::take(&mut *self.open.borrow_mut()).into_values() {
            connection.close();
        }
    }

    fn open(&self, id: ConnectionId, ice_servers: &[IceServer]) {
        let report = Report { id, dispatch: self.dispatch.clone(), closed: Rc::default() };
        match Connection::open(report.clone(), ice_servers, self.bulk_window_bytes) {
            Ok(connection) => {
                self.open.borrow_mut().insert(id, Rc::new(connection));
            }
            Err(thrown) => {
                let reason = format!("the browser made no connection: {}", describe(&thrown));
                report.failed(reason);
            }
        }
    }
}

/// Tells the engine what happens on one connection, until that is closed.
#[derive(Clone)]
struct Report {
    id: ConnectionId,
    dispatch: Dispatch,
    closed: Rc<Cell<bool>>,
}

impl Report {
    fn input(&self, input: ConnectionInput) {
        if !self.closed.get() {
            self.dispatch.input(Input::Connection(self.id, input));
        }
    }

    fn failed(&self, reason: String) {
        self.input(ConnectionInput::Failed { reason });
    }
}

/// One `RTCPeerConnection` with its two channels.
struct Connection {
    peer_connection: RtcPeerConnection,
    channels: Channels,
    steps: RefCell<mpsc::Sender<Step>>,
    report: Report,
    listeners: RefCell<Vec<Listener>>,
}

impl Connection {
    fn open(
        report: Report,
        ice_servers: &[IceServer],
        bulk_window_bytes: usize,
    ) -> Result<Self, JsValue> {
        let peer_connection =
            RtcPeerConnection::new_with_configuration(&configuration(ice_servers))?;
        let channels = Channels::open(&peer_connection, &report, bulk_window_bytes);
        let listeners = vec![
            candidate_listener(&peer_connection, report.clone()),
            state_listener(&peer_connection, report.clone()),
        ];
        let (steps, waiting) = mpsc::channel(STEPS_MAX);
        spawn_local(take_steps(peer_connection.clone(), waiting, report.clone()));
        let (steps, listeners) = (RefCell::new(steps), RefCell::new(listeners));
        Ok(Self { peer_connection, channels, steps, report, listeners })
    }

    fn carry_out(&self, output: ConnectionOutput) {
        match output {
            ConnectionOutput::CreateOffer { restart_ice } => {
                self.step(Step::CreateOffer { restart_ice });
            }
            ConnectionOutput::AcceptOffer { sdp } => self.step(Step::AcceptOffer { sdp }),
            ConnectionOutput::AcceptAnswer { sdp } => self.step(Step::AcceptAnswer { sdp }),
            ConnectionOutput::AddCandidate(candidate) => self.step(Step::AddCandidate(candidate)),
            ConnectionOutput::Send(channel, bytes) => {
                if let Err(reason) = self.channels.send(channel, &bytes) {
                    self.report.failed(reason);
                }
            }
            ConnectionOutput::ReadStats => self.read_stats(),
            ConnectionOutput::Open { .. } | ConnectionOutput::Close => {
                unreachable!("`Connections` opens and closes")
            }
        }
    }

    fn step(&self, step: Step) {
        if self.steps.borrow_mut().try_send(step).is_err() {
            self.report.failed(format!("more than {STEPS_MAX} steps of the handshake are waiting"));
        }
    }

    fn read_stats(&self) {
        let (peer_connection, report) = (self.peer_connection.clone(), self.report.clone());
        let buffered = self.channels.buffered_bytes();
        spawn_local(async move {
            // Statistics that cannot be read are no reason to give a connection up.
            if let Ok(stats) = stats::read(&peer_connection, buffered).await {
                report.input(ConnectionInput::Stats(stats));
            }
        });
    }

    fn close(&self) {
        self.report.closed.set(true);
        self.steps.borrow_mut().close_channel();
        self.channels.close();
        self.peer_connection.close();
        // One of these may be what is running now: it is taken off when the stack is empty.
        let listeners = core::mem::take(&mut *self.listeners.borrow_mut());
        spawn_local(async move { drop(listeners) });
    }
}

/// Carries out the steps of a handshake strictly in order; a later one may rest on an earlier one.
async fn take_steps(
    peer_connection: RtcPeerConnection,
    mut waiting: mpsc::Receiver<Step>,
    report: Report,
) {
    while let Some(step) = waiting.next().await {
        if report.closed.get() {
            return;
        }
        match handshake::take(&peer_connection, step).await {
            Ok(Some((kind, sdp))) => report.input(ConnectionInput::LocalDescription(kind, sdp)),
            Ok(None) => {}
            Err(reason) => report.failed(reason),
        }
    }
}

fn configuration(ice_servers: &[IceServer]) -> RtcConfiguration {
    let servers = ice_servers.iter().map(|server| {
        let entry = RtcIceServer::new();
        let urls: Array = server.urls.iter().map(|url| JsValue::from(url.as_str())).collect();
        entry.set_urls(&urls);
        if let Some(username) = &server.username {
            entry.set_username(username);
        }
        if let Some(credential) = &server.credential {
            entry.set_credential(credential);
        }
        entry
    });
    let configuration = RtcConfiguration::new();
    configuration.set_ice_servers(&servers.collect::<Array>());
    configuration
}

fn candidate_listener(peer_connection: &RtcPeerConnection, report: Report) -> Listener {
    Listener::new(peer_connection, "icecandidate", move |event| {
        let candidate = event.unchecked_ref::<RtcPeerConnectionIceEvent>().candidate();
        let candidate = match candidate {
            // Browsers differ on whether they mark the end of a generation; the end of all is enough.
            Some(found) if found.candidate().is_empty() => return,
            Some(found) => Candidate {
                candidate: found.candidate(),
                sdp_mid: found.sdp_mid(),
                sdp_m_line_index: found.sdp_m_line_index(),
            },
            None => Candidate { candidate: String::new(), sdp_mid: None, sdp_m_line_index: None },
        };
        report.input(ConnectionInput::LocalCandidate(candidate));
    })
}

fn state_listener(peer_connection: &RtcPeerConnection, report: Report) -> Listener {
    let watched = peer_connection.clone();
    Listener::new(peer_connection, "connectionstatechange", move |_| {
        let state = match watched.connection_state() {
            RtcPeerConnectionState::Connecting => ConnectionState::Connecting,
            RtcPeerConnectionState::Connected => ConnectionState::Connected,
            RtcPeerConnectionState::Disconnected => ConnectionState::Disconnected,
            RtcPeerConnectionState::Failed => ConnectionState::Failed,
            RtcPeerConnectionState::Closed => ConnectionState::Closed,
            _ => return,
        };
        report.input(ConnectionInput::State(state));
    })
}

/// Whether the browser has WebRTC at all; some are built, or set, to have none.
pub(crate) fn is_supported() -> bool {
    Reflect::get(&js_sys::global(), &"RTCPeerConnection".into()).is_ok_and(|it| it.is_function())
}
