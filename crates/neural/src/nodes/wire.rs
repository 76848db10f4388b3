//! Events as they travel between devices: two bytes for most of them, little more than one where many nodes fire.
//!
//! A batch is the number of its samples, then sample after sample: the number of its events; unless that is 0, the exponent
//! `e` of the scale (`i8`); then for each event, by ascending node, the nodes that were left out since the one before, and
//! the value in steps of `2^e` (`i8`, -127 to 127, not 0). Numbers without a stated type are LEB128 without trailing zeros.
//! If more than one node in eight fires, a bit for each node of the layer, the first in the lowest bit of the first byte, says
//! which do, and the values follow.
//!
//! The scale is the least power of two with which the largest value fits: it takes one byte, and products with it are
//! exact, so that what was received is sent on as the same bytes. Events of less than half a step are silent.

use super::ClassErrors;
use crate::{
    bytes::{Damaged, Reader, Writer},
    dataset::Dataset,
    network::{Network, Thought, events::Events},
};
use protocol::limits;

/// Values in steps of the scale.
const STEPS_MAX: f32 = 127.0;

/// Below, the largest value would have fitted half the scale.
const LARGEST_STEPS_MIN: i8 = 64;

/// Values below 2^-121 are silent.
const EXPONENT_MIN: i32 = -120;

/// With it, 127 steps are the largest within what a value may be: what layers send on is far below (weights, and inputs
/// over their root mean square, are bounded), and a readout's sums stay finite whoever sends events.
const EXPONENT_MAX: i32 = 42;

/// Three times seven bits: beyond every node and every sample.
const VARINT_BYTES_MAX: u32 = 3;

/// An error of 1.
const ERROR_STEPS: f32 = 32_767.0;

/// The fewest bytes of an event where nodes are named: one for its node, one for its value.
const NAMED_EVENT_BYTES_MIN: usize = 2;

/// Bytes that are no events of the layer they are said to be of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidWire {
    /// Cut short, or nothing that [`encode`] writes.
    #[error(transparent)]
    Damaged(#[from] Damaged),
    /// More samples than a batch may have.
    #[error("events of {0} samples: {max} are possible", max = limits::BATCH_ROWS_MAX)]
    Samples(u32),
    /// Events of a wider layer.
    #[error("an event of node {node}, where the layer has {width} nodes")]
    Node {
        /// Which.
        node: u64,
        /// How many there are.
        width: u32,
    },
}

/// Writes a batch of events. Values are rounded to one of 127 steps up to the sample's largest, or to silence; beyond
/// 127 · 2^42, which no layer comes near, to that.
///
/// Only the first [`limits::BATCH_ROWS_MAX`] samples are written: [`decode`] takes no more.
pub fn encode(events: &Events) -> Vec<u8> {
    let mut writer = Writer::new();
    let samples = events.samples().min(limits::BATCH_ROWS_MAX as usize);
    write_varint(&mut writer, samples as u32);
    let mut map = Map::default();
    for sample in 0..samples {
        write_sample(&mut writer, events.sample(sample), events.width(), &mut map);
    }
    writer.finish()
}

/// Reads a batch of events of a layer of `width` nodes. Memory grows with the bytes that are here, eight times at most.
///
/// # Errors
/// [`InvalidWire`] for anything that [`encode`] does not write.
pub fn decode(bytes: &[u8], width: u32) -> Result<Events, InvalidWire> {
    let mut reader = Reader::new(bytes);
    let samples = read_varint(&mut reader)?;
    if samples > limits::BATCH_ROWS_MAX {
        return Err(InvalidWire::Samples(samples));
    }
    let mut events = Events::new(width);
    for _ in 0..samples {
        read_sample(&mut reader, &mut events)?;
    }
    if reader.remaining() > 0 {
        return Err(Damaged.into());
    }
    Ok(events)
}

