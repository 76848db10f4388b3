//! A device is told how a connection ended: on purpose here, on purpose there, or lost.

use core::time::Duration;
use peer::{Event, LinkEnd};
use sim::{HostId, World, WorldConfig};

const A: HostId = HostId(0);
const B: HostId = HostId(1);

fn ends(world: &World, id: HostId) -> Vec<(LinkEnd, &str)> {
    world
        .events(id)
        .filter_map(|event| match event {
            Event::Disconnected { end, reason, .. } => Some((*end, reason.as_str())),
            _ => None,
        })
        .collect()
}

#[test]
fn both_sides_know_who_closed_a_connection() {
    let mut world = World::room(WorldConfig::new(71, 2));
    let other = world.peer_id(B);
    world.command(A, |engine, now| engine.disconnect(now, other).is_ok());
    world.run_for(Duration::from_secs(2));
    assert_eq!(ends(&world, A), [(LinkEnd::ClosedHere, "closed on this device")]);
    // Its goodbye and the end of its channels go different ways: either may be first.
    let ends = ends(&world, B);
    let by_goodbye = "the other device closed: a person closed the connection";
    let by_channels = "the other side closed the connection";
    assert!(
        matches!(ends[..], [(LinkEnd::ClosedThere, why)] if [by_goodbye, by_channels].contains(&why)),
        "{ends:?}"
    );
}

#[test]
fn a_device_that_falls_silent_is_lost_after_thirty_seconds() {
    let mut world = World::room(WorldConfig::new(72, 2));
    world.crash(B, false);
    world.run_for(Duration::from_secs(40));
    assert_eq!(ends(&world, A), [(LinkEnd::Lost, "nothing was heard for 30 s")]);
}
