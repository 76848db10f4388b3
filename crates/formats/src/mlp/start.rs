//! How a plain dense network becomes one of ours that answers alike.
//!
//! Each of our layers divides its input x by s(x) = rms(x) + 1e-3, and max(0, x) grows with its input. A layer whose
//! weights stay and whose bias is divided by s therefore gives what the plain one gives, divided by s; the next one
//! divides that out again. But s changes from row to row, and a bias does not: it is chosen for the mean over rows of the
//! activity that it should lead to, which is the bias over the typical scale, corrected for what the layers below got
//! wrong (bias correction as in Nagel et al. 2019, section 4.2).
//!
//! The readout of the top layer is the last dense layer, scaled by least squares; readouts below are 0: they find all
//! classes alike, and learn later.

use super::{Dense, Mlp};
use crate::error::ImportError;
use neural::{Dataset, InvalidDataset, Model, RMS_FLOOR, dense::Panels};
use protocol::cluster::NetworkSpec;
use units::Hash;

/// Rows beyond that change the means little.
const ROWS_MAX: usize = 1_000;

/// Numbers of one layer's activity on all rows.
const ACTIVITY_NUMBERS_MAX: usize = 4 << 20;

/// Where homeostasis comes to rest: with this probability a timer of a node runs out.
const RUNS_OUT: f32 = 2.0 / 3.0;

/// The longest timer that is chosen.
const TIMER_MAX: u32 = 64;

/// One of our models, to go on from.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// The network, with an outer optimiser at rest.
    pub model: Model,
    /// How far it can be trusted to answer alike.
    pub calibration: Calibration,
}

/// What the scales of inputs were taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Calibration {
    /// From rows of data.
    Rows {
        /// How many.
        rows: u32,
        /// On how many of them the answer stayed.
        kept: u32,
    },
    /// From nothing: inputs are taken to have a root mean square of 1.
    Assumed,
}

/// Rows that a network cannot be calibrated with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Rows that cannot be used by any network.
    #[error(transparent)]
    Dataset(#[from] InvalidDataset),
    /// Rows of another length.
    #[error(
        "rows of {given} values, where the network takes {wanted}: prepare them as for the program that trained it"
    )]
    Inputs {
        /// Values in a row.
        given: u32,
        /// Values that the network takes.
        wanted: usize,
    },
    /// No rows, or one that there is not.
    #[error("row {row:?} of {rows}: choose at least one of the rows that there are")]
    Row {
        /// Which, from 0; none was named if `None`.
        row: Option<u32>,
        /// Rows there are.
        rows: usize,
    },
    /// Activity or a parameter beyond any scale.
    #[error(
        "the network's activity on these rows is beyond any scale: prepare them as for the program that trained it"
    )]
    Scale,
}

/// All rows' activity in the plain network and in ours.
struct Activity {
    rows: usize,
    plain: Vec<f32>,
    ours: Vec<f32>,
}

/// What calibration found for one dense layer.
struct Fitted {
    /// A factor of its weights.
    scale: f32,
    bias: Vec<f32>,
    timer: u32,
}

impl Mlp {
    /// Makes one of our models that answers alike on rows such as those `rows` of `dataset`, of which at most 1,000 are
    /// looked at; take them from those that are trained on.
    ///
    /// # Errors
    /// [`StartError`] if the rows do not fit.
    pub fn start(&self, dataset: &Dataset, rows: &[u32]) -> Result<Start, StartError> {
        dataset.validate()?;
        if dataset.inputs as usize != self.inputs() {
            let (given, wanted) = (dataset.inputs, self.inputs());
            return Err(StartError::Inputs { given, wanted });
        }
        let beyond = rows.iter().copied().find(|row| *row as usize >= dataset.rows());
        if beyond.is_some() || rows.is_empty() {
            return Err(StartError::Row { row: beyond, rows: dataset.rows() });
        }
        let widest = self.layers.iter().map(|layer| layer.inputs.max(layer.nodes())).max();
        let most = ROWS_MAX.min(ACTIVITY_NUMBERS_MAX / widest.unwrap_or(1)).max(1);
        let rows: Vec<_> = rows.iter().step_by(rows.len().div_ceil(most)).collect();
        let values: Vec<_> = rows.iter().flat_map(|row| dataset.row(**row as usize)).collect();
        let (model, answers) = self.fit(&values, rows.len())?;
        let answer = |row: &u32| {
            let probabilities = model.network().probabilities(&dataset.row(*row as usize));
            probabilities.map(|it| highest(&it))
        };
        let kept = rows.iter().zip(answers).filter(|(row, kept)| answer(row) == Ok(*kept)).count();
        let calibration = Calibration::Rows { rows: rows.len() as u32, kept: kept as u32 };
        Ok(Start { model, calibration })
    }

