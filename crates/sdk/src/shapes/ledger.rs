//! The ledger as plain objects. Amounts are in credits, times in milliseconds since 1970-01-01 UTC.

use super::object;
use books::view::{BlockView, CheckView, Overview, ProofView};
use browser::FoundBlock;
use js_sys::Uint8Array;
use serde::Serialize;
use units::{Credits, Hash, PeerId};
use wasm_bindgen::JsValue;

/// In credits: a JavaScript number holds every amount of a room to the last micro-credit.
pub(crate) fn credits(amount: Credits) -> f64 {
    amount.as_micros() as f64 / 1e6
}

#[derive(Serialize)]
pub(crate) struct Block {
    height: u32,
    block_id: Hash,
    miner_id: PeerId,
    transactions: u32,
    time: f64,
    fees: f64,
}

#[derive(Serialize)]
pub(crate) struct MinedBlock {
    height: u32,
    block_id: Hash,
    miner_id: PeerId,
    transactions: u32,
}

#[derive(Serialize)]
pub(crate) struct LedgerCheck {
    valid: bool,
    blocks: u32,
    transactions: f64,
    problem: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct LedgerStats {
    founder_id: PeerId,
    height: u32,
    tip: Hash,
    work: f64,
    difficulty: f64,
    transactions: f64,
    waiting: u32,
    blocks_beside: u32,
    members: u32,
    treasury: f64,
    supply: f64,
    balance: f64,
    stake: f64,
    member: bool,
    keeps_books: bool,
}

impl From<BlockView> for Block {
    fn from(view: BlockView) -> Self {
        Self {
            height: view.height,
            block_id: view.name,
            miner_id: view.miner,
            transactions: view.transactions,
            time: view.time.0 as f64,
            fees: credits(view.fees),
        }
    }
}

impl From<FoundBlock> for MinedBlock {
    fn from(block: FoundBlock) -> Self {
        let FoundBlock { height, name, miner, transactions } = block;
        Self { height, block_id: name, miner_id: miner, transactions }
    }
}

impl From<CheckView> for LedgerCheck {
    fn from(view: CheckView) -> Self {
        Self {
            valid: view.problem.is_none(),
            blocks: view.blocks,
            transactions: view.transactions as f64,
            problem: view.problem,
        }
    }
}

impl LedgerStats {
    pub(crate) fn new(view: Overview, keeps_books: bool) -> Self {
        Self {
            founder_id: view.founder,
            height: view.height,
            tip: view.tip,
            work: view.work as f64,
            difficulty: view.difficulty.0 as f64,
            transactions: view.transactions as f64,
            waiting: view.waiting.len() as u32,
            blocks_beside: view.beside,
            members: view.members,
            treasury: credits(view.treasury),
            supply: credits(view.supply),
            balance: credits(view.own.balance),
            stake: credits(view.own.stake),
            member: view.own.member,
            keeps_books,
        }
    }
}

pub(crate) fn transaction_proof(view: &ProofView) -> JsValue {
    let height = view.height.map_or(JsValue::NULL, JsValue::from);
    let proof = Uint8Array::from(&view.proof[..]);
    let tip = view.tip.to_string();
    object(&[("height", height), ("proof", proof.into()), ("tip", tip.into())])
}
