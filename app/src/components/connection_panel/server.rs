//! Which server introduces this device, by hand.

use super::ByHand;
use crate::{
    compact::{Erase, entered, live, on},
    components::{notice::CommandProblem, site_server::use_server},
    dom,
    state::page::use_page,
};
use leptos::{ev::SubmitEvent, prelude::*};
use peer::SignalingState;

#[component]
pub fn Server(
    /// Where commands are given.
    by_hand: ByHand,
) -> impl IntoView {
    let page = use_page();
    let command = by_hand.server;
    let typed = RwSignal::new(None::<String>);
    let current = page.select(|view| view.signaling_url.clone().unwrap_or_default());
    let url = move || typed.get().unwrap_or_else(|| current.get());
    let use_typed = move |event: SubmitEvent| {
        event.prevent_default();
        by_hand.clear();
        use_server(page, command, untrack(url).trim().to_owned(), move || {
            let _ = typed.try_set(None);
        });
    };
    let use_own = move |_| {
        by_hand.clear();
        typed.set(None);
        use_server(page, command, dom::own_signaling_server(), || {});
    };
    let discover = move |_| {
        by_hand.clear();
        command.run(|port| port.discover(), |()| {});
    };
    let words = move || match page.signaling.get() {
        _ if page.room.with(Option::is_none) => {
            "This server is asked once this device is in a room."
        }
        SignalingState::Registered => {
            "This device is registered with this server. Discover asks it again who is here."
        }
        SignalingState::Off => "Discover connects to this server and asks who is here.",
        SignalingState::Connecting | SignalingState::Registering => "Connecting to this server.",
        SignalingState::Waiting { .. } => {
            "This server is out of reach. Discover tries it again at once."
        }
    };

    view! {
        <form class="row" on:submit=on(use_typed)>
            <label class="field field-wide">
                <span>"Signaling server"</span>
                <input
                    type="text"
                    inputmode="url"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=live(url)
                    on:input=entered(move |value| typed.set(Some(value)))
                />
            </label>
            <button type="submit" class="button" disabled=live(move || !page.is_ready() || command.is_pending())>
                "Use this server"
            </button>
            <button
                type="button"
                class="button"
                disabled=live(move || {
                    !page.is_ready() || command.is_pending() || url() == dom::own_signaling_server()
                })
                on:click=on(use_own)
            >
                "Use this site’s server"
            </button>
            <button
                type="button"
                class="button"
                disabled=live(move || page.room.with(Option::is_none) || command.is_pending())
                on:click=on(discover)
            >
                "Discover"
            </button>
            <span class="hint">{live(words)}</span>
            <CommandProblem command />
        </form>
    }
    .erased()
}
