//! What the columns of a sheet mean.

use crate::{ClassSummary, ColumnKind, ColumnSummary, Sheet, Summary, columns::Column, label};
use neural::{InvalidDataset, Shares, Split};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A sheet, and what it is taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    sheet: Sheet,
    summary: Summary,
    wishes: Wishes,
    /// One a row that has a label.
    labels: Vec<u16>,
    /// Where those rows are in the sheet.
    labelled: Vec<u32>,
}

/// What a person overrules.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// The name of the label column.
    pub label: Option<String>,
    /// What other columns are, by their names.
    pub columns: BTreeMap<String, Wish>,
}

/// What a column is told to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wish {
    /// Quantities; what is no number counts as missing.
    Number,
    /// One of some words, even if they are numbers.
    Category,
    /// Nothing to learn from.
    Ignore,
}

/// A sheet that nothing can be learnt from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// A name that no column has.
    #[error("there is no column {name:?}; the columns are {known}")]
    UnknownColumn {
        /// As given.
        name: String,
        /// The first names that there are.
        known: String,
    },
    /// Nothing that looks like a label.
    #[error(
        "none of {columns} columns has few different values: name the one that holds the label. Quantities cannot be told, only classes: put them into ranges such as low and high"
    )]
    NoLabel {
        /// Columns there are.
        columns: usize,
    },
    /// Nothing to tell apart.
    #[error(
        "all rows have {only:?} in the label column {column:?}: there must be two classes to tell apart; add rows of another, or name another column"
    )]
    OneClass {
        /// The label column.
        column: String,
        /// Its only value.
        only: String,
    },
    /// A label column of numbers that are no classes.
    #[error(
        "the label column {column:?} has {distinct} different numbers: it is a quantity, and only classes can be told. Put its numbers into ranges such as low and high, say that it is a category, or name another column"
    )]
    Quantity {
        /// The label column.
        column: String,
        /// Its different values.
        distinct: u32,
    },
    /// A label column of texts that are no classes.
    #[error("the label column {column:?} has {distinct} different texts in {rows} rows: a class needs more rows than one, and {max} classes are possible. Name another column", max = protocol::limits::NETWORK_CLASSES_MAX)]
    Names {
        /// The label column.
        column: String,
        /// Its different values.
        distinct: u32,
        /// Rows that have one.
        rows: u32,
    },
    /// A label and nothing to tell it from.
    #[error("no column is left to tell {label:?} from: {ignored} others are left out")]
    NoInputs {
        /// The label column.
        label: String,
        /// How many are left out.
        ignored: usize,
    },
}

/// Names of columns that an error lists.
const KNOWN_NAMES: usize = 8;

impl TableError {
    pub(crate) fn unknown(sheet: &Sheet, name: &str) -> Self {
        let mut known =
            sheet.names().iter().take(KNOWN_NAMES).cloned().collect::<Vec<_>>().join(", ");
        if sheet.names().len() > KNOWN_NAMES {
            known.push_str(", …");
        }
        Self::UnknownColumn { name: name.chars().take(64).collect(), known }
    }
}

impl Table {
    /// Finds out what the columns are, but for what a person wishes.
    ///
    /// Memory beside the sheet is that of one column at a time: at most some 50 bytes a row.
    ///
    /// # Errors
    /// [`TableError`] names the column and the way out.
    pub fn new(sheet: Sheet, wishes: &Wishes) -> Result<Self, TableError> {
        if let Some(name) = wishes.columns.keys().find(|name| sheet.position(name).is_none()) {
            return Err(TableError::unknown(&sheet, name));
        }
        let columns: Vec<_> =
            (0..sheet.names().len()).map(|column| Column::scan(&sheet, column)).collect();
        let label = label::find(&sheet, &columns, wishes)?;
        let (classes, labels_of_rows) = label::classes(&sheet, label);
        if let [ClassSummary { name, .. }] = &classes[..] {
            let column = sheet.names()[label].clone();
            return Err(TableError::OneClass { column, only: name.clone() });
        }
        let summary = summarize(&sheet, &columns, label, classes, wishes);
        if summary.inputs().next().is_none() {
            let ignored = summary.ignored().count();
            return Err(TableError::NoInputs { label: summary.label, ignored });
        }
        let (labelled, labels) =
            (0..).zip(labels_of_rows).filter_map(|(row, label)| Some((row, label?))).unzip();
        Ok(Self { sheet, summary, wishes: wishes.clone(), labels, labelled })
    }

    /// What it is taken for.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    /// The cells.
    pub fn sheet(&self) -> &Sheet {
        &self.sheet
    }

    /// Cuts the rows that have a label, each class in the same way.
    ///
    /// # Errors
    /// [`InvalidDataset::HeldOut`] if less than 10 percent are left to train on.
    pub fn split(&self, shares: &Shares) -> Result<Split, InvalidDataset> {
        shares.split(&self.labels, self.summary.classes.len() as u32)
    }

    /// The row in the sheet of each row that has a label.
    pub(crate) fn labelled(&self) -> &[u32] {
        &self.labelled
    }

    /// Whether a column's cells may be anything beside numbers.
    pub(crate) fn is_told_to_be_numbers(&self, name: &str) -> bool {
        self.wishes.columns.get(name) == Some(&Wish::Number)
    }
}

fn summarize(
    sheet: &Sheet,
    columns: &[Column],
    label: usize,
    classes: Vec<ClassSummary>,
    wishes: &Wishes,
) -> Summary {
    let column = |(place, name): (usize, &String)| {
        let column = &columns[place];
        let kind = match place == label {
            true => ColumnKind::Label,
            false => column.kind(wishes.columns.get(name).copied()),
        };
        // What is told to be a number and is none is as good as missing.
        let strange = if kind == ColumnKind::Number { column.filled - column.numbers } else { 0 };
        let missing = column.missing + strange;
        ColumnSummary { name: name.clone(), kind, missing, distinct: column.distinct }
    };
    Summary {
        separator: sheet.separator(),
        has_header: sheet.has_header(),
        rows: columns[label].filled,
        rows_without_label: columns[label].missing,
        label: sheet.names()[label].clone(),
        classes,
        columns: sheet.names().iter().enumerate().map(column).collect(),
    }
}

#[cfg(test)]
mod tests;
