//! A network as a graph of [ONNX](https://onnx.ai) operators, which other programs execute.
//!
//! `input` is a row of numbers for each sample of a batch, prepared as for the network; `probabilities` is a row with one
//! number for each class, `label` the class with the highest of them (the first of equals). The graph is the network's own
//! forward pass, with operators of set 13:
//!
//! ```text
//! scaled = x / (sqrt(mean(x²)) + 1e-3)         Mul, ReduceMean, Sqrt, Add, Div
//! a      = scaled · W + b                      Gemm
//! y      = a where a >= threshold, else 0      GreaterOrEqual, Where: the next layer's x
//! belief = Σ over layers of ln softmax(M y + c)   Gemm, LogSoftmax, Add
//! probabilities = softmax(belief)              Softmax, ArgMax
//! ```
//!
//! The traces of a temporal layer are sums over the frames before, weighed by how old each is: one product with a
//! constant matrix (Reshape, MatMul, Reshape). A temporal layer below another one is executed for all frames as if they
//! were samples, and only its last frame goes to the readout (Gather).
//!
//! Sums may be added up in another order than ours: an accumulator within rounding of its threshold can then fall on the
//! other side.

mod builder;
mod messages;
mod traces;

use crate::error::ExportError;
use builder::{Builder, Setting};
use messages::{Entry, Model as ModelMessage, OperatorSet};
use neural::{Layer, Model, RMS_FLOOR};
use prost::Message;
use protocol::cluster::NetworkSpec;

/// Versions of the intermediate representation and of the operators: both of 2020, so that old programs read it too.
const IR_VERSION: i64 = 7;
const OPERATORS_VERSION: i64 = 13;

pub(crate) fn write(model: &Model, preparation: Option<&str>) -> Result<Vec<u8>, ExportError> {
    let network = model.network();
    let spec = network.spec();
    if let Some(preparation) = preparation {
        crate::own::check_preparation(preparation)?;
    }
    traces::check_size(spec)?;
    let mut builder = Builder::default();
    builder.input("input", spec.inputs as usize);
    let floor = builder.numbers("rms_floor", &[], &[RMS_FLOOR]);
    let silence = builder.numbers("silence", &[], &[0.0]);
    let mut below = Flow { name: "input".to_owned(), has_frames: false };
    let mut belief: Option<String> = None;
    for (number, layer) in network.layers().enumerate() {
        let mut part = Part { builder: &mut builder, spec, number, layer };
        let input = part.input(&below);
        let events = part.events(&input.name, &floor, &silence);
        below = Flow { name: events, ..input };
        let log_probabilities = part.log_probabilities(&below);
        belief = Some(match belief {
            None => log_probabilities,
            Some(belief) => {
                let inputs = [belief.as_str(), &log_probabilities];
                builder.node(&format!("belief_{number}"), "Add", &inputs, &[])
            }
        });
    }
    let belief = belief.unwrap_or_default();
    builder.node("probabilities", "Softmax", &[&belief], &[Setting::One("axis", 1)]);
    let settings = [Setting::One("axis", 1), Setting::One("keepdims", 0)];
    builder.node("label", "ArgMax", &["probabilities"], &settings);
    builder.output_rows("probabilities", spec.classes as usize);
    builder.output_whole("label");
    let texts = [("description", spec.to_string()), ("model", model.hash().to_string())];
    let texts = texts.into_iter().chain(preparation.map(|it| ("preparation", it.to_owned())));
    let message = ModelMessage {
        ir_version: IR_VERSION,
        producer_name: "peerceptron".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: spec.to_string(),
        graph: Some(builder.finish("network")),
        opset_import: vec![OperatorSet { domain: String::new(), version: OPERATORS_VERSION }],
        metadata_props: texts.map(|(key, value)| Entry { key: key.to_owned(), value }).collect(),
    };
    Ok(message.encode_to_vec())
}

/// A value on its way up: a row a sample, or a row for each frame of every sample, one sample after the other.
struct Flow {
    name: String,
    has_frames: bool,
}

/// One layer on its way into the graph.
struct Part<'a> {
    builder: &'a mut Builder,
    spec: &'a NetworkSpec,
    number: usize,
    layer: Layer<'a>,
}

impl Part<'_> {
    /// Gives the name of what the layer sends on.
    fn events(&mut self, below: &str, floor: &str, silence: &str) -> String {
        let Layer { weights, bias, thresholds, .. } = self.layer;
        let nodes = bias.len();
        let weights = self.numbers("weights", &[weights.len() / nodes, nodes], weights);
        let bias = self.numbers("bias", &[nodes], bias);
        let thresholds = self.numbers("thresholds", &[nodes], thresholds);
        let scaled = self.scaled(below, floor);
        let accumulators = self.node("accumulators", "Gemm", &[&scaled, &weights, &bias], &[]);
        let fires = self.node("fires", "GreaterOrEqual", &[&accumulators, &thresholds], &[]);
        self.node("events", "Where", &[&fires, &accumulators, silence], &[])
    }

    /// Gives the name of what the layer's readout believes at the last frame.
    fn log_probabilities(&mut self, events: &Flow) -> String {
        let Layer { readout, readout_bias, .. } = self.layer;
        let (nodes, classes) = (self.layer.nodes(), readout_bias.len());
        let readout = self.numbers("readout", &[classes, nodes], readout);
        let readout_bias = self.numbers("readout_bias", &[classes], readout_bias);
        let last = self.last_frame(events);
        let transposed = [Setting::One("transB", 1)];
        let logits = self.node("logits", "Gemm", &[&last, &readout, &readout_bias], &transposed);
        self.node("log_probabilities", "LogSoftmax", &[&logits], &[Setting::One("axis", 1)])
    }

    /// The input over its root mean square.
    fn scaled(&mut self, below: &str, floor: &str) -> String {
        let squares = self.node("squares", "Mul", &[below, below], &[]);
        let over_width = [Setting::Many("axes", &[1]), Setting::One("keepdims", 1)];
        let mean = self.node("mean_square", "ReduceMean", &[&squares], &over_width);
        let rms = self.node("rms", "Sqrt", &[&mean], &[]);
        let scale = self.node("scale", "Add", &[&rms, floor], &[]);
        self.node("scaled", "Div", &[below, &scale], &[])
    }

    fn numbers(&mut self, name: &str, dims: &[usize], numbers: &[f32]) -> String {
        self.builder.numbers(&format!("layers.{}.{name}", self.number), dims, numbers)
    }

    fn node(
        &mut self,
        name: &str,
        operator: &str,
        inputs: &[&str],
        settings: &[Setting<'_>],
    ) -> String {
        self.builder.node(&format!("layers.{}.{name}", self.number), operator, inputs, settings)
    }
}
