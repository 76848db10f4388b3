//! Nodes that others offer, and taking them.

use super::price::{self, exact};
use crate::{
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
    let (shows_rows, kept) = (RwSignal::new(false), RwSignal::new(KEPT.to_string()));
    let take = move |offers: Vec<units::Hash>| {
        let Some(cluster) = untrack(|| page.cluster()) else {
            return command.refuse("no_data", NO_NETWORK);
        };
        let keep_lowest = match shows_rows.get_untracked() {
            false => None,
            true => match kept.with_untracked(|kept| kept.trim().parse()) {
                Ok(nodes) => Some(nodes),
                Err(_) => {
                    let problem = "say how many nodes of the lowest layer stay here, such as 64";
                    return command.refuse("invalid_input", problem);
                }
            },
        };
        let hours = hours.get_untracked();
        let plan = BorrowPlan { offers, hours, deposit: None, keep_lowest };
        command.run(move |port| port.borrow_nodes(cluster.id, plan), |()| {});
    };
    let has_offers = move || market.with(|market| !market.free.is_empty());
    let has_network = move || page.cluster().is_some();
    let may_take = move || has_network() && !command.is_pending();
    let offer = move |offer: &OfferView| {
        let id = offer.id;
        let name = page.name_of(offer.owner);
        let label = format!("Borrow from {name}");
        view! {
            <li class="market-offer">
                <div>
                    <strong>{plural(offer.terms.nodes.into(), "node", "nodes")}</strong>
                    {format!(" of {name}")}
                    <p>{format!("For {}", price::words(&offer.terms))}</p>
                    <p class="hint">{standing(page, offer)}</p>
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
                <p class="empty">"No connected device offers nodes now. Offers appear here as they come."</p>
            </Shown>
            <ul class="market-list" aria-label="Offers">
                {live(move || market.with(|market| market.free.iter().map(offer).collect_any()))}
            </ul>
            <Shown when=move || has_offers() && !has_network()>
                <p class="hint">"Choose data first, under “Data”: that makes the network to which nodes can be added."</p>
            </Shown>
            <Shown when=has_offers>
                <div class="fields-row">
                    <label class="field">
                        <span>"For how long"</span>
                        <select on:change=entered(move |value| hours.set(value.parse().unwrap_or(HOURS[0])))>
                            {HOURS.into_iter().map(hour).collect_any()}
                        </select>
                    </label>
                    <button
                        type="button"
                        class="button"
                        disabled=live(move || !may_take())
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
                    <span>"Lend out the lowest layer too: lenders then see this device’s rows"</span>
                </label>
                <Shown when=move || shows_rows.get()>
                    <label class="field market-short">
                        <span>"Nodes of the lowest layer that stay here"</span>
                        <input
                            type="text"
                            inputmode="numeric"
                            autocomplete="off"
                            prop:value=live(move || kept.get())
                            on:input=entered(move |value| kept.set(value))
                        />
                    </label>
                </Shown>
                <p class="hint">
                    "The price of the busy hours is set aside from your credits, and what is not used comes back. Labels never leave this device, and without the choice above no row does."
                </p>
            </Shown>
            <CommandProblem command />
        </div>
    }
    .erased()
}

const NO_NETWORK: &str = "there is no network yet: choose data first";

/// What is known of who offers.
fn standing(page: Page, offer: &OfferView) -> String {
    let regard = match offer.reputation_percent {
        0 => "Its work is not known here yet".to_owned(),
        percent => format!("Its work is trusted {percent} % as much as the best"),
    };
    let ping = page.peers.with(|peers| {
        let peer = peers.iter().find(|peer| peer.peer == offer.owner);
        peer.and_then(|peer| peer.ping_ms)
    });
    let way = ping.map_or(String::new(), |ms| format!(" · {} away", round_trip_ms(ms)));
    format!("{regard}{way} · loses {} if it cheats", exact(offer.terms.stake))
}
