//! Labelled rows and network descriptions, as callers write them.

use crate::{
    argument::{Fields, NUMBERS_MAX, check_length, classes, grey_levels, numbers, whole},
    failure::Failure,
};
use js_sys::Array;
use neural::{Dataset, Values};
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    limits,
};
use wasm_bindgen::{JsCast, JsValue};

/// What a cluster that is given by its number of nodes alone tells apart: the handwritten digits that ship with the site.
const DIGITS_INPUTS: u32 = 64;
const DIGITS_CLASSES: u32 = 10;
/// About 10 % of the nodes fire.
const TIMER: u32 = 4;
const TIMER_MAX: u32 = 64;
/// The same on all devices, so that they start from the same weights.
const SEED: u32 = 1;
const HELD_OUT_PERCENT: u32 = 20;
const HELD_OUT_PERCENT_MAX: u32 = 90;

/// A number of nodes in two equal layers, or a full description.
pub(crate) fn network(spec: &JsValue) -> Result<NetworkSpec, Failure> {
    if spec.as_f64().is_some() {
        return digits_network(whole(
            spec,
            "the number of nodes",
            2,
            2 * limits::LAYER_NODES_MAX as u32,
        )?);
    }
    let known = ["inputs", "layers", "classes", "timer", "seed"];
    let fields = Fields::new(spec, "a cluster's description", &known)?;
    let timer = fields.whole("timer", 1, TIMER_MAX)?.unwrap_or(TIMER);
    let layers = fields.require("layers")?;
    if !Array::is_array(&layers) {
        return Err(Failure::invalid("`layers` must be an array, such as [64, 64]"));
    }
    let layers: &Array = layers.unchecked_ref();
    if layers.length() as usize > limits::NETWORK_LAYERS_MAX {
        let problem =
            format!("{} layers: {} are possible", layers.length(), limits::NETWORK_LAYERS_MAX);
        return Err(Failure::invalid(problem));
    }
    let layers = layers.iter().map(|entry| layer(&entry, timer)).collect::<Result<_, _>>()?;
    let inputs = whole(&fields.require("inputs")?, "`inputs`", 0, u32::MAX)?;
    let classes = whole(&fields.require("classes")?, "`classes`", 0, u32::MAX)?;
    let seed = fields.whole("seed", 0, u32::MAX)?.unwrap_or(SEED).into();
    checked(NetworkSpec { inputs, steps: 1, layers, classes, seed })
}

fn digits_network(nodes: u32) -> Result<NetworkSpec, Failure> {
    let layers = [nodes.div_ceil(2), nodes / 2].map(|nodes| LayerSpec::new(nodes, TIMER));
    checked(NetworkSpec {
        inputs: DIGITS_INPUTS,
        steps: 1,
        layers: layers.to_vec(),
        classes: DIGITS_CLASSES,
        seed: SEED.into(),
    })
}

fn layer(entry: &JsValue, timer: u32) -> Result<LayerSpec, Failure> {
    if entry.as_f64().is_some() {
        return Ok(LayerSpec::new(whole(entry, "a layer", 0, u32::MAX)?, timer));
    }
    let fields = Fields::new(entry, "a layer", &["nodes", "timer"])?;
    let nodes = whole(&fields.require("nodes")?, "`nodes`", 0, u32::MAX)?;
    Ok(LayerSpec::new(nodes, fields.whole("timer", 1, TIMER_MAX)?.unwrap_or(timer)))
}

fn checked(network: NetworkSpec) -> Result<NetworkSpec, Failure> {
    network.validate().map_err(|error| Failure::invalid(error.to_string()))?;
    Ok(network)
}

/// Rows for evaluation, for a cluster of `cluster_classes`.
pub(crate) fn rows(value: &JsValue, cluster_classes: Option<u32>) -> Result<Dataset, Failure> {
    let known = ["inputs", "labels", "shape", "classes"];
    dataset(&Fields::new(value, "a data set", &known)?, cluster_classes)
}

/// Rows to load, and how many in a hundred of them are held out.
pub(crate) fn rows_to_load(
    value: &JsValue,
    cluster_classes: Option<u32>,
) -> Result<(Dataset, u8), Failure> {
    let known = ["inputs", "labels", "shape", "classes", "held_out_percent"];
    let fields = Fields::new(value, "a data set", &known)?;
    let held_out = fields.whole("held_out_percent", 0, HELD_OUT_PERCENT_MAX)?;
    let dataset = dataset(&fields, cluster_classes)?;
    Ok((dataset, held_out.unwrap_or(HELD_OUT_PERCENT) as u8))
}

fn dataset(fields: &Fields<'_>, cluster_classes: Option<u32>) -> Result<Dataset, Failure> {
    let labels = classes(&fields.require("labels")?, "`labels`")?;
    let values = values(&fields.require("inputs")?)?;
    let length = match &values {
        Values::Bytes(bytes) => bytes.len(),
        Values::Floats(numbers) => numbers.len(),
    };
    let rows = labels.len();
    if rows == 0 || length == 0 || length % rows != 0 {
        return Err(Failure::invalid(format!(
            "{length} values do not make {rows} rows of equal length: `inputs` needs a row for each of `labels`"
        )));
    }
    let inputs = length / rows;
    if let Some(shape) = fields.get("shape") {
        check_shape(&shape, inputs)?;
    }
    let inputs = u32::try_from(inputs).map_err(|_| Failure::invalid("a row is too long"))?;
    let seen = || u32::from(labels.iter().copied().max().unwrap_or(0)) + 1;
    let given = fields.whole("classes", 1, limits::NETWORK_CLASSES_MAX as u32)?;
    let classes = given.or(cluster_classes).unwrap_or_else(seen);
    Ok(Dataset { inputs, classes, values, labels })
}

/// Flat, or one array a row.
fn values(inputs: &JsValue) -> Result<Values, Failure> {
    check_length(inputs, "`inputs`")?;
    if let Some(bytes) = grey_levels(inputs) {
        return Ok(Values::Bytes(bytes));
    }
    let nested = |inputs: &Array| inputs.get(0).is_object();
    match inputs.dyn_ref::<Array>().filter(|inputs| nested(inputs)) {
        None => Ok(Values::Floats(numbers(inputs, "`inputs`")?)),
        Some(rows) => nested_values(rows),
    }
}

fn nested_values(rows: &Array) -> Result<Values, Failure> {
    let mut all = Vec::new();
    let mut first_length = None;
    for (at, row) in rows.iter().enumerate() {
        let row = numbers(&row, &format!("row {at} of `inputs`"))?;
        let expected = *first_length.get_or_insert(row.len());
        if row.len() != expected {
            let length = row.len();
            let problem =
                format!("row {at} of `inputs` has {length} values, the first has {expected}");
            return Err(Failure::invalid(problem));
        }
        if all.len() + row.len() > NUMBERS_MAX as usize {
            let problem =
                format!("`inputs` holds more than {NUMBERS_MAX} numbers: load fewer at once");
            return Err(Failure::invalid(problem));
        }
        all.extend(row);
    }
    Ok(Values::Floats(all))
}

fn check_shape(shape: &JsValue, inputs: usize) -> Result<(), Failure> {
    let product = if Array::is_array(shape) {
        let sides = numbers(shape, "`shape`")?;
        sides.iter().map(|side| f64::from(*side)).product()
    } else {
        shape.as_f64().unwrap_or(f64::NAN)
    };
    if product == inputs as f64 {
        Ok(())
    } else {
        let problem = format!("a row has {inputs} values, but `shape` makes {product}");
        Err(Failure::invalid(problem))
    }
}
