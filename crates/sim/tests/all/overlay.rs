//! Rooms with more devices than are connected with each other.

use core::time::Duration;
use peer::Event;
use protocol::signaling::Capability;
use sim::{HostId, World, WorldConfig};

const SECOND: Duration = Duration::from_secs(1);

fn degrees(world: &World) -> Vec<usize> {
    let mut degrees: Vec<usize> = world.neighbours().values().map(Vec::len).collect();
    degrees.sort_unstable();
    degrees
}

fn say(world: &mut World, from: HostId, text: &str) {
    let sent = world.command(from, |engine, now| engine.send_text(now, None, text));
    assert!(matches!(sent, Some(Ok(1..))), "{sent:?}");
}

/// How often a device was told of a text.
fn heard(world: &World, id: HostId, what: &str) -> usize {
    let is_it = |event: &&Event| matches!(event, Event::Message { text, .. } if text == what);
    world.events(id).filter(is_it).count()
}

fn everyone_hears_once(world: &World, from: HostId, text: &str) {
    for id in world.running().into_iter().filter(|id| *id != from) {
        assert_eq!(heard(world, id, text), 1, "{id:?}: `{text}`");
    }
}

#[test]
fn forty_devices_are_one_room_of_bounded_degree_and_a_text_reaches_each_once() {
    let mut world = World::crowd(WorldConfig::new(201, 40), 10);
    world.run_for(SECOND * 120);
    assert_eq!(world.parts(), [40]);
    let degrees = degrees(&world);
    assert!(degrees[0] >= 5 && degrees[39] <= 12, "{degrees:?}");
    for from in [HostId(3), HostId(31), HostId(39)] {
        let text = format!("good evening from {}", from.0);
        say(&mut world, from, &text);
        world.run_for(SECOND * 5);
        everyone_hears_once(&world, from, &text);
    }
    // In its next life a device is heard again, and what was heard of its last one is not heard twice.
    world.crash(HostId(31), true);
    world.boot(HostId(31));
    world.run_for(SECOND * 10);
    say(&mut world, HostId(31), "back again");
    world.run_for(SECOND * 5);
    everyone_hears_once(&world, HostId(31), "back again");
    everyone_hears_once(&world, HostId(3), "good evening from 3");
}

#[test]
fn a_new_name_is_known_to_all_who_know_the_device() {
    let mut world = World::crowd(WorldConfig::new(208, 40), 10);
    world.run_for(SECOND * 30);
    world.kill_server();
    world.run_for(SECOND * 5);
    let named = Capability { device_name: "Ada's laptop".to_owned(), ..Capability::default() };
    let result = world.command(HostId(9), |engine, now| engine.set_capability(now, named));
    assert_eq!(result, Some(Ok(())));
    world.run_for(SECOND * 2);
    let ada = world.peer_id(HostId(9));
    let mut known = 0;
    for id in world.host_ids() {
        for peer in world.view(id).peers.iter().filter(|peer| peer.peer == ada) {
            assert_eq!(peer.capability.device_name, "Ada's laptop", "{id:?}");
            known += 1;
        }
    }
    assert!(known > world.neighbours()[&HostId(9)].len(), "{known} devices know it");
}

#[test]
fn a_room_heals_without_its_server_when_a_third_of_it_is_gone_at_once() {
    // In history 1202 those who came first were a room of their own, and it fell in two.
    [202, 1202].into_iter().for_each(a_third_goes);
}

fn a_third_goes(seed: u64) {
    let mut world = World::crowd(WorldConfig::new(seed, 40), 10);
    world.run_for(SECOND * 60);
    world.kill_server();
    world.run_for(SECOND * 5);
    for id in (0..40).step_by(3) {
        world.crash(HostId(id), false);
    }
    world.run_for(SECOND * 10);
    assert_eq!(world.parts(), [26]);
    say(&mut world, HostId(1), "who is there?");
    world.run_for(SECOND * 5);
    everyone_hears_once(&world, HostId(1), "who is there?");
    world.run_for(SECOND * 60);
    let degrees = degrees(&world);
    assert!(degrees[0] >= 7 && degrees[25] <= 12, "new neighbours were found: {degrees:?}");
}

#[test]
fn a_text_to_one_device_far_away_goes_there_on_a_connection_of_its_own() {
    let mut world = World::crowd(WorldConfig::new(203, 60), 10);
    world.run_for(SECOND * 60);
    world.kill_server();
    // By then only those are known of whom there was news without it.
    world.run_for(SECOND * 130);
    let (from, far) = far_apart(&world);
    let peer = world.peer_id(far);
    let sent = world.command(from, |engine, now| engine.send_text(now, Some(peer), "psst"));
    assert!(matches!(sent, Some(Ok(1))), "{sent:?}");
    world.run_for(SECOND * 5);
    for id in world.host_ids() {
        assert_eq!(heard(&world, id, "psst"), usize::from(id == far), "{id:?}");
    }
    let along_a_walk = |event: &Event| {
        let Event::Link { peer: with, detail, .. } = event else { return false };
        *with == peer && detail == "through devices in between"
    };
    assert!(world.events(from).any(along_a_walk));
}

