//! The room.

use crate::{
    books::BooksPanel,
    compact::{Erase, follow, live},
    components::{
        asking::Asking, connection_panel::ConnectionPanel, data_card::DataCard, log::LogPanel,
        messages::Messages, network_panel::NetworkPanel, notice::CommandProblem, people::People,
        room_header::RoomHeader, site_server::ServerBanner, training::Training,
    },
    devices::{DevicesPanel, invitation_in},
    dom,
    market::MarketPanel,
    memories::MemoriesPanel,
    state::{
        command::Command,
        page::{Page, use_page},
    },
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_params_map};
use peer::SignalingState;
use units::RoomId;

/// The page of one room. Its secret stands behind `#` in the address, so only the browser can enter.
#[component]
pub fn RoomPage() -> impl IntoView {
    let page = use_page();
    let entry = Command::default();
    let named = named_room();
    enter_when_ready(page, entry, named);
    dom::keep_page_on_drop();
    // Where this device is, even if the address names another room that it could not enter.
    let inside = Memo::new(move |_| page.room.with(|room| room.as_ref().map(|room| room.id)));
    let title = Signal::derive(move || {
        inside.get().or(named.get()).map_or("Room".to_owned(), |id| format!("Room {}", id.short()))
    });

    view! {
        <Title text=title />
        <main
            id="content"
            class="room"
            data-room=live(move || page.room.get().map(|room| room.id.to_string()))
            data-me=live(move || page.me.get().map(|me| me.to_string()))
            data-signaling=live(move || signaling_name(&page.signaling.get()))
        >
            <RoomHeader title />
            <CommandProblem command=entry />
            <ServerBanner />
            <div class="room-grid">
                <div class="room-column room-before">
                    <People />
                    <DataCard />
                    <ConnectionPanel />
                </div>
                <div class="room-column room-during">
                    <Training />
                    <NetworkPanel />
                </div>
                <div class="room-column room-after">
                    <Asking />
                    <Messages />
                    <LogPanel />
                </div>
            </div>
            <MemoriesPanel />
            <DevicesPanel />
            <MarketPanel />
            <BooksPanel />
        </main>
    }
    .erased()
}

/// The room that the address names, if it does.
fn named_room() -> Memo<Option<RoomId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get("id")).and_then(|id| id.parse().ok()))
}

fn enter_when_ready(page: Page, entry: Command, named: Memo<Option<RoomId>>) {
    let hash = use_location().hash;
    follow(move || {
        if !page.is_ready() {
            return;
        }
        let Some(room) = named.get() else {
            let problem = "this address names no room: open the whole invitation link";
            return entry.refuse("invalid_input", problem);
        };
        let fragment = Some(hash.get()).filter(|hash| !hash.is_empty());
        let fragment = fragment.unwrap_or_else(dom::fragment);
        if let Some(invitation) = invitation_in(&fragment) {
            page.pairing.set(Some(invitation));
            dom::forget_pairing();
        }
        let inside = page.room.with_untracked(|own| own.as_ref().is_some_and(|own| own.id == room));
        if inside && fragment.is_empty() {
            return entry.clear();
        }
        entry.run(move |port| port.open_room(room, fragment), |()| {});
    });
}

fn signaling_name(state: &SignalingState) -> &'static str {
    match state {
        SignalingState::Off => "off",
        SignalingState::Connecting => "connecting",
        SignalingState::Registering => "registering",
        SignalingState::Registered => "registered",
        SignalingState::Waiting { .. } => "waiting",
    }
}
