//! Numbers of a layer that are kept by themselves, with their optimiser: of some nodes, or of the readout alone.

use super::{NodeError, NodeId};
use crate::{
    learning::{adam::Adam, state::LearningState},
    network::{Network, layer::Layer, layout::LayerLayout},
};

/// Whether a piece is with what its nodes gather, or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// Weights from below, bias, threshold, readout, and the biases of the readout.
    Nodes,
    /// The same without weights from below.
    Readout,
}

/// Some of a layer's numbers, laid out like a layer of their own.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) layer: u32,
    pub(super) extent: Extent,
    /// Which of the layer's nodes these are, ascending.
    pub(super) indexes: Vec<u32>,
    /// Nodes of the layer.
    pub(super) width: usize,
    /// Numbers that a node of the layer gathers.
    pub(super) inputs: usize,
    pub(super) layout: LayerLayout,
    pub(super) parameters: Vec<f32>,
    pub(super) adam: Adam,
}

impl Piece {
    /// Copies the numbers of those nodes, whose addresses are checked here.
    pub(super) fn copy(
        network: &Network,
        state: &LearningState,
        ids: &[NodeId],
        extent: Extent,
    ) -> Result<Self, NodeError> {
        network.check_optimiser(&state.adam)?;
        let layer = network.common_layer(ids)?;
        if network.spec.layers[layer as usize].is_temporal() {
            return Err(NodeError::Temporal(layer));
        }
        let home = network.layout.layers[layer as usize];
        let mut indexes: Vec<u32> = ids.iter().map(|id| id.index).collect();
        indexes.sort_unstable();
        let inputs = if extent == Extent::Nodes { home.inputs } else { 0 };
        let layout = LayerLayout::alone(inputs, indexes.len(), home.classes);
        let places: Vec<usize> = places(&home, extent, &indexes).collect();
        let copy = |values: &[f32]| places.iter().map(|place| values[*place]).collect::<Vec<f32>>();
        let parameters = copy(&network.parameters);
        let adam = state.adam.with_moments(copy);
        let (width, inputs) = (home.nodes, home.inputs);
        Ok(Self { layer, extent, indexes, width, inputs, layout, parameters, adam })
    }

    /// As a layer.
    pub(super) fn view(&self) -> Layer<'_> {
        self.layout.view(&self.parameters)
    }

    /// Puts the numbers back where they are from, with moments of the age that the network's optimiser has.
    pub(super) fn write_back(
        &self,
        network: &mut Network,
        state: &mut LearningState,
    ) -> Result<(), NodeError> {
        network.check_optimiser(&state.adam)?;
        network.layer_shape(self.layer)?;
        let home = network.layout.layers[self.layer as usize];
        let (width, inputs_wanted) = (self.width, self.inputs);
        if (home.nodes, home.inputs, home.classes) != (width, inputs_wanted, self.layout.classes) {
            let LayerLayout { nodes, inputs, .. } = home;
            let layer = self.layer;
            return Err(NodeError::LayerChanged { layer, nodes, inputs, width, inputs_wanted });
        }
        let [mean_age, square_age] = state.adam.ages_since(self.adam.decays());
        // Biases and thresholds belong to whoever holds what the nodes gather.
        let others = if self.extent == Extent::Readout { self.layout.readout().start } else { 0 };
        for (own, place) in places(&home, self.extent, &self.indexes).enumerate().skip(others) {
            network.parameters[place] = self.parameters[own];
            let (mean, square) = self.adam.moments(own);
            state.adam.set_moments(place, mean * mean_age, square * square_age);
        }
        Ok(())
    }
}

/// Where the numbers of a piece are in the network, in the piece's order: a layer is rows of one number a node, then the
/// biases of its readout.
fn places(home: &LayerLayout, extent: Extent, indexes: &[u32]) -> impl Iterator<Item = usize> {
    let start = match extent {
        Extent::Nodes => home.weights().start,
        Extent::Readout => home.bias().start,
    };
    let rows = (start..home.readout().end).step_by(home.nodes);
    let nodes = rows.flat_map(|row| indexes.iter().map(move |index| row + *index as usize));
    nodes.chain(home.readout_bias())
}
