//! Networks whose nodes are on several devices.

use crate::{HostError, host::Host};
use peer::SplitTraining;
use units::ClusterId;

impl Host {
    /// Carries so many nodes of other devices' networks, from 0, which is none.
    ///
    /// # Errors
    /// [`HostError::Command`] if that is too many.
    pub fn carry_nodes(&self, nodes: u32) -> Result<(), HostError> {
        self.command(|engine, now| engine.carry_nodes(now, nodes))
    }

    /// Gives nodes of a cluster to connected devices that carry nodes of others.
    ///
    /// # Errors
    /// [`HostError::Command`] says what is missing.
    pub fn split_cluster(&self, cluster: ClusterId) -> Result<(), HostError> {
        self.command(|engine, now| engine.split_cluster(now, cluster))
    }

    /// Trains a split cluster on this device's rows, wherever its nodes are.
    ///
    /// # Errors
    /// [`HostError::Command`] says what is missing.
    pub fn train_split(
        &self,
        cluster: ClusterId,
        training: SplitTraining,
    ) -> Result<(), HostError> {
        self.command(|engine, now| engine.train_split(now, cluster, training))
    }

    /// Sends no more batches of training up.
    ///
    /// # Errors
    /// [`HostError::Command`] if the cluster is not split.
    pub fn stop_split_training(&self, cluster: &ClusterId) -> Result<(), HostError> {
        self.command(|engine, now| engine.stop_split_training(now, cluster))
    }

    /// Brings all nodes of a cluster home, with what they have learnt.
    ///
    /// # Errors
    /// [`HostError::Command`] if the cluster is not split.
    pub fn gather_cluster(&self, cluster: &ClusterId) -> Result<(), HostError> {
        self.command(|engine, now| engine.gather_cluster(now, cluster))
    }
}
