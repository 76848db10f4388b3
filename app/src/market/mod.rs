//! The room's market: nodes for lease, and on lease.

pub mod lend;
pub mod loans;
pub mod offers;
pub(crate) mod price;
mod room;

use crate::{
    compact::Erase,
    components::door::{Door, has_ledger},
    format::plural,
    state::page::use_page,
};
use leptos::prelude::*;
use peer::{LoanStage, View};

/// The door to the market.
#[component]
pub fn MarketPanel() -> impl IntoView {
    let standing = use_page().select(standing);
    let door = Door {
        id: "market-title",
        title: "The market",
        button: "Open the market",
        standing: Box::new(move || standing.get()),
        can_open: has_ledger,
        open: || Box::pin(room::open()),
        prepare: || Box::pin(room::prepare()),
        opens_itself: None,
    };
    view! {
        <section class="panel market" aria-labelledby="market-title">
            {door.view()}
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
