//! The devices of the room and the connections of this one, as they are.

use crate::{
    compact::{CollectAny, Each, Erase, live},
    components::person::stage_name,
    format::plural,
    state::page::{Page, use_page},
};
use core::f64::consts::TAU;
use leptos::prelude::*;
use peer::{LinkStage, MemberView, PathKind};
use units::PeerId;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 280.0;
const ALONE_HEIGHT: f64 = 140.0;
const CENTRE: (f64, f64) = (WIDTH / 2.0, HEIGHT / 2.0);
const RADII: (f64, f64) = (205.0, 92.0);
/// Names that would be wider than this, in widths of the letter M, are cut in the picture: beside the outermost device there
/// is no more room to its name's right, in the type of a narrow screen. A name's title, and the list of people, have it in
/// full.
const NAME_EM_MAX: f64 = 12.5;

/// Half the width of the words "this device", in the type of a narrow screen.
const OWN_LABEL_HALF_WIDTH: f64 = 52.0;

/// A device in the picture.
#[derive(Debug, Clone, PartialEq)]
struct Spot {
    peer: PeerId,
    stage: LinkStage,
    relayed: bool,
    /// Whether it takes part in the running session.
    trains: bool,
    /// Whether its update of the running round is promised.
    committed: bool,
    x: f64,
    y: f64,
}

/// This device in the middle, the others around it.
#[component]
pub fn DevicePicture() -> impl IntoView {
    let page = use_page();
    let spots = Memo::new(move |_| spots(page));
    let words = move || in_words(page, &spots.get());
    let own_label_y = move || spots.with(|spots| own_label_y(spots));
    let committed =
        Memo::new(move |_| page.me.get().is_some_and(|me| has_committed(&members(page), me)));

    view! {
        <svg
            class="devices"
            viewBox=live(move || view_box(spots.with(Vec::is_empty)))
            role="img"
            aria-label="Devices and their connections"
            aria-describedby="devices-words"
        >
            <g>
                <Each
                    each=move || spots.get()
                    key=|spot| (spot.peer, stage_name(spot.stage), spot.relayed, spot.x.to_bits(), spot.y.to_bits())
                    let(spot)
                >
                    <Link spot />
                </Each>
            </g>
            <Pulses spots />
            <g>
                <Each
                    each=move || spots.get()
                    key=|spot| (spot.peer, stage_name(spot.stage), spot.trains, spot.committed, spot.x.to_bits(), spot.y.to_bits())
                    let(spot)
                >
                    <Device spot />
                </Each>
            </g>
            <g class="device device-me">
                <circle cx=CENTRE.0.to_string() cy=CENTRE.1.to_string() r="17" />
                {live(move || committed.get().then(|| promise(CENTRE.0, CENTRE.1)))}
                <text x=CENTRE.0.to_string() y=live(move || own_label_y().to_string())>
                    "this device"
                </text>
            </g>
        </svg>
        <p id="devices-words" class="visually-hidden">
            {live(words)}
        </p>
    }
    .erased()
}

/// What is shown of the picture: around a device that is alone, there is nothing to be seen.
fn view_box(alone: bool) -> String {
    let height = if alone { ALONE_HEIGHT } else { HEIGHT };
    format!("0 {} {WIDTH} {height}", (HEIGHT - height) / 2.0)
}

#[component]
fn Link(spot: Spot) -> impl IntoView {
    let relayed = if spot.relayed { " link-relayed" } else { "" };
    view! {
        <line
            class=format!("link link-{}{relayed}", stage_name(spot.stage))
            x1=CENTRE.0.to_string()
            y1=CENTRE.1.to_string()
            x2=format!("{:.1}", spot.x)
            y2=format!("{:.1}", spot.y)
        />
    }
    .erased()
}

