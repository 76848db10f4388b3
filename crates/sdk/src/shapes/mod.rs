//! Results as plain objects; `peerceptron.d.ts` describes the same shapes.
//!
//! Counters become `f64`: JavaScript's numbers are exact up to 2^53, which no counter here reaches.

mod clusters;
mod inspection;
mod learning;
mod ledger;
mod market;
mod memory;
mod splits;

use js_sys::{Object, Reflect};
use peer::{LinkStage, PathKind, PeerView};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use units::{PeerId, RoomId};
use wasm_bindgen::JsValue;

pub(crate) use clusters::{
    CreatedCluster, Evaluated, ImportedModel, Prediction, Rows, SizedCluster, cluster_state,
    outputs,
};
pub(crate) use inspection::inspection;
pub(crate) use learning::Session;
pub(crate) use ledger::{Block, LedgerCheck, LedgerStats, MinedBlock, credits, transaction_proof};
pub(crate) use market::{Borrowing, BorrowingNews, FreeNodes, NodeStats};
pub(crate) use memory::{
    CapsuleProof, Consolidation, Graft, MemoryRecord, MemoryStats, MemoryTrends, SkillTrial,
};
pub(crate) use splits::SplitState;

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
    nodes_for_others: u32,
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
                nodes_for_others: capability.nodes_for_others,
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

fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in fields {
        // Setting a property of a fresh object throws for nothing.
        let _ = Reflect::set(&object, &(*name).into(), value);
    }
    object.into()
}

/// A probability or a rate as people wrote it: 0.005, where the nearest `f32` reads 0.004999999888241291.
pub(crate) fn millionths(number: f32) -> f64 {
    (f64::from(number) * 1e6).round() / 1e6
}
