//! Who is here.

use crate::{
    compact::{Each, Erase, Shown, live},
    components::person::{Person, capability_words},
    state::page::use_page,
};
use leptos::prelude::*;

/// Everyone in the room, this device first.
#[component]
pub fn People() -> impl IntoView {
    let page = use_page();
    let ids = Memo::new(move |_| {
        page.peers.with(|peers| peers.iter().map(|peer| peer.peer).collect::<Vec<_>>())
    });
    let capability = page.select(|view| view.capability.clone());
    let myself = move || {
        page.me.get().map(|me| {
            view! {
                <li class="person" data-peer=me.to_string() aria-label=live(move || page.name_of(me))>
                    <span class="dot dot-me" aria-hidden="true"></span>
                    <div class="person-words">
                        <p class="person-name">
                            {live(move || page.name_of(me))} " " <span class="tag">"this device"</span>
                        </p>
                        <p class="hint">{live(move || capability_words(&capability.get()))}</p>
                    </div>
                </li>
            }
        }).erased()
    };

    view! {
        <section class="panel people" aria-label="People">
            <h2>"People"</h2>
            <ul>
                {live(myself)}
                <Each each=move || ids.get() key=|id| *id let(id)>
                    <Person id />
                </Each>
            </ul>
            <Shown when=move || page.is_ready() && ids.with(Vec::is_empty)>
                <p class="empty">
                    {live(move || match page.room.with(Option::is_some) {
                        true => "Send the invitation link to someone, or open it in another browser.",
                        false => "This device is in no room. Open a whole invitation link, or create a room on the first page.",
                    })}
                </p>
            </Shown>
        </section>
    }
    .erased()
}
