//! What this device remembers, and what those beside it would show of what they do.

pub mod asked;
pub mod copies;
pub mod fired_like;
pub mod forgetting;
pub mod found;
pub mod keep_skill;
pub mod make_room;
pub mod map;
mod map_look;
mod map_words;
pub mod note;
pub mod preview;
pub mod proof;
mod room;
pub mod search;
pub mod skill;
pub mod space;
pub mod tidy;
pub mod whole;
pub mod whole_model;

use crate::{
    compact::Erase,
    components::door::Door,
    format::plural,
    state::{
        command::Command,
        page::{Page, use_page},
    },
};
use leptos::prelude::*;
use leptos_router::components::A;
use memory::call::Call;

/// The door to the memory.
#[component]
pub fn MemoriesPanel() -> impl IntoView {
    let capsules = use_page().select(|view| view.capsules);
    let door = Door {
        id: "memories-title",
        title: "Memory",
        button: "Open the memory",
        standing: Box::new(move || standing(capsules.get())),
        can_open: || Page::is_ready(use_page()),
        open: || Box::pin(room::open(room::Place::Panel)),
        prepare: || Box::pin(room::prepare()),
        opens_itself: None,
    };
    view! {
        <section
            class="panel memories"
            aria-labelledby="memories-title"
        >
            {door.view()}
            <p>
                <A href="/memory" attr:class="text-link">"On a page of its own"</A>
            </p>
        </section>
    }
    .erased()
}

/// All of it, on a page of its own.
pub fn whole() -> AnyView {
    // The memory opens while what shows it comes: any question has it opened, and this one takes no time.
    Command::default().run(|port| port.ask_memory(Call::Devices.encode()), drop);
    crate::lazy::place(Box::pin(room::open(room::Place::Page)))
}

fn standing(capsules: Option<u32>) -> String {
    match capsules {
        None | Some(0) => {
            "Notes stay on this device, are found by what they mean, and are shared only when you say so."
                .to_owned()
        }
        Some(count) => format!("{} on this device.", plural(count.into(), "note", "notes")),
    }
}
