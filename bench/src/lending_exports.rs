//! Lending, for the page that measures.

use crate::lending::{MODES, SHAPES, Stream};
use wasm_bindgen::prelude::*;

/// See [`Stream`].
#[wasm_bindgen]
pub struct Lending(Stream);

#[wasm_bindgen]
impl Lending {
    /// Of one of [`SHAPES`].
    #[wasm_bindgen(constructor)]
    pub fn new(shape: usize) -> Result<Self, JsError> {
        Stream::new(SHAPES[shape]).map(Self).map_err(said)
    }

    /// So many lessons in one of [`MODES`].
    pub fn run(&self, mode: usize, lessons: u32) -> Result<usize, JsError> {
        self.0.run(MODES[mode], lessons.into()).map_err(said)
    }
}

fn said(error: Box<dyn std::error::Error>) -> JsError {
    JsError::new(&error.to_string())
}
