//! What one device's training changed, in about one byte a parameter.

use crate::{
    bytes::{Damaged, Reader, Writer},
    learning::train::Diverged,
    network::{Network, layout::Layout},
};
use protocol::cluster::{InvalidSpec, NetworkSpec};

const MAGIC: [u8; 4] = *b"PCNU";
const VERSION: u16 = 1;
const HEADER_BYTES: usize = 4 + 2;

/// The largest root mean square of an update. Honest rounds stay far below; a liar cannot throw the model far.
const RMS_MAX: f64 = 4.0;

/// The largest step of a row: 127 of them are one parameter's change.
const SCALE_MAX: f32 = 1e3;

/// A difference of parameters, each row as whole steps from -127 to 127 of the row's scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    layout: Layout,
    /// One a row; 0 for a row without change.
    scales: Vec<f32>,
    /// One a parameter.
    steps: Vec<i8>,
}

/// Bytes that are no update of a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidUpdate {
    /// The network itself is impossible.
    #[error(transparent)]
    Spec(#[from] InvalidSpec),
    /// Something else, or of another version.
    #[error("{size_bytes} bytes that do not begin like an update of this version")]
    Unknown {
        /// How many.
        size_bytes: usize,
    },
    /// Too short, too long, or with a scale or a step that is not allowed.
    #[error("{size_bytes} bytes that are no update of this network")]
    Malformed {
        /// How many.
        size_bytes: usize,
    },
    /// A change beyond what training can do.
    #[error("an update that moves parameters by more than {RMS_MAX} in the mean square")]
    TooLong,
}

/// Compresses the way from `from` to `to`, and what earlier compressions left over; the new rest stays in `residual`
/// (error feedback, Seide et al. 2014: nothing is lost, some of it comes a round later).
///
/// # Errors
/// [`Diverged`] if the way is longer than an update may be; the residual is then as it was.
///
/// # Panics
/// If the lengths differ.
pub fn compress(from: &Network, to: &Network, residual: &mut [f32]) -> Result<Update, Diverged> {
    assert_eq!(from.layout, to.layout);
    assert_eq!(residual.len(), from.parameters.len());
    let change: Vec<f32> = (to.parameters.iter().zip(&from.parameters).zip(residual.iter()))
        .map(|((to, from), rest)| (to - from) + rest)
        .collect();
    let update = Update::quantise(from.layout.clone(), &change);
    if !update.is_within_bounds() {
        return Err(Diverged);
    }
    residual.copy_from_slice(&change);
    update.add_to(residual, -1.0);
    Ok(update)
}

impl Update {
    /// Each row in steps of a 127th of its largest change.
    fn quantise(layout: Layout, change: &[f32]) -> Self {
        let mut scales = Vec::with_capacity(layout.row_count());
        let mut steps = vec![0; change.len()];
        for row in layout.rows() {
            let change = &change[row.clone()];
            let largest = change.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
            let scale = largest / 127.0;
            // A change too small to divide by is no change: it stays in the residual.
            let scale = if scale < f32::MIN_POSITIVE { 0.0 } else { scale };
            scales.push(scale);
            if scale > 0.0 {
                for (step, value) in steps[row].iter_mut().zip(change) {
                    let exact = value / scale;
                    *step =
                        (exact + if exact < 0.0 { -0.5 } else { 0.5 }).clamp(-127.0, 127.0) as i8;
                }
            }
        }
        Self { layout, scales, steps }
    }

    /// Adds the change, times `factor`, to a list of parameters of the same network.
    ///
    /// # Panics
    /// If the list is of another length.
    pub fn add_to(&self, sums: &mut [f32], factor: f32) {
        assert_eq!(sums.len(), self.steps.len());
        for (row, scale) in self.layout.rows().zip(&self.scales) {
            for (sum, step) in sums[row.clone()].iter_mut().zip(&self.steps[row]) {
                *sum += factor * (*scale * f32::from(*step));
            }
        }
    }

    /// Parameters of the network that it is for.
    pub fn parameters(&self) -> usize {
        self.steps.len()
    }

