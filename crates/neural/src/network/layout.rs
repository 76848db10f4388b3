//! Where each number of a network lies.

use core::ops::Range;
use protocol::cluster::{InvalidSpec, NetworkSpec};

/// The places of all parameters in one flat list, layer after layer: weights (a row an input, a column a node), biases,
/// thresholds, readout (a row a class, a column a node), readout biases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) layers: Vec<LayerLayout>,
    pub(crate) parameters: usize,
}

/// The places of one layer's parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LayerLayout {
    pub(crate) inputs: usize,
    pub(crate) nodes: usize,
    pub(crate) classes: usize,
    start: usize,
}

/// Parameters of one kind, as rows of equal length.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) range: Range<usize>,
    pub(crate) row_length: usize,
    pub(crate) is_threshold: bool,
}

impl Layout {
    pub(crate) fn new(spec: &NetworkSpec) -> Result<Self, InvalidSpec> {
        spec.validate()?;
        let classes = spec.classes as usize;
        let mut parameters = 0;
        let mut layers = Vec::with_capacity(spec.layers.len());
        for (layer, inputs) in spec.layers.iter().zip(spec.layer_inputs()) {
            let (nodes, inputs) = (layer.nodes as usize, inputs as usize);
            layers.push(LayerLayout { inputs, nodes, classes, start: parameters });
            parameters += nodes * (inputs + 2) + classes * (nodes + 1);
        }
        debug_assert_eq!(parameters as u64, spec.parameters());
        Ok(Self { layers, parameters })
    }

    /// All parameters in order, cut where their meaning changes.
    pub(crate) fn segments(&self) -> impl Iterator<Item = Segment> {
        self.layers.iter().flat_map(|layer| {
            let segment = |range, row_length| Segment { range, row_length, is_threshold: false };
            let thresholds = segment(layer.thresholds(), layer.nodes);
            [
                segment(layer.weights(), layer.nodes),
                segment(layer.bias(), layer.nodes),
                Segment { is_threshold: true, ..thresholds },
                segment(layer.readout(), layer.nodes),
                segment(layer.readout_bias(), layer.classes),
            ]
        })
    }

    /// All rows in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Range<usize>> {
        self.segments().flat_map(|Segment { range, row_length, .. }| {
            range.step_by(row_length).map(move |start| start..start + row_length)
        })
    }

    /// How many rows there are.
    pub(crate) fn row_count(&self) -> usize {
        self.layers.iter().map(|layer| layer.inputs + layer.classes + 3).sum()
    }
}

impl LayerLayout {
    pub(crate) fn weights(&self) -> Range<usize> {
        self.start..self.start + self.inputs * self.nodes
    }

    pub(crate) fn bias(&self) -> Range<usize> {
        let start = self.weights().end;
        start..start + self.nodes
    }

    pub(crate) fn thresholds(&self) -> Range<usize> {
        let start = self.bias().end;
        start..start + self.nodes
    }

    pub(crate) fn readout(&self) -> Range<usize> {
        let start = self.thresholds().end;
        start..start + self.classes * self.nodes
    }

    pub(crate) fn readout_bias(&self) -> Range<usize> {
        let start = self.readout().end;
        start..start + self.classes
    }

    /// Of a layer whose numbers are kept by themselves.
    pub(crate) fn alone(inputs: usize, nodes: usize, classes: usize) -> Self {
        Self { inputs, nodes, classes, start: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::LayerSpec;

    #[test]
    fn rows_cover_every_parameter_once_and_in_order() {
        let layers = vec![LayerSpec::new(5, 4), LayerSpec::new(3, 2)];
        let layout =
            Layout::new(&NetworkSpec { inputs: 7, steps: 1, layers, classes: 2, seed: 0 }).unwrap();
        let mut place = 0;
        for row in layout.rows() {
            assert_eq!(row.start, place);
            place = row.end;
        }
        assert_eq!(place, layout.parameters);
        assert_eq!(layout.rows().count(), layout.row_count());
    }
}
