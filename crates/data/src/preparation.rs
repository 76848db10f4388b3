//! What is learnt about a table's columns from its training rows, and kept with the model.

mod apply;
mod check;
mod error;
mod learn;

pub use apply::{Question, Value};
pub use error::PreparationError;

use serde::{Deserialize, Serialize};

/// Bytes of an encoded preparation: it travels with the model, and must stay small beside it.
pub(crate) const ENCODED_BYTES_MAX: usize = 256 << 10;

/// Values of one column that become inputs of their own; the commonest in the training rows. The others share one.
pub(crate) const CATEGORY_VALUES_MAX: usize = 32;

/// Deviations from the mean beyond which a number counts as one at the bound: one wild number must not silence the
/// other inputs, as layers scale what they are given as a whole.
pub(crate) const DEVIATIONS_MAX: f64 = 16.0;

/// How rows of a table become inputs and labels.
///
/// A number becomes (number - mean) / deviation, by mean and deviation of the training rows; a missing one becomes 0. Yes
/// and no are the numbers 1 and 0. A category becomes one input for each of its commonest values, 1 where the row has it
/// and 0 elsewhere; one for all rarer values if there were any in the training rows, and one for a missing value on the
/// same condition. The last input is always 1: layers see the proportions of their inputs alone, and with it they see
/// sizes too (on iris, 94 validation rows of 100 are told right with it, and 87 without).
///
/// At most 256 KiB encoded. Decoding, by [`Self::decode`] or by serde, checks everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "check::Unchecked")]
pub struct Preparation {
    label: String,
    classes: Vec<String>,
    columns: Vec<Column>,
}

/// One column that becomes inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Column {
    name: String,
    kind: Kind,
}

/// How a column becomes inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Kind {
    Number {
        scale: Scale,
        /// Whether what is no number counts as missing.
        may_be_strange: bool,
    },
    YesOrNo {
        scale: Scale,
    },
    Category {
        /// Ascending.
        values: Vec<String>,
        /// Whether rarer values share an input.
        has_others: bool,
        /// Whether a missing value has an input.
        has_missing: bool,
    },
}

/// A column as it is asked for in a question.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Field<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it holds.
    pub kind: FieldKind<'a>,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FieldKind<'a> {
    /// Quantities.
    Number {
        /// Of the training rows.
        mean: f64,
    },
    /// Yes or no.
    YesOrNo,
    /// One of some words.
    Category {
        /// The words that have an input of their own, ascending.
        values: &'a [String],
    },
}

/// Mean and deviation of a column's numbers in the training rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Scale {
    mean: f64,
    /// 0 where all numbers are the same: then they tell nothing, and the input is always 0.
    deviation: f64,
}

impl Preparation {
    /// Values in one input.
    pub fn inputs(&self) -> u32 {
        1 + self.columns.iter().map(|column| column.kind.inputs()).sum::<u32>()
    }

    /// The name of the label column.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The names of the classes; a label is a place in it.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The names of the columns that a row needs, beside the label.
    pub fn columns(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// What a row needs, beside the label: what to ask a person for.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = Field<'_>> {
        self.columns.iter().map(|column| Field {
            name: &column.name,
            kind: match &column.kind {
                Kind::Number { scale, .. } => FieldKind::Number { mean: scale.mean },
                Kind::YesOrNo { .. } => FieldKind::YesOrNo,
                Kind::Category { values, .. } => FieldKind::Category { values },
            },
        })
    }

    /// Writes everything in a compact form.
    ///
    /// # Errors
    /// [`PreparationError::Size`] beyond 256 KiB.
    pub fn encode(&self) -> Result<Vec<u8>, PreparationError> {
        let bytes = postcard::to_allocvec(self).map_err(|_| PreparationError::Damaged)?;
        check::size(bytes.len())?;
        Ok(bytes)
    }

    /// Reads what [`Self::encode`] wrote, and checks it.
    ///
    /// # Errors
    /// [`PreparationError`] says what is wrong.
    pub fn decode(bytes: &[u8]) -> Result<Self, PreparationError> {
        check::size(bytes.len())?;
        let (unchecked, rest) = postcard::take_from_bytes::<check::Unchecked>(bytes)
            .map_err(|_| PreparationError::Damaged)?;
        if rest.is_empty() { unchecked.try_into() } else { Err(PreparationError::Damaged) }
    }
}

impl Kind {
    fn inputs(&self) -> u32 {
        match self {
            Self::Number { .. } | Self::YesOrNo { .. } => 1,
            Self::Category { values, has_others, has_missing } => {
                values.len() as u32 + u32::from(*has_others) + u32::from(*has_missing)
            }
        }
    }
}

impl Scale {
    /// A missing number is the mean. Never NaN, and of a magnitude of at most [`DEVIATIONS_MAX`].
    fn input(&self, number: Option<f64>) -> f32 {
        let Some(number) = number.filter(|_| self.deviation > 0.0) else {
            return 0.0;
        };
        // A difference of finite numbers may be infinite, but divided by a finite one it is no NaN.
        let deviations = (number - self.mean) / self.deviation;
        deviations.clamp(-DEVIATIONS_MAX, DEVIATIONS_MAX) as f32
    }
}

#[cfg(test)]
mod tests;
