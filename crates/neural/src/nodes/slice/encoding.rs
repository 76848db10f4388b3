//! A slice on its way to another device and back. The batches that it remembers stay behind.

use super::super::{
    packet::PARAMETERS_MAX,
    piece::{Extent, Piece},
    sealed::{
        HASH_BYTES, InvalidPacket, START_BYTES, begin, check_seal, open, read_decays, read_lists,
        seal, within,
    },
};
use super::{STALENESS_MAX, Slice};
use crate::{
    bytes::{Damaged, Reader},
    learning::{Lesson, adam::Adam, homeostasis::Homeostasis},
    network::{PARAMETER_MAX, layout::LayerLayout},
};
use core::ops::Range;
use protocol::limits;
use std::collections::VecDeque;

const MAGIC: [u8; 4] = *b"PCNS";
const VERSION: u16 = 1;

/// Layer, its nodes, what each gathers, classes, timer, batches, and nodes of the slice.
const SIZES: usize = 7;

/// Pace, usual error and timer of its thresholds, and Adam's two decays.
const STATE_BYTES: usize = 4 * (3 + 2);

/// A timer that adapts is within a quarter of what the description says, which is 64 at most.
const TIMERS: core::ops::RangeInclusive<f32> = 0.5..=128.0;

impl Slice {
    /// The canonical encoding, little-endian, with its SHA-256 at the end; without the batches that it remembers.
    pub fn encode(&self) -> Vec<u8> {
        seal(self.encode_bare())
    }

    /// [`Self::encode`] without the hash, for who hashes it in another way.
    pub fn encode_bare(&self) -> Vec<u8> {
        self.encode_part(0..self.piece.indexes.len())
    }

