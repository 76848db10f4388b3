//! What was found out about data, as a plain object.

use super::{millionths, object, to_js};
use crate::given::Inspected;
use data::{ColumnKind, ColumnSummary, Summary};
use js_sys::{Array, Reflect, Uint8Array};
use peer::Suggested;
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    session::SessionOptions,
};
use serde::Serialize;
use wasm_bindgen::JsValue;

#[derive(Serialize)]
struct Inspection {
    rows: u32,
    classes: Vec<Class>,
    table: Option<Table>,
    reason: String,
    advice: Vec<String>,
    learning: LearningOptions,
}

#[derive(Serialize)]
struct Class {
    name: String,
    rows: u32,
}

#[derive(Serialize)]
struct Table {
    label: String,
    separator: String,
    has_header: bool,
    rows_without_label: u32,
    columns: Vec<Column>,
}

#[derive(Serialize)]
struct Column {
    name: String,
    kind: &'static str,
    missing: u32,
    distinct: u32,
    left_out_because: Option<String>,
}

/// Options for `start_collaborative_learning` that suit a network.
#[derive(Serialize)]
pub(crate) struct LearningOptions {
    rounds: u32,
    local_steps: u32,
    batch_rows: u32,
    learning_rate: f64,
}

impl From<&Suggested> for LearningOptions {
    fn from(suggested: &Suggested) -> Self {
        let Suggested { steps, batch_rows, learning_rate, .. } = *suggested;
        let options = SessionOptions::for_training(steps, batch_rows, learning_rate);
        let SessionOptions { rounds, local_steps, .. } = options;
        Self { rounds, local_steps, batch_rows, learning_rate: millionths(learning_rate) }
    }
}

impl From<ColumnSummary> for Column {
    fn from(summary: ColumnSummary) -> Self {
        let (kind, left_out_because) = match summary.kind {
            ColumnKind::Number => ("number", None),
            ColumnKind::YesOrNo => ("yes_or_no", None),
            ColumnKind::Category => ("category", None),
            ColumnKind::Label => ("label", None),
            ColumnKind::Ignored(why) => ("left_out", Some(why.to_string())),
        };
        let ColumnSummary { name, missing, distinct, .. } = summary;
        Self { name, kind, missing, distinct, left_out_because }
    }
}

impl From<Summary> for Table {
    fn from(summary: Summary) -> Self {
        Self {
            label: summary.label,
            separator: summary.separator.to_string(),
            has_header: summary.has_header,
            rows_without_label: summary.rows_without_label,
            columns: summary.columns.into_iter().map(Column::from).collect(),
        }
    }
}

/// What `inspect_dataset` resolves to.
pub(crate) fn inspection(inspected: Inspected) -> JsValue {
    let Inspected { summary, classes, prepared } = inspected;
    let dataset = &prepared.dataset;
    let all: Vec<u32> = (0..dataset.rows() as u32).collect();
    let classes = classes.into_iter().zip(dataset.class_rows(&all));
    let found = to_js(&Inspection {
        rows: dataset.rows() as u32,
        classes: classes.map(|(name, rows)| Class { name, rows }).collect(),
        table: summary.map(Table::from),
        learning: LearningOptions::from(&prepared.suggested),
        reason: prepared.suggested.reason,
        advice: prepared.advice,
    });
    let network = network(&prepared.suggested.network, &prepared.recipe);
    // Setting a property of a fresh object throws for nothing.
    let _ = Reflect::set(&found, &"network".into(), &network);
    found
}

/// As `create_cluster` takes it.
fn network(network: &NetworkSpec, recipe: &[u8]) -> JsValue {
    let layer = |layer: &LayerSpec| {
        let LayerSpec { nodes, timer, traces } = *layer;
        object(&[("nodes", nodes.into()), ("timer", timer.into()), ("traces", traces.into())])
    };
    let mut fields = vec![
        ("inputs", network.inputs.into()),
        ("steps", network.steps.into()),
        ("layers", network.layers.iter().map(layer).collect::<Array>().into()),
        ("classes", network.classes.into()),
        ("seed", (network.seed as f64).into()),
    ];
    if !recipe.is_empty() {
        fields.push(("recipe", Uint8Array::from(recipe).into()));
    }
    object(&fields)
}
