//! Our own models as safetensors: bit for bit there and back, and nothing else gets in.
#![allow(clippy::unwrap_used)]

use formats::{
    ExportError, Format, ImportError, Imported, Own, TensorProblem, export, export_with_learning,
    import,
};
use neural::{Dataset, LearningState, Model, Plan, Values, train};
use proptest::prelude::*;
use protocol::cluster::{LayerSpec, NetworkSpec};
use safetensors::SafeTensors;

fn spec() -> NetworkSpec {
    let layers = vec![LayerSpec::new(6, 4), LayerSpec::new(5, 2)];
    NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: u64::MAX }
}

/// A model that has learnt a little, with momentum, and the learning state.
fn trained() -> (Model, LearningState) {
    let mut network = Model::new(&spec()).unwrap().network().clone();
    let mut state = LearningState::new(&spec());
    let values = Values::Floats(vec![1.0, -0.2, 0.0, -0.3, 1.0, 0.5]);
    let dataset = Dataset { inputs: 3, classes: 2, values, labels: vec![0, 1] };
    let plan = Plan { steps: 9, batch_rows: 2, learning_rate: 0.01, ..Plan::default() };
    train(&mut network, &mut state, &dataset, &[0, 1], &plan).unwrap();
    let mut bytes = Model::new(&spec()).unwrap().encode();
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&0.125f32.to_le_bytes());
    let momentum = Model::decode(&bytes).unwrap().momentum().to_vec();
    (Model::from_numbers(&spec(), network.parameters().to_vec(), momentum).unwrap(), state)
}

fn own(bytes: &[u8]) -> Own {
    match import(bytes) {
        Ok(Imported::Own(own)) => own,
        other => panic!("{other:?}"),
    }
}

/// The file with other words in its header, which is then as long as before.
fn with_header(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let header = std::str::from_utf8(&file[8..8 + length]).unwrap();
    assert!(header.contains(from), "{header}");
    let header = header.replacen(from, to, 1);
    let length = (header.len() as u64).to_le_bytes();
    [&length[..], header.as_bytes(), &file[8 + file.len() - 8 - data_bytes(file)..]].concat()
}

fn data_bytes(file: &[u8]) -> usize {
    file.len() - 8 - u64::from_le_bytes(file[..8].try_into().unwrap()) as usize
}

#[test]
fn a_model_comes_back_bit_for_bit() {
    let (model, state) = trained();
    let preparation = r#"{"mean": [0.5, 1e-3], "words": "a \"b\" \u0007 ä"}"#;
    let file = export_with_learning(&model, &state, Some(preparation)).unwrap();
    let back = own(&file);
    assert_eq!(back.model.encode(), model.encode());
    assert_eq!(back.learning, Some(state));
    assert_eq!(back.preparation.as_deref(), Some(preparation));
    let alone = own(&export(&model, Format::Safetensors, None).unwrap());
    assert_eq!(alone, Own { model, learning: None, preparation: None });
}

#[test]
fn a_temporal_model_comes_back_bit_for_bit() {
    let layers = vec![LayerSpec::new(5, 4).with_traces(3), LayerSpec::new(4, 4)];
    let model = Model::new(&NetworkSpec { inputs: 12, steps: 4, layers, ..spec() }).unwrap();
    let file = export(&model, Format::Safetensors, None).unwrap();
    assert_eq!(own(&file).model, model);
}

#[test]
fn a_graph_says_what_it_is() {
    let (model, _) = trained();
    let graph = export(&model, Format::Onnx, Some("{}")).unwrap();
    assert_eq!(export(&model, Format::Onnx, Some("{}")).as_ref(), Ok(&graph));
    for text in ["probabilities", "label", "GreaterOrEqual", &model.hash().to_string()] {
        assert!(graph.windows(text.len()).any(|window| window == text.as_bytes()), "{text}");
    }
    assert!(matches!(import(&graph), Err(ImportError::Unknown { .. })));
}

