//! Labelled rows.

mod file;
mod split;

pub use file::DatasetFileError;
pub use split::{Shares, Split};

use crate::network::events::Events;
use protocol::limits;
use serde::{Deserialize, Serialize};

/// Labelled rows, all of the same length.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    /// Values in one row.
    pub inputs: u32,
    /// Classes; every label is below.
    pub classes: u32,
    /// Row after row: `labels.len() * inputs` values.
    pub values: Values,
    /// One label a row.
    pub labels: Vec<u16>,
}

/// The values of rows, in the type that they came in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Values {
    /// Grey levels; 255 stands for 1.
    Bytes(#[serde(with = "serde_bytes")] Vec<u8>),
    /// Finite numbers.
    Floats(Vec<f32>),
}

/// The largest magnitude of a value: squares of the widest row still add up.
pub const VALUE_MAX: f32 = 1e15;

/// Rows of one data set: row numbers and counts stay small numbers.
pub const ROWS_MAX: usize = 1 << 20;

/// Bytes that the values of one data set may take: the memory of a page on a phone.
pub const VALUES_BYTES_MAX: usize = 128 << 20;

/// A data set that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidDataset {
    /// A size out of bounds.
    #[error("a data set with {value} {what}: {low} to {high} are possible")]
    Size {
        /// Of what.
        what: &'static str,
        /// As given.
        value: usize,
        /// The least.
        low: usize,
        /// The most.
        high: usize,
    },
    /// Values and labels do not match.
    #[error("{values} values, where {rows} rows of {inputs} have {}", *rows as u64 * u64::from(*inputs))]
    Length {
        /// Values given.
        values: usize,
        /// Labels given.
        rows: usize,
        /// Values in a row.
        inputs: u32,
    },
    /// A label that names no class.
    #[error("row {row} has label {label}, where labels are below {classes}")]
    Label {
        /// Which row, from 0.
        row: usize,
        /// Its label.
        label: u16,
        /// Classes there are.
        classes: u32,
    },
    /// A value that is no number, or beyond any scale.
    #[error("value {column} of row {row} is {value}: a number from -1e15 to 1e15 is needed")]
    Value {
        /// Which row, from 0.
        row: usize,
        /// Which value of it, from 0.
        column: usize,
        /// What it is.
        value: f32,
    },
    /// A part that there is not.
    #[error("part {part} of {parts} of {rows} rows: parts count from 0, and each needs a row")]
    Part {
        /// Which part, from 0.
        part: u32,
        /// Of how many.
        parts: u32,
        /// Rows there are.
        rows: usize,
    },
    /// Too little is left to train on.
    #[error("{0} percent kept from training: 0 to 90 are possible")]
    HeldOut(u8),
}

impl Dataset {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// Checks everything that the other methods rely on.
    ///
    /// # Errors
    /// [`InvalidDataset`] names the first thing that is wrong.
    pub fn validate(&self) -> Result<(), InvalidDataset> {
        let (inputs, rows) = (self.inputs as usize, self.rows());
        within("values in a row", inputs, 1, limits::NETWORK_INPUTS_MAX)?;
        within("classes", self.classes as usize, 2, limits::NETWORK_CLASSES_MAX)?;
        within("rows", rows, 1, ROWS_MAX)?;
        let (values, size_bytes) = match &self.values {
            Values::Bytes(values) => (values.len(), values.len()),
            Values::Floats(values) => (values.len(), values.len().saturating_mul(4)),
        };
        within("bytes of values", size_bytes, 1, VALUES_BYTES_MAX)?;
        if rows as u64 * inputs as u64 != values as u64 {
            return Err(InvalidDataset::Length { values, rows, inputs: self.inputs });
        }
        let beyond = |label: &u16| u32::from(*label) >= self.classes;
        if let Some(row) = self.labels.iter().position(beyond) {
            let (label, classes) = (self.labels[row], self.classes);
            return Err(InvalidDataset::Label { row, label, classes });
        }
        if let Values::Floats(values) = &self.values {
            let bad = |value: &f32| !value.is_finite() || value.abs() > VALUE_MAX;
            if let Some(place) = values.iter().position(bad) {
                let (row, column, value) = (place / inputs, place % inputs, values[place]);
                return Err(InvalidDataset::Value { row, column, value });
            }
        }
        Ok(())
    }