    /// The same without rows: inputs are taken to have a root mean square of 1, and activities to be independent, which
    /// keeps fewer answers. Say so to whoever asked for it.
    ///
    /// # Errors
    /// [`StartError::Scale`] if a number is beyond any scale.
    pub fn start_without_rows(&self) -> Result<Start, StartError> {
        let mut rms = 1.0_f32;
        let mut below = 1.0;
        let mut fitted = Vec::with_capacity(self.layers.len());
        for layer in self.hidden_layers() {
            let scale = rms + RMS_FLOOR;
            let bias = layer.bias.iter().map(|bias| bias / scale).collect();
            fitted.push(Fitted { scale: 1.0, bias, timer: 1 });
            below = scale;
            rms = layer.expected_rms(rms);
        }
        fitted.push(Fitted { scale: below, bias: self.last().bias.clone(), timer: 1 });
        Ok(Start { model: self.model(&fitted)?, calibration: Calibration::Assumed })
    }

    /// Fits layer after layer to `rows` rows of `values`; gives the plain network's answers too.
    fn fit(&self, values: &[f32], rows: usize) -> Result<(Model, Vec<usize>), StartError> {
        let mut activity = Activity { rows, plain: values.to_vec(), ours: values.to_vec() };
        let mut fitted = Vec::with_capacity(self.layers.len());
        for layer in self.hidden_layers() {
            fitted.push(activity.pass(layer));
        }
        let (last, answers) = activity.answer(self.last());
        fitted.push(last);
        Ok((self.model(&fitted)?, answers))
    }

    fn model(&self, fitted: &[Fitted]) -> Result<Model, StartError> {
        let spec = |seed| self.spec(|layer| fitted[layer].timer, seed);
        let parameters = self.parameters(fitted);
        let bytes: Vec<u8> = parameters.iter().flat_map(|number| number.to_le_bytes()).collect();
        // Nothing is drawn from this seed; it tells the description from that of other networks.
        let [a, b, c, d, ..] = *Hash::of(&bytes).as_bytes();
        let spec: NetworkSpec = spec(u32::from_le_bytes([a, b, c, d]).into())
            .map_err(|_: ImportError| StartError::Scale)?;
        let momentum = vec![0.0; parameters.len()];
        Model::from_numbers(&spec, parameters, momentum).map_err(|_| StartError::Scale)
    }

    /// All numbers in the order of our networks.
    fn parameters(&self, fitted: &[Fitted]) -> Vec<f32> {
        let (classes, hidden) = (self.classes(), self.hidden_layers());
        let mut parameters = Vec::new();
        for (number, (layer, fit)) in hidden.iter().zip(fitted).enumerate() {
            parameters.extend(&layer.weights);
            parameters.extend(&fit.bias);
            parameters.extend(vec![0.0; layer.nodes()]);
            if number + 1 < hidden.len() {
                parameters.extend(vec![0.0; classes * (layer.nodes() + 1)]);
                continue;
            }
            let (last, fit) = (self.last(), &fitted[number + 1]);
            for class in 0..classes {
                let weights = last.weights.iter().skip(class).step_by(classes);
                parameters.extend(weights.map(|weight| weight * fit.scale));
            }
            parameters.extend(&fit.bias);
        }
        parameters
    }
}

