//! Rooms in which two devices cannot be connected with each other end with one model all the same.

use core::time::Duration;
use sim::{HostId, World, WorldConfig};

/// Why not all have ended with one record; `None` if they have.
fn difference(world: &World) -> Option<String> {
    let ends = world.host_ids().into_iter().map(|id| {
        let session = world.view(id).session?;
        (!session.running).then_some((session.record, session.model))
    });
    let ends: Vec<_> = ends.collect();
    (ends[0].is_none() || ends.iter().any(|end| *end != ends[0])).then(|| format!("{ends:?}"))
}

/// The first two of `hosts` devices never reach each other.
fn ends_alike(seed: u64, hosts: usize, rounds: u32) {
    let mut world = World::new(WorldConfig::new(seed, hosts));
    world.network().set_cut(HostId(0), HostId(1), true);
    let in_between = HostId(2);
    world.boot(in_between);
    world.create_room(in_between);
    (0..hosts).map(HostId).filter(|id| *id != in_between).for_each(|id| world.boot(id));
    world.live_until("the others are connected", Duration::from_secs(60), |world| {
        let others = world.host_ids().into_iter().filter(|id| *id != in_between);
        let rows = |id| world.view(id).clusters.iter().any(|it| it.train_rows > 0);
        let mut others = others.chain([in_between]);
        others.all(|id| rows(id) && (id == in_between || world.is_connected(in_between, id)))
    });
    world.start_session(in_between, rounds).expect("the page is open").expect("it has rows");
    for _ in 0..600 {
        if difference(&world).is_none() {
            break;
        }
        world.live_for(Duration::from_secs(1));
    }
    assert_eq!(difference(&world), None, "seed {seed}, {hosts} devices, {rounds} rounds");
    assert!(!world.is_connected(HostId(0), HostId(1)), "they were to be apart");
}

#[test]
fn three_devices_end_with_one_model_though_two_cannot_be_connected() {
    (401..421).for_each(|seed| ends_alike(seed, 3, 4 + (seed % 5) as u32));
}

#[test]
fn five_devices_end_with_one_model_though_two_cannot_be_connected() {
    (421..433).for_each(|seed| ends_alike(seed, 5, 4 + (seed % 5) as u32));
}
