//! A network that learns: its numbers, and what its learning remembers.

use crate::{
    bytes::Writer,
    dataset::Dataset,
    learning::{
        plan::Plan,
        state::LearningState,
        train::{Diverged, train},
    },
    network::Network,
};
use core::fmt::{self, Display};
use protocol::cluster::{InvalidSpec, NetworkSpec};
use units::Hash;

/// A network with the state of its learning: all that its next step depends on, beside the rows.
///
/// Written out, it is its description: "64 values, 48 nodes (timer 4), 10 classes", and how many numbers that are.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The network.
    pub network: Network,
    /// What its learning remembers.
    pub learning: LearningState,
}

impl Cluster {
    /// In the first state of its description.
    ///
    /// # Errors
    /// [`InvalidSpec`] if the description is out of bounds.
    pub fn new(spec: &NetworkSpec) -> Result<Self, InvalidSpec> {
        Network::new(spec).map(Self::of)
    }

    /// A network that has yet to learn here.
    pub fn of(network: Network) -> Self {
        let learning = LearningState::new(network.spec());
        Self { network, learning }
    }

    /// Trains on those `rows` of `dataset`, which must fit; gives the mean loss over steps and layers.
    ///
    /// # Errors
    /// [`Diverged`]; the cluster is then of no use.
    ///
    /// # Panics
    /// As [`train`] does.
    pub fn train(&mut self, dataset: &Dataset, rows: &[u32], plan: &Plan) -> Result<f32, Diverged> {
        train(&mut self.network, &mut self.learning, dataset, rows, plan)
    }

    /// The SHA-256 of its exact state: equal hashes mean equal next steps, bit for bit.
    pub fn hash(&self) -> Hash {
        let mut writer = Writer::new();
        writer.bytes(self.network.spec().to_string().as_bytes());
        writer.floats(self.network.parameters());
        self.learning.write(&mut writer);
        Hash::of(writer.written())
    }
}

impl Display for Cluster {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.network.spec().fmt(formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::LayerSpec;

    fn cluster() -> Cluster {
        let layers = vec![LayerSpec::new(6, 4), LayerSpec::new(5, 3)];
        let spec = NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 11 };
        Cluster::new(&spec).unwrap()
    }

    #[test]
    fn the_hash_is_of_the_exact_state() {
        let (before, mut after) = (cluster(), cluster());
        assert_eq!(before.hash(), after.hash());
        after.learning.call_for_learning(0.5);
        assert_ne!(before.hash(), after.hash(), "the next step would be longer");
        let mut parameters = before.network.parameters().to_vec();
        parameters[7] = f32::from_bits(parameters[7].to_bits() ^ 1);
        let network = before.network.with_parameters(parameters).unwrap();
        assert_ne!(Cluster { network, ..before.clone() }.hash(), before.hash(), "one bit");
    }

    #[test]
    fn a_person_can_read_what_it_is() {
        let words = cluster().to_string();
        assert!(words.contains("6 nodes") && words.contains("2 classes"), "{words}");
    }
}
