//! Results as plain objects; `peerceptron.d.ts` describes the same shapes.
//!
//! Counters become `f64`: JavaScript's numbers are exact up to 2^53, which no counter here reaches.

use browser::LoadedRows;
use js_sys::{Array, Float32Array, Object, Reflect};
use peer::{
    Class, ClusterView, Evaluation, LinkStage, PathKind, PeerView, RoundPhase, RoundView,
    SessionView,
};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use units::{ClusterId, Hash, PeerId, RoomId, SessionId};
use wasm_bindgen::JsValue;

/// A value as plain objects, arrays, strings, numbers and `null`.
pub(crate) fn to_js<T: Serialize>(value: &T) -> JsValue {
    value
        .serialize(&Serializer::json_compatible())
        .expect("shapes hold nothing that has no JavaScript form")
}

#[derive(Serialize)]
pub(crate) struct Room {
    pub room_id: RoomId,
    pub invitation_link: String,
}

#[derive(Serialize)]
pub(crate) struct DiscoveredPeer {
    peer_id: PeerId,
    device_id: String,
    capabilities: Capabilities,
    connected: bool,
}

#[derive(Serialize)]
struct Capabilities {
    logical_cores: u16,
    samples_per_second: u32,
}

impl From<PeerView> for DiscoveredPeer {
    fn from(view: PeerView) -> Self {
        let capability = view.capability;
        Self {
            peer_id: view.peer,
            device_id: capability.device_name,
            capabilities: Capabilities {
                logical_cores: capability.logical_cores,
                samples_per_second: capability.samples_per_second,
            },
            connected: view.stage == LinkStage::Open,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct ConnectionStats {
    peer_id: PeerId,
    state: LinkStage,
    path: Option<PathKind>,
    round_trip_ms: Option<f64>,
    sent_bytes: f64,
    received_bytes: f64,
    buffered_bytes: Buffered,
    problem: Option<String>,
}

#[derive(Serialize)]
struct Buffered {
    control: u32,
    bulk: u32,
}

impl From<PeerView> for ConnectionStats {
    fn from(view: PeerView) -> Self {
        let stats = view.stats.unwrap_or_default();
        Self {
            peer_id: view.peer,
            state: view.stage,
            path: stats.path,
            round_trip_ms: view.ping_ms.or(stats.round_trip_ms),
            sent_bytes: stats.sent_bytes as f64,
            received_bytes: stats.received_bytes as f64,
            buffered_bytes: Buffered {
                control: stats.control_buffered_bytes,
                bulk: stats.bulk_buffered_bytes,
            },
            problem: view.ended.map(|ended| ended.reason),
        }
    }
}

#[derive(Serialize)]
pub(crate) struct CreatedCluster {
    pub cluster_id: ClusterId,
    pub model: Hash,
    pub nodes: f64,
    pub parameters: f64,
}

#[derive(Serialize)]
pub(crate) struct Rows {
    train_rows: u32,
    held_out_rows: u32,
    class_rows: Vec<u32>,
}

impl From<LoadedRows> for Rows {
    fn from(rows: LoadedRows) -> Self {
        let LoadedRows { train_rows, held_out_rows, class_rows } = rows;
        Self { train_rows, held_out_rows, class_rows }
    }
}

#[derive(Serialize)]
pub(crate) struct Evaluated {
    rows: u32,
    correct: u32,
    accuracy: f64,
    confusion: Vec<Vec<u32>>,
    firing_rate: f32,
}

impl From<Evaluation> for Evaluated {
    fn from(evaluation: Evaluation) -> Self {
        let classes = evaluation.confusion.len().isqrt().max(1);
        Self {
            rows: evaluation.rows,
            correct: evaluation.correct,
            accuracy: evaluation.accuracy(),
            confusion: evaluation.confusion.chunks(classes).map(<[u32]>::to_vec).collect(),
            firing_rate: evaluation.firing_rate,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Prediction {
    class: u32,
    probability: f32,
}

impl From<Class> for Prediction {
    fn from(Class { class, probability }: Class) -> Self {
        Self { class, probability }
    }
}

/// Probabilities in the order of classes.
pub(crate) fn outputs(classes: &[Class]) -> Float32Array {
    let mut classes = classes.to_vec();
    classes.sort_by_key(|class| class.class);
    let probabilities: Vec<f32> = classes.iter().map(|class| class.probability).collect();
    Float32Array::from(&probabilities[..])
}

/// Thresholds and rates as typed arrays, which pages plot.
pub(crate) fn cluster_state(view: &ClusterView, state: &peer::ClusterState) -> JsValue {
    let layers = state.layers.iter().map(|layer| {
        object(&[
            ("nodes", (layer.thresholds.len() as u32).into()),
            ("thresholds", Float32Array::from(&layer.thresholds[..]).into()),
            ("firing_rates", Float32Array::from(&layer.firing_rates[..]).into()),
        ])
    });
    object(&[
        ("cluster_id", view.id.as_str().into()),
        ("model", state.model.to_string().into()),
        ("layers", layers.collect::<Array>().into()),
        ("operations_saved", state.operations_saved.into()),
        ("train_rows", view.train_rows.into()),
        ("held_out_rows", view.held_out_rows.into()),
    ])
}

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a property of a fresh object throws for nothing.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

#[derive(Serialize)]
pub(crate) struct Session {
    session_id: SessionId,
    task: String,
    cluster_id: ClusterId,
    founder: PeerId,
    running: bool,
    ended_because: Option<String>,
    round: u32,
    rounds: u32,
    phase: RoundPhase,
    model: Hash,
    members: Vec<Member>,
    signatures: u32,
    history: Vec<Round>,
    sent_bytes: f64,
    problem: Option<String>,
}

#[derive(Serialize)]
struct Member {
    peer_id: PeerId,
    rows: u32,
    committed: bool,
}

#[derive(Serialize)]
struct Round {
    round: u32,
    model: Hash,
    members: Vec<PeerId>,
    duration_ms: u32,
    sent_bytes: f64,
    accuracy_together: Option<f64>,
    accuracy_alone: Option<f64>,
}

impl From<SessionView> for Session {
    fn from(view: SessionView) -> Self {
        let member = |it: peer::MemberView| Member {
            peer_id: it.peer,
            rows: it.rows,
            committed: it.committed,
        };
        Self {
            session_id: view.id,
            task: view.task,
            cluster_id: view.cluster,
            founder: view.founder,
            running: view.running,
            ended_because: view.ended_because,
            round: view.round,
            rounds: view.options.rounds,
            phase: view.phase,
            model: view.model,
            members: view.members.into_iter().map(member).collect(),
            signatures: view.signatures,
            history: view.history.into_iter().map(Round::from).collect(),
            sent_bytes: view.sent_bytes as f64,
            problem: view.problem,
        }
    }
}

impl From<RoundView> for Round {
    fn from(view: RoundView) -> Self {
        Self {
            round: view.round,
            model: view.model,
            members: view.members,
            duration_ms: view.duration_ms,
            sent_bytes: view.sent_bytes as f64,
            accuracy_together: view.together.as_ref().map(Evaluation::accuracy),
            accuracy_alone: view.alone.as_ref().map(Evaluation::accuracy),
        }
    }
}
