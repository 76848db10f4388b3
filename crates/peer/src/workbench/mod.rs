//! Where jobs are done: the clusters of this device, their numbers and their rows.
//!
//! ```
//! use peer::{Answer, Job, Workbench};
//! use protocol::cluster::{LayerSpec, NetworkSpec};
//!
//! let cluster: units::ClusterId = "digits".parse().unwrap();
//! let layers = vec![LayerSpec::new(8, 4)];
//! let network = NetworkSpec { inputs: 2, steps: 1, layers, classes: 2, seed: 1 };
//! let mut workbench = Workbench::new();
//! workbench.run(Job::CreateCluster { cluster: cluster.clone(), network, model: None }).unwrap();
//! let answer = workbench.run(Job::Predict { cluster, input: vec![1.0, 0.0] }).unwrap();
//! let Answer::Predicted(seen) = answer else { panic!("a prediction was asked for") };
//! assert!(seen.classes[0].probability >= seen.classes[1].probability);
//! ```

mod alone;
mod books;
mod checkpoint;
mod cluster;
mod desk;
mod hosting;
mod lanes;
mod learning;
mod loans;
mod looking;
mod masks;
mod node_memory;
mod privacy;
mod rehearsal;
mod skills;
mod split;

use crate::job::{Answer, Job, JobError, SplitJob};
use ::books::Books;
use alone::Alone;
use cluster::Cluster;
use hosting::Carried;
use learning::Manner;
use neural::{Dataset, Model};
use protocol::cluster::NetworkSpec;
use units::{ClusterId, SortedMap};

pub use lanes::{Begun, FirstLane, SecondAnswer, SecondLane, SecondPart};

/// Clusters on one device.
pub(crate) const CLUSTERS_MAX: usize = 16;

/// Parameters of all clusters together; each takes about 50 bytes while it trains.
const PARAMETERS_MAX: u64 = 8 << 20;

/// Bytes of rows of all clusters together.
const ROWS_BYTES_MAX: usize = 256 << 20;

/// Does the jobs of an engine, in order, with nothing but its own memory. A job that fails changes nothing.
#[derive(Default)]
pub struct Workbench {
    clusters: SortedMap<ClusterId, Cluster>,
    /// Nodes of others, by the engine's numbers.
    carried: SortedMap<u32, Carried>,
    /// Those of the room that this device is in.
    books: Option<Box<Books>>,
    /// Whether nodes that it lends learn nothing, although it says so.
    #[cfg(feature = "cheats")]
    is_lazy: bool,
}

impl Workbench {
    /// Without clusters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Nodes that it lends learn nothing from here on, although it says so.
    #[cfg(feature = "cheats")]
    pub fn be_lazy(&mut self) {
        self.is_lazy = true;
    }

    /// What a cluster has learnt and not sent, one number a parameter: for whoever checks what masks hide.
    #[cfg(feature = "cheats")]
    pub fn unsent(&self, cluster: &ClusterId) -> Option<&[f32]> {
        Some(&self.clusters.get(cluster)?.residual)
    }

