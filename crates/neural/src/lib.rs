//! Threshold-gated, forward-only learning with the same bits on every machine.
//!
//! A network is a stack of layers whose nodes fire when their accumulator reaches an adaptive threshold. Only events
//! travel upwards, every layer learns from its own readout's error, and no gradient ever crosses a layer. Numbers go in
//! and numbers come out: this crate refuses to know of clocks, threads, files, peers or rounds.
//!
//! [`Network`] and the folder `network` are what fires; `learning` is how one device trains it, `shared` what devices make of
//! their trainings together, `temporal` what layers know of time, [`nodes`] how nodes move between devices, `kernels` the
//! sums below all that.
//!
//! The same inputs give the same bits in debug and release builds, native and in WebAssembly: `f32` arithmetic in a
//! fixed order, no fused multiply-add, no platform mathematics, counters instead of a generator's state.
//!
//! ```
//! use neural::{Dataset, LearningState, Model, Plan, Values, evaluate, train};
//! use protocol::cluster::{LayerSpec, NetworkSpec};
//!
//! let layers = vec![LayerSpec::new(16, 3)];
//! let spec = NetworkSpec { inputs: 2, steps: 1, layers, classes: 2, seed: 7 };
//! let values = Values::Floats(vec![1.0, -0.2, -0.3, 1.0]);
//! let dataset = Dataset { inputs: 2, classes: 2, values, labels: vec![0, 1] };
//!
//! let mut network = Model::new(&spec).unwrap().network().clone();
//! let mut state = LearningState::new(&spec);
//! let plan = Plan { batch_rows: 2, learning_rate: 0.01, seed: 1, ..Plan::default() };
//! train(&mut network, &mut state, &dataset, &[0, 1], &plan).unwrap();
//! assert_eq!(evaluate(&network, &dataset, &[0, 1]).correct, 2);
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

pub mod bytes;
mod dataset;
mod kernels;
mod learning;
mod network;
pub mod nodes;
mod random;
mod shared;
mod temporal;

pub use dataset::{
    Dataset, DatasetFileError, InvalidDataset, ROWS_MAX, Shares, Split, VALUE_MAX,
    VALUES_BYTES_MAX, Values,
};
pub use kernels::dense;
pub use learning::cluster::Cluster;
pub use learning::plan::{Kernels, Plan, log_prior};
pub use learning::private::{Draw, RowPrivacy, train_privately};
pub use learning::replay::prototypes::{InvalidPrototypes, Prototypes};
pub use learning::state::LearningState;
pub use learning::train::{Diverged, train};
pub use network::evaluate::{Evaluation, evaluate, predict};
pub use network::events::{Events, InvalidEvents};
pub use network::layer::{Activity, Layer, RMS_FLOOR};
pub use network::profile::{ACTIVITY_NUMBERS_MAX, Profile, profile};
pub use network::{InvalidInput, Network, PARAMETER_MAX, Sight};
pub use nodes::{NodeError, NodeId, NodePacket};
pub use random::Counter;
pub use shared::aggregate::{AggregateError, Contribution};
pub use shared::model::{InvalidModel, Model};
pub use shared::score::scores;
pub use shared::update::{Compression, InvalidUpdate, Update, compress};
pub use temporal::{Stream, impulse_responses};
