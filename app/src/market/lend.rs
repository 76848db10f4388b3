//! Offering nodes of this device.

use super::price::{self, exact};
use crate::{
    books::{credits, give::read},
    compact::{CollectAny, Erase, Shown, entered, follow, live, on},
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
    // Once the books say so, the list does.
    let own_count = Memo::new(move |_| market.with(|market| market.own.len()));
    follow(move || {
        let _ = own_count.get();
        ordered.set("");
    });
    let terms = move || -> Result<Terms, String> {
        Ok(Terms {
            nodes: nodes.with(|nodes| read_nodes(nodes))?,
            price_per_hour: hour.with(|hour| read_price(hour))?,
            price_per_thousand_events: thousand.with(|thousand| read_price(thousand))?,
            stake: economics::STAKE_MIN,
            inputs_max: INPUTS_MAX,
        })
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
                    <p>{format!("For {}", price::words(&offer.terms))}</p>
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
            <div class="market-fields">
                {field("Nodes", nodes, "numeric")}
                {field("Credits an hour", hour, "decimal")}
                {field("Credits for a thousand events", thousand, "decimal")}
            </div>
            <p class="hint">{live(move || terms().ok().map(|terms| worth(&terms)))}</p>
            <div class="fields-row">
                <button type="submit" class="button" disabled=live(move || command.is_pending())>"Offer them"</button>
                <p class="hint" role="status">{live(move || ordered.get())}</p>
            </div>
            <CommandProblem command />
            <Shown when=has_own>
                <p class="hint">"Offered now:"</p>
                <ul class="market-list" aria-label="Offers of this device">
                    {live(move || market.with(|market| market.own.iter().map(own).collect_any()))}
                </ul>
            </Shown>
            <p class="hint">
                {format!(
                    "{} of yours are set aside while an offer stands, and lost if the nodes are caught giving wrong answers. Of what a loan brings, one part in {} goes to the room. Nodes can be carried for nothing, too: under “Network”.",
                    exact(economics::STAKE_MIN),
                    economics::PARTS_OF_PAYMENT
                )}
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

fn read_nodes(text: &str) -> Result<u32, String> {
    let nodes = text.trim().parse().ok().filter(|it| (1..=NODES_MAX as u32).contains(it));
    nodes.ok_or_else(|| format!("offer 1 to {NODES_MAX} nodes, not `{text}`"))
}

/// A price, which may be nothing.
fn read_price(text: &str) -> Result<Credits, String> {
    let is_nothing = text.trim().parse() == Ok(0.0);
    let price = if is_nothing { Some(Credits::ZERO) } else { read(text) };
    price.ok_or_else(|| {
        format!("give prices in credits, such as 1 or 0.001, or 0 for nothing, not `{text}`")
    })
}

#[cfg(test)]
mod tests {
    use super::{read_nodes, read_price};
    use units::Credits;

    #[test]
    fn a_price_may_be_nothing() {
        assert_eq!(read_price("0"), Ok(Credits::ZERO));
        assert_eq!(read_price("0.0"), Ok(Credits::ZERO));
        assert_eq!(read_price("1.5"), Ok(Credits::from_micros(1_500_000)));
        for wrong in ["", "-1", "a lot"] {
            let problem = read_price(wrong).unwrap_err();
            assert!(problem.ends_with(&format!("not `{wrong}`")), "{problem}");
        }
    }

    #[test]
    fn no_more_nodes_are_offered_than_can_be_checked() {
        assert_eq!((read_nodes("1"), read_nodes(" 512 ")), (Ok(1), Ok(512)));
        for wrong in ["0", "513", "12.5", ""] {
            let problem = read_nodes(wrong).unwrap_err();
            assert_eq!(problem, format!("offer 1 to 512 nodes, not `{wrong}`"));
        }
    }
}
