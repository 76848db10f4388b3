//! Which nodes fire at what is drawn: a strip for each layer, beside the pad.

use crate::{
    compact::{CollectAny, Erase, live},
    components::layer_picture::fired_words,
    state::page::{Page, use_page},
};
use leptos::prelude::*;

/// What a strip shows.
#[derive(Debug, Clone, PartialEq)]
struct Strip {
    /// From 1.
    layer: usize,
    nodes: u64,
    fired: Vec<u32>,
}

/// A strip for each layer, while something is drawn.
#[component]
pub fn FiredNodes() -> impl IntoView {
    let page = use_page();
    let strips = Memo::new(move |_| strips(page));
    let frames = move || page.cluster().map_or(1, |cluster| cluster.network.steps);
    let when = move || match frames() {
        0 | 1 => "Which nodes fire at it, layer by layer".to_owned(),
        frames => format!("Which nodes fire at the last of its {frames} frames, layer by layer"),
    };
    view! {
        <div class="strips" hidden=live(move || strips.with(Vec::is_empty))>
            <p class="hint" id="strips-words">{live(when)}</p>
            <ol aria-label="Nodes that fire">
                {live(move || strips.with(|strips| strips.iter().map(strip).collect_any()))}
            </ol>
        </div>
    }
    .erased()
}

fn strips(page: Page) -> Vec<Strip> {
    let Some(cluster) = page.cluster() else { return Vec::new() };
    page.fired.with(|fired| {
        let Some(fired) = fired.as_ref().filter(|fired| fired.cluster == cluster.id) else {
            return Vec::new();
        };
        let layers = cluster.network.layers.iter().zip(&fired.layers).enumerate();
        let strip =
            |(number, (spec, fired)): (usize, (&protocol::cluster::LayerSpec, &Vec<u32>))| Strip {
                layer: number + 1,
                nodes: spec.nodes.into(),
                fired: fired.clone(),
            };
        layers.map(strip).collect()
    })
}

fn strip(strip: &Strip) -> AnyView {
    let Strip { layer, nodes, fired } = strip;
    view! {
        <li class="strip" data-layer=layer.to_string() data-fired=fired.len().to_string()>
            <span>{format!("Layer {layer}: {}", fired_words(fired.len(), *nodes))}</span>
            <svg viewBox=format!("0 0 {nodes} 1") preserveAspectRatio="none" aria-hidden="true">
                <path d=ticks(fired, *nodes) />
            </svg>
        </li>
    }
    .erased()
}

/// A tick for each node that fires, as one path. Ticks of large layers are widened, or they would be too thin to see.
fn ticks(fired: &[u32], nodes: u64) -> String {
    let width = (nodes as f64 / 240.0).max(0.8);
    fired.iter().map(|node| format!("M{node} 0h{width:.1}v1h-{width:.1}z")).collect()
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn nodes_that_fire_are_ticks_of_one_path() {
        assert_eq!(ticks(&[0, 7], 10), "M0 0h0.8v1h-0.8zM7 0h0.8v1h-0.8z");
        assert_eq!(ticks(&[], 10), "");
    }
}
