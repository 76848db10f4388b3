//! What a column holds, seen over all its rows.

use crate::{
    Sheet,
    cell::{is_missing, number, yes_or_no},
    summary::{ColumnKind, Ignored},
    table::Wish,
};
use std::collections::BTreeSet;

/// Counts over the cells of one column.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Column {
    pub(crate) missing: u32,
    pub(crate) filled: u32,
    /// Filled cells that are numbers.
    pub(crate) numbers: u32,
    /// Filled cells that are yes or no.
    pub(crate) yes_or_no: u32,
    /// Whether any number has a fraction.
    pub(crate) fractions: bool,
    /// Different texts.
    pub(crate) distinct: u32,
    /// Whether each number is one more than the one above.
    counts_up: bool,
}

impl Column {
    pub(crate) fn scan(sheet: &Sheet, column: usize) -> Self {
        let mut counts = Self { counts_up: true, ..Self::default() };
        let mut distinct = BTreeSet::new();
        let mut before = None;
        for row in 0..sheet.rows() {
            let cell = sheet.cell(row, column);
            if is_missing(cell) {
                counts.missing += 1;
                continue;
            }
            let number = number(cell, sheet.decimal_comma());
            counts.filled += 1;
            counts.numbers += u32::from(number.is_some());
            counts.fractions |= number.is_some_and(|number| number.fract() != 0.0);
            counts.yes_or_no += u32::from(yes_or_no(cell).is_some());
            counts.counts_up &= match (before, number) {
                (Some(before), Some(number)) => number == before + 1.0,
                (None, Some(number)) => number == 0.0 || number == 1.0,
                (_, None) => false,
            };
            before = number;
            distinct.insert(cell);
        }
        counts.distinct = distinct.len() as u32;
        counts
    }

    pub(crate) fn all_numbers(&self) -> bool {
        self.filled > 0 && self.numbers == self.filled
    }

    /// What the column is taken for if it is not the label.
    pub(crate) fn kind(&self, wish: Option<Wish>) -> ColumnKind {
        let constant = self.distinct == 1 && (self.missing == 0 || self.all_numbers());
        match wish {
            Some(Wish::Ignore) => ColumnKind::Ignored(Ignored::Told),
            Some(Wish::Number) if self.numbers == 0 => ColumnKind::Ignored(Ignored::Empty),
            _ if self.filled == 0 => ColumnKind::Ignored(Ignored::Empty),
            _ if constant => ColumnKind::Ignored(Ignored::Constant),
            Some(Wish::Number) => ColumnKind::Number,
            Some(Wish::Category) => ColumnKind::Category,
            None if self.yes_or_no == self.filled => ColumnKind::YesOrNo,
            None if self.all_numbers() && self.counts_rows() => {
                ColumnKind::Ignored(Ignored::RowNumbers)
            }
            None if self.all_numbers() => ColumnKind::Number,
            None if self.distinct == self.filled => ColumnKind::Ignored(Ignored::AllDifferent),
            None => ColumnKind::Category,
        }
    }

    /// Two numbers in a row may be anything.
    fn counts_rows(&self) -> bool {
        self.counts_up && self.missing == 0 && self.filled > 2
    }
}
