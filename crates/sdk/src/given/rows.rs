//! Labelled rows of numbers, as callers write them.

use crate::{
    argument::{Fields, NUMBERS_MAX, check_length, classes, grey_levels, numbers},
    failure::Failure,
};
use js_sys::Array;
use neural::{Dataset, Values};
use protocol::limits;
use wasm_bindgen::{JsCast, JsValue};

/// Rows of numbers, for a cluster of `cluster_classes` if there is one.
pub(super) fn rows(fields: &Fields<'_>, cluster_classes: Option<u32>) -> Result<Dataset, Failure> {
    let labels = classes(&fields.require("labels")?, "`labels`")?;
    let values = values(&fields.require("inputs")?)?;
    let length = match &values {
        Values::Bytes(bytes) => bytes.len(),
        Values::Floats(numbers) => numbers.len(),
    };
    let rows = labels.len();
    if rows == 0 || length == 0 || length % rows != 0 {
        return Err(Failure::invalid(format!(
            "{length} values do not make {rows} rows of equal length: `inputs` needs a row for each of `labels`"
        )));
    }
    let inputs = length / rows;
    if let Some(shape) = fields.get("shape") {
        check_shape(&shape, inputs)?;
    }
    let inputs = u32::try_from(inputs).map_err(|_| Failure::invalid("a row is too long"))?;
    let seen = || u32::from(labels.iter().copied().max().unwrap_or(0)) + 1;
    let given = fields.whole("classes", 1, limits::NETWORK_CLASSES_MAX as u32)?;
    let classes = given.or(cluster_classes).unwrap_or_else(seen);
    Ok(Dataset { inputs, classes, values, labels })
}

/// Flat, or one array a row.
fn values(inputs: &JsValue) -> Result<Values, Failure> {
    check_length(inputs, "`inputs`")?;
    if let Some(bytes) = grey_levels(inputs) {
        return Ok(Values::Bytes(bytes));
    }
    let nested = |inputs: &Array| inputs.get(0).is_object();
    match inputs.dyn_ref::<Array>().filter(|inputs| nested(inputs)) {
        None => Ok(Values::Floats(numbers(inputs, "`inputs`")?)),
        Some(rows) => nested_values(rows),
    }
}

fn nested_values(rows: &Array) -> Result<Values, Failure> {
    let mut all = Vec::new();
    let mut first_length = None;
    for (at, row) in rows.iter().enumerate() {
        let row = numbers(&row, &format!("row {at} of `inputs`"))?;
        let expected = *first_length.get_or_insert(row.len());
        if row.len() != expected {
            let length = row.len();
            let problem =
                format!("row {at} of `inputs` has {length} values, the first has {expected}");
            return Err(Failure::invalid(problem));
        }
        if all.len() + row.len() > NUMBERS_MAX as usize {
            let problem =
                format!("`inputs` holds more than {NUMBERS_MAX} numbers: load fewer at once");
            return Err(Failure::invalid(problem));
        }
        all.extend(row);
    }
    Ok(Values::Floats(all))
}

fn check_shape(shape: &JsValue, inputs: usize) -> Result<(), Failure> {
    let product = if Array::is_array(shape) {
        let sides = numbers(shape, "`shape`")?;
        sides.iter().map(|side| f64::from(*side)).product()
    } else {
        shape.as_f64().unwrap_or(f64::NAN)
    };
    if product == inputs as f64 {
        Ok(())
    } else {
        let problem = format!("a row has {inputs} values, but `shape` makes {product}");
        Err(Failure::invalid(problem))
    }
}