    /// What [`Self::encode_bare`] gives for a [part](Self::part), without making one.
    ///
    /// # Panics
    /// If there are no such places.
    pub fn encode_part(&self, places: Range<usize>) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.encode_part_to(places, &mut bytes);
        bytes
    }

    /// [`Self::encode_part`] in the memory of an encoding that is no longer needed: at best of the same part.
    ///
    /// # Panics
    /// If there are no such places.
    pub fn encode_part_to(&self, places: Range<usize>, bytes: &mut Vec<u8>) {
        let Piece { layer, indexes, width, inputs, layout, parameters, adam, .. } = &self.piece;
        let indexes = &indexes[places.clone()];
        let sizes = [*width, *inputs, layout.classes, self.timer as usize, self.batches_max];
        let mut writer = begin(MAGIC, VERSION);
        writer.u32(*layer);
        sizes.into_iter().chain([indexes.len()]).for_each(|size| writer.u32(size as u32));
        indexes.iter().for_each(|index| writer.u32(*index));
        let Homeostasis { pace, usual_error, timer } = self.homeostasis;
        writer.floats(&[pace, usual_error, timer]);
        writer.floats(&adam.decays());
        let head = writer.finish();
        let rows = layout.readout().end;
        let of_rows = 4 * (rows / layout.nodes * indexes.len());
        let size_bytes = of_rows + 4 * layout.classes;
        // What is there already is written over: it needs no zeros.
        bytes.resize(head.len() + 3 * size_bytes, 0);
        let (start, lists) = bytes.split_at_mut(head.len());
        start.copy_from_slice(&head);
        let [means, squares] = adam.all_moments();
        for (list, numbers) in
            lists.chunks_exact_mut(size_bytes).zip([parameters.as_slice(), means, squares])
        {
            let (of_rows, of_bias) = list.split_at_mut(of_rows);
            write_columns(of_rows, &numbers[..rows], layout.nodes, places.clone());
            write_floats(of_bias, &numbers[layout.readout_bias()]);
        }
    }

    /// Reads a slice, which remembers no batch. Memory is taken only once the length fits the description and the hash is
    /// right.
    ///
    /// # Errors
    /// [`InvalidPacket`] for anything that [`Self::encode`] does not give.
    pub fn decode(bytes: &[u8]) -> Result<Self, InvalidPacket> {
        Self::read(bytes, check_seal)
    }

    /// Reads what [`Self::encode_bare`] gives.
    ///
    /// # Errors
    /// [`InvalidPacket`] for anything else.
    pub fn decode_bare(bytes: &[u8]) -> Result<Self, InvalidPacket> {
        Self::read(bytes, |bytes, sealed_bytes| {
            let (size_bytes, expected_bytes) = (bytes.len(), sealed_bytes - HASH_BYTES);
            let fits = size_bytes == expected_bytes;
            fits.then_some(()).ok_or(InvalidPacket::Size { size_bytes, expected_bytes })
        })
    }

    /// `check` is given the length that the sealed encoding has.
    fn read(
        bytes: &[u8],
        check: impl FnOnce(&[u8], usize) -> Result<(), InvalidPacket>,
    ) -> Result<Self, InvalidPacket> {
        let (mut reader, sizes) = open::<SIZES>(bytes, MAGIC, VERSION)?;
        let [layer, width, inputs, classes, timer, batches, nodes] = sizes;
        // Every size by itself is small enough that none of their products overflows.
        within("as the layer's place", layer, 0, limits::NETWORK_LAYERS_MAX - 1)?;
        within("nodes in the layer", width, 1, limits::LAYER_NODES_MAX)?;
        within("inputs", inputs, 1, limits::NETWORK_PARAMETERS_MAX)?;
        within("classes", classes, 2, limits::NETWORK_CLASSES_MAX)?;
        within("samples on a timer", timer, 1, limits::NETWORK_PARAMETERS_MAX)?;
        within("batches to remember", batches, 1, STALENESS_MAX)?;
        within("nodes", nodes, 1, width as usize)?;
        let (node, classes) = (u64::from(inputs) + 2 + u64::from(classes), classes as usize);
        let count = u64::from(nodes) * node + classes as u64;
        within("parameters", count, 1, PARAMETERS_MAX)?;
        let (count, nodes, inputs) = (count as usize, nodes as usize, inputs as usize);
        let sizes_bytes = START_BYTES + 4 * (SIZES + nodes);
        check(bytes, sizes_bytes + STATE_BYTES + 12 * count + HASH_BYTES)?;
        let slice = |reader: &mut Reader<'_>| {
            let indexes = read_indexes(reader, nodes, width)?;
            let homeostasis = read_homeostasis(reader)?;
            let decays = read_decays(reader)?;
            let [parameters, means, squares] = read_lists(reader, count, PARAMETER_MAX)?;
            let piece = Piece {
                layer,
                extent: Extent::Nodes,
                indexes,
                width: width as usize,
                inputs,
                layout: LayerLayout::alone(inputs, nodes, classes),
                parameters,
                adam: Adam::from_moments(decays, means, squares),
            };
            Ok::<_, Damaged>(Self {
                piece,
                homeostasis,
                timer,
                batches_max: batches as usize,
                kept: VecDeque::new(),
                lesson: Lesson::default(),
                fired: Vec::new(),
            })
        };
        slice(&mut reader).map_err(|_| InvalidPacket::Number)
    }
}

/// As many columns as fill a processor's vector.
const COLUMNS: usize = 8;

/// Writes some columns of a matrix of `stride` columns, row after row.
fn write_columns(bytes: &mut [u8], matrix: &[f32], stride: usize, places: Range<usize>) {
    let rows = matrix.chunks_exact(stride).map(|row| &row[places.clone()]);
    let bytes = bytes.chunks_exact_mut(4 * places.len());
    // A number that the compiler knows makes each row a copy or two.
    if places.len() == COLUMNS {
        for (bytes, row) in bytes.zip(rows) {
            write_floats(&mut bytes[..4 * COLUMNS], &row[..COLUMNS]);
        }
    } else {
        bytes.zip(rows).for_each(|(bytes, row)| write_floats(bytes, row));
    }
}

#[inline(always)]
fn write_floats(bytes: &mut [u8], values: &[f32]) {
    for (bytes, value) in bytes.chunks_exact_mut(4).zip(values) {
        bytes.copy_from_slice(&value.to_le_bytes());
    }
}

