//! What must be true of a preparation that came from elsewhere.

use super::{
    CATEGORY_VALUES_MAX, Column, ENCODED_BYTES_MAX, Kind, Preparation, PreparationError, Scale,
};
use crate::sheet::COLUMNS_MAX;
use protocol::limits::{NETWORK_CLASSES_MAX, NETWORK_INPUTS_MAX};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The same fields, of which nothing is known.
#[derive(Deserialize)]
pub(super) struct Unchecked {
    label: String,
    classes: Vec<String>,
    columns: Vec<Column>,
}

impl TryFrom<Unchecked> for Preparation {
    type Error = PreparationError;

    fn try_from(
        Unchecked { label, classes, columns }: Unchecked,
    ) -> Result<Self, PreparationError> {
        distinct("classes", 2, NETWORK_CLASSES_MAX, classes.iter())?;
        let names = columns.iter().map(|column| &column.name).chain([&label]);
        distinct("columns", 2, COLUMNS_MAX, names)?;
        columns.iter().try_for_each(Column::check)?;
        let preparation = Self { label, classes, columns };
        let inputs = preparation.inputs();
        if inputs as usize > NETWORK_INPUTS_MAX {
            return Err(PreparationError::Inputs { inputs });
        }
        Ok(preparation)
    }
}

impl Column {
    fn check(&self) -> Result<(), PreparationError> {
        match &self.kind {
            Kind::Number { scale, .. } | Kind::YesOrNo { scale } if scale.is_possible() => Ok(()),
            Kind::Number { .. } | Kind::YesOrNo { .. } => {
                Err(PreparationError::Scale(self.name.clone()))
            }
            Kind::Category { values, .. } => {
                distinct("values of a column", 1, CATEGORY_VALUES_MAX, values.iter())?;
                if values.is_sorted() { Ok(()) } else { Err(PreparationError::Damaged) }
            }
        }
    }
}

impl Scale {
    fn is_possible(&self) -> bool {
        self.mean.is_finite() && self.deviation.is_finite() && self.deviation >= 0.0
    }
}

/// Whether an encoded preparation of that size is possible.
pub(super) fn size(size_bytes: usize) -> Result<(), PreparationError> {
    if size_bytes > ENCODED_BYTES_MAX {
        return Err(PreparationError::Size { size_bytes });
    }
    Ok(())
}

fn distinct<'a>(
    what: &'static str,
    low: usize,
    high: usize,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), PreparationError> {
    let mut seen = BTreeSet::new();
    let mut count = 0;
    let all_new = names.fold(true, |all_new, name| {
        count += 1;
        seen.insert(name) && all_new
    });
    if all_new && (low..=high).contains(&count) {
        Ok(())
    } else {
        Err(PreparationError::Names { what, count, low, high })
    }
}
