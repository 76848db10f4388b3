//! Whole ledgers, for the page that measures.

use crate::chains::{Parted, Recorded};
use wasm_bindgen::prelude::*;

/// A ledger as bytes.
#[wasm_bindgen]
pub struct RecordedLedger(Recorded);

#[wasm_bindgen]
impl RecordedLedger {
    /// Of so many blocks with so many transfers each.
    #[wasm_bindgen(constructor)]
    pub fn new(blocks: u32, transfers: u32) -> Self {
        Self(Recorded::new(blocks, transfers))
    }

    /// Computes all of it again; gives how many transfers that were.
    pub fn validate(&self) -> u32 {
        self.0.validate();
        self.0.transfers()
    }
}

/// Two chains of which the heavier one lacks a block.
#[wasm_bindgen]
pub struct PartedLedgers(Parted);

#[wasm_bindgen]
impl PartedLedgers {
    /// Of so many blocks with so many transfers each, and one more.
    #[wasm_bindgen(constructor)]
    pub fn new(blocks: u32, transfers: u32) -> Self {
        Self(Parted::new(blocks, transfers))
    }

    /// The block comes; gives how many blocks gave way.
    pub fn meet(&mut self) -> usize {
        self.0.meet()
    }
}
