//! What a new cluster is to be, as callers write it.

use crate::{
    argument::{Fields, bytes, whole},
    failure::Failure,
};
use data::{RECIPE_BYTES_MAX, Recipe};
use js_sys::Array;
use peer::Blueprint;
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

/// A number of nodes in two equal layers, or a full description.
pub(crate) fn blueprint(spec: &JsValue) -> Result<Blueprint, Failure> {
    if spec.as_f64().is_some() {
        let nodes_max = 2 * limits::LAYER_NODES_MAX as u32;
        let network = digits_network(whole(spec, "the number of nodes", 2, nodes_max)?)?;
        return Ok(network.into());
    }
    let known = ["inputs", "steps", "layers", "classes", "timer", "seed", "recipe"];
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
    let steps = fields.whole("steps", 0, u32::MAX)?.unwrap_or(1);
    let network = checked(NetworkSpec { inputs, steps, layers, classes, seed })?;
    let recipe = fields.get("recipe").map(|recipe| recipe_for(&network, &recipe)).transpose()?;
    Ok(Blueprint { recipe: recipe.unwrap_or_default(), ..network.into() })
}

/// What `inspect_dataset` has found out about the inputs of a network.
fn recipe_for(network: &NetworkSpec, recipe: &JsValue) -> Result<Vec<u8>, Failure> {
    let bytes = bytes(recipe, "`recipe`", RECIPE_BYTES_MAX as u32)?;
    let recipe = Recipe::decode(&bytes)?;
    let (inputs, classes) = (recipe.inputs(), recipe.classes().len());
    if (inputs, classes) != (network.inputs, network.classes as usize) {
        return Err(Failure::invalid(format!(
            "`recipe` makes {inputs} inputs in {classes} classes, the network has {} in {}: take both from one `inspect_dataset`",
            network.inputs, network.classes
        )));
    }
    Ok(bytes)
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
    let fields = Fields::new(entry, "a layer", &["nodes", "timer", "traces"])?;
    let nodes = whole(&fields.require("nodes")?, "`nodes`", 0, u32::MAX)?;
    let timer = fields.whole("timer", 1, TIMER_MAX)?.unwrap_or(timer);
    let traces = fields.whole("traces", 0, u32::MAX)?.unwrap_or(0);
    Ok(LayerSpec::new(nodes, timer).with_traces(traces))
}

/// The same network with another number of nodes in its only layer.
pub(crate) fn resized(network: NetworkSpec, nodes: u32) -> Result<NetworkSpec, Failure> {
    checked(NetworkSpec { layers: vec![data::layer_of(nodes)], ..network })
}

fn checked(network: NetworkSpec) -> Result<NetworkSpec, Failure> {
    network.validate().map_err(|error| Failure::invalid(error.to_string()))?;
    Ok(network)
}
