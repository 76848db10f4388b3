//! One layer of the network: its nodes, and how their thresholds and firing rates are spread.

use crate::{
    compact::{Erase, follow, live, on},
    components::{
        distribution::{Distribution, Spread},
        node_field::{Scene, ends, grid_of, paint},
    },
    format::{count, percent, plural},
    state::page::use_page,
};
use leptos::{html::Canvas, prelude::*};
use peer::{LayerState, NodeMemory};
use protocol::cluster::LayerSpec;
use web_sys::PointerEvent;

/// A disc is full at so many times the rate that the timer aims at.
const RATES_FULL: f64 = 3.0;

/// A layer as it is described, and as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// As it is described.
    pub spec: LayerSpec,
    /// As it is.
    pub state: LayerState,
}

impl Layer {
    fn nodes(&self) -> usize {
        self.state.thresholds.len()
    }

    /// Where homeostasis rests: the rate at which a threshold rises as often as it falls, `1 - (2/3)^(1/T)`.
    fn rate_aimed_at(&self) -> f64 {
        1.0 - (2.0_f64 / 3.0).powf(1.0 / f64::from(self.spec.timer.max(1)))
    }

    /// Whether firing rates were measured: that takes rows.
    fn is_measured(&self) -> bool {
        self.state.firing_rates.iter().any(|rate| *rate > 0.0)
    }

    fn scene<'a>(&'a self, fired: Option<&'a [u32]>, chosen: Option<usize>) -> Scene<'a> {
        let rate_full = RATES_FULL * self.rate_aimed_at();
        let LayerState { thresholds, firing_rates, .. } = &self.state;
        Scene { thresholds, firing_rates, rate_full, fired, chosen }
    }

    /// `128 nodes · timer 4`, and what a temporal layer is beside.
    fn kind(&self) -> String {
        let kind =
            format!("{} · timer {}", plural(self.nodes() as u64, "node", "nodes"), self.spec.timer);
        match self.spec.traces {
            0 => kind,
            traces => format!("{kind} · temporal, {}", plural(traces.into(), "trace", "traces")),
        }
    }

    /// One node's numbers.
    fn node_words(&self, node: usize, fired: Option<&[u32]>) -> Option<String> {
        let threshold = self.state.thresholds.get(node)?;
        let rate = self.state.firing_rates.get(node).copied().unwrap_or_default();
        let mut words = format!("Node {}: threshold {threshold:.2}", node + 1);
        if self.is_measured() {
            words += &format!(", fires in {} of rows", percent(rate.into()));
        }
        if let Some(memory) = self.state.memory.get(node) {
            words += &memory_words(memory);
        }
        if let Some(fired) = fired {
            let fires = fired.binary_search(&(node as u32)).is_ok();
            words += if fires { ", fires now" } else { ", silent now" };
        }
        Some(words)
    }
}

/// What a node remembers: of late, and for long.
fn memory_words(memory: &NodeMemory) -> String {
    let [fires, _, fired] = memory.activity.map(|rate| percent(rate.into()));
    let ([error, _, was], [_, _, threshold]) = (memory.error, memory.threshold);
    let trace = memory.trace;
    format!(
        " ({fires} of late, {fired} for long; error {error:.3}, {was:.3} for long; trace {trace:.2}; threshold {threshold:.2} for long)"
    )
}

/// `13 of 128 nodes fired`.
pub(super) fn fired_words(fired: usize, nodes: u64) -> String {
    format!("{} of {} fired", count(fired as u64), plural(nodes, "node", "nodes"))
}

