//! What is behind the door, in a module of its own.

use super::{lend::Lend, loans::Loans, offers::Offers};
use crate::{
    compact::{Erase, follow},
    lazy::Away,
    state::{command::Command, page::use_page, port::Market},
};
use leptos::prelude::*;

#[cfg_attr(
    feature = "lazy",
    leptos::wasm_split::wasm_split(
        market,
        wasm_split_path = leptos::wasm_split,
        fallible,
        preload(preload)
    )
)]
fn view() -> Result<AnyView, Away> {
    Ok(view! { <Room /> }.into_any())
}

/// Brings the module, and gives what it shows.
pub(super) async fn open() -> Result<AnyView, Away> {
    #[cfg(feature = "lazy")]
    return view().await;
    #[cfg(not(feature = "lazy"))]
    view()
}

/// Brings the module before anybody asks for it. If that fails, opening tries again.
pub(super) async fn prepare() {
    #[cfg(feature = "lazy")]
    let _ = preload().await;
}

/// Everything on the market.
#[component]
fn Room() -> impl IntoView {
    let page = use_page();
    let market = RwSignal::new(Market::default());
    let asking = Command::default();
    // Offers change with pages of the books, and who can be reached with connections.
    let ledger = page.select(|view| view.ledger.map(|it| (it.tip, it.waiting)));
    let reached = page.select(|view| {
        let is_open = |peer: &&peer::PeerView| peer.stage == peer::LinkStage::Open;
        view.peers.iter().filter(is_open).count()
    });
    follow(move || {
        let _ = (ledger.get(), reached.get());
        asking.run(|port| port.find_offers(), move |found| drop(market.try_set(found)));
    });
    view! {
        <Loans />
        <div class="books-columns">
            <Offers market />
            <Lend market />
        </div>
    }
    .erased()
}
