//! What one device's training changed, compressed.

mod rows;
mod sparse;

use crate::{
    bytes::{Damaged, Reader, Writer},
    learning::train::Diverged,
    network::{Network, layout::Layout},
};
use core::ops::Range;
use protocol::cluster::{InvalidSpec, NetworkSpec};
use serde::{Deserialize, Serialize};

const MAGIC: [u8; 4] = *b"PCNU";
const VERSION: u16 = 2;
const HEADER_BYTES: usize = 4 + 2 + 1;

/// The largest root mean square of an update. Honest rounds stay far below; a liar cannot throw the model far.
const RMS_MAX: f64 = 4.0;

/// The largest step of a row: 127 of them are one parameter's change.
const SCALE_MAX: f32 = 1e3;

/// Terms of a sum of products of steps that 32 bits hold.
const EXACT_TERMS: usize = 1 << 16;

/// How much of a change travels at once. What does not stays in the residual, and travels later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Compression {
    /// Every parameter, as one of 255 steps: about a byte each.
    Rows,
    /// The largest changes only, each as its place, its sign and one of two sizes: some nine bits each.
    Sparse {
        /// How many of a thousand parameters travel, 1 to 100.
        kept_per_mille: u16,
    },
}

/// A difference of parameters, each row as whole steps from -127 to 127 of the row's scale.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    layout: Layout,
    form: Form,
    /// One a row; 0 for a row without change.
    scales: Vec<f32>,
    /// One a parameter.
    steps: Vec<i8>,
}

/// How an update is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Rows = 0,
    Sparse = 1,
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
/// In rows, no more of what was left over travels than was learnt now: sparse updates leave much, and all of it at once
/// would throw the others far.
///
/// # Errors
/// [`Diverged`] if the way is longer than an update may be; the residual is then as it was.
///
/// # Panics
/// If the lengths differ.
pub fn compress(
    from: &Network,
    to: &Network,
    residual: &mut [f32],
    compression: Compression,
) -> Result<Update, Diverged> {
    assert_eq!(from.layout, to.layout);
    assert_eq!(residual.len(), from.parameters.len());
    let learnt: Vec<f32> =
        to.parameters.iter().zip(&from.parameters).map(|(to, from)| to - from).collect();
    let share = match compression {
        Compression::Rows => share_of_rest(&learnt, residual),
        Compression::Sparse { .. } => 1.0,
    };
    let change: Vec<f32> =
        learnt.iter().zip(residual.iter()).map(|(learnt, rest)| learnt + share * rest).collect();
    let layout = from.layout.clone();
    let update = match compression {
        Compression::Rows => Update::in_rows(layout, &change),
        Compression::Sparse { kept_per_mille } => Update::sparse(layout, &change, kept_per_mille),
    };
    if !update.is_within_bounds() {
        return Err(Diverged);
    }
    for (rest, change) in residual.iter_mut().zip(&change) {
        *rest = (1.0 - share) * *rest + change;
    }
    update.add_to(residual, -1.0);
    Ok(update)
}

/// The part of what was left over that is no longer than what was learnt.
fn share_of_rest(learnt: &[f32], rest: &[f32]) -> f32 {
    let square =
        |values: &[f32]| values.iter().map(|it| f64::from(*it) * f64::from(*it)).sum::<f64>();
    let (learnt, rest) = (square(learnt), square(rest));
    if rest > learnt { (learnt / rest).sqrt() as f32 } else { 1.0 }
}

