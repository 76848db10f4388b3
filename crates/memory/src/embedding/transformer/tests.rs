//! A model of the right shape with made-up weights: what the real one finds is measured by `bench/memory/quality.mjs`.

use super::*;
use crate::embedding::{Vocabulary, characters::tests::simple};
use safetensors::{Dtype, serialize, tensor::TensorView};
use std::sync::LazyLock;

/// Every tensor that the model has, with its shape.
fn shapes() -> Vec<(String, Vec<usize>)> {
    let mut shapes = vec![
        ("embeddings.word_embeddings".to_owned(), vec![PIECES, WIDTH]),
        ("embeddings.position_embeddings".to_owned(), vec![512, WIDTH]),
        ("embeddings.token_type_embeddings".to_owned(), vec![2, WIDTH]),
    ];
    let mut pair = |name: String, shape: Vec<usize>| {
        shapes.push((format!("{name}.bias"), vec![shape[0]]));
        shapes.push((name, shape));
    };
    pair("embeddings.LayerNorm".to_owned(), vec![WIDTH]);
    for layer in 0..LAYERS {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        for part in ["self.query", "self.key", "self.value", "output.dense"] {
            pair(name(&format!("attention.{part}")), vec![WIDTH, WIDTH]);
        }
        pair(name("attention.output.LayerNorm"), vec![WIDTH]);
        pair(name("intermediate.dense"), vec![INNER, WIDTH]);
        pair(name("output.dense"), vec![WIDTH, INNER]);
        pair(name("output.LayerNorm"), vec![WIDTH]);
    }
    let suffix =
        |name: String| if name.ends_with(".bias") { name } else { format!("{name}.weight") };
    shapes.into_iter().map(|(name, shape)| (suffix(name), shape)).collect()
}

/// A multiple of 1/2048 between -1/16 and 1/16, as a half: from a hash of its place and of how many tensors stand before
/// it in the order of names. Factors of norms are around 1.
fn half(tensor: u32, place: u32, is_factor: bool) -> u16 {
    let hash = (place.wrapping_mul(2_654_435_761).wrapping_add(tensor.wrapping_mul(40_503))) >> 8;
    let mut value = (hash % 257) as f32 / 2048.0 - 1.0 / 16.0;
    if is_factor {
        value += 1.0;
    }
    let bits = value.abs().to_bits();
    if bits == 0 {
        return 0;
    }
    let exponent = (bits >> 23) - 112;
    (u16::from(value < 0.0) << 15) | ((exponent << 10) | (bits >> 13 & 0x3ff)) as u16
}

fn file(shapes: &[(String, Vec<usize>)]) -> Vec<u8> {
    let mut shapes = shapes.to_vec();
    shapes.sort();
    let bytes: Vec<Vec<u8>> = (0u32..)
        .zip(&shapes)
        .map(|(tensor, (name, shape))| {
            let count = shape.iter().product::<usize>() as u32;
            let is_factor = name.ends_with("LayerNorm.weight");
            (0..count).flat_map(|place| half(tensor, place, is_factor).to_le_bytes()).collect()
        })
        .collect();
    let views = shapes.iter().zip(&bytes).map(|((name, shape), bytes)| {
        (name, TensorView::new(Dtype::F16, shape.clone(), bytes).expect("the shape is the bytes'"))
    });
    serialize(views, None).expect("there are no faults")
}

fn tokenizer(pieces: usize) -> WordPiece {
    let mut text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n".to_owned();
    (4..pieces).for_each(|number| text.push_str(&format!("w{number}\n")));
    WordPiece::new(simple(), Vocabulary::new(text).expect("is well"))
}

/// For whoever needs a model that tells texts apart, whatever they mean.
pub(crate) fn model() -> &'static Transformer {
    static MODEL: LazyLock<Transformer> = LazyLock::new(|| {
        Transformer::read(&file(&shapes()), tokenizer(PIECES)).expect("has every tensor")
    });
    &MODEL
}

#[test]
fn a_text_has_the_vector_that_another_program_finds() {
    // By numpy 2.4.6 in f32, as BERT's authors define the encoder, with the weights above and the exact error function.
    let expected =
        [0.067_418_02, -0.044_578_46, -0.006_971_95, 0.046_733_93, -0.074_746_73, 0.055_023_41f32];
    let vector = model().embed("w100 w2000 w30000 w7 nothing");
    assert_eq!(
        model().sequence("w100 w2000 w30000 w7 nothing", 64),
        [2, 100, 2000, 30000, 7, 1, 3]
    );
    for (value, expected) in vector.iter().zip(expected) {
        assert!((value - expected).abs() < 1e-6, "{:?}", &vector[..6]);
    }
}

