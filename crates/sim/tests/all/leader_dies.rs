//! A round outlives whoever leads it.

use core::time::Duration;
use peer::RoundPhase;
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(180);

/// Four members train; in the given phase of round 2 the leader's page is gone, with or without a goodbye.
fn kill_the_leader(seed: u64, phase: RoundPhase, goodbye: bool) {
    let mut world = World::room(WorldConfig::new(seed, 4));
    world.start_session(HostId(0), 5).expect("the page is open").expect("there are rows");
    let leader = |world: &World| {
        let leads = |id: &HostId| {
            let me = world.peer_id(*id);
            let session = world.view(*id).session.filter(|session| session.round == 1);
            session.is_some_and(|session| session.leader == Some(me) && session.phase == phase)
        };
        world.host_ids().into_iter().find(leads)
    };
    let mut found = None;
    for _ in 0..60_000 {
        found = leader(&world);
        if found.is_some() {
            break;
        }
        world.run_for(Duration::from_millis(1));
    }
    let found = found.expect("somebody leads round 2");
    let died_at = world.now();
    world.crash(found, goodbye);
    world.live_until("the others finish round 2", PATIENCE, |world| {
        let behind = |id: &HostId| world.view(*id).session.is_none_or(|s| s.round < 2);
        !world.running().iter().any(behind)
    });
    let delay = world.now().saturating_duration_since(died_at);
    // A goodbye is heard at once; silence takes the patience of one attempt.
    let expected = Duration::from_secs(if goodbye { 12 } else { 30 });
    assert!(delay <= expected, "round 2 was delayed by {delay:?}");
    world.boot(found);
    world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
}

#[test]
fn the_leader_leaves_while_it_trains() {
    kill_the_leader(31, RoundPhase::Training, true);
}

#[test]
fn the_leader_crashes_while_it_trains() {
    kill_the_leader(32, RoundPhase::Training, false);
}

#[test]
fn the_leader_crashes_while_updates_travel() {
    kill_the_leader(33, RoundPhase::Revealing, false);
}

#[test]
fn the_leader_crashes_while_it_aggregates() {
    kill_the_leader(34, RoundPhase::Aggregating, false);
}
