//! How splits stand, in a form that can be drawn.

use super::{Hosting, Split, part::Place, training::SplitPoint};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Credits, Hash, PeerId};

/// A cluster of this device that several devices carry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitView {
    /// Which.
    pub cluster: ClusterId,
    /// Parts that can be elsewhere; what is in none of them stays on this device.
    pub parts: Vec<SplitPartView>,
    /// Batches that have ended, of the running training; `None` while there is none.
    pub training: Option<SplitProgress>,
    /// How well the network did, the newest last.
    pub curve: Vec<SplitPoint>,
    /// Batches on their way.
    pub batches_under_way: u32,
    /// Whether its nodes are coming home.
    pub gathering: bool,
    /// What went wrong last, if it has not been mended.
    pub problem: Option<String>,
}

/// Where training of a split cluster stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SplitProgress {
    /// Batches that have ended.
    pub batches: u32,
    /// Batches that are wanted.
    pub of: u32,
    /// Rows that were told right before they were learnt, 0 to 1, over the newest batches.
    pub accuracy: f32,
}

/// A part of a split cluster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitPartView {
    /// Its layer, from 0 above the input.
    pub layer: u32,
    /// Its first node.
    pub first: u32,
    /// How many nodes.
    pub nodes: u32,
    /// Who carries it, or is about to; `None` for this device.
    pub host: Option<PeerId>,
    /// Where it is.
    pub place: PartPlace,
    /// Round trip of activations, in milliseconds; 0 if not measured.
    pub round_trip_ms: f32,
    /// Batches that its device was asked to fire on, for all of its parts.
    pub asked: u32,
    /// Of these, those that went on without its answer.
    pub silent: u32,
    /// Bytes of activations, errors and nodes that its device was sent.
    pub sent_bytes: u64,
    /// Those that came from it.
    pub received_bytes: u64,
    /// Its loan, if it is to be on lease.
    pub loan: Option<LoanView>,
}

/// Nodes that are on lease, or are to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanView {
    /// The order that opened the loan, as soon as it is made.
    pub loan: Option<Hash>,
    /// Who lends, as soon as somebody was found.
    pub lender: Option<PeerId>,
    /// How far it has come.
    pub stage: LoanStage,
    /// Segments of work that the lender has signed.
    pub segments: u32,
    /// Events that its nodes took in in them.
    pub events: u64,
    /// What the borrower has signed that it owes.
    pub owed: Credits,
    /// Segments that the borrower has computed again.
    pub audits: u32,
}

/// How far a loan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoanStage {
    /// An offer is looked for.
    Wanted,
    /// The ledger is to record it.
    Ordered,
    /// It runs.
    Open,
    /// Its nodes are on their way home, and the last receipt is made.
    Ending,
    /// It is over.
    Over,
}

/// Where a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartPlace {
    /// On this device.
    Home,
    /// On this device, and on its way to another.
    Moving,
    /// On another device.
    Away,
    /// On another device, and on its way home.
    Returning,
}

/// What this device carries for others.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct HostingView {
    /// Nodes that somebody at this device has agreed to carry.
    pub nodes_max: u32,
    /// What it carries.
    pub carried: Vec<CarriedView>,
}

/// Nodes that this device carries for another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CarriedView {
    /// Whose they are.
    pub owner: PeerId,
    /// Of which cluster of theirs.
    pub cluster: ClusterId,
    /// Their layer, from 0 above the input.
    pub layer: u32,
    /// How many nodes.
    pub nodes: u32,
    /// Batches on which they have fired.
    pub fired: u32,
    /// Batches from which they have learnt.
    pub taught: u32,
    /// The loan that they are on, if they are on one.
    pub loan: Option<LoanView>,
}

impl Split {
    pub(crate) fn view(&self) -> SplitView {
        let parts = self.parts.iter().map(|part| {
            let host = part.peer();
            let carrier = self.carriers.iter().find(|it| Some(it.peer) == host);
            SplitPartView {
                layer: part.cut.layer,
                first: part.cut.first,
                nodes: part.cut.nodes,
                host,
                place: match part.place {
                    Place::Home => PartPlace::Home,
                    Place::Asking(_) | Place::Lending(_) => PartPlace::Moving,
                    Place::Away(_) => PartPlace::Away,
                    Place::Returning(_) => PartPlace::Returning,
                },
                round_trip_ms: carrier.map_or(0.0, |it| it.round_trip_ms()),
                asked: carrier.map_or(0, |it| it.asked),
                silent: carrier.map_or(0, |it| it.silent),
                sent_bytes: carrier.map_or(0, |it| it.sent_bytes),
                received_bytes: carrier.map_or(0, |it| it.received_bytes),
                loan: part.leasing.as_ref().map(|leasing| leasing.view()),
            }
        });
        SplitView {
            cluster: self.cluster.clone(),
            parts: parts.collect(),
            training: self.training.as_ref().map(|training| SplitProgress {
                batches: training.ended,
                of: training.plan.steps,
                accuracy: training.accuracy,
            }),
            curve: self.curve.clone(),
            batches_under_way: self.flights.flights.len() as u32,
            gathering: self.gathering,
            problem: self.problem.clone(),
        }
    }
}

impl Hosting {
    pub(crate) fn view(&self) -> HostingView {
        let carried = self.carried.iter().map(|it| CarriedView {
            owner: it.owner,
            cluster: it.cluster.clone(),
            layer: it.shape.layer.into(),
            nodes: it.shape.nodes,
            fired: it.fired,
            taught: it.taught,
            loan: it.loan.as_ref().map(|loan| loan.view()),
        });
        HostingView { nodes_max: self.nodes_max(), carried: carried.collect() }
    }
}
