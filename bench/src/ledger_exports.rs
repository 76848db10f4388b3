//! A ledger's cryptography, for the page that measures.

use crate::ledger::{self, Signed};
use ::ledger::work::Search;
use protocol::signatures::Claim;
use wasm_bindgen::prelude::*;

/// A search that finds nothing.
#[wasm_bindgen]
pub struct Mining(Search);

#[wasm_bindgen]
impl Mining {
    /// Of one header.
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self(Search::new(ledger::header(), u64::MAX))
    }

    /// The header's encoding, for others.
    pub fn header() -> Vec<u8> {
        ledger::header().encode().to_vec()
    }

    /// See [`ledger::finds_the_first`].
    pub fn finds_the_first(hashes: u32, nonces: u32) -> bool {
        ledger::finds_the_first(hashes.into(), nonces)
    }

    /// Tries so many nonces on whole headers; how many were found.
    pub fn plainly(nonces: u32) -> usize {
        ledger::count_plainly(u64::MAX, nonces)
    }

    /// Tries so many nonces more; whether one was found.
    pub fn advance(&mut self, nonces: u32) -> bool {
        self.0.advance(nonces).is_some()
    }
}

/// Signatures by as many peers.
#[wasm_bindgen]
pub struct Signatures {
    signed: Vec<Signed>,
    claims: Vec<Claim>,
}

#[wasm_bindgen]
impl Signatures {
    /// So many.
    #[wasm_bindgen(constructor)]
    pub fn new(count: u32) -> Self {
        let signed = ledger::signatures(count);
        let claims = signed.iter().map(|signed| signed.claim.clone()).collect();
        Self { signed, claims }
    }

    /// Whose a signature is.
    pub fn peer(&self, place: usize) -> Vec<u8> {
        self.signed[place].peer.as_bytes().to_vec()
    }

    /// What was signed.
    pub fn bytes(&self, place: usize) -> Vec<u8> {
        self.signed[place].bytes.clone()
    }

    /// The signature.
    pub fn signature(&self, place: usize) -> Vec<u8> {
        self.signed[place].signature.to_vec()
    }

    /// See [`ledger::finds_what_is_wrong`].
    pub fn finds_what_is_wrong(&self) -> bool {
        ledger::finds_what_is_wrong(&self.signed)
    }

    /// Checks all of them in batches of this size.
    pub fn verify(&self, batch: usize) -> Result<(), JsError> {
        Ok(ledger::verify(&self.claims, batch)?)
    }
}
