//! The signaling server in use, and the way back to the one of this site.

use crate::{
    compact::{Erase, Shown, live, on},
    components::notice::{CommandProblem, as_sentence},
    dom,
    state::{
        command::Command,
        page::{Page, use_page},
    },
};
use leptos::prelude::*;
use peer::SignalingState;

/// Uses a signaling server, and connects to it at once where this device is in a room: a server that is out of reach is
/// then a problem of `command`, and not found out later. `taken` is called once the address is one.
pub fn use_server(page: Page, command: Command, url: String, taken: impl FnOnce() + 'static) {
    command.run(
        move |port| {
            Box::pin(async move {
                port.configure_signaling_server(url).await?;
                taken();
                if page.room.with_untracked(Option::is_none) {
                    return Ok(());
                }
                port.discover().await
            })
        },
        |()| {},
    );
}

/// Says that the server is gone, and that this matters little; where it is not this site's, offers this site's.
#[component]
pub fn ServerBanner() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let url = page.select(|view| view.signaling_url.clone().unwrap_or_default());
    let is_out_of_reach = Memo::new(move |_| {
        page.signaling.with(|state| matches!(state, SignalingState::Waiting { .. }))
    });
    let reason = move || match page.signaling.get() {
        SignalingState::Waiting { reason } => as_sentence(&reason),
        _ => String::new(),
    };
    let is_elsewhere = move || url.get() != dom::own_signaling_server();

    view! {
        <Shown when=move || is_out_of_reach.get()>
            <div class="banner" role="status">
                <p>
                    <strong>"The server is out of reach; the room goes on."</strong>
                    " Newcomers need it, or a neighbour who introduces them. It is tried again by itself. "
                    {live(reason)}
                </p>
                <Shown when=is_elsewhere>
                    <button
                        type="button"
                        class="button button-quiet"
                        disabled=live(move || command.is_pending())
                        on:click=on(move |_| use_server(page, command, dom::own_signaling_server(), || {}))
                    >
                        "Go back to this site’s server"
                    </button>
                </Shown>
            </div>
        </Shown>
        <CommandProblem command />
    }
    .erased()
}
