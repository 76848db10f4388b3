//! A member that tells of a heavier record with a model of its own takes nobody with it, as long as more hold another one.

use core::time::Duration;
use peer::Event;
use sim::{HostId, Usurpation, World, WorldConfig, usurpers_model};

const ROUNDS: u32 = 12;
const USURPERS: [Usurpation; 5] = [
    Usurpation::Claim,
    Usurpation::LoneRounds,
    Usurpation::BorrowedPromises,
    Usurpation::MadeUpMembers,
    Usurpation::RivalSession,
];

/// The devices that have ever held the usurper's model.
fn taken(world: &World, hosts: &[HostId]) -> Vec<HostId> {
    let lie = usurpers_model().hash();
    let is_lie = |event: &Event| matches!(event, Event::Round { model, .. } if *model == lie);
    let is_taken = |id: &HostId| world.events(*id).any(is_lie);
    hosts.iter().copied().filter(is_taken).collect()
}

#[test]
fn a_usurper_takes_nobody_from_the_rounds_that_others_make() {
    for how in USURPERS {
        for seed in 301..304 {
            let mut world = World::new(WorldConfig::new(seed, 5));
            world.make_usurper(HostId(4), how);
            world.boot(HostId(0));
            world.create_room(HostId(0));
            (1..5).for_each(|id| world.boot(HostId(id)));
            world.live_for(Duration::from_secs(8));
            world.start_session(HostId(0), ROUNDS).expect("the page is open").expect("it has rows");
            world.live_until("the session is over", Duration::from_secs(400), |world| {
                world.divergence().is_none()
            });
            let honest = world.members();
            assert_eq!(taken(&world, &honest), [], "{how:?}, seed {seed}");
            let accuracy = world.accuracy(honest[0]).expect("it has a network");
            assert!(accuracy >= 0.9, "{how:?}, seed {seed}: {accuracy}");
        }
    }
}

#[test]
fn who_joins_late_and_hears_a_usurper_first_ends_with_what_the_others_have_made() {
    for how in USURPERS {
        let mut world = World::new(WorldConfig::new(311, 5));
        world.make_usurper(HostId(3), how);
        world.boot(HostId(0));
        world.create_room(HostId(0));
        (1..4).for_each(|id| world.boot(HostId(id)));
        world.live_for(Duration::from_secs(8));
        world.start_session(HostId(0), ROUNDS).expect("the page is open").expect("it has rows");
        world.live_until("a few rounds", Duration::from_secs(200), |world| {
            world.view(HostId(0)).session.is_some_and(|session| session.round >= 4)
        });
        world.boot(HostId(4));
        world.live_until("the session is over", Duration::from_secs(400), |world| {
            world.divergence().is_none()
        });
        assert_eq!(taken(&world, &[0, 1, 2].map(HostId)), [], "{how:?}");
        let accuracy = world.accuracy(HostId(4)).expect("it has a network");
        assert!(accuracy >= 0.9, "{how:?}: {accuracy}");
    }
}

#[test]
fn a_usurper_takes_nobody_from_what_all_have_ended_with() {
    for how in USURPERS {
        let mut world = World::room(WorldConfig::new(321, 4));
        world.make_late_usurper(HostId(3), how);
        world.start_session(HostId(0), ROUNDS).expect("the page is open").expect("it has rows");
        world.live_until("the session is over", Duration::from_secs(400), |world| {
            world.divergence().is_none()
        });
        let record = |world: &World, id| world.view(id).session.map(|session| session.record);
        let ended = record(&world, HostId(0));
        world.live_for(Duration::from_secs(60));
        for id in world.members() {
            assert_eq!(record(&world, id), ended, "{how:?}: {id:?}");
        }
        assert_eq!(taken(&world, &world.members()), [], "{how:?}");
    }
}
