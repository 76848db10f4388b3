//! A cluster, by hand.

use super::ByHand;
use crate::{
    compact::{Erase, entered, live, on},
    components::notice::CommandProblem,
    state::{
        defaults::{self, SETS},
        page::use_page,
    },
};
use leptos::{ev::SubmitEvent, prelude::*};
use protocol::cluster::NetworkSpec;
use units::ClusterId;

#[component]
pub fn CreateCluster(
    /// Where commands are given.
    by_hand: ByHand,
) -> impl IntoView {
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
        <form class="row" on:submit=on(create)>
            <label class="field">
                <span>"Cluster name"</span>
                <input
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=name
                    on:input=entered(move |value| name.set(value))
                />
            </label>
            <label class="field">
                <span>"Nodes in each layer"</span>
                <input
                    type="text"
                    autocomplete="off"
                    prop:value=layers
                    on:input=entered(move |value| layers.set(value))
                />
            </label>
            <button type="submit" class="button" disabled=live(move || !page.is_ready() || command.is_pending())>
                "Create cluster"
            </button>
            <span class="hint" role="status">
                {done}
            </span>
            <CommandProblem command />
        </form>
    }
    .erased()
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
