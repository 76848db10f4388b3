//! What was acknowledged survives a crash, and who comes back takes part again.

use core::time::Duration;
use peer::{Event, SessionView};
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(180);

/// The rounds that a device knows of, those before a reload among them.
fn rounds_known(session: &SessionView) -> Vec<u32> {
    let earlier = session.earlier.iter().map(|round| round.round);
    earlier.chain(session.history.iter().map(|round| round.round)).collect()
}

#[test]
fn who_comes_back_has_its_identity_room_and_cluster_and_takes_part_again() {
    let mut world = World::room(WorldConfig::new(61, 3));
    let victim = HostId(1);
    world.start_session(HostId(0), 20).expect("the page is open").expect("there are rows");
    world.live_until("some rounds", PATIENCE, |world| {
        world.view(victim).session.is_some_and(|session| session.round >= 4)
    });
    let me = world.peer_id(victim);
    world.crash(victim, false);
    world.run_for(Duration::from_secs(3));
    world.boot(victim);
    assert_eq!(world.peer_id(victim), me);
    assert!(world.view(victim).room.is_some(), "it is in its room without being told");
    let back_at = world.view(HostId(0)).session.map_or(0, |session| session.round);
    // Nobody touches the page: it finds everything again by itself.
    world.run_for(PATIENCE);
    assert_eq!(world.divergence(), None);
    let history = world.view(HostId(0)).session.expect("it took part").history;
    let since = history.iter().filter(|round| round.round > back_at && round.has(me));
    assert!(since.count() >= 3, "it took part in rounds after {back_at}");
}

#[test]
fn a_whole_room_may_crash_and_go_on() {
    let mut world = World::room(WorldConfig::new(62, 3));
    world.start_session(HostId(0), 16).expect("the page is open").expect("there are rows");
    world.live_until("some rounds", PATIENCE, |world| {
        world.view(HostId(0)).session.is_some_and(|session| session.round >= 6)
    });
    // A checkpoint is taken every few seconds.
    world.run_for(Duration::from_secs(6));
    for id in world.host_ids() {
        world.crash(id, false);
    }
    for id in world.host_ids() {
        world.boot(id);
        let session = world.view(id).session.expect("it has its checkpoint");
        assert!(session.round > 0 && session.history.is_empty());
        assert_eq!(rounds_known(&session), (1..=session.round).collect::<Vec<_>>());
        assert!(session.earlier.iter().all(|round| round.together().is_some()));
    }
    world.live_until("it is over", PATIENCE, |world| {
        let over = |id: &HostId| world.view(*id).session.is_some_and(|session| !session.running);
        world.running().iter().all(over) && world.divergence().is_none()
    });
    for id in world.host_ids() {
        let session = world.view(id).session.expect("it took part");
        let mut known = rounds_known(&session);
        // Who was behind took some up at once.
        assert!(known.is_sorted_by(|earlier, later| earlier < later), "{known:?}");
        assert_eq!((known.remove(0), known.pop()), (1, Some(16)));
    }
}

#[test]
fn a_damaged_record_is_reported_and_dropped() {
    for seed in 63..73 {
        let mut world = World::room(WorldConfig::new(seed, 2));
        world.crash(HostId(1), true);
        world.damage(HostId(1));
        world.boot(HostId(1));
        let reported = |event: &Event| matches!(event, Event::RecordDamaged { .. });
        world.live_until("it is back", PATIENCE, World::all_connected);
        assert!(world.events(HostId(1)).any(reported), "seed {seed}");
    }
}
