//! The room's market: nodes for lease, and on lease.
//!
//! Only the door is part of the page that people wait for; see [`crate::lazy`].

pub mod lend;
pub mod loans;
pub mod offers;
pub(crate) mod price;
mod room;

use crate::{
    compact::{Erase, Shown, follow, live, on},
    format::plural,
    lazy,
    state::page::use_page,
};
use leptos::{prelude::*, task::spawn_local};
use peer::{LoanStage, View};

/// The door to the market.
#[component]
pub fn MarketPanel() -> impl IntoView {
    let page = use_page();
    let ledger = page.select(|view| view.ledger);
    let standing = page.select(standing);
    let is_open = RwSignal::new(false);
    let open = move |_| is_open.set(true);
    follow(move || {
        if page.is_ready() && ledger.with(Option::is_some) {
            spawn_local(room::prepare());
        }
    });
    view! {
        <section class="panel market" aria-labelledby="market-title">
            <h2 id="market-title">"The market"</h2>
            <p class="books-standing">{live(move || standing.get())}</p>
            <Shown when=move || !is_open.get()>
                <p>
                    <button
                        type="button"
                        class="button button-quiet"
                        disabled=live(move || ledger.with(Option::is_none))
                        on:click=on(open)
                    >
                        "Open the market"
                    </button>
                </p>
            </Shown>
            {live(move || is_open.get().then(|| lazy::place(Box::pin(room::open()))))}
        </section>
    }
    .erased()
}

fn standing(view: &View) -> String {
    let parts = view.split.iter().flat_map(|split| &split.parts);
    let is_running = |stage| matches!(stage, LoanStage::Open | LoanStage::Ending);
    let open = parts.filter(|part| part.loan.is_some_and(|loan| is_running(loan.stage)));
    let borrowed: u64 = open.map(|part| u64::from(part.nodes)).sum();
    let carried = view.hosting.carried.iter().filter(|it| it.loan.is_some());
    let lent: u64 = carried.map(|it| u64::from(it.nodes)).sum();
    let nodes = |count| plural(count, "node", "nodes");
    match (borrowed, lent) {
        (0, 0) => {
            "Devices lend each other nodes here, and are paid for work that was checked.".to_owned()
        }
        (_, 0) => format!("{} of others work for this device.", nodes(borrowed)),
        (0, _) => format!("{} of this device work for others.", nodes(lent)),
        _ => format!(
            "{} of others work for this device, and {} of its own for others.",
            nodes(borrowed),
            nodes(lent)
        ),
    }
}
