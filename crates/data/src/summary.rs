//! What a table is taken for, so that a person can look before anything is learnt from it.

use crate::{Separator, sheet::COLUMNS_MAX};
use serde::{Deserialize, Serialize};

/// What a table is taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// What is between cells.
    pub separator: Separator,
    /// Whether the first line named the columns.
    pub has_header: bool,
    /// Rows that have a label; the others are left out.
    pub rows: u32,
    /// Rows that are left out because they have none.
    pub rows_without_label: u32,
    /// The column that is to be told.
    pub label: String,
    /// Its values and their rows; numbers ascending, words in the order of their code points.
    pub classes: Vec<ClassSummary>,
    /// All columns, in the order of the file.
    pub columns: Vec<ColumnSummary>,
}

/// A class of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassSummary {
    /// As in the label column.
    pub name: String,
    /// Rows of it.
    pub rows: u32,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSummary {
    /// Its name.
    pub name: String,
    /// What it is taken for.
    pub kind: ColumnKind,
    /// Cells without a value.
    pub missing: u32,
    /// Values that are different from each other.
    pub distinct: u32,
}

/// What a column is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnKind {
    /// Quantities; a missing one is taken to be the mean.
    Number,
    /// Yes or no; a missing one is neither.
    YesOrNo,
    /// One of some words; a missing one is a word of its own.
    Category,
    /// What is to be told.
    Label,
    /// Left out.
    Ignored(Ignored),
}

/// Why a column is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Ignored {
    /// All cells are missing.
    #[error("has no values")]
    Empty,
    /// One value in all rows.
    #[error("has the same value in every row")]
    Constant,
    /// As many different texts as rows.
    #[error("has another text in every row, like a name: nothing can be learned from it")]
    AllDifferent,
    /// Whole numbers that go up by one.
    #[error("counts the rows")]
    RowNumbers,
    /// Told so.
    #[error("left out as told")]
    Told,
}

impl Summary {
    /// The columns that become inputs.
    pub fn inputs(&self) -> impl Iterator<Item = &ColumnSummary> {
        let is_input =
            |kind| matches!(kind, ColumnKind::Number | ColumnKind::YesOrNo | ColumnKind::Category);
        self.columns.iter().filter(move |column| is_input(column.kind))
    }

    /// The columns that are left out, and why.
    pub fn ignored(&self) -> impl Iterator<Item = (&str, Ignored)> {
        debug_assert!(self.columns.len() <= COLUMNS_MAX);
        self.columns.iter().filter_map(|column| match column.kind {
            ColumnKind::Ignored(why) => Some((column.name.as_str(), why)),
            _ => None,
        })
    }
}
