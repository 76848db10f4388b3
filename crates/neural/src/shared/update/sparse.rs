//! Updates in which few parameters change (SparseLoCo, Sarfi et al. 2025): the places of the largest changes as gaps in
//! Rice's code, and for each a sign and one of two sizes.
//!
//! Behind the header: the parameter of Rice's code (u8), how many parameters change (u32), a scale for every segment of
//! the network (f32), then for each change, bit after bit from the lowest of each byte: how many parameters lie between it
//! and the one before, the sign, and whether it is two steps of its segment's scale or one. What is left of the last byte
//! is 0.

use super::{Form, Update, read_scale, scale_of};
use crate::{
    bytes::{Damaged, Reader, Writer},
    network::layout::Layout,
};
use core::cmp::Ordering;

/// Above so many scales, a change is two steps rather than one.
const TWO_STEPS: f32 = 1.5;

/// Rounds in which scale and sizes are fitted to each other (Lloyd 1982); more change little.
const FITTING_ROUNDS: u32 = 3;

const RICE_BITS_MAX: u8 = 24;

impl Update {
    /// The largest changes.
    pub(super) fn sparse(layout: Layout, change: &[f32], kept_per_mille: u16) -> Self {
        let kept = (change.len() * usize::from(kept_per_mille.clamp(1, 100))).div_ceil(1_000);
        let places = largest(change, kept);
        let mut scales = Vec::with_capacity(layout.row_count());
        let mut steps = vec![0; change.len()];
        let mut rest = places.as_slice();
        for segment in layout.segments() {
            let here = rest.partition_point(|place| (*place as usize) < segment.range.end);
            let (places, others) = rest.split_at(here);
            rest = others;
            let scale = fitted_scale(places.iter().map(|place| change[*place as usize].abs()));
            scales.resize(scales.len() + segment.range.len() / segment.row_length, scale);
            if scale > 0.0 {
                for place in places {
                    let value = change[*place as usize];
                    let size = if value.abs() > TWO_STEPS * scale { 2 } else { 1 };
                    steps[*place as usize] = match value.partial_cmp(&0.0) {
                        Some(Ordering::Less) => -size,
                        Some(Ordering::Greater) => size,
                        _ => 0,
                    };
                }
            }
        }
        Self { layout, form: Form::Sparse, scales, steps }
    }

    pub(super) fn write_sparse(&self, writer: &mut Writer) {
        let changed = || (0u32..).zip(&self.steps).filter(|(_, step)| **step != 0);
        let count = changed().count();
        let rice_bits = rice_bits(self.steps.len(), count);
        writer.u8(rice_bits);
        writer.u32(count as u32);
        let mut row = 0;
        for segment in self.layout.segments() {
            writer.floats(&[self.scales[row]]);
            row += segment.range.len() / segment.row_length;
        }
        let mut bits = BitWriter::default();
        let mut next = 0;
        for (place, step) in changed() {
            let gap = place - next;
            bits.ones(gap >> rice_bits);
            bits.push(gap, rice_bits);
            bits.push(u32::from(*step < 0) | u32::from(step.abs() == 2) << 1, 2);
            next = place + 1;
        }
        writer.bytes(&bits.bytes);
    }

    pub(super) fn read_sparse(reader: &mut Reader<'_>, layout: Layout) -> Result<Self, Damaged> {
        let rice_bits = reader.u8()?;
        let count = reader.u32()? as usize;
        let mut scales = Vec::with_capacity(layout.row_count());
        for segment in layout.segments() {
            let scale = read_scale(reader)?;
            scales.resize(scales.len() + segment.range.len() / segment.row_length, scale);
        }
        let size_bytes = reader.remaining();
        if rice_bits > RICE_BITS_MAX || count > layout.parameters || count > 8 * size_bytes {
            return Err(Damaged);
        }
        let mut bits = BitReader { bytes: reader.bytes(size_bytes)?, place: 0 };
        let mut steps = vec![0i8; layout.parameters];
        let mut next = 0;
        for _ in 0..count {
            let quotient = bits.ones()?;
            let gap = (quotient << rice_bits) + u64::from(bits.take(rice_bits)?);
            let kind = bits.take(2)?;
            let step = if kind & 2 == 0 { 1 } else { 2 };
            let place = usize::try_from(next + gap).map_err(|_| Damaged)?;
            *steps.get_mut(place).ok_or(Damaged)? = if kind & 1 == 0 { step } else { -step };
            next += gap + 1;
        }
        if !bits.is_at_end() {
            return Err(Damaged);
        }
        Ok(Self { layout, form: Form::Sparse, scales, steps })
    }
}

/// The places of the `kept` largest changes, ascending; of equal ones, the first.
fn largest(change: &[f32], kept: usize) -> Vec<u32> {
    let mut sizes: Vec<f32> = change.iter().map(|value| value.abs()).collect();
    let border = match kept.checked_sub(1) {
        Some(last) if last < sizes.len() => {
            *sizes.select_nth_unstable_by(last, |a, b| b.total_cmp(a)).1
        }
        _ => return (0..change.len() as u32).collect(),
    };
    let above = change.iter().filter(|value| value.abs() > border).count();
    let mut at_border = kept - above;
    let is_kept = |(_, value): &(u32, &f32)| {
        let is_at_border = value.abs() == border;
        let is_kept = value.abs() > border || (is_at_border && at_border > 0);
        at_border -= usize::from(is_kept && is_at_border);
        is_kept
    };
    (0..).zip(change).filter(is_kept).map(|(place, _)| place).collect()
}