    /// Bytes that the rows take in memory.
    pub fn size_bytes(&self) -> usize {
        let values = match &self.values {
            Values::Bytes(values) => values.len(),
            Values::Floats(values) => 4 * values.len(),
        };
        values + 2 * self.labels.len()
    }

    /// Rows of each class.
    pub fn class_rows(&self, rows: &[u32]) -> Vec<u32> {
        let mut counts = vec![0; self.classes as usize];
        for row in rows {
            counts[usize::from(self.labels[*row as usize])] += 1;
        }
        counts
    }

    /// One row's values.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> Vec<f32> {
        let range = self.range(row);
        match &self.values {
            Values::Bytes(values) => values[range].iter().copied().map(level).collect(),
            Values::Floats(values) => values[range].to_vec(),
        }
    }

    /// Adds one row to a batch: its values that are not 0 are the events.
    pub fn read_row(&self, row: usize, batch: &mut Events) {
        let range = self.range(row);
        match &self.values {
            Values::Bytes(values) => batch.push_dense(values[range].iter().copied().map(level)),
            Values::Floats(values) => batch.push_dense(values[range].iter().copied()),
        }
    }

    fn range(&self, row: usize) -> core::ops::Range<usize> {
        let inputs = self.inputs as usize;
        row * inputs..(row + 1) * inputs
    }
}

fn level(byte: u8) -> f32 {
    f32::from(byte) / 255.0
}

fn within(what: &'static str, value: usize, low: usize, high: usize) -> Result<(), InvalidDataset> {
    if (low..=high).contains(&value) {
        Ok(())
    } else {
        Err(InvalidDataset::Size { what, value, low, high })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dataset() -> Dataset {
        let values = Values::Floats(vec![0.0, 1.0, 2.0, 3.0]);
        Dataset { inputs: 2, classes: 2, values, labels: vec![0, 1] }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert_eq!(dataset().validate(), Ok(()));
        let cases = [
            (Dataset { labels: vec![], ..dataset() }, "0 rows"),
            (Dataset { labels: vec![0], ..dataset() }, "4 values, where 1 rows of 2 have 2"),
            (Dataset { labels: vec![0, 2], ..dataset() }, "row 1 has label 2"),
            (Dataset { classes: 1, ..dataset() }, "1 classes"),
            (Dataset { inputs: 0, ..dataset() }, "0 values in a row"),
            (
                Dataset { values: Values::Floats(vec![0.0, 0.0, 0.0, f32::NAN]), ..dataset() },
                "value 1 of row 1 is NaN",
            ),
            (
                Dataset { values: Values::Floats(vec![0.0, f32::INFINITY, 0.0, 0.0]), ..dataset() },
                "value 1 of row 0 is inf",
            ),
            (
                Dataset { values: Values::Floats(vec![0.0, 0.0, -1e30, 0.0]), ..dataset() },
                "value 0 of row 1 is -1000000000000000000000000000000: a number from -1e15 to 1e15",
            ),
            (Dataset { inputs: 3, ..dataset() }, "4 values, where 2 rows of 3 have 6"),
            (
                Dataset { inputs: 100_000, ..dataset() },
                "100000 values in a row: 1 to 65536 are possible",
            ),
        ];
        for (dataset, words) in cases {
            let error = dataset.validate().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn one_row_is_a_data_set() {
        let values = Values::Floats(vec![0.5, 1.0]);
        let one = Dataset { values, labels: vec![1], ..dataset() };
        assert_eq!(one.validate(), Ok(()));
        assert_eq!(one.split(50).unwrap().train, [0]);
    }

    #[test]
    fn a_byte_of_255_stands_for_one() {
        let values = Values::Bytes(vec![0, 255, 51, 0]);
        assert_eq!(Dataset { values, ..dataset() }.row(0), [0.0, 1.0]);
        assert_eq!(dataset().row(1), [2.0, 3.0]);
    }
}
