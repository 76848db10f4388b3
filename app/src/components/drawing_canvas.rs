//! The canvas that is drawn on, with a pointer or with the keyboard.

use crate::{
    compact::{Erase, follow, on},
    dom,
    sketch::{PEN_RADIUS, SIDE, Sketch},
    state::page::use_page,
};
use leptos::{html::Canvas, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, KeyboardEvent, PointerEvent};

/// A point as parts of the side from the top left, 0 to 1.
type Point = (f64, f64);

/// How far an arrow key moves the pen.
const KEY_STEP: f64 = 0.04;

/// Where the keyboard's pen is, and whether it is down.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pen {
    at: Point,
    down: bool,
}

/// The canvas. `sketch` holds what is on it; the canvas shows it.
#[component]
pub fn DrawingCanvas(
    /// What is drawn.
    sketch: RwSignal<Sketch>,
    /// What it is called.
    #[prop(default = "Drawing")]
    label: &'static str,
) -> impl IntoView {
    let page = use_page();
    let canvas = NodeRef::<Canvas>::new();
    let pointer = StoredValue::new(None::<Point>);
    let pen = RwSignal::new(None::<Pen>);
    let resizes = dom::resizes();

    let draw = move |from: Point, to: Point| sketch.update(|sketch| sketch.line(from, to));
    let begin = move |event: PointerEvent| {
        let Some(canvas) = canvas.get_untracked().filter(|_| draws(&event)) else { return };
        event.prevent_default();
        let _ = canvas.set_pointer_capture(event.pointer_id());
        let point = place(&canvas, &event);
        pointer.set_value(Some(point));
        draw(point, point);
    };
    let go_on = move |event: PointerEvent| {
        let Some((canvas, from)) = canvas.get_untracked().zip(pointer.get_value()) else { return };
        if !event.is_primary() {
            return;
        }
        let point = place(&canvas, &event);
        pointer.set_value(Some(point));
        draw(from, point);
    };
    let end = move |event: PointerEvent| {
        if event.is_primary() {
            pointer.set_value(None);
        }
    };
    let press = move |event: KeyboardEvent| {
        let now = pen.get_untracked().unwrap_or(Pen { at: (0.5, 0.2), down: false });
        let Some(next) = pen_after(now, &event.key()) else { return };
        event.prevent_default();
        if next.down {
            draw(now.at, next.at);
        }
        pen.set(Some(next));
    };

    follow(move || {
        page.theme_changes.track();
        resizes.track();
        let Some(canvas) = canvas.get() else { return };
        let pen = pen.get();
        sketch.with(|sketch| paint(&canvas, sketch, pen));
    });

    view! {
        <canvas
            class="pad"
            node_ref=canvas
            role="img"
            aria-label=label
            aria-describedby="pad-help"
            tabindex="0"
            on:pointerdown=on(begin)
            on:pointermove=on(go_on)
            on:pointerup=on(end)
            on:pointercancel=on(end)
            on:keydown=on(press)
            on:blur=on(move |_| pen.set(None))
        ></canvas>
    }
    .erased()
}

/// One finger, a pen, or a mouse's first button: a second finger would draw lines between the two.
fn draws(event: &PointerEvent) -> bool {
    event.is_primary() && event.button() == 0
}

fn place(canvas: &HtmlCanvasElement, event: &PointerEvent) -> Point {
    let frame = canvas.get_bounding_client_rect();
    let part = |at: f64, start: f64, size: f64| (at - start) / size.max(1.0);
    (
        part(event.client_x().into(), frame.left(), frame.width()),
        part(event.client_y().into(), frame.top(), frame.height()),
    )
}

fn pen_after(pen: Pen, key: &str) -> Option<Pen> {
    let (x, y) = pen.at;
    let at = match key {
        "ArrowLeft" => (x - KEY_STEP, y),
        "ArrowRight" => (x + KEY_STEP, y),
        "ArrowUp" => (x, y - KEY_STEP),
        "ArrowDown" => (x, y + KEY_STEP),
        " " => return Some(Pen { at: pen.at, down: !pen.down }),
        _ => return None,
    };
    Some(Pen { at: (at.0.clamp(0.0, 1.0), at.1.clamp(0.0, 1.0)), ..pen })
}

/// Shows the sketch in the ink of the theme, and the keyboard's pen where it is used.
fn paint(canvas: &HtmlCanvasElement, sketch: &Sketch, pen: Option<Pen>) {
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) =
        context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
    else {
        return;
    };
    let size = canvas.get_bounding_client_rect().width() * dom::pixel_ratio();
    // Setting the size also wipes the canvas.
    canvas.set_width(size.round() as u32);
    canvas.set_height(size.round() as u32);
    let scale = size / SIDE as f64;
    context.set_fill_style_str(&dom::style_value(canvas, "--ink"));
    // Edges on whole pixels, or neighbouring rows would show a seam.
    let edge = |position: usize| (position as f64 * scale).floor();
    for (row, run) in sketch.runs() {
        let (left, right) = (edge(run.start), edge(run.start + run.length));
        context.set_global_alpha(f64::from(run.darkness));
        context.fill_rect(left, edge(row), right - left, edge(row + 1) - edge(row));
    }
    context.set_global_alpha(1.0);
    if let Some(pen) = pen {
        let colour = if pen.down { "--fire" } else { "--ink-soft" };
        context.set_stroke_style_str(&dom::style_value(canvas, colour));
        context.set_line_width(2.0 * dom::pixel_ratio());
        context.begin_path();
        let (x, y) = (pen.at.0 * size, pen.at.1 * size);
        let _ = context.arc(x, y, PEN_RADIUS * scale, 0.0, core::f64::consts::TAU);
        context.stroke();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keyboard_moves_the_pen_within_the_pad_and_lifts_it() {
        let pen = Pen { at: (0.0, 0.5), down: false };
        assert_eq!(pen_after(pen, "ArrowLeft"), Some(pen));
        assert_eq!(pen_after(pen, " "), Some(Pen { down: true, ..pen }));
        assert_eq!(pen_after(pen, "Tab"), None, "other keys keep their meaning");
    }
}
