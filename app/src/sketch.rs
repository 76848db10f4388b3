//! A hand-drawn picture, and what a network sees of it.
//!
//! Lines are drawn on a fine raster; [`Sketch::seen`] fits the drawing into the few pixels of a data set the way the
//! data set's own pictures were made: cropped, scaled, centred by mass.

/// Pixels of the raster's side.
pub const SIDE: usize = 168;

/// Half the width of a line, in raster pixels: a drawn digit then covers as much of its frame as the digits of the
/// built-in sets do, 30 % of 8×8 and 13 % of 28×28 pixels.
pub const PEN_RADIUS: f64 = 12.0;

/// Darkness, 0 to 1, of every raster pixel, row by row from the top left.
#[derive(Debug, Clone, PartialEq)]
pub struct Sketch {
    darkness: Vec<f32>,
}

/// Neighbouring pixels of one row with the same darkness.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Run {
    /// The first pixel's column.
    pub start: usize,
    /// Pixels.
    pub length: usize,
    /// 0 to 1.
    pub darkness: f32,
}

/// How the pictures of a data set fill their frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Pixels of a picture's side.
    pub side: usize,
    /// Pixels of the side of the square that the drawing fills.
    pub filled: usize,
}

impl Frame {
    /// The frame of pictures with `side` pixels: 8×8 digits fill theirs, larger ones keep a border as MNIST does
    /// (20 of 28 pixels; LeCun et al. 1998, section III.A).
    pub fn of_side(side: usize) -> Self {
        let filled = if side <= 12 { side } else { (side * 20).div_ceil(28) };
        Self { side, filled }
    }
}

impl Default for Sketch {
    fn default() -> Self {
        Self { darkness: vec![0.0; SIDE * SIDE] }
    }
}

impl Sketch {
    /// Whether nothing has been drawn.
    pub fn is_empty(&self) -> bool {
        self.darkness.iter().all(|&darkness| darkness == 0.0)
    }

    /// Draws a line between two points, given as parts of the side from the top left, 0 to 1. Points outside are moved
    /// to the edge.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64)) {
        let scaled = |(x, y): (f64, f64)| {
            let place = |part: f64| if part.is_nan() { 0.0 } else { part.clamp(0.0, 1.0) };
            (place(x) * SIDE as f64, place(y) * SIDE as f64)
        };
        let (from, to) = (scaled(from), scaled(to));
        let reach = PEN_RADIUS + 1.0;
        let range = |a: f64, b: f64| {
            let low = (a.min(b) - reach).floor().max(0.0) as usize;
            let high = (a.max(b) + reach).ceil().min(SIDE as f64) as usize;
            low..high
        };
        for row in range(from.1, to.1) {
            for column in range(from.0, to.0) {
                let centre = (column as f64 + 0.5, row as f64 + 0.5);
                // The edge of a line is one pixel wide.
                let cover = (PEN_RADIUS + 0.5 - distance(centre, from, to)).clamp(0.0, 1.0);
                let pixel = &mut self.darkness[row * SIDE + column];
                *pixel = pixel.max(cover as f32);
            }
        }
    }

    /// Runs of equal darkness within a row, with the row: what it takes to show the drawing.
    pub fn runs(&self) -> Vec<(usize, Run)> {
        let mut runs: Vec<(usize, Run)> = Vec::new();
        for (i, &darkness) in self.darkness.iter().enumerate().filter(|(_, d)| **d > 0.0) {
            let (row, column) = (i / SIDE, i % SIDE);
            match runs.last_mut() {
                Some((last_row, run))
                    if *last_row == row
                        && run.start + run.length == column
                        && run.darkness == darkness =>
                {
                    run.length += 1;
                }
                _ => runs.push((row, Run { start: column, length: 1, darkness })),
            }
        }
        runs
    }

    /// The drawing as a picture of `frame.side` x `frame.side` values, 0 to 1, row by row. Empty drawings are all zero.
    pub fn seen(&self, frame: Frame) -> Vec<f32> {
        let Some(bounds) = self.bounds() else { return vec![0.0; frame.side * frame.side] };
        let size = (bounds.right - bounds.left).max(bounds.bottom - bounds.top);
        // Raster pixels in one pixel of the picture.
        let scale = size / frame.filled as f64;
        let middle = if frame.filled == frame.side {
            ((bounds.left + bounds.right) / 2.0, (bounds.top + bounds.bottom) / 2.0)
        } else {
            self.centre_of_mass()
        };
        let half = frame.side as f64 * scale / 2.0;
        let origin = (middle.0 - half, middle.1 - half);
        let pixels =
            (0..frame.side).flat_map(|row| (0..frame.side).map(move |column| (column, row)));
        pixels
            .map(|(column, row)| {
                let left = origin.0 + column as f64 * scale;
                let top = origin.1 + row as f64 * scale;
                self.mean(left, top, scale)
            })
            .collect()
    }

    /// Mean darkness of a square of the raster; outside of it everything is blank.
    fn mean(&self, left: f64, top: f64, size: f64) -> f32 {
        let (mut sum, inside) = (0.0, 0.0..SIDE as f64);
        let (first_row, last_row) = (top.floor() as i64, (top + size).ceil() as i64);
        let (first_column, last_column) = (left.floor() as i64, (left + size).ceil() as i64);
        for row in first_row..last_row {
            for column in first_column..last_column {
                let (x, y) = (column as f64, row as f64);
                if inside.contains(&x) && inside.contains(&y) {
                    let area = overlap(x, left, size) * overlap(y, top, size);
                    sum += area * f64::from(self.darkness[row as usize * SIDE + column as usize]);
                }
            }
        }
        (sum / (size * size)) as f32
    }

    fn drawn(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        self.darkness
            .iter()
            .enumerate()
            .filter(|(_, darkness)| **darkness > 0.0)
            .map(|(i, &darkness)| ((i % SIDE) as f64, (i / SIDE) as f64, f64::from(darkness)))
    }

    fn bounds(&self) -> Option<Bounds> {
        self.drawn().fold(None, |bounds: Option<Bounds>, (x, y, _)| {
            let pixel = Bounds { left: x, top: y, right: x + 1.0, bottom: y + 1.0 };
            Some(bounds.map_or(pixel, |bounds| bounds.with(pixel)))
        })
    }

    fn centre_of_mass(&self) -> (f64, f64) {
        let (x, y, mass) = self.drawn().fold((0.0, 0.0, 0.0), |(sum_x, sum_y, mass), (x, y, d)| {
            (sum_x + (x + 0.5) * d, sum_y + (y + 0.5) * d, mass + d)
        });
        (x / mass, y / mass)
    }
}

