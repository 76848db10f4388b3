//! Offering nodes of this device.

use super::price::{self, exact};
use crate::{
    books::{credits, give::read},
    compact::{CollectAny, Erase, Shown, entered, live, on},
    components::notice::CommandProblem,
    format::plural,
    state::{command::Command, port::Market},
};
use books::view::OfferView;
use ledger::{Action, contracts::lending::Terms, economics};
use lending::limits::{INPUTS_MAX, NODES_MAX};
use leptos::{ev::SubmitEvent, prelude::*};
use peer::BooksCall;
use units::Credits;

/// A form, and what has come of it.
#[component]
pub fn Lend(
    /// The market.
    market: RwSignal<Market>,
) -> impl IntoView {
    let command = Command::default();
    let nodes = RwSignal::new("128".to_owned());
    let (hour, thousand) = (RwSignal::new("1".to_owned()), RwSignal::new("0.001".to_owned()));
    // What was ordered last: the books take some seconds to say so.
    let ordered = RwSignal::new("");
    let order = move |action: Action, words: &'static str| {
        ordered.set("");
        let call = BooksCall::Order(Box::new(action));
        command.run(
            move |port| port.ask_books(call),
            move |_| {
                let _ = ordered.try_set(words);
            },
        );
    };
    let terms = move || -> Result<Terms, String> {
        let nodes = nodes.with(|nodes| nodes.trim().parse().ok());
        let nodes = nodes.filter(|it| (1..=NODES_MAX as u32).contains(it));
        let nodes = nodes.ok_or(format!("offer 1 to {NODES_MAX} nodes"))?;
        let (Some(price_per_hour), Some(price_per_thousand_events)) =
            (hour.with(|hour| read_price(hour)), thousand.with(|thousand| read_price(thousand)))
        else {
            let problem = "give prices in credits, such as 1 or 0.001, or 0 for nothing";
            return Err(problem.to_owned());
        };
        let (stake, inputs_max) = (economics::STAKE_MIN, INPUTS_MAX);
        Ok(Terms { nodes, price_per_hour, price_per_thousand_events, stake, inputs_max })
    };
    let offer = move |event: SubmitEvent| {
        event.prevent_default();
        ordered.set("");
        match untrack(terms) {
            Ok(terms) => order(Action::Offer(terms), OFFERED),
            Err(problem) => command.refuse("invalid_input", problem),
        }
    };
    let withdraw = move |offer| order(Action::Withdraw { offer }, TAKEN_BACK);
    let own = move |offer: &OfferView| {
        let id = offer.id;
        view! {
            <li class="market-offer">
                <div>
                    <strong>{plural(offer.terms.nodes.into(), "node", "nodes")}</strong>
                    <p>{price::words(&offer.terms)}</p>
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
            <p class="hint">{live(move || terms().ok().map(|terms| worth(&terms)))}</p>
            <button type="submit" class="button" disabled=live(move || command.is_pending())>"Offer them"</button>
            <p class="hint" role="status">{live(move || ordered.get())}</p>
            <CommandProblem command />
            <Shown when=has_own>
                <p class="hint">"Offered now:"</p>
                <ul class="market-list" aria-label="Offers of this device">
                    {live(move || market.with(|market| market.own.iter().map(own).collect_any()))}
                </ul>
            </Shown>
            <p class="hint">
                {format!("{} of yours are set aside while an offer stands, and lost if the nodes are caught giving wrong answers.", exact(economics::STAKE_MIN))}
            </p>
        </form>
    }
    .erased()
}

const OFFERED: &str = "Others see the offer once it is written into the books, within seconds.";
const TAKEN_BACK: &str = "The offer is gone once that is written into the books, within seconds.";

/// What an offer may bring.
fn worth(terms: &Terms) -> String {
    let events = "An event is a signal from a node below that these nodes take in.";
    match lending::deposit_for(terms, 1) {
        busy if busy.is_zero() => events.to_owned(),
        busy => format!("{events} A busy hour brings some {}.", credits(busy)),
    }
}

/// A price, which may be nothing.
fn read_price(text: &str) -> Option<Credits> {
    let is_nothing = text.trim().parse() == Ok(0.0);
    if is_nothing { Some(Credits::ZERO) } else { read(text) }
}

#[cfg(test)]
mod tests {
    use super::read_price;
    use units::Credits;

    #[test]
    fn a_price_may_be_nothing() {
        assert_eq!(read_price("0"), Some(Credits::ZERO));
        assert_eq!(read_price("0.0"), Some(Credits::ZERO));
        assert_eq!(read_price("1.5"), Some(Credits::from_micros(1_500_000)));
        assert_eq!((read_price(""), read_price("-1"), read_price("a lot")), (None, None, None));
    }
}
