//! Trainings from a seed whose last bits are known: they must be the same on every machine, in debug and release builds,
//! natively and in every browser.
//!
//! `cargo xtask test bits` runs them everywhere. Where learning itself is changed, the new bits go into [`TRAININGS`], and
//! the change log says so: rooms of old and new devices would not agree.

#[cfg(target_arch = "wasm32")]
pub mod exports;
mod split;

use neural::{
    Cluster, Compression, Contribution, Dataset, Kernels, LearningState, Model, Plan, compress,
    log_prior, train,
};
use protocol::cluster::{LayerSpec, NetworkSpec};
use units::Hash;

const DIGITS: &[u8] = include_bytes!("../../../public/data/digits.bin");

/// Steps of the plain trainings.
const STEPS: u32 = 200;

/// A training and the SHA-256 of all that it leaves.
pub struct Training {
    /// What is trained.
    pub name: &'static str,
    /// As it must be, in hexadecimal digits.
    pub expected: &'static str,
    run: fn() -> Hash,
}

/// All trainings.
pub const TRAININGS: [Training; 5] = [
    Training {
        name: "200 steps of 64-48-37-10",
        expected: "83a2dd59b9bd98073e34387fedd6db74b0ea1e39792d78f7572987dbff266a3f",
        run: || plain(&static_layers(), Kernels::EventDriven),
    },
    Training {
        name: "200 steps of 64-48-37-10, dense kernels",
        expected: "83a2dd59b9bd98073e34387fedd6db74b0ea1e39792d78f7572987dbff266a3f",
        run: || plain(&static_layers(), Kernels::Dense),
    },
    Training {
        name: "200 steps of two temporal layers and a static one",
        expected: "15b620a91c1458102a616a8818af2b597cfff0a416da4d1703a25d99a64d6c6a",
        run: || plain(&temporal_layers(), Kernels::Chosen),
    },
    Training {
        name: "8 rounds of five devices",
        expected: "a3c104ea7a78fa096fbc95545bbe8edd309ecd9f60575fbde69f72374485c198",
        run: rounds,
    },
    Training {
        name: "100 steps of 64-48-37-10 over two devices",
        expected: "97d96dfa4eb4b44e1e7adf6909de37feabf922f3cdc0c89f31cf186ecc627517",
        run: split::over_two_devices,
    },
];

impl Training {
    /// Trains, and gives the SHA-256 of what comes of it.
    pub fn hash(&self) -> String {
        (self.run)().to_string()
    }
}

fn static_layers() -> NetworkSpec {
    let layers = vec![LayerSpec::new(48, 4), LayerSpec::new(37, 3)];
    NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 2026 }
}

/// For digits of 8 x 8, row by row.
fn temporal_layers() -> NetworkSpec {
    let layers = vec![
        LayerSpec::new(40, 4).with_traces(4),
        LayerSpec::new(24, 4).with_traces(2),
        LayerSpec::new(24, 4),
    ];
    NetworkSpec { inputs: 64, steps: 8, layers, classes: 10, seed: 2026 }
}

fn digits() -> Dataset {
    Dataset::decode_file(DIGITS).expect("the digits that ship with the site")
}

/// One device on its own. The hash is of the network and of all that learning remembers.
fn plain(spec: &NetworkSpec, kernels: Kernels) -> Hash {
    let mut cluster = Cluster::new(spec).expect("a valid description");
    cluster.learning.call_for_learning(0.5);
    let dataset = digits();
    let rows: Vec<u32> = (0..dataset.rows() as u32).collect();
    let plan = Plan {
        steps: STEPS,
        learning_rate: 2e-3,
        decay: 0.9,
        smoothing: 0.1,
        timer_rate: 0.01,
        kernels,
        seed: 7,
        ..Plan::default()
    };
    cluster.train(&dataset, &rows, &plan).expect("a training that converges");
    cluster.hash()
}

/// Enough that one of them may lie.
const DEVICES: u32 = 5;

/// One device of a room: its rows, what its learning remembers, and what compression has left over.
struct Device {
    dataset: Dataset,
    rows: Vec<u32>,
    learning: LearningState,
    residual: Vec<f32>,
    compression: Compression,
}

impl Device {
    fn new(part: u32, spec: &NetworkSpec) -> Self {
        let dataset = digits().part(part, DEVICES).expect("one of the parts");
        let rows = dataset.split(20).expect("a fifth held out").train;
        let residual = vec![0.0; spec.parameters() as usize];
        // Every other device sends little.
        let sparse = Compression::Sparse { kept_per_mille: 20 };
        let compression = if part.is_multiple_of(2) { Compression::Rows } else { sparse };
        Self { dataset, rows, learning: LearningState::new(spec), residual, compression }
    }

    fn contribute(&mut self, model: &Model, round: u64) -> Contribution {
        let class_rows = self.dataset.class_rows(&self.rows);
        let plan = Plan {
            steps: 15,
            batch_rows: 16,
            learning_rate: 3e-3,
            epsilon: 1e-3,
            seed: round,
            log_prior: Some(log_prior(&class_rows)),
            ..Plan::default()
        };
        let mut network = model.network().clone();
        train(&mut network, &mut self.learning, &self.dataset, &self.rows, &plan)
            .expect("a training that converges");
        let update = compress(model.network(), &network, &mut self.residual, self.compression)
            .expect("an update of ordinary length");
        Contribution { samples: plan.steps * plan.batch_rows, update }
    }
}

/// A room: training, compression and aggregation. The hash is the model's.
fn rounds() -> Hash {
    let spec = static_layers();
    let mut model = Model::new(&spec).expect("a valid description");
    let mut devices: Vec<_> = (0..DEVICES).map(|part| Device::new(part, &spec)).collect();
    for round in 0..8 {
        let contributions: Vec<_> =
            devices.iter_mut().map(|device| device.contribute(&model, round)).collect();
        model.aggregate(&contributions).expect("updates of one network");
    }
    model.hash()
}
