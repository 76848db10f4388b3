//! A wicked server can refuse service, and no more.

use core::time::Duration;
use peer::{Event, LinkStage};
use sim::{HostId, Malice, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(240);

/// Two devices try to connect through a server of this malice; what they refused.
fn refusals(seed: u64, malice: Malice) -> Vec<String> {
    let mut world = World::new(WorldConfig::new(seed, 3));
    world.boot(HostId(0));
    world.create_room(HostId(0));
    world.set_malice(malice);
    world.boot(HostId(1));
    world.boot(HostId(2));
    world.live_for(Duration::from_secs(60));
    // Nobody is connected with anybody but the devices of this room.
    let known: Vec<_> = world.host_ids().into_iter().map(|id| world.peer_id(id)).collect();
    for id in world.host_ids() {
        for peer in world.view(id).peers {
            assert!(peer.stage != LinkStage::Open || known.contains(&peer.peer));
        }
    }
    let refused = world.host_ids().into_iter().flat_map(|id| {
        let events = world.events(id).filter_map(|event| match event {
            Event::Refused { reason, .. } => Some(reason.clone()),
            _ => None,
        });
        events.collect::<Vec<_>>()
    });
    let refused = refused.collect();
    // Once the server is honest, nothing of its lies is left.
    world.kill_server();
    world.restart_server();
    world.live_until("all connect in the end", PATIENCE, World::all_connected);
    refused
}

#[test]
fn a_changed_handshake_is_refused_and_reported() {
    let refused = refusals(71, Malice { tamper: 1.0, ..Malice::default() });
    assert!(refused.iter().any(|reason| reason.contains("changed on the way")), "{refused:?}");
}

#[test]
fn a_repeated_handshake_is_refused_and_reported() {
    let refused = refusals(72, Malice { replay: 1.0, ..Malice::default() });
    assert!(refused.iter().any(|reason| reason.contains("repeated")), "{refused:?}");
}

#[test]
fn a_handshake_in_anothers_name_is_refused_and_reported() {
    let refused = refusals(73, Malice { swap: 1.0, ..Malice::default() });
    assert!(refused.iter().any(|reason| reason.contains("another place")), "{refused:?}");
}

#[test]
fn lies_about_peers_do_not_last() {
    for seed in 74..84 {
        refusals(seed, Malice { lie: 0.5, ..Malice::default() });
    }
}
