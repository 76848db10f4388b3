//! What the books say, as plain objects. In the application this is a module of its own (`lazy`): few pages ask.

use crate::{
    failure::Failure,
    shapes::{self, to_js},
};
use books::view::View;
use browser::HostError;
use units::PeerId;
use wasm_bindgen::JsValue;

/// What of an answer is wanted.
#[derive(Clone, Copy)]
pub(crate) enum Wanted {
    /// What came of a check.
    Check,
    /// What somebody can spend.
    BalanceOf(PeerId),
    /// The ledger as a whole, and whether this device keeps it.
    Stats(bool),
    /// Blocks.
    Blocks,
    /// A proof.
    Proof,
    /// Nodes for lease and on lease, as this device sees them.
    Nodes(PeerId),
}

#[cfg_attr(
    feature = "lazy",
    wasm_split_helpers::wasm_split(ledger_views, fallible, preload(preload))
)]
fn shaped(bytes: Vec<u8>, wanted: Wanted) -> Result<JsValue, Failure> {
    Ok(match (View::decode(&bytes), wanted) {
        (Some(View::Check(check)), Wanted::Check) => to_js(&shapes::LedgerCheck::from(check)),
        (Some(View::Accounts(accounts)), Wanted::BalanceOf(peer)) => {
            let account = accounts.iter().find(|account| account.peer == peer);
            account.map_or(0.0, |account| shapes::credits(account.balance)).into()
        }
        (Some(View::Overview(overview)), Wanted::Stats(keeps)) => {
            to_js(&shapes::LedgerStats::new(overview, keeps))
        }
        (Some(View::Blocks(blocks)), Wanted::Blocks) => {
            to_js(&blocks.into_iter().map(shapes::Block::from).collect::<Vec<_>>())
        }
        (Some(View::Market(market)), Wanted::Nodes(me)) => {
            to_js(&shapes::NodeStats::new(&market, me))
        }
        (Some(View::Proof(proof)), Wanted::Proof) => shapes::transaction_proof(&proof),
        _ => return Err(unexpected()),
    })
}

/// A [`View`]'s bytes as what is wanted of it.
pub(crate) async fn to_object(bytes: Vec<u8>, wanted: Wanted) -> Result<JsValue, Failure> {
    #[cfg(feature = "lazy")]
    return shaped(bytes, wanted).await;
    #[cfg(not(feature = "lazy"))]
    shaped(bytes, wanted)
}

/// The worker answered something else than it was asked. No worker of this build does.
pub(crate) fn unexpected() -> Failure {
    HostError::Job(peer::JobError::WorkerLost("it answered something else".to_owned())).into()
}

/// Brings the module before anybody asks for it.
#[cfg(feature = "lazy")]
pub(crate) async fn prepare() -> Result<(), Failure> {
    Ok(preload().await?)
}