/// Ascending, below the width.
fn read_indexes(reader: &mut Reader<'_>, nodes: usize, width: u32) -> Result<Vec<u32>, Damaged> {
    let indexes = (0..nodes).map(|_| reader.u32()).collect::<Result<Vec<_>, _>>()?;
    let ascend = indexes.windows(2).all(|pair| pair[0] < pair[1]);
    let are_nodes = ascend && indexes.last().is_some_and(|last| *last < width);
    are_nodes.then_some(indexes).ok_or(Damaged)
}

fn read_homeostasis(reader: &mut Reader<'_>) -> Result<Homeostasis, Damaged> {
    let (pace, usual_error) = (reader.f32(*TIMERS.end())?, reader.f32(1.001)?);
    let timer = reader.f32(*TIMERS.end())?;
    let is_sound = pace > 0.0 && TIMERS.contains(&timer);
    is_sound.then_some(Homeostasis { pace, usual_error, timer }).ok_or(Damaged)
}

#[cfg(test)]
mod tests {
    use super::super::super::NodeId;
    use super::*;
    use crate::{Events, LearningState, Network, Plan, nodes::Target};
    use protocol::cluster::{LayerSpec, NetworkSpec};
    use units::Hash;

    fn slice() -> Slice {
        let layers = vec![LayerSpec::new(6, 4), LayerSpec::new(5, 4)];
        let spec = NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 11 };
        let network = Network::new(&spec).unwrap();
        let ids = [NodeId::new(0, 4), NodeId::new(0, 1)];
        let mut slice = network.slice(&LearningState::new(&spec), &ids, 8).unwrap();
        learn(&mut slice);
        slice
    }

    fn learn(slice: &mut Slice) {
        let mut events = Events::new(3);
        events.push_sample(&[0, 2], &[1.0, -0.5]).unwrap();
        slice.forward(7, &events).unwrap();
        slice.teach(7, Target::Labels(&[1]), &Plan::default(), 0).unwrap();
    }

    #[test]
    fn a_slice_goes_on_learning_elsewhere_with_the_same_bits() {
        let mut slice = slice();
        let bytes = slice.encode();
        assert_eq!(bytes.len(), 6 + 4 * (7 + 2) + 20 + 12 * (2 * (3 + 2 + 2) + 2) + 32);
        let mut there = Slice::decode(&bytes).unwrap();
        assert_eq!(there.encode(), bytes);
        let bare = slice.encode_bare();
        assert_eq!(Slice::decode_bare(&bare).unwrap().encode(), bytes);
        assert!(Slice::decode_bare(&bytes).is_err());
        learn(&mut slice);
        learn(&mut there);
        assert_eq!(there.encode(), slice.encode());
        assert_ne!(there.encode(), bytes);
    }

    #[test]
    fn what_is_no_slice_is_refused() {
        let with = |place: usize, values: &[u8]| {
            let mut bytes = slice().encode();
            bytes[place..place + values.len()].copy_from_slice(values);
            bytes.truncate(bytes.len() - HASH_BYTES);
            Slice::decode(&seal(bytes)).unwrap_err()
        };
        assert!(matches!(with(0, b"X"), InvalidPacket::Unknown { .. }));
        assert!(with(6, &[8]).to_string().contains("8 as the layer's place: 0 to 7"));
        assert!(with(30, &[7]).to_string().contains("7 nodes: 1 to 6"));
        assert!(matches!(with(30, &[1]), InvalidPacket::Size { .. }));
        assert_eq!(with(34, &[4]), InvalidPacket::Number, "node 4 twice");
        assert_eq!(with(38, &[6]), InvalidPacket::Number, "node 6 of 6");
        assert_eq!(with(42, &0.0f32.to_le_bytes()), InvalidPacket::Number, "no pace");
        let mut bytes = slice().encode();
        bytes[50] ^= 1;
        let found = Hash::of(&bytes[..bytes.len() - HASH_BYTES]);
        let refused = Slice::decode(&bytes).unwrap_err();
        assert!(matches!(refused, InvalidPacket::Hash { found: hash, .. } if hash == found));
    }
}