impl Activity {
    /// Takes all rows through a hidden layer, as it is and as ours.
    fn pass(&mut self, layer: &Dense) -> Fitted {
        let nodes = layer.nodes();
        let scales = |values: &[f32]| -> Vec<f32> {
            values.chunks_exact(layer.inputs).map(|row| 1.0 / (rms(row) + RMS_FLOOR)).collect()
        };
        let (plain_scales, our_scales) = (scales(&self.plain), scales(&self.ours));
        let mut plain = layer.product(&self.plain, self.rows);
        let mut ours = layer.product(&self.ours, self.rows);
        let mut bias = vec![0.0; nodes];
        for row in 0..self.rows {
            let range = row * nodes..(row + 1) * nodes;
            let pairs = plain[range.clone()].iter_mut().zip(&mut ours[range]);
            for ((plain, ours), (own, mean)) in pairs.zip(layer.bias.iter().zip(&mut bias)) {
                *plain += own;
                *ours *= our_scales[row];
                *mean += (*plain * plain_scales[row] - *ours) / self.rows as f32;
            }
        }
        for row in ours.chunks_exact_mut(nodes) {
            row.iter_mut().zip(&bias).for_each(|(value, bias)| *value = (*value + bias).max(0.0));
        }
        plain.iter_mut().for_each(|value| *value = value.max(0.0));
        let fired = ours.iter().filter(|value| **value > 0.0).count();
        let timer = timer_for(fired as f32 / ours.len() as f32);
        (self.plain, self.ours) = (plain, ours);
        Fitted { scale: 1.0, bias, timer }
    }

    /// Fits the last layer to the plain network's numbers; gives that network's answers too.
    fn answer(&self, last: &Dense) -> (Fitted, Vec<usize>) {
        let classes = last.nodes();
        let (plain, ours) =
            (last.product(&self.plain, self.rows), last.product(&self.ours, self.rows));
        let dot = |one: &[f32], other: &[f32]| -> f64 {
            one.iter().zip(other).map(|(one, other)| f64::from(*one) * f64::from(*other)).sum()
        };
        let square = dot(&ours, &ours);
        let scale = if square > 0.0 { (dot(&plain, &ours) / square) as f32 } else { 1.0 };
        let mut bias = last.bias.clone();
        let mut answers = Vec::with_capacity(self.rows);
        for (plain, ours) in plain.chunks_exact(classes).zip(ours.chunks_exact(classes)) {
            for ((bias, plain), ours) in bias.iter_mut().zip(plain).zip(ours) {
                *bias += (plain - scale * ours) / self.rows as f32;
            }
            let logits: Vec<_> =
                plain.iter().zip(&last.bias).map(|(sum, bias)| sum + bias).collect();
            answers.push(highest(&logits));
        }
        (Fitted { scale, bias, timer: 1 }, answers)
    }
}

impl Dense {
    /// `W x` of every row.
    fn product(&self, values: &[f32], rows: usize) -> Vec<f32> {
        let mut sums = vec![0.0; rows * self.nodes()];
        let (terms, columns) = (self.inputs, self.nodes());
        Panels::default().multiply_add(values, &self.weights, &mut sums, terms, columns);
        sums
    }

    /// The root mean square after max(0, x) of independent inputs with this one: half of the squares are left.
    fn expected_rms(&self, rms: f32) -> f32 {
        let squares = |values: &[f32]| values.iter().map(|value| value * value).sum::<f32>();
        let sum = squares(&self.weights) * (rms * rms) + squares(&self.bias);
        (sum / (2.0 * self.nodes() as f32)).sqrt()
    }
}

fn rms(values: &[f32]) -> f32 {
    (values.iter().map(|value| value * value).sum::<f32>() / values.len() as f32).sqrt()
}

/// The timer under which nodes go on to fire about as often, as far as timers allow (a third of the time at most).
fn timer_for(rate: f32) -> u32 {
    let mut all_silent = 1.0;
    for timer in 1..TIMER_MAX {
        all_silent *= 1.0 - rate;
        if all_silent <= RUNS_OUT {
            return timer;
        }
    }
    TIMER_MAX
}

/// The position of the highest value; the first of equals.
fn highest(values: &[f32]) -> usize {
    let better =
        |best: usize, place: usize| if values[place] > values[best] { place } else { best };
    (0..values.len()).fold(0, better)
}

impl core::fmt::Display for Calibration {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Rows { rows, kept } => write!(f, "the network keeps its answer on {kept} of {rows} rows"),
            Self::Assumed => f.write_str(
                "without rows to measure on, inputs are taken to have a root mean square of 1: answers may differ until \
                 the network is trained",
            ),
        }
    }
}
