//! A server on a free port, and peers that talk to it over real sockets.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "a tool box for tests: each uses a part of it"
)]

use futures::{SinkExt, StreamExt};
use protocol::{
    envelope::{Envelope, Instance},
    identity::Identity,
    signaling::{
        Capability, Challenge, ClientMessage, ErrorCode, PeerCard, Registration, ServerMessage,
        decode_server,
    },
};
use server::{
    assets::Site,
    router::router,
    serve::{ServeConfig, serve},
    server::Server,
    signaling::SignalingConfig,
};
use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{self, Message, client::IntoClientRequest, protocol::frame::coding::CloseCode},
};
use units::{PeerId, RoomId};

/// Longer than anything here takes on a busy machine: a test that waits for it has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Running {
    pub address: SocketAddr,
    pub server: Arc<Server>,
    stop: Option<oneshot::Sender<()>>,
    pub ended: JoinHandle<()>,
}

impl Running {
    pub fn stop(&mut self) {
        self.stop.take().expect("stopped once").send(()).expect("the server runs");
    }

    /// The value of a series such as `peerceptron_peers`, or one with labels, in `/metrics`.
    pub async fn metric(&self, series: &str) -> u64 {
        let text = get(self.address, "/metrics", "").await.body_text();
        let line = text.lines().find(|line| line.starts_with(&format!("{series} ")));
        let value = line.unwrap_or_else(|| panic!("no {series} in {text}"));
        value.rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// Waits until a series has a value.
    pub async fn metric_becomes(&self, series: &str, value: u64) {
        let wait = async {
            while self.metric(series).await != value {
                tokio::task::yield_now().await;
            }
        };
        let reached = timeout(PATIENCE, wait).await;
        assert!(reached.is_ok(), "{series} did not become {value}");
    }
}

pub async fn start() -> Running {
    start_with(SignalingConfig::default()).await
}

pub async fn start_with(config: SignalingConfig) -> Running {
    start_site(config, ServeConfig::default(), "no/such/folder".into()).await
}

pub async fn start_site(signaling: SignalingConfig, config: ServeConfig, root: PathBuf) -> Running {
    start_all(signaling, config, root, axum::Router::new()).await
}

pub async fn start_all(
    signaling: SignalingConfig,
    config: ServeConfig,
    root: PathBuf,
    pages: axum::Router,
) -> Running {
    let server = Server::new(signaling);
    let router = router(server.clone(), Site::Folder(root), pages);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let shutdown = async { stopped.await.unwrap_or(()) };
    let ended = tokio::spawn(serve(listener, router, server.clone(), config, shutdown));
    Running { address, server, stop: Some(stop), ended }
}

pub struct Client {
    socket: WebSocketStream<TcpStream>,
    pub challenge: Challenge,
}

/// A registered peer.
pub struct Peer {
    pub client: Client,
    pub identity: Identity,
    pub instance: Instance,
}

pub fn room(number: u8) -> RoomId {
    RoomId::from_bytes([number; 16])
}

pub fn identity(number: u8) -> Identity {
    Identity::from_seed([number; 32])
}

pub fn capability(name: &str) -> Capability {
    Capability {
        device_name: name.to_owned(),
        logical_cores: 2,
        samples_per_second: 0,
        nodes_for_others: 0,
    }
}

/// Bytes that look like an envelope to the server, which cannot tell.
pub fn envelope(text: &str) -> Envelope {
    serde_json::from_value(serde_json::json!(text)).unwrap()
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Self {
        Self::connect_over(TcpStream::connect(address).await.unwrap(), address).await
    }

    /// With a receive buffer so small that an idle reader is noticed soon.
    pub async fn connect_slow_reader(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self::connect_over(socket.connect(address).await.unwrap(), address).await
    }

    /// The refusal with which the server greets.
    pub async fn connect_refused(address: SocketAddr) -> (ErrorCode, String) {
        let mut client = Self::open(TcpStream::connect(address).await.unwrap(), address).await;
        let refusal = client.refused().await;
        client.closed().await;
        refusal
    }

    async fn open(stream: TcpStream, address: SocketAddr) -> Self {
        let (socket, _) = client_async(format!("ws://{address}/signal"), stream).await.unwrap();
        Self { socket, challenge: Challenge::from_bytes([0; 32]) }
    }

    async fn connect_over(stream: TcpStream, address: SocketAddr) -> Self {
        let mut client = Self::open(stream, address).await;
        match client.receive().await {
            ServerMessage::Challenge { version, challenge } => {
                assert_eq!(version, protocol::VERSION);
                client.challenge = challenge;
            }
            other => panic!("{other:?} came before the challenge"),
        }
        client
    }

    pub fn registration(&self, who: &Identity, room: RoomId, instance: u64) -> Registration {
        let capability = capability("test");
        Registration::new(&self.challenge, who, room, Instance(instance), capability)
    }

    pub async fn register(mut self, who: &Identity, room: RoomId, instance: u64) -> Peer {
        let registration = self.registration(who, room, instance);
        self.send(&ClientMessage::Register(registration)).await;
        match self.receive().await {
            ServerMessage::Registered { .. } => {}
            other => panic!("{other:?} instead of registered"),
        }
        Peer { client: self, identity: who.clone(), instance: Instance(instance) }
    }

    pub async fn send(&mut self, message: &ClientMessage) {
        self.send_text(message.to_json()).await;
    }

    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.send_frame(Message::text(text.into())).await;
    }

