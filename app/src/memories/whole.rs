//! The memory on a page of its own.

use super::{
    asked::Desk,
    copies::{Copies, arrived},
    fired_like::FiredLike,
    keep_skill::SkillForm,
    map::MapPart,
    note::NoteForm,
    search::SearchPart,
    space::SpacePart,
    tidy::Tidy,
    whole_model::WholeModelPart,
};
use crate::{
    compact::{Erase, live},
    devices,
    state::page::use_page,
};
use leptos::prelude::*;
use leptos_router::components::A;

/// All of it.
#[component]
pub fn Whole() -> impl IntoView {
    let page = use_page();
    let desk = Desk::new();
    // Where this device is, whatever else changes in that room.
    let room = Memo::new(move |_| page.room.with(|room| room.as_ref().map(|it| it.id)));
    let back = move || {
        let id = room.get()?;
        let link = view! {
            <A href=format!("/room/{id}") attr:class="text-link">
                {format!("Back to room {}", id.short())}
            </A>
        };
        Some(view! { <p class="memory-back">{link}</p> }.erased())
    };
    view! {
        <div class="memory-page">
            {live(back)}
            {arrived()}
            <div class="memory-page-columns">
                <section class="panel" aria-labelledby="memory-find">
                    <h2 id="memory-find">"Find"</h2>
                    <SearchPart desk />
                </section>
                <div class="memory-page-side">
                    <section class="panel" aria-label="Remember something">
                        <NoteForm desk />
                        <SkillForm desk />
                        <FiredLike desk />
                    </section>
                    <section class="panel" aria-label="The language model">
                        <WholeModelPart desk />
                    </section>
                    <section class="panel" aria-label="Tidy up">
                        <Tidy desk />
                        <SpacePart desk />
                    </section>
                </div>
            </div>
            <MapPart desk />
            <section class="panel devices" aria-labelledby="memory-devices">
                <h2 id="memory-devices">"Your devices"</h2>
                {devices::whole()}
            </section>
            <Copies />
        </div>
    }
    .erased()
}
