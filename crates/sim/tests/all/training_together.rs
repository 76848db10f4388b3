//! Members of a session end every round with the same model.

use core::time::Duration;
use peer::{Event, RoundView};
use protocol::cluster::{LayerSpec, NetworkSpec};
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn two_peers_train_to_the_same_model() {
    let mut world = World::room(WorldConfig::new(11, 2));
    let (a, b) = (HostId(0), HostId(1));
    let session = world.start_session(a, 6).expect("the page is open").expect("there are rows");
    world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
    for id in [a, b] {
        let view = world.view(id).session.expect("it took part");
        assert_eq!((view.id, view.round, view.running), (session, 6, false));
        assert!(view.history.iter().all(|round| round.members.len() == 2), "both took part");
    }
    let models = |id| {
        let rounds = world.events(id).filter_map(|event| match event {
            Event::Round { round, model, .. } => Some((*round, *model)),
            _ => None,
        });
        rounds.collect::<Vec<_>>()
    };
    assert_eq!(models(a), models(b));
    assert_eq!(models(a).len(), 6);
}

#[test]
fn eight_peers_train_to_the_same_model() {
    let mut world = World::room(WorldConfig::new(12, 8));
    world.start_session(HostId(3), 4).expect("the page is open").expect("there are rows");
    world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
    for id in world.host_ids() {
        assert_eq!(world.view(id).session.map(|session| session.round), Some(4));
    }
    assert_eq!(world.judged_records(), (4, 0), "every record was computed once more");
}

#[test]
fn who_trains_alone_bothers_nobody() {
    let mut world = World::room(WorldConfig::new(13, 2));
    let started = world.command(HostId(0), |engine, now| {
        let task = "alone".to_owned();
        engine.start_session(now, sim::cluster(), task, sim::options(3), Some(Vec::new()))
    });
    assert!(matches!(started, Some(Ok(_))));
    world.live_until("it is done", PATIENCE, |world| {
        world.view(HostId(0)).session.is_some_and(|session| session.round == 3)
    });
    assert_eq!(world.view(HostId(1)).session, None);
    assert_eq!(world.view(HostId(0)).session.map(|session| session.sent_bytes), Some(0));
}

#[test]
fn only_those_who_are_invited_take_part_even_after_the_founder_has_come_back() {
    let mut world = World::room(WorldConfig::new(14, 4));
    let (founder, guest, stranger) = (HostId(0), HostId(1), HostId(2));
    let invited = Some(vec![world.peer_id(guest)]);
    let started = world.command(founder, |engine, now| {
        engine.start_session(now, sim::cluster(), "two".to_owned(), sim::options(12), invited)
    });
    assert!(matches!(started, Some(Ok(_))));
    world.live_until("some rounds", PATIENCE, |world| {
        world.view(guest).session.is_some_and(|session| session.round >= 4)
    });
    world.run_for(Duration::from_secs(6));
    world.crash(founder, false);
    world.boot(founder);
    world.live_until("it is over", PATIENCE, |world| {
        let over = |id| world.view(id).session.is_some_and(|session| session.round == 12);
        over(founder) && over(guest) && world.all_connected()
    });
    for id in [stranger, HostId(3)] {
        assert_eq!(world.view(id).session, None);
    }
}

#[test]
fn on_a_narrow_path_members_send_less_and_go_on() {
    let network = NetworkSpec { layers: vec![LayerSpec::new(1_024, 4)], ..sim::network() };
    let parameters = network.parameters();
    let mut world = World::room(WorldConfig { network, ..WorldConfig::new(16, 3) });
    // An update takes two seconds between two of them.
    world.network().narrow(HostId(0), HostId(1), parameters / 2);
    world.start_session(HostId(0), 8).expect("the page is open").expect("there are rows");
    world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
    let history = world.view(HostId(0)).session.expect("it took part").history;
    assert!(history.iter().all(|round| round.members.len() == 3), "all took part");
    // Not every round has verdicts of members on each other in it, and this device leads some.
    let usual = |of: fn(&RoundView) -> u64| {
        let mut later: Vec<u64> = history[1..].iter().map(of).collect();
        later.sort_unstable();
        (of(&history[0]), later[later.len() / 4])
    };
    let (all_bytes, few_bytes) = usual(|round| round.sent_bytes);
    let (slow_ms, quick_ms) = usual(|round| round.duration_ms.into());
    assert!(10 * few_bytes < all_bytes, "{few_bytes} of {all_bytes} bytes");
    assert!(quick_ms + 1_000 < slow_ms, "{quick_ms} and {slow_ms} ms");
}
