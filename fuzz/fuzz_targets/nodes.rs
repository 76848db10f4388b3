//! Nodes and events from other devices: what is read must be written the same again, and can be used.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neural::{
    Events, LearningState, Model, NodePacket, Plan,
    nodes::{Slice, Target, wire},
};
use protocol::cluster::{LayerSpec, NetworkSpec};
use units::Hash;

fuzz_target!(|bytes: &[u8]| {
    for width in [1, 26, 65_536] {
        if let Ok(events) = wire::decode(bytes, width) {
            assert_eq!(wire::encode(&events), bytes);
        }
    }
    if let Ok(errors) = wire::decode_errors(bytes) {
        assert_eq!(wire::encode_errors(&errors), bytes);
    }
    // No fuzzer guesses a hash: the second time, it is right.
    let sealed = [bytes, Hash::of(bytes).as_bytes()].concat();
    for bytes in [bytes, &sealed] {
        if let Ok(packet) = NodePacket::decode(bytes) {
            assert_eq!(packet.encode(), bytes);
            insert(&packet);
        }
        if let Ok(mut slice) = Slice::decode(bytes) {
            assert_eq!(slice.encode(), bytes);
            learn(&mut slice);
        }
    }
});

fn insert(packet: &NodePacket) {
    let layers = vec![LayerSpec::new(3, 4), LayerSpec::new(2, 4)];
    let spec = NetworkSpec { inputs: 4, steps: 1, layers, classes: 2, seed: 1 };
    let Ok(model) = Model::new(&spec) else { return };
    for layer in 0..2 {
        let mut network = model.network().clone();
        let mut state = LearningState::new(&spec);
        if let Ok(ids) = network.insert_nodes(&mut state, layer, packet) {
            assert!(ids.iter().all(|id| network.check_node(*id).is_ok()));
            assert!(network.parameters().iter().all(|parameter| parameter.is_finite()));
        }
    }
}

fn learn(slice: &mut Slice) {
    let mut below = Events::new(4);
    if below.push_sample(&[1, 3], &[1.0, -2.0]).is_ok() && slice.forward(1, &below).is_ok() {
        assert!(slice.teach(1, Target::Labels(&[1]), &Plan::default(), 0).is_ok());
    }
}
