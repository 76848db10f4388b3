//! A place where files are chosen or dropped.

use crate::{
    compact::{Erase, on},
    dropped::Dropped,
    picked::{self, Chosen},
};
use leptos::{
    attr::custom::custom_attribute,
    ev::{DragEvent, Event},
    prelude::*,
    task::spawn_local,
};

/// The place. It takes one file, several, or a folder with all that is in it.
#[component]
pub fn FilePicker(
    /// What to do, such as "Choose a CSV file".
    #[prop(into)]
    label: Signal<String>,
    /// Which files are offered.
    accept: &'static str,
    /// Whether several can be chosen.
    #[prop(optional)]
    several: bool,
    /// Whether folders are chosen.
    #[prop(optional)]
    folder: bool,
    /// Whether it is as high as a field.
    #[prop(optional)]
    small: bool,
    /// The id of what describes it.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// Whether nothing can be chosen at the time.
    #[prop(into)]
    disabled: Signal<bool>,
    /// What becomes of them.
    #[prop(into)]
    take: Callback<Vec<Chosen>>,
) -> impl IntoView {
    let (over, many) = (RwSignal::new(false), several || folder);
    let hand_over = move |chosen: Vec<Chosen>| {
        if !chosen.is_empty() {
            take.run(chosen);
        }
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        if !disabled.get_untracked() {
            // Folders are looked into after the event is over.
            let dropped = Dropped::of(&event);
            spawn_local(async move { hand_over(dropped.walk().await) });
        }
    };

    view! {
        <label
            class="drop"
            class:drop-small=small
            class:drop-over=over
            on:dragover=on(move |event: DragEvent| {
                event.prevent_default();
                over.set(true);
            })
            on:dragleave=on(move |_| over.set(false))
            on:drop=on(drop)
        >
            <input
                type="file"
                {..custom_attribute("webkitdirectory", folder)}
                class="visually-hidden"
                accept=accept
                aria-describedby=described_by
                multiple=many
                disabled=disabled
                on:change=on(move |event: Event| hand_over(picked::chosen(&event_target(&event))))
            />
            <span class="drop-words">{label}</span>
            {(!small)
                .then(|| {
                    view! {
                        <span class="hint" aria-hidden="true">
                            "or drop it here"
                        </span>
                    }
                }).erased()}
        </label>
    }
    .erased()
}
