//! Reading arguments: any JavaScript value goes in, a checked one or a sentence comes out.

use crate::failure::Failure;
use core::str::FromStr;
use js_sys::{
    Array, Float32Array, Float64Array, JsString, Object, Reflect, Uint8Array, Uint8ClampedArray,
    Uint16Array, Uint32Array,
};
use wasm_bindgen::{JsCast, JsValue};

/// The most numbers one argument may hold: the memory that a call can make this module claim (256 MiB).
pub(crate) const NUMBERS_MAX: u32 = 64 * 1024 * 1024;

/// The longest text that is looked at: far more than any argument may have, and little to copy.
const TEXT_CHARS_MAX: u32 = 64 * 1024;

/// A string.
pub(crate) fn text(value: &JsValue, what: &str) -> Result<String, Failure> {
    let length = value.dyn_ref::<JsString>().map_or(0, JsString::length);
    if length > TEXT_CHARS_MAX {
        let problem = format!("{what} has {length} characters: {TEXT_CHARS_MAX} are possible");
        return Err(Failure::invalid(problem));
    }
    value
        .as_string()
        .ok_or_else(|| Failure::invalid(format!("{what} must be a string, not {}", kind(value))))
}

/// A string that stands for something, such as a peer's id.
pub(crate) fn parsed<T>(value: &JsValue, what: &str) -> Result<T, Failure>
where
    T: FromStr,
    Failure: From<T::Err>,
{
    Ok(text(value, what)?.parse()?)
}

/// A whole number from `low` to `high`.
pub(crate) fn whole(value: &JsValue, what: &str, low: u32, high: u32) -> Result<u32, Failure> {
    let number = value.as_f64().filter(|number| number.fract() == 0.0);
    number
        .filter(|number| (f64::from(low)..=f64::from(high)).contains(number))
        .map(|number| number as u32)
        .ok_or_else(|| {
            let given = value.as_f64().map_or_else(|| kind(value), |number| number.to_string());
            Failure::invalid(format!(
                "{what} must be a whole number from {low} to {high}, not {given}"
            ))
        })
}

/// A number from 0 to 1.
pub(crate) fn within_one(value: &JsValue, what: &str) -> Result<f32, Failure> {
    let number = value.as_f64().filter(|number| (0.0..=1.0).contains(number));
    number.map(|number| number as f32).ok_or_else(|| {
        let given = value.as_f64().map_or_else(|| kind(value), |number| number.to_string());
        Failure::invalid(format!("{what} must be a number from 0 to 1, not {given}"))
    })
}

/// Whether a value was left out.
pub(crate) fn is_missing(value: &JsValue) -> bool {
    value.is_undefined() || value.is_null()
}

/// The fields of an object, each of which must be asked for.
pub(crate) struct Fields<'a> {
    what: &'static str,
    object: &'a JsValue,
}

impl<'a> Fields<'a> {
    /// Takes an object whose keys are all among `known`, so that a misspelt one is noticed; a missing one has no fields.
    pub(crate) fn new(
        value: &'a JsValue,
        what: &'static str,
        known: &[&str],
    ) -> Result<Self, Failure> {
        if is_missing(value) {
            return Ok(Self { what, object: value });
        }
        let Some(object) = value.dyn_ref::<Object>().filter(|_| !Array::is_array(value)) else {
            return Err(Failure::invalid(format!("{what} must be an object, not {}", kind(value))));
        };
        let keys = Reflect::own_keys(object)
            .map_err(|_| Failure::invalid(format!("the keys of {what} cannot be read")))?;
        for key in keys.iter().filter_map(|key| key.as_string()) {
            if !known.contains(&key.as_str()) {
                let known = known.join("`, `");
                return Err(Failure::invalid(format!(
                    "{what} has no `{key}`: `{known}` are possible"
                )));
            }
        }
        Ok(Self { what, object: value })
    }

    /// A field, if it is there.
    pub(crate) fn get(&self, name: &str) -> Option<JsValue> {
        if is_missing(self.object) {
            return None;
        }
        Reflect::get(self.object, &name.into()).ok().filter(|value| !is_missing(value))
    }

    /// A field that must be there.
    pub(crate) fn require(&self, name: &str) -> Result<JsValue, Failure> {
        self.get(name).ok_or_else(|| Failure::invalid(format!("{} needs `{name}`", self.what)))
    }

    /// A whole number, if it is there.
    pub(crate) fn whole(&self, name: &str, low: u32, high: u32) -> Result<Option<u32>, Failure> {
        self.get(name).map(|value| whole(&value, &format!("`{name}`"), low, high)).transpose()
    }
}

