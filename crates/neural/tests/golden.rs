//! The same bits everywhere: in debug and release builds, natively and in WebAssembly.
//!
//! `cargo test -p neural --test golden`, and the same with `--target wasm32-unknown-unknown`, whose runner is
//! `wasm-bindgen-test-runner`.
#![allow(clippy::unwrap_used)]

use neural::{
    Contribution, Dataset, LearningState, Model, Plan, compress, evaluate, log_prior, train,
};
use protocol::cluster::{LayerSpec, NetworkSpec};

const DIGITS: &[u8] = include_bytes!("../../../public/data/digits.bin");

fn spec() -> NetworkSpec {
    let layers = vec![LayerSpec::new(48, 4), LayerSpec::new(37, 3)];
    NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 2026 }
}

/// Digits of 8 x 8 row by row, through two temporal layers and a static one.
fn spec_in_time() -> NetworkSpec {
    let layers = vec![
        LayerSpec::new(40, 4).with_traces(4),
        LayerSpec::new(24, 4).with_traces(2),
        LayerSpec::new(24, 4),
    ];
    NetworkSpec { inputs: 64, steps: 8, layers, classes: 10, seed: 2026 }
}

/// One device: its rows, what its optimiser has gathered, and what compression has left over.
struct Device {
    dataset: Dataset,
    train_rows: Vec<u32>,
    held_out_rows: Vec<u32>,
    learning: LearningState,
    residual: Vec<f32>,
}

impl Device {
    fn new(part: u32, spec: &NetworkSpec) -> Self {
        let parameters = spec.parameters() as usize;
        let dataset = Dataset::decode_file(DIGITS).unwrap().part(part, 3).unwrap();
        let split = dataset.split(20).unwrap();
        Self {
            dataset,
            train_rows: split.train,
            held_out_rows: split.held_out,
            learning: LearningState::new(spec),
            residual: vec![0.0; parameters],
        }
    }

    fn contribute(&mut self, model: &Model, round: u64) -> Contribution {
        let class_rows = self.dataset.class_rows(&self.train_rows);
        let plan = Plan {
            steps: 15,
            batch_rows: 16,
            learning_rate: 2e-3,
            seed: round,
            log_prior: Some(log_prior(&class_rows)),
            ..Plan::default()
        };
        let mut network = model.network().clone();
        train(&mut network, &mut self.learning, &self.dataset, &self.train_rows, &plan).unwrap();
        let update = compress(model.network(), &network, &mut self.residual).unwrap();
        Contribution { samples: plan.steps * plan.batch_rows, update }
    }
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn eight_rounds_of_three_devices_on_real_digits_end_at_a_known_hash() {
    let mut model = Model::new(&spec()).unwrap();
    assert_eq!(
        model.hash().to_string(),
        "f28259413e3a887dd371115644a981160dba825e942376e8df4bbeb1de47113d",
        "the first state"
    );
    let mut devices: Vec<_> = (0..3).map(|part| Device::new(part, &spec())).collect();
    for round in 0..8 {
        let contributions: Vec<_> =
            devices.iter_mut().map(|device| device.contribute(&model, round)).collect();
        model.aggregate(&contributions).unwrap();
    }
    for Device { dataset, held_out_rows, .. } in &devices {
        let evaluation = evaluate(model.network(), dataset, held_out_rows);
        assert!(evaluation.accuracy() > 0.8, "{}", evaluation.accuracy());
    }
    assert_eq!(
        model.hash().to_string(),
        "dc057e2da105f0090769303a2342959129b00045ab671af92ec458dbeb585981",
        "the model after training"
    );
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn two_hundred_steps_on_rows_of_digits_in_time_end_at_a_known_hash() {
    let mut model = Model::new(&spec_in_time()).unwrap();
    let mut device = Device::new(0, &spec_in_time());
    for round in 0..14 {
        let contribution = device.contribute(&model, round);
        model.aggregate(&[contribution]).unwrap();
    }
    let evaluation = evaluate(model.network(), &device.dataset, &device.held_out_rows);
    assert!(evaluation.accuracy() > 0.8, "{}", evaluation.accuracy());
    assert_eq!(
        model.hash().to_string(),
        "92697600e25b6502c887b7644c89bc1f0478df9f2adae2d913c0c0273f0e1a0b",
        "the model after training"
    );
}
