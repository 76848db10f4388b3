//! How the numbers of a layer's nodes are spread: a small histogram with its mean, and what it aims at.

use crate::compact::Erase;
use leptos::prelude::*;

/// Bars of a histogram, whatever the number of nodes.
const BARS: usize = 24;

/// Width and height of the drawing; it is stretched to its place.
const SIZE: (f64, f64) = (240.0, 40.0);

/// Numbers between two ends, counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    counts: [u32; BARS],
    low: f64,
    high: f64,
    /// Of all numbers.
    pub mean: f64,
}

impl Spread {
    /// Counts `values`; those beyond the ends are counted in the outermost bars.
    pub fn between(low: f64, high: f64, values: &[f32]) -> Self {
        let mut counts = [0; BARS];
        for value in values {
            counts[((part(low, high, f64::from(*value)) * BARS as f64) as usize).min(BARS - 1)] +=
                1;
        }
        let sum: f64 = values.iter().map(|value| f64::from(*value)).sum();
        Self { counts, low, high, mean: sum / values.len().max(1) as f64 }
    }

    /// All bars as one path.
    fn path(&self) -> String {
        let most = f64::from(self.counts.iter().copied().max().unwrap_or(0).max(1));
        let width = SIZE.0 / BARS as f64;
        let bars = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let bars = bars.map(|(bar, count)| {
            // One node among thousands is still seen.
            let height = (SIZE.1 * f64::from(*count) / most).max(1.0);
            let (x, y, bottom) = (bar as f64 * width, SIZE.1 - height, SIZE.1);
            format!("M{x:.1} {bottom}V{y:.1}h{:.1}V{bottom}z", width - 1.0)
        });
        bars.collect()
    }

    fn x(&self, value: f64) -> String {
        format!("{:.1}", part(self.low, self.high, value) * SIZE.0)
    }
}

/// Where a value lies between two ends, 0 to 1; in the middle if they are one.
pub(super) fn part(low: f64, high: f64, value: f64) -> f64 {
    if high > low { ((value - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 }
}

/// A histogram with its words.
#[component]
pub fn Distribution(
    /// What is counted.
    name: &'static str,
    /// The style's name of it.
    class: &'static str,
    /// How it is spread.
    spread: Spread,
    /// What the mean should be.
    #[prop(optional_no_strip)]
    aim: Option<f64>,
    /// How a number is written.
    write: fn(f64) -> String,
) -> impl IntoView {
    let aim_words = aim
        .map(|aim| view! { <span class="spread-aim-words">{format!("aim {}", write(aim))}</span> })
        .erased();
    let aim = aim
        .map(|aim| {
            let x = spread.x(aim);
            view! { <line class="spread-aim" x1=x.clone() x2=x y1="0" y2=SIZE.1.to_string() /> }
        })
        .erased();
    let mean = spread.x(spread.mean);
    view! {
        <figure class=format!("spread {class}")>
            <figcaption class="spread-words">
                <span>{name}</span>
                <span class="hint">{format!("mean {}", write(spread.mean))}</span>
            </figcaption>
            <svg
                viewBox=format!("0 0 {} {}", SIZE.0, SIZE.1)
                preserveAspectRatio="none"
                aria-hidden="true"
            >
                <path class="spread-bars" d=spread.path() />
                {aim}
                <line class="spread-mean" x1=mean.clone() x2=mean y1="0" y2=SIZE.1.to_string() />
            </svg>
            <p class="spread-ends">
                <span>{write(spread.low)}</span>
                {aim_words}
                <span>{write(spread.high)}</span>
            </p>
        </figure>
    }
    .erased()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_counted_once_and_those_beyond_in_the_outermost_bars() {
        let spread = Spread::between(0.0, 1.0, &[-1.0, 0.0, 0.5, 0.99, 7.0]);
        assert_eq!(spread.counts.iter().sum::<u32>(), 5);
        assert_eq!((spread.counts[0], spread.counts[12], spread.counts[BARS - 1]), (2, 1, 2));
    }

    #[test]
    fn thousands_of_nodes_are_one_short_path() {
        let values: Vec<f32> = (0..8_192).map(|node| node as f32).collect();
        let path = Spread::between(0.0, 8_191.0, &values).path();
        assert!(path.len() < 1_000 && path.matches('M').count() == BARS, "{path}");
    }

    #[test]
    fn numbers_that_are_all_the_same_stand_in_the_middle() {
        let spread = Spread::between(0.0, 0.0, &[0.0; 3]);
        assert_eq!((spread.counts[BARS / 2], spread.x(0.0).as_str()), (3, "120.0"));
        assert_eq!(Spread::between(0.0, 1.0, &[]).mean, 0.0);
    }
}
