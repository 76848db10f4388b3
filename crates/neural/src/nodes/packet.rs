//! Nodes on their way between networks, and the bytes that their hash is of.

use super::LayerShape;
use crate::{
    bytes::{Damaged, Reader, Writer},
    network::PARAMETER_MAX,
};
use protocol::limits;
use units::Hash;

const MAGIC: [u8; 4] = *b"PCNP";
const VERSION: u16 = 1;

/// Magic and version; shape, width and nodes; the two decays; whether firing rates are known.
const HEADER_BYTES: usize = 4 + 2 + 4 * 8 + 4 * 2 + 1;
const HASH_BYTES: usize = 32;

/// A parameter and its two moments.
const PARAMETER_BYTES: usize = 12;

/// Parameters of all nodes together: with firing rates and an envelope, the packet is a value that travels whole.
pub(super) const PARAMETERS_MAX: usize = 2_600_000;

/// Nodes with all that they know: weights from below, biases, thresholds, readout, weights of the layer above, Adam's
/// moments of all of these, and how often they fired.
#[derive(Debug, Clone, PartialEq)]
pub struct NodePacket {
    pub(super) shape: LayerShape,
    /// Nodes of the layer that they are from: sets the scale of their edges.
    pub(super) width: u32,
    pub(super) nodes: u32,
    /// What the moments still lacked when they were copied, as Adam counts it.
    pub(super) decays: [f32; 2],
    /// Node after node: weights, bias, threshold, readout, edges.
    pub(super) parameters: Vec<f32>,
    pub(super) means: Vec<f32>,
    pub(super) squares: Vec<f32>,
    /// One a node, if known.
    pub(super) firing_rates: Option<Vec<f32>>,
}

/// Bytes that are no packet of nodes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPacket {
    /// Something else, or too short for a description.
    #[error("{size_bytes} bytes that do not begin like nodes")]
    Unknown {
        /// How many.
        size_bytes: usize,
    },
    /// From another version of this application.
    #[error(
        "nodes of version {0}, where this device reads version {VERSION}: reload the page on both devices"
    )]
    Version(u16),
    /// A size that no packet has.
    #[error("{value} {what}: {low} to {high} are possible")]
    Bounds {
        /// Of what.
        what: &'static str,
        /// As the packet says.
        value: u64,
        /// At least.
        low: u64,
        /// At most.
        high: u64,
    },
    /// Not as long as its description says.
    #[error("{size_bytes} bytes, where nodes of this description have {expected_bytes}")]
    Size {
        /// How long it is.
        size_bytes: usize,
        /// How long it should be.
        expected_bytes: usize,
    },
    /// Bytes that changed on the way.
    #[error("the nodes have the hash {found}, where {stated} was stated: ask for them again")]
    Hash {
        /// Of what came.
        found: Hash,
        /// Of what was sent.
        stated: Hash,
    },
    /// A number that is infinite, undefined or out of bounds.
    #[error("nodes with a number that no training leads to")]
    Number,
}

impl NodePacket {
    /// What layers the nodes fit.
    pub fn shape(&self) -> &LayerShape {
        &self.shape
    }

    /// How many nodes there are.
    pub fn nodes(&self) -> u32 {
        self.nodes
    }

    /// How often each node fired of late, 0 to 1, if that was known.
    pub fn firing_rates(&self) -> Option<&[f32]> {
        self.firing_rates.as_deref()
    }

    /// The SHA-256 of all but itself, as at the end of the encoding: the packet's name.
    pub fn hash(&self) -> Hash {
        Hash::of(&self.encode_body())
    }

