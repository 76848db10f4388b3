//! Dense networks of other programs become ours: they answer alike, and learn on.
#![allow(clippy::unwrap_used)]
#![cfg(not(target_arch = "wasm32"))]

mod plain;

use formats::{Calibration, ImportError, Imported, Mlp, StartError, import};
use neural::{Dataset, LearningState, Network, Plan, Values, evaluate, train};
use plain::{Plain, bytes, digits, file};
use proptest::prelude::*;
use safetensors::Dtype;

fn mlp(file: &[u8]) -> Mlp {
    match import(file) {
        Ok(Imported::Mlp(mlp)) => mlp,
        other => panic!("{other:?}"),
    }
}

fn tensor(name: &str, shape: &[usize]) -> (String, Vec<usize>, Vec<u8>) {
    let numbers: Vec<_> =
        (0..shape.iter().product()).map(|it: usize| (it % 7) as f32 - 2.5).collect();
    (name.to_owned(), shape.to_vec(), bytes(&numbers))
}

fn words(tensors: &[(&str, &[usize])]) -> String {
    let tensors: Vec<_> = tensors.iter().map(|(name, shape)| tensor(name, shape)).collect();
    import(&file(&tensors, Dtype::F32)).unwrap_err().to_string()
}

fn accuracy(network: &Network, dataset: &Dataset, rows: &[u32]) -> f32 {
    evaluate(network, dataset, rows).correct as f32 / rows.len() as f32
}

fn learn(network: &Network, dataset: &Dataset, rows: &[u32], epochs: u32) -> Network {
    let mut network = network.clone();
    let mut state = LearningState::new(network.spec());
    let steps = epochs * rows.len() as u32 / 32;
    let plan = Plan { steps, batch_rows: 32, learning_rate: 1e-3, decay: 0.9, ..Plan::default() };
    train(&mut network, &mut state, dataset, rows, &plan).unwrap();
    network
}

#[test]
fn an_import_answers_alike_and_learns_on() {
    let digits = digits();
    let split = digits.split(25).unwrap();
    for hidden in [&[64][..], &[64, 48], &[64, 48, 32]] {
        let sizes = [&[64], hidden, &[10]].concat();
        let mut plain = Plain::new(&sizes, 3);
        // Before it is at its best: there is something left to learn.
        (0..3).for_each(|_| plain.train(&digits, &split.train, 0.01));
        let start = mlp(&plain.safetensors()).start(&digits, &split.train).unwrap();
        let network = start.model.network();
        let same = |row: &&u32| {
            let row = digits.row(**row as usize);
            let ours = network.probabilities(&row).unwrap();
            let ours = (0..10).fold(0, |best, it| if ours[it] > ours[best] { it } else { best });
            ours == plain.answer(row)
        };
        let kept = split.held_out.iter().filter(same).count() as f32 / split.held_out.len() as f32;
        let was = plain.accuracy(&digits, &split.held_out);
        let imported = accuracy(network, &digits, &split.held_out);
        let learnt = accuracy(&learn(network, &digits, &split.train, 4), &digits, &split.held_out);
        let fresh = neural::Model::new(network.spec()).unwrap();
        let fresh = learn(fresh.network(), &digits, &split.train, 4);
        let scratch = accuracy(&fresh, &digits, &split.held_out);
        println!(
            "{hidden:?}: {kept:.3} kept; plain {was:.3}, imported {imported:.3}, learnt on {learnt:.3}, from scratch \
             {scratch:.3}; {}",
            start.calibration
        );
        assert!(kept >= 0.97, "{kept}");
        let Calibration::Rows { rows, kept } = start.calibration else { panic!() };
        assert!(rows > 500 && kept * 100 >= rows * 97, "{kept} of {rows}");
        // A third layer of few nodes waits for those below, which change what they say while they learn by themselves.
        let is_better = learnt > was && learnt > imported;
        assert!(is_better || hidden.len() > 2, "{learnt} after {was} and {imported}");
        assert!(learnt > scratch + 0.02, "{learnt} and from scratch {scratch}");
        let without = mlp(&plain.safetensors()).start_without_rows().unwrap();
        assert_eq!(without.calibration, Calibration::Assumed);
        let without = accuracy(without.model.network(), &digits, &split.held_out);
        println!("   without rows {without:.3}");
        assert!(without > was - 0.2, "{without}");
    }
}