/// Whether `bytes`, as [`encode`] writes the events of many nodes, say of the nodes `indexes` (ascending) what these have
/// given: `own`, of which they are the only nodes. The scale of a sample is as the bytes have it, for it depends on all
/// nodes; one that is too small for these is wrong, and so is anything that [`encode`] does not write.
pub fn says(bytes: &[u8], own: &Events, indexes: &[u32]) -> bool {
    let mut reader = Reader::new(bytes);
    if read_varint(&mut reader) != Ok(own.samples() as u32) {
        return false;
    }
    let mut stated = Events::new(own.width());
    for sample in 0..own.samples() {
        stated.reset(own.width());
        let Ok(exponent) = read_sample(&mut reader, &mut stated) else { return false };
        if !says_sample(stated.sample(0), own.sample(sample), exponent, indexes) {
            return false;
        }
    }
    reader.remaining() == 0
}

fn says_sample(
    stated: (&[u32], &[f32]),
    own: (&[u32], &[f32]),
    exponent: Option<i32>,
    indexes: &[u32],
) -> bool {
    let largest = own.1.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    let least = exponent_for(largest);
    let exponent = exponent.unwrap_or(least);
    let steps = |value: f32| (value * power_of_two(-exponent)).round().clamp(-STEPS_MAX, STEPS_MAX);
    let own = own.0.iter().zip(own.1).map(|(node, value)| (*node, steps(*value)));
    let stated = stated.0.iter().zip(stated.1);
    let stated = stated.filter(|(node, _)| indexes.binary_search(node).is_ok());
    let stated = stated.map(|(node, value)| (*node, value * power_of_two(-exponent)));
    least <= exponent && own.filter(|(_, steps)| *steps != 0.0).eq(stated)
}

/// Writes errors: the probability that went to wrong classes, then a row a sample, a column a class, each in steps of
/// 1/32767 (`i16`, little-endian).
pub fn encode_errors(errors: &ClassErrors) -> Vec<u8> {
    let mut writer = Writer::new();
    for value in core::iter::once(&errors.wrong).chain(&errors.values) {
        writer.u16(((value.clamp(-1.0, 1.0) * ERROR_STEPS).round() as i16).cast_unsigned());
    }
    writer.finish()
}

/// Reads errors. Whether they are as many as a batch has samples and classes is for [`Slice::teach`](super::Slice::teach).
///
/// # Errors
/// [`Damaged`] for anything that [`encode_errors`] does not write.
pub fn decode_errors(bytes: &[u8]) -> Result<ClassErrors, Damaged> {
    let mut reader = Reader::new(bytes);
    let value = |reader: &mut Reader<'_>| match reader.u16()?.cast_signed() {
        i16::MIN => Err(Damaged),
        steps => Ok(f32::from(steps) / ERROR_STEPS),
    };
    let wrong = value(&mut reader)?;
    let values = (1..bytes.len() / 2).map(|_| value(&mut reader)).collect::<Result<_, _>>()?;
    if wrong < 0.0 || reader.remaining() > 0 {
        return Err(Damaged);
    }
    Ok(ClassErrors { values, wrong })
}

/// The most bytes that a batch of so many rows takes: events of a layer of `width` nodes that all fire, or errors.
pub fn batch_bytes_max(rows: u32, width: u32, classes: u32) -> usize {
    let (rows, width, classes) = (rows as usize, width as usize, classes as usize);
    // Each row's number of events and its scale, a bit for every node, and the values.
    let events = VARINT_BYTES_MAX as usize * (1 + rows) + rows * (1 + width.div_ceil(8) + width);
    events.max(2 + 2 * rows * classes)
}