    /// Does one job. It takes as long as it takes: call it where nobody waits for a frame.
    ///
    /// # Errors
    /// [`JobError`] says what is wrong with the job; everything is then as it was.
    pub fn run(&mut self, job: Job) -> Result<Answer, JobError> {
        match job {
            Job::CreateCluster { cluster, network, model } => {
                self.check_room(&cluster, &network)?;
                Ok(self.insert(cluster, Cluster::new(&network, model.as_deref())?))
            }
            Job::RestoreCluster { cluster, checkpoint } => {
                let network = checkpoint::network_of(&checkpoint).map_err(invalid)?;
                self.check_room(&cluster, &network)?;
                let restored = Cluster::from_checkpoint(&checkpoint).map_err(invalid)?;
                Ok(self.insert(cluster, restored))
            }
            Job::DropCluster { cluster } => match self.clusters.remove(&cluster) {
                Some(_) => Ok(Answer::Done),
                None => Err(JobError::UnknownCluster(cluster)),
            },
            Job::LoadDataset { cluster, dataset, held_out_percent } => {
                self.check_memory_for_rows(&cluster, &dataset)?;
                self.get_mut(&cluster)?.load(dataset, held_out_percent)
            }
            Job::SetRehearsal { cluster, is_on } => {
                self.get_mut(&cluster)?.rehearsal.is_on = is_on;
                Ok(Answer::Done)
            }
            Job::Train { cluster, training } => {
                self.get_mut(&cluster)?.train(&cluster, &training, Manner::default())
            }
            Job::TrainPrivately { cluster, training, budget } => {
                self.get_mut(&cluster)?.train(&cluster, &training, Manner::private(&budget))
            }
            Job::TrainMasked { cluster, training, budget } => {
                self.get_mut(&cluster)?.train(&cluster, &training, Manner::masked(budget.as_ref()))
            }
            Job::AggregateSums { cluster, sums, reach, own } => {
                self.get_mut(&cluster)?.aggregate_sums(&sums, reach, own)
            }
            Job::Mask { cluster, job } => self.get_mut(&cluster)?.run_masks(job),
            Job::Aggregate { cluster, updates } => self.get_mut(&cluster)?.aggregate(&updates),
            Job::AdoptModel { cluster, model, expected, keep_ours } => {
                self.get_mut(&cluster)?.adopt(&model, expected, keep_ours)
            }
            Job::ReplaceNetwork { cluster, model } => self.replace_network(&cluster, &model),
            Job::ExportModel { cluster } => Ok(self.get_mut(&cluster)?.export()),
            Job::Checkpoint { cluster } => {
                let cluster = self.get_mut(&cluster)?;
                let alone = cluster.alone.as_ref().map(Alone::to_blocks).unwrap_or_default();
                Ok(cluster.checkpoint(&alone))
            }
            Job::Evaluate { cluster, dataset } => {
                self.get_mut(&cluster)?.evaluate(&cluster, dataset.as_ref())
            }
            Job::Predict { cluster, input } => self.get_mut(&cluster)?.predict(input),
            Job::LearnFromError { cluster, error } => {
                self.get_mut(&cluster)?.learn_from_error(&error)
            }
            Job::CallForLearning { cluster, urgency } => {
                let cluster = self.get_mut(&cluster)?;
                cluster.learning.call_for_learning(urgency);
                if let Some(split) = &mut cluster.split {
                    split.call_for_learning(urgency);
                }
                Ok(Answer::Done)
            }
            Job::ReadState { cluster } => Ok(self.get_mut(&cluster)?.state()),
            Job::WriteModelFile { cluster, format, recipe } => {
                self.get_mut(&cluster)?.write_file(format, &recipe)
            }
            Job::Skill { cluster, recipe, job } => self.run_skills(&cluster, recipe, job),
            Job::Desk(job) => self.run_at_desk(job),
            Job::Split { cluster, now, job: SplitJob::Loan(job) } => {
                self.run_loans(&cluster, now, job)
            }
            Job::Split { cluster, now, job: SplitJob::Keep { part, slice } } => {
                self.keep_part(&cluster, now, part, &slice)
            }
            Job::Split { cluster, job, .. } => self.get_mut(&cluster)?.run_split(&cluster, job),
            Job::Host { now, job } => self.run_host(now, job),
            Job::Books(job) => self.run_books(*job),
            Job::Memory(_) => Err(invalid("a memory is kept elsewhere")),
        }
    }

    fn get_mut(&mut self, id: &ClusterId) -> Result<&mut Cluster, JobError> {
        self.clusters.get_mut(id).ok_or_else(|| JobError::UnknownCluster(id.clone()))
    }

    fn insert(&mut self, id: ClusterId, cluster: Cluster) -> Answer {
        let network = cluster.model.network().spec().clone();
        let model = cluster.model_hash;
        self.clusters.insert(id, cluster);
        Answer::Created { network, model }
    }

    /// Whether another cluster fits, before any memory is taken for it.
    fn check_room(&self, id: &ClusterId, network: &NetworkSpec) -> Result<(), JobError> {
        network.validate().map_err(invalid)?;
        if self.clusters.contains_key(id) {
            return Err(invalid(format_args!("cluster `{id}` exists: drop it first")));
        }
        if self.clusters.len() >= CLUSTERS_MAX {
            return Err(invalid(format_args!(
                "{CLUSTERS_MAX} clusters are as many as a device holds: drop one first"
            )));
        }
        let held: u64 = self.clusters.values().map(Cluster::parameters).sum();
        let wanted = network.parameters();
        if held + wanted > PARAMETERS_MAX {
            return Err(invalid(format_args!(
                "{wanted} parameters are too many beside the {held} on this device, which holds \
                 {PARAMETERS_MAX}: drop a cluster first"
            )));
        }
        Ok(())
    }

    fn replace_network(&mut self, id: &ClusterId, model: &[u8]) -> Result<Answer, JobError> {
        let model = Model::decode(model).map_err(invalid)?;
        self.check_growth(id, model.network().parameters().len())?;
        self.get_mut(id)?.replace(model)
    }

    fn check_memory_for_rows(&self, id: &ClusterId, dataset: &Dataset) -> Result<(), JobError> {
        let others = self.clusters.iter().filter(|(other, _)| *other != id);
        let held: usize = others.map(|(_, cluster)| cluster.rows_bytes()).sum();
        let wanted = dataset.size_bytes();
        if held.saturating_add(wanted) > ROWS_BYTES_MAX {
            return Err(invalid(format_args!(
                "{wanted} bytes of rows are too many beside the {held} on this device, which holds \
                 {ROWS_BYTES_MAX}: drop a cluster first"
            )));
        }
        Ok(())
    }
}

/// A job with a value that is not what it should be.
fn invalid(problem: impl core::fmt::Display) -> JobError {
    JobError::InvalidInput(problem.to_string())
}