    /// The canonical encoding, little-endian, with its SHA-256 at the end.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.encode_body();
        let hash = Hash::of(&bytes);
        bytes.extend_from_slice(hash.as_bytes());
        bytes
    }

    fn encode_body(&self) -> Vec<u8> {
        let LayerShape { inputs, traces, timer, classes, above, above_rows } = self.shape;
        let mut writer = Writer::new();
        writer.bytes(&MAGIC);
        writer.u16(VERSION);
        for size in [inputs, traces, timer, classes, above, above_rows, self.width, self.nodes] {
            writer.u32(size);
        }
        writer.floats(&self.decays);
        writer.u8(self.firing_rates.is_some().into());
        for numbers in [&self.parameters, &self.means, &self.squares] {
            writer.floats(numbers);
        }
        writer.floats(self.firing_rates.as_deref().unwrap_or_default());
        writer.finish()
    }

    /// Reads a packet. Memory is taken only once the length fits the description and the hash is right.
    ///
    /// # Errors
    /// [`InvalidPacket`] for anything that [`Self::encode`] does not give.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidPacket> {
        let size_bytes = bytes.len();
        let unknown = |_| InvalidPacket::Unknown { size_bytes };
        let mut reader = Reader::new(bytes);
        if reader.array().map_err(unknown)? != MAGIC {
            return Err(InvalidPacket::Unknown { size_bytes });
        }
        let version = reader.u16().map_err(unknown)?;
        if version != VERSION {
            return Err(InvalidPacket::Version(version));
        }
        let header = Header::read(&mut reader).map_err(unknown)?;
        header.check()?;
        let expected_bytes = header.packet_bytes();
        if size_bytes != expected_bytes {
            return Err(InvalidPacket::Size { size_bytes, expected_bytes });
        }
        let (body, stated) = bytes.split_at(size_bytes - HASH_BYTES);
        let found = Hash::of(body);
        if found.as_bytes()[..] != *stated {
            let mut digest = [0; HASH_BYTES];
            digest.copy_from_slice(stated);
            return Err(InvalidPacket::Hash { found, stated: Hash::from_bytes(digest) });
        }
        header.read_numbers(&mut reader).map_err(|_| InvalidPacket::Number)
    }
}

/// What a packet says of itself before its numbers.
struct Header {
    shape: LayerShape,
    width: u32,
    nodes: u32,
    decays: [[u8; 4]; 2],
    has_rates: u8,
}

impl Header {
    fn read(reader: &mut Reader<'_>) -> Result<Self, Damaged> {
        let (inputs, traces, timer) = (reader.u32()?, reader.u32()?, reader.u32()?);
        let (classes, above, above_rows) = (reader.u32()?, reader.u32()?, reader.u32()?);
        let shape = LayerShape { inputs, traces, timer, classes, above, above_rows };
        let (width, nodes) = (reader.u32()?, reader.u32()?);
        let decays = [reader.array()?, reader.array()?];
        Ok(Self { shape, width, nodes, decays, has_rates: reader.u8()? })
    }

    /// Every size by itself is small enough that none of their products overflows.
    fn check(&self) -> Result<(), InvalidPacket> {
        let within = |what, value: u64, low: u64, high: usize| {
            let high = high as u64;
            let fits = (low..=high).contains(&value);
            fits.then_some(()).ok_or(InvalidPacket::Bounds { what, value, low, high })
        };
        let LayerShape { inputs, traces, timer, classes, above, above_rows } = self.shape;
        within("inputs", inputs.into(), 1, limits::NETWORK_PARAMETERS_MAX)?;
        within("traces", traces.into(), 0, limits::NETWORK_PARAMETERS_MAX)?;
        within("samples on a timer", timer.into(), 1, limits::NETWORK_PARAMETERS_MAX)?;
        within("classes", classes.into(), 2, limits::NETWORK_CLASSES_MAX)?;
        within("nodes above", above.into(), 0, limits::LAYER_NODES_MAX)?;
        let rows_max = if above > 0 { limits::NETWORK_PARAMETERS_MAX } else { 0 };
        within("weights for each of them", above_rows.into(), (above > 0).into(), rows_max)?;
        within("nodes in the layer", self.width.into(), 1, limits::LAYER_NODES_MAX)?;
        within("nodes", self.nodes.into(), 1, self.width as usize)?;
        within("firing rates for each node", self.has_rates.into(), 0, 1)?;
        within("parameters", self.parameters(), 1, PARAMETERS_MAX)
    }

