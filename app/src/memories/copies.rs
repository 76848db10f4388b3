//! All that this device has, as one file: taken along, and put in the place of what is here.

use crate::{
    compact::{Erase, Shown, entered, live, on},
    components::notice::CommandProblem,
    dom, files,
    format::bytes,
    state::{command::Command, page::use_page},
};
use leptos::{
    ev::{Event, SubmitEvent},
    prelude::*,
};
use web_sys::File;

/// As in the files themselves: fewer characters are guessed.
const PASSPHRASE_CHARS_MIN: usize = 8;

const RULE: &str = "8 characters or more: some words that nobody would put together.";

/// Under which name this browser keeps that a copy has just taken its place, until the page says so.
const TAKEN: &str = "copy_taken";

/// What this page keeps beside the records of its peer.
const SETTINGS: [&str; 3] = ["theme", "cluster", "place"];

/// That a copy was put in the place of what was here, said once.
pub(super) fn arrived() -> Option<AnyView> {
    dom::remembered(TAKEN).filter(|taken| !taken.is_empty())?;
    dom::remember(TAKEN, "");
    let page = use_page();
    let words = move || {
        format!("The copy is in its place: this device is now “{}”.", page.device_name.get())
    };
    Some(view! { <p class="memory-arrived" role="status">{live(words)}</p> }.erased())
}

/// Saving a copy, and becoming one.
#[component]
pub fn Copies() -> impl IntoView {
    view! {
        <section class="panel memory-copies" aria-labelledby="memory-copies">
            <h2 id="memory-copies">"Everything in one file"</h2>
            <p class="hint">
                "Who you are, your networks and their data, messages, credits and all that is remembered: sealed with a passphrase, before it leaves this page."
            </p>
            <div class="memory-copies-ways">
                <Save />
                <Become />
            </div>
        </section>
    }
    .erased()
}

#[component]
fn Save() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let (passphrase, again) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let done = RwSignal::new(String::new());
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        done.set(String::new());
        let wanted = passphrase.get_untracked();
        if wanted.chars().count() < PASSPHRASE_CHARS_MIN {
            let problem = format!(
                "a passphrase has {PASSPHRASE_CHARS_MIN} characters or more: some words that nobody would put together"
            );
            return command.refuse("invalid_input", problem);
        }
        if wanted != again.get_untracked() {
            return command.refuse(
                "invalid_input",
                "the two passphrases are not the same: write it once more",
            );
        }
        let name = file_name(&page.device_name.get_untracked(), &dom::today());
        let settings = SETTINGS.iter();
        let settings = settings.filter_map(|key| Some(((*key).to_owned(), dom::remembered(key)?)));
        let settings = settings.collect();
        command.run(
            move |port| port.write_copy(wanted, settings),
            move |file| match files::save_blob(&file, &name) {
                Some(()) => {
                    let size = bytes(file.size() as u64);
                    let said = format!("{name} ({size}) is among your downloads. Without its passphrase nobody can open it, you neither.");
                    let _ = (done.try_set(said), passphrase.try_set(String::new()), again.try_set(String::new()));
                }
                None => command.refuse("download_refused", format!("this browser does not save `{name}`")),
            },
        );
    };
    view! {
        <form class="memory-copy" aria-labelledby="memory-copy-save" on:submit=on(save)>
            <h3 id="memory-copy-save">"Save a copy"</h3>
            <p class="hint" id="memory-copy-rule">{RULE}</p>
            <label class="field">
                <span>"Passphrase"</span>
                <input
                    type="password"
                    autocomplete="new-password"
                    aria-describedby="memory-copy-rule"
                    prop:value=live(move || passphrase.get())
                    on:input=entered(move |value| passphrase.set(value))
                />
            </label>
            <label class="field">
                <span>"The same once more"</span>
                <input
                    type="password"
                    autocomplete="new-password"
                    prop:value=live(move || again.get())
                    on:input=entered(move |value| again.set(value))
                />
            </label>
            <div class="fields-row">
                <button
                    type="submit"
                    class="button"
                    disabled=live(move || command.is_pending() || passphrase.with(String::is_empty))
                >
                    {live(move || if command.is_pending() { "Sealing" } else { "Save a copy" })}
                </button>
            </div>
            <p class="hint" role="status">{live(move || done.get())}</p>
            <CommandProblem command />
        </form>
    }
    .erased()
}

