//! What others will see of a note, before they do.

use super::asked::ask;
use crate::{
    compact::{CollectAny, Erase, Shown, follow, live, on},
    state::command::Command,
};
use leptos::prelude::*;
use memory::{
    call::{Call, Reply},
    capsule::Privacy,
};

/// The text as it will leave, and what was found in it, each with a switch.
#[component]
pub fn Preview(
    /// What is being written.
    text: RwSignal<String>,
    /// Who may have it.
    privacy: RwSignal<Privacy>,
    /// What is not to be masked.
    keep: RwSignal<Vec<String>>,
) -> impl IntoView {
    let command = Command::default();
    let masked = RwSignal::new(String::new());
    let found = RwSignal::new(Vec::<(String, String)>::new());
    let is_shown = move || privacy.get() == Privacy::Open && text.with(|it| !it.trim().is_empty());
    follow(move || {
        if !is_shown() {
            return;
        }
        let (text, keep) = (text.get(), keep.get());
        ask(command, Call::Mask { text, keep }, move |reply| {
            if let Reply::Masked { text, found: values } = reply {
                let _ = (masked.try_set(text), found.try_set(values));
            }
        });
    });
    let switch = move |(value, kind): &(String, String)| {
        let its = value.clone();
        let is_kept = move || keep.with(|keep| keep.contains(&its));
        let is_masked = is_kept.clone();
        let (own, shown) = (value.clone(), value.clone());
        let toggle = move |_| {
            keep.update(|keep| match keep.iter().position(|it| *it == own) {
                Some(place) => drop(keep.remove(place)),
                None => keep.push(own.clone()),
            });
        };
        view! {
            <li>
                <button
                    type="button"
                    class="tag"
                    aria-pressed=live(move || (!is_masked()).to_string())
                    on:click=on(toggle)
                >
                    {format!("hide the {kind} “{shown}”")}
                </button>
            </li>
        }
        .erased()
    };
    view! {
        <Shown when=is_shown>
            <div class="memories-preview" role="group" aria-label="What others will see">
                <p class="hint">"What others will see:"</p>
                <p class="memories-text">{live(move || masked.get())}</p>
                <ul class="tags" aria-label="Found in it">
                    {live(move || found.with(|found| found.iter().map(switch).collect_any()))}
                </ul>
                <p class="hint">
                    {live(move || if found.with(Vec::is_empty) { NOTHING } else { LOOK })}
                </p>
            </div>
        </Shown>
    }
    .erased()
}

const NOTHING: &str = "Nothing was found that tells who somebody is. Look yourself: a machine does not know every name.";
const LOOK: &str =
    "Press what may be seen all the same. Look yourself, too: a machine does not know every name.";
