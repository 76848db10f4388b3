//! The devices of the room and the connections of this one, as they are.

use crate::{
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
const CENTRE: (f64, f64) = (WIDTH / 2.0, HEIGHT / 2.0);
const RADII: (f64, f64) = (205.0, 92.0);
/// Names longer than this are cut in the picture; the list of people has them in full.
const NAME_CHARS_MAX: usize = 22;

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
    let committed =
        Memo::new(move |_| page.me.get().is_some_and(|me| has_committed(&members(page), me)));

    view! {
        <svg
            class="devices"
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            role="img"
            aria-label="Devices and their connections"
            aria-describedby="devices-words"
        >
            <g>
                <For
                    each=move || spots.get()
                    key=|spot| (spot.peer, stage_name(spot.stage), spot.relayed, spot.x.to_bits(), spot.y.to_bits())
                    let(spot)
                >
                    <Link spot />
                </For>
            </g>
            <Pulses spots />
            <g>
                <For
                    each=move || spots.get()
                    key=|spot| (spot.peer, stage_name(spot.stage), spot.trains, spot.committed, spot.x.to_bits(), spot.y.to_bits())
                    let(spot)
                >
                    <Device spot />
                </For>
            </g>
            <g class="device device-me">
                <circle cx=CENTRE.0.to_string() cy=CENTRE.1.to_string() r="17" />
                {move || committed.get().then(|| promise(CENTRE.0, CENTRE.1))}
                <text x=CENTRE.0.to_string() y=(CENTRE.1 + 38.0).to_string()>
                    "this device"
                </text>
            </g>
        </svg>
        <p id="devices-words" class="visually-hidden">
            {words}
        </p>
    }
    .into_any()
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
    .into_any()
}

/// One run of light along each link of a member when a round has finished, because its updates have just travelled.
#[component]
fn Pulses(spots: Memo<Vec<Spot>>) -> impl IntoView {
    let page = use_page();
    // The newest round only: an element that is new runs its animation once.
    let newest = move || Some(page.rounds_finished.get()).filter(|&rounds| rounds > 0);
    view! {
        <g>
            <For each=newest key=|round| *round let(round)>
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
                    lines.collect_view()
                }
            </For>
        </g>
    }
    .into_any()
}

#[component]
fn Device(spot: Spot) -> impl IntoView {
    let page = use_page();
    let trains = if spot.trains { " device-trains" } else { "" };
    let name = move || shortened(&page.name_of(spot.peer));
    // Names stand outside the ring.
    let label_y = if spot.y < CENTRE.1 - 8.0 { spot.y - 22.0 } else { spot.y + 34.0 };
    view! {
        <g class=format!("device device-{}{trains}", stage_name(spot.stage))>
            <circle cx=format!("{:.1}", spot.x) cy=format!("{:.1}", spot.y) r="13" />
            {spot.committed.then(|| promise(spot.x, spot.y))}
            <text x=format!("{:.1}", spot.x) y=format!("{label_y:.1}")>{name}</text>
        </g>
    }
    .into_any()
}

/// The mark of a device whose update of the running round is promised.
fn promise(x: f64, y: f64) -> impl IntoView {
    view! { <circle class="promise" cx=format!("{x:.1}") cy=format!("{y:.1}") r="6" /> }
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
    let angle = TAU * i as f64 / count.max(1) as f64 - TAU / 18.0;
    (CENTRE.0 + RADII.0 * angle.cos(), CENTRE.1 + RADII.1 * angle.sin())
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS_MAX {
        return name.to_owned();
    }
    name.chars().take(NAME_CHARS_MAX - 1).chain(['…']).collect()
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
    fn long_names_are_cut() {
        assert_eq!(shortened("Ada’s phone"), "Ada’s phone");
        assert_eq!(shortened("A name that is far too long").chars().count(), NAME_CHARS_MAX);
    }
}
