//! A picture of what this device remembers: what means something like it lies near it.

use super::{
    asked::{Desk, ask},
    found::privacy_words,
    map_look::{Direction, HEIGHT, WIDTH, labels, meant, next, on_picture, spreads},
    map_words::{Colours, list, summary, told},
};
use crate::{
    compact::{CollectAny, Erase, Shown, entered, follow, live, on},
    components::notice::CommandProblem,
    state::command::Command,
};
use leptos::{ev::KeyboardEvent, prelude::*};
use memory::{
    call::{Call, Reply},
    library::{Map, Point},
};
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

/// Of what a search has found, so many are shown: the best.
const RINGED: usize = 5;

/// Characters of a label: the list has it whole.
const LABEL_CHARS: usize = 18;

/// Fewer are no picture.
const POINTS_MIN: usize = 3;

/// The map, with what is said of the point that is looked at, and the same as a list.
#[component]
pub fn MapPart(
    /// What the page's parts share.
    desk: Desk,
) -> impl IntoView {
    let command = Command::default();
    let map = RwSignal::new(Map::default());
    let chosen = RwSignal::new(None::<usize>);
    let colours = RwSignal::new(Colours::default());
    follow(move || {
        // A picture takes the longest of all that is asked at first, and is waited for the least.
        if desk.overview.with(Option::is_none) {
            return;
        }
        ask(command, Call::Map, move |reply| {
            if let Reply::Map(new) = reply {
                let _ = (chosen.try_set(None), map.try_set(new));
            }
        });
    });
    let is_shown = move || map.with(|map| map.points.len() >= POINTS_MIN);
    let point_to = move |event: PointerEvent| {
        if let Some(at) = place_of(&event) {
            chosen.set(map.with_untracked(|map| meant(&map.points, at)));
        }
    };
    let press = move |event: KeyboardEvent| {
        let key = event.key();
        let now = chosen.get_untracked();
        let next = match (Direction::of_key(&key), now) {
            (Some(direction), Some(now)) => {
                map.with_untracked(|map| next(&map.points, now, direction)).or(Some(now))
            }
            // The strongest is where one begins.
            (Some(_), None) => map.with_untracked(|map| map.points.len().checked_sub(1)),
            (None, Some(_)) if key == "Escape" => None,
            _ => return,
        };
        event.prevent_default();
        chosen.set(next);
    };
    let of_chosen = move |give: fn(&Point) -> String| {
        let number = chosen.get()?;
        map.with(|map| map.points.get(number).map(give))
    };
    let seek = move |_| {
        if let Some(text) = of_chosen(|point| point.text.trim_end_matches('…').to_owned()) {
            desk.sought.set(text);
        }
    };
    view! {
        <Shown when=is_shown>
            <section class="panel memory-map" aria-labelledby="memory-map">
                <div class="memory-map-head">
                    <h2 id="memory-map">"What lies near what"</h2>
                    <label class="field field-inline">
                        <span>"Colours say"</span>
                        <select
                            prop:value=live(move || colours.get().name())
                            on:change=entered(move |name| colours.set(Colours::named(&name)))
                        >
                            {Colours::ALL
                                .iter()
                                .map(|it| view! { <option value=it.name()>{it.words()}</option> })
                                .collect_any()}
                        </select>
                    </label>
                </div>
                <p class="hint">{live(move || map.with(summary))}</p>
                <div
                    class="map"
                    role="group"
                    tabindex="0"
                    aria-label="Map: the keys with arrows go from one note to the next"
                    aria-describedby="memory-map-told"
                    on:keydown=on(press)
                >
                    <svg
                        viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                        aria-hidden="true"
                        on:pointermove=on(point_to)
                        on:pointerdown=on(point_to)
                    >
                        {live(move || map.with(|map| drawn(map, colours.get())))}
                        {live(move || map.with(|map| desk.found.with(|found| ringed(map, found))))}
                        {live(move || map.with(|map| chosen.get().and_then(|it| pointed_at(map, it))))}
                    </svg>
                </div>
                <ul class="map-legend" aria-label="Colours">
                    {live(move || map.with(|map| legend(map, colours.get())))}
                </ul>
                <div class="map-told" id="memory-map-told">
                    <p role="status">
                        {live(move || of_chosen(told).unwrap_or_else(|| LOOK.to_owned()))}
                    </p>
                    <Shown when=move || of_chosen(|point| point.text.clone()).is_some_and(|it| !it.is_empty())>
                        <button type="button" class="button button-quiet" on:click=on(seek)>
                            "Find what is like it"
                        </button>
                    </Shown>
                </div>
                <details class="map-list">
                    <summary>"The same as a list"</summary>
                    {live(move || map.with(list))}
                </details>
                <CommandProblem command />
            </section>
        </Shown>
    }
    .erased()
}

