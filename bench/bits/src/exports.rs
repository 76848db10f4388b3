//! For a page that compares.

use crate::{TRAININGS, Training};
use wasm_bindgen::prelude::*;

/// For every training of [`TRAININGS`] in a row: its name, the hash that it must end at, and the one that it ends at here.
#[wasm_bindgen]
pub fn bits() -> Vec<String> {
    let words = |it: Training| [it.name.to_owned(), it.expected.to_owned(), it.hash()];
    TRAININGS.into_iter().flat_map(words).collect()
}