/// One run of light along each link of a member when a round has finished, because its updates have just travelled.
#[component]
fn Pulses(spots: Memo<Vec<Spot>>) -> impl IntoView {
    let page = use_page();
    // The newest round only: an element that is new runs its animation once.
    let newest = move || Some(page.rounds_finished.get()).filter(|&rounds| rounds > 0);
    view! {
        <g>
            <Each each=newest key=|round| *round let(round)>
                {
                    let _ = round;
                    let travelled = |spot: &Spot| spot.stage == LinkStage::Open && spot.trains;
                    let lines = spots.get_untracked().into_iter().filter(travelled).map(|spot| {
                        view! {
                            <line
                                class="pulse"
                                pathLength="100"
                                x1=CENTRE.0.to_string()
                                y1=CENTRE.1.to_string()
                                x2=format!("{:.1}", spot.x)
                                y2=format!("{:.1}", spot.y)
                            />
                        }
                    });
                    lines.collect_any()
                }
            </Each>
        </g>
    }
    .erased()
}

#[component]
fn Device(spot: Spot) -> impl IntoView {
    let page = use_page();
    let trains = if spot.trains { " device-trains" } else { "" };
    let full_name = move || page.name_of(spot.peer);
    let name = move || shortened(&full_name());
    // Names stand outside the ring.
    let label_y = if spot.y < CENTRE.1 - 8.0 { spot.y - 22.0 } else { spot.y + 34.0 };
    view! {
        <g class=format!("device device-{}{trains}", stage_name(spot.stage))>
            <title>{live(full_name)}</title>
            <circle cx=format!("{:.1}", spot.x) cy=format!("{:.1}", spot.y) r="13" />
            {spot.committed.then(|| promise(spot.x, spot.y))}
            <text x=format!("{:.1}", spot.x) y=format!("{label_y:.1}")>{live(name)}</text>
        </g>
    }
    .erased()
}

/// The mark of a device whose update of the running round is promised.
fn promise(x: f64, y: f64) -> AnyView {
    view! { <circle class="promise" cx=format!("{x:.1}") cy=format!("{y:.1}") r="6" /> }.erased()
}

/// The members of the running session; nobody if none runs.
fn members(page: Page) -> Vec<MemberView> {
    page.session.with(|session| {
        let running = session.iter().filter(|session| session.running);
        running.flat_map(|session| session.members.iter().cloned()).collect()
    })
}

fn has_committed(members: &[MemberView], peer: PeerId) -> bool {
    members.iter().any(|member| member.peer == peer && member.committed)
}

fn spots(page: Page) -> Vec<Spot> {
    let members = members(page);
    page.peers.with(|peers| {
        let around = peers.iter().enumerate();
        around
            .map(|(i, peer)| {
                let (x, y) = position(i, peers.len());
                let path = peer.stats.and_then(|stats| stats.path);
                Spot {
                    peer: peer.peer,
                    stage: peer.stage,
                    relayed: path == Some(PathKind::Relayed),
                    trains: members.iter().any(|member| member.peer == peer.peer),
                    committed: has_committed(&members, peer.peer),
                    x,
                    y,
                }
            })
            .collect()
    })
}

/// Where the `i`-th of `count` devices stands: around the middle, the first one to the right of it and a little above.
fn position(i: usize, count: usize) -> (f64, f64) {
    let (right, down) = direction(TAU * i as f64 / count.max(1) as f64 - TAU / 18.0);
    (CENTRE.0 + RADII.0 * right, CENTRE.1 + RADII.1 * down)
}

/// Cosine and sine of an angle of at most one turn, for pictures: the series of e^(ix). What the library has is exact for any
/// angle, and five kilobytes of the page.
fn direction(angle: f64) -> (f64, f64) {
    let (mut cos, mut sin, mut term) = (0.0, 0.0, (1.0, 0.0));
    for k in 1..32 {
        (cos, sin) = (cos + term.0, sin + term.1);
        let step = angle / f64::from(k);
        term = (-term.1 * step, term.0 * step);
    }
    (cos, sin)
}

