//! Whatever happens in the middle of a handshake, two devices connect in the end, once.

use core::time::Duration;
use peer::{ConnectPolicy, LinkEnd};
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

#[test]
fn what_was_closed_by_hand_stays_closed_until_somebody_connects() {
    for seed in 540..560 {
        let mut world = two_strangers(seed);
        world.live_until("they connect", PATIENCE, World::all_connected);
        let closer = HostId((seed % 2) as usize);
        let [a, b] = [closer, HostId(1 - closer.0)];
        let (me, other) = (world.peer_id(a), world.peer_id(b));
        let closed = world.command(a, |engine, now| engine.disconnect(now, other));
        assert_eq!(closed, Some(Ok(())));
        for _ in 0..60 {
            world.run_for(Duration::from_secs(1));
            assert!(!world.is_connected(a, b) && !world.is_connected(b, a), "seed {seed}");
        }
        let ends = [(a, other), (b, me)].map(|(at, with)| {
            let peers = world.view(at).peers;
            peers.into_iter().find(|peer| peer.peer == with).and_then(|p| Some(p.ended?.end))
        });
        assert_eq!(ends, [Some(LinkEnd::ClosedHere), Some(LinkEnd::ClosedThere)], "seed {seed}");
        // Either side may open it again.
        let (opener, to) = if seed % 4 < 2 { (a, other) } else { (b, me) };
        let opened = world.command(opener, |engine, now| engine.connect(now, to));
        assert_eq!(opened, Some(Ok(())), "seed {seed}");
        world.live_until("they connect again", PATIENCE, World::all_connected);
    }
}

#[test]
fn what_was_closed_by_hand_is_opened_again_after_a_reload_or_another_stay_in_the_room() {
    for seed in 560..580 {
        let mut world = two_strangers(seed);
        world.live_until("they connect", PATIENCE, World::all_connected);
        let (a, b) = (HostId((seed % 2) as usize), HostId(1 - (seed % 2) as usize));
        let other = world.peer_id(b);
        world.command(a, |engine, now| engine.disconnect(now, other).is_ok());
        world.run_for(Duration::from_secs(5));
        let again = if seed % 4 < 2 { a } else { b };
        if seed % 8 < 4 {
            world.crash(again, true);
            world.boot(again);
        } else {
            let room = world.leave_room(again).expect("it was in one");
            world.run_for(Duration::from_secs(1));
            world.invite(again, room);
        }
        world.live_until("they connect", PATIENCE, |world| {
            world.is_connected(a, b) && world.is_connected(b, a)
        });
    }
}

#[test]
fn who_connects_only_by_hand_is_connected_to_by_the_other_whatever_their_ids() {
    for seed in 580..600 {
        let mut world = World::new(WorldConfig::new(seed, 2));
        let (by_hand, other) = (HostId((seed % 2) as usize), HostId(1 - (seed % 2) as usize));
        world.boot(HostId(0));
        world.create_room(HostId(0));
        world.boot(HostId(1));
        world.command(by_hand, |engine, now| engine.set_connect_policy(now, ConnectPolicy::ByHand));
        for id in world.running() {
            world.settle_in(id);
        }
        world.live_until("they connect", Duration::from_secs(12), World::all_connected);
        // The choice is kept, and the other is who connects again.
        world.run_for(Duration::from_secs(1));
        world.crash(by_hand, true);
        world.boot(by_hand);
        assert!(world.view(by_hand).connect_by_hand, "seed {seed}");
        world.live_until("they connect", Duration::from_secs(12), World::all_connected);
        assert!(world.is_connected(other, by_hand));
        let room = world.leave_room(by_hand).expect("it was in one");
        world.run_for(Duration::from_secs(seed % 3));
        world.invite(by_hand, room);
        world.live_until("they connect", Duration::from_secs(20), |world| {
            world.is_connected(other, by_hand) && world.is_connected(by_hand, other)
        });
    }
}