/// The scale of which one or two steps are nearest to those sizes.
fn fitted_scale(sizes: impl ExactSizeIterator<Item = f32> + Clone) -> f32 {
    let count = sizes.len().max(1) as f32;
    let mut scale = sizes.clone().sum::<f32>() / count;
    for _ in 0..FITTING_ROUNDS {
        let (mut product, mut square) = (0.0, 0.0);
        for size in sizes.clone() {
            let steps = if size > TWO_STEPS * scale { 2.0 } else { 1.0 };
            product += steps * size;
            square += steps * steps;
        }
        scale = product / f32::max(square, 1.0);
    }
    scale_of(scale)
}

/// The parameter of Rice's code for the mean gap: the power of two next to its natural logarithm's half-life.
fn rice_bits(parameters: usize, count: usize) -> u8 {
    let mean_gap = parameters / count.max(1);
    let half_life = (mean_gap as u64 * 69 / 100).max(1);
    (half_life.ilog2() as u8).min(RICE_BITS_MAX)
}

#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    /// Bits of the last byte in use.
    used: u8,
}

impl BitWriter {
    fn bit(&mut self, bit: bool) {
        if self.used == 0 {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= u8::from(bit) << self.used;
        }
        self.used = (self.used + 1) % 8;
    }

    /// So many ones, and a zero.
    fn ones(&mut self, count: u32) {
        (0..count).for_each(|_| self.bit(true));
        self.bit(false);
    }

    /// The lowest bits of a value, from the lowest on.
    fn push(&mut self, value: u32, bits: u8) {
        (0..bits).for_each(|bit| self.bit(value >> bit & 1 == 1));
    }
}

struct BitReader<'a> {
    bytes: &'a [u8],
    place: usize,
}

impl BitReader<'_> {
    fn bit(&mut self) -> Result<bool, Damaged> {
        let byte = self.bytes.get(self.place / 8).ok_or(Damaged)?;
        let bit = byte >> (self.place % 8) & 1 == 1;
        self.place += 1;
        Ok(bit)
    }

    /// Ones up to the next zero.
    fn ones(&mut self) -> Result<u64, Damaged> {
        let mut count = 0;
        while self.bit()? {
            count += 1;
        }
        Ok(count)
    }

    fn take(&mut self, bits: u8) -> Result<u32, Damaged> {
        (0..bits).try_fold(0, |value, bit| Ok(value | u32::from(self.bit()?) << bit))
    }

    /// Whether nothing is left but the zeros that fill the last byte.
    fn is_at_end(&mut self) -> bool {
        self.bytes.len() == self.place.div_ceil(8)
            && (self.place.is_multiple_of(8) || self.bytes[self.place / 8] >> (self.place % 8) == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Network;
    use protocol::cluster::{LayerSpec, NetworkSpec};

    fn network() -> Network {
        let layers = vec![LayerSpec::new(40, 4)];
        Network::new(&NetworkSpec { inputs: 60, steps: 1, layers, classes: 5, seed: 11 }).unwrap()
    }

    fn changes() -> Vec<f32> {
        let mut counter = crate::random::Counter::new(1, 2);
        network().parameters.iter().map(|_| counter.normal().powi(3) * 1e-3).collect()
    }

    #[test]
    fn the_largest_changes_travel_with_about_their_size_and_sign() {
        let changes = changes();
        let update = Update::sparse(network().layout, &changes, 20);
        let kept: Vec<_> = (0..changes.len()).filter(|n| update.steps[*n] != 0).collect();
        assert_eq!(kept.len(), (changes.len() * 20).div_ceil(1_000));
        let least = kept.iter().map(|n| changes[*n].abs()).fold(f32::MAX, f32::min);
        let greatest_left =
            (0..changes.len()).filter(|n| update.steps[*n] == 0).map(|n| changes[n].abs());
        assert!(least >= greatest_left.fold(0.0, f32::max));
        let mut rest = changes.clone();
        update.add_to(&mut rest, -1.0);
        let energy = |values: &[f32]| kept.iter().map(|n| values[*n].powi(2)).sum::<f32>();
        assert!(
            energy(&rest) < 0.2 * energy(&changes),
            "{} of {}",
            energy(&rest),
            energy(&changes)
        );
    }

    #[test]
    fn a_sparse_update_reads_back_and_is_small() {
        for kept_per_mille in [1, 10, 30, 100] {
            let update = Update::sparse(network().layout, &changes(), kept_per_mille);
            let bytes = update.encode();
            let kept = network().parameters.len() * usize::from(kept_per_mille) / 1_000;
            assert!(bytes.len() < 40 + 2 * kept, "{} bytes for {kept}", bytes.len());
            assert_eq!(Update::decode(&bytes, &network().spec), Ok(update));
        }
        let silent = Update::sparse(network().layout, &vec![0.0; changes().len()], 10);
        assert_eq!(Update::decode(&silent.encode(), &network().spec), Ok(silent));
    }

    #[test]
    fn damaged_bits_are_refused() {
        let bytes = Update::sparse(network().layout, &changes(), 20).encode();
        let refused = |bytes: &[u8]| Update::decode(bytes, &network().spec).is_err();
        assert!(refused(&bytes[..bytes.len() - 1]));
        assert!(refused(&[&bytes[..], &[0]].concat()));
        for (place, value) in [(6, 2), (7, 255), (8, 255), (11, 255), (15, 0x80)] {
            let mut bytes = bytes.clone();
            bytes[place] = value;
            assert!(refused(&bytes), "{value} at {place}");
        }
        let mut endless = bytes.clone();
        let length = endless.len();
        endless[40..].fill(255);
        assert!(refused(&endless), "{length} bytes");
    }
}