#[test]
fn traces_that_are_too_large_for_a_graph_are_refused() {
    let layers = vec![LayerSpec::new(8, 4).with_traces(2), LayerSpec::new(8, 4).with_traces(2)];
    let model = Model::new(&NetworkSpec { inputs: 4_096, steps: 4_096, layers, ..spec() }).unwrap();
    let error = export(&model, Format::Onnx, None).unwrap_err();
    assert!(matches!(error, ExportError::Temporal { numbers: 67_125_248, .. }), "{error}");
}

#[test]
fn a_model_is_one_file() {
    let (model, state) = trained();
    let file = || export_with_learning(&model, &state, Some("{}")).unwrap();
    assert_eq!(file(), file());
}

#[test]
fn the_reference_implementation_reads_our_files() {
    let (model, state) = trained();
    let file = export_with_learning(&model, &state, Some("[]")).unwrap();
    let (_, metadata) = SafeTensors::read_metadata(&file).unwrap();
    let texts = metadata.metadata().clone().unwrap();
    assert_eq!(texts["format"], "peerceptron");
    assert_eq!(texts["model"], model.hash().to_string());
    assert!(texts["description"].starts_with("3 values -> 6 nodes (timer 4) -> 5 nodes (timer 2)"));
    let tensors = SafeTensors::deserialize(&file).unwrap();
    let readout = tensors.tensor("layers.1.readout").unwrap();
    assert_eq!(readout.shape(), [2, 5]);
    let expected: Vec<u8> = model
        .network()
        .layers()
        .nth(1)
        .unwrap()
        .readout
        .iter()
        .flat_map(|it| it.to_le_bytes())
        .collect();
    assert_eq!(readout.data(), expected);
    assert!(tensors.tensor("momentum.layers.0.thresholds").is_err());
}

#[test]
fn a_changed_number_is_found_by_its_hash() {
    let (model, state) = trained();
    let mut file = export(&model, Format::Safetensors, None).unwrap();
    let last = file.len() - 4;
    file[last] ^= 1;
    assert!(matches!(import(&file), Err(ImportError::Hash { what: "model", .. })));
    let mut file = export_with_learning(&model, &state, None).unwrap();
    let last = file.len() - 4;
    file[last] ^= 1;
    assert!(matches!(import(&file), Err(ImportError::Hash { what: "learning state", .. })));
}

#[test]
fn what_is_wrong_is_named() {
    let (model, _) = trained();
    let file = export(&model, Format::Safetensors, None).unwrap();
    let words = |bytes: &[u8]| import(bytes).unwrap_err().to_string();
    let changed = |from: &str, to: &str| words(&with_header(&file, from, to));
    for (words, expected) in [
        (words(b""), "0 bytes that do not begin like a safetensors file"),
        (words(b"PK\x03\x04 a zip file of PyTorch"), "do not begin like a safetensors file"),
        (
            words(&[&u64::MAX.to_le_bytes()[..], b"{}"].concat()),
            "18446744073709551615 bytes, where at most",
        ),
        (words(&file[..40]), "in a file of 40: the file is cut short"),
        (words(&file[..file.len() - 1]), "the file is cut short"),
        (words(&[&file[..], b"1234"].concat()), "4 bytes that belong to no tensor"),
        (changed("layers.0.bias", "layers.0.bios"), "`layers.0.bias` is missing"),
        (changed("\"F32\"", "\"I64\""), "numbers of type I64"),
        (changed("\"F32\"", "\"F64\""), "does not take"),
        (changed("[3,6]", "[6,3]"), "has the shape [6, 3], where [3, 6] is needed"),
        (changed("[3,6]", "[4294967296,4294967296,18]"), "does not take"),
        (changed("[0,72]", "[0,76]"), "begins at byte 72, where byte 76 is next"),
        (changed("[0,72]", "[72,0]"), "lies at bytes 72 to 0"),
        (changed("[3,6]", "[1,1,1,1,1,1,1,3,6]"), "at most 8 sizes"),
        (changed("layers.0.thresholds", "layers.0.bias"), "`layers.0.bias` given twice"),
        (changed("\"version\":\"1\"", "\"version\":\"9\""), "`version` is 9, where 1 is read here"),
        (changed("\"version\"", "\"vision\""), "`version` is missing"),
        (changed("\\\"classes\\\":2", "\\\"classes\\\":0"), "0 classes"),
        (changed("\\\"inputs\\\":3", "\\\"inputs\\\":4"), "where [4, 6] is needed"),
        (changed("\\\"nodes\\\":6", "\\\"nodes\\\":-6"), "`spec` is wrong"),
        (changed("\"model\":\"", "\"model\":\"0"), "where the file says 0"),
    ] {
        assert!(words.contains(expected), "{words}\n lacks: {expected}");
    }
}