/// Finite numbers from an array or a typed array.
pub(crate) fn numbers(value: &JsValue, what: &str) -> Result<Vec<f32>, Failure> {
    check_length(value, what)?;
    let numbers = if let Some(typed) = value.dyn_ref::<Float32Array>() {
        typed.to_vec()
    } else if let Some(typed) = value.dyn_ref::<Float64Array>() {
        typed.to_vec().into_iter().map(|number| number as f32).collect()
    } else if let Some(bytes) = grey_levels(value) {
        bytes.into_iter().map(|level| f32::from(level) / 255.0).collect()
    } else if Array::is_array(value) {
        let array: &Array = value.unchecked_ref();
        let number = |entry: JsValue| entry.as_f64().map(|number| number as f32);
        array
            .iter()
            .map(number)
            .collect::<Option<Vec<f32>>>()
            .ok_or_else(|| Failure::invalid(format!("{what} must hold nothing but numbers")))?
    } else {
        let problem = "must be an array of numbers, a Float32Array, a Float64Array or a Uint8Array";
        return Err(Failure::invalid(format!("{what} {problem}, not {}", kind(value))));
    };
    match numbers.iter().position(|number| !number.is_finite()) {
        None => Ok(numbers),
        Some(at) => {
            let problem =
                format!("{what} holds {} at {at}: finite numbers are needed", numbers[at]);
            Err(Failure::invalid(problem))
        }
    }
}

/// At most `most` bytes of a `Uint8Array`.
pub(crate) fn bytes(value: &JsValue, what: &str, most: u32) -> Result<Vec<u8>, Failure> {
    let Some(bytes) = value.dyn_ref::<Uint8Array>() else {
        return Err(Failure::invalid(format!("{what} must be a Uint8Array, not {}", kind(value))));
    };
    let length = bytes.length();
    if length > most {
        let problem = format!("{what} has {length} bytes: {most} are possible at once");
        return Err(Failure::invalid(problem));
    }
    Ok(bytes.to_vec())
}

/// The bytes of a `Uint8Array` or `Uint8ClampedArray`.
pub(crate) fn grey_levels(value: &JsValue) -> Option<Vec<u8>> {
    let clamped = || Some(value.dyn_ref::<Uint8ClampedArray>()?.to_vec());
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).or_else(clamped)
}

/// Class numbers from an array or a typed array of whole numbers.
pub(crate) fn classes(value: &JsValue, what: &str) -> Result<Vec<u16>, Failure> {
    check_length(value, what)?;
    let wide: Vec<u32> = if let Some(bytes) = grey_levels(value) {
        bytes.into_iter().map(u32::from).collect()
    } else if let Some(typed) = value.dyn_ref::<Uint16Array>() {
        typed.to_vec().into_iter().map(u32::from).collect()
    } else if let Some(typed) = value.dyn_ref::<Uint32Array>() {
        typed.to_vec()
    } else if Array::is_array(value) {
        let array: &Array = value.unchecked_ref();
        let class = |entry: JsValue| whole(&entry, &format!("each of {what}"), 0, u16::MAX.into());
        array.iter().map(class).collect::<Result<_, _>>()?
    } else {
        let problem =
            "must be an array of whole numbers, a Uint8Array, a Uint16Array or a Uint32Array";
        return Err(Failure::invalid(format!("{what} {problem}, not {}", kind(value))));
    };
    let class = |class| {
        u16::try_from(class)
            .map_err(|_| Failure::invalid(format!("{what} holds class {class}: 65535 is the last")))
    };
    wide.into_iter().map(class).collect()
}

/// Checks the length of what holds numbers before it is copied.
pub(crate) fn check_length(value: &JsValue, what: &str) -> Result<(), Failure> {
    let length = Reflect::get(value, &"length".into()).ok().and_then(|length| length.as_f64());
    if length.is_some_and(|length| length > f64::from(NUMBERS_MAX)) {
        let problem = format!("{what} holds more than {NUMBERS_MAX} numbers: load fewer at once");
        return Err(Failure::invalid(problem));
    }
    Ok(())
}

/// What a value is, in a word or two.
pub(crate) fn kind(value: &JsValue) -> String {
    if value.is_null() {
        return "null".to_owned();
    }
    if Array::is_array(value) {
        return "an array".to_owned();
    }
    let kind = value.js_typeof().as_string().unwrap_or_default();
    match kind.as_str() {
        "object" => "an object".to_owned(),
        "undefined" => kind,
        other => format!("a {other}"),
    }
}
