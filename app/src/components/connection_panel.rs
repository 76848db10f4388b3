//! Every stage of a connection, and each of them by hand.

use crate::{
    components::{
        connection_stages::ConnectionStages, notice::CommandProblem, peer_options::PeerOptions,
    },
    state::{
        command::Command,
        defaults::{self, SETS},
        page::use_page,
    },
};
use leptos::{ev::SubmitEvent, prelude::*};
use protocol::cluster::NetworkSpec;
use units::{ClusterId, PeerId};

/// The connection panel.
#[component]
pub fn ConnectionPanel() -> impl IntoView {
    let open = RwSignal::new(false);

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
                <ConnectByHand />
                <Server />
                <CreateCluster />
                <OnePeer />
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn ConnectByHand() -> impl IntoView {
    let command = Command::default();
    let page = use_page();
    let by_hand = page.select(|view| view.connect_by_hand);
    let change = move |by_hand: bool| {
        command.run(move |port| port.set_connect_by_hand(by_hand), |()| {});
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                disabled=move || !page.is_ready()
                prop:checked=by_hand
                on:change:target=move |event| change(event.target().checked())
            />
            <span>"Connect to peers only by hand"</span>
        </label>
        <CommandProblem command />
    }
    .into_any()
}

#[component]
fn Server() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let typed = RwSignal::new(None::<String>);
    let current = page.select(|view| view.signaling_url.clone().unwrap_or_default());
    let url = move || typed.get().unwrap_or_else(|| current.get());
    let use_server = move |event: SubmitEvent| {
        event.prevent_default();
        let url = untrack(url).trim().to_owned();
        command.run(
            move |port| port.configure_signaling_server(url),
            move |()| {
                let _ = typed.try_set(None);
            },
        );
    };
    let discover = move |_| command.run(|port| port.discover(), |()| {});

    view! {
        <form class="row" on:submit=use_server>
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
                disabled=move || page.room.with(Option::is_none) || command.is_pending()
                on:click=discover
            >
                "Discover"
            </button>
            <CommandProblem command />
        </form>
    }
    .into_any()
}

#[component]
fn CreateCluster() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let done = RwSignal::new(String::new());
    let name = RwSignal::new(String::from("my-cluster"));
    let layers = RwSignal::new(String::from("64, 64"));
    let create = move |event: SubmitEvent| {
        event.prevent_default();
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
                    move |port| port.create_cluster(cluster, network),
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
    let nodes = layers
        .split([',', ' '])
        .filter(|part| !part.is_empty())
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
fn OnePeer() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
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
        if let Some(peer) = chosen.get_untracked() {
            command.run(move |port| port.connect(peer), |()| {});
        }
    };
    let close = move |_| {
        if let Some(peer) = chosen.get_untracked() {
            command.run(move |port| port.close(peer), |()| {});
        }
    };
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let written = text.get_untracked();
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
            <button type="submit" class="button" disabled=nobody>
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
        for (bad, part) in [("64, x", "`x`"), ("", "0 layers"), ("0", "0 nodes")] {
            let error = network_of(bad).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