/// Bytes on the wire for one sparse activation of each layer of `network`: the mean over those `rows` of `dataset`, and
/// what the same activation takes as four bytes for every node.
///
/// # Panics
/// If the data set does not fit the network.
pub fn activation_bytes(network: &Network, dataset: &Dataset, rows: &[u32]) -> Vec<(f64, u32)> {
    assert_eq!((dataset.inputs, dataset.classes), (network.spec.inputs, network.spec.classes));
    let mut thought = Thought::new(network);
    let mut totals = vec![0; network.spec.layers.len()];
    for row in rows {
        thought.input.reset(network.spec.inputs);
        dataset.read_row(*row as usize, &mut thought.input);
        thought.think(network);
        for (total, activity) in totals.iter_mut().zip(&thought.activities) {
            *total += encode(activity.events()).len();
        }
    }
    let mean = |total: usize| total as f64 / rows.len().max(1) as f64;
    totals.into_iter().map(mean).zip(network.spec.layers.iter().map(|it| 4 * it.nodes)).collect()
}

/// Memory for the events of one sample.
#[derive(Default)]
struct Map {
    nodes: Vec<u8>,
    steps: Vec<u8>,
}

/// Whether so many events among so many nodes are shorter with a bit for each node.
fn is_mapped(count: usize, width: u32) -> bool {
    8 * count as u64 > u64::from(width)
}

fn write_sample(writer: &mut Writer, (nodes, values): (&[u32], &[f32]), width: u32, map: &mut Map) {
    let largest = values.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
    let exponent = exponent_for(largest);
    let steps = |value: f32| (value * power_of_two(-exponent)).round().clamp(-STEPS_MAX, STEPS_MAX);
    let audible = || nodes.iter().zip(values).filter(|(_, value)| steps(**value) != 0.0);
    let count = audible().count() as u32;
    write_varint(writer, count);
    if count == 0 {
        return;
    }
    writer.u8((exponent as i8).cast_unsigned());
    if is_mapped(count as usize, width) {
        map.nodes.clear();
        map.nodes.resize(width.div_ceil(8) as usize, 0);
        map.steps.clear();
        for (node, value) in audible() {
            map.nodes[*node as usize / 8] |= 1 << (node % 8);
            map.steps.push((steps(*value) as i8).cast_unsigned());
        }
        writer.bytes(&map.nodes);
        writer.bytes(&map.steps);
        return;
    }
    let mut least = 0;
    for (node, value) in audible() {
        write_varint(writer, node - least);
        writer.u8((steps(*value) as i8).cast_unsigned());
        least = node + 1;
    }
}

/// Gives the exponent of the sample's scale, if it has events.
fn read_sample(reader: &mut Reader<'_>, events: &mut Events) -> Result<Option<i32>, InvalidWire> {
    let count = read_varint(reader)? as usize;
    if count == 0 {
        events.end_sample();
        return Ok(None);
    }
    let exponent = i32::from(reader.u8()?.cast_signed());
    if !(EXPONENT_MIN..=EXPONENT_MAX).contains(&exponent) {
        return Err(Damaged.into());
    }
    let read = if is_mapped(count, events.width()) { read_mapped } else { read_named };
    let largest = read(reader, events, count, power_of_two(exponent))?;
    if largest < LARGEST_STEPS_MIN && exponent > EXPONENT_MIN {
        return Err(Damaged.into());
    }
    events.end_sample();
    Ok(Some(exponent))
}

/// Reads events with their nodes; gives the most steps.
fn read_named(
    reader: &mut Reader<'_>,
    events: &mut Events,
    count: usize,
    step: f32,
) -> Result<i8, InvalidWire> {
    if count > reader.remaining() / NAMED_EVENT_BYTES_MIN {
        return Err(Damaged.into());
    }
    let (width, mut least, mut largest) = (events.width(), 0, 0);
    for _ in 0..count {
        let node = least + u64::from(read_varint(reader)?);
        if node >= u64::from(width) {
            return Err(InvalidWire::Node { node, width });
        }
        let steps = read_steps(reader.u8()?)?;
        events.push(node as u32, f32::from(steps) * step);
        least = node + 1;
        largest = largest.max(steps.abs());
    }
    Ok(largest)
}

