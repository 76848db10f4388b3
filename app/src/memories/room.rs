//! What is behind the door, in a module of its own.

use super::{
    asked::Desk, fired_like::FiredLike, keep_skill::SkillForm, note::NoteForm, search::SearchPart,
    space::storage, tidy::Tidy, whole::Whole,
};
use crate::{
    compact::{Erase, live},
    lazy::Away,
};
use leptos::prelude::*;

#[cfg_attr(
    feature = "lazy",
    leptos::wasm_split::wasm_split(
        memories,
        wasm_split_path = leptos::wasm_split,
        fallible,
        preload(preload)
    )
)]
fn view(place: Place) -> Result<AnyView, Away> {
    Ok(match place {
        Place::Panel => view! { <Room /> }.into_any(),
        Place::Page => view! { <Whole /> }.into_any(),
    })
}

/// Where the memory is shown.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// In a panel of a room.
    Panel,
    /// On a page of its own.
    Page,
}

/// Brings the module, and gives what it shows.
pub(super) async fn open(place: Place) -> Result<AnyView, Away> {
    #[cfg(feature = "lazy")]
    return view(place).await;
    #[cfg(not(feature = "lazy"))]
    view(place)
}

/// Brings the module before anybody asks for it. If that fails, opening tries again.
pub(super) async fn prepare() {
    #[cfg(feature = "lazy")]
    let _ = preload().await;
}

/// Everything about the memory.
#[component]
fn Room() -> impl IntoView {
    let desk = Desk::new();
    view! {
        <div class="memories-columns">
            <SearchPart desk />
            <div class="memories-side">
                <NoteForm desk />
                <SkillForm desk />
                <FiredLike desk />
                <Tidy desk />
                <p class="hint memories-storage">
                    {live(move || desk.overview.with(|it| it.as_ref().map(storage)))}
                </p>
            </div>
        </div>
    }
    .erased()
}