#[component]
fn Become() -> impl IntoView {
    let command = Command::default();
    let passphrase = RwSignal::new(String::new());
    let file = RwSignal::new_local(None::<File>);
    let is_sure = RwSignal::new(false);
    let chosen = move || file.with(|file| file.as_ref().map(File::name));
    let choose = move |event: Event| {
        command.clear();
        is_sure.set(false);
        file.set(files::chosen(&event_target(&event)));
    };
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(chosen) = file.get_untracked() else { return };
        let wanted = passphrase.get_untracked();
        let tried = wanted.clone();
        command.run(
            move |port| port.check_copy(chosen.into(), wanted),
            move |()| {
                // Whoever has written on meanwhile is asked about what is there now.
                if passphrase.try_with_untracked(|it| *it == tried) == Some(true) {
                    is_sure.set(true);
                    dom::focus_soon(".memory-copy-leave".to_owned());
                }
            },
        );
    };
    let leave = move |_| {
        is_sure.set(false);
        dom::focus_soon(".memory-copy-put".to_owned());
    };
    let become_it = move |_| {
        is_sure.set(false);
        let Some(file) = file.get_untracked() else { return };
        let wanted = passphrase.get_untracked();
        command.run(
            move |port| port.become_copy(file.into(), wanted),
            |settings| {
                let known = settings.iter().filter(|(key, _)| SETTINGS.contains(&key.as_str()));
                known.for_each(|(key, value)| dom::remember(key, value));
                dom::remember(TAKEN, "yes");
                dom::start_anew();
            },
        );
    };
    // What a copy itself is the reason for has changed nothing.
    let is_closed = move || {
        command.problem().is_some_and(|it| {
            !["wrong_passphrase", "invalid_copy", "invalid_input"].contains(&it.code.as_str())
        })
    };
    view! {
        <form class="memory-copy" aria-labelledby="memory-copy-become" on:submit=on(ask)>
            <h3 id="memory-copy-become">"Put a saved copy here"</h3>
            <label class="button button-quiet upload">
                <span>{live(move || chosen().unwrap_or_else(|| "Choose a file".to_owned()))}</span>
                <input
                    type="file"
                    class="visually-hidden"
                    aria-label="Choose a file"
                    accept=".copy"
                    on:change=on(choose)
                />
            </label>
            <label class="field">
                <span>"Its passphrase"</span>
                <input
                    type="password"
                    autocomplete="off"
                    prop:value=live(move || passphrase.get())
                    on:input=entered(move |value| {
                        passphrase.set(value);
                        is_sure.set(false);
                    })
                />
            </label>
            <Shown when=move || !is_sure.get()>
                <div class="fields-row">
                    <button
                        type="submit"
                        class="button memory-copy-put"
                        disabled=live(move || command.is_pending() || chosen().is_none() || passphrase.with(String::is_empty))
                    >
                        {live(move || if command.is_pending() { "Opening the copy" } else { "Replace this device’s data…" })}
                    </button>
                </div>
            </Shown>
            <Shown when=move || is_sure.get()>
                <div class="memory-copy-sure" role="alertdialog" aria-labelledby="memory-copy-sure">
                    <p id="memory-copy-sure">
                        <strong>"This device becomes that one. "</strong>
                        "The passphrase opens the copy. What is here now goes: name, networks, notes, messages. Two devices cannot be the same at once: close the other one for good, or pair them instead."
                    </p>
                    <div class="fields-row">
                        <button type="button" class="button button-strong" on:click=on(become_it)>
                            "Become that device"
                        </button>
                        <button type="button" class="button memory-copy-leave" on:click=on(leave)>
                            "Leave it as it is"
                        </button>
                    </div>
                </div>
            </Shown>
            <CommandProblem command />
            <Shown when=is_closed>
                <button type="button" class="button button-quiet" on:click=on(|_| dom::start_anew())>
                    "Load the page anew"
                </button>
            </Shown>
        </form>
    }
    .erased()
}

/// `peerceptron-ada-s-laptop-2026-11-29.copy`: whose, and when.
fn file_name(device: &str, day: &str) -> String {
    let mut name = String::new();
    for char in device.chars() {
        match char.is_ascii_alphanumeric() {
            true => name.push(char.to_ascii_lowercase()),
            false if name.ends_with('-') || name.is_empty() => {}
            false => name.push('-'),
        }
    }
    let name = name.trim_end_matches('-');
    match name.is_empty() {
        true => format!("peerceptron-{day}.copy"),
        false => format!("peerceptron-{name}-{day}.copy"),
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_is_named_after_the_device_and_the_day() {
        let day = "2026-11-29";
        assert_eq!(file_name("Ada’s laptop!", day), "peerceptron-ada-s-laptop-2026-11-29.copy");
        assert_eq!(file_name("…", day), "peerceptron-2026-11-29.copy");
    }
}
