//! Learning curves: accuracy on this device's held-out rows, together and alone.

use crate::{
    compact::{Erase, follow, live},
    components::session_numbers::is_by_itself,
    dom,
    state::page::use_page,
};
use leptos::{html::Canvas, prelude::*};
use peer::{EarlierRound, SessionView};

/// What the curves show.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct CurvePoints {
    /// Round and accuracy, 0 to 1, of the shared network.
    pub(super) together: Vec<(f64, f64)>,
    /// Round and accuracy, 0 to 1, of the network that learnt from this device's rows only.
    pub(super) alone: Vec<(f64, f64)>,
    /// Rounds that were taken up when parts of the room met.
    pub(super) met: Vec<f64>,
    /// The last round that the axis has room for.
    pub(super) rounds: u32,
    /// Whether nobody else takes part: then there is one curve.
    by_itself: bool,
}

impl CurvePoints {
    fn of(session: &SessionView) -> Self {
        let seen = session.history.iter().map(EarlierRound::from);
        let rounds: Vec<_> = session.earlier.iter().copied().chain(seen).collect();
        let curve = |accuracy: fn(&EarlierRound) -> Option<f64>| {
            let point = |it: &EarlierRound| Some((f64::from(it.round), accuracy(it)?));
            rounds.iter().filter_map(point).collect()
        };
        let (together, alone) = (curve(EarlierRound::together), curve(EarlierRound::alone));
        let by_itself = is_by_itself(session);
        let (together, alone) = if by_itself { (Vec::new(), together) } else { (together, alone) };
        let met = session.lineages_left.iter().map(|left| f64::from(left.taken_up_round)).collect();
        let rounds = axis_rounds(session.options.rounds, session.round);
        Self { together, alone, met, rounds, by_itself }
    }

    /// The lowest accuracy that the axis needs: a whole tenth below every point.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub(super) fn floor(&self) -> f64 {
        let all = self.together.iter().chain(&self.alone);
        let lowest = all.map(|point| point.1).fold(0.9, f64::min);
        ((lowest * 10.0).floor() / 10.0).clamp(0.0, 0.8)
    }
}

/// As many rounds as are planned, or fewer where most of these are far away: the curve of 200 rounds of 10,000 would be a
/// line upwards.
fn axis_rounds(planned: u32, finished: u32) -> u32 {
    planned.min(finished.next_power_of_two().max(32))
}

/// The curves. The numbers in them stand in the table of rounds.
#[component]
pub fn Curves() -> impl IntoView {
    let page = use_page();
    let canvas = NodeRef::<Canvas>::new();
    let points = Memo::new(move |_| {
        page.session.with(|session| session.as_ref().map(CurvePoints::of).unwrap_or_default())
    });
    let resizes = dom::resizes();
    follow(move || {
        page.theme_changes.track();
        resizes.track();
        if let Some(canvas) = canvas.get() {
            points.with(|points| draw(&canvas, points));
        }
    });
    let by_itself = move || points.with(|points| points.by_itself);
    let never_met = move || points.with(|points| points.met.is_empty());
    let empty = move || points.with(|points| points.together.is_empty() && points.alone.is_empty());

    view! {
        <figure class="curves" class:curves-empty=live(empty)>
            <canvas node_ref=canvas role="img" aria-label="Accuracy by round"></canvas>
            <figcaption class="legend">
                <span class="legend-together" hidden=live(by_itself)>"together"</span>
                <span class="legend-alone">{live(move || if by_itself() { "this device" } else { "alone" })}</span>
                <span class="legend-met" hidden=live(never_met)>"parts of the room met"</span>
                <span class="hint">"accuracy on this device’s held-out rows, by round"</span>
            </figcaption>
        </figure>
    }
    .erased()
}

#[cfg(target_arch = "wasm32")]
fn draw(canvas: &web_sys::HtmlCanvasElement, points: &CurvePoints) {
    super::curve_chart::draw(canvas, points);
}

/// Only browsers have canvases.
#[cfg(not(target_arch = "wasm32"))]
fn draw(_: &web_sys::HtmlCanvasElement, _: &CurvePoints) {}

#[cfg(test)]
mod tests {
    use super::{CurvePoints, axis_rounds};

    #[test]
    fn the_axis_has_room_for_what_comes_next_and_not_for_all_that_may_come() {
        let ends = [(20, 0), (40, 0), (40, 33), (10_000, 200), (10_000, 9_000), (240, 240)];
        let ends = ends.map(|(planned, finished)| axis_rounds(planned, finished));
        assert_eq!(ends, [20, 32, 40, 256, 10_000, 240]);
    }

    #[test]
    fn the_axis_begins_a_whole_tenth_below_the_lowest_point_and_leaves_room_above() {
        let points = |lowest| CurvePoints { together: vec![(1.0, lowest)], ..Default::default() };
        assert_eq!(points(0.37).floor(), 0.3);
        assert_eq!(points(0.99).floor(), 0.8);
        assert_eq!(CurvePoints::default().floor(), 0.8);
    }
}
