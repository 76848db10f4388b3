//! What the server counts, and `/metrics`, where anyone can read it (Prometheus text format 0.0.4 / OpenMetrics 1.0).
//!
//! The counts are of messages, bytes, rooms and peers. There is no series by room or by peer: the numbers tell how much
//! the server carries, not who talks to whom.

use crate::{server::Server, signaling::ADDRESS_FULL};
use axum::{extract::State, http::header::CONTENT_TYPE, response::IntoResponse};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};
use protocol::signaling::ErrorCode;
use std::sync::Arc;

/// All counters of one server.
pub struct Metrics {
    registry: Registry,
    received: Family<TypeLabel, Counter>,
    sent: Family<TypeLabel, Counter>,
    refused: Family<CodeLabel, Counter>,
    not_signaling: Counter,
    bytes: Family<DirectionLabel, Counter>,
    sockets: Gauge,
    rooms: Gauge,
    peers: Gauge,
}

/// Messages that a client may send, by their `type`.
pub(crate) const RECEIVED_TYPES: [&str; 5] =
    ["register", "discover", "signal", "announce_capability", "heartbeat"];
const SENT_TYPES: [&str; 7] =
    ["challenge", "registered", "peer_joined", "peer_left", "peers", "signal", "error"];
/// The label of refusals because a page of another site tried to use this server.
pub(crate) const FORBIDDEN_ORIGIN: &str = "forbidden_origin";
const CODES: [ErrorCode; 11] = [
    ErrorCode::NotSignaling,
    ErrorCode::TooLarge,
    ErrorCode::TooFrequent,
    ErrorCode::WrongVersion,
    ErrorCode::BadSignature,
    ErrorCode::NotRegistered,
    ErrorCode::AlreadyRegistered,
    ErrorCode::UnknownPeer,
    ErrorCode::Full,
    ErrorCode::TooSlow,
    ErrorCode::ShuttingDown,
];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TypeLabel {
    r#type: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CodeLabel {
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DirectionLabel {
    direction: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All series at zero, so that a reader sees them before anything has happened.
    pub fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("peerceptron"),
            received: Family::default(),
            sent: Family::default(),
            refused: Family::default(),
            not_signaling: Counter::default(),
            bytes: Family::default(),
            sockets: Gauge::default(),
            rooms: Gauge::default(),
            peers: Gauge::default(),
        };
        metrics.register();
        for r#type in RECEIVED_TYPES {
            drop(metrics.received.get_or_create(&TypeLabel { r#type }));
        }
        for r#type in SENT_TYPES {
            drop(metrics.sent.get_or_create(&TypeLabel { r#type }));
        }
        for code in CODES.map(ErrorCode::as_str).into_iter().chain([FORBIDDEN_ORIGIN, ADDRESS_FULL])
        {
            drop(metrics.refused.get_or_create(&CodeLabel { code }));
        }
        for direction in ["in", "out"] {
            drop(metrics.bytes.get_or_create(&DirectionLabel { direction }));
        }
        metrics
    }

    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register(
            "signaling_messages_received",
            "Signaling messages that were understood, by type",
            self.received.clone(),
        );
        registry.register(
            "signaling_messages_sent",
            "Signaling messages written to peers, by type",
            self.sent.clone(),
        );
        registry.register("signaling_refused", "Refusals, by code", self.refused.clone());
        registry.register(
            "non_signaling_refused",
            "Messages refused because they were not signaling: the server carries no user data",
            self.not_signaling.clone(),
        );
        registry.register(
            "signaling_bytes",
            "Bytes of signaling messages, by direction as the server sees it",
            self.bytes.clone(),
        );
        registry.register("signaling_sockets", "Open WebSockets", self.sockets.clone());
        registry.register("rooms", "Rooms with at least one peer", self.rooms.clone());
        registry.register("peers", "Peers in rooms", self.peers.clone());
    }

    pub(crate) fn received(&self, r#type: &'static str) {
        self.received.get_or_create(&TypeLabel { r#type }).inc();
    }

    pub(crate) fn received_bytes(&self, size_bytes: usize) {
        self.bytes.get_or_create(&DirectionLabel { direction: "in" }).inc_by(size_bytes as u64);
    }

    pub(crate) fn sent(&self, r#type: &'static str, size_bytes: usize) {
        self.sent.get_or_create(&TypeLabel { r#type }).inc();
        self.bytes.get_or_create(&DirectionLabel { direction: "out" }).inc_by(size_bytes as u64);
    }

    /// Counts a refusal under the code of the protocol, or under one of the server's own labels.
    pub(crate) fn refused(&self, code: &'static str) {
        self.refused.get_or_create(&CodeLabel { code }).inc();
        if code == ErrorCode::NotSignaling.as_str() {
            self.not_signaling.inc();
        }
    }

    pub(crate) fn sockets(&self, open: usize) {
        self.sockets.set(i64::try_from(open).unwrap_or(i64::MAX));
    }

    pub(crate) fn peer_entered(&self, first_of_room: bool) {
        self.peers.inc();
        self.rooms.inc_by(i64::from(first_of_room));
    }

    pub(crate) fn peer_left(&self, last_of_room: bool) {
        self.peers.dec();
        self.rooms.dec_by(i64::from(last_of_room));
    }

    /// The text that `/metrics` answers with.
    pub fn render(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("a string takes any text");
        text
    }
}

pub(crate) async fn show(State(server): State<Arc<Server>>) -> impl IntoResponse {
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, content_type)], server.metrics.render())
}
