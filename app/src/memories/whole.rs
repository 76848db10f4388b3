//! The memory on a page of its own.

use super::{
    asked::Desk, copies::Copies, fired_like::FiredLike, keep_skill::SkillForm, map::MapPart,
    note::NoteForm, search::SearchPart, space::SpacePart, tidy::Tidy, whole_model::WholeModelPart,
};
use crate::compact::Erase;
use leptos::prelude::*;

/// All of it.
#[component]
pub fn Whole() -> impl IntoView {
    let desk = Desk::new();
    view! {
        <div class="memory-page">
            <MapPart desk />
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
            <Copies />
        </div>
    }
    .erased()
}
