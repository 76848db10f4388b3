//! Every stage of a connection, and each of them by hand.

use crate::{
    components::{
        connection_stages::ConnectionStages, messages::can_be_sent, notice::CommandProblem,
        peer_options::PeerOptions, site_server::use_server,
    },
    dom,
    state::{
        command::Command,
        defaults::{self, SETS},
        page::use_page,
    },
};
use leptos::{ev::SubmitEvent, prelude::*};
use peer::SignalingState;
use protocol::cluster::NetworkSpec;
use units::{ClusterId, PeerId};

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
                aria-expanded=move || open.get().to_string()
                aria-controls="by-hand"
                on:click=move |_| open.update(|open| *open = !*open)
            >
                "By hand"
            </button>
            <div id="by-hand" class="by-hand" role="group" aria-label="By hand" hidden=move || !open.get()>
                <ConnectByHand by_hand />
                <Server by_hand />
                <CreateCluster by_hand />
                <OnePeer by_hand />
            </div>
        </section>
    }
    .into_any()
}

/// Where commands are given by hand. One of these places has a problem to show at most: that of the newest command.
#[derive(Clone, Copy, Default)]
struct ByHand {
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
                disabled=move || !page.is_ready()
                prop:checked=is_by_hand
                on:change:target=move |event| change(event.target().checked())
            />
            <span>"Connect to peers only by hand"</span>
        </label>
        <CommandProblem command=by_hand.policy />
    }
    .into_any()
}

#[component]
fn Server(by_hand: ByHand) -> impl IntoView {
    let page = use_page();
    let command = by_hand.server;
    let typed = RwSignal::new(None::<String>);
    let current = page.select(|view| view.signaling_url.clone().unwrap_or_default());
    let url = move || typed.get().unwrap_or_else(|| current.get());
    let use_typed = move |event: SubmitEvent| {
        event.prevent_default();
        by_hand.clear();
        use_server(page, command, untrack(url).trim().to_owned(), move || {
            let _ = typed.try_set(None);
        });
    };
    let use_own = move |_| {
        by_hand.clear();
        typed.set(None);
        use_server(page, command, dom::own_signaling_server(), || {});
    };
    let discover = move |_| {
        by_hand.clear();
        command.run(|port| port.discover(), |()| {});
    };
    let words = move || match page.signaling.get() {
        _ if page.room.with(Option::is_none) => {
            "This server is asked once this device is in a room."
        }
        SignalingState::Registered => {
            "This device is registered with this server. Discover asks it again who is here."
        }
        SignalingState::Off => "Discover connects to this server and asks who is here.",
        SignalingState::Connecting | SignalingState::Registering => "Connecting to this server.",
        SignalingState::Waiting { .. } => {
            "This server is out of reach. Discover tries it again at once."
        }
    };

    view! {
        <form class="row" on:submit=use_typed>
            <label class="field field-wide">
                <span>"Signaling server"</span>
                <input
                    type="text"
                    inputmode="url"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=url
                    on:input:target=move |event| typed.set(Some(event.target().value()))
                />
            </label>
            <button type="submit" class="button" disabled=move || !page.is_ready() || command.is_pending()>
                "Use this server"
            </button>
            <button
                type="button"
                class="button"
                disabled=move || {
                    !page.is_ready() || command.is_pending() || url() == dom::own_signaling_server()
                }
                on:click=use_own
            >
                "Use this site’s server"
            </button>
            <button
                type="button"
                class="button"
                disabled=move || page.room.with(Option::is_none) || command.is_pending()
                on:click=discover
            >
                "Discover"
            </button>
            <span class="hint">{words}</span>
            <CommandProblem command />
        </form>
    }
    .into_any()
}

