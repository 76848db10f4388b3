//! What jobs come to.

use super::{
    BooksAnswer, LoanAnswer, MemoryAnswer, ModelFile, Passage, Prepared, SkillAnswer, Suggested,
};
use data::Summary;
use protocol::cluster::NetworkSpec;
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash};

/// What a job came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// Nothing to say.
    Done,
    /// A cluster is ready.
    Created {
        /// Its network.
        network: NetworkSpec,
        /// The hash of its shared network.
        model: Hash,
    },
    /// Rows are ready.
    Loaded {
        /// Rows to train on.
        train_rows: u32,
        /// Rows to evaluate on.
        held_out_rows: u32,
        /// Training rows of each class.
        class_rows: Vec<u32>,
    },
    /// A round's local training is done.
    Trained {
        /// The compressed difference to the shared network; its SHA-256 is its name.
        #[serde(with = "serde_bytes")]
        update: Vec<u8>,
        /// Samples trained on.
        samples: u32,
        /// Mean loss over the steps; 0 where rows are private, of which it would tell.
        loss: f32,
        /// Where rows are private, what has been spent with this round. It is to be stored before the update leaves the device.
        spent: Option<Spent>,
    },
    /// The shared network has moved on.
    Aggregated {
        /// Its hash.
        model: Hash,
        /// On the held-out rows; `None` where there are none.
        together: Option<Evaluation>,
        /// The alone network on the same rows.
        alone: Option<Evaluation>,
        /// What each update brings by itself on some of the same rows, as [`protocol::session::Verdict`] counts it; empty
        /// where there are none.
        scores: Vec<i16>,
    },
    /// The shared network has been replaced.
    Adopted {
        /// Its hash.
        model: Hash,
        /// On the held-out rows; `None` where there are none.
        together: Option<Evaluation>,
    },
    /// A model.
    Model {
        /// Its hash.
        model: Hash,
        /// Its encoding.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// A checkpoint.
    Checkpoint {
        /// The hash of the shared network in it.
        model: Hash,
        /// Its encoding.
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// An evaluation.
    Evaluated(Evaluation),
    /// A prediction.
    Predicted(Prediction),
    /// A cluster's state.
    State(ClusterState),
    /// What is in a table.
    Table(Summary),
    /// Rows, ready for a cluster.
    Prepared(Prepared),
    /// A small picture's values.
    Picture(#[serde(with = "serde_bytes")] Vec<u8>),
    /// A network that suits the data.
    Suggested(Suggested),
    /// A model that can be made a cluster.
    ModelFile(ModelFile),
    /// A file.
    File(#[serde(with = "serde_bytes")] Vec<u8>),
    /// Nodes, or their events, as they travel.
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    /// An update under masks, as it travels.
    Masked(#[serde(with = "serde_bytes")] Vec<u8>),
    /// What a group's changes come to, as it travels.
    Sum(#[serde(with = "serde_bytes")] Vec<u8>),
    /// How far a batch has come.
    Passage(Passage),
    /// A lesson that nodes elsewhere are to take as well.
    Lesson {
        /// On which batch.
        batch: u64,
        /// Adam's step size.
        rate: f32,
        /// Errors of the readout, as they travel.
        #[serde(with = "serde_bytes")]
        errors: Vec<u8>,
    },
    /// The root of a state in which nodes are lent.
    Root(Hash),
    /// What came of work on loans, by part; at the lender's all parts are 0.
    Loans(Vec<(u16, LoanAnswer)>),
    /// What came of something that the room's books were told, or asked.
    Books(Box<BooksAnswer>),
    /// What came of something about memories.
    Memory(Box<MemoryAnswer>),
    /// What came of work on what nodes have learnt and do.
    Skill(Box<SkillAnswer>),
    /// A lesson was taken, here and by so many other devices that carry nodes.
    Taught {
        /// How many.
        peers: u32,
    },
}

/// How much of a device's privacy in a session is spent. Each ε is one at [`protocol::session::DELTA`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spent {
    /// The ε by now.
    pub epsilon: f64,
    /// The ε after all rounds, if this device takes part in all of them.
    pub epsilon_after: f64,
    /// The deviation of the noise in every step, in lengths of the longest change that one row can make.
    pub noise_multiplier: f64,
    /// The accountant's own, for the next [`crate::RowBudget`].
    #[serde(with = "serde_bytes")]
    pub account: Vec<u8>,
}

/// How well a network tells classes apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Rows looked at.
    pub rows: u32,
    /// Rows told right.
    pub correct: u32,
    /// `confusion[actual * classes + predicted]`, in rows.
    pub confusion: Vec<u32>,
    /// Part of the nodes that fired, 0 to 1, mean over rows and layers.
    pub firing_rate: f32,
}

impl Evaluation {
    /// Part of the rows told right, 0 to 1; 0 without rows.
    pub fn accuracy(&self) -> f64 {
        f64::from(self.correct) / f64::from(self.rows.max(1))
    }
}

/// What the shared network sees in one input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// All classes by falling probability.
    pub classes: Vec<Class>,
    /// For each layer, the nodes that fired at the last frame, ascending.
    pub fired: Vec<Vec<u32>>,
    /// Nodes on other devices that did not answer in time, and were taken to be silent.
    pub missing_nodes: u32,
}

/// A class and its probability.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// Its number.
    pub class: u32,
    /// 0 to 1; all classes add up to 1.
    pub probability: f32,
}

/// A cluster's state, for people to look at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterState {
    /// The hash of the shared network.
    pub model: Hash,
    /// Its layers.
    pub layers: Vec<LayerState>,
    /// Multiplications that gating has saved in evaluation so far, 0 to 1.
    pub operations_saved: f32,
}