/// Reads events after a bit for each node; gives the most steps.
fn read_mapped(
    reader: &mut Reader<'_>,
    events: &mut Events,
    count: usize,
    step: f32,
) -> Result<i8, InvalidWire> {
    let width = events.width();
    let map = reader.bytes(width.div_ceil(8) as usize)?;
    let steps = reader.bytes(count)?;
    let fires: u32 = map.iter().map(|bits| bits.count_ones()).sum();
    let beyond = map.last().map_or(0, |bits| u32::from(*bits) >> ((width - 1) % 8 + 1));
    if fires as usize != count || beyond > 0 {
        return Err(Damaged.into());
    }
    let is_sound = steps.iter().all(|byte| *byte != 0 && *byte != i8::MIN.cast_unsigned());
    if !is_sound {
        return Err(Damaged.into());
    }
    events.push_mapped(map, steps.iter().map(|byte| f32::from(byte.cast_signed()) * step));
    Ok(steps.iter().map(|byte| byte.cast_signed().abs()).max().unwrap_or(0))
}

fn read_steps(byte: u8) -> Result<i8, Damaged> {
    let steps = byte.cast_signed();
    if steps == 0 || steps == i8::MIN { Err(Damaged) } else { Ok(steps) }
}

/// The least `e` with `largest <= 127 · 2^e`, within bounds.
fn exponent_for(largest: f32) -> i32 {
    // The exponent of the number itself; far too low for denormal ones, which are silent anyway.
    let exponent = (largest.to_bits() >> 23) as i32 - 127 - 6;
    let exponent = exponent.clamp(EXPONENT_MIN, EXPONENT_MAX);
    let fits = largest <= STEPS_MAX * power_of_two(exponent);
    if fits { exponent } else { (exponent + 1).min(EXPONENT_MAX) }
}

/// 2 to the power of -126 to 127, by its bits.
fn power_of_two(exponent: i32) -> f32 {
    debug_assert!((-126..=127).contains(&exponent));
    f32::from_bits(((exponent + 127) as u32) << 23)
}

fn write_varint(writer: &mut Writer, mut number: u32) {
    while number >= 128 {
        writer.u8(number as u8 | 128);
        number >>= 7;
    }
    writer.u8(number as u8);
}

