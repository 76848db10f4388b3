//! The top of the room: its name, its invitation, how it stands, and the way out.

use crate::{
    compact::{Erase, entered, live, on},
    components::{
        characters_left::{CharactersLeft, Room},
        invitation::CopyInvitation,
        notice::CommandProblem,
    },
    format::plural,
    shown::shown_name,
    state::{
        command::Command,
        page::{Status, use_page},
    },
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use peer::SignalingState;
use protocol::limits::DEVICE_NAME_CHARS_MAX;

/// The header of a room.
#[component]
pub fn RoomHeader(
    /// The room's name.
    title: Signal<String>,
) -> impl IntoView {
    let leaving = Command::default();
    let navigate = use_navigate();
    let page = use_page();
    let leave = move |_| {
        let navigate = navigate.clone();
        leaving.run(|port| port.leave_room(), move |()| navigate("/", NavigateOptions::default()));
    };

    view! {
        <div class="room-header">
            <div class="room-title">
                <h1>{title}</h1>
                <Summary />
            </div>
            <DeviceName />
            <div class="room-actions">
                <CopyInvitation />
                <button
                    type="button"
                    class="button"
                    disabled=live(move || page.room.with(Option::is_none) || leaving.is_pending())
                    on:click=on(leave)
                >
                    "Leave room"
                </button>
            </div>
            <CommandProblem command=leaving />
        </div>
    }
    .erased()
}

/// In one line: who is connected, and the server.
#[component]
fn Summary() -> impl IntoView {
    let page = use_page();
    let people = move || {
        let others = page.peers.with(Vec::len);
        match (page.status.get(), others, page.connected.get()) {
            (Status::Starting, ..) => "Starting this device’s peer".to_owned(),
            (Status::Failed(_), ..) => "This device is not in the room".to_owned(),
            _ if page.room.with(Option::is_none) => "This device is in no room".to_owned(),
            (_, 0, _) => "Nobody else is here yet".to_owned(),
            (_, _, connected) if connected == others => {
                format!("Connected with {}", plural(others as u64, "device", "devices"))
            }
            (.., connected) => {
                format!(
                    "Connected with {connected} of {}",
                    plural(others as u64, "device", "devices")
                )
            }
        }
    };
    let server = move || match page.signaling.get() {
        SignalingState::Off => "server not in use",
        SignalingState::Connecting => "reaching the server",
        SignalingState::Registering => "registering with the server",
        SignalingState::Registered => "server in reach",
        SignalingState::Waiting { .. } => "server out of reach",
    };

    view! {
        <p class="summary" role="status" aria-label="Room">
            {live(people)}
            {live(move || page.is_ready().then(|| format!(" · {}", server())))}
        </p>
    }
    .erased()
}

/// What others call this device.
#[component]
fn DeviceName() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    // What is being typed, until it is saved.
    let draft = RwSignal::new(None::<String>);
    let shown = move || draft.get().unwrap_or_else(|| page.device_name.get());
    let room = move || match draft.read().as_deref() {
        Some(draft) => Room::by_characters(&shown_name(draft), DEVICE_NAME_CHARS_MAX),
        None => Room::Enough,
    };
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let name = shown_name(&untrack(shown));
        if name.is_empty() {
            let problem = "nothing of this name can be seen: write at least one letter or digit";
            return command.refuse("invalid_input", problem);
        }
        command.run(
            move |port| port.set_device_name(name),
            move |()| {
                let _ = draft.try_set(None);
            },
        );
    };

    view! {
        <form class="device-name" aria-label="This device" on:submit=on(save)>
            <label class="field">
                <span>"Device name"</span>
                <input
                    type="text"
                    autocomplete="off"
                    disabled=live(move || !page.is_ready())
                    prop:value=live(shown)
                    on:input=entered(move |value| draft.set(Some(value)))
                />
            </label>
            <button
                type="submit"
                class="button button-quiet"
                disabled=live(move || {
                    draft.with(Option::is_none) || command.is_pending() || room().is_exceeded()
                })
            >
                "Save name"
            </button>
            <CharactersLeft room=Signal::derive(room) />
            <CommandProblem command />
        </form>
    }
    .erased()
}
