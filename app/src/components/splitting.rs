//! One network on several devices: what others carry of ours, and what this device carries of theirs.

use crate::{
    compact::{CollectAny, Erase, entered, live, on},
    components::notice::{CommandProblem, as_sentence},
    format::{bytes, percent, plural, round_trip_ms},
    state::{
        command::Command,
        page::{Page, use_page},
    },
};
use leptos::prelude::*;
use peer::{CarriedView, PartPlace, SplitPartView, SplitTraining, SplitView};

/// How many nodes of others a device may carry, by choice.
const CARRIED: [u32; 5] = [0, 64, 256, 1_024, 4_096];

/// Rows of a batch, how often each row comes, and how many batches that makes at least and at most.
const BATCH_ROWS: u32 = 32;
const ROUNDS: u32 = 10;
const STEPS: [u32; 2] = [200, 5_000];

/// Other devices and this one's network, and this device and others' networks.
#[component]
pub fn Splitting() -> impl IntoView {
    let page = use_page();
    let command = Command::default();
    let split = page.select(|view| view.split.clone());
    let hosting = page.select(|view| view.hosting.clone());
    let is_split = Memo::new(move |_| split.with(Option::is_some));
    let is_training = Memo::new(move |_| split.with(|it| it.as_ref().is_some_and(trains)));
    let offered = Memo::new(move |_| offered_nodes(page));
    let may_split = move || {
        let fits = page.cluster().is_some_and(|it| it.network.layers.len() > 1);
        fits && offered.get() > 0 && !is_split.get() && !command.is_pending()
    };
    let lend = move |_| {
        if let Some(cluster) = untrack(|| page.cluster()) {
            command.run(move |port| port.split_cluster(cluster.id), |()| {});
        }
    };
    let train = move |_| {
        let split = split.get_untracked();
        if let Some((cluster, training)) = split.and_then(|split| training_of(page, &split)) {
            command.run(move |port| port.train_split(cluster, training), |()| {});
        }
    };
    let gather = move |_| {
        if let Some(split) = split.get_untracked() {
            command.run(move |port| port.gather_cluster(split.cluster), |()| {});
        }
    };
    let carry = move |chosen: String| {
        if let Ok(nodes) = chosen.parse() {
            command.run(move |port| port.carry_nodes(nodes), |()| {});
        }
    };
    let hint = move || match (is_split.get(), offered.get()) {
        (true, _) => "Rows, labels and the lowest layer stay on this device.".to_owned(),
        (false, 0) => {
            "Another device can carry part of this network once somebody there chooses to."
                .to_owned()
        }
        (false, nodes) => {
            format!("Connected devices offer to carry {}.", plural(nodes, "node", "nodes"))
        }
    };
    let problem = move || {
        let problem = split.with(|split| split.as_ref().and_then(|it| it.problem.clone()));
        problem.map(|it| view! { <p class="problem" role="alert">{as_sentence(&it)}</p> }).erased()
    };
    let options = CARRIED.map(|nodes| {
        let words =
            if nodes == 0 { "none".to_owned() } else { plural(nodes.into(), "node", "nodes") };
        let chosen = move || hosting.with(|hosting| hosting.nodes_max == nodes);
        view! { <option value=nodes.to_string() selected=live(chosen)>{words}</option> }
    });

    view! {
        <div
            class="split"
            role="group"
            aria-labelledby="split-title"
            data-split=live(move || split.with(|it| it.as_ref().map_or("no", |it| if trains(it) { "trains" } else { "rests" })))
            data-accuracy=live(move || split.with(|it| it.as_ref().and_then(accuracy)).map(|it| it.to_string()))
        >
            <h3 id="split-title">"On several devices"</h3>
            <div class="models-actions">
                <button type="button" class="button button-quiet" disabled=live(move || !may_split()) on:click=on(lend)>
                    "Let other devices carry part of this network"
                </button>
                <button
                    type="button"
                    class="button button-quiet"
                    disabled=live(move || !is_split.get() || is_training.get() || command.is_pending())
                    on:click=on(train)
                >
                    "Train over all of them"
                </button>
                <button
                    type="button"
                    class="button button-quiet"
                    disabled=live(move || !is_split.get() || command.is_pending())
                    on:click=on(gather)
                >
                    "Bring all nodes home"
                </button>
            </div>
            <p class="hint">{live(hint)}</p>
            <CommandProblem command />
            {live(problem)}
            <p class="split-standing">{live(move || split.with(|split| split.as_ref().map(standing)))}</p>
            <ul class="split-list" aria-label="Parts of this network">
                {live(move || split.with(|split| {
                    let parts = split.iter().flat_map(|split| &split.parts);
                    parts.map(|part| view! { <li>{part_words(page, part)}</li> }).collect_any()
                }))}
            </ul>
            <label class="field">
                <span>"Carry nodes of others"</span>
                <select
                    disabled=live(move || !page.is_ready())
                    prop:value=live(move || hosting.with(|hosting| hosting.nodes_max.to_string()))
                    on:change=entered(carry)
                >
                    {options.into_iter().collect_any()}
                </select>
            </label>
            <ul class="split-list" aria-label="Nodes carried for others">
                {live(move || hosting.with(|hosting| {
                    let carried = hosting.carried.iter();
                    carried.map(|it| view! { <li>{carried_words(page, it)}</li> }).collect_any()
                }))}
            </ul>
        </div>
    }
    .erased()
}

