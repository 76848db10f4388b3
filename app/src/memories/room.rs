//! What is behind the door, in a module of its own.

use super::{
    asked::Desk, fired_like::FiredLike, keep_skill::SkillForm, note::NoteForm, search::SearchPart,
    tidy::Tidy,
};
use crate::{
    compact::{Erase, live},
    format::{bytes, plural},
    lazy::Away,
};
use leptos::prelude::*;
use memory::call::Overview;

#[cfg_attr(
    feature = "lazy",
    leptos::wasm_split::wasm_split(
        memories,
        wasm_split_path = leptos::wasm_split,
        fallible,
        preload(preload)
    )
)]
fn view() -> Result<AnyView, Away> {
    Ok(view! { <Room /> }.into_any())
}

/// Brings the module, and gives what it shows.
pub(super) async fn open() -> Result<AnyView, Away> {
    #[cfg(feature = "lazy")]
    return view().await;
    #[cfg(not(feature = "lazy"))]
    view()
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

fn storage(overview: &Overview) -> String {
    let stats = &overview.stats;
    let capsules = plural(stats.capsules.into(), "capsule", "capsules");
    let mut text = format!("{capsules} in {} on this device.", bytes(stats.stored_bytes));
    if stats.of_others > 0 {
        text += &format!(" {} came from others.", stats.of_others);
    }
    if overview.damaged > 0 {
        let damaged = plural(overview.damaged.into(), "entry", "entries");
        text += &format!(" {damaged} could not be read and were left out.");
    }
    text
}
