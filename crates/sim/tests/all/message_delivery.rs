//! A text arrives once, whatever crashes.

use core::time::Duration;
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(120);

fn held(world: &World, id: HostId, text: &str) -> usize {
    world.view(id).messages.iter().filter(|message| message.text == text).count()
}

#[test]
fn a_text_arrives_once_though_the_receiver_crashes_at_any_moment() {
    for moment_ms in (0..160).step_by(8) {
        let mut world = World::room(WorldConfig::new(81 + moment_ms, 2));
        let (a, b) = (HostId(0), HostId(1));
        assert!(world.send_text(a, b, "once"));
        world.run_for(Duration::from_millis(moment_ms));
        world.crash(b, moment_ms % 16 == 0);
        world.run_for(Duration::from_millis(500));
        world.boot(b);
        world.live_until("it is delivered", PATIENCE, |world| {
            world.view(a).messages.iter().all(|message| message.delivered)
        });
        assert_eq!(held(&world, b, "once"), 1, "crash after {moment_ms} ms");
        world.check_promises();
    }
}

#[test]
fn a_text_arrives_once_though_the_sender_crashes_after_it_is_stored() {
    let mut world = World::room(WorldConfig::new(91, 2));
    let (a, b) = (HostId(0), HostId(1));
    world.network().set_cut(a, b, true);
    assert!(world.send_text(a, b, "later"));
    world.run_for(Duration::from_secs(3));
    world.crash(a, false);
    world.heal_network();
    world.boot(a);
    world.live_until("it is delivered", PATIENCE, |world| held(world, b, "later") == 1);
    world.check_promises();
}

#[test]
fn texts_arrive_in_their_order_after_a_long_silence() {
    let mut world = World::room(WorldConfig::new(92, 2));
    let (a, b) = (HostId(0), HostId(1));
    world.network().set_cut(a, b, true);
    for number in 0..10 {
        assert!(world.send_text(a, b, &format!("text {number}")));
    }
    world.live_for(Duration::from_secs(90));
    world.heal_network();
    world.live_until("they are delivered", PATIENCE, |world| {
        world.all_connected() && world.divergence().is_none()
    });
    let texts: Vec<_> = world.view(b).messages.into_iter().map(|message| message.text).collect();
    assert_eq!(texts, (0..10).map(|number| format!("text {number}")).collect::<Vec<_>>());
}

#[test]
fn who_leaves_the_room_and_comes_back_is_heard_again() {
    let mut world = World::room(WorldConfig::new(93, 2));
    let (a, b) = (HostId(0), HostId(1));
    assert!(world.send_text(a, b, "before"));
    world.live_until("it is there", PATIENCE, |world| held(world, b, "before") == 1);
    let room = world.leave_room(a).expect("the page is open");
    world.run_for(Duration::from_secs(2));
    world.invite(a, room);
    world.live_until("they are connected again", PATIENCE, World::all_connected);
    assert!(world.send_text(a, b, "after"));
    world.live_until("it is there", PATIENCE, |world| held(world, b, "after") == 1);
}

#[test]
fn a_text_keeps_the_names_that_the_two_had() {
    let mut world = World::room(WorldConfig::new(94, 2));
    let (a, b) = (HostId(0), HostId(1));
    assert!(world.send_text(a, b, "by name"));
    world.live_until("it is there", PATIENCE, |world| held(world, b, "by name") == 1);
    world.leave_room(a);
    world.run_for(Duration::from_secs(3));
    world.crash(b, true);
    world.boot(b);
    let message = world.view(b).messages.into_iter().next().expect("it is kept");
    assert_eq!((message.name.as_str(), message.from), ("device 0", world.peer_id(a)));
}
