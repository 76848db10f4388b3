//! The network of the cluster in use, layer by layer, with what its silence saves.

use crate::{
    compact::{Each, Erase, live},
    components::layer_picture::{Layer, LayerPicture},
    dom,
    format::{count, percent},
    state::{
        newest::ask_newest,
        page::{Page, use_page},
        slot::port,
    },
};
use leptos::prelude::*;
use peer::ClusterState;
use protocol::cluster::NetworkSpec;
use units::ClusterId;

/// A cluster's network as it is described, and as it is.
#[derive(Debug, Clone, PartialEq)]
struct Shown {
    cluster: ClusterId,
    network: NetworkSpec,
    state: ClusterState,
}

impl Shown {
    fn layer(&self, number: usize) -> Option<Layer> {
        let (spec, state) = (self.network.layers.get(number)?, self.state.layers.get(number)?);
        Some(Layer { spec: *spec, state: state.clone() })
    }

    /// Of all nodes, 0 to 1; `None` before it was measured.
    fn firing_rate(&self) -> Option<f64> {
        let rates = || self.state.layers.iter().flat_map(|layer| &layer.firing_rates);
        let sum: f64 = rates().map(|rate| f64::from(*rate)).sum();
        (sum > 0.0).then(|| sum / rates().count().max(1) as f64)
    }
}

/// The network of the cluster in use. Read again after every round, because only evaluation changes it.
#[component]
pub fn ClusterPicture() -> impl IntoView {
    let page = use_page();
    let shown = RwSignal::new(None::<Shown>);
    follow(page, shown);
    let resizes = dom::resizes();
    let layers = Memo::new(move |_| {
        let layers = shown.with(|shown| {
            let shown = shown.as_ref()?;
            Some(
                (0..shown.network.layers.len())
                    .map(|number| (shown.cluster.clone(), number))
                    .collect::<Vec<_>>(),
            )
        });
        layers.unwrap_or_default()
    });
    let drawn = move || page.fired.with(Option::is_some);

    view! {
        <div class="cluster" hidden=live(move || layers.with(Vec::is_empty))>
            {live(move || shown.with(|shown| shown.as_ref().map(summary)))}
            <ol class="layers" aria-label="Layers of the network">
                <Each each=move || layers.get() key=Clone::clone let((cluster, number))>
                    <LayerPicture
                        number
                        layer=Memo::new(move |_| shown.with(|shown| shown.as_ref()?.layer(number)))
                        fired=fired_nodes(page, cluster, number)
                        resizes
                    />
                </Each>
            </ol>
            <p class="hint" id="cluster-legend">
                {live(move || if drawn() { LEGEND_DRAWN } else { LEGEND })}
            </p>
        </div>
    }
    .erased()
}

const LEGEND: &str = "Each circle is a node: the stronger its ring, the higher its threshold; the larger its disc, the more often it fires. Point at one, or use the arrow keys, to read its numbers.";
const LEGEND_DRAWN: &str = "Lit nodes fire at your drawing: what reached them is above their threshold. All others are silent and cost nothing above.";

/// The nodes of one layer that fire at the drawing.
fn fired_nodes(page: Page, cluster: ClusterId, number: usize) -> Memo<Option<Vec<u32>>> {
    Memo::new(move |_| {
        page.fired.with(|fired| {
            let fired = fired.as_ref().filter(|fired| fired.cluster == cluster)?;
            fired.layers.get(number).cloned()
        })
    })
}

/// Reads the cluster's state when there is a new model or new rows, one question at a time.
fn follow(page: Page, shown: RwSignal<Option<Shown>>) {
    let question = move || {
        let cluster = page.cluster()?;
        let rounds = page.rounds_finished.get();
        Some((cluster.id, cluster.network, cluster.model, cluster.train_rows, rounds))
    };
    ask_newest(question, move |question| async move {
        let Some(((cluster, network, ..), port)) = question.zip(port()) else {
            let _ = shown.try_set(None);
            return;
        };
        // A cluster that cannot be read has its problem shown where it was made.
        if let Ok(state) = port.cluster_state(cluster.clone()).await {
            let _ = shown.try_set(Some(Shown { cluster, network, state }));
        }
    });
}

/// The figures, and the network in one line.
fn summary(shown: &Shown) -> impl IntoView + use<> {
    let network = &shown.network;
    let saved = shown
        .firing_rate()
        .map(|_| {
            let saved = f64::from(shown.state.operations_saved);
            view! {
                {figure("Operations saved", format!("{:.0} %", saved * 100.0), "figure-saved")}
                <p class="network-sentence">{saved_words(saved)}</p>
            }
        })
        .erased();
    let firing =
        shown.firing_rate().map(|rate| figure("Nodes firing", percent(rate), "figure-firing"));
    view! {
        <div class="network-figures">
            {saved}
            {firing}
            {figure("Nodes", count(network.nodes()), "")}
            {figure("Parameters", count(network.parameters()), "")}
        </div>
        <p class="hint network-line">{network.to_string().replace("->", "→")}</p>
    }
}

fn figure(name: &'static str, value: String, class: &'static str) -> AnyView {
    view! {
        <p class=format!("figure {class}")>
            <span class="figure-name">{name}</span>
            " "
            <span class="figure-value">{value}</span>
        </p>
    }
    .erased()
}

fn saved_words(saved: f64) -> String {
    format!(
        "A node that stays silent is skipped by every layer above: of 100 multiplications that a network without thresholds makes, {:.0} were not needed.",
        saved * 100.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::defaults::network;
    use peer::LayerState;
    use units::Hash;

    fn shown(firing_rates: Vec<f32>) -> Shown {
        let (thresholds, memory) = (vec![0.0; firing_rates.len()], Vec::new());
        let layer = LayerState { thresholds, firing_rates, memory };
        Shown {
            cluster: "digits".parse().unwrap(),
            network: network(4, &[2], 3),
            state: ClusterState {
                model: Hash::of(b"model"),
                layers: vec![layer],
                operations_saved: 0.5,
            },
        }
    }

    #[test]
    fn firing_is_a_figure_once_it_was_measured() {
        assert_eq!(shown(vec![0.0, 0.0]).firing_rate(), None);
        let rate = shown(vec![0.25, 0.75]).firing_rate();
        assert_eq!(rate, Some(0.5));
    }

    #[test]
    fn what_silence_saves_is_said_in_a_sentence() {
        assert!(saved_words(0.784).ends_with("78 were not needed."));
    }

    #[test]
    fn a_layer_that_the_state_does_not_have_is_not_shown() {
        assert!(shown(vec![0.5; 2]).layer(0).is_some());
        assert!(shown(vec![0.5; 2]).layer(1).is_none());
    }
}
