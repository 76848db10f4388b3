//! Every stage of a connection, and each of them by hand.

pub mod new_cluster;
pub mod one_peer;
pub mod server;

use crate::{
    compact::{Erase, live, on},
    components::{connection_stages::ConnectionStages, notice::CommandProblem},
    state::{command::Command, page::use_page},
};
use leptos::prelude::*;
use new_cluster::CreateCluster;
use one_peer::OnePeer;
use server::Server;

/// The connection panel.
#[component]
pub fn ConnectionPanel() -> impl IntoView {
    let open = RwSignal::new(false);
    let by_hand = ByHand::default();

    view! {
        <section class="panel connection" aria-label="Connection">
            <h2>"Connection"</h2>
            <ConnectionStages />
            <button
                type="button"
                class="text-button disclosure"
                aria-expanded=live(move || open.get().to_string())
                aria-controls="by-hand"
                on:click=on(move |_| open.update(|open| *open = !*open))
            >
                "By hand"
            </button>
            <div id="by-hand" class="by-hand" role="group" aria-label="By hand" hidden=live(move || !open.get())>
                <ConnectByHand by_hand />
                <Server by_hand />
                <CreateCluster by_hand />
                <OnePeer by_hand />
            </div>
        </section>
    }
    .erased()
}

/// Where commands are given by hand. One of these places has a problem to show at most: that of the newest command.
#[derive(Clone, Copy, Default)]
pub struct ByHand {
    policy: Command,
    server: Command,
    cluster: Command,
    peer: Command,
}

impl ByHand {
    /// Forgets what became of earlier commands, because another one is given.
    fn clear(self) {
        for command in [self.policy, self.server, self.cluster, self.peer] {
            command.clear();
        }
    }
}

#[component]
fn ConnectByHand(by_hand: ByHand) -> impl IntoView {
    let page = use_page();
    let is_by_hand = page.select(|view| view.connect_by_hand);
    let change = move |wanted: bool| {
        by_hand.clear();
        by_hand.policy.run(move |port| port.set_connect_by_hand(wanted), |()| {});
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                disabled=live(move || !page.is_ready())
                prop:checked=is_by_hand
                on:change=on(move |event| change(event_target_checked(&event)))
            />
            <span>"Connect to peers only by hand"</span>
        </label>
        <CommandProblem command=by_hand.policy />
    }
    .erased()
}
