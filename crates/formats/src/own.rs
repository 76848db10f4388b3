//! Our own models as tensors, bit for bit.
//!
//! | tensor | shape | what |
//! |---|---|---|
//! | `layers.N.weights` | inputs, nodes | a row an input, a column a node (`nn.Linear` has the transpose) |
//! | `layers.N.bias` | nodes | |
//! | `layers.N.thresholds` | nodes | a node fires when its accumulator is not below |
//! | `layers.N.readout` | classes, nodes | what the layer's events say of each class |
//! | `layers.N.readout_bias` | classes | |
//! | `momentum.layers.N.…` | as above | the outer optimiser's momentum; thresholds have none |
//! | `learning.means.layers.N.…`, `learning.squares.layers.N.…` | as above | Adam's moments, if the learning state was given |
//! | `learning.biases` | 2 | Adam's decays to the power of the steps taken |
//! | `learning.rest` | 3 a layer, 1 | pace of thresholds, usual error and timer of every layer; gain |
//!
//! Layers count from 0 at the input; all numbers are `F32`. The metadata has `format` (`peerceptron`), `version`,
//! `description` (for people), `spec` (JSON), `model` (the model's hash, which covers all but the learning state and
//! the preparation), `learning` (the hash of the learning state) and `preparation` (JSON).

use crate::{
    PREPARATION_BYTES_MAX,
    error::{ExportError, ImportError},
    tensors::{TensorFile, TensorWriter},
};
use core::ops::Range;
use neural::{
    LearningState, Model, PARAMETER_MAX,
    bytes::{Reader, Writer},
};
use protocol::cluster::{LayerSpec, NetworkSpec};
use serde::de::IgnoredAny;
use units::Hash;

/// What `format` says in the metadata of our files.
const FORMAT: &str = "peerceptron";
const VERSION: &str = "1";

/// Adam's decays, in front of its moments.
const BIASES: (&str, usize) = ("learning.biases", 2);
/// Adam's moments, one each a parameter.
const MOMENTS: [&str; 2] = ["means", "squares"];
/// What the learning state has behind the moments.
const REST: &str = "learning.rest";

/// What one of our files held.
#[derive(Debug, Clone, PartialEq)]
pub struct Own {
    /// Network and outer momentum, with the hash that the file named.
    pub model: Model,
    /// What this device's training goes on from, if it was saved.
    pub learning: Option<LearningState>,
    /// How inputs are prepared: JSON of at most [`PREPARATION_BYTES_MAX`].
    pub preparation: Option<String>,
}

/// A tensor of a network, and its place among all parameters.
struct Part {
    name: String,
    shape: Vec<usize>,
    range: Range<usize>,
    is_threshold: bool,
}

/// Writes a model with what learning remembers, which goes on from there, as safetensors.
///
/// # Errors
/// [`ExportError`] names what cannot be written.
pub fn export_with_learning(
    model: &Model,
    learning: &LearningState,
    preparation: Option<&str>,
) -> Result<Vec<u8>, ExportError> {
    write(model, Some(learning), preparation)
}