/// A device, and one that it knows of though none of its neighbours is connected to that one.
fn far_apart(world: &World) -> (HostId, HostId) {
    let neighbours = world.neighbours();
    for from in world.running() {
        let known = world.view(from).peers;
        let near = |id: &HostId| *id == from || neighbours[id].contains(&from);
        let far = world.running().into_iter().find(|id| {
            let peer = world.peer_id(*id);
            let two_steps = neighbours[id].iter().any(near);
            known.iter().any(|known| known.peer == peer) && !near(id) && !two_steps
        });
        if let Some(far) = far {
            return (from, far);
        }
    }
    panic!("all are near each other");
}

#[test]
fn ten_in_a_hundred_come_and_go_every_minute_and_the_others_stay_one_room() {
    let mut world = World::crowd(WorldConfig::new(204, 100), 20);
    world.run_for(SECOND * 60);
    for step in 0..20 {
        let running = world.running();
        let goodbye = world.dice().chance(0.5);
        let gone = running[world.dice().below(running.len())];
        world.crash(gone, goodbye);
        world.run_for(SECOND * 6);
        world.boot(gone);
        world.enter(gone);
        // Who has just come back is on its way in.
        let parts = world.parts();
        assert!(parts[0] >= 99, "after {step} changes: {parts:?}");
    }
    world.run_for(SECOND * 10);
    assert_eq!(world.parts(), [100]);
    let degrees = degrees(&world);
    assert!(degrees[0] >= 5 && degrees[99] <= 12, "{degrees:?}");
}

#[test]
fn the_thirteenth_device_makes_a_partial_mesh_and_ten_are_a_full_one_again() {
    let mut world = World::crowd(WorldConfig::new(205, 13), 10);
    world.crash(HostId(12), true);
    world.run_for(SECOND * 30);
    assert_eq!(degrees(&world), [11; 12], "twelve are connected with each other");
    world.boot(HostId(12));
    world.enter(HostId(12));
    world.run_for(SECOND * 120);
    let thirteen = degrees(&world);
    assert!(thirteen[0] >= 8 && thirteen[12] <= 12, "{thirteen:?}");
    assert!(thirteen.iter().sum::<usize>() < 12 * 13, "some connections were spared: {thirteen:?}");
    say(&mut world, HostId(0), "to all");
    world.run_for(SECOND * 5);
    everyone_hears_once(&world, HostId(0), "to all");
    for id in [2, 5, 9] {
        world.crash(HostId(id), id == 5);
    }
    world.run_for(SECOND * 90);
    assert_eq!(degrees(&world), [9; 10], "ten are connected with each other");
}

#[test]
fn who_floods_walks_and_rumours_makes_nobody_else_send_without_end_and_cuts_nobody_off() {
    let mut world = World::crowd(WorldConfig::new(206, 30), 10);
    world.run_for(SECOND * 30);
    let wicked = HostId(20);
    let honest: Vec<HostId> = world.host_ids().into_iter().filter(|id| *id != wicked).collect();
    world.make_flooder(wicked, 20);
    let sent = |world: &World| honest.iter().map(|id| world.sent_bytes(*id)).collect::<Vec<_>>();
    let (before, of_wicked) = (sent(&world), world.sent_bytes(wicked));
    // Every engine checks after every step that it remembers no more than its limits.
    world.run_for(SECOND * 30);
    let flood_bytes = world.sent_bytes(wicked) - of_wicked;
    assert!(flood_bytes > 5_000_000, "{flood_bytes} bytes are no flood");
    let most = sent(&world).iter().zip(&before).map(|(after, before)| after - before).max();
    assert!(most < Some(1_000_000), "{most:?} bytes in half a minute, of {flood_bytes}");
    world.crash(HostId(3), false);
    say(&mut world, HostId(5), "still here");
    world.run_for(SECOND * 40);
    for id in honest.iter().filter(|id| ![HostId(3), HostId(5)].contains(id)) {
        assert_eq!(heard(&world, *id, "still here"), 1, "{id:?}");
        let neighbours = &world.neighbours()[id];
        assert!((5..=12).contains(&neighbours.len()), "{id:?} has {neighbours:?}");
    }
}

#[test]
fn towns_come_to_be_groups_and_stay_one_room() {
    let mut world = World::new(WorldConfig::new(207, 40));
    let town = |id: HostId| id.0 % 4;
    for a in world.host_ids() {
        for b in world.host_ids() {
            let latency = if town(a) == town(b) { 5 } else { 80 };
            world.network().set_latency(a, b, Duration::from_millis(latency));
        }
    }
    world.boot(HostId(0));
    world.create_room(HostId(0));
    for id in world.host_ids() {
        if id != HostId(0) {
            world.boot(id);
        }
        world.enter(id);
        world.run_for(SECOND / 10);
    }
    let near_part = |world: &World| {
        let neighbours = world.neighbours();
        let links = || neighbours.iter().flat_map(|(id, others)| others.iter().map(|o| (*id, *o)));
        links().filter(|(a, b)| town(*a) == town(*b)).count() as f64 / links().count() as f64
    };
    world.run_for(SECOND * 20);
    let at_first = near_part(&world);
    world.run_for(SECOND * 280);
    let later = near_part(&world);
    assert!(later > 1.5 * at_first, "from {at_first} to {later}");
    assert_eq!(world.parts(), [40]);
}
