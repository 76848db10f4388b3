//! Clusters, their rows, and what they answer.

use crate::{HostError, host::Host};
use neural::Dataset;
use peer::{Answer, Blueprint, ClusterState, Evaluation, ModelFormat, Origin, Prediction};
use units::{ClusterId, Hash};

/// Rows as they stand on a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedRows {
    /// Rows to train on.
    pub train_rows: u32,
    /// Rows to evaluate on.
    pub held_out_rows: u32,
    /// Training rows of each class.
    pub class_rows: Vec<u32>,
}

impl Host {
    /// Makes a cluster of threshold-gated nodes on this device, in the first state that its network's seed gives or in that
    /// of a model.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name the value that is wrong.
    pub async fn create_cluster(
        &self,
        cluster: ClusterId,
        blueprint: impl Into<Blueprint>,
    ) -> Result<Hash, HostError> {
        match self.job(|engine, now| engine.create_cluster(now, cluster, blueprint)).await? {
            Answer::Created { model, .. } => Ok(model),
            // The cluster was there already, with this network.
            Answer::State(state) => Ok(state.model),
            other => Err(unexpected(&other)),
        }
    }

    /// Puts rows on a cluster, in place of earlier ones.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn load_dataset(
        &self,
        cluster: ClusterId,
        dataset: Dataset,
        held_out_percent: u8,
        origin: Origin,
    ) -> Result<LoadedRows, HostError> {
        let answer = self.job(|engine, now| {
            engine.load_dataset(now, cluster, dataset, held_out_percent, origin)
        });
        match answer.await? {
            Answer::Loaded { train_rows, held_out_rows, class_rows } => {
                Ok(LoadedRows { train_rows, held_out_rows, class_rows })
            }
            other => Err(unexpected(&other)),
        }
    }

    /// Evaluates the shared network on the given rows, or else on the held-out ones.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn evaluate(
        &self,
        cluster: ClusterId,
        dataset: Option<Dataset>,
    ) -> Result<Evaluation, HostError> {
        match self.job(|engine, now| engine.evaluate(now, cluster, dataset)).await? {
            Answer::Evaluated(evaluation) => Ok(evaluation),
            other => Err(unexpected(&other)),
        }
    }

    /// What does the shared network see, and which nodes fire at it?
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn predict(
        &self,
        cluster: ClusterId,
        input: Vec<f32>,
    ) -> Result<Prediction, HostError> {
        match self.job(|engine, now| engine.predict(now, cluster, input)).await? {
            Answer::Predicted(prediction) => Ok(prediction),
            other => Err(unexpected(&other)),
        }
    }

    /// Takes one local learning step from a given error, one value a class, on the newest predicted input; gives how many
    /// other devices took it, which carry nodes of the cluster.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn learn_from_error(
        &self,
        cluster: ClusterId,
        error: Vec<f32>,
    ) -> Result<u32, HostError> {
        match self.job(|engine, now| engine.learn_from_error(now, cluster, error)).await? {
            Answer::Taught { peers } => Ok(peers),
            _ => Ok(0),
        }
    }

    /// Asks this device and all connected ones to learn a cluster faster for a while; gives how many of the others were
    /// reached.
    ///
    /// # Errors
    /// [`HostError::Command`] if there is no such cluster, or the urgency is not from 0 to 1.
    pub fn call_for_learning(&self, cluster: ClusterId, urgency: f32) -> Result<u32, HostError> {
        self.command(|engine, now| engine.call_for_learning(now, cluster, urgency))
    }

    /// The shared network as a file that other programs understand.
    ///
    /// # Errors
    /// [`HostError::Command`] if there is no such cluster, [`HostError::Job`] if the format has no room for its network.
    pub async fn write_model_file(
        &self,
        cluster: ClusterId,
        format: ModelFormat,
    ) -> Result<Vec<u8>, HostError> {
        match self.job(|engine, now| engine.write_model_file(now, cluster, format)).await? {
            Answer::File(bytes) => Ok(bytes),
            other => Err(unexpected(&other)),
        }
    }

    /// Waits until all clusters are back that were stored in an earlier life; those that are damaged are told of as events.
    pub async fn restored(&self) {
        let restoring = || self.0.engine.borrow().restoring();
        while let Some(cluster) = restoring() {
            // Answered behind the job that brings it back; an error means that it did not come back, or that nothing
            // can be asked now.
            let answer = self.cluster_state(cluster.clone()).await;
            if answer.is_err() && restoring() == Some(cluster) {
                return;
            }
        }
    }

    /// Thresholds, firing rates, operations saved.
    ///
    /// # Errors
    /// [`HostError::Command`] if there is no such cluster.
    pub async fn cluster_state(&self, cluster: ClusterId) -> Result<ClusterState, HostError> {
        match self.job(|engine, now| engine.read_state(now, cluster)).await? {
            Answer::State(state) => Ok(state),
            other => Err(unexpected(&other)),
        }
    }
}

/// An answer of another kind than the job's means that worker and page are of different builds.
pub(super) fn unexpected(answer: &Answer) -> HostError {
    let kind = format!("{answer:?}");
    let kind = kind.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
    peer::JobError::WorkerLost(format!("it answered `{kind}`, which nobody asked for")).into()
}
