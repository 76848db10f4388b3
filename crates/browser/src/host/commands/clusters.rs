//! Clusters, their rows, and what they answer.

use crate::{HostError, host::Host};
use neural::Dataset;
use peer::{Answer, Class, ClusterState, Evaluation};
use protocol::cluster::NetworkSpec;
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
    /// Makes a cluster of threshold-gated nodes on this device.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name the value that is wrong.
    pub async fn create_cluster(
        &self,
        cluster: ClusterId,
        network: NetworkSpec,
    ) -> Result<Hash, HostError> {
        match self.job(|engine, now| engine.create_cluster(now, cluster, network)).await? {
            Answer::Created { model, .. } => Ok(model),
            // The cluster was there already, with this network.
            Answer::State(state) => Ok(state.model),
            other => Err(unexpected(&other)),
        }
    }

    /// Puts rows on a cluster, in place of earlier ones. `source` names a set that ships with the application, which is
    /// then asked for by [`peer::Event::DatasetWanted`] in a later life; without it the rows are stored on this device.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn load_dataset(
        &self,
        cluster: ClusterId,
        dataset: Dataset,
        held_out_percent: u8,
        source: Option<String>,
    ) -> Result<LoadedRows, HostError> {
        let answer = self.job(|engine, now| {
            engine.load_dataset(now, cluster, dataset, held_out_percent, source)
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

    /// What does the shared network see? Classes by falling probability.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn predict(
        &self,
        cluster: ClusterId,
        input: Vec<f32>,
    ) -> Result<Vec<Class>, HostError> {
        match self.job(|engine, now| engine.predict(now, cluster, input)).await? {
            Answer::Predicted(classes) => Ok(classes),
            other => Err(unexpected(&other)),
        }
    }

    /// Takes one local learning step from a given error, one value a class, on the newest predicted input.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn learn_from_error(
        &self,
        cluster: ClusterId,
        error: Vec<f32>,
    ) -> Result<(), HostError> {
        self.job(|engine, now| engine.learn_from_error(now, cluster, error)).await.map(|_| ())
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
fn unexpected(answer: &Answer) -> HostError {
    let kind = format!("{answer:?}");
    let kind = kind.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
    peer::JobError::WorkerLost(format!("it answered `{kind}`, which nobody asked for")).into()
}
