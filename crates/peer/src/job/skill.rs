//! Work on what nodes have learnt and do: skills, and activity.

pub use memory::call::Activity;
use protocol::cluster::NetworkSpec;
use serde::{Deserialize, Serialize};
use units::Hash;

/// Something about the nodes of a cluster's shared network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SkillJob {
    /// Copy what the most important nodes of a layer have learnt. Answer: [`SkillAnswer::Taken`].
    Take {
        /// The layer, from 0 above the input.
        layer: u32,
        /// How many nodes; as many as a skill holds if there are more.
        nodes: u32,
    },
    /// What would this device's held-out rows gain by a skill? Nothing changes. Answer: [`SkillAnswer::Tried`].
    Try {
        /// The encoding of a `neural::nodes::Skill`.
        #[serde(with = "serde_bytes")]
        skill: Vec<u8>,
    },
    /// Add the nodes of a skill to the cluster. Answer: [`SkillAnswer::Grafted`].
    Graft {
        /// The encoding of a `neural::nodes::Skill`.
        #[serde(with = "serde_bytes")]
        skill: Vec<u8>,
    },
    /// What does firing look like? Answer: [`SkillAnswer::Activity`].
    Activity(ActivityOf),
}

/// What firing is looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ActivityOf {
    /// That at rows of any class: which nodes are busier than others.
    All,
    /// That at rows of one class, against all classes.
    Class(u16),
    /// That at one input, against rows of all classes.
    Input(Vec<f32>),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SkillAnswer {
    /// Nodes have been copied.
    Taken {
        /// The encoding of a `neural::nodes::Skill`.
        #[serde(with = "serde_bytes")]
        skill: Vec<u8>,
        /// How many there are.
        nodes: u32,
        /// What the network's activity is like at the classes at which they fire.
        activity: Activity,
    },
    /// What a skill would bring.
    Tried(Trial),
    /// Nodes have been added; the cluster's network is another one now.
    Grafted {
        /// As it is described now.
        network: NetworkSpec,
        /// The hash of the shared network.
        model: Hash,
        /// How many were added.
        nodes: u32,
        /// How much their readout counts, in percent of where they came from.
        strength_percent: u8,
    },
    /// What firing looks like.
    Activity {
        /// As a vector.
        activity: Activity,
        /// Rows that were looked at of what was asked for.
        rows: u32,
        /// Those of them that the network tells right.
        correct: u32,
    },
}

/// What a skill would bring: rows of this device that no training has seen, told right without it and with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// Rows looked at.
    pub rows: u32,
    /// Told right as the network is.
    pub without: u32,
    /// Told right with the skill's nodes in it.
    pub with: u32,
    /// How much the readout of those nodes would count, in percent of where they came from: what suits this device's training rows.
    pub strength_percent: u8,
    /// Steps of training that both were then given.
    pub trained_steps: u32,
    /// Told right after them without the skill.
    pub trained_without: u32,
    /// Told right after them with it.
    pub trained_with: u32,
}
