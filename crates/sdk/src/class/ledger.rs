//! The room's ledger.

use super::DistributedNeuralNetwork;
use crate::{
    argument::{is_missing, parsed},
    failure::Failure,
    ledger_views::{Wanted, to_object, unexpected},
    shapes::{self, to_js},
};
use books::view::Question;
use js_sys::Uint8Array;
use ledger::Action;
use peer::{BooksCall, BooksReply};
use units::{Credits, Hash, PeerId};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

/// Micro-credits of a credit.
const MICROS: f64 = 1e6;

/// Blocks of one answer unless it is said.
const BLOCKS: u32 = 20;

/// The ledger.
#[wasm_bindgen(wasm_bindgen_futures = crate::promises)]
impl DistributedNeuralNetwork {
    /// Looks for one block of the room's ledger. Resolves to the block; rejects with `no_block` and the reason if there is none.
    #[wasm_bindgen(unchecked_return_type = "Block")]
    pub async fn mine_block(&self) -> Result<JsValue, Failure> {
        let block = self.host().await?.mine_block().await?;
        Ok(to_js(&shapes::MinedBlock::from(block)))
    }

    /// Whether this device goes on looking for blocks while there is something to record. Kept over reloads.
    pub async fn keep_books(
        &self,
        #[wasm_bindgen(unchecked_param_type = "boolean")] keep: JsValue,
    ) -> Result<(), Failure> {
        let keep =
            keep.as_bool().ok_or_else(|| Failure::invalid("`keep` must be true or false"))?;
        self.host().await?.ask_books(BooksCall::Keep(keep)).await?;
        Ok(())
    }

    /// Computes the whole ledger again from its beginning: every signature, every rule, every state.
    #[wasm_bindgen(unchecked_return_type = "LedgerCheck")]
    pub async fn validate_blockchain(&self) -> Result<JsValue, Failure> {
        self.look(Question::Check, Wanted::Check).await
    }

    /// The room as the bytes of a file: its ledger from the beginning, and the rounds of the session that this device keeps. Whoever
    /// has it can compute every block and every model again.
    pub async fn export_room(&self) -> Result<Uint8Array, Failure> {
        Ok(Uint8Array::from(&self.host().await?.write_room().await?[..]))
    }

    /// Credits that this device, or another one, can spend.
    pub async fn get_account_balance(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] peer_id: JsValue,
    ) -> Result<f64, Failure> {
        let peer = match is_missing(&peer_id) {
            true => self.host().await?.me(),
            false => parsed::<PeerId>(&peer_id, "a peer's id")?,
        };
        let balance = self.look(Question::Accounts, Wanted::BalanceOf(peer)).await?;
        balance.as_f64().ok_or_else(unexpected)
    }

    /// The ledger as a whole.
    #[wasm_bindgen(unchecked_return_type = "LedgerStats")]
    pub async fn get_blockchain_stats(&self) -> Result<JsValue, Failure> {
        let keeps = self.view().and_then(|view| view.ledger).is_some_and(|it| it.keeps);
        self.look(Question::Overview, Wanted::Stats(keeps)).await
    }

    /// The newest blocks, the newest first.
    #[wasm_bindgen(unchecked_return_type = "Block[]")]
    pub async fn get_blocks(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "number")] count: JsValue,
    ) -> Result<JsValue, Failure> {
        let count = match is_missing(&count) {
            true => BLOCKS,
            false => crate::argument::whole(&count, "blocks to get", 1, 200)?,
        };
        self.look(Question::Blocks { from: None, count }, Wanted::Blocks).await
    }

    /// Orders that so many credits go to another device. Resolves to the order's id; `block` events tell what is recorded.
    pub async fn transfer_credits(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] peer_id: JsValue,
        #[wasm_bindgen(unchecked_param_type = "number")] credits: JsValue,
    ) -> Result<String, Failure> {
        let to = parsed::<PeerId>(&peer_id, "a peer's id")?;
        let amount = amount(&credits)?;
        let order = self.order(Action::Transfer { to, amount }).await?;
        Ok(order.to_string())
    }

    /// Whether, and at which height, a transaction is recorded, with a proof that needs nothing but the newest header.
    #[wasm_bindgen(unchecked_return_type = "TransactionProof")]
    pub async fn get_transaction_proof(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] transaction_id: JsValue,
    ) -> Result<JsValue, Failure> {
        let transaction = parsed::<Hash>(&transaction_id, "a transaction's id")?;
        self.look(Question::Proof { transaction }, Wanted::Proof).await
    }
}

impl DistributedNeuralNetwork {
    pub(super) async fn look(
        &self,
        question: Question,
        wanted: Wanted,
    ) -> Result<JsValue, Failure> {
        let call = BooksCall::Look(question.encode());
        match self.host().await?.ask_books(call).await? {
            Some(BooksReply::View(bytes)) => to_object(bytes, wanted).await,
            _ => Err(unexpected()),
        }
    }

    async fn order(&self, action: Action) -> Result<Hash, Failure> {
        let call = BooksCall::Order(Box::new(action));
        match self.host().await?.ask_books(call).await? {
            Some(BooksReply::Ordered(order)) => Ok(order),
            _ => Err(unexpected()),
        }
    }
}

pub(crate) fn amount(credits: &JsValue) -> Result<Credits, Failure> {
    let micros = credits.as_f64().map(|credits| (credits * MICROS).round());
    // Whole numbers are exact up to 2^53, more than a room has.
    let micros = micros.filter(|it| (1.0..=9e15).contains(it));
    micros.map(|it| Credits::from_micros(it as u64)).ok_or_else(|| {
        Failure::invalid("`credits` must be a number of at least 0.000001, such as 2.5")
    })
}
