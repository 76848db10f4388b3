//! What can be wrong with rows and with what prepares them.

use super::ENCODED_BYTES_MAX;
use neural::InvalidDataset;

/// Rows that cannot be prepared, or nothing to prepare them with.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PreparationError {
    /// No rows to learn from, or none to prepare.
    #[error("no rows: at least one is needed")]
    NoRows,
    /// A row that is not in the table.
    #[error("row {row} of {rows} rows")]
    Row {
        /// As given, from 0.
        row: u32,
        /// Rows there are.
        rows: usize,
    },
    /// More inputs than a network can have.
    #[error("{inputs} inputs, where a network takes {max}: leave out columns", max = protocol::limits::NETWORK_INPUTS_MAX)]
    Inputs {
        /// How many it would take.
        inputs: u32,
    },
    /// Too much to keep with a model.
    #[error(
        "a preparation of {size_bytes} bytes: at most {ENCODED_BYTES_MAX} are possible; leave out columns, or shorten their names and texts"
    )]
    Size {
        /// Encoded.
        size_bytes: usize,
    },
    /// A column that the rows lack.
    #[error("the column {name:?} is missing: the network needs it to tell {label:?}")]
    MissingColumn {
        /// Its name.
        name: String,
        /// What is to be told.
        label: String,
    },
    /// A class that the network was not taught.
    #[error(
        "row {row} has {class:?} in {label:?}, which is none of the {classes} classes that were learnt"
    )]
    UnknownClass {
        /// Which row, from 1, without the header.
        row: usize,
        /// As in the cell.
        class: String,
        /// The label column.
        label: String,
        /// How many there are.
        classes: usize,
    },
    /// A cell of another kind than the column had.
    #[error("row {row} has {cell:?} in {column:?}, where {wanted} is needed")]
    Cell {
        /// Which row, from 1, without the header; 1 for a question.
        row: usize,
        /// As given.
        cell: String,
        /// The column.
        column: String,
        /// What the column held in training.
        wanted: &'static str,
    },
    /// Rows that are too many or too wide.
    #[error(transparent)]
    Dataset(#[from] InvalidDataset),
    /// Bytes that are none.
    #[error("the preparation is damaged")]
    Damaged,
    /// A number that no table has.
    #[error("the column {0:?} has a mean or a deviation that no numbers have")]
    Scale(String),
    /// Names that are not in order, come twice, or are too many.
    #[error("{count} {what}: there must be {low} to {high}, each once")]
    Names {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// The least.
        low: usize,
        /// The most.
        high: usize,
    },
}