#[test]
fn texts_do_not_change_each_other() {
    let model = model();
    let sequences = ["w9 w8", "", "w1 w5 w100 w5"].map(|text| model.sequence(text, POSITIONS_MAX));
    let together = model.encode(&sequences, &mut Scratch::default());
    for (sequence, vector) in sequences.iter().zip(together) {
        let alone = model.encode(std::slice::from_ref(sequence), &mut Scratch::default());
        assert_eq!(alone, [vector]);
    }
}

#[test]
fn vectors_have_length_one_and_tell_the_order_of_words() {
    let (one, other) = (model().embed("w10 w20 w30"), model().embed("w30 w20 w10"));
    assert_ne!(one, other);
    for vector in [one, other, model().embed("")] {
        let length: f32 = vector.iter().map(|value| value * value).sum();
        assert!((length - 1.0).abs() < 1e-5, "{length}");
    }
}

#[test]
fn what_is_behind_the_last_position_changes_nothing() {
    let long = "w5 ".repeat(POSITIONS_MAX - 2);
    assert_eq!(model().embed(&long), model().embed(&format!("{long} w6 w7")));
    assert_eq!(model().sequence(&long, 0).len(), 2);
}

#[test]
fn a_text_that_is_read_layer_by_layer_has_the_same_vector() {
    let (model, text) = (model(), "w9 w8 w7");
    let mut reading = model.begin(text, POSITIONS_MAX);
    for _ in 1..LAYERS {
        assert_eq!(reading.advance(model), None);
    }
    let vector = reading.advance(model).expect("there are no more layers");
    let sequences = [model.sequence(text, POSITIONS_MAX)];
    let mean = &model.encode(&sequences, &mut Scratch::default())[0];
    let length = mean.iter().map(|value| value * value).sum::<f32>().sqrt();
    for (value, mean) in vector.iter().zip(mean) {
        assert!((value - mean / length).abs() < 1e-6, "{value}, {mean} of {length}");
    }
    assert_eq!(model.embed_beginning("w9 w8 w7 w6", 5), vector);
}

#[test]
fn a_byte_for_each_weight_keeps_the_direction_of_vectors() {
    let compact = Transformer::compact(&file(&shapes()), tokenizer(PIECES)).expect("is whole");
    let (half, hash) = Transformer::decode(&compact, tokenizer(PIECES)).expect("was just written");
    assert_eq!(hash, Hash::of(&compact[38..]));
    assert!(2 * compact.len() < 47_000_000, "{} bytes", compact.len());
    for text in ["w100 w2000 w30000 w7 nothing", "w10 w20 w30", ""] {
        let pairs = half.embed(text).into_iter().zip(model().embed(text));
        let cosine: f32 = pairs.map(|(a, b)| a * b).sum();
        assert!(cosine > 0.999, "{text}: {cosine}");
    }
    let refused = |file: &[u8]| Transformer::decode(file, tokenizer(PIECES)).err();
    for place in [0, 4, 20, 60, compact.len() / 2, compact.len() - 1] {
        let mut damaged = compact.clone();
        damaged[place] ^= 1;
        assert!(refused(&damaged).is_some(), "byte {place}");
    }
    assert_eq!(refused(&compact[..compact.len() - 1]), Some(EmbeddingError::Damaged));
    // A body that is whole, and is not all that the model asks for.
    let short = &compact[38..compact.len() - 4];
    let short = [&compact[..6], Hash::of(short).as_bytes(), short].concat();
    assert_eq!(refused(&short), Some(EmbeddingError::TooShort));
}

#[test]
fn a_model_that_lacks_something_is_refused_by_its_name() {
    let mut shapes = shapes();
    shapes.retain(|(name, _)| !name.contains("word_embeddings"));
    let place = shapes.iter().position(|(name, _)| name == "encoder.layer.3.output.dense.bias");
    shapes[place.expect("is there")].1 = vec![WIDTH - 1];
    let error = Transformer::read(&file(&shapes), tokenizer(PIECES)).expect_err("lacks pieces");
    assert_eq!(error, EmbeddingError::Tensor("embeddings.word_embeddings.weight".to_owned()));
    let error = Transformer::read(b"", tokenizer(30)).expect_err("knows too few pieces");
    assert!(matches!(error, EmbeddingError::OutOfBounds { count: 30, .. }));
}
