//! A session that is stopped leaves all its members with the same model, whatever they were doing.

use core::time::Duration;
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(300);

/// Three members train; the founder stops at some moment of a round.
fn stop_after(seed: u64, delay: Duration) {
    let mut world = World::room(WorldConfig::new(seed, 3));
    for (a, b) in [(0, 1), (0, 2), (1, 2)] {
        world.degrade(HostId(a), HostId(b));
    }
    let session = world.start_session(HostId(0), 50).expect("the page is open");
    let session = session.expect("there are rows");
    let round = |world: &World, id| world.view(id).session.map_or(0, |session| session.round);
    world.live_until("two rounds are done", PATIENCE, |world| round(world, HostId(0)) >= 2);
    world.run_for(delay);
    let stopped = world.command(HostId(0), |engine, now| engine.stop_session(now, session));
    assert_eq!(stopped, Some(Ok(())));
    world.live_until("all end with the same model", PATIENCE, |world| {
        let views = world.host_ids().into_iter().map(|id| world.view(id).session);
        let ends: Option<Vec<_>> = views.map(|view| view.map(|v| (v.running, v.record))).collect();
        ends.is_some_and(|ends| ends.iter().all(|end| !end.0 && *end == ends[0]))
    });
}

#[test]
fn a_stop_at_any_moment_of_a_round_ends_alike_everywhere() {
    for step in 0..60 {
        stop_after(50 + step, Duration::from_millis(step * 31));
    }
}
