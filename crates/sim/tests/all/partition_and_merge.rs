//! Both sides of a split room go on, and meet again.

use core::time::Duration;
use protocol::session::SessionOptions;
use sim::{HostId, World, WorldConfig};
use std::collections::BTreeMap;

const PATIENCE: Duration = Duration::from_secs(240);

#[test]
fn both_sides_go_on_and_agree_when_they_meet() {
    let mut world = World::room(WorldConfig::new(51, 5));
    world.start_session(HostId(0), 30).expect("the page is open").expect("there are rows");
    world.live_until("two rounds", PATIENCE, |world| {
        world.view(HostId(0)).session.is_some_and(|session| session.round >= 2)
    });
    let sides = [(HostId(3), 1), (HostId(4), 1)];
    world.partition(BTreeMap::from(sides));
    world.live_for(Duration::from_secs(50));
    let round = |world: &World, id| world.view(id).session.map_or(0, |session| session.round);
    let (larger, smaller) = (round(&world, HostId(0)), round(&world, HostId(3)));
    assert!(larger > 3 && smaller > 3, "rounds {larger} and {smaller}: both sides go on");
    let model = |world: &World, id| world.view(id).session.map(|session| session.model);
    assert_ne!(model(&world, HostId(0)), model(&world, HostId(3)), "they have parted");
    world.heal_network();
    world.live_until("they agree", PATIENCE, |world| world.divergence().is_none());
    world.check_promises();
}

#[test]
fn a_side_that_has_finished_and_one_that_has_not_agree() {
    let mut world = World::room(WorldConfig::new(52, 4));
    world.start_session(HostId(0), 6).expect("the page is open").expect("there are rows");
    world.live_until("the first round", PATIENCE, |world| {
        world.view(HostId(0)).session.is_some_and(|session| session.round >= 1)
    });
    world.partition(BTreeMap::from([(HostId(2), 1), (HostId(3), 1)]));
    world.live_for(Duration::from_secs(120));
    world.heal_network();
    world.live_until("they agree", PATIENCE, |world| world.divergence().is_none());
}

const SMALLER: [HostId; 2] = [HostId(3), HostId(4)];

fn round(world: &World, id: HostId) -> u32 {
    world.view(id).session.map_or(0, |session| session.round)
}

#[test]
fn the_lighter_side_says_what_became_of_its_rounds_and_is_in_the_next_however_slow_it_is() {
    let mut world = World::room(WorldConfig::new(53, 5));
    // Long enough for the slow to be late.
    let options = SessionOptions { local_steps: 20, ..sim::options(300) };
    let start = |engine: &mut peer::Engine, now| {
        engine.start_session(now, sim::cluster(), "three classes".to_owned(), options, None)
    };
    world.command(HostId(0), start).expect("the page is open").expect("there are rows");
    world.live_until("all take part", PATIENCE, |world| round(world, SMALLER[0]) >= 3);
    let cut_at = round(&world, SMALLER[0]);
    world.partition(BTreeMap::from(SMALLER.map(|id| (id, 1))));
    world.live_until("both sides have made rounds", PATIENCE, |world| {
        round(world, SMALLER[0]) >= 12
    });
    let parted = round(&world, SMALLER[0]) - cut_at;
    world.heal_network();
    let peers = [0, 1, 2, 3, 4].map(|id| world.peer_id(HostId(id)));
    let met_at = world.now();
    // Devices that only are slow are in the rounds again too: they know how long the others train.
    world.live_until("a round of all", Duration::from_secs(60), |world| {
        let history = world.view(SMALLER[0]).session.map_or_else(Vec::new, |it| it.history);
        let newest = history.last();
        newest.is_some_and(|it| it.round > cut_at + 9 && peers.iter().all(|peer| it.has(*peer)))
    });
    println!("all are in a round {:?} later", world.now().saturating_duration_since(met_at));
    for id in SMALLER {
        let left = world.view(id).session.expect("it takes part").lineages_left;
        println!("{id:?}: {left:?}");
        assert!(left.iter().any(|it| it.rounds_apart + 2 >= parted && it.keeps_ours), "{left:?}");
    }
    for id in [0, 1, 2].map(HostId) {
        let left = world.view(id).session.expect("it takes part").lineages_left;
        assert!(left.iter().all(|it| it.rounds_apart + 2 < parted), "its rounds go on: {left:?}");
    }
}
