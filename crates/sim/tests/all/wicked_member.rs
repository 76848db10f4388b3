//! A member that lies can delay the others a little, and no more.

use core::time::Duration;
use sim::{HostId, World, WorldConfig};

#[test]
fn records_that_nobody_computed_do_not_stop_a_session() {
    let mut world = World::new(WorldConfig::new(101, 4));
    let forger = HostId(2);
    world.make_forger(forger);
    world.boot(HostId(0));
    world.create_room(HostId(0));
    for id in 1..4 {
        world.boot(HostId(id));
    }
    world.live_for(Duration::from_secs(8));
    world.start_session(HostId(0), 10).expect("the page is open").expect("there are rows");
    let started_at = world.now();
    world.live_until("the session is over", Duration::from_secs(300), |world| {
        world.divergence().is_none()
    });
    let took = world.now().saturating_duration_since(started_at);
    assert!(took < Duration::from_secs(150), "ten rounds took {took:?}");
}

#[test]
fn noise_on_the_channels_does_not_stop_a_session() {
    for seed in 102..107 {
        let mut world = World::new(WorldConfig::new(seed, 4));
        world.make_byzantine(HostId(3), 1.0);
        world.boot(HostId(0));
        world.create_room(HostId(0));
        for id in 1..4 {
            world.boot(HostId(id));
        }
        world.live_for(Duration::from_secs(8));
        world.start_session(HostId(0), 6).expect("the page is open").expect("there are rows");
        world.live_until("the session is over", Duration::from_secs(300), |world| {
            world.divergence().is_none()
        });
    }
}