fn read_varint(reader: &mut Reader<'_>) -> Result<u32, Damaged> {
    let mut number = 0;
    for place in 0..VARINT_BYTES_MAX {
        let byte = reader.u8()?;
        number |= u32::from(byte & 127) << (7 * place);
        if byte < 128 {
            let is_shortest = byte > 0 || place == 0;
            return is_shortest.then_some(number).ok_or(Damaged);
        }
    }
    Err(Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(nodes: &[u32], values: &[f32], width: u32) -> Events {
        let mut events = Events::new(width);
        events.push_sample(nodes, values).unwrap();
        events
    }

    #[test]
    fn twenty_six_events_of_256_nodes_take_55_bytes_in_place_of_1024() {
        let nodes: Vec<u32> = (0..26).map(|place| place * 9 + 2).collect();
        let values: Vec<f32> = (0..26).map(|place| 0.5 + place as f32 * 0.1).collect();
        assert_eq!(encode(&sample(&nodes, &values, 256)).len(), 1 + 1 + 1 + 2 * 26);
    }

    #[test]
    fn values_come_within_half_a_step_of_the_largest_power() {
        let events = sample(&[0, 130, 131, 300], &[3.0, -0.7, 0.004, 1.26], 301);
        let received = decode(&encode(&events), 301).unwrap();
        let (nodes, values) = received.sample(0);
        assert_eq!(nodes, [0, 130, 300], "0.004 is less than half of 1/32");
        for (value, sent) in values.iter().zip([3.0f32, -0.7, 1.26]) {
            assert!((value - sent).abs() <= 1.0 / 64.0, "{value} for {sent}");
        }
    }

    #[test]
    fn extreme_values_stay_finite_or_fall_silent() {
        for (largest, expected) in
            [(1e15, Some(127.0 * power_of_two(42))), (1e-38, None), (f32::from_bits(1), None)]
        {
            let received = decode(&encode(&sample(&[1], &[largest], 2)), 2).unwrap();
            assert_eq!(received.sample(0).1.first().copied(), expected);
        }
    }

    #[test]
    fn errors_come_within_half_a_step() {
        let errors = ClassErrors { values: vec![-1.0, 0.3, 1e-4, 0.7, -0.7, 0.0], wrong: 0.85 };
        let bytes = encode_errors(&errors);
        assert_eq!(bytes.len(), 2 + 2 * 6);
        let received = decode_errors(&bytes).unwrap();
        for (value, sent) in received.values.iter().zip(&errors.values) {
            assert!((value - sent).abs() <= 0.5 / ERROR_STEPS, "{value} for {sent}");
        }
        assert_eq!(
            encode_errors(&received),
            bytes,
            "what was received is sent on as the same bytes"
        );
        for bad in [&[][..], &[1], &[0, 0, 1], &[0, 0x80], &[0xff, 0xff], &[0, 0, 0, 0x80]] {
            assert_eq!(decode_errors(bad), Err(Damaged), "{bad:?}");
        }
    }

    #[test]
    fn no_batch_takes_more_than_the_most() {
        let width = 300;
        let nodes: Vec<u32> = (0..width).collect();
        let mut events = Events::new(width);
        (0..7).for_each(|_| events.push_sample(&nodes, &[1.0; 300]).unwrap());
        let bytes = encode(&events).len();
        let most = batch_bytes_max(7, width, 10);
        assert!(bytes <= most && most < bytes + 4 * 8, "{bytes}, {most}");
        assert_eq!(batch_bytes_max(4, 2, 1_000), 2 + 8_000);
    }

    #[test]
    fn bytes_that_nobody_writes_are_refused() {
        let good = [1, 1, 0, 9, 64];
        assert!(decode(&good, 10).is_ok());
        assert_eq!(decode(&good, 9), Err(InvalidWire::Node { node: 9, width: 9 }));
        assert_eq!(decode(&[0x81, 0x20], 3), Err(InvalidWire::Samples(4097)));
        for bad in [
            &[][..],
            &[1],
            &[2, 0],
            &[1, 1, 0, 9],
            &[1, 1, 0, 9, 63],
            &[1, 1, 0, 9, 0],
            &[1, 1, 0, 9, 128],
            &[1, 1, 43, 9, 64],
            &[1, 1, 0, 0x89, 0, 64],
            &[1, 1, 0, 9, 64, 0],
            &[1, 0xff, 0xff, 0x7f, 0],
        ] {
            assert_eq!(decode(bad, 10), Err(InvalidWire::Damaged(Damaged)), "{bad:?}");
        }
    }

    #[test]
    fn where_more_than_one_node_in_eight_fires_each_has_a_bit() {
        let of = |count: u32| {
            let nodes: Vec<u32> = (0..count).map(|place| 16 - place).rev().collect();
            sample(&nodes, &vec![1.0; count as usize], 17)
        };
        assert_eq!(encode(&of(2)), [1, 2, (-6i8).cast_unsigned(), 15, 64, 0, 64]);
        let three = [1, 3, (-6i8).cast_unsigned(), 0, 0b1100_0000, 1, 64, 64, 64];
        assert_eq!(encode(&of(3)), three);
        for count in 0..=17 {
            assert_eq!(decode(&encode(&of(count)), 17), Ok(of(count)));
        }
        let with = |place: usize, byte: u8| {
            let mut bytes = three;
            bytes[place] = byte;
            decode(&bytes, 17)
        };
        for (place, byte) in
            [(5, 2), (5, 3), (4, 0b0100_0000), (3, 1), (7, 0), (8, 128), (2, 43), (1, 4)]
        {
            assert_eq!(with(place, byte), Err(InvalidWire::Damaged(Damaged)), "{place}");
        }
        assert!(decode(&three[..8], 17).is_err());
    }
}
