use super::*;
use crate::{Reading, Sheet, Table, Wish, Wishes};
use neural::Values;
use proptest::prelude::*;

const FILE: &str =
    "size,colour,fresh,kind\n1,red,yes,a\n3,blue,no,b\n,red,,a\n2,,yes,b\n5,green,no,a\n";

fn sheet(file: &str) -> Sheet {
    Sheet::read(file.as_bytes(), &Reading::default()).unwrap()
}

fn table(file: &str) -> Table {
    Table::new(sheet(file), &Wishes::default()).unwrap()
}

fn preparation() -> Preparation {
    Preparation::learn(&table(FILE), &[0, 1, 2, 3]).unwrap()
}

#[test]
fn numbers_are_scaled_and_categories_become_inputs_by_the_training_rows_alone() {
    let preparation = preparation();
    // The mean of 1, 3 and 2 is 2; the row with 5 and green was not there.
    let deviation = (2.0f64 / 3.0).sqrt();
    let z = |number: f64| ((number - 2.0) / deviation) as f32;
    let values = preparation.rows(table(FILE).sheet()).unwrap();
    let yes = |is: f64| ((is - 2.0 / 3.0) / (2.0f64 / 9.0).sqrt()) as f32;
    let expected = [
        [z(1.0), 0.0, 1.0, 0.0, yes(1.0), 1.0],
        [z(3.0), 1.0, 0.0, 0.0, yes(0.0), 1.0],
        [0.0, 0.0, 1.0, 0.0, 0.0, 1.0],
        [z(2.0), 0.0, 0.0, 1.0, yes(1.0), 1.0],
        [z(5.0), 0.0, 0.0, 0.0, yes(0.0), 1.0],
    ];
    assert_eq!(preparation.inputs(), 6);
    for (value, expected) in values.iter().zip(expected.as_flattened()) {
        assert!((value - expected).abs() < 1e-6, "{values:?}");
    }
}

#[test]
fn a_person_is_asked_for_every_column_but_the_label() {
    let preparation = preparation();
    let fields: Vec<_> = preparation.fields().map(|field| (field.name, field.kind)).collect();
    let [("size", number), ("colour", category), ("fresh", FieldKind::YesOrNo)] = fields[..] else {
        panic!("{fields:?}");
    };
    assert_eq!(number, FieldKind::Number { mean: 2.0 });
    assert_eq!(category, FieldKind::Category { values: &["blue".to_owned(), "red".to_owned()] });
}

#[test]
fn columns_are_found_by_name_in_any_order() {
    let later =
        sheet("kind;extra;fresh;colour;size\nb;9;yes;red;1,5\n;9;no;pink;2\na;9;no;blue;\n");
    let dataset = preparation().dataset(&later).unwrap();
    assert_eq!(dataset.labels, [1, 0]);
    let question = [
        ("size", Value::Number(1.5)),
        ("colour", Value::Text("red".into())),
        ("fresh", Value::YesOrNo(true)),
    ];
    let question = question.map(|(name, value)| (name.to_owned(), value)).into();
    let input = preparation().input(&question).unwrap();
    assert_eq!(dataset.row(0), input);
    let typed = question.clone().into_iter().chain([("size".into(), Value::Text("1,5".into()))]);
    assert_eq!(preparation().input(&typed.collect()), Ok(input));
}

#[test]
fn what_does_not_fit_is_named() {
    let problem = |file: &str| preparation().dataset(&sheet(file)).unwrap_err().to_string();
    let missing = problem("size,fresh,kind\n1,yes,a\n");
    assert_eq!(missing, "the column \"colour\" is missing: the network needs it to tell \"kind\"");
    assert!(problem("size,colour,fresh\n1,red,yes\n").contains("column \"kind\" is missing"));
    let unknown = problem("size,colour,fresh,kind\n1,red,yes,a\n1,red,yes,z\n");
    assert!(unknown.starts_with("row 2 has \"z\" in \"kind\", which is none of the 2 classes"));
    let cell = problem("size,colour,fresh,kind\nbig,red,yes,a\n1,red,yes,b\n");
    assert_eq!(cell, "row 1 has \"big\" in \"size\", where a number is needed");
    assert!(
        problem("size,colour,fresh,kind\n1,red,maybe,a\n").contains("where yes or no is needed")
    );
    assert_eq!(problem("size,colour,fresh,kind\n1,red,yes,\n"), "no rows: at least one is needed");

    let mut question = Question::new();
    let ask = |question: &Question| preparation().input(question).unwrap_err().to_string();
    assert!(ask(&question).contains("\"size\" is missing"));
    for number in [f64::NAN, f64::INFINITY] {
        question.insert("size".into(), Value::Number(number));
        assert!(ask(&question).contains("where a number is needed"));
    }
    assert_eq!(Preparation::learn(&table(FILE), &[]), Err(PreparationError::NoRows));
    let row = Preparation::learn(&table(FILE), &[5]).unwrap_err();
    assert_eq!(row, PreparationError::Row { row: 5, rows: 5 });
}

