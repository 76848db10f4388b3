//! The same bits natively and in WebAssembly under Node; `cargo xtask test bits` looks at other builds and at browsers.

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn trainings_end_at_known_bits() {
    let found = |training: &bits::Training| (training.name, training.hash());
    let expected = |training: &bits::Training| (training.name, training.expected.to_owned());
    let trainings = bits::TRAININGS;
    let found: Vec<_> = trainings.iter().map(found).collect();
    assert_eq!(found, trainings.iter().map(expected).collect::<Vec<_>>());
}
