//! From training rows to a preparation.

use super::{CATEGORY_VALUES_MAX, Column, Kind, Preparation, PreparationError, Scale};
use crate::{
    ColumnKind, Sheet, Table,
    cell::{category, is_missing, yes_or_no},
};
use protocol::limits::NETWORK_INPUTS_MAX;
use std::collections::BTreeMap;

impl Preparation {
    /// Learns from the rows of `table` that `train` names, numbers of rows with a label as in [`Table::split`]. Other rows
    /// have no part in it, so that they remain rows that nothing has seen.
    ///
    /// # Errors
    /// [`PreparationError`] says what is too much, with a way out.
    pub fn learn(table: &Table, train: &[u32]) -> Result<Self, PreparationError> {
        let rows = table.labelled().len();
        let row = |row: &u32| {
            let place = table.labelled().get(*row as usize);
            place.map(|row| *row as usize).ok_or(PreparationError::Row { row: *row, rows })
        };
        let train: Vec<usize> = train.iter().map(row).collect::<Result<_, _>>()?;
        if train.is_empty() {
            return Err(PreparationError::NoRows);
        }
        let (sheet, summary) = (table.sheet(), table.summary());
        let column = |(place, column): (usize, &crate::ColumnSummary)| {
            let kind = match column.kind {
                ColumnKind::Number => Kind::Number {
                    scale: scale_of(&train, |row| sheet.number(row, place)),
                    may_be_strange: table.is_told_to_be_numbers(&column.name),
                },
                ColumnKind::YesOrNo => {
                    let number = |row| yes_or_no(sheet.cell(row, place)).map(f64::from);
                    Kind::YesOrNo { scale: scale_of(&train, number) }
                }
                ColumnKind::Category => categories_of(sheet, &train, place)?,
                ColumnKind::Label | ColumnKind::Ignored(_) => return None,
            };
            Some(Column { name: column.name.clone(), kind })
        };
        let preparation = Self {
            label: summary.label.clone(),
            classes: summary.classes.iter().map(|class| class.name.clone()).collect(),
            columns: summary.columns.iter().enumerate().filter_map(column).collect(),
        };
        let inputs = preparation.inputs();
        if preparation.columns.is_empty() {
            return Err(PreparationError::NoRows);
        }
        if inputs as usize > NETWORK_INPUTS_MAX {
            return Err(PreparationError::Inputs { inputs });
        }
        preparation.encode().map(|_| preparation)
    }
}

/// Mean and deviation in two passes (Chan, Golub and LeVeque 1983), over numbers divided by the largest magnitude: no
/// sum and no square overflows, whatever the numbers are.
fn scale_of(rows: &[usize], number: impl Fn(usize) -> Option<f64>) -> Scale {
    let numbers = || rows.iter().filter_map(|row| number(*row));
    let largest = numbers().fold(0.0, |largest: f64, number| largest.max(number.abs()));
    if largest == 0.0 {
        return Scale { mean: 0.0, deviation: 0.0 };
    }
    let count = numbers().count() as f64;
    let mean = numbers().map(|number| number / largest).sum::<f64>() / count;
    let square = |number: f64| (number / largest - mean) * (number / largest - mean);
    let variance = numbers().map(square).sum::<f64>() / count;
    // Rounding must not carry them beyond the largest magnitude, which may be the largest of all.
    let (mean, deviation) = (mean.clamp(-1.0, 1.0), variance.sqrt().min(1.0));
    Scale { mean: mean * largest, deviation: deviation * largest }
}

/// The commonest values, the first in order among equals; `None` if the training rows have none.
fn categories_of(sheet: &Sheet, rows: &[usize], column: usize) -> Option<Kind> {
    let mut counts = BTreeMap::new();
    let mut has_missing = false;
    for row in rows {
        let cell = sheet.cell(*row, column);
        if is_missing(cell) {
            has_missing = true;
        } else {
            *counts.entry(category(cell, sheet.decimal_comma())).or_insert(0u32) += 1;
        }
    }
    let mut values: Vec<_> = counts.into_iter().collect();
    values.sort_by_key(|(_, rows)| core::cmp::Reverse(*rows));
    let has_others = values.len() > CATEGORY_VALUES_MAX;
    values.truncate(CATEGORY_VALUES_MAX);
    let mut values: Vec<String> = values.into_iter().map(|(value, _)| value.into()).collect();
    values.sort_unstable();
    (!values.is_empty()).then_some(Kind::Category { values, has_others, has_missing })
}
