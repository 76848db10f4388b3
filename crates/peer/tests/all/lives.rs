//! Who was told wrong of the other's life learns it from what the other signs.

use core::time::Duration;
use peer::{
    Config, ConnectPolicy, ConnectionInput, ConnectionOutput, DescriptionKind, Engine, Input,
    Limits, Output, SignalingInput, SignalingOutput,
};
use protocol::{
    envelope::{Envelope, Instance, Route, Signal, SignalStep},
    identity::Identity,
    room::RoomSecret,
    signaling::{Capability, ClientMessage, PeerCard, ServerMessage, decode_client},
};
use units::{Instant, UnixMillis};

const NEVER_LIVED: Instance = Instance(u64::MAX);
const LIVES: Instance = Instance(7);

/// A device with a server of its own, which answers nothing by itself.
struct Device {
    engine: Engine,
    room: RoomSecret,
    now: Instant,
    sent: Vec<ClientMessage>,
}

impl Device {
    fn start() -> Self {
        let config = Config {
            entropy: [5; 32],
            started_at: UnixMillis(1_000),
            capability: Capability::default(),
            signaling_url: Some("wss://example.org/signal".to_owned()),
            connect: ConnectPolicy::Everyone,
            ledger: false,
            records: Vec::new(),
            limits: Limits::default(),
        };
        let mut engine = Engine::new(config, Instant::ZERO);
        let room = engine.create_room(Instant::ZERO);
        engine.start_discovery(Instant::ZERO).expect("there are a room and a server");
        let mut device = Self { engine, room, now: Instant::ZERO, sent: Vec::new() };
        device.drain();
        device.feed(Input::Signaling(SignalingInput::Opened));
        let ice_servers = Vec::new();
        device.hear(&ServerMessage::Registered { heartbeat_interval_ms: 10_000, ice_servers });
        device
    }

    fn hear(&mut self, message: &ServerMessage) {
        self.feed(Input::Signaling(SignalingInput::Text(message.to_json())));
    }

    fn feed(&mut self, input: Input) {
        self.engine.handle_input(self.now, input);
        self.drain();
    }

    /// Describes every connection that is to be offered, and keeps what is said to the server.
    fn drain(&mut self) {
        let mut inputs = Vec::new();
        loop {
            match self.engine.poll_output() {
                Output::Timeout(_) => break,
                Output::Connection(id, ConnectionOutput::CreateOffer { .. }) => {
                    let (kind, sdp) = (DescriptionKind::Offer, "v=0".to_owned());
                    let described = ConnectionInput::LocalDescription(kind, sdp);
                    inputs.push(Input::Connection(id, described));
                }
                Output::Signaling(SignalingOutput::Send(text)) => {
                    self.sent.push(decode_client(&text).expect("it is a message"));
                }
                _ => {}
            }
        }
        inputs.into_iter().for_each(|input| self.feed(input));
    }

    /// Five minutes, in which the server goes on to tell of that peer.
    fn wait(&mut self, listed: &PeerCard) {
        for second in 0..300 {
            self.now = self.now + Duration::from_secs(1);
            self.feed(Input::Timeout);
            if second % 10 == 0 {
                self.hear(&ServerMessage::Peers { peers: vec![listed.clone()], others: 1 });
            }
        }
    }

    /// For which lives of `peer` something has been offered.
    fn offered_to(&self, peer: &Identity) -> Vec<Instance> {
        let signals = self.sent.iter().filter_map(|message| match message {
            ClientMessage::Signal { envelope, .. } => Some(envelope),
            _ => None,
        });
        let opened = signals.map(|envelope| {
            envelope
                .open(&self.room, self.engine.me(), peer.peer_id())
                .expect("it is for that peer")
        });
        opened.map(|(route, _)| route.to_instance).collect()
    }
}

#[test]
fn a_handshake_for_a_life_that_nobody_lives_says_which_life_its_sender_lives() {
    let mut device = Device::start();
    let other = Identity::from_seed([9; 32]);
    let capability = Capability::default();
    let card = PeerCard { peer: other.peer_id(), instance: NEVER_LIVED, capability };
    device.wait(&card);
    let before = device.offered_to(&other);
    assert!(!before.is_empty() && !before.contains(&LIVES), "{before:?}");
    // The other was told wrong as well.
    let route = Route {
        room: device.room.room_id(),
        from: other.peer_id(),
        from_instance: LIVES,
        to: device.engine.me(),
        to_instance: NEVER_LIVED,
        sequence: 1,
    };
    let signal = Signal { attempt: 1, step: SignalStep::Offer { sdp: "v=0".to_owned() } };
    let envelope = Envelope::seal(&device.room, &other, route, signal, [1; 24]);
    device.hear(&ServerMessage::Signal { from: other.peer_id(), envelope });
    device.wait(&card);
    assert!(device.offered_to(&other).contains(&LIVES));
}
