//! The description of a network, as peers tell it to each other.

use crate::limits;
use serde::{Deserialize, Serialize};

/// A network of threshold-gated layers, described by everything that its first state depends on: two devices that hold
/// the same description hold the same first state, bit for bit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkSpec {
    /// Values in one input.
    pub inputs: u32,
    /// Layers from the input upwards.
    pub layers: Vec<LayerSpec>,
    /// Classes that the network tells apart.
    pub classes: u32,
    /// Where the first weights come from.
    pub seed: u64,
}

/// One layer of nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerSpec {
    /// Nodes.
    pub nodes: u32,
    /// After how many samples without an event a node is forced by its timer; sets the firing rate (about 10 % at 4).
    pub timer: u32,
}

/// A description that no network can have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a network cannot have {value} {what}: {low} to {high} are possible")]
pub struct InvalidSpec {
    what: &'static str,
    value: u64,
    low: u64,
    high: u64,
}

/// The longest timer; beyond it a layer would be silent.
const TIMER_MAX: u64 = 64;

impl NetworkSpec {
    /// Checks every size against [`limits`].
    ///
    /// # Errors
    /// [`InvalidSpec`] names the first size that is out of bounds.
    pub fn validate(&self) -> Result<(), InvalidSpec> {
        let within = |what, value: u64, low: u64, high: usize| {
            let high = high as u64;
            if (low..=high).contains(&value) {
                Ok(())
            } else {
                Err(InvalidSpec { what, value, low, high })
            }
        };
        within("inputs", self.inputs.into(), 1, limits::NETWORK_INPUTS_MAX)?;
        within("classes", self.classes.into(), 2, limits::NETWORK_CLASSES_MAX)?;
        within("layers", self.layers.len() as u64, 1, limits::NETWORK_LAYERS_MAX)?;
        for layer in &self.layers {
            within("nodes in a layer", layer.nodes.into(), 1, limits::LAYER_NODES_MAX)?;
            within("samples on a timer", layer.timer.into(), 1, TIMER_MAX as usize)?;
        }
        within("parameters", self.parameters(), 1, limits::NETWORK_PARAMETERS_MAX)
    }

    /// Numbers that training adapts: weights, biases and thresholds of every node, and every layer's readout.
    pub fn parameters(&self) -> u64 {
        let classes = u64::from(self.classes);
        let mut inputs = u64::from(self.inputs);
        let mut total = 0;
        for layer in &self.layers {
            let nodes = u64::from(layer.nodes);
            total += nodes * (inputs + 2) + classes * (nodes + 1);
            inputs = nodes;
        }
        total
    }

    /// All nodes of all layers.
    pub fn nodes(&self) -> u64 {
        self.layers.iter().map(|layer| u64::from(layer.nodes)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parameters_of_784_128_128_10_are_counted_as_in_the_design() {
        let layer = LayerSpec { nodes: 128, timer: 4 };
        let spec = NetworkSpec { inputs: 784, layers: vec![layer; 2], classes: 10, seed: 1 };
        assert_eq!(spec.parameters(), 119_828);
        assert_eq!(spec.validate(), Ok(()));
    }

    #[test]
    fn an_impossible_size_is_named() {
        let layer = LayerSpec { nodes: 0, timer: 4 };
        let spec = NetworkSpec { inputs: 4, layers: vec![layer], classes: 3, seed: 1 };
        assert!(spec.validate().unwrap_err().to_string().contains("0 nodes in a layer"));
    }
}