impl Update {
    /// A change of a network's parameters in rows, such as the mean of a group that was found together.
    ///
    /// # Errors
    /// [`Diverged`] if it is longer than an update may be.
    ///
    /// # Panics
    /// If there are more or fewer changes than parameters.
    pub fn of(network: &Network, change: &[f32]) -> Result<Self, Diverged> {
        assert_eq!(change.len(), network.parameters.len());
        let update = Self::in_rows(network.layout.clone(), change);
        update.is_within_bounds().then_some(update).ok_or(Diverged)
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

    /// The change of one row.
    pub(super) fn read_row(&self, number: usize, row: Range<usize>, change: &mut [f32]) {
        let scale = self.scales[number];
        for (change, step) in change.iter_mut().zip(&self.steps[row]) {
            *change = scale * f32::from(*step);
        }
    }

    /// The inner product of two changes of one network; exact within each row.
    pub(super) fn dot(&self, other: &Self) -> f64 {
        let scales = self.scales.iter().zip(&other.scales);
        let mut sum = 0.0;
        for (row, (scale, other_scale)) in self.layout.rows().zip(scales) {
            if *scale == 0.0 || *other_scale == 0.0 {
                continue;
            }
            let steps = self.steps[row.clone()].chunks(EXACT_TERMS);
            let product: i64 = steps
                .zip(other.steps[row].chunks(EXACT_TERMS))
                .map(|(steps, others)| i64::from(integer_dot(steps, others)))
                .sum();
            sum += f64::from(*scale) * f64::from(*other_scale) * product as f64;
        }
        sum
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Parameters of the network that it is for.
    pub fn parameters(&self) -> usize {
        self.steps.len()
    }

    /// Whether only the largest changes are in it.
    pub fn is_sparse(&self) -> bool {
        self.form == Form::Sparse
    }

    /// The bytes that travel, little-endian.
    pub fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.bytes(&MAGIC);
        writer.u16(VERSION);
        writer.u8(self.form as u8);
        match self.form {
            Form::Rows => self.write_rows(&mut writer),
            Form::Sparse => self.write_sparse(&mut writer),
        }
        writer.finish()
    }

    /// Reads an update of a network of that description. The length is bounded before memory is taken.
    ///
    /// # Errors
    /// [`InvalidUpdate`] for whatever is no update, or moves parameters too far.
    pub fn decode(bytes: &[u8], spec: &NetworkSpec) -> Result<Self, InvalidUpdate> {
        let layout = Layout::new(spec)?;
        let size_bytes = bytes.len();
        let most = HEADER_BYTES + 4 * layout.row_count() + layout.parameters;
        if size_bytes > most {
            return Err(InvalidUpdate::Malformed { size_bytes });
        }
        let mut reader = Reader::new(bytes);
        if reader.array() != Ok(MAGIC) || reader.u16() != Ok(VERSION) {
            return Err(InvalidUpdate::Unknown { size_bytes });
        }
        let update = match reader.u8() {
            Ok(form) if form == Form::Rows as u8 => Self::read_rows(&mut reader, layout),
            Ok(form) if form == Form::Sparse as u8 => Self::read_sparse(&mut reader, layout),
            _ => Err(Damaged),
        };
        let update = update.map_err(|_| InvalidUpdate::Malformed { size_bytes })?;
        if !update.is_within_bounds() {
            return Err(InvalidUpdate::TooLong);
        }
        Ok(update)
    }

    fn is_within_bounds(&self) -> bool {
        // Also false where a number is undefined.
        self.dot(self) <= RMS_MAX * RMS_MAX * self.steps.len() as f64
            && self.scales.iter().all(|scale| *scale <= SCALE_MAX)
    }
}

/// Of as many terms as 32 bits hold the sum of.
fn integer_dot(steps: &[i8], others: &[i8]) -> i32 {
    steps.iter().zip(others).map(|(step, other)| i32::from(*step) * i32::from(*other)).sum()
}

/// A scale from elsewhere: 0, or a number that a step can be of.
fn read_scale(reader: &mut Reader<'_>) -> Result<f32, Damaged> {
    let scale = reader.f32(SCALE_MAX)?;
    let is_allowed = scale.is_sign_positive() && (scale == 0.0 || scale.is_normal());
    is_allowed.then_some(scale).ok_or(Damaged)
}

/// A change too small to divide by is no change: it stays in the residual.
fn scale_of(value: f32) -> f32 {
    if value < f32::MIN_POSITIVE { 0.0 } else { value }
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
        let update = compress(&from, &to, &mut residual, Compression::Rows).unwrap();
        let mut sum = residual;
        update.add_to(&mut sum, 1.0);
        for ((sum, to), from) in sum.iter().zip(&to.parameters).zip(&from.parameters) {
            assert!((sum - (to - from)).abs() < 1e-6);
        }
    }

    #[test]
    fn an_update_reads_back_and_silent_rows_cost_four_bytes() {
        let (from, to) = (network(), moved(|n| if n == 0 { 0.5 } else { 0.0 }));
        let update =
            compress(&from, &to, &mut vec![0.0; from.parameters.len()], Compression::Rows).unwrap();
        let bytes = update.encode();
        assert_eq!(bytes.len(), HEADER_BYTES + 4 * from.layout.row_count() + 6);
        assert_eq!(Update::decode(&bytes, &from.spec), Ok(update));
    }

    #[test]
    fn a_way_too_long_is_refused_on_both_ends() {
        let (from, to) = (network(), moved(|_| 5.0));
        let mut residual = vec![0.25; from.parameters.len()];
        assert_eq!(compress(&from, &to, &mut residual, Compression::Rows), Err(Diverged));
        assert!(residual.iter().all(|rest| *rest == 0.25));
        let change = vec![5.0; from.parameters.len()];
        let bytes = Update::in_rows(from.layout.clone(), &change).encode();
        assert_eq!(Update::decode(&bytes, &from.spec), Err(InvalidUpdate::TooLong));
    }

    #[test]
    fn what_sparse_updates_left_over_comes_in_small_parts() {
        let (from, to) = (network(), moved(|n| if n % 2 == 0 { 0.01 } else { -0.01 }));
        let mut residual = vec![0.25; from.parameters.len()];
        let update = compress(&from, &to, &mut residual, Compression::Rows).unwrap();
        let length = |values: &[f32]| values.iter().map(|it| it * it).sum::<f32>().sqrt();
        let mut sent = vec![0.0; residual.len()];
        update.add_to(&mut sent, 1.0);
        let learnt = 0.01 * (sent.len() as f32).sqrt();
        assert!(length(&sent) < 2.1 * learnt, "{} of {learnt}", length(&sent));
        for (n, (sent, rest)) in sent.iter().zip(&residual).enumerate() {
            let whole = 0.25 + if n % 2 == 0 { 0.01 } else { -0.01 };
            assert!((sent + rest - whole).abs() < 1e-6, "nothing is lost");
        }
    }

    #[test]
    fn scales_and_steps_out_of_bounds_are_refused() {
        let (from, to) = (network(), moved(|_| 0.1));
        let update =
            compress(&from, &to, &mut vec![0.0; from.parameters.len()], Compression::Rows).unwrap();
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
