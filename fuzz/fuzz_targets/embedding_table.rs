//! Tables of models of texts: whatever is read makes any text a vector of length 1, or of zeros.
#![no_main]

use libfuzzer_sys::fuzz_target;
use memory::embedding::{StaticTable, TableFile};

fuzz_target!(|bytes: &[u8]| {
    let _ = StaticTable::decode(bytes);
    let (text, body) = bytes.split_at(bytes.len().min(16));
    let Ok(file) = TableFile::decode_behind_hash(body) else { return };
    let bytes = file.encode().expect("what was read can be written");
    let table = StaticTable::decode(&bytes).expect("what was written can be read");
    let vector = table.embed(&String::from_utf8_lossy(text));
    let length: f32 = vector.iter().map(|value| value * value).sum();
    assert!(length == 0.0 || (length - 1.0).abs() < 1e-4, "{length}");
});
