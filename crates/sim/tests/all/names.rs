//! A device that is named anew is known by that name, with or without a server.

use core::time::Duration;
use protocol::signaling::Capability;
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn connected_devices_hear_of_a_new_name_without_the_server() {
    let mut world = World::room(WorldConfig::new(61, 3));
    world.kill_server();
    let named = Capability { device_name: "Ada's laptop".to_owned(), ..Capability::default() };
    let result = world.command(HostId(0), |engine, now| engine.set_capability(now, named.clone()));
    assert_eq!(result, Some(Ok(())));
    let ada = world.peer_id(HostId(0));
    world.live_until("the others know the name", PATIENCE, |world| {
        [HostId(1), HostId(2)].into_iter().all(|id| {
            let peers = world.view(id).peers;
            peers.iter().any(|peer| peer.peer == ada && peer.capability == named)
        })
    });
}
