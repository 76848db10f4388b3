//! One threshold-gating node over time, computed by its own rule.

use crate::compact::{CollectAny, Erase};
use leptos::prelude::*;
use std::fmt::Write as _;

const STEPS: usize = 56;
const TIMER: usize = 12;
const LEAK: f32 = 0.96;
/// How far the threshold moves: up when the node fires, down by half of it when its timer runs out.
const ADAPTATION: f32 = 0.12;

/// What happened in one step.
struct Step {
    input: f32,
    /// Before any reset.
    accumulator: f32,
    threshold: f32,
    fired: bool,
    /// The timer ran out: nothing travels on, and the threshold falls.
    forced: bool,
}

/// Gathers inputs that come in bursts, fires at the threshold, adapts the threshold.
fn simulate() -> Vec<Step> {
    let (mut accumulator, mut threshold, mut silent) = (0.0_f32, 1.0_f32, 0);
    let mut noise = 0x2545_f491_u32;
    (0..STEPS)
        .map(|step| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let chance = (noise >> 16) as f32 / 65_536.0;
            let burst = matches!(step, 2..19 | 41..55);
            let input = if burst { 0.13 + 0.3 * chance } else { 0.05 * chance };
            accumulator = accumulator * LEAK + input;
            silent += 1;
            let fired = accumulator >= threshold;
            let forced = !fired && silent >= TIMER;
            let seen = Step { input, accumulator, threshold, fired, forced };
            if fired || forced {
                threshold += if fired { ADAPTATION } else { -ADAPTATION / 2.0 };
                accumulator = 0.0;
                silent = 0;
            }
            seen
        })
        .collect()
}

const LEFT: f32 = 26.0;
const STEP_WIDTH: f32 = 9.3;
const BASE: f32 = 232.0;
const SCALE: f32 = 118.0;
const INPUT_BASE: f32 = 306.0;

fn x(step: usize) -> f32 {
    LEFT + step as f32 * STEP_WIDTH
}

fn y(value: f32) -> f32 {
    BASE - value * SCALE
}

/// The node's accumulator, threshold and events as a drawing.
#[component]
pub fn ThresholdFigure() -> impl IntoView {
    let steps = simulate();
    let mut trace = format!("M{LEFT:.1} {BASE:.1}");
    let mut threshold = String::new();
    for (i, step) in steps.iter().enumerate() {
        let _ = write!(trace, " L{:.1} {:.1}", x(i + 1), y(step.accumulator));
        if step.fired || step.forced {
            let _ = write!(trace, " V{BASE:.1}");
        }
        let start = if i == 0 { "M" } else { "L" };
        let height = y(step.threshold);
        let _ = write!(threshold, "{start}{:.1} {height:.1} H{:.1}", x(i), x(i + 1));
    }
    let inputs = steps
        .iter()
        .enumerate()
        .map(|(i, step)| format!("M{:.1} {INPUT_BASE} v{:.1}", x(i + 1), -step.input * 90.0))
        .collect::<String>();
    let fires = steps.iter().enumerate().filter(|(_, step)| step.fired).map(|(i, step)| {
        let (x, y) = (format!("{:.1}", x(i + 1)), y(step.accumulator));
        view! {
            <path class="fig-fire-line" d=format!("M{x} 34 V{y:.1}") />
            <circle class="fig-fire" cx=x.clone() cy="34" r="5" />
        }
    });
    let forced = steps.iter().enumerate().filter(|(_, step)| step.forced).map(|(i, _)| {
        view! { <circle class="fig-forced" cx=format!("{:.1}", x(i + 1)) cy=BASE.to_string() r="4" /> }
    });

    view! {
        <svg
            class="fig fig-threshold"
            viewBox="0 0 560 334"
            role="img"
            aria-label="A line that gathers input rises in steps. Each time it reaches a dashed threshold it fires, falls to zero and the threshold moves up a little. In quiet times a timer runs out and the threshold moves down."
        >
            <path class="fig-axis" d=format!("M{LEFT} {BASE} H548") />
            <path class="fig-axis" d=format!("M{LEFT} {INPUT_BASE} H548") />
            <path class="fig-input" d=inputs />
            {fires.collect_any()}
            <path class="fig-threshold-line" d=threshold />
            <path class="fig-trace" pathLength="1" d=trace />
            {forced.collect_any()}
            <text class="fig-label fig-label-fire" x="26" y="39">"fires"</text>
            <text class="fig-label fig-label-fire" x="224" y="60">"threshold"</text>
            <text class="fig-label" x="286" y="256">"timer runs out"</text>
            <text class="fig-label" x="26" y="330">"input"</text>
        </svg>
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawing_shows_both_ways_in_which_a_node_is_released() {
        let steps = simulate();
        assert!(steps.iter().filter(|step| step.fired).count() >= 4);
        assert!(steps.iter().any(|step| step.forced));
        for step in &steps {
            assert!(y(step.accumulator) > 40.0, "the trace stays below the events");
            assert_eq!(step.fired, step.accumulator >= step.threshold);
        }
    }
}
