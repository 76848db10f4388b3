//! From rows, or one question, to inputs.

use super::{Kind, Preparation, PreparationError};
use crate::{Sheet, cell};
use neural::{Dataset, InvalidDataset, VALUES_BYTES_MAX, Values};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap};

/// One row that a person types, by the names of its columns.
pub type Question = BTreeMap<String, Value>;

/// One cell that a person types.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    YesOrNo(bool),
    /// A quantity.
    Number(f64),
    /// What a cell of a file could hold, a number or nothing included.
    Text(String),
    /// Nothing.
    Missing,
}

/// Characters of a cell that an error repeats.
const QUOTED_CHARS_MAX: usize = 64;

impl Preparation {
    /// All rows of a sheet that have a label, with their labels. The sheet needs the columns of the first table, in any
    /// order; others are passed over.
    ///
    /// # Errors
    /// [`PreparationError`] names the column or the row that does not fit.
    pub fn dataset(&self, sheet: &Sheet) -> Result<Dataset, PreparationError> {
        let column = sheet.position(&self.label).ok_or_else(|| self.missing(&self.label))?;
        let places: BTreeMap<&str, u16> =
            self.classes.iter().map(String::as_str).zip(0..).collect();
        let mut rows = Vec::new();
        let mut labels = Vec::new();
        for row in 0..sheet.rows() {
            let text = sheet.cell(row, column);
            if cell::is_missing(text) {
                continue;
            }
            let class = cell::category(text, sheet.decimal_comma());
            let label = places.get(&*class).ok_or_else(|| PreparationError::UnknownClass {
                row: row + 1,
                class: quoted(text),
                label: self.label.clone(),
                classes: self.classes.len(),
            })?;
            labels.push(*label);
            rows.push(row);
        }
        let values = self.values(sheet, &rows)?;
        let classes = self.classes.len() as u32;
        let dataset =
            Dataset { inputs: self.inputs(), classes, values: Values::Floats(values), labels };
        dataset.validate()?;
        Ok(dataset)
    }

    /// All rows of a sheet, which needs no label column: [`Self::inputs`] values a row.
    ///
    /// # Errors
    /// [`PreparationError`] names the column or the row that does not fit.
    pub fn rows(&self, sheet: &Sheet) -> Result<Vec<f32>, PreparationError> {
        self.values(sheet, &(0..sheet.rows()).collect::<Vec<_>>())
    }

    /// One input. Columns that are not needed are passed over.
    ///
    /// # Errors
    /// [`PreparationError`] names the column that does not fit.
    pub fn input(&self, question: &Question) -> Result<Vec<f32>, PreparationError> {
        let mut values = Vec::with_capacity(self.inputs() as usize);
        for column in &self.columns {
            let cell: Cow<'_, str> = match question.get(&column.name) {
                None => return Err(self.missing(&column.name)),
                Some(Value::Missing) => "".into(),
                Some(Value::Text(text)) => text.trim().into(),
                Some(Value::YesOrNo(yes)) => if *yes { "yes" } else { "no" }.into(),
                // Not "NaN", which would stand for nothing.
                Some(Value::Number(number)) if !number.is_finite() => "not finite".into(),
                Some(Value::Number(number)) => number.to_string().into(),
            };
            // A person's comma is as good as a point: here it separates nothing.
            column.kind.push_inputs(&cell, true, &mut values).map_err(|wanted| {
                let (cell, column) = (quoted(&cell), column.name.clone());
                PreparationError::Cell { row: 1, cell, column, wanted }
            })?;
        }
        values.push(1.0);
        Ok(values)
    }

    fn values(&self, sheet: &Sheet, rows: &[usize]) -> Result<Vec<f32>, PreparationError> {
        if rows.is_empty() {
            return Err(PreparationError::NoRows);
        }
        let known: BTreeMap<_, _> = sheet.names().iter().zip(0..).collect();
        let place = |column: &super::Column| {
            known.get(&column.name).copied().ok_or_else(|| self.missing(&column.name))
        };
        let places: Vec<usize> = self.columns.iter().map(place).collect::<Result<_, _>>()?;
        let length = rows.len() as u64 * u64::from(self.inputs());
        if length * 4 > VALUES_BYTES_MAX as u64 {
            let value = usize::try_from(length * 4).unwrap_or(usize::MAX);
            let what = "bytes of values";
            return Err(InvalidDataset::Size { what, value, low: 1, high: VALUES_BYTES_MAX }.into());
        }
        let mut values = Vec::with_capacity(length as usize);
        for row in rows {
            for (column, place) in self.columns.iter().zip(&places) {
                let cell = sheet.cell(*row, *place);
                let pushed = column.kind.push_inputs(cell, sheet.decimal_comma(), &mut values);
                pushed.map_err(|wanted| {
                    let (cell, column) = (quoted(cell), column.name.clone());
                    PreparationError::Cell { row: row + 1, cell, column, wanted }
                })?;
            }
            values.push(1.0);
        }
        Ok(values)
    }

    fn missing(&self, name: &str) -> PreparationError {
        PreparationError::MissingColumn { name: name.to_owned(), label: self.label.clone() }
    }
}

impl Kind {
    /// Adds what a cell becomes, or says what it should have been.
    fn push_inputs(
        &self,
        cell: &str,
        comma: bool,
        inputs: &mut Vec<f32>,
    ) -> Result<(), &'static str> {
        let missing = cell::is_missing(cell);
        match self {
            Self::Number { scale, may_be_strange } => {
                let number = cell::number(cell, comma);
                if number.is_none() && !missing && !may_be_strange {
                    return Err("a number");
                }
                inputs.push(scale.input(number));
            }
            Self::YesOrNo { scale } => {
                let yes = cell::yes_or_no(cell);
                if yes.is_none() && !missing {
                    return Err("yes or no");
                }
                inputs.push(scale.input(yes.map(f64::from)));
            }
            Self::Category { values, has_others, has_missing } => {
                let start = inputs.len();
                inputs.resize(start + self.inputs() as usize, 0.0);
                let name = cell::category(cell, comma);
                let others = start + values.len();
                match values.binary_search_by(|value| value.as_str().cmp(&name)) {
                    _ if missing && *has_missing => inputs[others + usize::from(*has_others)] = 1.0,
                    _ if missing => {}
                    Ok(place) => inputs[start + place] = 1.0,
                    Err(_) if *has_others => inputs[others] = 1.0,
                    // Nothing was learnt about a value that the training rows do not have.
                    Err(_) => {}
                }
            }
        }
        Ok(())
    }
}

fn quoted(cell: &str) -> String {
    cell.chars().take(QUOTED_CHARS_MAX).collect()
}
