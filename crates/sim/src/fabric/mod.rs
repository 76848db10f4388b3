//! Peer connections as browsers have them, less the packets.
//!
//! A model of `RTCPeerConnection` with two negotiated channels: descriptions and candidates name an endpoint and a
//! generation of its ICE credentials; two endpoints connect once each has set the other's newest description, one knows
//! a candidate of the other, and the network has a path. Channels are ordered and reliable: loss is delay, a partition
//! is silence. What a browser would throw on is reported as [`ConnectionInput::Failed`].

mod description;
mod endpoint;
mod handshake;
mod liveness;
mod transfer;

use crate::{
    environment::{Environment, Happening},
    network::{Life, Path},
};
use core::time::Duration;
use description::EndpointId;
use endpoint::Endpoint;
use peer::{Channel, ConnectionId, ConnectionInput, ConnectionOutput, Input, PathKind, PathStats};
use std::collections::BTreeMap;

/// Something that happens in the model.
#[derive(Debug)]
pub(crate) struct FabricEvent {
    endpoint: EndpointId,
    what: What,
}

#[derive(Debug)]
enum What {
    /// The candidates of a generation are being tried.
    Check { generation: u32, remote: EndpointId, remote_generation: u32 },
    /// Nothing has come of a generation's candidates for long.
    GiveUp { generation: u32 },
    /// The channels are ready on this side.
    Open,
    /// Consent to send is asked for (RFC 7675).
    Consent,
    /// The other side's goodbye arrives.
    Goodbye,
    /// The next message leaves the send buffer.
    Depart(Channel),
    /// The next message arrives at the other side.
    Arrive(Channel),
}

/// All peer connections of the world.
#[derive(Debug)]
pub(crate) struct Fabric {
    /// By number; they stay known for as long as the world.
    endpoints: Vec<Endpoint>,
    /// By device, its life and the connection's name there.
    by_connection: Vec<BTreeMap<(u32, ConnectionId), EndpointId>>,
    drained_threshold_bytes: usize,
    window_bytes: usize,
}

impl Fabric {
    /// A fabric for so many devices, whose `bulk` channels report that they have drained at half of `window_bytes`.
    pub(crate) fn new(hosts: usize, window_bytes: usize) -> Self {
        Self {
            endpoints: Vec::new(),
            by_connection: vec![BTreeMap::new(); hosts],
            drained_threshold_bytes: window_bytes / 2,
            window_bytes,
        }
    }

    /// Does what an engine asks for on a connection.
    ///
    /// # Panics
    /// If the engine breaks the contract of [`ConnectionOutput`].
    pub(crate) fn handle_output(
        &mut self,
        env: &mut Environment,
        life: Life,
        connection: ConnectionId,
        output: ConnectionOutput,
    ) {
        if let ConnectionOutput::Open { .. } = output {
            self.open(life, connection);
            return;
        }
        let Some(id) = self.find(life, connection) else {
            panic!("{life:?} used {connection:?} without opening it: {output:?}");
        };
        assert!(
            !self.endpoint(id).closed_here,
            "{life:?} used {connection:?} after closing it: {output:?}"
        );
        self.endpoint_mut(id).closed_here |= matches!(output, ConnectionOutput::Close);
        if self.endpoint(id).closed {
            return;
        }
        match output {
            ConnectionOutput::Open { .. } => {}
            ConnectionOutput::CreateOffer { restart_ice } => {
                self.create_offer(env, id, restart_ice)
            }
            ConnectionOutput::AcceptOffer { sdp } => self.accept_offer(env, id, &sdp),
            ConnectionOutput::AcceptAnswer { sdp } => self.accept_answer(env, id, &sdp),
            ConnectionOutput::AddCandidate(candidate) => self.add_candidate(env, id, &candidate),
            ConnectionOutput::Send(channel, bytes) => self.send(env, id, channel, bytes),
            ConnectionOutput::ReadStats => self.read_stats(env, id),
            ConnectionOutput::Close => self.shut(env, id, true),
        }
    }

    /// Goes on with something that was entered into the schedule.
    pub(crate) fn handle_event(&mut self, env: &mut Environment, event: FabricEvent) {
        let id = event.endpoint;
        if self.endpoint(id).gone() {
            return;
        }
        match event.what {
            What::Check { generation, remote, remote_generation } => {
                self.check(env, id, generation, (remote, remote_generation));
            }
            What::GiveUp { generation } => self.give_up(env, id, generation),
            What::Open => self.channels_open(env, id),
            What::Consent => self.consent(env, id),
            What::Goodbye => self.goodbye(env, id),
            What::Depart(channel) => self.depart(env, id, channel),
            What::Arrive(channel) => self.arrive(env, id, channel),
        }
    }

