//! All nodes of a layer on one canvas: thresholds as rings, firing rates as discs, those that fire now lit.
//!
//! A layer has up to 8,192 nodes; as elements of the page they would make it slow.

use crate::{components::distribution::part, dom};
use core::f64::consts::TAU;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Wider than high, like a field of view.
const ASPECT: f64 = 2.2;

/// The most CSS pixels that a node takes.
const CELL_MAX: f64 = 20.0;

/// Below so many CSS pixels a node, a ring around a disc cannot be seen: nodes are squares.
const RING_CELL_MIN: f64 = 5.5;

/// Of the lowest threshold in a layer; the highest is opaque.
const FAINTEST: f64 = 0.22;

/// How much of a ring is left while other nodes fire.
const AT_REST: f64 = 0.5;

/// Where the nodes of a layer stand, in CSS pixels from the top left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grid {
    nodes: usize,
    columns: usize,
    cell: f64,
}

impl Grid {
    /// For a canvas of that width.
    pub(super) fn new(nodes: usize, width: f64) -> Self {
        let by_aspect = (nodes as f64 * ASPECT).sqrt().ceil() as usize;
        let columns = by_aspect.max((width / CELL_MAX) as usize).min(nodes).max(1);
        // As many rows, and the last one as full as it can be.
        let columns = nodes.div_ceil(nodes.div_ceil(columns).max(1)).max(1);
        Self { nodes, columns, cell: (width / columns as f64).min(CELL_MAX) }
    }

    fn height(self) -> f64 {
        self.nodes.div_ceil(self.columns) as f64 * self.cell
    }

    fn centre(self, node: usize) -> (f64, f64) {
        let at = |place: usize| (place as f64 + 0.5) * self.cell;
        (at(node % self.columns), at(node / self.columns))
    }

    /// The node at a point.
    pub(super) fn node_at(self, x: f64, y: f64) -> Option<usize> {
        if x < 0.0 || y < 0.0 {
            return None;
        }
        let (column, row) = ((x / self.cell) as usize, (y / self.cell) as usize);
        let node = row * self.columns + column;
        (column < self.columns && node < self.nodes).then_some(node)
    }

    /// The node that a key leads to; `None` for keys that mean nothing here.
    pub(super) fn node_after(self, node: Option<usize>, key: &str) -> Option<usize> {
        let last = self.nodes.checked_sub(1)?;
        let Some(node) = node else {
            let leads_here = key.starts_with("Arrow") || key == "Home" || key == "End";
            return leads_here.then_some(if key == "End" { last } else { 0 });
        };
        let next = match key {
            "ArrowLeft" => node.saturating_sub(1),
            "ArrowRight" => node + 1,
            "ArrowUp" => node.checked_sub(self.columns).unwrap_or(node),
            "ArrowDown" => Some(node + self.columns).filter(|it| *it <= last).unwrap_or(node),
            "Home" => 0,
            "End" => last,
            _ => return None,
        };
        Some(next.min(last))
    }
}

/// What is shown of a layer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'a> {
    /// One a node.
    pub(super) thresholds: &'a [f32],
    /// One a node, 0 to 1.
    pub(super) firing_rates: &'a [f32],
    /// The rate at which a disc is full.
    pub(super) rate_full: f64,
    /// The nodes that fire at a drawing, if there is one.
    pub(super) fired: Option<&'a [u32]>,
    /// The node that is read.
    pub(super) chosen: Option<usize>,
}

/// The grid of a canvas as it stands on the page.
pub(super) fn grid_of(canvas: &HtmlCanvasElement, nodes: usize) -> Grid {
    Grid::new(nodes, canvas.get_bounding_client_rect().width().max(1.0))
}

/// Draws the scene in the colours of the theme and the pixels of the device.
pub(super) fn paint(canvas: &HtmlCanvasElement, scene: &Scene<'_>) {
    let (grid, ratio) = (grid_of(canvas, scene.thresholds.len()), dom::pixel_ratio());
    let width = canvas.get_bounding_client_rect().width();
    // Setting the size also wipes the canvas; the page's style keeps its proportions.
    canvas.set_width((width * ratio).round().max(1.0) as u32);
    canvas.set_height((grid.height() * ratio).round().max(1.0) as u32);
    let context = canvas.get_context("2d").ok().flatten();
    let context = context.and_then(|it| it.dyn_into::<CanvasRenderingContext2d>().ok());
    let Some(context) = context else { return };
    let _ = context.scale(ratio, ratio);
    let brush = Brush { context, grid, rings: grid.cell >= RING_CELL_MIN };

    let colour = |property| dom::style_value(canvas, property);
    brush.colour(&colour("--calm"));
    paint_thresholds(&brush, scene);
    brush.colour(&colour("--fire"));
    paint_events(&brush, scene);
    if let Some(chosen) = scene.chosen.filter(|chosen| *chosen < grid.nodes) {
        brush.colour(&colour("--ink"));
        brush.mark(chosen);
    }
}

