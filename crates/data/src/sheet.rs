//! A file of separated values, as cells of text.

mod guess;
mod read;

use crate::cell;
use serde::{Deserialize, Serialize};

/// Bytes of a file: what a phone reads at once.
pub const FILE_BYTES_MAX: usize = 64 << 20;

/// Columns of a sheet: what people look at, and what fits a preparation.
pub(crate) const COLUMNS_MAX: usize = 4_096;

/// Cells of a sheet: four bytes each beside their text.
pub(crate) const CELLS_MAX: usize = 1 << 24;

/// Bytes of one cell: a quote that is never closed is found before it has swallowed the file.
pub(crate) const CELL_BYTES_MAX: usize = 64 << 10;

/// Characters of a column's name; the rest is cut off.
pub(crate) const NAME_CHARS_MAX: usize = 64;

/// How a file is to be read; what is not told is inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// What is between cells.
    pub separator: Option<Separator>,
    /// Whether the first line names the columns.
    pub header: Option<bool>,
}

/// What is between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Separator {
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// The tabulator.
    Tab,
    /// `|`
    Pipe,
}

/// Rows of cells under names. Every row has a cell in every column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    separator: Separator,
    has_header: bool,
    names: Vec<String>,
    /// All cells, one after another, without the spaces around them.
    text: String,
    /// Where each cell ends in the text, row after row.
    ends: Vec<u32>,
}

/// A file that is no sheet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// Too large to be read at once.
    #[error(
        "a file of {size_bytes} bytes: at most {FILE_BYTES_MAX} are possible; take a part of its rows"
    )]
    FileSize {
        /// Bytes of the file.
        size_bytes: usize,
    },
    /// Not text.
    #[error("line {line} is not text in UTF-8: save the table as CSV with the encoding UTF-8")]
    NotText {
        /// Which line, from 1.
        line: usize,
    },
    /// A row that is longer or shorter than the first.
    #[error(
        "line {line} has {cells} cells where the first line has {columns}: separators are {separator}s, and a text that holds one stands in double quotes"
    )]
    Ragged {
        /// Which line, from 1.
        line: usize,
        /// Cells in it.
        cells: usize,
        /// Cells in the first.
        columns: usize,
        /// What was taken for the separator.
        separator: Separator,
    },
    /// Quotes that do not say where a text ends.
    #[error(
        "line {line} has a double quote that is never closed, or closed within a text: a double quote in a text stands in double quotes, and twice"
    )]
    Quote {
        /// Where the text begins, from 1.
        line: usize,
    },
    /// A cell that is no value.
    #[error(
        "line {line} has a cell of more than {CELL_BYTES_MAX} bytes: is a double quote not closed?"
    )]
    CellSize {
        /// Where it was given up, from 1.
        line: usize,
    },
    /// Too wide.
    #[error(
        "more than {COLUMNS_MAX} columns: leave out some, or give numbers as a typed array, of up to 65536 values a row"
    )]
    Columns,
    /// Too long.
    #[error("more than {0} rows: take a part of them", neural::ROWS_MAX)]
    Rows,
    /// Too many cells altogether.
    #[error("more than {CELLS_MAX} cells: take a part of the rows or of the columns")]
    Cells,
    /// Nothing below the header, or nothing at all.
    #[error("a file without a row of values")]
    Empty,
}

impl Sheet {
    /// Reads a file in UTF-8, with or without a byte order mark. Lines without anything in them are skipped.
    ///
    /// Time is linear in the file's size; memory is at most that size again and 96 MiB.
    ///
    /// # Errors
    /// [`SheetError`] names the line and the way out.
    pub fn read(file: &[u8], reading: &Reading) -> Result<Self, SheetError> {
        let (told, bytes) = read::without_directive(read::text_of(file)?);
        let separator = reading.separator.or(told).unwrap_or_else(|| guess::separator(bytes));
        let mut sheet = read::cells(bytes, separator)?;
        sheet.has_header = reading.header.unwrap_or_else(|| guess::has_header(&sheet));
        sheet.take_names();
        if sheet.rows() == 0 { Err(SheetError::Empty) } else { Ok(sheet) }
    }

    /// The columns' names, none of them twice; `column 1` and so on without a header.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many rows, without the header.
    pub fn rows(&self) -> usize {
        self.ends.len() / self.names.len() - usize::from(self.has_header)
    }

    /// One cell's text.
    ///
    /// # Panics
    /// If there is no such row or column.
    pub fn cell(&self, row: usize, column: usize) -> &str {
        assert!(column < self.names.len(), "column {column} of {}", self.names.len());
        self.cell_at((row + usize::from(self.has_header)) * self.names.len() + column)
    }

    /// What is between cells.
    pub fn separator(&self) -> Separator {
        self.separator
    }

    /// Whether the first line named the columns.
    pub fn has_header(&self) -> bool {
        self.has_header
    }

    /// Whether `1,5` is a number.
    pub(crate) fn decimal_comma(&self) -> bool {
        self.separator != Separator::Comma
    }

    pub(crate) fn number(&self, row: usize, column: usize) -> Option<f64> {
        cell::number(self.cell(row, column), self.decimal_comma())
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }

    fn cell_at(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        &self.text[start..self.ends[place] as usize]
    }

    /// Names every column, by the header or by its position.
    fn take_names(&mut self) {
        let mut taken = std::collections::BTreeSet::new();
        for column in 0..self.names.len() {
            let header = if self.has_header { self.cell_at(column) } else { "" };
            let mut name: String = header.chars().take(NAME_CHARS_MAX).collect();
            // Positions are different, so a name that is taken becomes one that is not.
            while name.is_empty() || taken.contains(&name) {
                let before = if name.is_empty() { "column" } else { &name };
                name = format!("{before} {}", column + 1);
            }
            taken.insert(name.clone());
            self.names[column] = name;
        }
    }
}

impl Separator {
    /// The rarer in ordinary text, the earlier.
    const ALL: [Self; 4] = [Self::Tab, Self::Semicolon, Self::Pipe, Self::Comma];

    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
            Self::Pipe => b'|',
        }
    }
}

impl core::fmt::Display for Separator {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
            Self::Tab => "tab",
            Self::Pipe => "pipe",
        })
    }
}

#[cfg(test)]
mod tests;
