//! What the application proposes where a person has not chosen. Measured on the built-in sets; change them here only.

use data::{Shape, Suggestion, suggest_network};
use peer::ClusterView;
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    session::SessionOptions,
};

/// A data set that ships with the site, and what suits it.
#[derive(Debug, PartialEq, Eq)]
pub struct BuiltinSet {
    /// Its name in addresses, and the name of the cluster that learns it.
    pub id: &'static str,
    /// Its name for people.
    pub name: &'static str,
    /// What a session on it is called.
    pub task: &'static str,
    /// Pixels of a picture's side.
    pub side: usize,
    /// Classes.
    pub classes: u32,
    /// How many parts it is cut into.
    pub parts: u32,
    /// Of each class on a device, how many in a hundred are held out.
    pub held_out_percent: u8,
    /// Nodes of each layer.
    pub layers: &'static [u32],
}

/// The sets, the one that is always there first.
///
/// For `digits`, the example `alone_vs_together` of `peer` (16 seeds) gave 83.6 % alone and 88.8 % together with two
/// devices, 83.8 % and 91.6 % with four; no device was worse off. With fewer rows held out devices need each other less.
pub const SETS: &[BuiltinSet] = &[
    BuiltinSet {
        id: "digits",
        name: "Handwritten digits, 8×8",
        task: "Tell handwritten digits apart",
        side: 8,
        classes: 10,
        parts: 4,
        held_out_percent: 80,
        layers: &[128, 128],
    },
    BuiltinSet {
        id: "mnist",
        name: "Handwritten digits, 28×28 (MNIST)",
        task: "Tell handwritten digits apart (MNIST)",
        side: 28,
        classes: 10,
        parts: 6,
        held_out_percent: 20,
        layers: &[128, 128],
    },
];

/// Samples after which a silent node is forced: about 10 % of the nodes fire at 4.
pub const TIMER: u32 = 4;

/// Decides the first weights, so that all devices start from the same ones.
pub const SEED: u64 = 1;

/// The set of that name.
pub fn set_named(id: &str) -> Option<&'static BuiltinSet> {
    SETS.iter().find(|set| set.id == id)
}

impl BuiltinSet {
    /// The network that learns the set.
    pub fn network(&self) -> NetworkSpec {
        network((self.side * self.side) as u32, self.layers, self.classes)
    }

    /// The part that a device proposes before its owner has chosen, from 0: devices take the parts in the order in which
    /// they came.
    pub fn part_for(&self, came_before: u32) -> u32 {
        came_before % self.parts
    }
}

/// A network of the given layers.
pub fn network(inputs: u32, nodes: &[u32], classes: u32) -> NetworkSpec {
    let layers = nodes.iter().map(|&nodes| LayerSpec::new(nodes, TIMER)).collect();
    NetworkSpec { inputs, steps: 1, layers, classes, seed: SEED }
}

/// How a session on a cluster trains. On people's own rows as the suggestion for them says, in rounds as long as elsewhere;
/// the class's `inspect_dataset` proposes the same as `learning`.
pub fn session_options(cluster: Option<&ClusterView>) -> SessionOptions {
    let is_own = |cluster: &&ClusterView| !cluster.recipe.is_empty();
    let suggestion = cluster.filter(is_own).and_then(|cluster| {
        let NetworkSpec { inputs, classes, .. } = cluster.network;
        let shape = Shape { rows: cluster.train_rows, inputs, classes };
        // Without rows there is none.
        suggest_network(shape, u64::MAX, SEED).ok()
    });
    suggestion.map_or_else(SessionOptions::default, |Suggestion { plan, .. }| {
        SessionOptions::for_training(plan.steps, plan.batch_rows, plan.learning_rate)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_a_network_that_can_be_made_and_a_name_that_a_cluster_can_have() {
        for set in SETS {
            assert_eq!(set.network().validate(), Ok(()), "{}", set.id);
            assert!(set.id.parse::<units::ClusterId>().is_ok());
            assert!(set.task.chars().count() <= protocol::limits::TASK_CHARS_MAX);
        }
    }

    #[test]
    fn own_rows_are_trained_on_as_their_suggestion_says_and_others_as_measured() {
        let cluster = |train_rows, recipe: &[u8]| ClusterView {
            id: "iris".parse().unwrap(),
            network: network(5, &[128], 3),
            model: units::Hash::of(&[]),
            train_rows,
            held_out_rows: 30,
            class_rows: Vec::new(),
            origin: None,
            recipe: recipe.to_vec(),
        };
        let measured = SessionOptions::default();
        assert_eq!(session_options(None), measured);
        assert_eq!(session_options(Some(&cluster(120, &[]))), measured);
        assert_eq!(session_options(Some(&cluster(0, &[1]))), measured, "no rows, no suggestion");
        let suggestion =
            suggest_network(Shape { rows: 120, inputs: 5, classes: 3 }, u64::MAX, SEED).unwrap();
        assert!(suggestion.reason.contains("1000 steps of 16 rows"), "{}", suggestion.reason);
        let options = session_options(Some(&cluster(120, &[1])));
        assert_eq!(options.rounds * options.local_steps, 1_000);
        assert_eq!((options.batch_rows, options.learning_rate_millionths), (16, 5_000));
    }

    #[test]
    fn devices_propose_different_parts_while_there_are_enough() {
        let set = set_named("digits").unwrap();
        let parts: std::collections::BTreeSet<u32> =
            (0..set.parts).map(|came_before| set.part_for(came_before)).collect();
        assert_eq!(parts.len(), set.parts as usize);
        assert!(set.part_for(u32::MAX) < set.parts);
    }
}
