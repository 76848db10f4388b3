//! Whatever bytes another peer or a disk hands over, decoders answer; they never panic and never balloon.
#![allow(clippy::unwrap_used)]
#![cfg(not(target_arch = "wasm32"))]

use neural::{Dataset, Model, Update, Values, compress};
use proptest::prelude::*;
use protocol::cluster::{LayerSpec, NetworkSpec};

fn spec() -> NetworkSpec {
    let layers = vec![LayerSpec::new(5, 4), LayerSpec::new(3, 2)];
    NetworkSpec { inputs: 4, steps: 1, layers, classes: 2, seed: 1 }
}

fn update_bytes() -> Vec<u8> {
    let model = Model::new(&spec()).unwrap();
    let from = model.network();
    let to = from.parameters().iter().map(|parameter| parameter * 1.1 + 0.01).collect();
    let to = from.with_parameters(to).unwrap();
    compress(from, &to, &mut vec![0.0; from.parameters().len()]).unwrap().encode()
}

fn dataset_bytes() -> Vec<u8> {
    let values = Values::Bytes((0..20).collect());
    Dataset { inputs: 4, classes: 3, values, labels: vec![0, 1, 2, 0, 1] }.encode_file().unwrap()
}

/// Valid bytes with some of them changed and the end cut off or drawn out.
fn damaged(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let length = bytes.len();
    let changes = prop::collection::vec((0..length, any::<u8>()), 0..8);
    (changes, 0..length + 9).prop_map(move |(changes, new_length)| {
        let mut bytes = bytes.clone();
        for (place, byte) in changes {
            bytes[place] = byte;
        }
        if new_length % 2 == 0 {
            bytes.resize(new_length, 7);
        }
        bytes
    })
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Model::decode(&bytes).is_err());
        prop_assert!(Update::decode(&bytes, &spec()).is_err());
        prop_assert!(Dataset::decode_file(&bytes).is_err());
    }

    #[test]
    fn a_model_that_is_accepted_has_those_bytes(
        bytes in damaged(Model::new(&spec()).unwrap().encode()),
    ) {
        if let Ok(model) = Model::decode(&bytes) {
            prop_assert_eq!(model.encode(), bytes);
        }
    }

    #[test]
    fn an_update_that_is_accepted_has_those_bytes(bytes in damaged(update_bytes())) {
        if let Ok(update) = Update::decode(&bytes, &spec()) {
            prop_assert_eq!(update.encode(), bytes);
        }
    }

    #[test]
    fn a_data_set_that_is_accepted_has_those_bytes(bytes in damaged(dataset_bytes())) {
        if let Ok(dataset) = Dataset::decode_file(&bytes) {
            prop_assert_eq!(dataset.encode_file().unwrap(), bytes);
        }
    }

    #[test]
    fn an_input_is_answered_with_probabilities_or_an_error(
        input in prop::collection::vec(any::<f32>(), 3..6),
    ) {
        let model = Model::new(&spec()).unwrap();
        if let Ok(probabilities) = model.network().probabilities(&input) {
            let sum: f32 = probabilities.iter().sum();
            prop_assert!((sum - 1.0).abs() < 1e-5);
        }
    }
}
