//! Dark or light.

use crate::{
    compact::{Erase, follow, live, on},
    dom,
    state::{page::use_page, settings::share_theme, slot::port},
};
use leptos::prelude::*;

/// Switches between the themes. The choice is remembered on this device; without one, the system's holds.
#[component]
pub fn ThemeToggle() -> impl IntoView {
    let changes = use_page().theme_changes;
    // The server cannot know the system's theme: the label is made right once the browser has taken over.
    let dark = RwSignal::new(false);
    follow(move || {
        let _ = changes.get();
        dark.set(dom::theme_is_dark());
    });
    let switch = move |_| {
        let next = !dom::theme_is_dark();
        dom::set_theme(next);
        changes.update(|changes| *changes += 1);
        if let Some(port) = port() {
            share_theme(&*port, next);
        }
    };
    let label = move || if dark.get() { "Switch to light theme" } else { "Switch to dark theme" };

    view! {
        <button type="button" class="icon-button" aria-label=live(label) title=live(label) on:click=on(switch)>
            <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                <circle class="icon-line" cx="10" cy="10" r="7.25" />
                <path class="icon-fill" d="M10 2.75 a7.25 7.25 0 0 1 0 14.5 z" />
            </svg>
        </button>
    }
    .erased()
}
