//! The connection to one peer, by hand.

use super::ByHand;
use crate::{
    compact::{Erase, entered, follow, live, on},
    components::{messages::can_be_sent, notice::CommandProblem, peer_options::PeerOptions},
    state::page::use_page,
};
use leptos::{ev::SubmitEvent, prelude::*};
use units::PeerId;

#[component]
pub fn OnePeer(
    /// Where commands are given.
    by_hand: ByHand,
) -> impl IntoView {
    let page = use_page();
    let command = by_hand.peer;
    let chosen = RwSignal::new(None::<PeerId>);
    let text = RwSignal::new(String::new());
    // Without a choice the list shows the first one, and keeps showing it when others come.
    follow(move || {
        let first = page.peers.with(|peers| peers.first().map(|peer| peer.peer));
        if chosen.get_untracked().is_none() {
            chosen.set(first);
        }
    });
    let connect = move |_| {
        by_hand.clear();
        if let Some(peer) = chosen.get_untracked() {
            command.run(move |port| port.connect(peer), |()| {});
        }
    };
    let close = move |_| {
        by_hand.clear();
        if let Some(peer) = chosen.get_untracked() {
            command.run(move |port| port.close(peer), |()| {});
        }
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        by_hand.clear();
        let written = text.get_untracked().trim().to_owned();
        if let Some(peer) = chosen.get_untracked() {
            command.run(
                move |port| port.send_text(Some(peer), written),
                move |_| {
                    let _ = text.try_set(String::new());
                },
            );
        }
    };
    let nobody = move || chosen.get().is_none();

    view! {
        <div class="row">
            <label class="field field-wide">
                <span>"Peer"</span>
                <select
                    disabled=live(nobody)
                    on:change=entered(move |value| chosen.set(value.parse().ok()))
                >
                    <PeerOptions chosen with_id=true />
                </select>
            </label>
            <button type="button" class="button" disabled=live(nobody) on:click=on(connect)>
                "Connect to this peer"
            </button>
            <button type="button" class="button" disabled=live(nobody) on:click=on(close)>
                "Close this connection"
            </button>
        </div>
        <form class="row" on:submit=on(send)>
            <label class="field field-wide">
                <span>"Text"</span>
                <input
                    type="text"
                    autocomplete="off"
                    prop:value=text
                    on:input=entered(move |value| text.set(value))
                />
            </label>
            <button type="submit" class="button" disabled=live(move || nobody() || !can_be_sent(&text.read()))>
                "Send to this peer"
            </button>
        </form>
        <CommandProblem command />
    }
    .erased()
}
