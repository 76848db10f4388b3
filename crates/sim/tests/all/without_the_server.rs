//! A room outlives its server.

use core::time::Duration;
use peer::{ConnectPolicy, LinkStage, SignalingState};
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn two_members_are_introduced_by_a_common_neighbour() {
    let mut world = World::new(WorldConfig::new(41, 3));
    let (a, middle, b) = (HostId(0), HostId(1), HostId(2));
    world.set_connect_policy(a, ConnectPolicy::ByHand);
    world.set_connect_policy(b, ConnectPolicy::ByHand);
    world.boot(a);
    world.create_room(a);
    world.boot(middle);
    world.boot(b);
    let both = |world: &World| world.is_connected(middle, a) && world.is_connected(middle, b);
    world.live_until("the one in the middle knows both", PATIENCE, both);
    assert!(!world.is_connected(a, b));

    world.kill_server();
    world.live_for(Duration::from_secs(5));
    world.set_connect_policy(a, ConnectPolicy::Everyone);
    world.live_until("they are introduced", PATIENCE, World::all_connected);
    let peer = world.peer_id(b);
    let view = world.view(a).peers.into_iter().find(|known| known.peer == peer);
    let introduced_by = view.and_then(|view| view.introduced_by);
    assert_eq!(introduced_by, Some(world.peer_id(middle)));
    assert!(world.send_text(a, b, "good evening"));
    world.live_until("the text is there", PATIENCE, |world| world.divergence().is_none());
}

#[test]
fn training_goes_on_and_all_register_again_when_it_is_back() {
    let mut world = World::room(WorldConfig::new(42, 3));
    world.start_session(HostId(0), 12).expect("the page is open").expect("there are rows");
    world.live_until("the first round", PATIENCE, |world| {
        world.view(HostId(1)).session.is_some_and(|session| session.round >= 1)
    });
    world.kill_server();
    world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
    for id in world.host_ids() {
        assert!(!matches!(world.view(id).signaling, SignalingState::Registered));
    }
    world.restart_server();
    world.live_until("all have registered", PATIENCE, |world| {
        world.running().iter().all(|id| world.view(*id).signaling == SignalingState::Registered)
    });
}

#[test]
fn the_server_may_die_at_any_step_of_a_handshake() {
    for step_ms in (0..400).step_by(20) {
        let mut world = World::new(WorldConfig::new(43 + step_ms, 2));
        world.boot(HostId(0));
        world.create_room(HostId(0));
        world.boot(HostId(1));
        for id in world.running() {
            world.settle_in(id);
        }
        world.run_for(Duration::from_millis(step_ms));
        world.kill_server();
        world.run_for(Duration::from_millis(700));
        world.restart_server();
        world.live_until("they connect", PATIENCE, World::all_connected);
        world.check_promises();
    }
}

#[test]
fn who_is_gone_without_a_goodbye_is_offered_connections_no_longer_than_somebody_sees_it() {
    for seed in 130..140 {
        let mut world = World::room(WorldConfig::new(seed, 3));
        let [a, b, gone] = [HostId(0), HostId(1), HostId(2)];
        let peer = world.peer_id(gone);
        world.crash(gone, false);
        let lost = |world: &World, id| {
            let held = [LinkStage::Open, LinkStage::Restarting];
            let peers = world.view(id).peers;
            !peers.iter().any(|known| known.peer == peer && held.contains(&known.stage))
        };
        world.live_until("both lost it", PATIENCE, |world| lost(world, a) && lost(world, b));
        world.run_for(Duration::from_secs(2));
        for id in [a, b] {
            let known = world.view(id).peers.into_iter().find(|known| known.peer == peer);
            assert_eq!(known, None, "seed {seed}: {id:?} still tries");
        }
    }
}
