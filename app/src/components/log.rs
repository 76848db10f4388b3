//! What has happened in this room, newest first.

use crate::{
    compact::{Each, Erase, Shown},
    state::{log::Entry, page::use_page, sentences::Tone},
};
use leptos::prelude::*;

/// The log.
#[component]
pub fn LogPanel() -> impl IntoView {
    let log = use_page().log;

    view! {
        <section class="panel log" aria-label="Log">
            <h2>"Log"</h2>
            <ol role="log" aria-live="polite" aria-label="What happened" tabindex="0">
                <Each each=move || log.entries() key=|entry| entry.number let(entry)>
                    <LogEntry entry />
                </Each>
            </ol>
            <Shown when=move || log.is_empty()>
                <p class="empty">"Nothing has happened yet."</p>
            </Shown>
        </section>
    }
    .erased()
}

#[component]
fn LogEntry(
    /// What happened.
    entry: Entry,
) -> impl IntoView {
    let class = match entry.tone {
        Tone::Plain => "log-entry",
        Tone::Good => "log-entry log-good",
        Tone::Problem => "log-entry log-problem",
    };
    view! {
        <li class=class>
            <time>{entry.time}</time>
            <span>
                {entry.text}
                {(entry.times > 1).then(|| format!(" (×{})", entry.times))}
            </span>
        </li>
    }
    .erased()
}
