//! One workbench on two threads, with the same bits.
//!
//! In every round a device trains two networks that have nothing to do with each other: a copy of the shared one, and the
//! one that stays alone. A [`FirstLane`] is a workbench without the latter, a [`SecondLane`] holds nothing else. Whoever
//! drives them gives each job to both as [`Job::second_part`] says, and takes the answer from [`FirstLane::end`]:
//!
//! ```
//! # use peer::{Answer, FirstLane, Job, JobError, SecondLane, SecondPart};
//! # fn run(first: &mut FirstLane, second: &mut SecondLane, job: Job) -> Result<Answer, JobError> {
//! let part = job.second_part();
//! // On another thread, while this one goes on:
//! let beside = (part == SecondPart::AtOnce).then(|| second.run(job.clone()));
//! let begun = first.begin(job.clone());
//! let result = first.end(begun, beside);
//! match &result {
//!     Ok(_) if part == SecondPart::Afterwards => drop(second.run(job)?),
//!     Ok(Answer::Trained { .. }) => second.keep_training(),
//!     _ => {}
//! }
//! # result
//! # }
//! ```

use super::{
    Workbench,
    alone::Alone,
    cluster::{Cluster, Data},
    invalid,
    learning::{Manner, Trained, data_to_train_on},
    rehearsal::Rehearsal,
};
use crate::job::{Answer, Evaluation, Job, JobError, LocalTraining, SkillJob};
use neural::{Dataset, Model, nodes::Skill};
use serde::{Deserialize, Serialize};
use units::{ClusterId, SortedMap};

/// When a second lane does its part of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondPart {
    /// Not at all.
    Nothing,
    /// While the first lane does its own; its answer goes to [`FirstLane::end`].
    AtOnce,
    /// When the first lane has found that it is possible; there is nothing to wait for.
    Afterwards,
}

impl Job {
    /// What of this job belongs to a second lane.
    pub fn second_part(&self) -> SecondPart {
        match self {
            Self::Train { .. }
            | Self::TrainPrivately { .. }
            | Self::TrainMasked { .. }
            | Self::Aggregate { .. }
            | Self::AggregateSums { .. }
            | Self::Checkpoint { .. } => SecondPart::AtOnce,
            Self::CreateCluster { .. }
            | Self::RestoreCluster { .. }
            | Self::DropCluster { .. }
            | Self::LoadDataset { .. }
            | Self::ReplaceNetwork { .. }
            | Self::SetRehearsal { .. }
            | Self::Skill { job: SkillJob::Graft { .. }, .. } => SecondPart::Afterwards,
            Self::AdoptModel { .. }
            | Self::ExportModel { .. }
            | Self::Evaluate { .. }
            | Self::Predict { .. }
            | Self::LearnFromError { .. }
            | Self::CallForLearning { .. }
            | Self::ReadState { .. }
            | Self::WriteModelFile { .. }
            | Self::Skill { .. }
            | Self::Desk(_)
            | Self::Split { .. }
            | Self::Host { .. }
            | Self::Books(_)
            | Self::Memory(_)
            | Self::Mask { .. } => SecondPart::Nothing,
        }
    }
}

/// What a second lane's part of a job came to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SecondAnswer {
    /// Nothing to say.
    Done,
    /// The alone network has been trained, and waits for [`SecondLane::keep_training`].
    Trained,
    /// The alone network on the held-out rows; `None` where there are none.
    Judged(Option<Evaluation>),
    /// The alone network's two blocks of a checkpoint: its parameters, and the state of its learning.
    Blocks(#[serde(with = "serde_bytes")] Vec<u8>, #[serde(with = "serde_bytes")] Vec<u8>),
}

/// A workbench that leaves the alone networks to a second lane.
#[derive(Default)]
pub struct FirstLane(Workbench);

/// A job of which the first lane's part is done.
#[derive(Debug)]
pub struct Begun(Part);

