//! The shared model: a network with the state of the outer optimiser, and the bytes that its hash is of.

use crate::{
    bytes::{Damaged, Reader, Writer},
    network::{Network, PARAMETER_MAX, layout::Layout},
};
use protocol::{
    cluster::{InvalidSpec, LayerSpec, NetworkSpec},
    pieces,
};
use units::Hash;

const MAGIC: [u8; 4] = *b"PCNM";
const VERSION: u16 = 2;

/// Magic, version, inputs, steps, classes, seed and the number of layers.
const HEADER_BYTES: usize = 4 + 2 + 4 + 4 + 4 + 8 + 1;
const LAYER_HEADER_BYTES: usize = 4 + 4 + 4;

/// What a session's members agree on. It holds everything that the next aggregation depends on, so that whoever joins
/// late goes on with the same bits.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub(crate) network: Network,
    /// The outer optimiser's momentum, one a parameter; 0 for thresholds, which have none.
    pub(crate) momentum: Vec<f32>,
}

/// Bytes that are no model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidModel {
    /// Something else, or too short for a description.
    #[error("{size_bytes} bytes that do not begin like a model")]
    Unknown {
        /// How many.
        size_bytes: usize,
    },
    /// From another version of this application.
    #[error(
        "a model of version {0}, where this device reads version {VERSION}: reload the page on both devices"
    )]
    Version(u16),
    /// A description that no network can have.
    #[error(transparent)]
    Spec(#[from] InvalidSpec),
    /// Not as long as its description says.
    #[error("{size_bytes} bytes, where a model of this description has {expected_bytes}")]
    Size {
        /// How long it is.
        size_bytes: usize,
        /// How long it should be.
        expected_bytes: usize,
    },
    /// Another count of numbers than its description says.
    #[error("{given} numbers, where a network of this description has {expected}")]
    Count {
        /// As given.
        given: usize,
        /// As the description says.
        expected: usize,
    },
    /// A number that is infinite, undefined or beyond a million.
    #[error("a model with a number that no training leads to")]
    Number,
}

impl Model {
    /// The first state of a network, with an outer optimiser at rest.
    ///
    /// # Errors
    /// [`InvalidSpec`] if the description is out of bounds.
    pub fn new(spec: &NetworkSpec) -> Result<Self, InvalidSpec> {
        let network = Network::new(spec)?;
        let momentum = vec![0.0; network.parameters.len()];
        Ok(Self { network, momentum })
    }

    /// A model of numbers that come from elsewhere: one parameter and one momentum for each that the description counts,
    /// in the order of [`Network::parameters`].
    ///
    /// # Errors
    /// [`InvalidModel`] if the description is out of bounds, numbers are missing or too many, one is beyond
    /// [`PARAMETER_MAX`], or a threshold has momentum.
    pub fn from_numbers(
        spec: &NetworkSpec,
        parameters: Vec<f32>,
        momentum: Vec<f32>,
    ) -> Result<Self, InvalidModel> {
        let layout = Layout::new(spec)?;
        for numbers in [&parameters, &momentum] {
            if numbers.len() != layout.parameters {
                let (given, expected) = (numbers.len(), layout.parameters);
                return Err(InvalidModel::Count { given, expected });
            }
        }
        let mut numbers = parameters.iter().chain(&momentum);
        let is_bounded = numbers.all(|number| number.abs() <= PARAMETER_MAX);
        let is_still = layout
            .segments()
            .filter(|segment| segment.is_threshold)
            .all(|segment| momentum[segment.range].iter().all(|value| value.to_bits() == 0));
        if !is_bounded || !is_still {
            return Err(InvalidModel::Number);
        }
        Ok(Self { network: Network { spec: spec.clone(), layout, parameters }, momentum })
    }

    /// The network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The outer optimiser's momentum, one a parameter in the order of [`Network::parameters`]; 0 for thresholds, which
    /// have none.
    pub fn momentum(&self) -> &[f32] {
        &self.momentum
    }

    /// The model's name: that of the encoding as a value of pieces ([`protocol::pieces`]).
    pub fn hash(&self) -> Hash {
        pieces::name(&self.encode())
    }

    /// The canonical encoding, little-endian: the description, all parameters, the momentum of all but thresholds.
    pub fn encode(&self) -> Vec<u8> {
        let Network { spec, layout, parameters } = &self.network;
        let mut writer = Writer::new();
        writer.bytes(&MAGIC);
        writer.u16(VERSION);
        writer.u32(spec.inputs);
        writer.u32(spec.steps);
        writer.u32(spec.classes);
        writer.u64(spec.seed);
        writer.u8(spec.layers.len() as u8);
        for layer in &spec.layers {
            writer.u32(layer.nodes);
            writer.u32(layer.timer);
            writer.u32(layer.traces);
        }
        writer.floats(parameters);
        for segment in layout.segments().filter(|segment| !segment.is_threshold) {
            writer.floats(&self.momentum[segment.range]);
        }
        writer.finish()
    }