    /// A page is gone, with or without a goodbye to the other sides.
    pub(crate) fn crash(&mut self, env: &mut Environment, life: Life, goodbye: bool) {
        for id in self.endpoints_of(life).collect::<Vec<_>>() {
            if !self.endpoint(id).closed {
                self.shut(env, id, goodbye);
            }
        }
    }

    /// Connections that an engine has opened and not closed.
    pub(crate) fn open_connections(&self, life: Life) -> usize {
        self.endpoints_of(life).filter(|id| !self.endpoint(*id).closed_here).count()
    }

    fn endpoints_of(&self, life: Life) -> impl Iterator<Item = EndpointId> {
        let all = (life.number, ConnectionId(0))..=(life.number, ConnectionId(u64::MAX));
        self.by_connection[life.host.0].range(all).map(|(_, id)| *id)
    }

    fn find(&self, life: Life, connection: ConnectionId) -> Option<EndpointId> {
        self.by_connection[life.host.0].get(&(life.number, connection)).copied()
    }

    fn open(&mut self, life: Life, connection: ConnectionId) {
        let id = EndpointId(self.endpoints.len() as u64);
        let before = self.by_connection[life.host.0].insert((life.number, connection), id);
        assert!(before.is_none(), "{life:?} used {connection:?} for a second connection");
        self.endpoints.push(Endpoint::new(life, connection));
    }

    fn shut(&mut self, env: &mut Environment, id: EndpointId, goodbye: bool) {
        let remote =
            self.endpoint(id).selected.or(self.endpoint(id).remote.map(|(remote, _)| remote));
        self.endpoint_mut(id).shut();
        let Some(remote) = remote.filter(|remote| self.knows(*remote)) else {
            return;
        };
        if let Some(path) = self.path(env, id, remote).filter(|_| goodbye)
            && !env.dice.chance(path.loss)
        {
            let travel = path.travel_time(&mut env.dice);
            self.enter(env, travel, remote, What::Goodbye);
        }
    }

    fn read_stats(&mut self, env: &mut Environment, id: EndpointId) {
        let endpoint = self.endpoint(id);
        let path = endpoint.selected.and_then(|remote| self.path(env, id, remote));
        let stats = PathStats {
            path: path.map(|_| PathKind::Direct),
            round_trip_ms: path.map(|path| path.latency.as_secs_f64() * 2_000.0),
            sent_bytes: endpoint.sent_bytes,
            received_bytes: endpoint.received_bytes,
            control_buffered_bytes: endpoint.control.buffered_bytes as u32,
            bulk_buffered_bytes: endpoint.bulk.buffered_bytes as u32,
        };
        self.report(env, id, ConnectionInput::Stats(stats));
    }

    /// Tells an endpoint's engine something, after a little while and never before what was told earlier.
    fn report(&mut self, env: &mut Environment, id: EndpointId, input: ConnectionInput) {
        let at = env.now() + env.dice.duration_ms(0, 8);
        let endpoint = self.endpoint_mut(id);
        endpoint.told_until = endpoint.told_until.max(at);
        let (life, connection, at) = (endpoint.life, endpoint.connection, endpoint.told_until);
        env.schedule.at(at, Happening::Input(life, Input::Connection(connection, input)));
    }

    /// The browser would throw: the connection is of no use any more.
    fn fail(&mut self, env: &mut Environment, id: EndpointId, reason: String) {
        self.report(env, id, ConnectionInput::Failed { reason });
    }

    fn path(&self, env: &Environment, a: EndpointId, b: EndpointId) -> Option<Path> {
        env.network.path(self.endpoint(a).life.host, self.endpoint(b).life.host)
    }

    fn enter(&self, env: &mut Environment, delay: Duration, endpoint: EndpointId, what: What) {
        env.after(delay, Happening::Fabric(FabricEvent { endpoint, what }));
    }

    /// Whether there is such an endpoint: descriptions come from anybody.
    fn knows(&self, id: EndpointId) -> bool {
        (id.0 as usize) < self.endpoints.len()
    }

    fn endpoint(&self, id: EndpointId) -> &Endpoint {
        &self.endpoints[id.0 as usize]
    }

    fn endpoint_mut(&mut self, id: EndpointId) -> &mut Endpoint {
        &mut self.endpoints[id.0 as usize]
    }
}