#[test]
fn numbers_that_no_training_leads_to_are_refused() {
    let (model, _) = trained();
    let file = export(&model, Format::Safetensors, None).unwrap();
    let start = file.len() - data_bytes(&file);
    for (value, words) in [(f32::NAN, "NaN"), (f32::NEG_INFINITY, "-inf"), (2e6, "2000000")] {
        let mut file = file.clone();
        file[start + 8..start + 12].copy_from_slice(&value.to_le_bytes());
        let error = import(&file).unwrap_err();
        assert!(matches!(
            &error,
            ImportError::Tensor { problem: TensorProblem::Number { place: 2, .. }, .. }
        ));
        assert!(
            error.to_string().contains(&format!("`layers.0.weights` holds {words} at place 2")),
            "{error}"
        );
    }
}

#[test]
fn a_description_alone_takes_no_memory() {
    let spec = NetworkSpec { inputs: 65_536, layers: vec![LayerSpec::new(60, 4)], ..spec() };
    let small = export(&trained().0, Format::Safetensors, None).unwrap();
    let old = serde_json::json!(self::spec()).to_string().replace('"', "\\\"");
    let new = serde_json::json!(spec).to_string().replace('"', "\\\"");
    let error = import(&with_header(&small, &old, &new)).unwrap_err();
    assert!(error.to_string().contains("where [65536, 60] is needed"), "{error}");
}

#[test]
fn more_names_than_a_file_may_have_are_refused() {
    let texts: Vec<_> = (0..5000).map(|number| format!("\"{number}\":\"\"")).collect();
    let header = format!("{{\"__metadata__\":{{{}}}}}", texts.join(","));
    let file = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    assert!(import(&file).unwrap_err().to_string().contains("more than 4096 names"));
}

#[test]
fn what_cannot_be_written_is_refused() {
    let (model, _) = trained();
    let error =
        |preparation: &str| export(&model, Format::Safetensors, Some(preparation)).unwrap_err();
    assert!(matches!(error("{"), ExportError::Preparation(_)));
    let long = format!("\"{}\"", "a".repeat(formats::PREPARATION_BYTES_MAX));
    assert!(matches!(error(&long), ExportError::PreparationTooLong { .. }));
    let other = LearningState::new(&NetworkSpec { inputs: 7, ..spec() });
    let other = export_with_learning(&model, &other, None);
    assert!(matches!(other, Err(ExportError::Learning { .. })));
}

#[test]
fn the_longest_preparation_fits() {
    let (model, _) = trained();
    let preparation = format!("[{}1]", "\"\",".repeat((formats::PREPARATION_BYTES_MAX - 3) / 3));
    let file = export(&model, Format::Safetensors, Some(&preparation)).unwrap();
    assert_eq!(own(&file).preparation, Some(preparation));
}

proptest! {
    #[test]
    fn damaged_files_are_refused_or_are_the_model(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (model, state) = trained();
        let mut file = export_with_learning(&model, &state, Some("{}")).unwrap();
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        if let Ok(Imported::Own(own)) = import(&file) {
            prop_assert_eq!(own.model, model);
        }
    }

    #[test]
    fn arbitrary_headers_never_panic(header in "\\{(\"[a-z_.]{0,12}\":[\\{\\}\\[\\]0-9\",:a-zA-Z_]{0,40},?){0,4}\\}", data in prop::collection::vec(any::<u8>(), 0..64)) {
        let file = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat();
        let _ = import(&file);
    }
}
