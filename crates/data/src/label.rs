//! Which column is to be told, and what its classes are.

use crate::{
    Sheet, TableError,
    cell::{category, is_missing, number},
    columns::Column,
    summary::ClassSummary,
    table::{Wish, Wishes},
};
use protocol::limits::NETWORK_CLASSES_MAX;
use std::collections::BTreeMap;

/// Names of label columns, in lower case; the earlier, the surer.
const NAMES: [&str; 10] = [
    "label",
    "labels",
    "class",
    "classes",
    "target",
    "species",
    "category",
    "diagnosis",
    "outcome",
    "y",
];

/// Different values of a column that is taken for the label without being called so.
const GUESSED_CLASSES_MAX: u32 = 20;

/// Different numbers that can be classes: digits, letters of an alphabet, grades. More are quantities.
const NUMBERS_MAX: u32 = 64;

/// Different numbers with fractions that can be classes: half grades, sizes of shoes. More are measurements, unless somebody
/// says that they are categories.
const FRACTIONS_MAX: u32 = 21;

/// Classes that may be as rare as they like; of more, each needs two rows on average.
const CLASSES_OF_ONE_ROW_MAX: u32 = 10;

/// Whether a word is a usual name of a label, and hardly anything else.
pub(crate) fn is_usual(name: &str) -> bool {
    name.len() > 1 && NAMES.iter().any(|other| other.eq_ignore_ascii_case(name))
}

/// The column that is to be told: the one that `wishes` name, else one with a usual name, else the last one with
/// few different values.
pub(crate) fn find(
    sheet: &Sheet,
    columns: &[Column],
    wishes: &Wishes,
) -> Result<usize, TableError> {
    let check = |column| check(sheet, columns, column, wishes);
    if let Some(name) = &wishes.label {
        let column = sheet.position(name).ok_or_else(|| TableError::unknown(sheet, name))?;
        return check(column).map(|()| column);
    }
    let named =
        |name: &&str| sheet.names().iter().position(|other| other.eq_ignore_ascii_case(name));
    for column in NAMES.iter().filter_map(named) {
        match check(column) {
            Ok(()) => return Ok(column),
            // A y among coordinates is no label.
            Err(_) if !is_usual(&sheet.names()[column]) => {}
            Err(error) => return Err(error),
        }
    }
    let few = |column: &Column| {
        (2..=GUESSED_CLASSES_MAX).contains(&column.distinct) && column.distinct * 2 <= column.filled
    };
    let last = columns.iter().rposition(few);
    last.ok_or(TableError::NoLabel { columns: columns.len() })
}

/// Whether a column's values can be classes.
fn check(
    sheet: &Sheet,
    columns: &[Column],
    column: usize,
    wishes: &Wishes,
) -> Result<(), TableError> {
    let Column { distinct, filled, fractions, .. } = columns[column];
    let name = || sheet.names()[column].clone();
    let rare = distinct > CLASSES_OF_ONE_ROW_MAX && distinct * 2 > filled;
    if distinct < 2 {
        let first = (0..sheet.rows()).map(|row| sheet.cell(row, column)).find(|it| !is_missing(it));
        let only = first.unwrap_or("nothing").chars().take(64).collect();
        return Err(TableError::OneClass { column: name(), only });
    }
    let numbers_max = match wishes.columns.get(&sheet.names()[column]) {
        Some(Wish::Category) => NETWORK_CLASSES_MAX as u32,
        _ if fractions => FRACTIONS_MAX,
        _ => NUMBERS_MAX,
    };
    if columns[column].all_numbers() && (rare || distinct > numbers_max) {
        return Err(TableError::Quantity { column: name(), distinct });
    }
    if rare || distinct > NETWORK_CLASSES_MAX as u32 {
        return Err(TableError::Names { column: name(), distinct, rows: filled });
    }
    Ok(())
}

/// The classes of a column in order, and for each row of the sheet its class, if it has one.
pub(crate) fn classes(sheet: &Sheet, column: usize) -> (Vec<ClassSummary>, Vec<Option<u16>>) {
    let comma = sheet.decimal_comma();
    let names = || {
        (0..sheet.rows()).map(|row| {
            let cell = sheet.cell(row, column);
            (!is_missing(cell)).then(|| category(cell, comma))
        })
    };
    let mut counts = BTreeMap::new();
    names().flatten().for_each(|name| *counts.entry(name).or_insert(0) += 1);
    let mut classes: Vec<_> = counts.iter().map(|(name, rows)| (name.clone(), *rows)).collect();
    if classes.iter().all(|(name, _)| number(name, false).is_some()) {
        let value = |name: &str| number(name, false).unwrap_or_default();
        classes.sort_by(|one, other| value(&one.0).total_cmp(&value(&other.0)));
    }
    let places: BTreeMap<_, _> =
        (0u16..).zip(&classes).map(|(place, (name, _))| (name.clone(), place)).collect();
    let labels = names().map(|name| Some(*places.get(&name?)?)).collect();
    let summary =
        |(name, rows): (std::borrow::Cow<'_, str>, u32)| ClassSummary { name: name.into(), rows };
    (classes.into_iter().map(summary).collect(), labels)
}
