//! Work that takes too long for the engine's own thread.

mod answer;
mod books;
mod desk;
mod masks;
mod memory;
mod skill;
mod split;

pub use answer::{
    Answer, Class, ClusterState, Evaluation, JobError, LayerState, NodeMemory, Prediction, Spent,
};
pub use books::{BooksAnswer, BooksCall, BooksJob, BooksReply, LedgerView};
pub use desk::{DeskJob, ModelFile, ModelFormat, Prepared, Suggested, TableFile};
pub use masks::{GroupSum, MaskBytes, MaskGroup, MaskJob, MaskedSum};
pub use memory::{MemoryAnswer, MemoryCall, MemoryJob};
pub use skill::{Activity, ActivityOf, SkillAnswer, SkillJob, Trial};
pub use split::{HostJob, LoanAnswer, LoanJob, LoanNote, LoanProgress, Next, Passage, SplitJob};

use neural::{Compression, Dataset};
use protocol::cluster::NetworkSpec;
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash, PeerId, SessionId, UnixMillis};

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
    /// Whether a few rows of classes that came before are rehearsed while the cluster trains on rows without them; they are unless
    /// this says otherwise. Answer: [`Answer::Done`].
    SetRehearsal {
        /// The cluster.
        cluster: ClusterId,
        /// Whether.
        is_on: bool,
    },
    /// Train a copy of the shared network, and the alone network, on this device's rows. Where these lack classes that earlier ones
    /// had, prototypes of those are rehearsed. Answer: [`Answer::Trained`].
    Train {
        /// The cluster.
        cluster: ClusterId,
        /// How.
        training: LocalTraining,
    },
    /// The same so that each row stays private, as the budget allows. What a cluster learnt otherwise on this device, lessons
    /// among it, does not go into the update. Answer: [`Answer::Trained`], or [`JobError::BudgetSpent`].
    TrainPrivately {
        /// The cluster.
        cluster: ClusterId,
        /// How.
        training: LocalTraining,
        /// Within which budget.
        budget: RowBudget,
    },
    /// Train in either way, and keep what was learnt here until masks are put on it. Answer: [`Answer::Trained`] without an
    /// update.
    TrainMasked {
        /// The cluster.
        cluster: ClusterId,
        /// How; compression is none.
        training: LocalTraining,
        /// Within which budget, where rows are private.
        budget: Option<RowBudget>,
    },
    /// Bring updates into the shared network. The outcome depends on nothing but the shared network and the updates, in
    /// their order. Answer: [`Answer::Aggregated`].
    Aggregate {
        /// The cluster.
        cluster: ClusterId,
        /// The updates by ascending peer.
        updates: Vec<WeightedUpdate>,
    },
    /// Bring sums of groups into the shared network. Answer: [`Answer::Aggregated`] without scores.
    AggregateSums {
        /// The cluster.
        cluster: ClusterId,
        /// The sums in the order of their groups.
        sums: Vec<GroupSum>,
        /// How far a value may go in one change.
        reach: f32,
        /// Whether a change of this workbench is in one of them.
        own: bool,
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
        /// How much this device's next updates bring in of what the model that goes has learnt and this one has not: 0 for
        /// nothing, 1 where both have learnt as long.
        keep_ours: f32,
    },
    /// Put a network of other nodes in the place of the cluster's, with its rows: another device of this person has let it grow.
    /// Answer: [`Answer::Created`].
    ReplaceNetwork {
        /// The cluster.
        cluster: ClusterId,
        /// The model's encoding; inputs and classes are the cluster's.
        #[serde(with = "serde_bytes")]
        model: Vec<u8>,
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
        /// One input. For a network of several frames an input may be a single frame: it comes after those of the jobs
        /// before, until a whole input begins anew.
        input: Vec<f32>,
    },
    /// Take one local learning step from a given error on the newest predicted input, or on the newest frames. Answer:
    /// [`Answer::Done`].
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
    /// Something about what the nodes of a cluster have learnt and do. Answer: [`Answer::Skill`].
    Skill {
        /// The cluster.
        cluster: ClusterId,
        /// The name of how its inputs are made: skills of other inputs have no place in it.
        recipe: Hash,
        /// What.
        job: SkillJob,
    },
    /// Something about files that people bring; no cluster changes by it.
    Desk(DeskJob),
    /// Something about a cluster whose nodes are on several devices.
    Split {
        /// The cluster.
        cluster: ClusterId,
        /// When.
        now: UnixMillis,
        /// What.
        job: SplitJob,
    },
    /// Something about nodes that this device carries for others.
    Host {
        /// When.
        now: UnixMillis,
        /// What.
        job: HostJob,
    },
    /// Something about the room's books. Answer: [`Answer::Books`].
    Books(Box<BooksJob>),
    /// Something about what this device remembers, which no [`crate::Workbench`] does. Answer: [`Answer::Memory`].
    Memory(Box<MemoryJob>),
    /// Something about this device's part in a group of which only the sum is seen.
    Mask {
        /// The cluster.
        cluster: ClusterId,
        /// What.
        job: MaskJob,
    },
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
    /// How the update is written.
    pub compression: Compression,
    /// Decides which rows make which step.
    pub seed: u64,
}

/// What a session's private training may spend on this device, and has spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowBudget {
    /// The session: what is learnt outside of it has no part in its updates.
    pub session: SessionId,
    /// The ε that all of its rounds may come to.
    pub epsilon_thousandths: u32,
    /// Training steps after this round, if this device takes part in all rounds.
    pub steps_later: u64,
    /// The accountant's own, from [`Spent::account`]; nothing at first.
    #[serde(with = "serde_bytes")]
    pub account: Vec<u8>,
    /// Of it is all noise. Nobody else may know it, and no two jobs may have the same.
    pub entropy: [u8; 32],
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
