//! One input: numbers, a row of a table by its columns, or a picture.

use super::pictures::small;
use crate::{
    argument::{is_missing, kind, numbers, text},
    failure::Failure,
};
use browser::Host;
use data::{Preparation, Question, Recipe, Value};
use js_sys::{Array, ArrayBuffer, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// What a cluster with this recipe is given.
pub(crate) async fn input(
    host: &Host,
    value: &JsValue,
    recipe: Option<&Recipe>,
) -> Result<Vec<f32>, Failure> {
    let are_numbers = Array::is_array(value) || ArrayBuffer::is_view(value);
    match recipe {
        Some(Recipe::Table(preparation)) if !are_numbers => {
            Ok(preparation.input(&question(value, preparation)?)?)
        }
        Some(Recipe::Pictures { look, .. }) if !are_numbers => {
            let values = small(host, value, "an input", *look).await?;
            Ok(values.into_iter().map(|level| f32::from(level) / 255.0).collect())
        }
        _ => numbers(value, "an input"),
    }
}

/// The cells of the columns that matter.
fn question(row: &JsValue, preparation: &Preparation) -> Result<Question, Failure> {
    if !row.is_instance_of::<Object>() {
        return Err(Failure::invalid(format!(
            "an input must be an object with a value for each column, or numbers, not {}",
            kind(row)
        )));
    }
    let mut question = Question::new();
    for column in preparation.columns() {
        let name = JsValue::from(column);
        let unreadable = |_| Failure::invalid(format!("the column {column:?} cannot be read"));
        let cell = Reflect::get(row, &name).map_err(unreadable)?;
        // A column that is not there is a mistake; one that is `null` is a missing value.
        if !cell.is_undefined() {
            question.insert(column.to_owned(), self::value(&cell, column)?);
        }
    }
    Ok(question)
}

fn value(cell: &JsValue, column: &str) -> Result<Value, Failure> {
    if is_missing(cell) {
        return Ok(Value::Missing);
    }
    let known = cell.as_bool().map(Value::YesOrNo).or_else(|| cell.as_f64().map(Value::Number));
    match known {
        Some(value) => Ok(value),
        None => Ok(Value::Text(text(cell, &format!("the column {column:?}"))?)),
    }
}
