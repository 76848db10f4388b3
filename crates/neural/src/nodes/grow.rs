//! Nodes that multiply: both halves of a split node, and the twin that serves a single edge.

use super::{
    NodeError, NodeId,
    places::{Part, Scale},
};
use crate::{
    learning::{adam::Adam, state::LearningState},
    network::{Network, PARAMETER_MAX},
    random::Counter,
};
use core::f32::consts::FRAC_1_SQRT_2;

/// What makes two halves of a node learn apart: without it they hold the same bits for ever.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Decides in which direction each weight goes.
    pub seed: u64,
    /// How far, as a part of the weight (standard deviation), 0 to 1, such as 0.3. One half gets as much more
    /// as the other gets less, so that their sum stays.
    pub size: f32,
}

impl Network {
    /// Splits a node in two that fire together and do together what it did; the new one comes last in its layer.
    ///
    /// Each half emits `y / sqrt(2)`, so that the layer's sum of squares stays, and gives `1 / sqrt(2)` of the old weights
    /// to readout and edges. In the last layer, above which nothing is normalised, each emits `y` and gives half of the
    /// readout, so that both fire exactly when the one did.
    ///
    /// # Errors
    /// [`NodeError`]; the network is then as it was.
    pub fn split_node(
        &mut self,
        state: &mut LearningState,
        id: NodeId,
        difference: Option<Difference>,
    ) -> Result<NodeId, NodeError> {
        let size = difference.map_or(0.0, |difference| difference.size);
        if !(0.0..=1.0).contains(&size) {
            return Err(NodeError::Difference(size));
        }
        let (emission, adam) = (self.twin_emission(id)?, &mut state.adam);
        let twin = self.twin(adam, id)?;
        let share = 1.0 / (2.0 * emission);
        for half in [id, twin] {
            self.scale_node(adam, half, emission, |_| share);
        }
        if let Some(Difference { seed, size }) = difference {
            for (half, sign) in [(id, size), (twin, -size)] {
                let mut counter = Counter::new(seed, 0);
                for (part, place) in self.layout.node_places(half) {
                    if part == Part::Weight {
                        let value = self.parameters[place] * (1.0 + sign * counter.normal());
                        self.parameters[place] = value.clamp(-PARAMETER_MAX, PARAMETER_MAX);
                    }
                }
            }
        }
        Ok(twin)
    }

    /// Gives the edge `from -> to` a second way: a twin of `from` that carries half of the edge and nothing else; losing
    /// either loses half of the edge. The twin comes last in its layer.
    ///
    /// Both emit `y / sqrt(2)`, so that the layer's sum of squares stays. All other edges and the readout stay with `from`;
    /// the twin begins to learn as its own readout does.
    ///
    /// # Errors
    /// [`NodeError`]; the network is then as it was.
    pub fn duplicate_edge(
        &mut self,
        state: &mut LearningState,
        from: NodeId,
        to: NodeId,
    ) -> Result<NodeId, NodeError> {
        self.check_node(from)?;
        self.check_node(to)?;
        if from.layer.checked_add(1) != Some(to.layer) {
            return Err(NodeError::NoEdge { from, to });
        }
        let (emission, adam) = (self.twin_emission(from)?, &mut state.adam);
        let twin = self.twin(adam, from)?;
        let edge = Part::Outgoing { to: to.index };
        let (whole, half) = (1.0 / emission, 1.0 / (2.0 * emission));
        self.scale_node(adam, from, emission, |part| if part == edge { half } else { whole });
        self.scale_node(adam, twin, emission, |part| if part == edge { half } else { 0.0 });
        Ok(twin)
    }

    /// What part of the old node's events each of two twins emits.
    fn twin_emission(&self, id: NodeId) -> Result<f32, NodeError> {
        self.check_node(id)?;
        let is_last = id.layer as usize + 1 == self.layout.layers.len();
        Ok(if is_last { 1.0 } else { FRAC_1_SQRT_2 })
    }

    /// Adds a copy of a node at the end of its layer. It does twice what it did: both are to be scaled.
    fn twin(&mut self, adam: &mut Adam, id: NodeId) -> Result<NodeId, NodeError> {
        let nodes = self.layout.layers[id.layer as usize].nodes;
        let sources: Vec<usize> = (0..nodes).chain([id.index as usize]).collect();
        self.regroup(adam, id.layer, &sources)?;
        Ok(NodeId { index: nodes as u32, ..id })
    }

    /// Makes a node emit `emission` times as much, and what it gives to readout and edges `share` times as large.
    ///
    /// The node's own gradient is its readout times the error, and so follows the readout's share; that of readout and
    /// edges follows what it emits.
    fn scale_node(
        &mut self,
        adam: &mut Adam,
        id: NodeId,
        emission: f32,
        share: impl Fn(Part) -> f32,
    ) {
        let own = Scale { value: emission, gradient: share(Part::Readout) };
        for (part, place) in self.layout.node_places(id) {
            let scale = match part {
                Part::Weight | Part::Bias | Part::Threshold => own,
                Part::Readout | Part::Outgoing { .. } => {
                    Scale { value: share(part), gradient: emission }
                }
            };
            self.scale(adam, place, scale);
        }
    }
}
