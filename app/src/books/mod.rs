//! The room's books: who has what, what is recorded, and what waits to be.
//!
//! What is behind the door comes when it is opened ([`room::open`]), or a while after a room was entered.

pub mod accounts;
pub mod asked;
pub mod blocks;
pub mod branches;
pub mod branches_picture;
pub mod check;
pub mod give;
pub mod proof;
pub mod proof_picture;
pub mod received;
pub mod regard;
mod room;
mod words;

use crate::{
    compact::{Erase, live},
    components::door::{Door, has_ledger},
    format::plural,
    state::page::use_page,
};
use leptos::prelude::*;
use peer::LedgerView;
use units::Credits;

/// The door to the books.
#[component]
pub fn BooksPanel() -> impl IntoView {
    let ledger = use_page().select(|view| view.ledger);
    let door = Door {
        id: "books-title",
        title: "The room’s books",
        button: "Open the books",
        standing: Box::new(move || {
            ledger.with(|it| it.as_ref().map_or(NOBODY.to_owned(), standing))
        }),
        can_open: has_ledger,
        open: || Box::pin(room::open()),
        prepare: || Box::pin(room::prepare()),
        opens_itself: None,
    };
    view! {
        <section
            class="panel books"
            aria-labelledby="books-title"
            data-height=live(move || ledger.with(|it| it.map(|it| it.height.to_string())))
            data-waiting=live(move || ledger.with(|it| it.map(|it| it.waiting.to_string())))
            data-balance=live(move || ledger.with(|it| it.map(|it| it.balance.as_micros().to_string())))
        >
            {door.view()}
        </section>
    }
    .erased()
}

const NOBODY: &str = "Whoever made this room keeps its books. They come with the first connection.";

fn standing(ledger: &LedgerView) -> String {
    let blocks = plural(ledger.height.into(), "page", "pages");
    let has = match ledger.member {
        true => format!("You have {}.", credits(ledger.balance)),
        false => "You are not a member yet: whoever made the room welcomes you.".to_owned(),
    };
    let waits = match ledger.waiting {
        0 => "Nothing waits to be written.".to_owned(),
        1 => "1 entry waits to be written.".to_owned(),
        waiting => format!("{waiting} entries wait to be written."),
    };
    format!("{has} {blocks} so far. {waits}")
}

/// An amount with three decimals at most.
pub(crate) fn credits(amount: Credits) -> String {
    let thousandths = amount.as_micros() / 1_000;
    let (whole, part) = (thousandths / 1_000, thousandths % 1_000);
    let whole = crate::format::count(whole);
    match thousandths {
        1_000 => return "1 credit".to_owned(),
        _ if part == 0 => return format!("{whole} credits"),
        _ => {}
    }
    format!("{whole}.{} credits", format!("{part:03}").trim_end_matches('0'))
}

/// An amount that is something, however little.
pub(crate) fn some_credits(amount: Credits) -> String {
    match amount.as_micros() {
        1..1_000 => "under 0.001 credits".to_owned(),
        _ => credits(amount),
    }
}

#[cfg(test)]
mod tests {
    use super::credits;
    use units::Credits;

    #[test]
    fn amounts_are_short() {
        assert_eq!(credits(Credits::whole(1_000)), "1,000 credits");
        assert_eq!(credits(Credits::from_micros(2_500_900)), "2.5 credits");
        assert_eq!(credits(Credits::from_micros(999)), "0 credits");
        assert_eq!(credits(Credits::whole(1)), "1 credit");
    }
}
