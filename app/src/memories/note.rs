//! Writing something down.

use super::{
    asked::{Desk, ask},
    preview::Preview,
};
use crate::{
    compact::{Erase, entered, follow, live, on},
    components::{
        characters_left::{CharactersLeft, Room},
        notice::CommandProblem,
    },
    dom,
    state::command::Command,
};
use leptos::{ev::SubmitEvent, prelude::*};
use memory::{
    call::{Call, Reply},
    capsule::Privacy,
    limits::TEXT_BYTES_MAX,
};

/// How a problem is called where the browser takes nothing more.
const NOT_STORED: &str = "storage";

/// A form, and what has come of it.
#[component]
pub fn NoteForm(
    /// What the panel shares.
    desk: Desk,
) -> impl IntoView {
    let command = Command::default();
    let (text, tags) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let privacy = RwSignal::new(Privacy::Personal);
    let kept = RwSignal::new(false);
    let keep = RwSignal::new(Vec::<String>::new());
    let remember = move |event: SubmitEvent| {
        event.prevent_default();
        kept.set(false);
        let call = Call::Remember {
            text: text.get_untracked(),
            tags: tags.with_untracked(|tags| tags.split(',').map(str::to_owned).collect()),
            privacy: privacy.get_untracked(),
            keep: keep.get_untracked(),
        };
        ask(command, call, move |reply| {
            if let Reply::Remembered(_) = reply {
                let _ =
                    (text.try_set(String::new()), tags.try_set(String::new()), kept.try_set(true));
                dom::focus_soon(".memories-note textarea".to_owned());
                desk.changed();
            }
        });
    };
    follow(move || {
        if command.problem().is_some_and(|it| it.code == NOT_STORED) {
            desk.lacks_room.set(true);
        }
    });
    let choose =
        move |name: String| privacy.set(Privacy::named(&name).unwrap_or(Privacy::Personal));
    view! {
        <form class="memories-note" aria-labelledby="memories-note" on:submit=on(remember)>
            <h3 id="memories-note">"Remember something"</h3>
            <label class="field">
                <span>"Note"</span>
                <textarea
                    rows="4"
                    prop:value=live(move || text.get())
                    on:input=entered(move |value| {
                        text.set(value);
                        kept.set(false);
                    })
                ></textarea>
            </label>
            <div class="fields-row">
                <label class="field field-wide">
                    <span>"Tags, with commas between"</span>
                    <input
                        type="text"
                        autocomplete="off"
                        prop:value=live(move || tags.get())
                        on:input=entered(move |value| tags.set(value))
                    />
                </label>
                <label class="field">
                    <span>"Who may have it"</span>
                    <select prop:value=live(move || privacy.get().name()) on:change=entered(choose)>
                        <option value="personal">"only my devices"</option>
                        <option value="open">"whoever finds it"</option>
                    </select>
                </label>
            </div>
            <p class="hint">{live(move || explained(privacy.get()))}</p>
            <Preview text privacy keep />
            <div class="fields-row">
                <button
                    type="submit"
                    class="button"
                    disabled=live(move || command.is_pending() || text.with(|text| text.trim().is_empty()))
                >
                    "Remember"
                </button>
                <p class="hint" role="status">{live(move || kept.get().then_some("Stored on this device."))}</p>
            </div>
            <CharactersLeft room=Signal::derive(move || Room::by_bytes(text.read().trim(), TEXT_BYTES_MAX)) />
            <CommandProblem command />
        </form>
    }
    .erased()
}

fn explained(privacy: Privacy) -> &'static str {
    match privacy {
        Privacy::Personal => "It is sealed with a key of yours, and never leaves your devices.",
        _ => "Devices in your room find it when they search, and can fetch it.",
    }
}
