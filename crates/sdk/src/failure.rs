//! What JavaScript catches.

use browser::HostError;
use data::{PreparationError, RecipeError};
use js_sys::{Error, Reflect};
use units::{InvalidId, InvalidLabel};
use wasm_bindgen::JsValue;

/// An `Error` to be: a stable code and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Callers match on it.
    pub code: String,
    /// For people.
    pub message: String,
}

impl Failure {
    /// An argument is not what it should be.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { code: "invalid_input".to_owned(), message: message.into() }
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self { code: error.code().to_owned(), message: error.to_string() }
    }
}

impl From<InvalidId> for Failure {
    fn from(error: InvalidId) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<InvalidLabel> for Failure {
    fn from(error: InvalidLabel) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<RecipeError> for Failure {
    fn from(error: RecipeError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<PreparationError> for Failure {
    fn from(error: PreparationError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        let error = Error::new(&failure.message);
        // Setting a property of a fresh object throws for nothing.
        let _ = Reflect::set(&error, &"code".into(), &failure.code.into());
        error.into()
    }
}