    fn parameters(&self) -> u64 {
        let LayerShape { inputs, classes, above, above_rows, .. } = self.shape;
        let node = u64::from(inputs) + 2 + u64::from(classes);
        u64::from(self.nodes) * (node + u64::from(above) * u64::from(above_rows))
    }

    fn packet_bytes(&self) -> usize {
        let rates = usize::from(self.has_rates) * self.nodes as usize;
        HEADER_BYTES + PARAMETER_BYTES * self.parameters() as usize + 4 * rates + HASH_BYTES
    }

    fn read_numbers(self, reader: &mut Reader<'_>) -> Result<NodePacket, Damaged> {
        let Self { shape, width, nodes, decays, has_rates } = self;
        let decays = decays.map(f32::from_le_bytes);
        let count = shape.node_parameters() * nodes as usize;
        let parameters = reader.floats(count, PARAMETER_MAX)?;
        let means = reader.floats(count, f32::MAX)?;
        let squares = reader.floats(count, f32::MAX)?;
        let firing_rates =
            (has_rates > 0).then(|| reader.floats(nodes as usize, 1.0)).transpose()?;
        let is_part = |value: &f32| (0.0..=1.0).contains(value);
        let are_parts = decays.iter().chain(firing_rates.iter().flatten()).all(is_part);
        if !are_parts || squares.iter().any(|square| *square < 0.0) {
            return Err(Damaged);
        }
        Ok(NodePacket { shape, width, nodes, decays, parameters, means, squares, firing_rates })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LearningState, Network, NodeId};
    use protocol::cluster::{LayerSpec, NetworkSpec};

    fn packet() -> NodePacket {
        let layers = vec![LayerSpec::new(6, 4), LayerSpec::new(5, 4)];
        let spec = NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 11 };
        let network = Network::new(&spec).unwrap();
        let state = LearningState::new(&spec);
        let ids = [NodeId::new(0, 4), NodeId::new(0, 1)];
        network.extract_nodes(&state, &ids, Some(&[0.125, 0.0])).unwrap()
    }

    /// With the hash that the changed bytes have.
    fn with(place: usize, values: &[u8]) -> InvalidPacket {
        let mut bytes = packet().encode_body();
        bytes[place..place + values.len()].copy_from_slice(values);
        let hash = Hash::of(&bytes);
        bytes.extend_from_slice(hash.as_bytes());
        NodePacket::decode(&bytes).unwrap_err()
    }

    #[test]
    fn a_packet_reads_back_bit_for_bit() {
        let packet = packet();
        let bytes = packet.encode();
        assert_eq!(bytes.len(), HEADER_BYTES + 2 * 12 * (3 + 2 + 2 + 5) + 2 * 4 + HASH_BYTES);
        assert_eq!(NodePacket::decode(&bytes).as_ref(), Ok(&packet));
        assert_eq!(bytes[bytes.len() - 32..], packet.hash().as_bytes()[..]);
    }

    #[test]
    fn the_largest_packet_fits_a_bulk_value() {
        let largest_bytes = HEADER_BYTES
            + PARAMETER_BYTES * PARAMETERS_MAX
            + 4 * limits::LAYER_NODES_MAX
            + HASH_BYTES;
        assert!(largest_bytes + 1024 <= limits::BULK_VALUE_BYTES_MAX);
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        assert!(matches!(with(0, b"X"), InvalidPacket::Unknown { .. }));
        assert_eq!(with(4, &[9, 0]), InvalidPacket::Version(9));
        assert!(with(6, &[255; 4]).to_string().contains("4294967295 inputs"));
        assert!(with(34, &[7]).to_string().contains("7 nodes: 1 to 6"));
        assert!(matches!(with(6, &[4]), InvalidPacket::Size { .. }));
        assert_eq!(with(HEADER_BYTES, &f32::NAN.to_le_bytes()), InvalidPacket::Number);
        assert_eq!(with(38, &2.0f32.to_le_bytes()), InvalidPacket::Number, "a decay beyond 1");
        let mut bytes = packet().encode();
        bytes[HEADER_BYTES + 1] ^= 1;
        assert!(matches!(NodePacket::decode(&bytes), Err(InvalidPacket::Hash { .. })));
    }
}
