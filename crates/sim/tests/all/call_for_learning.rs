//! A call for learning reaches whoever is connected and has the cluster, and nobody can shout.

use core::time::Duration;
use peer::Event;
use sim::{HostId, World, WorldConfig};
use units::PeerId;

/// Who has called `host`, and how urgently.
fn heard(world: &World, host: HostId) -> Vec<(PeerId, f32)> {
    let calls = world.events(host).filter_map(|event| match event {
        Event::LearningCalledFor { peer, urgency, .. } => Some((*peer, *urgency)),
        _ => None,
    });
    calls.collect()
}

fn call(world: &mut World, from: HostId, urgency: f32) -> u32 {
    let cluster = sim::cluster();
    let called = world.command(from, |engine, now| engine.call_for_learning(now, cluster, urgency));
    called.expect("the page is open").expect("the cluster is there")
}

#[test]
fn a_call_reaches_all_and_a_second_one_in_the_same_moment_nobody() {
    let mut world = World::room(WorldConfig::new(71, 3));
    let (a, b, c) = (HostId(0), HostId(1), HostId(2));
    assert_eq!(call(&mut world, a, 1.0), 2);
    assert_eq!(call(&mut world, a, 0.4), 2);
    world.run_for(Duration::from_secs(2));
    let who = world.peer_id(a);
    assert_eq!(heard(&world, b), [(who, 1.0)]);
    assert_eq!(heard(&world, c), [(who, 1.0)]);
    assert_eq!(heard(&world, a), []);
    world.run_for(Duration::from_secs(6));
    call(&mut world, a, 0.4);
    world.run_for(Duration::from_secs(2));
    assert_eq!(heard(&world, b).len(), 2, "later it is heard again");
}

#[test]
fn an_urgency_beyond_one_is_refused() {
    let mut world = World::room(WorldConfig::new(72, 2));
    for urgency in [-0.1, 1.1, f32::NAN] {
        let called = world.command(HostId(0), |engine, now| {
            engine.call_for_learning(now, sim::cluster(), urgency)
        });
        assert!(called.expect("the page is open").is_err(), "{urgency}");
    }
}
