//! Where the numbers of single nodes lie, and lists of numbers with other nodes.

use super::{LayerShape, NodeError, NodeId};
use crate::{
    learning::adam::Adam,
    network::{
        Network, PARAMETER_MAX,
        layout::{LayerLayout, Layout},
    },
};
use core::ops::Range;
use protocol::cluster::LayerSpec;

/// What a number of a node is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// A weight from below.
    Weight,
    Bias,
    Threshold,
    /// To a class of the layer's own readout.
    Readout,
    /// To a node of the layer above.
    Outgoing {
        to: u32,
    },
}

/// How a number changes when its meaning is scaled: `value` times as large, with a gradient `gradient` times as large.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    pub(super) value: f32,
    pub(super) gradient: f32,
}

impl Layout {
    /// All numbers of one node, in the order in which packets hold them: weights, bias, threshold, readout, then what the
    /// layer above gathers from it.
    pub(super) fn node_places(&self, id: NodeId) -> impl Iterator<Item = (Part, usize)> + use<> {
        let (number, index) = (id.layer as usize, id.index as usize);
        let layer = self.layers[number];
        let column = move |range: Range<usize>| range.skip(index).step_by(layer.nodes);
        let weights = column(layer.weights()).map(|place| (Part::Weight, place));
        let own = [
            (Part::Bias, layer.bias().start + index),
            (Part::Threshold, layer.thresholds().start + index),
        ];
        let readout = column(layer.readout()).map(|place| (Part::Readout, place));
        let above = self.layers.get(number + 1).copied();
        let outgoing = above.into_iter().flat_map(move |above| {
            let start = above.weights().start;
            above.rows_of(index, layer.nodes).flat_map(move |row| {
                let place = move |to: usize| start + row * above.nodes + to;
                (0..above.nodes).map(move |to| (Part::Outgoing { to: to as u32 }, place(to)))
            })
        });
        weights.chain(own).chain(readout).chain(outgoing)
    }
}

impl LayerLayout {
    /// The rows of weights that gather from one of `below` nodes: one, or in a temporal layer, which is given trace after
    /// trace of all nodes, one a trace.
    fn rows_of(&self, node: usize, below: usize) -> impl Iterator<Item = usize> + use<> {
        (node..self.inputs).step_by(below)
    }

    /// All of the layer's numbers.
    fn all(&self) -> Range<usize> {
        self.weights().start..self.readout_bias().end
    }
}

impl Network {
    /// Checks an address.
    ///
    /// # Errors
    /// [`NodeError::NoSuchLayer`], [`NodeError::NoSuchNode`].
    pub fn check_node(&self, id: NodeId) -> Result<(), NodeError> {
        self.check_layer(id.layer)?;
        let nodes = self.layout.layers[id.layer as usize].nodes;
        if (id.index as usize) < nodes { Ok(()) } else { Err(NodeError::NoSuchNode { id, nodes }) }
    }

    /// What nodes of a layer need of another one to move there.
    ///
    /// # Errors
    /// [`NodeError::NoSuchLayer`].
    pub fn layer_shape(&self, layer: u32) -> Result<LayerShape, NodeError> {
        self.check_layer(layer)?;
        let (number, layers) = (layer as usize, &self.layout.layers);
        let (layout, spec) = (layers[number], &self.spec.layers[number]);
        let (above, above_rows) = match layers.get(number + 1) {
            Some(above) => (above.nodes as u32, (above.inputs / layout.nodes) as u32),
            None => (0, 0),
        };
        let mut around = self.spec.layers[number..].iter().take(2);
        let steps = if around.any(LayerSpec::is_temporal) { self.spec.steps } else { 1 };
        Ok(LayerShape {
            inputs: layout.inputs as u32,
            traces: spec.traces,
            timer: spec.timer,
            classes: layout.classes as u32,
            above,
            above_rows,
            steps,
        })
    }

    /// The same network with other nodes in one layer: its node `k` is a copy of the old one's node `sources[k]`. What the
    /// layer above gets from nodes that are still there keeps its size.
    pub(super) fn regroup(
        &mut self,
        adam: &mut Adam,
        layer: u32,
        sources: &[usize],
    ) -> Result<(), NodeError> {
        self.check_optimiser(adam)?;
        let number = layer as usize;
        let mut spec = self.spec.clone();
        spec.layers[number].nodes = sources.len() as u32;
        let layout = Layout::new(&spec)?;
        let regroup = |values: &[f32]| regrouped(values, (&self.layout, &layout), number, sources);
        let parameters = regroup(&self.parameters);
        *adam = adam.with_moments(regroup);
        let before = self.layout.layers[number].nodes as f32;
        *self = Self { spec, layout, parameters };
        if let Some(above) = self.layout.layers.get(number + 1) {
            let width_change = (before / sources.len() as f32).sqrt();
            let scale = Scale { value: width_change, gradient: 1.0 / width_change };
            let weights = above.weights();
            weights.for_each(|place| self.scale(adam, place, scale));
        }
        Ok(())
    }

    /// Changes the size of one number and of what Adam knows of its gradient.
    pub(super) fn scale(&mut self, adam: &mut Adam, place: usize, scale: Scale) {
        let parameter = &mut self.parameters[place];
        *parameter = (*parameter * scale.value).clamp(-PARAMETER_MAX, PARAMETER_MAX);
        adam.scale_gradient(place, scale.gradient);
    }

    pub(super) fn check_optimiser(&self, adam: &Adam) -> Result<(), NodeError> {
        let (given, wanted) = (adam.parameters(), self.parameters.len());
        if given == wanted { Ok(()) } else { Err(NodeError::Optimiser { given, wanted }) }
    }

    fn check_layer(&self, layer: u32) -> Result<(), NodeError> {
        let layers = self.layout.layers.len();
        if (layer as usize) < layers {
            Ok(())
        } else {
            Err(NodeError::NoSuchLayer { layer, layers })
        }
    }
}

/// One number a parameter, for the new layout.
fn regrouped(
    values: &[f32],
    (old, new): (&Layout, &Layout),
    number: usize,
    sources: &[usize],
) -> Vec<f32> {
    let mut regrouped = Vec::with_capacity(new.parameters);
    for (place, layer) in old.layers.iter().enumerate() {
        if place == number {
            for range in [layer.weights(), layer.bias(), layer.thresholds(), layer.readout()] {
                for row in values[range].chunks_exact(layer.nodes) {
                    regrouped.extend(sources.iter().map(|source| row[*source]));
                }
            }
            regrouped.extend_from_slice(&values[layer.readout_bias()]);
        } else if place == number + 1 {
            let rows: Vec<&[f32]> = values[layer.weights()].chunks_exact(layer.nodes).collect();
            let below = old.layers[number].nodes;
            for trace in rows.chunks_exact(below) {
                sources.iter().for_each(|source| regrouped.extend_from_slice(trace[*source]));
            }
            regrouped.extend_from_slice(&values[layer.weights().end..layer.all().end]);
        } else {
            regrouped.extend_from_slice(&values[layer.all()]);
        }
    }
    debug_assert_eq!(regrouped.len(), new.parameters);
    regrouped
}
