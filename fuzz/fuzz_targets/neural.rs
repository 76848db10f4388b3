//! Models, updates and data sets as files: what is read must be written the same again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use neural::{Dataset, Model, Update};
use protocol::cluster::{LayerSpec, NetworkSpec};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(model) = Model::decode(bytes) {
        assert_eq!(model.encode(), bytes);
    }
    let layers = vec![LayerSpec::new(3, 4), LayerSpec::new(2, 4)];
    let spec = NetworkSpec { inputs: 4, steps: 1, layers, classes: 2, seed: 1 };
    if let Ok(update) = Update::decode(bytes, &spec) {
        assert_eq!(update.encode(), bytes);
    }
    if let Ok(dataset) = Dataset::decode_file(bytes) {
        assert_eq!(dataset.encode_file().as_deref(), Ok(bytes));
    }
});
