//! Both sides of a split room go on, and meet again.

use core::time::Duration;
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