#[test]
fn no_number_is_too_wild() {
    for column in [
        ["1e308", "-1e308", "1e308"],
        ["1e30", "1", "2"],
        ["1e-310", "3e-310", "2e-310"],
        ["5e-324", "0", "0"],
        ["1.7976931348623157e308", "1.7976931348623157e308", "1.7976931348623155e308"],
        ["1", "2", "2"],
    ] {
        let [a, b, c] = column;
        let table = table(&format!("v,class\n{a},x\n{b},y\n{c},x\n"));
        for train in [&[0][..], &[0, 1, 2], &[1, 2]] {
            let preparation = Preparation::learn(&table, train).unwrap();
            let dataset = preparation.dataset(table.sheet()).unwrap();
            let Values::Floats(values) = dataset.values else { panic!("tables are floats") };
            assert!(values.iter().all(|value| value.abs() <= DEVIATIONS_MAX as f32), "{values:?}");
        }
    }
}

#[test]
fn rare_values_share_an_input() {
    let rows: String =
        (0..100).map(|row| format!("w{},{}\n", row % 40 % (row + 1), row % 2)).collect();
    let table = table(&format!("word,kind\n{rows}"));
    let train: Vec<u32> = (0..100).collect();
    let preparation = Preparation::learn(&table, &train).unwrap();
    assert_eq!(preparation.inputs() as usize, CATEGORY_VALUES_MAX + 1 + 1);
    let new = sheet("word,kind\nnever seen,1\nw1,0\n");
    let dataset = preparation.dataset(&new).unwrap();
    assert_eq!(dataset.row(0)[CATEGORY_VALUES_MAX], 1.0);
    assert_eq!(dataset.row(1)[CATEGORY_VALUES_MAX], 0.0);
}

#[test]
fn what_is_told_to_be_numbers_may_have_strange_cells() {
    let columns = [("size".to_owned(), Wish::Number)].into();
    let file = "size,class\n1,a\nsome,b\n3,a\n";
    let table = Table::new(sheet(file), &Wishes { columns, ..Wishes::default() }).unwrap();
    let preparation = Preparation::learn(&table, &[0, 1, 2]).unwrap();
    assert_eq!(preparation.rows(table.sheet()).unwrap(), [-1.0, 1.0, 0.0, 1.0, 1.0, 1.0]);
}

#[test]
fn a_preparation_reads_back_and_a_damaged_one_is_refused() {
    let bytes = preparation().encode().unwrap();
    assert_eq!(Preparation::decode(&bytes), Ok(preparation()));
    for end in 0..bytes.len() {
        assert!(Preparation::decode(&bytes[..end]).is_err());
    }
    let longer = [&bytes[..], &[0]].concat();
    assert_eq!(Preparation::decode(&longer), Err(PreparationError::Damaged));
    let large = vec![0; ENCODED_BYTES_MAX + 1];
    assert!(matches!(Preparation::decode(&large), Err(PreparationError::Size { .. })));

    let refused = |preparation: &Preparation| {
        Preparation::decode(&preparation.encode().unwrap()).unwrap_err().to_string()
    };
    let scale = Scale { mean: f64::NAN, deviation: 1.0 };
    let mut wild = preparation();
    wild.columns[0].kind = Kind::YesOrNo { scale };
    assert!(refused(&wild).contains("\"size\" has a mean or a deviation"));
    let mut one = preparation();
    one.classes.pop();
    assert!(refused(&one).contains("1 classes: there must be 2 to 1024"));
    let mut twice = preparation();
    twice.columns[1].name = "size".into();
    assert!(refused(&twice).contains("4 columns: there must be 2 to 4096, each once"));
}

#[test]
fn a_wide_table_of_long_names_says_that_it_is_too_much() {
    let names: Vec<String> = (0..4_000).map(|column| format!("n{column:060}")).collect();
    let row = |value: u8, kind| format!("{}{kind}\n", format!("{value},").repeat(4_000));
    let file = format!("{},class\n{}{}", names.join(","), row(1, "a"), row(2, "b"));
    let problem = Preparation::learn(&table(&file), &[0, 1]).unwrap_err().to_string();
    assert!(problem.contains("at most 262144 are possible; leave out columns"), "{problem}");
}

proptest! {
    #[test]
    fn any_bytes_are_a_preparation_or_an_error(bytes in any::<Vec<u8>>()) {
        let _ = Preparation::decode(&bytes);
    }

    #[test]
    fn changed_bytes_are_checked(place in 0..1000usize, byte: u8) {
        let mut bytes = preparation().encode().unwrap();
        let place = place % bytes.len();
        bytes[place] = byte;
        if let Ok(changed) = Preparation::decode(&bytes) {
            prop_assert!(changed.rows(&sheet(FILE)).is_err() || changed.inputs() > 0);
            prop_assert_eq!(Preparation::decode(&changed.encode().unwrap()), Ok(changed));
        }
    }

    #[test]
    fn whatever_is_a_table_prepares_its_own_rows(
        file in "k,(a|b),c\n(([0-9]{1,3}|yes|no|-|1e30[0-8]?|é),(u|v|\\?),(x|y|)\n){1,20}",
        held_out_percent in 0..=90u8,
    ) {
        let Ok(table) = Table::new(sheet(&file), &Wishes::default()) else { return Ok(()) };
        let split = table.split(&neural::Shares { held_out_percent, ..Default::default() }).unwrap();
        let Ok(preparation) = Preparation::learn(&table, &split.train) else { return Ok(()) };
        let dataset = preparation.dataset(table.sheet()).unwrap();
        prop_assert_eq!(dataset.rows(), table.summary().rows as usize);
        let decoded = Preparation::decode(&preparation.encode().unwrap()).unwrap();
        prop_assert_eq!(decoded.dataset(table.sheet()), Ok(dataset));
    }
}
