//! The layers of the shared network, every node lit as it fires.

use crate::{
    format::{count, percent},
    state::{
        newest::ask_newest,
        page::{Page, use_page},
        slot::port,
    },
};
use leptos::prelude::*;
use peer::{ClusterState, LayerState};

/// Nodes of one layer that are drawn; beyond, the circles would be too small to see.
const NODES_DRAWN_MAX: usize = 512;

/// The network of the cluster in use. Read again after every round, because only evaluation changes it.
#[component]
pub fn ClusterPicture() -> impl IntoView {
    let page = use_page();
    let state = RwSignal::new(None::<ClusterState>);
    follow(page, state);
    let inputs = Memo::new(move |_| {
        page.cluster().map(|cluster| (cluster.network.inputs, cluster.network.classes))
    });

    move || {
        let (state, (inputs, classes)) = state.get().zip(inputs.get())?;
        let measured = state.layers.iter().any(|layer| layer.firing_rates.iter().any(|&r| r > 0.0));
        let saved = measured.then(|| {
            let saved = percent(state.operations_saved.into());
            format!("A disc’s area is how often its node fires. Silence saves {saved} of the multiplications.")
        });
        Some(view! {
            <div class="cluster">
                <div
                    class="cluster-layers"
                    role="img"
                    aria-label="Layers of the network"
                    aria-describedby="cluster-words"
                >
                    <div class="layer layer-end">
                        <p class="layer-name">"input"</p>
                        <p class="layer-size">{count(inputs.into())}</p>
                    </div>
                    {state
                        .layers
                        .iter()
                        .enumerate()
                        .map(|(i, layer)| layer_drawing(i, layer))
                        .collect_view()}
                    <div class="layer layer-end">
                        <p class="layer-name">"classes"</p>
                        <p class="layer-size">{count(classes.into())}</p>
                    </div>
                </div>
                <p class="hint" id="cluster-words">
                    {in_words(&state)}
                </p>
                <p class="hint">{saved}</p>
            </div>
        })
    }
}

/// Reads the cluster's state when there is a new model or new rows, one question at a time.
fn follow(page: Page, state: RwSignal<Option<ClusterState>>) {
    let question =
        move || page.cluster().map(|c| (c.id, c.model, c.train_rows, page.rounds_finished.get()));
    ask_newest(question, move |question| async move {
        let Some(((cluster, ..), port)) = question.zip(port()) else {
            let _ = state.try_set(None);
            return;
        };
        // A cluster that cannot be read has its problem shown where it was made.
        if let Ok(read) = port.cluster_state(cluster).await {
            let _ = state.try_set(Some(read));
        }
    });
}

fn layer_drawing(number: usize, layer: &LayerState) -> impl IntoView + use<> {
    let drawn = layer.firing_rates.len().min(NODES_DRAWN_MAX);
    // Wider than high by about half, like a field of view.
    let columns = ((drawn as f64 * 1.6).sqrt().ceil() as usize).max(1);
    let rows = drawn.div_ceil(columns);
    let nodes = layer.firing_rates.iter().take(drawn).enumerate().map(|(node, &rate)| {
        let (x, y) = (node % columns * 10 + 5, node / columns * 10 + 5);
        view! {
            <circle class="node" cx=x.to_string() cy=y.to_string() r="3.8" />
            <circle class="node-fires" cx=x.to_string() cy=y.to_string() r=radius(rate) />
        }
    });

    view! {
        <div class="layer">
            <p class="layer-name">{format!("layer {}", number + 1)}</p>
            <svg viewBox=format!("0 0 {} {}", columns * 10, rows * 10) aria-hidden="true">
                {nodes.collect_view()}
            </svg>
            <p class="layer-size">{count(layer.firing_rates.len() as u64)}</p>
        </div>
    }
}

/// A node's disc: its area is the part of the samples for which the node fires; at [`RATE_FULL`] it fills the ring.
fn radius(rate: f32) -> String {
    format!("{:.2}", 3.8 * (rate / RATE_FULL).clamp(0.0, 1.0).sqrt())
}

/// Three times what a timer of 4 samples aims at.
const RATE_FULL: f32 = 0.3;

fn in_words(state: &ClusterState) -> String {
    let layers = state.layers.iter().enumerate().map(|(i, layer)| {
        let nodes = layer.firing_rates.len();
        let mean = layer.firing_rates.iter().sum::<f32>() / nodes.max(1) as f32;
        format!("layer {}: {nodes} nodes, {} firing", i + 1, percent(mean.into()))
    });
    layers.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::Hash;

    #[test]
    fn areas_tell_firing_rates_apart() {
        assert_eq!(radius(0.0), "0.00");
        assert_eq!(radius(0.075), "1.90", "a quarter of the full rate is half the radius");
        assert_eq!(radius(1.0), "3.80");
    }

    #[test]
    fn the_picture_has_words() {
        let layer = LayerState { thresholds: vec![0.0; 2], firing_rates: vec![0.1, 0.3] };
        let model = Hash::of(b"model");
        let state = ClusterState { model, layers: vec![layer], operations_saved: 0.5 };
        assert_eq!(in_words(&state), "layer 1: 2 nodes, 20.0 % firing");
    }
}
