//! Trains networks on the handwritten digits that ship with the site and writes each as ONNX, with rows and what the
//! network itself makes of them, for `end2end/onnx/compare.mjs` to hold against ONNX Runtime:
//! `cargo run --package formats --example onnx -- target/onnx`

use formats::{Format, export};
use neural::{Dataset, LearningState, Model, Network, Plan, train};
use protocol::cluster::{LayerSpec, NetworkSpec};
use std::{error::Error, fs, path::Path};

/// How far thresholds are moved to find rows on the edge; a sum of some hundred products rounds less.
const EDGE: f32 = 1e-5;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("name a folder to write to")?;
    let (folder, data) = (Path::new(&folder), "../../public/data/digits.bin");
    fs::create_dir_all(folder)?;
    let digits = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(data))?;
    let digits = Dataset::decode_file(&digits)?;
    let layer = LayerSpec::new;
    for (name, steps, layers) in [
        ("one-layer", 1, vec![layer(96, 4)]),
        ("three-layers", 1, vec![layer(64, 2), layer(48, 4), layer(32, 4)]),
        ("temporal", 8, vec![layer(64, 4).with_traces(4), layer(32, 4)]),
        (
            "two-temporal",
            16,
            vec![layer(48, 3).with_traces(3), layer(32, 4).with_traces(5), layer(32, 4)],
        ),
    ] {
        let spec =
            NetworkSpec { inputs: digits.inputs, steps, layers, classes: digits.classes, seed: 5 };
        let network = trained(&spec, &digits)?;
        let momentum = vec![0.0; network.parameters().len()];
        let model = Model::from_numbers(&spec, network.parameters().to_vec(), momentum)?;
        let graph = export(&model, Format::Onnx, None)?;
        let answers = answers(&network, &digits)?;
        fs::write(folder.join(format!("{name}.json")), answers.to_string())?;
        fs::write(folder.join(format!("{name}.onnx")), &graph)?;
        println!("{name}: {spec}; {} bytes", graph.len());
    }
    Ok(())
}

fn trained(spec: &NetworkSpec, dataset: &Dataset) -> Result<Network, Box<dyn Error>> {
    let mut network = Model::new(spec)?.network().clone();
    let mut state = LearningState::new(spec);
    let rows: Vec<_> = (0..dataset.rows() as u32).collect();
    let plan = Plan { steps: 300, batch_rows: 64, learning_rate: 3e-3, ..Plan::default() };
    train(&mut network, &mut state, dataset, &rows, &plan)?;
    Ok(network)
}

/// Rows, the probabilities that the network finds, and whether rounding can decide what fires.
fn answers(network: &Network, dataset: &Dataset) -> Result<serde_json::Value, Box<dyn Error>> {
    let (lower, higher) = (with_thresholds(network, -EDGE)?, with_thresholds(network, EDGE)?);
    let rows: Vec<_> = (0..dataset.rows()).map(|row| dataset.row(row)).collect();
    let all = |network: &Network| -> Result<Vec<_>, _> {
        rows.iter().map(|row| network.probabilities(row)).collect()
    };
    let (probabilities, lower, higher) = (all(network)?, all(&lower)?, all(&higher)?);
    let on_edge: Vec<_> =
        lower.iter().zip(&higher).map(|(lower, higher)| lower != higher).collect();
    Ok(serde_json::json!({ "rows": rows, "probabilities": probabilities, "onEdge": on_edge }))
}

/// The network with all thresholds moved.
fn with_thresholds(network: &Network, shift: f32) -> Result<Network, Box<dyn Error>> {
    let mut parameters = Vec::with_capacity(network.parameters().len());
    for layer in network.layers() {
        parameters.extend(layer.weights.iter().chain(layer.bias));
        parameters.extend(layer.thresholds.iter().map(|threshold| threshold + shift));
        parameters.extend(layer.readout.iter().chain(layer.readout_bias));
    }
    Ok(network.with_parameters(parameters).ok_or("a layer without some numbers")?)
}
