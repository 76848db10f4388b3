//! Whoever comes late takes the newest model and takes part.

use core::time::Duration;
use protocol::cluster::{LayerSpec, NetworkSpec};
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn a_late_joiner_takes_part_in_the_rounds_after_its_arrival() {
    let mut world = World::room(WorldConfig::new(21, 3));
    let late = HostId(2);
    world.crash(late, true);
    world.start_session(HostId(0), 14).expect("the page is open").expect("there are rows");
    world.live_until("some rounds are done", PATIENCE, |world| {
        world.view(HostId(0)).session.is_some_and(|session| session.round >= 4)
    });
    world.boot(late);
    world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
    let me = world.peer_id(late);
    let history = world.view(HostId(0)).session.expect("it founded it").history;
    assert!(history[..3].iter().all(|round| !round.has(me)), "it was not there yet");
    let together = history.iter().filter(|round| round.has(me)).count();
    assert!(together >= 3, "it took part in {together} of the rounds after its arrival");
    assert_eq!(world.view(late).session.map(|session| session.round), Some(14));
}

#[test]
fn a_model_comes_on_over_narrow_paths_when_who_sent_its_first_pieces_dies() {
    let network = NetworkSpec { layers: vec![LayerSpec::new(8_000, 4)], ..sim::network() };
    let model_bytes = 8 * network.parameters();
    let mut world = World::room(WorldConfig { network, ..WorldConfig::new(23, 4) });
    let late = HostId(3);
    world.crash(late, true);
    world.start_session(HostId(0), 60).expect("the page is open").expect("there are rows");
    world.live_until("two rounds are done", PATIENCE, |world| {
        world.view(HostId(0)).session.is_some_and(|session| session.round >= 2)
    });
    // From each of the three, the whole model would take ten seconds, and a round is over in a fraction of that.
    for other in 0..3 {
        world.network().narrow(HostId(other), late, model_bytes / 10);
    }
    world.boot(late);
    let began = world.now();
    let round_of = |world: &World, id| world.view(id).session.map_or(0, |session| session.round);
    world.live_until("it has heard of the session", PATIENCE, |world| {
        world.view(late).session.is_some()
    });
    world.run_for(Duration::from_secs(2));
    assert_eq!(round_of(&world, late), 0, "the model is on its way");
    world.crash(HostId(0), false);
    world.live_until("the model is here", PATIENCE, |world| round_of(world, late) > 0);
    let took = world.now().saturating_duration_since(began);
    println!("{model_bytes} bytes in {took:?}, at round {}", round_of(&world, HostId(1)));
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn who_has_no_rows_looks_on_and_holds_the_same_model() {
    let mut world = World::new(WorldConfig::new(22, 3));
    for id in world.host_ids() {
        world.boot(id);
        if id == HostId(0) {
            world.create_room(id);
        }
    }
    let (a, b, onlooker) = (HostId(0), HostId(1), HostId(2));
    let room = world.room_of(a).expect("it was made");
    world.command(onlooker, |engine, now| {
        engine.join_room(now, room);
        engine.start_discovery(now)
    });
    for _ in 0..80 {
        world.settle_in(a);
        world.settle_in(b);
        world.run_for(Duration::from_millis(100));
    }
    assert!(world.all_connected());
    world.start_session(a, 5).expect("the page is open").expect("there are rows");
    world.run_for(PATIENCE);
    assert_eq!(world.divergence(), None);
    let view = world.view(onlooker).session.expect("it looks on");
    assert_eq!((view.round, view.running), (5, false));
    assert_eq!(Some(view.model), world.view(a).session.map(|session| session.model));
}