/// The layer. The numbers of a node are read with the pointer, or with the arrow keys.
#[component]
pub fn LayerPicture(
    /// Which, from 0.
    number: usize,
    /// What it is like.
    layer: Memo<Option<Layer>>,
    /// The nodes that fire at the drawing, if there is one.
    fired: Memo<Option<Vec<u32>>>,
    /// Counts changes of size.
    resizes: RwSignal<u32>,
) -> impl IntoView {
    let page = use_page();
    let canvas = NodeRef::<Canvas>::new();
    let chosen = RwSignal::new(None::<usize>);
    let nodes = move || layer.with(|layer| layer.as_ref().map_or(0, Layer::nodes));
    follow(move || {
        page.theme_changes.track();
        resizes.track();
        let Some(canvas) = canvas.get() else { return };
        let chosen = chosen.get();
        layer.with(|layer| {
            let Some(layer) = layer else { return };
            fired.with(|fired| paint(&canvas, &layer.scene(fired.as_deref(), chosen)));
        });
    });
    let point = move |event: PointerEvent| {
        let Some(canvas) = canvas.get_untracked() else { return };
        let frame = canvas.get_bounding_client_rect();
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let node = grid_of(&canvas, untrack(nodes)).node_at(x - frame.left(), y - frame.top());
        if chosen.get_untracked() != node {
            chosen.set(node);
        }
    };
    let press = move |event: web_sys::KeyboardEvent| {
        let Some(canvas) = canvas.get_untracked() else { return };
        let grid = grid_of(&canvas, untrack(nodes));
        if let Some(node) = grid.node_after(chosen.get_untracked(), &event.key()) {
            event.prevent_default();
            chosen.set(Some(node));
        }
    };
    let node_words = move || {
        let node = chosen.get()?;
        layer.with(|layer| fired.with(|fired| layer.as_ref()?.node_words(node, fired.as_deref())))
    };
    let kind = move || layer.with(|layer| layer.as_ref().map(Layer::kind));
    let fired_count = move || fired.with(|fired| fired.as_ref().map(Vec::len));
    let label = format!("Nodes of layer {}", number + 1);

    view! {
        <li class="layer" data-layer=(number + 1).to_string() data-fired=live(move || fired_count().map(|it| it.to_string()))>
            <p class="layer-title">
                <strong>{format!("Layer {}", number + 1)}</strong>
                <span class="hint">{live(kind)}</span>
                <span class="layer-fired">
                    {live(move || fired_count().map(|fired| fired_words(fired, nodes() as u64)))}
                </span>
            </p>
            <div class="layer-parts">
                <div class="layer-nodes">
                    <canvas
                        class="node-field"
                        node_ref=canvas
                        role="img"
                        aria-label=label
                        aria-describedby="cluster-legend"
                        tabindex="0"
                        on:pointermove=on(point)
                        on:pointerdown=on(point)
                        on:pointerleave=on(move |_| chosen.set(None))
                        on:keydown=on(press)
                        on:blur=on(move |_| chosen.set(None))
                    ></canvas>
                    <p class="hint node-words" role="status">{live(node_words)}</p>
                </div>
                <div class="spreads">{live(move || layer.with(|layer| layer.as_ref().map(spreads)))}</div>
            </div>
        </li>
    }
    .erased()
}

fn spreads(layer: &Layer) -> AnyView {
    let (thresholds, rates) = (&layer.state.thresholds, &layer.state.firing_rates);
    let (low, high) = ends(thresholds);
    let of_thresholds = Spread::between(low, high, thresholds);
    let aim = layer.rate_aimed_at();
    let most = ends(rates).1.max(RATES_FULL * aim).min(1.0);
    let of_rates = layer.is_measured().then(|| {
        let spread = Spread::between(0.0, most, rates);
        view! { <Distribution name="Firing rate" class="spread-rates" spread aim=Some(aim) write=percent /> }
    }).erased();
    view! {
        {of_rates}
        <Distribution
            name="Threshold"
            class="spread-thresholds"
            spread=of_thresholds
            write=|threshold| format!("{threshold:.2}")
        />
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(spec: LayerSpec, thresholds: &[f32], firing_rates: &[f32]) -> Layer {
        let (thresholds, firing_rates) = (thresholds.to_vec(), firing_rates.to_vec());
        Layer { spec, state: LayerState { thresholds, firing_rates, memory: Vec::new() } }
    }

    #[test]
    fn the_timer_decides_what_rate_is_aimed_at() {
        let aim = |timer| layer(LayerSpec::new(1, timer), &[0.0], &[0.0]).rate_aimed_at();
        assert_eq!(percent(aim(4)), "9.6 %");
        assert_eq!(percent(aim(20)), "2.0 %");
    }

    #[test]
    fn a_node_is_read_in_words() {
        let spec = LayerSpec::new(2, 4);
        let measured = layer(spec, &[0.5, -0.25], &[0.1, 0.0]);
        assert_eq!(
            measured.node_words(0, Some(&[0])).unwrap(),
            "Node 1: threshold 0.50, fires in 10.0 % of rows, fires now"
        );
        assert_eq!(
            measured.node_words(1, Some(&[0])).unwrap(),
            "Node 2: threshold -0.25, fires in 0.0 % of rows, silent now"
        );
        assert_eq!(measured.node_words(2, None), None);
        let unmeasured = layer(spec, &[0.5, 0.5], &[0.0, 0.0]);
        assert_eq!(unmeasured.node_words(0, None).unwrap(), "Node 1: threshold 0.50");
    }

    #[test]
    fn a_node_tells_what_it_remembers() {
        let mut layer = layer(LayerSpec::new(1, 4), &[0.5], &[0.1]);
        layer.state.memory = vec![NodeMemory {
            activity: [0.2, 0.1, 0.05],
            error: [0.01, 0.05, 0.12],
            threshold: [0.5, 0.4, 0.25],
            trace: 0.5,
        }];
        assert_eq!(
            layer.node_words(0, None).unwrap(),
            "Node 1: threshold 0.50, fires in 10.0 % of rows (20.0 % of late, 5.0 % for long; error 0.010, 0.120 for long; trace 0.50; threshold 0.25 for long)"
        );
    }

    #[test]
    fn layers_are_named_for_what_they_are() {
        let spec = LayerSpec::new(2, 4);
        assert_eq!(layer(spec, &[0.0; 2], &[0.0; 2]).kind(), "2 nodes · timer 4");
        assert_eq!(
            layer(spec.with_traces(8), &[0.0; 2], &[0.0; 2]).kind(),
            "2 nodes · timer 4 · temporal, 8 traces"
        );
        assert_eq!(fired_words(41, 512), "41 of 512 nodes fired");
    }
}