    /// The bytes that travel, little-endian: a scale for every row, and the steps of those that changed.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.bytes(&MAGIC);
        writer.u16(VERSION);
        for (row, scale) in self.layout.rows().zip(&self.scales) {
            writer.floats(&[*scale]);
            if *scale > 0.0 {
                self.steps[row].iter().for_each(|step| writer.u8(*step as u8));
            }
        }
        writer.finish()
    }

    /// Reads an update of a network of that description. The length is bounded before memory is taken.
    ///
    /// # Errors
    /// [`InvalidUpdate`] for anything that [`Self::encode`] does not give.
    pub fn decode(bytes: &[u8], spec: &NetworkSpec) -> Result<Self, InvalidUpdate> {
        let layout = Layout::new(spec)?;
        let size_bytes = bytes.len();
        let least = HEADER_BYTES + 4 * layout.row_count();
        if !(least..=least + layout.parameters).contains(&size_bytes) {
            return Err(InvalidUpdate::Malformed { size_bytes });
        }
        let mut reader = Reader::new(bytes);
        if reader.array() != Ok(MAGIC) || reader.u16() != Ok(VERSION) {
            return Err(InvalidUpdate::Unknown { size_bytes });
        }
        let update = Self::read_rows(&mut reader, layout);
        let update = update.map_err(|_| InvalidUpdate::Malformed { size_bytes })?;
        if !update.is_within_bounds() {
            return Err(InvalidUpdate::TooLong);
        }
        Ok(update)
    }

    fn read_rows(reader: &mut Reader<'_>, layout: Layout) -> Result<Self, Damaged> {
        let mut scales = Vec::with_capacity(layout.row_count());
        let mut steps = vec![0; layout.parameters];
        for row in layout.rows() {
            let scale = reader.f32(SCALE_MAX)?;
            if scale.is_sign_negative() || (scale != 0.0 && !scale.is_normal()) {
                return Err(Damaged);
            }
            scales.push(scale);
            if scale > 0.0 {
                let length = row.len();
                for (step, byte) in steps[row].iter_mut().zip(reader.bytes(length)?) {
                    *step = *byte as i8;
                    if *step == i8::MIN {
                        return Err(Damaged);
                    }
                }
            }
        }
        if reader.remaining() > 0 {
            return Err(Damaged);
        }
        Ok(Self { layout, scales, steps })
    }

    fn is_within_bounds(&self) -> bool {
        let mut square = 0.0;
        for (row, scale) in self.layout.rows().zip(&self.scales) {
            let steps: i64 = self.steps[row].iter().map(|step| i64::from(*step).pow(2)).sum();
            square += f64::from(*scale) * f64::from(*scale) * steps as f64;
        }
        // Also false where a number is undefined.
        square <= RMS_MAX * RMS_MAX * self.steps.len() as f64
            && self.scales.iter().all(|scale| *scale <= SCALE_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::cluster::LayerSpec;

    fn network() -> Network {
        let layers = vec![LayerSpec::new(6, 4)];
        Network::new(&NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 11 }).unwrap()
    }

    fn moved(by: impl Fn(usize) -> f32) -> Network {
        let from = network();
        let parameters = from.parameters.iter().enumerate().map(|(n, p)| p + by(n)).collect();
        from.with_parameters(parameters).unwrap()
    }

    #[test]
    fn an_update_and_its_residual_are_the_whole_way() {
        let (from, to) = (network(), moved(|n| (n as f32 - 17.0) * 0.01));
        let mut residual = vec![0.0; from.parameters.len()];
        let update = compress(&from, &to, &mut residual).unwrap();
        let mut sum = residual;
        update.add_to(&mut sum, 1.0);
        for ((sum, to), from) in sum.iter().zip(&to.parameters).zip(&from.parameters) {
            assert!((sum - (to - from)).abs() < 1e-6);
        }
    }

    #[test]
    fn an_update_reads_back_and_silent_rows_cost_four_bytes() {
        let (from, to) = (network(), moved(|n| if n == 0 { 0.5 } else { 0.0 }));
        let update = compress(&from, &to, &mut vec![0.0; from.parameters.len()]).unwrap();
        let bytes = update.encode();
        assert_eq!(bytes.len(), HEADER_BYTES + 4 * from.layout.row_count() + 6);
        assert_eq!(Update::decode(&bytes, &from.spec), Ok(update));
    }

    #[test]
    fn a_way_too_long_is_refused_on_both_ends() {
        let (from, to) = (network(), moved(|_| 5.0));
        let mut residual = vec![0.25; from.parameters.len()];
        assert_eq!(compress(&from, &to, &mut residual), Err(Diverged));
        assert!(residual.iter().all(|rest| *rest == 0.25));
        let change = vec![5.0; from.parameters.len()];
        let bytes = Update::quantise(from.layout.clone(), &change).encode();
        assert_eq!(Update::decode(&bytes, &from.spec), Err(InvalidUpdate::TooLong));
    }

    #[test]
    fn scales_and_steps_out_of_bounds_are_refused() {
        let (from, to) = (network(), moved(|_| 0.1));
        let update = compress(&from, &to, &mut vec![0.0; from.parameters.len()]).unwrap();
        for scale in [-1.0, -0.0, f32::NAN, f32::INFINITY, 1e-42, 2e3] {
            let mut bytes = update.encode();
            bytes[HEADER_BYTES..HEADER_BYTES + 4].copy_from_slice(&scale.to_le_bytes());
            assert!(Update::decode(&bytes, &from.spec).is_err(), "{scale}");
        }
        let mut bytes = update.encode();
        bytes[HEADER_BYTES + 4] = 0x80;
        assert!(Update::decode(&bytes, &from.spec).is_err());
    }
}