const LOOK: &str = "Point at a note or tap it, or go from one to the next with the arrow keys.";

/// Where on the picture something has happened.
fn place_of(event: &PointerEvent) -> Option<[f64; 2]> {
    let picture: Element = event.current_target()?.dyn_into().ok()?;
    let bounds = picture.get_bounding_client_rect();
    let x = (f64::from(event.client_x()) - bounds.left()) / bounds.width() * WIDTH;
    let y = (f64::from(event.client_y()) - bounds.top()) / bounds.height() * HEIGHT;
    (x.is_finite() && y.is_finite()).then_some([x, y])
}

fn drawn(map: &Map, colours: Colours) -> AnyView {
    let spreads = spreads(&map.points, &map.groups);
    let grounds = map.groups.iter().zip(&spreads).enumerate();
    let grounds = grounds.filter(|(_, it)| it.0.tag.is_some()).map(|(number, (group, [rx, ry]))| {
        let [x, y] = on_picture(group.place);
        let hue = colours.of_group(number);
        view! { <ellipse class="map-ground" data-hue=hue cx=round(x) cy=round(y) rx=round(*rx) ry=round(*ry) /> }
    });
    let points = map.points.iter().map(|point| {
        let [x, y] = on_picture(point.place);
        let radius = 4.5 + 5.5 * f64::from(point.strength);
        let hue = colours.of_point(point);
        view! { <circle class="map-point" data-hue=hue cx=round(x) cy=round(y) r=round(radius) /> }
    });
    let labels = labels(&map.groups, &spreads).into_iter().map(|label| {
        let hue = colours.of_group(label.group);
        view! {
            <text class="map-label" data-hue=hue x=round(label.at[0]) y=round(label.at[1])>
                {shortened(&label.text)}
            </text>
        }
    });
    view! { <g>{grounds.collect_any()} {points.collect_any()} {labels.collect_any()}</g> }
        .into_any()
}

/// What a search has found.
fn ringed(map: &Map, found: &[units::Hash]) -> Vec<AnyView> {
    let found = &found[..found.len().min(RINGED)];
    let points = map.points.iter().filter(|point| found.contains(&point.capsule));
    let ring = |point: &Point| {
        let [x, y] = on_picture(point.place);
        view! { <circle class="map-found" cx=round(x) cy=round(y) r="14" /> }
    };
    points.map(ring).collect_any()
}

fn pointed_at(map: &Map, number: usize) -> Option<AnyView> {
    let [x, y] = on_picture(map.points.get(number)?.place);
    Some(view! { <circle class="map-chosen" cx=round(x) cy=round(y) r="16" /> }.into_any())
}

fn legend(map: &Map, colours: Colours) -> Vec<AnyView> {
    colours
        .legend(map)
        .into_iter()
        .map(|(hue, name, count)| {
            view! {
                <li data-hue=hue>
                    {name}
                    " "
                    <span class="tag-count">{count}</span>
                </li>
            }
        })
        .collect_any()
}

/// A label in one line that no other one needs.
fn shortened(label: &str) -> String {
    match label.char_indices().nth(LABEL_CHARS) {
        Some((end, _)) => format!("{}…", label[..end].trim_end()),
        None => label.to_owned(),
    }
}

/// As long as it need be.
fn round(number: f64) -> String {
    format!("{number:.1}")
}

/// As in the list of what was found.
pub(super) fn privacy_of(point: &Point) -> &'static str {
    privacy_words(point.privacy)
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_long_label_ends_where_it_would_cover_others() {
        assert_eq!(shortened("bees"), "bees");
        assert_eq!(shortened("what the bees of the village do"), "what the bees of t…");
        assert_eq!(shortened("what the bees say of it"), "what the bees say…");
    }
}