fn paint_thresholds(brush: &Brush, scene: &Scene<'_>) {
    let (low, high) = ends(scene.thresholds);
    let rest = if scene.fired.is_some() { AT_REST } else { 1.0 };
    for (node, threshold) in scene.thresholds.iter().enumerate() {
        let strength = part(low, high, f64::from(*threshold));
        brush.ring(node, rest * (FAINTEST + (1.0 - FAINTEST) * strength));
    }
}

fn paint_events(brush: &Brush, scene: &Scene<'_>) {
    match scene.fired {
        Some(fired) => fired.iter().for_each(|node| brush.flash(*node as usize)),
        None => {
            for (node, rate) in
                scene.firing_rates.iter().enumerate().filter(|(_, rate)| **rate > 0.0)
            {
                brush.disc(node, (f64::from(*rate) / scene.rate_full).clamp(0.0, 1.0));
            }
        }
    }
}

/// The smallest and the largest.
pub(super) fn ends(values: &[f32]) -> (f64, f64) {
    let wide = |(low, high): (f64, f64), value: &f32| {
        (low.min(f64::from(*value)), high.max(f64::from(*value)))
    };
    match values {
        [] => (0.0, 0.0),
        values => values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), wide),
    }
}

struct Brush {
    context: CanvasRenderingContext2d,
    grid: Grid,
    rings: bool,
}

impl Brush {
    fn colour(&self, colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.set_stroke_style_str(colour);
    }

    /// A node's threshold.
    fn ring(&self, node: usize, strength: f64) {
        if self.rings {
            self.context.set_global_alpha(strength);
            self.context.set_line_width((self.grid.cell * 0.11).clamp(0.75, 2.0));
            self.circle(node, self.grid.cell * 0.39);
            self.context.stroke();
        } else {
            self.context.set_global_alpha(0.55 * strength);
            self.square(node);
        }
    }

    /// A node's firing rate: as area, or as strength where there is no room for areas.
    fn disc(&self, node: usize, rate: f64) {
        if self.rings {
            self.context.set_global_alpha(1.0);
            self.circle(node, self.grid.cell * 0.31 * rate.sqrt());
            self.context.fill();
        } else {
            self.context.set_global_alpha(rate);
            self.square(node);
        }
    }

    /// A node that fires now.
    fn flash(&self, node: usize) {
        if self.rings {
            self.context.set_global_alpha(0.22);
            self.circle(node, self.grid.cell * 0.56);
            self.context.fill();
            self.context.set_global_alpha(1.0);
            self.circle(node, self.grid.cell * 0.4);
            self.context.fill();
        } else {
            self.context.set_global_alpha(1.0);
            self.square(node);
        }
    }

    /// Around the node that is read.
    fn mark(&self, node: usize) {
        self.context.set_global_alpha(1.0);
        self.context.set_line_width(2.0);
        self.circle(node, (self.grid.cell * 0.5).max(4.0));
        self.context.stroke();
    }

    fn circle(&self, node: usize, radius: f64) {
        let (x, y) = self.grid.centre(node);
        self.context.begin_path();
        let _ = self.context.arc(x, y, radius, 0.0, TAU);
    }

    fn square(&self, node: usize) {
        let ((x, y), side) = (self.grid.centre(node), self.grid.cell * 0.84);
        self.context.fill_rect(x - side / 2.0, y - side / 2.0, side, side);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_node_is_found_where_it_stands() {
        for (nodes, width) in [(1, 300.0), (10, 300.0), (128, 280.0), (8_192, 300.0)] {
            let grid = Grid::new(nodes, width);
            for node in 0..nodes {
                let (x, y) = grid.centre(node);
                assert!(x < width && y < grid.height(), "{node} of {nodes}");
                assert_eq!(grid.node_at(x, y), Some(node));
            }
        }
        assert_eq!(Grid::new(10, 300.0).node_at(-1.0, 5.0), None);
        assert_eq!(Grid::new(10, 300.0).node_at(299.0, 5.0), None, "beside the last node");
    }

    #[test]
    fn the_largest_layer_is_no_higher_than_it_is_wide() {
        for nodes in [1, 2, 16, 512, 8_192] {
            assert!(Grid::new(nodes, 300.0).height() <= 300.0, "{nodes}");
        }
    }

    #[test]
    fn rows_are_full_where_they_can_be() {
        for (nodes, columns) in [(128, 16), (512, 32), (16, 8), (7, 7)] {
            assert_eq!(Grid::new(nodes, 280.0).columns, columns);
        }
    }

    #[test]
    fn keys_lead_from_node_to_node_and_never_outside() {
        let grid = Grid { nodes: 10, columns: 4, cell: 10.0 };
        assert_eq!(grid.node_after(None, "ArrowRight"), Some(0));
        assert_eq!(grid.node_after(Some(0), "ArrowDown"), Some(4));
        assert_eq!(grid.node_after(Some(7), "ArrowDown"), Some(7), "nothing stands below");
        assert_eq!(grid.node_after(Some(1), "ArrowUp"), Some(1));
        assert_eq!(grid.node_after(Some(9), "ArrowRight"), Some(9));
        assert_eq!(grid.node_after(Some(3), "Tab"), None, "other keys keep their meaning");
        assert_eq!(grid.node_after(None, "Tab"), None);
        assert_eq!(Grid::new(0, 300.0).node_after(None, "End"), None);
    }
}