fn trains(split: &SplitView) -> bool {
    split.training.is_some()
}

/// Nodes that connected devices offer to carry.
fn offered_nodes(page: Page) -> u64 {
    page.peers.with(|peers| {
        let open = peers.iter().filter(|peer| peer.stage == peer::LinkStage::Open);
        open.map(|peer| u64::from(peer.capability.nodes_for_others)).sum()
    })
}

/// Ten times through all rows.
fn training_of(page: Page, split: &SplitView) -> Option<(units::ClusterId, SplitTraining)> {
    let rows = page.clusters.with_untracked(|clusters| {
        clusters.iter().find(|it| it.id == split.cluster).map(|it| it.train_rows)
    })?;
    let steps = (ROUNDS * rows / BATCH_ROWS).clamp(STEPS[0], STEPS[1]);
    let (batch_rows, learning_rate_millionths) = (BATCH_ROWS, 2_000);
    Some((split.cluster.clone(), SplitTraining { steps, batch_rows, learning_rate_millionths }))
}

/// The newest accuracy on held-out rows, 0 to 1.
fn accuracy(split: &SplitView) -> Option<f64> {
    split.curve.last().map(|point| point.evaluation.accuracy())
}

fn standing(split: &SplitView) -> String {
    let held_out = accuracy(split).map_or(String::new(), |accuracy| {
        format!(" {} of the rows held out are told right.", percent(accuracy))
    });
    match split.training {
        _ if split.gathering => "Its nodes are coming home.".to_owned(),
        Some(it) => format!(
            "Batch {} of {}; {} of the newest rows were told right.{held_out}",
            it.batches,
            it.of,
            percent(f64::from(it.accuracy))
        ),
        None if split.parts.iter().all(|part| part.place == PartPlace::Home) => {
            format!("All nodes of cluster “{}” are on this device now.{held_out}", split.cluster)
        }
        None => format!("Cluster “{}” is on several devices.{held_out}", split.cluster),
    }
}

fn part_words(page: Page, part: &SplitPartView) -> String {
    let nodes =
        format!("{} of layer {}", plural(part.nodes.into(), "node", "nodes"), part.layer + 1);
    let host = part.host.map(|host| page.name_of(host)).unwrap_or_default();
    match part.place {
        PartPlace::Home if part.loan.is_some() => format!("{nodes}: at rest on this device"),
        PartPlace::Home => format!("{nodes}: on this device"),
        PartPlace::Moving => format!("{nodes}: on their way to {host}"),
        PartPlace::Returning => format!("{nodes}: on their way home from {host}"),
        PartPlace::Away if part.asked == 0 => format!("{nodes}: {host}"),
        PartPlace::Away => format!(
            "{nodes}: {host} · {} · {} late or lost · {} there, {} back",
            round_trip_ms(part.round_trip_ms.into()),
            percent(f64::from(part.silent) / f64::from(part.asked)),
            bytes(part.sent_bytes),
            bytes(part.received_bytes)
        ),
    }
}

fn carried_words(page: Page, carried: &CarriedView) -> String {
    let CarriedView { owner, cluster, layer, nodes, taught, .. } = carried;
    format!(
        "{} of layer {} of {}’s “{cluster}” · taught by {}",
        plural((*nodes).into(), "node", "nodes"),
        layer + 1,
        page.name_of(*owner),
        plural((*taught).into(), "batch", "batches")
    )
}