#[test]
fn every_way_of_saving_gives_the_same_network() {
    let layers = |kind: &str, flip: bool| {
        let shape = |a: usize, b: usize| if flip { vec![b, a] } else { vec![a, b] };
        let matrix = |name: &str, a: usize, b: usize| {
            let numbers = (0..a * b).map(|place| {
                let (node, input) =
                    if flip { (place % a, place / a) } else { (place / b, place % b) };
                (node * b + input) as f32 * 0.25 - 1.0
            });
            (format!("{name}{kind}"), shape(a, b), numbers.collect::<Vec<f32>>())
        };
        [matrix("fc2.", 3, 4), matrix("fc10.", 2, 3)]
    };
    let encoded = |kind: &str, flip: bool, dtype: Dtype, encode: &dyn Fn(f32) -> Vec<u8>| {
        let tensors = layers(kind, flip).map(|(name, shape, numbers)| {
            (name, shape, numbers.into_iter().flat_map(encode).collect::<Vec<u8>>())
        });
        mlp(&file(&tensors, dtype))
    };
    let expected = encoded("weight", false, Dtype::F32, &|it| it.to_le_bytes().to_vec());
    assert_eq!((expected.inputs(), expected.classes()), (4, 2));
    assert_eq!(expected.hidden().collect::<Vec<_>>(), [3]);
    let others = [
        encoded("kernel", true, Dtype::F32, &|it| it.to_le_bytes().to_vec()),
        encoded("weight", false, Dtype::F64, &|it| f64::from(it).to_le_bytes().to_vec()),
        encoded("weight", false, Dtype::BF16, &|it| it.to_le_bytes()[2..].to_vec()),
    ];
    assert!(others.iter().all(|other| *other == expected));
}

#[test]
fn what_is_no_plain_network_is_named() {
    for (words, expected) in [
        (words(&[("a.weight", &[3, 4]), ("a.bias", &[3])]), "1 dense layers"),
        (words(&[("a.bias", &[3])]), "`a.weight` is missing"),
        (
            words(&[("a.weight", &[3, 4]), ("b.weight", &[2, 5])]),
            "`a` gives 3 values and `b` takes 5",
        ),
        (
            words(&[("a.weight", &[3, 4]), ("a.bias", &[4])]),
            "has the shape [4], where [3] is needed",
        ),
        (words(&[("a.weight", &[3, 4, 5, 5])]), "where a dense layer has a matrix"),
        (
            words(&[("a.running_mean", &[3])]),
            "`a.running_mean` has no place in a plain dense network",
        ),
        (
            words(&[("a.weight", &[3, 4]), ("a.kernel", &[4, 3])]),
            "has no place in a plain dense network",
        ),
        (words(&[("a.weight", &[3, 4]), ("b.weight", &[1, 3])]), "1 classes"),
        (words(&[("a.weight", &[9000, 1]), ("b.weight", &[2, 9000])]), "9000 nodes"),
        (words(&[("a.weight", &[0, 4]), ("b.weight", &[2, 0])]), "0 nodes"),
    ] {
        assert!(words.contains(expected), "{words}\n lacks: {expected}");
    }
    let whole = file(&[tensor("a.weight", &[3, 4])], Dtype::F32);
    let integers = String::from_utf8_lossy(&whole[8..]).find("F32").unwrap() + 8;
    let mut integers_file = whole.clone();
    integers_file[integers..integers + 3].copy_from_slice(b"I32");
    let error = import(&integers_file).unwrap_err().to_string();
    assert!(error.contains("numbers of type I32"), "{error}");
    let ten: Vec<_> = (0..10).map(|layer| tensor(&format!("{layer}.weight"), &[2, 2])).collect();
    assert_eq!(import(&file(&ten, Dtype::F32)), Err(ImportError::Layers { count: 10 }));
}

#[test]
fn rows_that_do_not_fit_are_named() {
    let mlp = mlp(&file(&[tensor("0.weight", &[3, 2]), tensor("1.weight", &[2, 3])], Dtype::F32));
    let rows = |values: Vec<f32>, inputs: u32| {
        let labels = vec![0; values.len() / inputs as usize];
        Dataset { inputs, classes: 2, values: Values::Floats(values), labels }
    };
    let pair = rows(vec![1.0, 2.0, 0.0, -1.0], 2);
    assert!(mlp.start(&pair, &[0, 1]).is_ok());
    assert!(mlp.start(&rows(vec![0.0, 0.0], 2), &[0]).is_ok(), "silence is no error");
    assert_eq!(mlp.start(&pair, &[0, 2]), Err(StartError::Row { row: Some(2), rows: 2 }));
    assert_eq!(mlp.start(&pair, &[]), Err(StartError::Row { row: None, rows: 2 }));
    let wide = mlp.start(&rows(vec![1.0; 3], 3), &[0]);
    assert_eq!(wide, Err(StartError::Inputs { given: 3, wanted: 2 }));
    let wild = mlp.start(&rows(vec![f32::NAN, 0.0], 2), &[0]);
    assert!(matches!(wild, Err(StartError::Dataset(_))));
}

proptest! {
    #[test]
    fn damaged_files_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut file = file(&[tensor("0.weight", &[3, 2]), tensor("1.weight", &[2, 3])], Dtype::F32);
        for (place, byte) in changes {
            let place = place.index(file.len());
            file[place] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        if let Ok(Imported::Mlp(mlp)) = import(&file) {
            let inputs = mlp.inputs();
            let values = Values::Floats(vec![0.5; inputs]);
            let row = Dataset { inputs: inputs as u32, classes: 2, values, labels: vec![1] };
            prop_assert!(matches!(mlp.start(&row, &[0]), Ok(_) | Err(StartError::Scale)));
            prop_assert!(matches!(mlp.start_without_rows(), Ok(_) | Err(StartError::Scale)));
        }
    }
}
