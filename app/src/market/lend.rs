//! Offering nodes of this device.

use crate::{
    books::{credits, give::read},
    compact::{CollectAny, Erase, Shown, entered, live, on},
    components::notice::CommandProblem,
    format::plural,
    state::{command::Command, port::Market},
};
use books::view::OfferView;
use ledger::{Action, contracts::lending::Terms, economics};
use leptos::{ev::SubmitEvent, prelude::*};
use peer::BooksCall;
use units::Credits;

/// What can be checked of one offer.
const NODES_MAX: u32 = 512;
const INPUTS_MAX: u32 = 4_096;

/// A form, and what has come of it.
#[component]
pub fn Lend(
    /// The market.
    market: RwSignal<Market>,
) -> impl IntoView {
    let command = Command::default();
    let nodes = RwSignal::new("128".to_owned());
    let (hour, thousand) = (RwSignal::new("1".to_owned()), RwSignal::new("0.001".to_owned()));
    let offer = move |event: SubmitEvent| {
        event.prevent_default();
        let nodes = nodes.get_untracked().parse().ok().filter(|it| (1..=NODES_MAX).contains(it));
        let Some(nodes) = nodes else {
            let problem = format!("offer 1 to {NODES_MAX} nodes");
            return command.refuse("invalid_input", problem);
        };
        let prices = (price(&hour.get_untracked()), price(&thousand.get_untracked()));
        let (Some(price_per_hour), Some(price_per_thousand_events)) = prices else {
            let problem = "give prices in credits, such as 1 or 0.001, or 0 for nothing";
            return command.refuse("invalid_input", problem);
        };
        let (stake, inputs_max) = (economics::STAKE_MIN, INPUTS_MAX);
        let terms = Terms { nodes, price_per_hour, price_per_thousand_events, stake, inputs_max };
        let call = BooksCall::Order(Box::new(Action::Offer(terms)));
        command.run(move |port| port.ask_books(call), |_| {});
    };
    let withdraw = move |offer| {
        let call = BooksCall::Order(Box::new(Action::Withdraw { offer }));
        command.run(move |port| port.ask_books(call), |_| {});
    };
    let own = move |offer: &OfferView| {
        let id = offer.id;
        view! {
            <li class="market-offer">
                <div>
                    <strong>{plural(offer.terms.nodes.into(), "node", "nodes")}</strong>
                    {format!(" for {} an hour", credits(offer.terms.price_per_hour))}
                </div>
                <button
                    type="button"
                    class="button button-quiet"
                    disabled=live(move || command.is_pending())
                    on:click=on(move |_| withdraw(id))
                >
                    "Take back"
                </button>
            </li>
        }
    };
    let field = |words: &'static str, value: RwSignal<String>, mode: &'static str| {
        view! {
            <label class="field">
                <span>{words}</span>
                <input
                    type="text"
                    inputmode=mode
                    autocomplete="off"
                    prop:value=live(move || value.get())
                    on:input=entered(move |text| value.set(text))
                />
            </label>
        }
        .erased()
    };
    let has_own = move || market.with(|market| !market.own.is_empty());
    view! {
        <form class="books-part market-lend" aria-labelledby="market-lend" on:submit=on(offer)>
            <h3 id="market-lend">"Lend nodes of this device"</h3>
            {field("Nodes", nodes, "numeric")}
            {field("Credits an hour", hour, "decimal")}
            {field("Credits for a thousand events", thousand, "decimal")}
            <button type="submit" class="button" disabled=live(move || command.is_pending())>"Offer them"</button>
            <p class="hint">
                {format!("{} are bound while the offer stands, and lost if the nodes are caught giving wrong answers.", credits(economics::STAKE_MIN))}
            </p>
            <CommandProblem command />
            <Shown when=has_own>
                <ul class="market-list" aria-label="Offers of this device">
                    {live(move || market.with(|market| market.own.iter().map(own).collect_any()))}
                </ul>
            </Shown>
        </form>
    }
    .erased()
}

/// A price, which may be nothing.
fn price(text: &str) -> Option<Credits> {
    let is_nothing = text.trim().parse() == Ok(0.0);
    if is_nothing { Some(Credits::ZERO) } else { read(text) }
}

#[cfg(test)]
mod tests {
    use super::price;
    use units::Credits;

    #[test]
    fn a_price_may_be_nothing() {
        assert_eq!(price("0"), Some(Credits::ZERO));
        assert_eq!(price("0.0"), Some(Credits::ZERO));
        assert_eq!(price("1.5"), Some(Credits::from_micros(1_500_000)));
        assert_eq!((price(""), price("-1"), price("a lot")), (None, None, None));
    }
}
