//! Rooms that are too large for a full mesh learn together: few are drawn, everyone comes to the same model.

use core::time::Duration;
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(240);

/// A room of so many devices, all with rows, that has begun a session.
fn learning(seed: u64, hosts: usize, rounds: u32) -> World {
    let mut world = World::crowd(WorldConfig::new(seed, hosts), 20);
    world.live_for(Duration::from_secs(8));
    world.start_session(HostId(0), rounds).expect("the page is open").expect("there are rows");
    world
}

/// How many members have come to each round.
fn rounds_of(world: &World) -> Vec<u32> {
    let sessions = world.running().into_iter().map(|id| world.view(id).session);
    sessions.map(|session| session.map_or(0, |session| session.round)).collect()
}

#[test]
fn forty_devices_come_to_one_record_and_few_are_drawn_for_a_round() {
    let mut world = learning(301, 40, 6);
    world.live_until("all have ended with one record", PATIENCE, |world| {
        rounds_of(world).into_iter().all(|round| round == 6)
    });
    let ends = world.host_ids().into_iter().map(|id| world.view(id).session.unwrap().record);
    let ends: std::collections::BTreeSet<_> = ends.collect();
    assert_eq!(ends.len(), 1);
    let history = world.view(HostId(3)).session.unwrap().history;
    let later = history.iter().filter(|round| round.round > 2);
    assert!(later.clone().all(|round| (1..=16).contains(&round.members.len())));
    let mut drawn: Vec<_> = later.flat_map(|round| &round.members).map(|part| part.peer).collect();
    drawn.sort_unstable();
    drawn.dedup();
    assert!(drawn.len() > 16, "others are drawn each time: {}", drawn.len());
}

#[test]
fn a_room_goes_on_while_devices_come_and_go() {
    let mut world = learning(302, 40, 1_000);
    world.live_for(Duration::from_secs(30));
    for number in 0..12 {
        let (gone, back) = (HostId(1 + number * 3), HostId(1 + (number + 9) % 12 * 3));
        world.crash(gone, number % 2 == 0);
        if world.running().iter().all(|id| *id != back) {
            world.boot(back);
        }
        world.live_for(Duration::from_secs(5));
    }
    world.live_for(Duration::from_secs(30));
    let rounds = rounds_of(&world);
    let newest = *rounds.iter().max().unwrap();
    // A round takes some nine seconds.
    assert!(newest > 10, "{newest} rounds in two minutes");
    let behind = rounds.iter().filter(|round| **round + 2 < newest).count();
    assert_eq!(behind, 0, "{rounds:?}");
}
