//! A skill: nodes that have learnt something, small enough to be kept as a memory and given away.
//!
//! A skill holds what nodes gather and what they say: weights from below, bias, threshold and readout. Of the layers above it says
//! nothing, because those are other ones wherever it goes. Weights and readouts are kept as 16-bit parts of the largest of their node.
//!
//! Bytes, little-endian: `PCSK`, version (u16), layer, inputs, traces, timer, classes, frames, nodes (u32 each), the name of what the
//! nodes gather (32 bytes), firing by class (a byte each), then node after node: scale (f32), weights (i16 each), bias, threshold (f32
//! each), scale (f32), readout (i16 each).

use super::{
    NodeError, NodeId,
    places::Part,
    sealed::{InvalidPacket, begin, open, within},
};
use crate::{
    bytes::{Damaged, Reader, Writer},
    learning::state::LearningState,
    network::{Network, PARAMETER_MAX},
};
use protocol::limits;
use units::Hash;

const MAGIC: [u8; 4] = *b"PCSK";
const VERSION: u16 = 1;
const SIZES: usize = 7;
const HEADER_BYTES: usize = 4 + 2 + 4 * SIZES + 32;

/// Bytes of a skill: it is the content of one capsule, which travels in one message.
pub const SKILL_BYTES_MAX: usize = 44 * 1024;

/// What 16-bit parts are of.
const WHOLE: f32 = 32_767.0;

/// What a skill says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillShape {
    /// The layer that the nodes are of, from 0 above the input.
    pub layer: u32,
    /// Numbers that each of them gathers.
    pub inputs: u32,
    /// Traces of each value below; 0 for nodes of a static layer.
    pub traces: u32,
    /// After how many samples without an event a node of their layer is forced.
    pub timer: u32,
    /// Classes of the readout.
    pub classes: u32,
    /// Frames of an input.
    pub steps: u32,
    /// How many nodes there are.
    pub nodes: u32,
    /// What the nodes gather, by name: see [`Network::fan_in_name`].
    pub fan_in: Hash,
}

/// Nodes that have learnt something.
#[derive(Debug, Clone, PartialEq)]
pub struct Skill {
    shape: SkillShape,
    /// How often the nodes fired at each class, in 255 parts.
    fired: Vec<u8>,
    /// Node after node: weights, bias, threshold, readout.
    values: Vec<f32>,
}

/// Why a skill has no place in a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// Other inputs or other classes.
    #[error(
        "a skill for {0} and {1} classes, where this cluster's layer takes {2} and tells {3} classes apart: choose a cluster of the same data",
        values(*.inputs), .classes, values(*.inputs_here), .classes_here
    )]
    Sizes {
        /// Numbers that a node of the skill gathers.
        inputs: u32,
        /// Classes of the skill.
        classes: u32,
        /// Numbers that a node here gathers.
        inputs_here: u32,
        /// Classes here.
        classes_here: u32,
    },
    /// The network has no such layer.
    #[error("a skill of layer {}, where this cluster has {layers} layers", layer + 1)]
    NoSuchLayer {
        /// Which, from 0.
        layer: u32,
        /// How many there are.
        layers: usize,
    },
    /// A layer of another kind.
    #[error(
        "a skill of nodes with {traces} traces over {steps} frames, where this cluster's have {traces_here} over {steps_here}"
    )]
    Kind {
        /// Of the skill.
        traces: u32,
        /// Of the skill.
        steps: u32,
        /// Of the layer here.
        traces_here: u32,
        /// Of the network here.
        steps_here: u32,
    },
    /// The same sizes, but other things.
    #[error(
        "the skill gathers from other inputs than this cluster has: it fits clusters that were made from the same data, and above the first layer only those with the same nodes below"
    )]
    FanIn,
}

fn values(count: u32) -> String {
    format!("{count} values")
}

impl Skill {
    /// What it says of itself.
    pub fn shape(&self) -> &SkillShape {
        &self.shape
    }

    /// How often the nodes fired at each class when they were taken, from 0 to 1: their mean.
    pub fn firing_rates(&self) -> impl ExactSizeIterator<Item = f32> {
        self.fired.iter().map(|parts| f32::from(*parts) / 255.0)
    }

    /// Bytes of the encoding of one with such sizes.
    pub fn size_bytes(shape: &SkillShape) -> usize {
        let (inputs, classes) = (shape.inputs as usize, shape.classes as usize);
        HEADER_BYTES + classes + shape.nodes as usize * node_bytes(inputs, classes)
    }

    /// The canonical encoding.
    pub fn encode(&self) -> Vec<u8> {
        let SkillShape { layer, inputs, traces, timer, classes, steps, nodes, fan_in } = self.shape;
        let mut writer = begin(MAGIC, VERSION);
        for size in [layer, inputs, traces, timer, classes, steps, nodes] {
            writer.u32(size);
        }
        writer.bytes(fan_in.as_bytes());
        writer.bytes(&self.fired);
        for node in self.values.chunks_exact(node_values(&self.shape)) {
            let (weights, rest) = node.split_at(inputs as usize);
            write_parts(&mut writer, weights);
            writer.floats(&rest[..2]);
            write_parts(&mut writer, &rest[2..]);
        }
        writer.finish()
    }

