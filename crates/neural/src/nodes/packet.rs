//! Nodes on their way between networks, and the bytes that their hash is of.

use super::{
    LayerShape,
    sealed::{
        HASH_BYTES, InvalidPacket, START_BYTES, begin, check_seal, open, read_decays, read_lists,
        seal, within,
    },
};
use crate::{
    bytes::{Damaged, Reader},
    network::PARAMETER_MAX,
};
use protocol::limits;
use units::Hash;

const MAGIC: [u8; 4] = *b"PCNP";
const VERSION: u16 = 1;

/// Shape, width, nodes, and whether firing rates are known; the two decays.
const SIZES: usize = 10;
const HEADER_BYTES: usize = START_BYTES + 4 * SIZES + 4 * 2;

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
        seal(self.encode_body())
    }

    fn encode_body(&self) -> Vec<u8> {
        let LayerShape { inputs, traces, timer, classes, above, above_rows, steps } = self.shape;
        let has_rates = self.firing_rates.is_some().into();
        let sizes = [inputs, traces, timer, classes, above, above_rows, steps];
        let mut writer = begin(MAGIC, VERSION);
        for size in sizes.into_iter().chain([self.width, self.nodes, has_rates]) {
            writer.u32(size);
        }
        writer.floats(&self.decays);
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
        let (mut reader, sizes) = open::<SIZES>(bytes, MAGIC, VERSION)?;
        let [inputs, traces, timer, classes, above, above_rows, steps, width, nodes, has_rates] =
            sizes;
        let shape = LayerShape { inputs, traces, timer, classes, above, above_rows, steps };
        // Every size by itself is small enough that none of their products overflows.
        within("inputs", inputs, 1, limits::NETWORK_PARAMETERS_MAX)?;
        within("traces", traces, 0, limits::NETWORK_PARAMETERS_MAX)?;
        within("samples on a timer", timer, 1, limits::NETWORK_PARAMETERS_MAX)?;
        within("classes", classes, 2, limits::NETWORK_CLASSES_MAX)?;
        within("nodes above", above, 0, limits::LAYER_NODES_MAX)?;
        let rows_max = if above > 0 { limits::NETWORK_PARAMETERS_MAX } else { 0 };
        within("weights for each of them", above_rows, (above > 0).into(), rows_max)?;
        within("frames in an input", steps, 1, limits::NETWORK_INPUTS_MAX)?;
        within("nodes in the layer", width, 1, limits::LAYER_NODES_MAX)?;
        within("nodes", nodes, 1, width as usize)?;
        within("firing rates for each node", has_rates, 0, 1)?;
        let edges = u64::from(above) * u64::from(above_rows);
        let node = u64::from(inputs) + 2 + u64::from(classes) + edges;
        within("parameters", u64::from(nodes) * node, 1, PARAMETERS_MAX)?;
        let (parameters, rates) = (nodes as usize * node as usize, has_rates * nodes);
        let numbers_bytes = PARAMETER_BYTES * parameters + 4 * rates as usize;
        check_seal(bytes, HEADER_BYTES + numbers_bytes + HASH_BYTES)?;
        let packet = |reader: &mut Reader<'_>| {
            let decays = read_decays(reader)?;
            let [parameters, means, squares] = read_lists(reader, parameters, PARAMETER_MAX)?;
            let rates = reader.floats(rates as usize, 1.0)?;
            if rates.iter().any(|rate| *rate < 0.0) {
                return Err(Damaged);
            }
            let firing_rates = (has_rates > 0).then_some(rates);
            Ok(Self { shape, width, nodes, decays, parameters, means, squares, firing_rates })
        };
        packet(&mut reader).map_err(|_| InvalidPacket::Number)
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
        assert_eq!(with(4, &[9, 0]), InvalidPacket::Version { given: 9, wanted: VERSION });
        assert!(with(6, &[255; 4]).to_string().contains("4294967295 inputs"));
        assert!(with(38, &[7]).to_string().contains("7 nodes: 1 to 6"));
        assert!(matches!(with(6, &[4]), InvalidPacket::Size { .. }));
        assert_eq!(with(HEADER_BYTES, &f32::NAN.to_le_bytes()), InvalidPacket::Number);
        assert_eq!(with(46, &2.0f32.to_le_bytes()), InvalidPacket::Number, "a decay beyond 1");
        let mut bytes = packet().encode();
        bytes[HEADER_BYTES + 1] ^= 1;
        assert!(matches!(NodePacket::decode(&bytes), Err(InvalidPacket::Hash { .. })));
    }
}
