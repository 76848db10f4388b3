//! `/sdk/peerceptron.js`: the class of the `sdk` crate, and nothing else.

pub use sdk::DistributedNeuralNetwork;