    /// Reads a skill from anywhere. Memory is taken only once the length fits the description.
    ///
    /// # Errors
    /// [`InvalidPacket`] for anything that [`Self::encode`] does not give.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidPacket> {
        let (mut reader, sizes) = open::<SIZES>(bytes, MAGIC, VERSION)?;
        let [layer, inputs, traces, timer, classes, steps, nodes] = sizes;
        within("layers below", layer, 0, limits::NETWORK_LAYERS_MAX - 1)?;
        within("inputs", inputs, 1, limits::NETWORK_INPUTS_MAX)?;
        within("traces", traces, 0, limits::NETWORK_INPUTS_MAX)?;
        within("samples on a timer", timer, 1, limits::NETWORK_INPUTS_MAX)?;
        within("classes", classes, 2, limits::NETWORK_CLASSES_MAX)?;
        within("frames in an input", steps, 1, limits::NETWORK_INPUTS_MAX)?;
        within("nodes", nodes, 1, limits::LAYER_NODES_MAX)?;
        let fan_in = reader.array().map(Hash::from_bytes).map_err(|_| InvalidPacket::Number)?;
        let shape = SkillShape { layer, inputs, traces, timer, classes, steps, nodes, fan_in };
        let (size_bytes, expected_bytes) = (bytes.len(), Self::size_bytes(&shape));
        if size_bytes != expected_bytes || size_bytes > SKILL_BYTES_MAX {
            return Err(InvalidPacket::Size { size_bytes, expected_bytes });
        }
        Self::read(&mut reader, shape).map_err(|_| InvalidPacket::Number)
    }

    fn read(reader: &mut Reader<'_>, shape: SkillShape) -> Result<Self, Damaged> {
        let fired = reader.bytes(shape.classes as usize)?.to_vec();
        let mut values = Vec::with_capacity(shape.nodes as usize * node_values(&shape));
        for _ in 0..shape.nodes {
            read_parts(reader, shape.inputs, &mut values)?;
            values.extend(reader.floats(2, PARAMETER_MAX)?);
            read_parts(reader, shape.classes, &mut values)?;
        }
        Ok(Self { shape, fired, values })
    }
}

fn node_bytes(inputs: usize, classes: usize) -> usize {
    4 + 2 * inputs + 8 + 4 + 2 * classes
}

fn node_values(shape: &SkillShape) -> usize {
    shape.inputs as usize + 2 + shape.classes as usize
}

/// The largest, and each as a part of it.
fn write_parts(writer: &mut Writer, values: &[f32]) {
    let largest = values.iter().fold(0f32, |largest, value| largest.max(value.abs()));
    writer.floats(&[largest]);
    for value in values {
        let part = if largest > 0.0 { (value / largest * WHOLE).round() as i16 } else { 0 };
        writer.bytes(&part.to_le_bytes());
    }
}

fn read_parts(reader: &mut Reader<'_>, count: u32, values: &mut Vec<f32>) -> Result<(), Damaged> {
    let largest = reader.f32(PARAMETER_MAX)?;
    if largest < 0.0 {
        return Err(Damaged);
    }
    for _ in 0..count {
        let part = i16::from_le_bytes(reader.array()?);
        // -32768 is no part of anything.
        if part == i16::MIN {
            return Err(Damaged);
        }
        values.push(f32::from(part) / WHOLE * largest);
    }
    Ok(())
}

impl Network {
    /// The name of what nodes of a layer gather: how inputs are made (`recipe`), and the numbers of all layers below.
    ///
    /// # Errors
    /// [`NodeError::NoSuchLayer`].
    pub fn fan_in_name(&self, layer: u32, recipe: Hash) -> Result<Hash, NodeError> {
        self.layer_shape(layer)?;
        let start = self.layout.layers[layer as usize].weights().start;
        let mut writer = Writer::new();
        writer.bytes(recipe.as_bytes());
        writer.u32(self.spec.frame());
        writer.floats(&self.parameters[..start]);
        Ok(Hash::of_parts(&[b"peerceptron fan-in", writer.written()]))
    }

    /// As many nodes of a layer as a skill may have.
    ///
    /// # Errors
    /// [`NodeError::NoSuchLayer`]; [`NodeError::TooLarge`] where not even one fits.
    pub fn skill_nodes_max(&self, layer: u32) -> Result<u32, NodeError> {
        let shape = self.layer_shape(layer)?;
        let (inputs, classes) = (shape.inputs as usize, shape.classes as usize);
        let room = SKILL_BYTES_MAX.saturating_sub(HEADER_BYTES + classes);
        match room / node_bytes(inputs, classes) {
            0 => Err(NodeError::TooLarge {
                parameters: shape.inputs as usize,
                parameters_max: SKILL_BYTES_MAX / 2,
            }),
            most => Ok(most as u32),
        }
    }

