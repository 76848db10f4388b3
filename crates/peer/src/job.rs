//! Work that takes too long for the engine's own thread.

use data::{Look, Reading, Summary, Wishes};
use neural::Dataset;
use protocol::cluster::NetworkSpec;
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash, PeerId};

/// Names a job within an engine's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub u64);

/// A piece of work on the clusters of this device. A [`crate::Workbench`] does them in order.
///
/// A cluster on a workbench is: the *shared* network (the newest agreed model with its outer optimiser's state), the
/// local optimiser's state, the residual of compression, the *alone* network (trained with the same budget on this
/// device's rows only, never sent; what the shared one is compared with), and the device's rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Job {
    /// Make a cluster. Answer: [`Answer::Created`].
    CreateCluster {
        /// Its name.
        cluster: ClusterId,
        /// Its network.
        network: NetworkSpec,
        /// Where it begins, as an encoded `neural::Model` of that network; `None` for the first state that its seed gives.
        model: Option<Vec<u8>>,
    },
    /// Make a cluster in the state of an earlier [`Answer::Checkpoint`]. Answer: [`Answer::Created`].
    RestoreCluster {
        /// Its name.
        cluster: ClusterId,
        /// What was stored.
        #[serde(with = "serde_bytes")]
        checkpoint: Vec<u8>,
    },
    /// Forget a cluster and its rows. Answer: [`Answer::Done`].
    DropCluster {
        /// Its name.
        cluster: ClusterId,
    },
    /// Put rows on a cluster, in place of earlier ones; a fixed part of each class is held out. Answer: [`Answer::Loaded`].
    LoadDataset {
        /// The cluster.
        cluster: ClusterId,
        /// The rows.
        dataset: Dataset,
        /// Of each class, how many in a hundred are held out for evaluation.
        held_out_percent: u8,
    },
    /// Train a copy of the shared network, and the alone network, on this device's rows. Answer: [`Answer::Trained`].
    Train {
        /// The cluster.
        cluster: ClusterId,
        /// How.
        training: LocalTraining,
    },
    /// Bring updates into the shared network. The outcome depends on nothing but the shared network and the updates, in
    /// their order. Answer: [`Answer::Aggregated`].
    Aggregate {
        /// The cluster.
        cluster: ClusterId,
        /// The updates by ascending peer.
        updates: Vec<WeightedUpdate>,
    },
    /// Put another model in the place of the shared network. Answer: [`Answer::Adopted`].
    AdoptModel {
        /// The cluster.
        cluster: ClusterId,
        /// Its encoding.
        #[serde(with = "serde_bytes")]
        model: Vec<u8>,
        /// Its hash, which is checked first.
        expected: Hash,
    },
    /// Read the shared network out, with its outer optimiser's state. Answer: [`Answer::Model`].
    ExportModel {
        /// The cluster.
        cluster: ClusterId,
    },
    /// Read everything but the rows out, for storage on this device. Answer: [`Answer::Checkpoint`].
    Checkpoint {
        /// The cluster.
        cluster: ClusterId,
    },
    /// Evaluate the shared network on the given rows, or else on the held-out ones. Answer: [`Answer::Evaluated`].
    Evaluate {
        /// The cluster.
        cluster: ClusterId,
        /// The rows; `None` for the held-out rows of this device.
        dataset: Option<Dataset>,
    },
    /// What does the shared network see? Answer: [`Answer::Predicted`].
    Predict {
        /// The cluster.
        cluster: ClusterId,
        /// One input.
        input: Vec<f32>,
    },
    /// Take one local learning step from a given error on the newest predicted input. Answer: [`Answer::Done`].
    LearnFromError {
        /// The cluster.
        cluster: ClusterId,
        /// One value a class: predicted less wanted probability.
        error: Vec<f32>,
    },
    /// Take longer steps in the next rounds of training, for a while: something asks for it. Answer: [`Answer::Done`].
    CallForLearning {
        /// The cluster.
        cluster: ClusterId,
        /// From 0, not at all, to 1.
        urgency: f32,
    },
    /// What is the cluster like? Answer: [`Answer::State`].
    ReadState {
        /// The cluster.
        cluster: ClusterId,
    },
    /// Write the shared network as a file that other programs understand. Answer: [`Answer::File`].
    WriteModelFile {
        /// The cluster.
        cluster: ClusterId,
        /// Which kind of file.
        format: ModelFormat,
        /// How inputs are made; goes along where the format has a place for it.
        #[serde(with = "serde_bytes")]
        recipe: Vec<u8>,
    },
    /// Something about files that people bring; no cluster changes by it.
    Desk(DeskJob),
}

