//! The memory on a page of its own: it needs no room.

use crate::{
    compact::{Erase, Shown},
    memories,
    state::page::use_page,
};
use leptos::prelude::*;
use leptos_meta::Title;

/// What this device remembers.
#[component]
pub fn MemoryPage() -> impl IntoView {
    let page = use_page();
    view! {
        <Title text="Memory" />
        <main id="content" class="memory">
            <h1>"Memory"</h1>
            <p class="lead">
                "What you write down here stays on this device, is found by what it means, and leaves only if you say so."
            </p>
            <Shown when=move || page.is_ready()>{memories::whole()}</Shown>
        </main>
    }
    .erased()
}
