//! Clusters, and what they answer, as plain objects.

use super::{inspection::LearningOptions, object, to_js};
use browser::LoadedRows;
use data::Recipe;
use js_sys::{Array, Float32Array, Math};
use peer::{Class, ClusterView, Evaluation, NodeMemory};
use serde::Serialize;
use units::{ClusterId, Hash, sort_by_key};
use wasm_bindgen::JsValue;

#[derive(Serialize)]
pub(crate) struct CreatedCluster {
    pub cluster_id: ClusterId,
    pub model: Hash,
    pub nodes: f64,
    pub parameters: f64,
}

/// A cluster that was sized to its data.
#[derive(Serialize)]
pub(crate) struct SizedCluster {
    #[serde(flatten)]
    pub cluster: CreatedCluster,
    pub reason: String,
    pub advice: Vec<String>,
    pub learning: LearningOptions,
    pub rows: Rows,
}

#[derive(Serialize)]
pub(crate) struct ImportedModel {
    #[serde(flatten)]
    pub cluster: CreatedCluster,
    pub remark: String,
}

#[derive(Serialize)]
pub(crate) struct Rows {
    train_rows: u32,
    held_out_rows: u32,
    class_rows: Vec<u32>,
}

impl From<LoadedRows> for Rows {
    fn from(rows: LoadedRows) -> Self {
        let LoadedRows { train_rows, held_out_rows, class_rows } = rows;
        Self { train_rows, held_out_rows, class_rows }
    }
}

#[derive(Serialize)]
pub(crate) struct Evaluated {
    rows: u32,
    correct: u32,
    accuracy: f64,
    confusion: Vec<Vec<u32>>,
    firing_rate: f32,
    class_names: Option<Vec<String>>,
}

impl Evaluated {
    pub(crate) fn new(evaluation: Evaluation, class_names: Option<Vec<String>>) -> Self {
        let classes = evaluation.confusion.len().isqrt().max(1);
        Self {
            rows: evaluation.rows,
            correct: evaluation.correct,
            accuracy: evaluation.accuracy(),
            confusion: evaluation.confusion.chunks(classes).map(<[u32]>::to_vec).collect(),
            firing_rate: evaluation.firing_rate,
            class_names,
        }
    }
}

#[derive(Serialize)]
pub(crate) struct Prediction {
    class: u32,
    name: Option<String>,
    probability: f32,
}

impl Prediction {
    /// `names` are those of all classes, if they have any.
    pub(crate) fn new(class: Class, names: Option<&[String]>) -> Self {
        let Class { class, probability } = class;
        let name = names.and_then(|names| names.get(class as usize)).cloned();
        Self { class, name, probability }
    }
}

/// Probabilities in the order of classes.
pub(crate) fn outputs(classes: &[Class]) -> Float32Array {
    let mut classes = classes.to_vec();
    sort_by_key(&mut classes, |class| class.class);
    let probabilities: Vec<f32> = classes.iter().map(|class| class.probability).collect();
    Float32Array::from(&probabilities[..])
}

/// Thresholds and rates as typed arrays, which pages plot.
pub(crate) fn cluster_state(
    view: &ClusterView,
    state: &peer::ClusterState,
    recipe: Option<&Recipe>,
) -> JsValue {
    let layers = view.network.layers.iter().zip(&state.layers).map(|(spec, layer)| {
        object(&[
            ("nodes", spec.nodes.into()),
            ("timer", spec.timer.into()),
            ("traces", spec.traces.into()),
            ("temporal", spec.is_temporal().into()),
            ("aimed_firing_rate", aimed_firing_rate(spec.timer).into()),
            ("thresholds", Float32Array::from(&layer.thresholds[..]).into()),
            ("firing_rates", Float32Array::from(&layer.firing_rates[..]).into()),
            ("memory", node_memory(&layer.memory)),
        ])
    });
    let (inputs, columns) = match recipe {
        None => ("numbers", JsValue::NULL),
        Some(Recipe::Table(preparation)) => {
            let columns: Vec<_> = preparation.columns().collect();
            ("table", to_js(&columns))
        }
        Some(Recipe::Pictures { .. }) => ("pictures", JsValue::NULL),
    };
    let network = &view.network;
    object(&[
        ("cluster_id", view.id.as_str().into()),
        ("model", state.model.to_string().into()),
        ("description", network.to_string().into()),
        ("inputs", network.inputs.into()),
        ("steps", network.steps.into()),
        ("classes", network.classes.into()),
        ("nodes", (network.nodes() as f64).into()),
        ("parameters", (network.parameters() as f64).into()),
        ("temporal", (network.steps > 1).into()),
        ("made_for", inputs.into()),
        ("columns", columns),
        ("class_names", to_js(&recipe.map(Recipe::classes))),
        ("layers", layers.collect::<Array>().into()),
        ("operations_saved", state.operations_saved.into()),
        ("train_rows", view.train_rows.into()),
        ("held_out_rows", view.held_out_rows.into()),
    ])
}

/// One number a node, by what is remembered and for how long.
fn node_memory(memory: &[NodeMemory]) -> JsValue {
    let numbers = |of: &dyn Fn(&NodeMemory) -> f32| -> JsValue {
        Float32Array::from(&memory.iter().map(of).collect::<Vec<_>>()[..]).into()
    };
    let scales = |of: fn(&NodeMemory) -> &[f32; 3]| {
        object(&[
            ("late", numbers(&|it| of(it)[0])),
            ("while", numbers(&|it| of(it)[1])),
            ("long", numbers(&|it| of(it)[2])),
        ])
    };
    object(&[
        ("activity", scales(|it| &it.activity)),
        ("error", scales(|it| &it.error)),
        ("threshold", scales(|it| &it.threshold)),
        ("trace", numbers(&|it| it.trace)),
    ])
}

/// Where thresholds come to rest: they rise by two for every fall by one, so a node is forced twice as often as it is not,
/// and of `timer` samples in a row two thirds pass in silence with a probability of 2 / 3.
fn aimed_firing_rate(timer: u32) -> f64 {
    1.0 - Math::pow(2.0 / 3.0, 1.0 / f64::from(timer))
}