#[derive(Debug)]
enum Part {
    All(Result<Answer, JobError>),
    Train(ClusterId, Result<Trained, JobError>),
    Aggregate(Result<Answer, JobError>),
    Checkpoint(ClusterId),
}

impl FirstLane {
    /// Without clusters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does the first lane's part of a job: all of it where a second lane has none at once.
    pub fn begin(&mut self, job: Job) -> Begun {
        Begun(match job {
            Job::Train { cluster, training } => self.train(cluster, &training, Manner::default()),
            Job::TrainPrivately { cluster, training, budget } => {
                self.train(cluster, &training, Manner::private(&budget))
            }
            Job::TrainMasked { cluster, training, budget } => {
                self.train(cluster, &training, Manner::masked(budget.as_ref()))
            }
            Job::Aggregate { .. } | Job::AggregateSums { .. } => Part::Aggregate(self.0.run(job)),
            Job::Checkpoint { cluster } => Part::Checkpoint(cluster),
            Job::CreateCluster { .. } | Job::RestoreCluster { .. } => {
                let answer = self.0.run(job);
                self.0.clusters.values_mut().for_each(|cluster| cluster.alone = None);
                Part::All(answer)
            }
            other => Part::All(self.0.run(other)),
        })
    }

    fn train(&mut self, cluster: ClusterId, training: &LocalTraining, manner: Manner<'_>) -> Part {
        let trained = self.0.get_mut(&cluster);
        let trained = trained.and_then(|it| it.train_copy(&cluster, training, manner));
        Part::Train(cluster, trained)
    }

    /// Joins both lanes' parts to the answer of the whole job. `second` is there where the second lane had a part at once.
    ///
    /// # Errors
    /// Those of [`Workbench::run`]; everything is then as it was. [`JobError::WorkerLost`] if the lanes are not those of
    /// one workbench.
    pub fn end(
        &mut self,
        begun: Begun,
        second: Option<Result<SecondAnswer, JobError>>,
    ) -> Result<Answer, JobError> {
        match (begun.0, second) {
            (Part::All(result), None) => result,
            // The alone network comes first, as on a whole workbench.
            (Part::Train(..), Some(Err(error))) => Err(error),
            (Part::Train(id, trained), Some(Ok(SecondAnswer::Trained))) => {
                let trained = trained?;
                Ok(self.0.get_mut(&id)?.accept(trained))
            }
            (Part::Aggregate(result), Some(Ok(SecondAnswer::Judged(judged)))) => {
                let mut answer = result?;
                if let Answer::Aggregated { alone, .. } = &mut answer {
                    *alone = judged;
                }
                Ok(answer)
            }
            (Part::Checkpoint(id), Some(Ok(SecondAnswer::Blocks(parameters, learning)))) => {
                Ok(self.0.get_mut(&id)?.checkpoint(&[parameters, learning]))
            }
            (Part::Aggregate(Err(error)), Some(Err(_))) => Err(error),
            (Part::Checkpoint(_), Some(Err(error))) => Err(error),
            (_, other) => Err(JobError::WorkerLost(format!(
                "its second lane answered something else: {other:?}"
            ))),
        }
    }
}

/// Keeps the alone networks of a workbench.
#[derive(Debug, Default)]
pub struct SecondLane {
    clusters: SortedMap<ClusterId, Place>,
    /// What the newest training has made of a network, until it counts. It never does if another job comes first.
    trained: Option<(ClusterId, Alone)>,
}

/// What a second lane holds of a cluster.
#[derive(Debug)]
struct Place {
    alone: Alone,
    data: Option<Data>,
    rehearsal: Rehearsal,
}