/// A layer's state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerState {
    /// Every node's threshold.
    pub thresholds: Vec<f32>,
    /// Every node's firing rate over the newest evaluation, 0 to 1.
    pub firing_rates: Vec<f32>,
    /// What every node remembers of its own past; nothing before the network was judged on held-out rows.
    pub memory: Vec<NodeMemory>,
}

/// What a node remembers of its own past in this life of the page: means that follow it of late, for a while and for long. After each
/// time that the network is judged, what is older counts half, seven eighths, and 31 of 32 parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeMemory {
    /// On which part of the rows it fired.
    pub activity: [f32; 3],
    /// How large the signal was that it would have learnt from.
    pub error: [f32; 3],
    /// Its threshold.
    pub threshold: [f32; 3],
    /// What it has sent of late, without signs, a row.
    pub trace: f32,
}

/// Why a job could not be done; the workbench is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[non_exhaustive]
pub enum JobError {
    /// No such cluster.
    #[error("no cluster `{0}` on this device: create it first")]
    UnknownCluster(ClusterId),
    /// The cluster has no rows to train on.
    #[error("cluster `{0}` has no data on this device: load some first")]
    NoData(ClusterId),
    /// A value is not what it should be.
    #[error("{0}")]
    InvalidInput(String),
    /// Another round of private training would pass the ε that was agreed on.
    #[error("the privacy budget of this device is used up")]
    BudgetSpent,
    /// The room's ledger cannot record it.
    #[error("{0}")]
    NotRecorded(String),
    /// What is remembered cannot be read or stored.
    #[error("{0}")]
    Storage(String),
    /// The worker is gone.
    #[error("the worker that does this stopped: {0}; reload the page")]
    WorkerLost(String),
}

impl JobError {
    /// A stable name for the case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownCluster(_) => "unknown_cluster",
            Self::NoData(_) => "no_data",
            Self::InvalidInput(_) => "invalid_input",
            Self::BudgetSpent => "budget_spent",
            Self::NotRecorded(_) => "not_recorded",
            Self::Storage(_) => "storage",
            Self::WorkerLost(_) => "worker_lost",
        }
    }
}
