//! What an engine costs: inputs of a room that trains, told again to fresh engines, with nothing else measured.
#![allow(clippy::disallowed_methods, reason = "whoever measures looks at the clock")]

use core::time::Duration;
use sim::{HostId, Recording, World, WorldConfig};
use std::{collections::BTreeMap, time::Instant};

/// How long the room is watched, on its own clock.
const WATCHED: Duration = Duration::from_secs(300);
/// Rounds that are not over by then.
const ROUNDS: u32 = 1_000;
/// Times that each engine is told everything again; its quickest counts, because whatever disturbs a measurement makes it
/// longer.
const REPETITIONS: usize = 15;

/// Pages that are opened in a second.
const ARRIVALS_A_SECOND: u32 = 50;
/// How long a crowd is watched, on its own clock.
const CROWD_WATCHED: Duration = Duration::from_secs(30);

/// Inputs of one kind.
#[derive(Default)]
struct Share {
    inputs: u64,
    spent: Duration,
}

/// Measures, and prints what came of it as JSON.
pub(crate) fn measure(seed: u64, peers: usize) {
    let recordings = watch(seed, peers);
    let inputs: usize = recordings.iter().map(|recording| recording.kinds().len()).sum();
    let quickest: Duration = recordings.iter().map(quickest).sum();
    let kinds: Vec<_> = by_kind(&recordings)
        .into_iter()
        .map(|(kind, share)| {
            serde_json::json!({
                "kind": kind,
                "inputs": share.inputs,
                "nanoseconds": share.spent.as_nanos() as f64 / share.inputs as f64,
                "percent": 100.0 * share.spent.as_secs_f64() / quickest.as_secs_f64(),
            })
        })
        .collect();
    let result = serde_json::json!({
        "seed": seed,
        "peers": peers,
        "watched_seconds": WATCHED.as_secs(),
        "inputs": inputs,
        "inputs_per_second": inputs as f64 / quickest.as_secs_f64(),
        "kinds": kinds,
    });
    println!("{result}");
}

/// Measures how much faster than its own time a connected crowd runs that does nothing, and prints that as JSON.
pub(crate) fn measure_crowd(seed: u64, peers: usize) {
    let start = Instant::now();
    let mut world = World::crowd(WorldConfig::new(seed, peers), ARRIVALS_A_SECOND);
    let (connected, connected_at) = (start.elapsed(), world.now());
    let steps = world.steps();
    let start = Instant::now();
    world.live_for(CROWD_WATCHED);
    let spent = start.elapsed();
    let result = serde_json::json!({
        "seed": seed,
        "peers": peers,
        "connecting_seconds": connected.as_secs_f64(),
        "connecting_virtual_seconds": connected_at.as_micros() as f64 / 1e6,
        "steps_per_second": (world.steps() - steps) as f64 / spent.as_secs_f64(),
        "virtual_seconds_per_second": CROWD_WATCHED.as_secs_f64() / spent.as_secs_f64(),
    });
    println!("{result}");
}

/// A room whose pages have just been opened again, in the middle of a session.
fn watch(seed: u64, peers: usize) -> Vec<Recording> {
    let mut world = World::room(WorldConfig::new(seed, peers));
    world.start_session(HostId(0), ROUNDS).expect("the page is open").expect("there are rows");
    world.live_for(Duration::from_secs(30));
    world.record_engines();
    for id in world.host_ids() {
        world.crash(id, false);
    }
    for id in world.host_ids() {
        world.boot(id);
    }
    // Owners leave their devices alone: what they would do is in no recording.
    world.run_for(WATCHED);
    world.take_recordings()
}

fn quickest(recording: &Recording) -> Duration {
    let once = |_| {
        let mut playback = recording.playback();
        let start = Instant::now();
        while playback.step() {}
        let spent = start.elapsed();
        assert_eq!(playback.outputs(), recording.outputs, "the engine did what it did before");
        spent
    };
    (0..REPETITIONS).map(once).min().unwrap_or_default()
}

/// The same, with a look at the clock after every input, which costs some tens of nanoseconds itself.
fn by_kind(recordings: &[Recording]) -> Vec<(String, Share)> {
    let mut shares: BTreeMap<String, Share> = BTreeMap::new();
    for recording in recordings {
        let kinds = recording.kinds();
        let mut playback = recording.playback();
        let mut before = Instant::now();
        let mut spent = Vec::with_capacity(kinds.len());
        while playback.step() {
            let now = Instant::now();
            spent.push(now - before);
            before = now;
        }
        for (kind, spent) in kinds.into_iter().zip(spent) {
            let share = shares.entry(kind).or_default();
            share.inputs += 1;
            share.spent += spent;
        }
    }
    let mut shares: Vec<_> = shares.into_iter().collect();
    shares.sort_by_key(|(_, share)| core::cmp::Reverse(share.spent));
    shares
}