    pub async fn send_frame(&mut self, frame: Message) {
        self.try_send_frame(frame).await.expect("the connection is open");
    }

    pub async fn try_send_frame(&mut self, frame: Message) -> Result<(), tungstenite::Error> {
        self.socket.send(frame).await
    }

    /// The next frame that is not WebSocket's own housekeeping.
    pub async fn frame(&mut self) -> Option<Result<Message, tungstenite::Error>> {
        loop {
            let frame = timeout(PATIENCE, self.socket.next()).await.expect("the server answers");
            if !matches!(frame, Some(Ok(Message::Ping(_) | Message::Pong(_)))) {
                return frame;
            }
        }
    }

    pub async fn receive(&mut self) -> ServerMessage {
        match self.frame().await {
            Some(Ok(Message::Text(text))) => decode_server(&text).unwrap(),
            other => panic!("{other:?} instead of a message"),
        }
    }

    pub async fn refused(&mut self) -> (ErrorCode, String) {
        match self.receive().await {
            ServerMessage::Error { code, message } => (code, message),
            other => panic!("{other:?} instead of an error"),
        }
    }

    /// Waits for the end; messages before it are read and dropped.
    pub async fn closed(&mut self) -> Option<CloseCode> {
        loop {
            match self.frame().await {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }

    pub async fn close(mut self) {
        let _ = self.socket.close(None).await;
    }
}

impl Peer {
    /// Connects and registers.
    pub async fn join(running: &Running, number: u8, room: RoomId) -> Self {
        Client::connect(running.address).await.register(&identity(number), room, 1).await
    }

    pub fn id(&self) -> PeerId {
        self.identity.peer_id()
    }

    pub fn card(&self) -> PeerCard {
        PeerCard { peer: self.id(), instance: self.instance, capability: capability("test") }
    }

    pub async fn others(&mut self) -> Vec<PeerCard> {
        self.client.send(&ClientMessage::Discover {}).await;
        match self.client.receive().await {
            ServerMessage::Peers { peers, .. } => peers,
            other => panic!("{other:?} instead of peers"),
        }
    }

    pub async fn signal(&mut self, to: PeerId, text: &str) {
        let message = ClientMessage::Signal { to, envelope: envelope(text) };
        self.client.send(&message).await;
    }

    pub async fn sees_joined(&mut self, expected: &PeerCard) {
        match self.client.receive().await {
            ServerMessage::PeerJoined { peer, .. } => assert_eq!(peer, *expected),
            other => panic!("{other:?} instead of a peer that joined"),
        }
    }
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1);
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        pairs.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn body_text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// GET with further header lines, each ended by `\r\n`. The path is sent as it is: no client tidies it up.
pub async fn get(address: SocketAddr, path: &str, headers: &str) -> Answer {
    let head =
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{headers}\r\n");
    exchange(address, head.as_bytes()).await
}

pub async fn exchange(address: SocketAddr, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut bytes = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the server answers");
    let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("an HTTP answer");
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head[9..12].parse().unwrap();
    Answer { status, head, body: bytes[end + 4..].to_vec() }
}

/// The status with which the server answers a WebSocket request from this origin.
pub async fn upgrade_status(address: SocketAddr, origin: Option<&str>) -> u16 {
    let headers: Vec<_> = origin.map(|origin| ("origin", origin)).into_iter().collect();
    upgrade_status_with(address, &headers).await.0
}

/// The status with which the server answers a WebSocket request with these headers, and the socket if there is one.
pub async fn upgrade_status_with(
    address: SocketAddr,
    headers: &[(&'static str, &str)],
) -> (u16, Option<WebSocketStream<TcpStream>>) {
    let mut request = format!("ws://{address}/signal").into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().insert(*name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(address).await.unwrap();
    match client_async(request, stream).await {
        Ok((socket, response)) => (response.status().as_u16(), Some(socket)),
        Err(tungstenite::Error::Http(response)) => (response.status().as_u16(), None),
        Err(other) => panic!("{other}"),
    }
}