#[derive(Clone, Copy)]
struct Bounds {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Bounds {
    fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

/// How much of the raster pixel from `pixel` to `pixel + 1` lies between `start` and `start + size`.
fn overlap(pixel: f64, start: f64, size: f64) -> f64 {
    ((pixel + 1.0).min(start + size) - pixel.max(start)).max(0.0)
}

/// From a point to the nearest point of a line.
fn distance(point: (f64, f64), from: (f64, f64), to: (f64, f64)) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length_squared = dx * dx + dy * dy;
    let along = if length_squared == 0.0 {
        0.0
    } else {
        (((point.0 - from.0) * dx + (point.1 - from.1) * dy) / length_squared).clamp(0.0, 1.0)
    };
    (point.0 - from.0 - along * dx).hypot(point.1 - from.1 - along * dy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(lines: &[[f64; 4]]) -> Sketch {
        let mut sketch = Sketch::default();
        for &[x1, y1, x2, y2] in lines {
            sketch.line((x1, y1), (x2, y2));
        }
        sketch
    }

    #[test]
    fn a_small_drawing_in_a_corner_is_seen_as_a_large_one_in_the_middle() {
        let frame = Frame::of_side(8);
        let seen = sketch(&[[0.1, 0.1, 0.1, 0.4]]).seen(frame);
        let column = |column: usize| (0..8).map(|row| seen[row * 8 + column]).sum::<f32>();
        assert!(column(3) > 2.0 && column(4) > 2.0, "a line down the middle: {seen:?}");
        assert!(column(0) < 0.1 && column(7) < 0.1);
        assert!(seen[3] + seen[4] > 0.3, "it reaches the top");
    }

    #[test]
    fn values_are_parts_of_one() {
        let scribble = sketch(&[[0.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 1.0], [-3.0, 0.5, 9.0, 0.5]]);
        for side in [8, 28] {
            let seen = scribble.seen(Frame::of_side(side));
            assert_eq!(seen.len(), side * side);
            assert!(seen.iter().all(|value| (0.0..=1.0001).contains(value)));
            assert!(seen.iter().any(|&value| value > 0.5));
        }
    }

    #[test]
    fn pictures_of_28_keep_the_border_of_mnist() {
        let frame = Frame::of_side(28);
        assert_eq!(frame.filled, 20);
        let seen = sketch(&[[0.5, 0.1, 0.5, 0.9]]).seen(frame);
        let row = |row: usize| seen[row * 28..(row + 1) * 28].iter().sum::<f32>();
        assert_eq!((row(2), row(25)), (0.0, 0.0));
        assert!(row(5) > 0.5 && row(22) > 0.5);
    }

    #[test]
    fn runs_cover_what_is_drawn() {
        let sketch = sketch(&[[0.2, 0.2, 0.8, 0.2]]);
        let covered: usize = sketch.runs().iter().map(|(_, run)| run.length).sum();
        assert_eq!(covered, sketch.darkness.iter().filter(|d| **d > 0.0).count());
        assert!(sketch.runs().len() < covered / 4);
    }

    #[test]
    fn nothing_drawn_is_nothing_seen() {
        let sketch = sketch(&[]);
        assert!(sketch.is_empty());
        assert_eq!(sketch.seen(Frame::of_side(8)), vec![0.0; 64]);
    }
}