pub(crate) fn write(
    model: &Model,
    learning: Option<&LearningState>,
    preparation: Option<&str>,
) -> Result<Vec<u8>, ExportError> {
    let network = model.network();
    let spec = network.spec();
    let parts = parts(spec);
    let mut writer = TensorWriter::default();
    let mut metadata = vec![
        ("format", FORMAT.to_owned()),
        ("version", VERSION.to_owned()),
        ("description", spec.to_string()),
        ("spec", serde_json::json!(spec).to_string()),
        ("model", model.hash().to_string()),
    ];
    for part in &parts {
        writer.tensor(&part.name, &part.shape, &network.parameters()[part.range.clone()]);
    }
    for part in parts.iter().filter(|part| !part.is_threshold) {
        let numbers = &model.momentum()[part.range.clone()];
        writer.tensor(&format!("momentum.{}", part.name), &part.shape, numbers);
    }
    if let Some(learning) = learning {
        let state = state_bytes(learning);
        let moments = 2 * network.parameters().len();
        let (given, expected) = (state.len() / 4, BIASES.1 + moments + rest_numbers(spec));
        if given != expected {
            return Err(ExportError::Learning { given, expected });
        }
        let numbers = floats(&state);
        let (biases, numbers) = numbers.split_at(BIASES.1);
        let (moments, rest) = numbers.split_at(moments);
        writer.tensor(BIASES.0, &[BIASES.1], biases);
        for (kind, moments) in MOMENTS.iter().zip(moments.chunks_exact(moments.len() / 2)) {
            for part in &parts {
                let name = format!("learning.{kind}.{}", part.name);
                writer.tensor(&name, &part.shape, &moments[part.range.clone()]);
            }
        }
        writer.tensor(REST, &[rest.len()], rest);
        metadata.push(("learning", Hash::of(&state).to_string()));
    }
    if let Some(preparation) = preparation {
        check_preparation(preparation)?;
        metadata.push(("preparation", preparation.to_owned()));
    }
    writer.finish(&metadata)
}

/// Whether the file says that it is one of ours.
pub(crate) fn is_own(file: &TensorFile<'_>) -> bool {
    file.metadata.get("format").is_some_and(|format| format == FORMAT)
}

pub(crate) fn read(mut file: TensorFile<'_>) -> Result<Own, ImportError> {
    let version = text(&mut file, "version")?;
    if version != VERSION {
        let problem = format!("is {version:.20}, where {VERSION} is read here");
        return Err(ImportError::Metadata { name: "version", problem });
    }
    let spec: NetworkSpec = serde_json::from_str(&text(&mut file, "spec")?).map_err(|error| {
        ImportError::Metadata { name: "spec", problem: format!("is wrong: {error}") }
    })?;
    spec.validate()?;
    let preparation = file.metadata.remove("preparation").map(checked_preparation).transpose()?;
    let parts = parts(&spec);
    let parameters = read_all(&mut file, &parts, "", PARAMETER_MAX)?;
    let mut momentum = vec![0.0; parameters.len()];
    for part in parts.iter().filter(|part| !part.is_threshold) {
        let name = format!("momentum.{}", part.name);
        let numbers = file.take_f32(&name, &part.shape)?.parameters().map_err(|it| it.of(&name))?;
        momentum[part.range.clone()].copy_from_slice(&numbers);
    }
    let model = Model::from_numbers(&spec, parameters, momentum)
        .map_err(|error| ImportError::Metadata { name: "spec", problem: error.to_string() })?;
    check_hash("model", model.hash(), text(&mut file, "model")?)?;
    let learning = if file.metadata.contains_key("learning") {
        Some(read_learning(&mut file, &spec, &parts)?)
    } else {
        None
    };
    match file.tensors.first_key_value() {
        None => Ok(Own { model, learning, preparation }),
        Some((name, _)) => Err(ImportError::Unexpected {
            name: crate::error::shortened(name),
            whole: "the described network",
            advice: "download the model again",
        }),
    }
}

fn read_learning(
    file: &mut TensorFile<'_>,
    spec: &NetworkSpec,
    parts: &[Part],
) -> Result<LearningState, ImportError> {
    let (name, count) = BIASES;
    let (parameters, rest) = (spec.parameters() as usize, rest_numbers(spec));
    let mut numbers = Vec::with_capacity(count + 2 * parameters + rest);
    let biases = file.take_f32(name, &[count])?;
    biases.read_into(&mut numbers, 1.0).map_err(|problem| problem.of(name))?;
    for kind in MOMENTS {
        numbers.extend(read_all(file, parts, &format!("learning.{kind}."), f32::MAX)?);
    }
    let rest = file.take_f32(REST, &[rest])?;
    rest.read_into(&mut numbers, f32::MAX).map_err(|problem| problem.of(REST))?;
    let mut writer = Writer::new();
    writer.floats(&numbers);
    let state = writer.finish();
    check_hash("learning state", Hash::of(&state), text(file, "learning")?)?;
    LearningState::read(&mut Reader::new(&state), spec).map_err(|_| ImportError::Metadata {
        name: "learning",
        problem: "is of numbers that no training leads to".to_owned(),
    })
}

