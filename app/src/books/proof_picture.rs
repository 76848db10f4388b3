//! The way of fingerprints from an entry to the newest page.

use crate::compact::{CollectAny, Erase};
use books::view::Checked;
use leptos::prelude::*;
use units::Hash;

/// Between two fingerprints on the way, in pixels.
const STEP: u32 = 24;

/// Between the last of them and what they come to.
const GAP: u32 = 46;

/// From the edges to the first and the last.
const EDGE: u32 = 24;

/// The row of what is computed here; above it is what the proof brings.
const ROW: u32 = 38;

/// The row of what the proof brings.
const GIVEN: u32 = 12;

/// A place on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Something with a name: the entry, a page.
    Named { x: u32, words: String },
    /// A fingerprint that the one before it and a given one come to.
    Joined { x: u32, given: Hash },
}

/// All places from left to right, and how wide they are.
fn places(checked: &Checked) -> (Vec<Place>, u32) {
    let mut x = EDGE;
    let mut places = vec![Place::Named { x, words: "entry".to_owned() }];
    let mut part = |steps: &[ledger::merkle::Step], words: String| {
        for step in steps {
            x += STEP;
            places.push(Place::Joined { x, given: step.beside });
        }
        x += GAP;
        places.push(Place::Named { x, words });
    };
    part(&checked.to_block, format!("page {}", checked.height));
    if checked.height < checked.newest.height {
        part(&checked.to_newest, format!("page {}", checked.newest.height));
    }
    (places, x + EDGE)
}

/// The picture: it scrolls by itself where the way is long.
#[component]
pub fn ProofPicture(
    /// What was checked.
    checked: Checked,
) -> impl IntoView {
    let (places, width) = places(&checked);
    let given = checked.to_block.len() + checked.to_newest.len();
    let label = format!(
        "The way from the entry to page {}: {given} fingerprints of the proof, each put together with what came of those before it",
        checked.newest.height
    );
    let end = width - EDGE;
    let drawn = places.into_iter().map(|place| match place {
        Place::Named { x, words } => {
            let left = x - 9;
            view! {
                <g class="books-named">
                    <rect x=left.to_string() y="29" width="18" height="18" rx="4" />
                    <text x=x.to_string() y="65">{words}</text>
                </g>
            }
            .erased()
        }
        Place::Joined { x, given } => {
            let beside = x - STEP / 2;
            view! {
                <g class="books-joined">
                    <path d=format!("M{beside} {GIVEN}L{x} {ROW}") />
                    <circle class="books-given" cx=beside.to_string() cy=GIVEN.to_string() r="5">
                        <title>{given.to_string()}</title>
                    </circle>
                    <circle cx=x.to_string() cy=ROW.to_string() r="4" />
                </g>
            }
            .erased()
        }
    });
    view! {
        <div class="books-picture">
            <svg
                role="img"
                aria-label=label
                viewBox=format!("0 0 {width} 72")
                width=width.to_string()
                height="72"
            >
                <path class="books-way" d=format!("M{EDGE} {ROW}H{end}") />
                {drawn.collect_any()}
            </svg>
        </div>
        <p class="hint">
            <span class="books-key books-key-given"></span>" comes with the proof "
            <span class="books-key books-key-counts"></span>" computed here"
        </p>
    }
}
