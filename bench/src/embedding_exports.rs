//! Texts as vectors, for the page that measures.

use crate::quality;
use memory::embedding::{StaticTable, Transformer};
use wasm_bindgen::prelude::*;

/// The static table, and the whole model once it is wanted.
#[wasm_bindgen]
pub struct Embedding {
    table: StaticTable,
    model: Option<Transformer>,
}

#[wasm_bindgen]
impl Embedding {
    /// From the table's file.
    #[wasm_bindgen(constructor)]
    pub fn new(file: &[u8]) -> Result<Self, JsError> {
        Ok(Self { table: StaticTable::decode(file)?, model: None })
    }

    /// Reads the whole model.
    pub fn read_model(&mut self, file: &[u8]) -> Result<(), JsError> {
        self.model = Some(Transformer::read(file, self.table.tokenizer().clone())?);
        Ok(())
    }

    /// Makes each line a vector by the table; how many.
    pub fn by_table(&self, texts: &str) -> usize {
        texts.lines().filter(|text| !self.table.embed(text).is_empty()).count()
    }

    /// Makes each line a vector by the model, if it was read; how many.
    pub fn by_model(&self, texts: &str) -> usize {
        let vector = |text: &str| self.model.as_ref().map(|model| model.embed(text));
        texts.lines().filter_map(vector).count()
    }

    /// See [`quality::hash_of_vectors`].
    pub fn hash_of_vectors(&self, texts: &str, by_model: usize) -> String {
        let model = self.model.as_ref().map(|model| (model, by_model));
        quality::hash_of_vectors(&self.table, model, texts).to_string()
    }
}
