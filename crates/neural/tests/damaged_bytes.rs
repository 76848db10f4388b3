//! Whatever bytes another peer or a disk hands over, decoders answer; they never panic and never balloon.
#![allow(clippy::unwrap_used)]
#![cfg(not(target_arch = "wasm32"))]

use neural::{
    Compression, Dataset, Events, LearningState, Model, NodeId, NodePacket, Prototypes, Update,
    Values,
    bytes::{Reader, Writer},
    compress,
    nodes::{Slice, wire},
};
use proptest::prelude::*;
use protocol::cluster::{LayerSpec, NetworkSpec};
use units::Hash;

fn spec() -> NetworkSpec {
    let layers = vec![LayerSpec::new(5, 4), LayerSpec::new(3, 2)];
    NetworkSpec { inputs: 4, steps: 1, layers, classes: 2, seed: 1 }
}

fn update_bytes(compression: Compression) -> Vec<u8> {
    let model = Model::new(&spec()).unwrap();
    let from = model.network();
    let to = from.parameters().iter().map(|parameter| parameter * 1.1 + 0.01).collect();
    let to = from.with_parameters(to).unwrap();
    let mut residual = vec![0.0; from.parameters().len()];
    compress(from, &to, &mut residual, compression).unwrap().encode()
}

fn dataset_bytes() -> Vec<u8> {
    let values = Values::Bytes((0..20).collect());
    Dataset { inputs: 4, classes: 3, values, labels: vec![0, 1, 2, 0, 1] }.encode_file().unwrap()
}

fn packet_bytes() -> Vec<u8> {
    let model = Model::new(&spec()).unwrap();
    let (network, ids) = (model.network(), [NodeId::new(0, 3), NodeId::new(0, 1)]);
    let state = LearningState::new(&spec());
    network.extract_nodes(&state, &ids, Some(&[0.25, 0.0])).unwrap().encode()
}

fn slice_bytes() -> Vec<u8> {
    let model = Model::new(&spec()).unwrap();
    let ids = [NodeId::new(1, 0), NodeId::new(1, 2)];
    model.network().slice(&LearningState::new(&spec()), &ids, 3).unwrap().encode()
}

/// The bytes with a hash that is right whatever was done to it: what a liar sends.
fn prototypes() -> Prototypes {
    Prototypes::new(2, 3, 4, 1).unwrap()
}

fn prototype_bytes(store: &Prototypes) -> Vec<u8> {
    let mut writer = Writer::new();
    store.write(&mut writer);
    writer.finish()
}

fn full_store() -> Prototypes {
    let mut store = prototypes();
    for (row, label) in [([1.0, 0.0], 0), ([0.0, 1.0], 0), ([3.0, 0.0], 2), ([3.0, 0.1], 2)] {
        store.insert(&row, label);
    }
    store
}

fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(body_bytes) = bytes.len().checked_sub(32) {
        bytes.truncate(body_bytes);
        let hash = Hash::of(&bytes);
        bytes.extend_from_slice(hash.as_bytes());
    }
    bytes
}

/// Any events of three samples of 300 nodes, as large as the wire carries.
fn events() -> impl Strategy<Value = Events> {
    let sample = prop::collection::btree_map(0u32..300, any::<f32>(), 0..40);
    prop::collection::vec(sample, 3).prop_map(|samples| {
        let mut events = Events::new(300);
        for mut sample in samples {
            sample.retain(|_, value| value.abs() < 5e14);
            let (nodes, values): (Vec<u32>, Vec<f32>) = sample.into_iter().unzip();
            events.push_sample(&nodes, &values).unwrap();
        }
        events
    })
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
        prop_assert!(NodePacket::decode(&bytes).is_err());
        prop_assert!(Slice::decode(&bytes).is_err());
        if let Ok(events) = wire::decode(&bytes, 300) {
            prop_assert_eq!(wire::encode(&events), bytes);
        }
    }

    #[test]
    fn prototypes_that_are_accepted_have_those_bytes_and_take_rows(
        bytes in damaged(prototype_bytes(&full_store())),
    ) {
        let (mut store, mut reader) = (prototypes(), Reader::new(&bytes));
        if store.read(&mut reader).is_ok() {
            prop_assert_eq!(&prototype_bytes(&store), &bytes[..bytes.len() - reader.remaining()]);
            (0..9u8).for_each(|number| store.insert(&[f32::from(number), 7.0], 1));
            prop_assert!(store.len() <= 4);
        }
    }

    #[test]
    fn a_packet_that_is_accepted_has_those_bytes(bytes in damaged(packet_bytes())) {
        for bytes in [sealed(bytes.clone()), bytes] {
            if let Ok(packet) = NodePacket::decode(&bytes) {
                prop_assert_eq!(packet.encode(), bytes);
                let mut network = Model::new(&spec()).unwrap().network().clone();
                let mut state = LearningState::new(&spec());
                let _ = network.insert_nodes(&mut state, 0, &packet);
            }
        }
    }

    #[test]
    fn a_slice_that_is_accepted_has_those_bytes_and_fires(bytes in damaged(slice_bytes())) {
        for bytes in [sealed(bytes.clone()), bytes] {
            if let Ok(slice) = Slice::decode(&bytes) {
                prop_assert_eq!(slice.encode(), bytes);
                let mut below = Events::new(5);
                below.push_sample(&[0, 4], &[1.0, -1.0]).unwrap();
                let _ = slice.fire(&below);
            }
        }
    }

    #[test]
    fn events_on_the_wire_are_read_as_they_were_written(events in events()) {
        let bytes = wire::encode(&events);
        let received = wire::decode(&bytes, 300).unwrap();
        prop_assert_eq!(received.samples(), 3);
        prop_assert_eq!(wire::encode(&received), bytes);
        for sample in 0..3 {
            let ((_, sent), (nodes, values)) = (events.sample(sample), received.sample(sample));
            let largest = sent.iter().fold(0.0f32, |largest, value| largest.max(value.abs()));
            for (node, value) in nodes.iter().zip(values) {
                let place = events.sample(sample).0.binary_search(node).unwrap();
                prop_assert!((sent[place] - value).abs() <= (largest / 126.0).max(1e-36));
            }
        }
    }

    #[test]
    fn damaged_events_are_read_as_what_they_are_or_not_at_all(
        bytes in events().prop_flat_map(|events| damaged(wire::encode(&events))),
    ) {
        if let Ok(events) = wire::decode(&bytes, 300) {
            prop_assert_eq!(wire::encode(&events), bytes);
        }
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
    fn an_update_that_is_accepted_has_those_bytes(bytes in damaged(update_bytes(Compression::Rows))) {
        if let Ok(update) = Update::decode(&bytes, &spec()) {
            prop_assert_eq!(update.encode(), bytes);
        }
    }

    #[test]
    fn a_sparse_update_that_is_accepted_is_one(bytes in damaged(update_bytes(Compression::Sparse { kept_per_mille: 100 }))) {
        if let Ok(update) = Update::decode(&bytes, &spec()) {
            prop_assert_eq!(Update::decode(&update.encode(), &spec()), Ok(update));
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