    /// Copies what nodes of one layer have learnt. `fired` says how often they fired at each class, from 0 to 1.
    ///
    /// # Errors
    /// [`NodeError`] names what is wrong.
    ///
    /// # Panics
    /// If there is not one rate a class.
    pub fn take_skill(
        &self,
        ids: &[NodeId],
        recipe: Hash,
        fired: &[f32],
    ) -> Result<Skill, NodeError> {
        assert_eq!(fired.len(), self.spec.classes as usize);
        let layer = self.common_layer(ids)?;
        let (of, most) = (self.layer_shape(layer)?, self.skill_nodes_max(layer)?);
        if ids.len() > most as usize {
            let numbers = of.inputs as usize + 2 + of.classes as usize;
            let [parameters, parameters_max] = [ids.len(), most as usize].map(|it| it * numbers);
            return Err(NodeError::TooLarge { parameters, parameters_max });
        }
        let shape = SkillShape {
            layer,
            inputs: of.inputs,
            traces: of.traces,
            timer: of.timer,
            classes: of.classes,
            steps: self.spec.steps,
            nodes: ids.len() as u32,
            fan_in: self.fan_in_name(layer, recipe)?,
        };
        let own = |(part, _): &(Part, usize)| !matches!(part, Part::Outgoing { .. });
        let places = ids.iter().flat_map(|id| self.layout.node_places(*id)).filter(own);
        let values = places.map(|(_, place)| self.parameters[place]).collect();
        let fired = fired.iter().map(|rate| (rate.clamp(0.0, 1.0) * 255.0).round() as u8).collect();
        let skill = Skill { shape, fired, values };
        // What is written is what is kept: a skill is the same before and after it has travelled.
        Ok(Skill::decode(&skill.encode()).expect("a skill of our own making"))
    }

    /// Whether a skill has a place here.
    ///
    /// # Errors
    /// [`Misfit`].
    pub fn check_skill(&self, skill: &Skill, recipe: Hash) -> Result<(), Misfit> {
        let shape = skill.shape();
        let layers = self.spec.layers.len();
        let layer = shape.layer;
        let Ok(here) = self.layer_shape(layer) else {
            return Err(Misfit::NoSuchLayer { layer, layers });
        };
        if (here.inputs, here.classes) != (shape.inputs, shape.classes) {
            return Err(Misfit::Sizes {
                inputs: shape.inputs,
                classes: shape.classes,
                inputs_here: here.inputs,
                classes_here: here.classes,
            });
        }
        if (here.traces, self.spec.steps) != (shape.traces, shape.steps) {
            let (traces, steps) = (shape.traces, shape.steps);
            let (traces_here, steps_here) = (here.traces, self.spec.steps);
            return Err(Misfit::Kind { traces, steps, traces_here, steps_here });
        }
        match self.fan_in_name(layer, recipe) {
            Ok(name) if name == shape.fan_in => Ok(()),
            _ => Err(Misfit::FanIn),
        }
    }

    /// Adds a skill's nodes at the end of their layer, which must have a place for them ([`Self::check_skill`]); gives their addresses.
    ///
    /// Their readout counts `strength` times: with 0, what the layer itself believes stays to the bit, until training moves it. Layers
    /// above get nothing from them at first; they divide what they get by a root mean square over the layer, in which the new nodes'
    /// events count too, so what they believe moves a little.
    ///
    /// # Errors
    /// [`NodeError`] if the network would be too large; it is then as it was.
    pub fn graft(
        &mut self,
        state: &mut LearningState,
        skill: &Skill,
        strength: f32,
    ) -> Result<Vec<NodeId>, NodeError> {
        let layer = skill.shape.layer;
        self.layer_shape(layer)?;
        let nodes = self.layout.layers[layer as usize].nodes;
        let new = skill.shape.nodes as usize;
        // Any node will do as a source for those that the skill overwrites.
        let sources: Vec<usize> = (0..nodes).chain(core::iter::repeat_n(0, new)).collect();
        self.regroup(&mut state.adam, layer, &sources)?;
        let ids: Vec<_> = (nodes..nodes + new).map(|it| NodeId::new(layer, it as u32)).collect();
        for (id, values) in ids.iter().zip(skill.values.chunks_exact(node_values(&skill.shape))) {
            let mut values = values.iter();
            for (part, place) in self.layout.node_places(*id) {
                self.parameters[place] = match part {
                    Part::Outgoing { .. } => 0.0,
                    Part::Readout => strength * values.next().copied().unwrap_or_default(),
                    _ => values.next().copied().unwrap_or_default(),
                };
                state.adam.set_moments(place, 0.0, 0.0);
            }
        }
        Ok(ids)
    }
}

#[cfg(test)]
mod tests;
