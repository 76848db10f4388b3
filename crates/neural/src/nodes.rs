//! Nodes by their addresses: they move between networks, multiply, go, and live partly on other devices.
//!
//! Whatever is done to a layer's nodes, the layer above must get what it got before. It divides its input by the root mean
//! square over the layer's *width*, so its weights are multiplied by `sqrt(nodes before / nodes after)`. What is left is the
//! floor of 1e-3 under that root: the input of the layer above changes by at most
//! `|sqrt(after / before) - 1| · 1e-3 / (rms + 1e-3)` of itself, and by nothing where the layer is silent.
//!
//! Adam's moments follow: where a gradient becomes `g` times as large, its mean does so too, and its square `g²` times.
//!
//! A static layer may live partly elsewhere, as no layer waits for an error from above: a [`Slice`] gets the events of the layer
//! below and gives its own, and learns from labels, or from the errors of the whole layer's readout, which stays with the
//! [`LayerHome`]. On the digits that ship with the application (64-64-48-10 nodes, seven seeds), all messages as bytes of
//! [`wire`], 10 % of them lost and targets 20 batches late, networks told 95.2 % right with the second layer in one slice and
//! 94.8 % with it in two, against 95.0 % of the whole one.

mod choice;
mod grow;
mod home;
mod moves;
mod packet;
mod piece;
mod places;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod sealed;
#[cfg(test)]
mod simulation;
mod skill;
mod slice;
mod spread;
#[cfg(test)]
mod tests;
pub mod wire;

pub use choice::{busiest_edge, idle_nodes, overloaded_nodes};
pub use grow::Difference;
pub use home::{ClassErrors, LayerHome, join};
pub use packet::NodePacket;
pub use sealed::InvalidPacket;
pub use skill::{Misfit, SKILL_BYTES_MAX, Skill, SkillShape};
pub use slice::{KEPT_NUMBERS_MAX, Slice, SliceError, Target};
pub use spread::{BATCHES_MAX, Cut, Joined, Passed, Progress, Spread};

use core::fmt;
use protocol::cluster::InvalidSpec;

/// Where a node is within its network. Indexes are places: they change when a node with a lower one is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// The layer, from 0 above the input.
    pub layer: u32,
    /// The node within its layer, from 0.
    pub index: u32,
}

/// What cannot be done to nodes; the network is then as it was.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NodeError {
    /// An address beyond the network's layers.
    #[error("layer {layer}, where this network has {layers}, counted from 0")]
    NoSuchLayer {
        /// As given.
        layer: u32,
        /// How many there are.
        layers: usize,
    },
    /// An address beyond its layer's nodes.
    #[error("{id}, where that layer has {nodes} nodes, counted from 0")]
    NoSuchNode {
        /// As given.
        id: NodeId,
        /// How many there are.
        nodes: usize,
    },
    /// No node at all.
    #[error("no nodes are named: name at least one")]
    NoNodes,
    /// One node twice.
    #[error("{0} is named twice")]
    Twice(NodeId),
    /// Nodes of several layers.
    #[error("{0} and {1} are of different layers: name nodes of one layer at a time")]
    DifferentLayers(NodeId, NodeId),
    /// A layer would be left without nodes.
    #[error("layer {layer} would lose all of its {nodes} nodes: leave one at least")]
    LayerWouldBeEmpty {
        /// Which.
        layer: u32,
        /// As many as it has.
        nodes: usize,
    },
    /// Two nodes between which nothing travels.
    #[error("there is no edge from {from} to {to}: edges go from one layer to the next")]
    NoEdge {
        /// Where it would begin.
        from: NodeId,
        /// Where it would end.
        to: NodeId,
    },
    /// Halves that differ by no useful number.
    #[error("halves that differ by {0}: a part from 0 to 1 is needed")]
    Difference(f32),
    /// More nodes, or other counts, than fit a packet.
    #[error("{rates} firing rates for {nodes} nodes: one from 0 to 1 for each is needed")]
    FiringRates {
        /// Given.
        rates: usize,
        /// Named.
        nodes: usize,
    },
    /// More numbers than a packet may have.
    #[error(
        "nodes with {parameters} parameters are too many for one packet: {parameters_max} are possible, take fewer at a time"
    )]
    TooLarge {
        /// Of the nodes that were named.
        parameters: usize,
        /// As many as a packet may have.
        parameters_max: usize,
    },
    /// Nodes of another kind of layer.
    #[error("nodes of {packet} do not fit {layer}")]
    Shape {
        /// What the nodes are from.
        packet: LayerShape,
        /// Where they are to go.
        layer: LayerShape,
    },
    /// A layer that remembers what came before.
    #[error("layer {0} is temporal: only static layers live partly elsewhere")]
    Temporal(u32),
    /// A layer that is another one by now.
    #[error(
        "layer {layer} has {nodes} nodes of {inputs} inputs, where these are of a layer of {width} nodes of {inputs_wanted}"
    )]
    LayerChanged {
        /// Which.
        layer: u32,
        /// As many as it has.
        nodes: usize,
        /// Numbers that each of them gathers.
        inputs: usize,
        /// Nodes that it had.
        width: usize,
        /// Numbers that each of them gathered.
        inputs_wanted: usize,
    },
    /// An optimiser of another network.
    #[error("an optimiser of {given} parameters for a network of {wanted}")]
    Optimiser {
        /// Parameters it knows of.
        given: usize,
        /// Parameters of the network.
        wanted: usize,
    },
    /// A network that would be too large.
    #[error(transparent)]
    Spec(#[from] InvalidSpec),
}

/// What two layers have in common if nodes can move between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayerShape {
    /// Numbers that a node gathers: nodes or inputs below, or their traces.
    pub inputs: u32,
    /// Traces of each value below; 0 in a static layer.
    pub traces: u32,
    /// After how many samples without an event a node is forced.
    pub timer: u32,
    /// Classes of the readout.
    pub classes: u32,
    /// Nodes of the layer above; 0 if there is none.
    pub above: u32,
    /// Numbers that each of those gathers from one node: 1, or its traces; 0 if there is none.
    pub above_rows: u32,
    /// Frames of an input, which set how traces swing; 1 where neither this layer nor the one above has any.
    pub steps: u32,
}

impl NodeId {
    /// Of that layer, the node with that index.
    pub const fn new(layer: u32, index: u32) -> Self {
        Self { layer, index }
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "node {} of layer {}", self.index, self.layer)
    }
}

impl fmt::Display for LayerShape {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inputs, traces, timer, classes, above, above_rows, steps } = self;
        let kind = if *traces > 0 { "temporal" } else { "static" };
        write!(
            formatter,
            "a {kind} layer of {inputs} inputs ({traces} traces each, {steps} frames), a timer of {timer} and {classes} classes below "
        )?;
        match above {
            0 => write!(formatter, "no other layer"),
            _ => write!(formatter, "{above} nodes with {above_rows} weights for each of its nodes"),
        }
    }
}
