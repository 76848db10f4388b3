//! Whatever happens in the middle of a handshake, two devices connect in the end, once.

use core::time::Duration;
use peer::ConnectPolicy;
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(120);

/// Two devices in a room, about to connect.
fn two_strangers(seed: u64) -> World {
    let mut world = World::new(WorldConfig::new(seed, 2));
    world.boot(HostId(0));
    world.create_room(HostId(0));
    world.boot(HostId(1));
    for id in world.running() {
        world.settle_in(id);
    }
    world
}

#[test]
fn the_page_of_either_side_may_close_at_any_step() {
    for step in 0..30 {
        for (victim, goodbye) in [(0, true), (0, false), (1, true), (1, false)] {
            let mut world = two_strangers(300 + step);
            world.run_for(Duration::from_millis(step * 15));
            world.crash(HostId(victim), goodbye);
            world.run_for(Duration::from_millis(200));
            world.boot(HostId(victim));
            world.live_until("they connect", PATIENCE, World::all_connected);
            world.check_promises();
        }
    }
}

#[test]
fn either_side_may_close_by_hand_at_any_step_and_connect_again() {
    for step in 0..30 {
        for closer in [0, 1] {
            let mut world = two_strangers(400 + step);
            world.run_for(Duration::from_millis(step * 15));
            let (closer, other) = (HostId(closer), world.peer_id(HostId(1 - closer)));
            world.command(closer, |engine, now| engine.disconnect(now, other).is_ok());
            world.run_for(Duration::from_secs(20));
            world.command(closer, |engine, now| engine.connect(now, other).is_ok());
            world.live_until("they connect", PATIENCE, World::all_connected);
            world.check_promises();
        }
    }
}

#[test]
fn both_may_offer_at_the_same_moment() {
    for seed in 500..530 {
        let mut world = World::new(WorldConfig::new(seed, 2));
        for id in world.host_ids() {
            world.set_connect_policy(id, ConnectPolicy::ByHand);
            world.boot(id);
            if id == HostId(0) {
                world.create_room(id);
            }
        }
        world.live_for(Duration::from_secs(3));
        let (a, b) = (HostId(0), HostId(1));
        for (from, to) in [(a, b), (b, a)] {
            let peer = world.peer_id(to);
            let started = world.command(from, |engine, now| engine.connect(now, peer));
            assert_eq!(started, Some(Ok(())), "seed {seed}");
        }
        world.live_until("they connect", PATIENCE, World::all_connected);
        world.run_for(Duration::from_secs(40));
        assert!(world.all_connected(), "seed {seed}: the connection holds");
        world.check_promises();
    }
}
