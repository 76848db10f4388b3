//! Saved trainings, and sums of groups in them: what is read is written and read again, and checking it breaks nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neural::Model;
use protocol::cluster::{LayerSpec, NetworkSpec};
use transcript::{Transcript, sums};

fuzz_target!(|bytes: &[u8]| {
    // Magic and version: no fuzzer needs to guess those.
    let version = protocol::VERSION.to_le_bytes();
    for bytes in [bytes, &[&b"PCNT"[..], &version, bytes].concat()] {
        if let Ok(transcript) = Transcript::decode(bytes) {
            let _ = transcript.verify(|_| {});
            assert_eq!(Transcript::decode(&transcript.encode()), Ok(transcript));
        }
    }
    let layers = vec![LayerSpec::new(3, 4)];
    let spec = NetworkSpec { inputs: 4, steps: 1, layers, classes: 2, seed: 1 };
    let Ok(mut model) = Model::new(&spec) else { return };
    let sum = [b"PCPV\x01\x00\x04", bytes].concat();
    sums::aggregate(&mut model, 0.1, &[(3, bytes), (u32::MAX, &sum)]);
    assert!(model.network().parameters().iter().all(|parameter| parameter.is_finite()));
});
