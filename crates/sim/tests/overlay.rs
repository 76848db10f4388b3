//! Rooms with more devices than are connected with each other.

use core::time::Duration;
use peer::Event;
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
}

#[test]
fn a_room_heals_without_its_server_when_a_third_of_it_is_gone_at_once() {
    let mut world = World::crowd(WorldConfig::new(202, 40), 10);
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
    let mut world = World::crowd(WorldConfig::new(203, 40), 10);
    world.run_for(SECOND * 60);
    world.kill_server();
    world.run_for(SECOND * 5);
    let view = world.view(HostId(7));
    let far = view.peers.iter().find(|peer| peer.stage == peer::LinkStage::Discovered);
    let far = far.expect("it knows more than its neighbours").peer;
    let sent = world.command(HostId(7), |engine, now| engine.send_text(now, Some(far), "psst"));
    assert!(matches!(sent, Some(Ok(1))), "{sent:?}");
    world.run_for(SECOND * 20);
    for id in world.host_ids() {
        assert_eq!(heard(&world, id, "psst"), usize::from(world.peer_id(id) == far), "{id:?}");
    }
}

#[test]
fn ten_in_a_hundred_come_and_go_every_minute_and_the_others_stay_one_room() {
    let mut world = World::crowd(WorldConfig::new(204, 100), 20);
    world.run_for(SECOND * 60);
    for step in 0..30 {
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
