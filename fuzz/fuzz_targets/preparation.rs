//! Preparations as bytes: what is read is written and read again, and prepares questions without a panic.
#![no_main]

use data::{Preparation, Question, Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(preparation) = Preparation::decode(bytes) else { return };
    let encoded = preparation.encode().expect("it was small");
    assert_eq!(Preparation::decode(&encoded).as_ref(), Ok(&preparation));
    for value in [Value::Missing, Value::Number(1e30), Value::Text("a".into())] {
        let question: Question =
            preparation.columns().map(|name| (name.to_owned(), value.clone())).collect();
        if let Ok(input) = preparation.input(&question) {
            assert_eq!(input.len(), preparation.inputs() as usize);
            assert!(input.iter().all(|value| value.is_finite()));
        }
    }
});
