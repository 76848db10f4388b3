//! Nodes that others offer, and taking them.

use crate::{
    books::credits,
    compact::{CollectAny, Erase, Shown, entered, live, on},
    components::notice::CommandProblem,
    format::{plural, round_trip_ms},
    state::{
        command::Command,
        page::{Page, use_page},
        port::Market,
    },
};
use books::view::OfferView;
use leptos::prelude::*;
use peer::BorrowPlan;

/// Hours that can be chosen.
const HOURS: [u32; 5] = [1, 2, 4, 8, 24];

/// Nodes of the lowest layer that stay, unless it is said.
const KEPT: u32 = 64;

/// Offers of others, and how to take them.
#[component]
pub fn Offers(
    /// The market.
    market: RwSignal<Market>,
) -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let hours = RwSignal::new(HOURS[0]);
    let (shows_rows, kept) = (RwSignal::new(false), RwSignal::new(KEPT));
    let take = move |offers: Vec<units::Hash>| {
        let Some(cluster) = untrack(|| page.cluster()) else {
            return command.refuse("no_data", "there is no network yet: choose data first");
        };
        let keep_lowest = shows_rows.get_untracked().then(|| kept.get_untracked());
        let hours = hours.get_untracked();
        let plan = BorrowPlan { offers, hours, deposit: None, keep_lowest };
        command.run(move |port| port.borrow_nodes(cluster.id, plan), |()| {});
    };
    let has_offers = move || market.with(|market| !market.free.is_empty());
    let may_take = move || page.cluster().is_some() && !command.is_pending();
    let offer = move |offer: &OfferView| {
        let id = offer.id;
        let name = page.name_of(offer.owner);
        let label = format!("Borrow from {name}");
        view! {
            <li class="market-offer">
                <div>
                    <strong>{plural(offer.terms.nodes.into(), "node", "nodes")}</strong>
                    {format!(" of {name}")}
                    <p class="hint">{offer_words(page, offer)}</p>
                </div>
                <button
                    type="button"
                    class="button button-quiet"
                    aria-label=label
                    disabled=live(move || !may_take())
                    on:click=on(move |_| take(vec![id]))
                >
                    "Borrow"
                </button>
            </li>
        }
    };
    let hour = move |count: u32| {
        let chosen = move || hours.get() == count;
        view! { <option value=count.to_string() selected=live(chosen)>{plural(count.into(), "hour", "hours")}</option> }
    };
    view! {
        <div class="books-part" role="group" aria-labelledby="market-offers">
            <h3 id="market-offers">"Nodes to borrow"</h3>
            <Shown when=move || !has_offers()>
                <p class="hint">"No connected device offers nodes now."</p>
            </Shown>
            <ul class="market-list" aria-label="Offers">
                {live(move || market.with(|market| market.free.iter().map(offer).collect_any()))}
            </ul>
            <div class="market-terms">
                <label class="field">
                    <span>"For"</span>
                    <select on:change=entered(move |value| hours.set(value.parse().unwrap_or(HOURS[0])))>
                        {HOURS.into_iter().map(hour).collect_any()}
                    </select>
                </label>
                <button
                    type="button"
                    class="button"
                    disabled=live(move || !(has_offers() && may_take()))
                    on:click=on(move |_| take(Vec::new()))
                >
                    "Borrow all that help"
                </button>
            </div>
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=live(move || shows_rows.get())
                    on:change=on(move |event| shows_rows.set(event_target_checked(&event)))
                />
                <span>"Lenders may see inputs: the lowest layer goes as well"</span>
            </label>
            <Shown when=move || shows_rows.get()>
                <label class="field">
                    <span>"Nodes of it that stay here"</span>
                    <input
                        type="number"
                        min="0"
                        prop:value=live(move || kept.get().to_string())
                        on:input=entered(move |value| kept.set(value.parse().unwrap_or(KEPT)))
                    />
                </label>
            </Shown>
            <p class="hint">
                "Labels never leave this device, and without the choice above no row does. Nodes that are borrowed rest here until their lenders have them."
            </p>
            <CommandProblem command />
        </div>
    }
    .erased()
}

fn offer_words(page: Page, offer: &OfferView) -> String {
    let terms = offer.terms;
    let events = match terms.price_per_thousand_events {
        price if price.is_zero() => String::new(),
        price => format!(" and {} for a thousand events", micro(price)),
    };
    let ping = page.peers.with(|peers| {
        let peer = peers.iter().find(|peer| peer.peer == offer.owner);
        peer.and_then(|peer| peer.ping_ms)
    });
    let way = ping.map_or(String::new(), |ms| format!(" · {} away", round_trip_ms(ms)));
    let regard = match offer.reputation_percent {
        0 => " · unknown so far".to_owned(),
        percent => format!(" · trusted {percent} % as much as the best"),
    };
    format!(
        "{} an hour{events} · loses {} if it cheats{regard}{way}",
        credits(terms.price_per_hour),
        credits(terms.stake)
    )
}

/// An amount with all of its decimals.
fn micro(amount: units::Credits) -> String {
    let micros = amount.as_micros();
    let (whole, part) = (micros / 1_000_000, micros % 1_000_000);
    let part = format!("{part:06}");
    match part.trim_end_matches('0') {
        "" => format!("{whole} credits"),
        part => format!("{whole}.{part} credits"),
    }
}