#[component]
fn CreateCluster(by_hand: ByHand) -> impl IntoView {
    let page = use_page();
    let command = by_hand.cluster;
    let done = RwSignal::new(String::new());
    let name = RwSignal::new(String::from("my-cluster"));
    let layers = RwSignal::new(String::from("64, 64"));
    let create = move |event: SubmitEvent| {
        event.prevent_default();
        by_hand.clear();
        done.set(String::new());
        let made = name.with_untracked(|name| name.trim().parse::<ClusterId>());
        let network = layers.with_untracked(|layers| network_of(layers));
        match (made, network) {
            (Err(error), _) => command.refuse("invalid_input", error.to_string()),
            (_, Err(error)) => command.refuse("invalid_input", error),
            (Ok(cluster), Ok(network)) => {
                let words =
                    format!("{cluster} has {} nodes and is ready for data", network.nodes());
                let chosen = cluster.clone();
                command.run(
                    move |port| port.create_cluster(cluster, network.into()),
                    move |()| {
                        let _ = done.try_set(words);
                        let _ = page.chosen_cluster.try_set(Some(chosen));
                    },
                );
            }
        }
    };

    view! {
        <form class="row" on:submit=create>
            <label class="field">
                <span>"Cluster name"</span>
                <input
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=name
                    on:input:target=move |event| name.set(event.target().value())
                />
            </label>
            <label class="field">
                <span>"Nodes in each layer"</span>
                <input
                    type="text"
                    autocomplete="off"
                    prop:value=layers
                    on:input:target=move |event| layers.set(event.target().value())
                />
            </label>
            <button type="submit" class="button" disabled=move || !page.is_ready() || command.is_pending()>
                "Create cluster"
            </button>
            <span class="hint" role="status">
                {done}
            </span>
            <CommandProblem command />
        </form>
    }
    .into_any()
}

/// A network for the pictures of the first built-in set, with the layers that were typed.
fn network_of(layers: &str) -> Result<NetworkSpec, String> {
    let typed = layers.trim();
    let between_commas = typed.split(',').filter(|_| !typed.is_empty()).map(str::trim);
    let nodes = between_commas
        // Nothing between two commas is no layer, and may have been meant as one.
        .flat_map(|part| part.split(' ').filter(move |word| !word.is_empty() || part.is_empty()))
        .map(|part| {
            part.parse().map_err(|_| format!("`{part}` is not a number of nodes: write 64, 64"))
        })
        .collect::<Result<Vec<u32>, _>>()?;
    let inputs = (SETS[0].side * SETS[0].side) as u32;
    let network = defaults::network(inputs, &nodes, SETS[0].classes);
    network.validate().map_err(|error| error.to_string())?;
    Ok(network)
}

#[component]
fn OnePeer(by_hand: ByHand) -> impl IntoView {
    let page = use_page();
    let command = by_hand.peer;
    let chosen = RwSignal::new(None::<PeerId>);
    let text = RwSignal::new(String::new());
    // Without a choice the list shows the first one, and keeps showing it when others come.
    Effect::new(move |_| {
        let first = page.peers.with(|peers| peers.first().map(|peer| peer.peer));
        if chosen.get_untracked().is_none() {
            chosen.set(first);
        }
    });
    let connect = move |_| {
        by_hand.clear();
        if let Some(peer) = chosen.get_untracked() {
            command.run(move |port| port.connect(peer), |()| {});
        }
    };
    let close = move |_| {
        by_hand.clear();
        if let Some(peer) = chosen.get_untracked() {
            command.run(move |port| port.close(peer), |()| {});
        }
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        by_hand.clear();
        let written = text.get_untracked().trim().to_owned();
        if let Some(peer) = chosen.get_untracked() {
            command.run(
                move |port| port.send_text(Some(peer), written),
                move |_| {
                    let _ = text.try_set(String::new());
                },
            );
        }
    };
    let nobody = move || chosen.get().is_none();

    view! {
        <div class="row">
            <label class="field field-wide">
                <span>"Peer"</span>
                <select
                    disabled=nobody
                    on:change:target=move |event| chosen.set(event.target().value().parse().ok())
                >
                    <PeerOptions chosen with_id=true />
                </select>
            </label>
            <button type="button" class="button" disabled=nobody on:click=connect>
                "Connect to this peer"
            </button>
            <button type="button" class="button" disabled=nobody on:click=close>
                "Close this connection"
            </button>
        </div>
        <form class="row" on:submit=send>
            <label class="field field-wide">
                <span>"Text"</span>
                <input
                    type="text"
                    autocomplete="off"
                    prop:value=text
                    on:input:target=move |event| text.set(event.target().value())
                />
            </label>
            <button type="submit" class="button" disabled=move || nobody() || !can_be_sent(&text.read())>
                "Send to this peer"
            </button>
        </form>
        <CommandProblem command />
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::network_of;

    #[test]
    fn layers_are_typed_as_numbers_with_commas() {
        let network = network_of("32, 16 8").unwrap();
        assert_eq!(network.layers.iter().map(|layer| layer.nodes).collect::<Vec<_>>(), [32, 16, 8]);
        for (bad, part) in [
            ("64, x", "`x`"),
            ("64,,64", "`` is not"),
            ("64,", "`` is not"),
            (" ", "0 layers"),
            ("", "0 layers"),
            ("0", "0 nodes"),
        ] {
            let error = network_of(bad).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