/// Where the words about this device stand: below it, or above it where fewer lines pass there.
fn own_label_y(spots: &[Spot]) -> f64 {
    let crossed_by = |label_y: f64| {
        let reach = label_y - CENTRE.1;
        spots
            .iter()
            .map(|spot| (spot.x - CENTRE.0, spot.y - CENTRE.1))
            .filter(|(dx, dy)| reach * dy > 0.0 && (dx / dy * reach).abs() < OWN_LABEL_HALF_WIDTH)
            .count()
    };
    let (below, above) = (CENTRE.1 + 38.0, CENTRE.1 - 26.0);
    if crossed_by(above) < crossed_by(below) { above } else { below }
}

fn shortened(name: &str) -> String {
    if name.chars().map(width_em).sum::<f64>() <= NAME_EM_MAX {
        return name.to_owned();
    }
    let mut width = width_em('…');
    let fits = |c: &char| {
        width += width_em(*c);
        width <= NAME_EM_MAX
    };
    name.chars().take_while(fits).chain(['…']).collect()
}

/// About as wide as a character is in the type of the page.
fn width_em(c: char) -> f64 {
    match c {
        'M' | 'W' | 'm' | 'w' | '@' | '%' | '…' => 0.95,
        ' ' | '.' | ',' | '\'' | '’' | '(' | ')' | 'i' | 'j' | 'l' | 'I' => 0.35,
        // From the Hangul letters on, scripts and pictures are as wide as they are high.
        '\u{1100}'.. => 1.05,
        c if c.is_uppercase() => 0.7,
        _ => 0.55,
    }
}

fn in_words(page: Page, spots: &[Spot]) -> String {
    if spots.is_empty() {
        return "This device is alone in the room.".to_owned();
    }
    let open = spots.iter().filter(|spot| spot.stage == LinkStage::Open);
    let names = open.map(|spot| page.name_of(spot.peer)).collect::<Vec<_>>();
    let others = plural(spots.len() as u64, "other device", "other devices");
    match names.is_empty() {
        true => format!("This device and {others}, none of them connected."),
        false => format!("This device and {others}; connected with {}.", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_stand_apart_and_within_the_picture() {
        let places: Vec<_> = (0..11).map(|i| position(i, 11)).collect();
        for (i, a) in places.iter().enumerate() {
            assert!((40.0..WIDTH - 40.0).contains(&a.0) && (30.0..HEIGHT - 30.0).contains(&a.1));
            for b in &places[i + 1..] {
                assert!((a.0 - b.0).hypot(a.1 - b.1) > 40.0);
            }
        }
    }

    #[test]
    fn directions_are_those_of_the_circle() {
        for i in -36..=36 {
            let angle = TAU * f64::from(i) / 36.0;
            let (cos, sin) = direction(angle);
            assert!(
                (cos - angle.cos()).abs() < 1e-6 && (sin - angle.sin()).abs() < 1e-6,
                "{angle}"
            );
        }
    }

    #[test]
    fn no_line_passes_through_the_words_where_there_is_a_free_side() {
        let label_y = |count| own_label_y(&(0..count).map(|i| spot(i, count)).collect::<Vec<_>>());
        assert!(label_y(1) > CENTRE.1, "below, as a rule");
        assert!(label_y(3) < CENTRE.1, "above, where the third device is below");
    }

    fn spot(i: usize, count: usize) -> Spot {
        let (x, y) = position(i, count);
        let stage = LinkStage::Open;
        let peer = PeerId::from_bytes([i as u8; 32]);
        Spot { peer, stage, relayed: false, trains: false, committed: false, x, y }
    }

    #[test]
    fn long_names_are_cut() {
        assert_eq!(shortened("Ada’s phone"), "Ada’s phone");
        assert_eq!(shortened("Chrome on Linux (ab87)"), "Chrome on Linux (ab87)");
        assert_eq!(
            shortened("A name that is far too long to stand here"),
            "A name that is far too…"
        );
        assert_eq!(shortened(&"W".repeat(32)).chars().count(), 13);
    }
}