    /// Reads a model. Memory is taken only once the length fits the description.
    ///
    /// # Errors
    /// [`InvalidModel`] for anything that [`Self::encode`] does not give.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidModel> {
        let size_bytes = bytes.len();
        let unknown = |_| InvalidModel::Unknown { size_bytes };
        let mut reader = Reader::new(bytes);
        if reader.array().map_err(unknown)? != MAGIC {
            return Err(InvalidModel::Unknown { size_bytes });
        }
        let version = reader.u16().map_err(unknown)?;
        if version != VERSION {
            return Err(InvalidModel::Version(version));
        }
        let spec = read_spec(&mut reader).map_err(unknown)?;
        let layout = Layout::new(&spec)?;
        let expected_bytes = Self::size_bytes(&spec);
        if size_bytes != expected_bytes {
            return Err(InvalidModel::Size { size_bytes, expected_bytes });
        }
        Self::read_numbers(&mut reader, spec, layout).map_err(|_| InvalidModel::Number)
    }

    /// How long the encoding of a model of this (valid) description is.
    pub fn size_bytes(spec: &NetworkSpec) -> usize {
        let header_bytes = HEADER_BYTES + LAYER_HEADER_BYTES * spec.layers.len();
        header_bytes + 4 * (2 * spec.parameters() - spec.nodes()) as usize
    }

    fn read_numbers(
        reader: &mut Reader<'_>,
        spec: NetworkSpec,
        layout: Layout,
    ) -> Result<Self, Damaged> {
        let parameters = reader.floats(layout.parameters, PARAMETER_MAX)?;
        let mut momentum = vec![0.0; layout.parameters];
        for segment in layout.segments().filter(|segment| !segment.is_threshold) {
            for value in &mut momentum[segment.range] {
                *value = reader.f32(PARAMETER_MAX)?;
            }
        }
        Ok(Self { network: Network { spec, layout, parameters }, momentum })
    }
}

fn read_spec(reader: &mut Reader<'_>) -> Result<NetworkSpec, Damaged> {
    let (inputs, steps, classes) = (reader.u32()?, reader.u32()?, reader.u32()?);
    let seed = reader.u64()?;
    let layers = (0..reader.u8()?)
        .map(|_| Ok(LayerSpec::new(reader.u32()?, reader.u32()?).with_traces(reader.u32()?)))
        .collect::<Result<_, Damaged>>()?;
    Ok(NetworkSpec { inputs, steps, layers, classes, seed })
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::limits;

    fn spec() -> NetworkSpec {
        let layers = vec![LayerSpec::new(6, 4), LayerSpec::new(5, 4)];
        NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 11 }
    }

    #[test]
    fn a_model_reads_back_bit_for_bit() {
        let model = Model::new(&spec()).unwrap();
        let bytes = model.encode();
        assert_eq!(bytes.len(), Model::size_bytes(&spec()));
        assert_eq!(Model::decode(&bytes).as_ref(), Ok(&model));
        assert_eq!(model.hash(), pieces::name(&bytes));
    }

    #[test]
    fn a_model_is_made_of_its_numbers() {
        let model = Model::new(&spec()).unwrap();
        let made = |change: &dyn Fn(&mut Vec<f32>, &mut Vec<f32>)| {
            let mut parameters = model.network().parameters().to_vec();
            let mut momentum = model.momentum().to_vec();
            change(&mut parameters, &mut momentum);
            Model::from_numbers(&spec(), parameters, momentum)
        };
        assert_eq!(made(&|_, _| ()).as_ref(), Ok(&model));
        assert!(matches!(made(&|_, momentum| momentum.push(0.0)), Err(InvalidModel::Count { .. })));
        assert_eq!(made(&|parameters, _| parameters[0] = f32::NAN), Err(InvalidModel::Number));
        let threshold = model.network().layout.layers[0].thresholds().start;
        assert_eq!(made(&|_, momentum| momentum[threshold] = 0.1), Err(InvalidModel::Number));
    }

    #[test]
    fn every_model_fits_a_value_of_pieces() {
        let largest_bytes = HEADER_BYTES
            + LAYER_HEADER_BYTES * limits::NETWORK_LAYERS_MAX
            + 4 * 2 * limits::NETWORK_PARAMETERS_MAX;
        assert!(largest_bytes <= limits::BULK_VALUE_BYTES_MAX);
        let layers = vec![LayerSpec::new(61, 4)];
        let spec = NetworkSpec { inputs: 65_536, steps: 1, layers, classes: 2, seed: 11 };
        assert!(spec.parameters() > 3_990_000, "{} parameters", spec.parameters());
        let model = Model::new(&spec).unwrap().encode();
        assert!(model.len() <= largest_bytes);
    }

    #[test]
    fn what_is_no_model_is_refused() {
        let bytes = Model::new(&spec()).unwrap().encode();
        let with = |place: usize, values: &[u8]| {
            let mut bytes = bytes.clone();
            bytes[place..place + values.len()].copy_from_slice(values);
            Model::decode(&bytes).unwrap_err()
        };
        assert!(matches!(with(0, b"X"), InvalidModel::Unknown { .. }));
        assert_eq!(with(4, &[9, 0]), InvalidModel::Version(9));
        assert!(matches!(with(6, &[255; 4]), InvalidModel::Spec(_)));
        assert!(matches!(with(6, &[4, 0, 0, 0]), InvalidModel::Size { .. }));
        let last = bytes.len() - 4;
        assert_eq!(with(last, &f32::NAN.to_le_bytes()), InvalidModel::Number);
        assert_eq!(with(last, &2e6f32.to_le_bytes()), InvalidModel::Number);
        let longer = [&bytes[..], &[0]].concat();
        assert!(matches!(Model::decode(&longer), Err(InvalidModel::Size { .. })));
    }
}
