//! What a look at the first rows tells.

use super::{COLUMNS_MAX, Separator, Sheet, read::Cells};
use crate::{cell, label};
use std::collections::BTreeSet;

/// Rows that are looked at.
const ROWS: usize = 64;

/// Among the separators that cut all of the first rows into equally many cells, two or more, the one that is rarest in
/// ordinary text: a comma comes last, as it also stands within numbers. Where none does, the one that cuts most rows
/// alike, so that the row which stands out can be named.
pub(super) fn separator(bytes: &[u8]) -> Separator {
    let mut best = (0, Separator::Comma);
    for separator in Separator::ALL {
        let counts = cells_in_rows(bytes, separator);
        let alike = counts.iter().filter(|count| **count > 1 && **count == counts[0]).count();
        if alike == counts.len() && alike > 0 {
            return separator;
        }
        if alike > best.0 {
            best = (alike, separator);
        }
    }
    best.1
}

fn cells_in_rows(bytes: &[u8], separator: Separator) -> Vec<usize> {
    let mut counts = Vec::with_capacity(ROWS);
    let mut cells = Cells::new(bytes, separator);
    let mut count = 0;
    while let Ok(Some(cell)) = cells.next_cell() {
        count += 1;
        if cell.is_last {
            counts.push(count);
            count = 0;
        }
        if counts.len() == ROWS || count > COLUMNS_MAX {
            break;
        }
    }
    counts
}

/// Whether the first row has a usual name of a label that is no value below; or no number, and either a word where a column
/// has numbers below (mostly: some may be strange), or, in a table of words, words that never come again below, over at
/// least one column whose words do.
pub(super) fn has_header(sheet: &Sheet) -> bool {
    let columns = sheet.names.len();
    let rows = (sheet.ends.len() / columns).min(ROWS);
    let cell = |row: usize, column: usize| sheet.cell_at(row * columns + column);
    let is_number = |text: &str| cell::number(text, sheet.decimal_comma()).is_some();
    let below =
        |column| (1..rows).map(move |row| cell(row, column)).filter(|text| !cell::is_missing(text));
    let comes_again = |column| below(column).any(|text| text == cell(0, column));
    // Columns may be named by numbers, such as years.
    if (0..columns).any(|column| label::is_usual(cell(0, column)) && !comes_again(column)) {
        return true;
    }
    if rows < 2 || (0..columns).any(|column| is_number(cell(0, column))) {
        return false;
    }
    let is_over_numbers = |column| {
        let numbers = below(column).filter(|text| is_number(text)).count();
        numbers > 0 && 2 * numbers >= below(column).count() && !cell::is_missing(cell(0, column))
    };
    if (0..columns).any(is_over_numbers) {
        return true;
    }
    let repeats = |column| {
        let distinct: BTreeSet<_> = below(column).collect();
        2 * distinct.len() <= below(column).count() && !distinct.is_empty()
    };
    !(0..columns).any(comes_again) && (0..columns).any(repeats)
}
