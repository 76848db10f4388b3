//! Splits as plain objects.

use super::market::Borrowing;
use peer::{HostingView, PartPlace, SplitPartView, SplitView};
use serde::Serialize;
use units::{ClusterId, PeerId};

#[derive(Serialize)]
pub(crate) struct SplitState {
    split: Option<Split>,
    nodes_to_carry: u32,
    carried: Vec<Carried>,
}

#[derive(Serialize)]
struct Split {
    cluster_id: ClusterId,
    parts: Vec<Part>,
    training: bool,
    steps: u32,
    steps_wanted: u32,
    /// The newest of the curve.
    accuracy: Option<f64>,
    gathering: bool,
    problem: Option<String>,
}

#[derive(Serialize)]
struct Part {
    layer: u32,
    first_node: u32,
    nodes: u32,
    peer_id: Option<PeerId>,
    place: PartPlace,
    round_trip_ms: f32,
    asked: u32,
    silent: u32,
    sent_bytes: f64,
    received_bytes: f64,
    loan: Option<Borrowing>,
}

#[derive(Serialize)]
struct Carried {
    peer_id: PeerId,
    cluster_id: ClusterId,
    layer: u32,
    nodes: u32,
    fired: u32,
    taught: u32,
    loan: Option<Borrowing>,
}

impl SplitState {
    pub(crate) fn new(split: Option<SplitView>, hosting: HostingView) -> Self {
        let carried = hosting.carried.into_iter().map(|it| Carried {
            peer_id: it.owner,
            cluster_id: it.cluster,
            layer: it.layer,
            nodes: it.nodes,
            fired: it.fired,
            taught: it.taught,
            loan: it.loan.map(Borrowing::from),
        });
        Self {
            split: split.map(Split::from),
            nodes_to_carry: hosting.nodes_max,
            carried: carried.collect(),
        }
    }
}

impl From<SplitView> for Split {
    fn from(view: SplitView) -> Self {
        let part = |it: SplitPartView| Part {
            layer: it.layer,
            first_node: it.first,
            nodes: it.nodes,
            peer_id: it.host,
            place: it.place,
            round_trip_ms: it.round_trip_ms,
            asked: it.asked,
            silent: it.silent,
            sent_bytes: it.sent_bytes as f64,
            received_bytes: it.received_bytes as f64,
            loan: it.loan.map(Borrowing::from),
        };
        Self {
            cluster_id: view.cluster,
            training: view.training.is_some(),
            steps: view.training.map_or(0, |training| training.batches),
            steps_wanted: view.training.map_or(0, |training| training.of),
            accuracy: view.curve.last().map(|point| point.evaluation.accuracy()),
            parts: view.parts.into_iter().map(part).collect(),
            gathering: view.gathering,
            problem: view.problem,
        }
    }
}