impl SecondLane {
    /// Without clusters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Does the second lane's part of a job.
    ///
    /// # Errors
    /// Those of [`Workbench::run`]. What the first lane has found possible is never refused.
    pub fn run(&mut self, job: Job) -> Result<SecondAnswer, JobError> {
        self.trained = None;
        match job {
            Job::CreateCluster { cluster, network, model } => {
                let made = Cluster::new(&network, model.as_deref())?;
                Ok(self.insert(cluster, made))
            }
            Job::RestoreCluster { cluster, checkpoint } => {
                let restored = Cluster::from_checkpoint(&checkpoint).map_err(invalid)?;
                Ok(self.insert(cluster, restored))
            }
            Job::ReplaceNetwork { cluster, model } => {
                let model = Model::decode(&model).map_err(invalid)?;
                self.get_mut(&cluster)?.alone = Alone::new(model.network().clone());
                Ok(SecondAnswer::Done)
            }
            Job::DropCluster { cluster } => {
                self.clusters.remove(&cluster);
                Ok(SecondAnswer::Done)
            }
            Job::LoadDataset { cluster, dataset, held_out_percent } => {
                self.get_mut(&cluster)?.load(dataset, held_out_percent)
            }
            Job::Train { cluster, training }
            | Job::TrainPrivately { cluster, training, .. }
            | Job::TrainMasked { cluster, training, .. } => {
                let trained = self.get_mut(&cluster)?.train(&cluster, &training)?;
                self.trained = Some((cluster, trained));
                Ok(SecondAnswer::Trained)
            }
            Job::Aggregate { cluster, .. } | Job::AggregateSums { cluster, .. } => {
                Ok(self.get_mut(&cluster)?.judge())
            }
            Job::SetRehearsal { cluster, is_on } => {
                self.get_mut(&cluster)?.rehearsal.is_on = is_on;
                Ok(SecondAnswer::Done)
            }
            Job::Skill { cluster, job: SkillJob::Graft { skill }, .. } => {
                self.get_mut(&cluster)?.graft(&cluster, &skill)
            }
            Job::Checkpoint { cluster } => {
                let [parameters, learning] = self.get_mut(&cluster)?.alone.to_blocks();
                Ok(SecondAnswer::Blocks(parameters, learning))
            }
            _ => Ok(SecondAnswer::Done),
        }
    }

    /// The newest training counts: the first lane's has come out well too.
    pub fn keep_training(&mut self) {
        if let Some((id, trained)) = self.trained.take()
            && let Some(place) = self.clusters.get_mut(&id)
        {
            place.alone = trained;
        }
    }

    fn get_mut(&mut self, id: &ClusterId) -> Result<&mut Place, JobError> {
        self.clusters.get_mut(id).ok_or_else(|| JobError::UnknownCluster(id.clone()))
    }

    fn insert(&mut self, id: ClusterId, cluster: Cluster) -> SecondAnswer {
        if let Some(alone) = cluster.alone {
            let rehearsal = cluster.rehearsal;
            self.clusters.insert(id, Place { alone, data: None, rehearsal });
        }
        SecondAnswer::Done
    }
}

impl Place {
    fn load(&mut self, dataset: Dataset, held_out_percent: u8) -> Result<SecondAnswer, JobError> {
        let data = Data::new(dataset, held_out_percent)?;
        self.rehearsal.see(&data);
        self.data = Some(data);
        Ok(SecondAnswer::Done)
    }

    fn train(&self, id: &ClusterId, training: &LocalTraining) -> Result<Alone, JobError> {
        let data = data_to_train_on(id, self.alone.network(), self.data.as_ref(), training)?;
        self.alone.trained(data, training, &self.rehearsal)
    }

    /// The first lane has found that the skill has a place.
    fn graft(&mut self, id: &ClusterId, skill: &[u8]) -> Result<SecondAnswer, JobError> {
        let skill = Skill::decode(skill).map_err(invalid)?;
        let data = self.data.as_ref().ok_or_else(|| JobError::NoData(id.clone()))?;
        self.alone = self.alone.with_skill(&skill, data)?;
        Ok(SecondAnswer::Done)
    }

    fn judge(&self) -> SecondAnswer {
        SecondAnswer::Judged(self.data.as_ref().and_then(|data| self.alone.judged_on(data)))
    }
}
