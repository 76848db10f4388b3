//! Pages that count in a row, and those that gave way beside them.

use crate::compact::{CollectAny, Erase};
use leptos::prelude::*;

/// Pages beside each other: what a phone has room for.
const COLUMNS: u32 = 8;

/// Rows of pages that gave way.
const LANES_MAX: usize = 4;

/// Between the middles of two pages, in pixels.
const STEP: u32 = 37;

/// Between two rows.
const LANE: u32 = 34;

/// From the edges to the middle of what is outermost.
const EDGE: u32 = 22;

/// From above to the middle of the row that counts: the pages' numbers are above it.
const TOP: u32 = 34;

/// A page's side.
const SIDE: u32 = 20;

/// Which pages are drawn where.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Layout {
    /// Heights of the first and the last column.
    from: u32,
    to: u32,
    /// The newest page that counts.
    height: u32,
    lanes: Vec<Lane>,
}

/// A row of pages that gave way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lane {
    /// The last page before it.
    parting: u32,
    /// Its last page in sight.
    last: u32,
    /// Whether there are more.
    goes_on: bool,
}

impl Layout {
    /// The newest pages, if the newest of `parted` (last page in common, pages apart) is among them; else those from where it parted.
    fn new(height: u32, parted: &[(u32, u32)]) -> Self {
        let newest = parted.first().map_or(height, |(parting, _)| *parting);
        let longest = parted.iter().map(|(parting, count)| parting + count).max().unwrap_or(0);
        let end = height.max(longest);
        let from = newest.min((end + 1).saturating_sub(COLUMNS));
        let to = end.min(from + COLUMNS - 1);
        let lane = |(parting, count): &(u32, u32)| {
            let last = (parting + count).min(to);
            let goes_on = parting + count > to;
            (*parting >= from && last > *parting).then_some(Lane {
                parting: *parting,
                last,
                goes_on,
            })
        };
        let lanes = parted.iter().filter_map(lane).take(LANES_MAX).collect();
        Self { from, to, height, lanes }
    }

    fn x(&self, height: u32) -> u32 {
        EDGE + STEP * (height - self.from)
    }

    /// The row that counts, with what leads on at its ends.
    fn row(&self) -> (String, String) {
        let last = self.height.min(self.to);
        let row = format!("M{} {TOP}H{}", self.x(self.from), self.x(last));
        let before =
            if self.from > 0 { format!("M0 {TOP}H{}", self.x(self.from)) } else { String::new() };
        let after = match self.height > self.to {
            true => format!("M{} {TOP}h{EDGE}", self.x(last)),
            false => String::new(),
        };
        (row, before + &after)
    }

    fn lane_path(&self, lane: &Lane, y: u32) -> String {
        let (from, first, last) =
            (self.x(lane.parting), self.x(lane.parting + 1), self.x(lane.last));
        let bend = from + STEP / 2;
        let end = if lane.goes_on { last + EDGE } else { last };
        format!("M{from} {TOP}C{bend} {TOP} {bend} {y} {first} {y}H{end}")
    }

    fn size(&self) -> (u32, u32) {
        let lanes = self.lanes.len() as u32;
        (self.x(self.to) + EDGE, TOP + LANE * lanes + SIDE / 2 + 4)
    }
}

/// The picture.
#[component]
pub fn BranchesPicture(
    /// How many pages count.
    height: u32,
    /// Of each branch, the last page in common, and how many pages it has; the newest first.
    parted: Vec<(u32, u32)>,
) -> impl IntoView {
    let layout = Layout::new(height, &parted);
    let (width, tall) = layout.size();
    let (row, beyond) = layout.row();
    let page = |height: u32, y: u32, class: &'static str| {
        let (x, y) = (layout.x(height) - SIDE / 2, y - SIDE / 2);
        view! {
            <rect class=class x=x.to_string() y=y.to_string() width=SIDE.to_string() height=SIDE.to_string() rx="4" />
        }
        .erased()
    };
    let counting =
        (layout.from..=height.min(layout.to)).map(|height| page(height, TOP, "books-counts"));
    let number = |height: u32| {
        let (x, words) =
            (layout.x(height), if height == 0 { "start".to_owned() } else { height.to_string() });
        view! { <text x=x.to_string() y="16">{words}</text> }
    };
    let numbers = (layout.from..=layout.to).map(number).collect_any();
    let lanes = layout.lanes.iter().zip(1..).map(|(lane, row)| {
        let y = TOP + LANE * row;
        let pages = (lane.parting + 1..=lane.last).map(|height| page(height, y, "books-gave-way"));
        view! {
            <g>
                <path class="books-way books-way-left" d=layout.lane_path(lane, y) />
                {pages.collect_any()}
            </g>
        }
    });
    let lanes = lanes.collect_any();
    view! {
        <figure class="books-picture">
            <svg
                role="img"
                aria-label=words(&layout)
                viewBox=format!("0 0 {width} {tall}")
                width=width.to_string()
                height=tall.to_string()
            >
                <path class="books-way books-way-beyond" d=beyond />
                <path class="books-way" d=row />
                {lanes}
                {counting.collect_any()}
                {numbers}
            </svg>
            <figcaption class="hint">
                <span class="books-key books-key-counts"></span>" counts "
                <span class="books-key books-key-gave-way"></span>" gave way"
            </figcaption>
        </figure>
    }
    .erased()
}

/// The picture for those who do not see it.
fn words(layout: &Layout) -> String {
    let lane = |lane: &Lane| {
        format!("; {} beside them gave way after page {}", lane.last - lane.parting, lane.parting)
    };
    let lanes: String = layout.lanes.iter().map(lane).collect();
    format!("Pages {} to {} that count{lanes}", layout.from, layout.height.min(layout.to))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(height: u32, parted: &[(u32, u32)]) -> (u32, u32) {
        let layout = Layout::new(height, parted);
        (layout.from, layout.to)
    }

    #[test]
    fn the_newest_pages_are_drawn_while_the_parting_is_among_them() {
        assert_eq!(ends(3, &[(1, 1)]), (0, 3));
        assert_eq!(ends(20, &[(15, 2)]), (13, 20));
        assert_eq!(ends(20, &[(19, 3)]), (15, 22), "what gave way may be longer");
    }

    #[test]
    fn what_parted_long_ago_is_drawn_from_there_on() {
        assert_eq!(ends(60, &[(15, 2)]), (15, 22));
        let layout = Layout::new(60, &[(15, 2)]);
        assert!(layout.row().1.contains(&format!("M{} ", layout.x(22))), "pages go on");
    }

    #[test]
    fn rows_that_do_not_fit_are_cut_or_left_out() {
        let layout = Layout::new(60, &[(15, 30), (16, 1), (3, 2)]);
        let lanes = [
            Lane { parting: 15, last: 22, goes_on: true },
            Lane { parting: 16, last: 17, goes_on: false },
        ];
        assert_eq!(layout.lanes, lanes);
        let many: Vec<_> = (0..9).map(|n| (20 - n, 1)).collect();
        assert_eq!(Layout::new(21, &many).lanes.len(), LANES_MAX);
    }

    #[test]
    fn a_phone_has_room_for_it() {
        assert!(Layout::new(60, &[(15, 30)]).size().0 <= 310);
    }
}