/// The numbers of all parts, in order; memory is taken once every shape is right.
fn read_all(
    file: &mut TensorFile<'_>,
    parts: &[Part],
    prefix: &str,
    magnitude_max: f32,
) -> Result<Vec<f32>, ImportError> {
    let named = parts.iter().map(|part| (format!("{prefix}{}", part.name), part));
    let tensors = named
        .map(|(name, part)| Ok((file.take_f32(&name, &part.shape)?, name)))
        .collect::<Result<Vec<_>, ImportError>>()?;
    let mut numbers = Vec::with_capacity(parts.last().map_or(0, |part| part.range.end));
    for (tensor, name) in tensors {
        tensor.read_into(&mut numbers, magnitude_max).map_err(|problem| problem.of(&name))?;
    }
    Ok(numbers)
}

/// The tensors of a network, in the order of its parameters.
fn parts(spec: &NetworkSpec) -> Vec<Part> {
    let classes = spec.classes as usize;
    let mut parts = Vec::with_capacity(5 * spec.layers.len());
    let mut start = 0;
    for ((number, layer), inputs) in spec.layers.iter().enumerate().zip(spec.layer_inputs()) {
        let (nodes, inputs) = (layer.nodes as usize, inputs as usize);
        for (kind, shape) in [
            ("weights", vec![inputs, nodes]),
            ("bias", vec![nodes]),
            ("thresholds", vec![nodes]),
            ("readout", vec![classes, nodes]),
            ("readout_bias", vec![classes]),
        ] {
            let range = start..start + shape.iter().product::<usize>();
            start = range.end;
            let (name, is_threshold) = (format!("layers.{number}.{kind}"), kind == "thresholds");
            parts.push(Part { name, shape, range, is_threshold });
        }
    }
    debug_assert_eq!(start as u64, spec.parameters());
    parts
}

fn text(file: &mut TensorFile<'_>, name: &'static str) -> Result<String, ImportError> {
    let missing = || ImportError::Metadata { name, problem: "is missing".to_owned() };
    file.metadata.remove(name).ok_or_else(missing)
}

fn check_hash(what: &'static str, found: Hash, expected: String) -> Result<(), ImportError> {
    let found = found.to_string();
    if found == expected {
        return Ok(());
    }
    let expected = crate::error::shortened(&expected);
    Err(ImportError::Hash { what, found, expected })
}

pub(crate) fn check_preparation(text: &str) -> Result<(), ExportError> {
    let size_bytes = text.len();
    if size_bytes > PREPARATION_BYTES_MAX {
        return Err(ExportError::PreparationTooLong { size_bytes });
    }
    serde_json::from_str::<IgnoredAny>(text)
        .map(drop)
        .map_err(|error| ExportError::Preparation(error.to_string()))
}

fn checked_preparation(text: String) -> Result<String, ImportError> {
    let wrong = |error: ExportError| ImportError::Metadata {
        name: "preparation",
        problem: format!("holds {error}"),
    };
    check_preparation(&text).map_err(wrong)?;
    Ok(text)
}

fn state_bytes(learning: &LearningState) -> Vec<u8> {
    let mut writer = Writer::new();
    learning.write(&mut writer);
    writer.finish()
}

/// How many numbers a learning state has behind its moments; those of a network of as many layers of one node tell.
fn rest_numbers(spec: &NetworkSpec) -> usize {
    let layers = vec![LayerSpec::new(1, 1); spec.layers.len()];
    let small = NetworkSpec { inputs: 1, steps: 1, layers, classes: 2, seed: 0 };
    let numbers = state_bytes(&LearningState::new(&small)).len() / 4;
    numbers - BIASES.1 - 2 * small.parameters() as usize
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<4>();
    numbers.iter().copied().map(f32::from_le_bytes).collect()
}