/// Kinds of model files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModelFormat {
    /// Everything that the model is, to be read back.
    Safetensors,
    /// What it does, for other programs to execute.
    Onnx,
}

/// A piece of work on files that people bring.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DeskJob {
    /// What is in a table? Answer: [`Answer::Table`].
    InspectTable {
        /// The file.
        file: TableFile,
    },
    /// Make rows of a table. Answer: [`Answer::Prepared`].
    PrepareTable {
        /// The file.
        file: TableFile,
        /// How inputs are made (a `data::Recipe`, encoded); `None` to learn that from the rows that are trained on.
        recipe: Option<Vec<u8>>,
        /// Of each class, how many in a hundred will be held out: nothing is learnt from those.
        held_out_percent: u8,
    },
    /// Make a picture small. Answer: [`Answer::Picture`].
    ScalePicture {
        /// Four bytes a pixel: red, green, blue, opacity.
        #[serde(with = "serde_bytes")]
        rgba: Vec<u8>,
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// How it is to look.
        look: Look,
    },
    /// Choose a network for rows. Answer: [`Answer::Suggested`].
    SuggestNetwork {
        /// Rows to train on.
        rows: u32,
        /// Values in one input.
        inputs: u32,
        /// Classes to tell apart.
        classes: u32,
    },
    /// Read a model's file. Answer: [`Answer::ModelFile`].
    ReadModelFile {
        /// Its bytes.
        #[serde(with = "serde_bytes")]
        file: Vec<u8>,
        /// A cluster whose rows show how large another program's inputs usually are.
        rows_of: Option<ClusterId>,
    },
}

/// A table as a person brings it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableFile {
    /// Its bytes.
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// What a person knows of how it is written.
    pub reading: Reading,
    /// What a person overrules.
    pub wishes: Wishes,
}

/// How a member trains in one round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocalTraining {
    /// Steps.
    pub steps: u32,
    /// Rows a step.
    pub batch_rows: u32,
    /// Adam's step size.
    pub learning_rate: f32,
    /// Decides which rows make which step.
    pub seed: u64,
}

/// An update and its weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WeightedUpdate {
    /// Who made it.
    pub peer: PeerId,
    /// Whether it was made on this workbench.
    pub own: bool,
    /// Samples behind it.
    pub samples: u32,
    /// Its encoding.
    #[serde(with = "serde_bytes")]
    pub update: Vec<u8>,
}

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
        /// Mean loss over the steps.
        loss: f32,
    },
    /// The shared network has moved on.
    Aggregated {
        /// Its hash.
        model: Hash,
        /// On the held-out rows; `None` where there are none.
        together: Option<Evaluation>,
        /// The alone network on the same rows.
        alone: Option<Evaluation>,
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
}

/// Rows that were made of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prepared {
    /// The rows.
    pub dataset: Dataset,
    /// How they were made (a `data::Recipe`, encoded).
    #[serde(with = "serde_bytes")]
    pub recipe: Vec<u8>,
    /// A network for them.
    pub suggested: Suggested,
    /// What may disappoint, in sentences.
    pub advice: Vec<String>,
}

/// A network that suits some data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggested {
    /// Its description.
    pub network: NetworkSpec,
    /// Why, in a sentence.
    pub reason: String,
    /// Training steps from beginning to end.
    pub steps: u32,
    /// Rows a step.
    pub batch_rows: u32,
    /// Adam's step size at first.
    pub learning_rate: f32,
}

/// A model from a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelFile {
    /// Its network.
    pub network: NetworkSpec,
    /// The model, encoded.
    #[serde(with = "serde_bytes")]
    pub model: Vec<u8>,
    /// How inputs are made (a `data::Recipe`, encoded); empty if the file does not say.
    #[serde(with = "serde_bytes")]
    pub recipe: Vec<u8>,
    /// What became of it, in a sentence; empty for a model of ours.
    pub remark: String,
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
    /// The worker is gone.
    #[error("the compute worker stopped: {0}; reload the page")]
    WorkerLost(String),
}

impl JobError {
    /// A stable name for the case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownCluster(_) => "unknown_cluster",
            Self::NoData(_) => "no_data",
            Self::InvalidInput(_) => "invalid_input",
            Self::WorkerLost(_) => "worker_lost",
        }
    }
}
