//! Drawing of learning curves with plotters, in the colours of the theme and the pixels of the device.

use super::curves::CurvePoints;
use crate::dom;
use plotters::{
    coord::{Shift, types::RangedCoordf64},
    prelude::*,
};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

type Area<'a> = DrawingArea<CanvasBackend, Shift>;
type Chart<'a> = ChartContext<'a, CanvasBackend, Cartesian2d<RangedCoordf64, RangedCoordf64>>;
type DrawingResult = Result<(), Box<dyn std::error::Error>>;

/// Space around the curves for the numbers of the axes, in CSS pixels: top, right, bottom, left.
const MARGINS: [f64; 4] = [12.0, 14.0, 24.0, 44.0];

/// Colours and sizes of one drawing.
struct Look {
    ink: RGBColor,
    grid: RGBColor,
    together: RGBColor,
    alone: RGBColor,
    labels: String,
    font: String,
    /// Device pixels in a CSS pixel.
    ratio: f64,
}

/// Draws the curves over the whole canvas. A canvas that is not shown is left alone.
pub(super) fn draw(canvas: &HtmlCanvasElement, points: &CurvePoints) {
    let ratio = dom::pixel_ratio();
    let frame = canvas.get_bounding_client_rect();
    let (width, height) = (frame.width() * ratio, frame.height() * ratio);
    if width < 80.0 * ratio || height < 60.0 * ratio {
        return;
    }
    // Setting the size also wipes the canvas.
    canvas.set_width(width.round() as u32);
    canvas.set_height(height.round() as u32);
    let look = Look::of(canvas, ratio);
    let Some(backend) = CanvasBackend::with_canvas_object(canvas.clone()) else { return };
    // A canvas that refuses to be drawn on leaves the table, which holds the same numbers.
    let _ = draw_chart(&backend.into_drawing_area(), canvas, points, &look);
}

fn draw_chart(
    area: &Area<'_>,
    canvas: &HtmlCanvasElement,
    points: &CurvePoints,
    look: &Look,
) -> DrawingResult {
    let [top, right, bottom, left] = MARGINS.map(|margin| (margin * look.ratio) as u32);
    let floor = points.floor();
    let last = f64::from(points.rounds.max(2));
    let mut chart = ChartBuilder::on(area)
        .margin_top(top)
        .margin_right(right)
        .margin_bottom(bottom)
        .margin_left(left)
        .build_cartesian_2d(1.0..last, floor..1.0)?;
    draw_grid(&mut chart, canvas, floor, last, look)?;

    let dash = (5.0 * look.ratio) as u32;
    let mark = look.ink.stroke_width((1.5 * look.ratio).round() as u32);
    let marks =
        points.met.iter().map(|&round| PathElement::new([(round, floor), (round, 1.0)], mark));
    chart.draw_series(marks)?;
    let alone = look.alone.stroke_width((1.75 * look.ratio).round() as u32);
    let alone_points = points.alone.iter().copied();
    chart.draw_series(DashedLineSeries::new(alone_points, dash, dash, alone))?;
    let together = look.together.stroke_width((2.25 * look.ratio).round() as u32);
    chart.draw_series(LineSeries::new(points.together.iter().copied(), together))?;
    for (line, colour) in [(&points.alone, look.alone), (&points.together, look.together)] {
        let newest =
            line.last().map(|&point| Circle::new(point, 3.5 * look.ratio, colour.filled()));
        chart.draw_series(newest)?;
    }
    area.present()?;
    Ok(())
}

/// Lines at round accuracies, a base line, and the numbers of both axes. The numbers are written with the canvas itself:
/// plotters would measure them with inline styles, which the content security policy refuses.
fn draw_grid(
    chart: &mut Chart<'_>,
    canvas: &HtmlCanvasElement,
    floor: f64,
    last: f64,
    look: &Look,
) -> DrawingResult {
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) =
        context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok())
    else {
        return Ok(());
    };
    context.set_font(&format!("{}px {}", 11.0 * look.ratio, look.font));
    context.set_fill_style_str(&look.labels);

    let step = if 1.0 - floor > 0.45 { 0.2 } else { 0.1 };
    let hairline = look.ratio.round() as u32;
    context.set_text_align("right");
    context.set_text_baseline("middle");
    for line in 0..=((1.0 - floor) / step).round() as u32 {
        let accuracy = 1.0 - f64::from(line) * step;
        if accuracy < floor - 1e-9 {
            break;
        }
        let ends = [(1.0, accuracy), (last, accuracy)];
        chart.draw_series([PathElement::new(ends, look.grid.stroke_width(hairline))])?;
        let (x, y) = chart.backend_coord(&ends[0]);
        let text = format!("{:.0} %", accuracy * 100.0);
        let _ = context.fill_text(&text, f64::from(x) - 8.0 * look.ratio, f64::from(y));
    }
    let base = [(1.0, floor), (last, floor)];
    chart.draw_series([PathElement::new(base, look.ink.stroke_width(hairline))])?;

    context.set_text_align("center");
    context.set_text_baseline("top");
    for round in round_marks(last) {
        let (x, y) = chart.backend_coord(&(round, floor));
        let _ =
            context.fill_text(&round.to_string(), f64::from(x), f64::from(y) + 7.0 * look.ratio);
    }
    Ok(())
}

/// The first round, the last, and a few whole ones in between.
fn round_marks(last: f64) -> Vec<f64> {
    let step = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0]
        .into_iter()
        .find(|step| last / step <= 8.0)
        .unwrap_or(5_000.0);
    let between =
        (1..8).map(|i| f64::from(i) * step).filter(|&m| m > 1.0 && m <= last - step * 0.6);
    [1.0].into_iter().chain(between).chain([last]).collect()
}

impl Look {
    fn of(canvas: &HtmlCanvasElement, ratio: f64) -> Self {
        let colour = |property| parse_colour(&dom::style_value(canvas, property));
        Self {
            ink: colour("--line-strong"),
            grid: colour("--line"),
            together: colour("--fire"),
            alone: colour("--alone"),
            labels: dom::style_value(canvas, "--ink-soft"),
            font: dom::style_value(canvas, "--font-text"),
            ratio,
        }
    }
}

/// `#rrggbb` or `#rgb`, as the style sheet (or whatever has shortened it) writes colours. Anything else is a grey that
/// shows on both themes.
fn parse_colour(text: &str) -> RGBColor {
    let digits = text.trim_start_matches('#');
    let wide = match digits.len() {
        3 => digits.chars().flat_map(|digit| [digit, digit]).collect(),
        _ => digits.to_owned(),
    };
    match u32::from_str_radix(&wide, 16) {
        Ok(value) if wide.len() == 6 => {
            RGBColor((value >> 16) as u8, (value >> 8) as u8, value as u8)
        }
        _ => RGBColor(128, 128, 128),
    }
}
