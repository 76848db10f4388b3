//! Pictures of a session, as PNG files in the product's colours.

use plotters::{
    coord::Shift,
    prelude::*,
    style::{FontStyle, register_font},
};
use sim::{Course, Spread};
use std::{error::Error, fs, io::BufWriter, path::Path};

/// The picture's size in pixels. It is drawn twice as large and made smaller, so that its edges are smooth.
const SIZE: (u32, u32) = (1_200, 720);
const SCALE: u32 = 2;

// The light theme of `style/tokens.css`. Its one accent means that a threshold was reached: nothing here is that.
const PAPER: RGBColor = RGBColor(0xf4, 0xf6, 0xf2);
const INK: RGBColor = RGBColor(0x15, 0x21, 0x1e);
const INK_SOFT: RGBColor = RGBColor(0x54, 0x62, 0x5d);
const LINE: RGBColor = RGBColor(0xdc, 0xe1, 0xda);
const CALM: RGBColor = RGBColor(0x0c, 0x6f, 0x64);

const FONT: &str = "sans-serif";

type Canvas<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// A picture: what it shows, and where its numbers lie.
struct Picture<'a> {
    title: &'a str,
    subtitle: String,
    x_label: &'a str,
    y_label: &'a str,
    y_max: f64,
    y_text: fn(&f64) -> String,
    points: Vec<(f64, Spread)>,
}

/// Draws what members have learnt, what they have sent, and how long rounds took.
pub(crate) fn draw_all(
    course: &Course,
    described: &str,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    if course.moments.is_empty() {
        return Err("no session was seen".into());
    }
    fs::create_dir_all(folder)?;
    // Fonts of the system would need libraries that are not everywhere.
    register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT)
        .map_err(|_| "the font cannot be read")?;
    let over_time = |value: fn(&sim::Moment) -> Spread| -> Vec<(f64, Spread)> {
        course.moments.iter().map(|moment| (moment.seconds, value(moment))).collect()
    };
    let since = "virtual time since the session began, in seconds";
    let accuracy = Picture {
        title: "What members have learnt",
        subtitle: format!(
            "accuracy on rows that no device has: middle, least and most; {described}"
        ),
        x_label: since,
        y_label: "told right",
        y_max: 1.04,
        y_text: |part| format!("{:.0} %", 100.0 * part),
        points: over_time(|moment| moment.accuracy),
    };
    let sent = over_time(|moment| moment.sent_bytes);
    let sent: Vec<_> = sent.into_iter().map(|(at, spread)| (at, scaled(spread, 1e-3))).collect();
    let bytes = Picture {
        title: "What each member has sent",
        subtitle: format!("bytes of the session so far: middle, least and most; {described}"),
        x_label: since,
        y_label: "kilobytes",
        y_max: highest(&sent),
        y_text: plain,
        points: sent,
    };
    let took = course.rounds.iter().map(|(n, r)| (f64::from(*n), scaled(r.milliseconds, 1e-3)));
    let took: Vec<_> = took.collect();
    let rounds = Picture {
        title: "How long rounds took",
        subtitle: format!("virtual time: middle, least and most of the members; {described}"),
        x_label: "round",
        y_label: "seconds",
        y_max: highest(&took),
        y_text: plain,
        points: took,
    };
    for (name, picture) in [("accuracy", accuracy), ("bytes", bytes), ("rounds", rounds)] {
        let path = folder.join(format!("{name}.png"));
        picture.write(&path)?;
        println!("drew {}", path.display());
    }
    Ok(())
}

