//! Who leaves a session stays out of it until told to take part again, and then takes part in that one, not in a rival.

use core::time::Duration;
use sim::{HostId, World, WorldConfig};
use units::SessionId;

const PATIENCE: Duration = Duration::from_secs(300);
const FOUNDER: HostId = HostId(0);
const LEAVER: HostId = HostId(2);

fn round(world: &World, id: HostId) -> u32 {
    world.view(id).session.map_or(0, |session| session.round)
}

/// Three members train, and two rounds are done.
fn three_train(seed: u64) -> (World, SessionId) {
    let mut world = World::room(WorldConfig::new(seed, 3));
    let session = world.start_session(FOUNDER, 40).expect("the page is open");
    let session = session.expect("there are rows");
    world.live_until("two rounds are done everywhere", PATIENCE, |world| {
        world.host_ids().into_iter().all(|id| round(world, id) >= 2)
    });
    (world, session)
}

fn stop(world: &mut World, session: SessionId) {
    let stopped = world.command(LEAVER, |engine, now| engine.stop_session(now, session));
    assert_eq!(stopped, Some(Ok(())));
}

fn left_session(world: &World) -> Option<SessionId> {
    world.view(LEAVER).left_session.map(|left| left.id)
}

/// Takes part again, and is in later rounds until all end with the same record.
fn takes_part_again(world: &mut World, session: SessionId) {
    world.live_until("somebody is heard to go on", PATIENCE, |world| {
        left_session(world) == Some(session)
    });
    let before = round(world, FOUNDER);
    let joined = world.command(LEAVER, |engine, now| engine.rejoin_session(now, session));
    assert_eq!(joined, Some(Ok(())));
    assert_eq!(left_session(world), None);
    world.live_until("all end with the same record", PATIENCE, |world| {
        let views = world.host_ids().into_iter().map(|id| world.view(id).session);
        let ends: Option<Vec<_>> = views.map(|v| v.map(|v| (v.id, v.round, v.record))).collect();
        ends.is_some_and(|ends| ends.iter().all(|end| *end == ends[0] && end.1 == 40))
    });
    let me = world.peer_id(LEAVER);
    let history = world.view(FOUNDER).session.expect("it founded it").history;
    let with_us = history.iter().filter(|r| r.round > before && r.has(me)).count();
    assert!(with_us >= 5, "it took part in {with_us} of the rounds after it came back");
    assert_eq!(world.view(FOUNDER).session.map(|s| s.id), Some(session), "no rival came of it");
}

#[test]
fn who_stopped_only_here_takes_part_in_the_same_session_again() {
    for step in 0..20 {
        let (mut world, session) = three_train(700 + step);
        world.run_for(Duration::from_millis(step * 37));
        stop(&mut world, session);
        world.run_for(Duration::from_millis(step * 53));
        takes_part_again(&mut world, session);
    }
}

#[test]
fn a_reload_does_not_undo_a_stop() {
    for step in 0..10 {
        let (mut world, session) = three_train(730 + step);
        world.run_for(Duration::from_millis(step * 37));
        stop(&mut world, session);
        world.run_for(Duration::from_secs(1));
        world.crash(LEAVER, true);
        world.boot(LEAVER);
        world.live_until("they connect", PATIENCE, World::all_connected);
        world.run_for(Duration::from_secs(1));
        assert!(!world.view(LEAVER).session.is_some_and(|session| session.running));
        takes_part_again(&mut world, session);
    }
}

#[test]
fn who_left_the_room_and_came_back_takes_part_in_the_same_session_again() {
    let (mut world, session) = three_train(750);
    let room = world.leave_room(LEAVER).expect("it was in one");
    world.run_for(Duration::from_secs(2));
    assert_eq!(left_session(&world), None, "nobody is heard");
    world.invite(LEAVER, room);
    takes_part_again(&mut world, session);
}

#[test]
fn a_session_that_was_left_is_not_joined_because_another_one_ended() {
    let (mut world, session) = three_train(760);
    stop(&mut world, session);
    let alone = world.start_alone(LEAVER, 2).expect("the page is open").expect("there are rows");
    world.live_until("its own session is over", PATIENCE, |world| {
        world.view(LEAVER).session.is_some_and(|own| own.id == alone && !own.running)
    });
    world.run_for(Duration::from_secs(1));
    assert_eq!(world.view(LEAVER).session.map(|session| session.id), Some(alone));
    takes_part_again(&mut world, session);
}

#[test]
fn a_session_that_is_over_elsewhere_is_offered_no_more() {
    let (mut world, session) = three_train(770);
    stop(&mut world, session);
    assert_eq!(left_session(&world), Some(session));
    world.live_until("the others are done", PATIENCE, |world| round(world, FOUNDER) == 40);
    world.run_for(Duration::from_secs(1));
    assert_eq!(left_session(&world), None);
}
