//! Labelled rows.

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
    Bytes(Vec<u8>),
    /// Finite numbers.
    Floats(Vec<f32>),
}