impl Picture<'_> {
    fn write(&self, path: &Path) -> Result<(), Box<dyn Error>> {
        let (width, height) = (SIZE.0 * SCALE, SIZE.1 * SCALE);
        let mut pixels = vec![0; (width * height * 3) as usize];
        {
            let canvas = BitMapBackend::with_buffer(&mut pixels, (width, height));
            let canvas = canvas.into_drawing_area();
            self.draw(&canvas)?;
            canvas.present()?;
        }
        let file = BufWriter::new(fs::File::create(path)?);
        let mut encoder = png::Encoder::new(file, SIZE.0, SIZE.1);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&smaller(&pixels))?;
        Ok(())
    }

    fn draw(&self, canvas: &Canvas<'_>) -> Result<(), Box<dyn Error>> {
        canvas.fill(&PAPER)?;
        let (left, top) = (units(48), units(36));
        canvas.draw(&Text::new(self.title, (left, top), text(30, &INK)))?;
        canvas.draw(&Text::new(
            self.subtitle.as_str(),
            (left, top + units(42)),
            text(16, &INK_SOFT),
        ))?;
        canvas.draw(&Text::new(self.y_label, (left, top + units(82)), text(15, &INK_SOFT)))?;
        let plot = canvas.margin(units(146), units(24), units(36), units(96));
        let x_max = self.points.last().map_or(1.0, |(x, _)| *x).max(1.0);
        let x_min = self.points.first().map_or(0.0, |(x, _)| *x).min(x_max - 1.0);
        let mut chart = ChartBuilder::on(&plot)
            .x_label_area_size(units(58))
            .y_label_area_size(units(62))
            .build_cartesian_2d(x_min..x_max, 0.0..self.y_max)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(LINE.stroke_width(SCALE))
            .axis_style(LINE.stroke_width(SCALE))
            .set_all_tick_mark_size(units(8))
            .label_style(text(15, &INK_SOFT))
            .axis_desc_style(text(15, &INK_SOFT))
            .x_desc(self.x_label)
            .x_labels(10)
            .y_labels(6)
            .x_label_formatter(&plain)
            .y_label_formatter(&self.y_text)
            .draw()?;
        let low = self.points.iter().map(|(x, spread)| (*x, spread.low));
        let high = self.points.iter().rev().map(|(x, spread)| (*x, spread.high));
        let band: Vec<(f64, f64)> = low.chain(high).collect();
        chart.draw_series([Polygon::new(band, CALM.mix(0.16).filled())])?;
        let middle: Vec<(f64, f64)> = self.points.iter().map(|(x, s)| (*x, s.middle)).collect();
        chart.draw_series(LineSeries::new(middle.clone(), CALM.stroke_width(3 * SCALE)))?;
        if let Some(end) = middle.last() {
            chart.draw_series([Circle::new(*end, units(6), CALM.filled())])?;
            let (x, y) = chart.backend_coord(end);
            let value = (self.y_text)(&end.1);
            canvas.draw(&Text::new(value, (x + units(14), y - units(10)), text(18, &INK)))?;
        }
        Ok(())
    }
}

/// Pixels of the finished picture in those that are drawn.
fn units(pixels: u32) -> i32 {
    (pixels * SCALE) as i32
}

fn text(size: u32, colour: &'static RGBColor) -> TextStyle<'static> {
    (FONT, units(size)).into_font().color(colour)
}

fn plain(number: &f64) -> String {
    if number.fract().abs() < 1e-9 { format!("{number:.0}") } else { format!("{number:.1}") }
}

fn scaled(spread: Spread, factor: f64) -> Spread {
    let Spread { low, middle, high } = spread;
    Spread { low: factor * low, middle: factor * middle, high: factor * high }
}

/// The upper end of an axis that all points lie below.
fn highest(points: &[(f64, Spread)]) -> f64 {
    1.08 * points.iter().map(|(_, spread)| spread.high).fold(0.1, f64::max)
}

/// The mean of each square of pixels.
fn smaller(pixels: &[u8]) -> Vec<u8> {
    let (width, scale) = ((SIZE.0 * SCALE) as usize, SCALE as usize);
    let mut small = Vec::with_capacity(pixels.len() / (scale * scale));
    for y in 0..SIZE.1 as usize {
        for x in 0..SIZE.0 as usize {
            for channel in 0..3 {
                let at = |dx: usize, dy: usize| {
                    let place = ((y * scale + dy) * width + x * scale + dx) * 3 + channel;
                    u32::from(pixels[place])
                };
                let square = (0..scale).flat_map(|dy| (0..scale).map(move |dx| (dx, dy)));
                let sum: u32 = square.map(|(dx, dy)| at(dx, dy)).sum();
                small.push((sum / (SCALE * SCALE)) as u8);
            }
        }
    }
    small
}
