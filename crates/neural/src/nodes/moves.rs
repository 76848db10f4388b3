//! Nodes that leave a layer, travel, and join another one.

use super::{
    LayerShape, NodeError, NodeId, NodePacket,
    packet::PARAMETERS_MAX,
    places::{Part, Scale},
};
use crate::{learning::state::LearningState, network::Network};

impl Network {
    /// Copies nodes of one layer, in the order of `ids`, with all that they know. `firing_rates`, one a node if known, are
    /// from 0 to 1.
    ///
    /// # Errors
    /// [`NodeError`] names what is wrong.
    pub fn extract_nodes(
        &self,
        state: &LearningState,
        ids: &[NodeId],
        firing_rates: Option<&[f32]>,
    ) -> Result<NodePacket, NodeError> {
        let adam = &state.adam;
        self.check_optimiser(adam)?;
        let layer = self.common_layer(ids)?;
        let shape = self.layer_shape(layer)?;
        let (rates, nodes) = (firing_rates.map_or(ids.len(), <[f32]>::len), ids.len());
        let is_rate = |rate: &f32| (0.0..=1.0).contains(rate);
        if rates != nodes || !firing_rates.unwrap_or_default().iter().all(is_rate) {
            return Err(NodeError::FiringRates { rates, nodes });
        }
        let parameters = nodes.saturating_mul(shape.node_parameters());
        if parameters > PARAMETERS_MAX {
            return Err(NodeError::TooLarge { parameters, parameters_max: PARAMETERS_MAX });
        }
        let places = || ids.iter().flat_map(|id| self.layout.node_places(*id));
        let moments = places().map(|(_, place)| adam.moments(place));
        let (means, squares) = moments.unzip();
        Ok(NodePacket {
            shape,
            width: self.layout.layers[layer as usize].nodes as u32,
            nodes: nodes as u32,
            decays: adam.decays(),
            parameters: places().map(|(_, place)| self.parameters[place]).collect(),
            means,
            squares,
            firing_rates: firing_rates.map(<[f32]>::to_vec),
        })
    }

    /// Takes nodes out of their layer; those behind them move up. A node that never fires leaves no gap.
    ///
    /// # Errors
    /// [`NodeError`]; the network is then as it was.
    pub fn remove_nodes(
        &mut self,
        state: &mut LearningState,
        ids: &[NodeId],
    ) -> Result<(), NodeError> {
        let layer = self.common_layer(ids)?;
        let nodes = self.layout.layers[layer as usize].nodes;
        let mut stays = vec![true; nodes];
        ids.iter().for_each(|id| stays[id.index as usize] = false);
        let sources: Vec<usize> = (0..nodes).filter(|node| stays[*node]).collect();
        if sources.is_empty() {
            return Err(NodeError::LayerWouldBeEmpty { layer, nodes });
        }
        self.regroup(&mut state.adam, layer, &sources)
    }

    /// Adds the nodes of a packet at the end of a layer; gives their addresses there.
    ///
    /// Their edges get the size that they need at the layer's new width, and their moments what the optimiser's age asks
    /// for: a mean that is as old as the optimiser is taken as it is.
    ///
    /// # Errors
    /// [`NodeError`]; the network is then as it was.
    pub fn insert_nodes(
        &mut self,
        state: &mut LearningState,
        layer: u32,
        packet: &NodePacket,
    ) -> Result<Vec<NodeId>, NodeError> {
        let (shape, adam) = (self.layer_shape(layer)?, &mut state.adam);
        if shape != packet.shape {
            return Err(NodeError::Shape { packet: packet.shape, layer: shape });
        }
        let nodes = self.layout.layers[layer as usize].nodes;
        // Any node will do as a source for those that the packet overwrites.
        let sources: Vec<usize> = (0..nodes).chain((0..packet.nodes as usize).map(|_| 0)).collect();
        self.regroup(adam, layer, &sources)?;
        let ids: Vec<_> = (nodes..sources.len()).map(|it| NodeId::new(layer, it as u32)).collect();
        let width_change = (packet.width as f32 / sources.len() as f32).sqrt();
        let [mean_age, square_age] = adam.ages_since(packet.decays);
        let places = ids.iter().flat_map(|id| self.layout.node_places(*id));
        let places: Vec<_> = places.collect();
        let moments = packet.means.iter().zip(&packet.squares);
        for (((part, place), parameter), (mean, square)) in
            places.into_iter().zip(&packet.parameters).zip(moments)
        {
            self.parameters[place] = *parameter;
            adam.set_moments(place, mean * mean_age, square * square_age);
            if matches!(part, Part::Outgoing { .. }) {
                let scale = Scale { value: width_change, gradient: 1.0 / width_change };
                self.scale(adam, place, scale);
            }
        }
        Ok(ids)
    }

    /// The layer that all of them are of, each once.
    pub(super) fn common_layer(&self, ids: &[NodeId]) -> Result<u32, NodeError> {
        let first = *ids.first().ok_or(NodeError::NoNodes)?;
        for id in ids {
            self.check_node(*id)?;
            if id.layer != first.layer {
                return Err(NodeError::DifferentLayers(first, *id));
            }
        }
        let mut ascending = ids.to_vec();
        ascending.sort_unstable();
        match ascending.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(NodeError::Twice(pair[0])),
            None => Ok(first.layer),
        }
    }
}

impl LayerShape {
    /// Numbers that a node has.
    pub(super) fn node_parameters(&self) -> usize {
        let [inputs, classes, above, rows] =
            [self.inputs, self.classes, self.above, self.above_rows].map(|it| it as usize);
        inputs + 2 + classes + above * rows
    }
}
