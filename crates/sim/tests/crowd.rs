//! Rooms that are too large for everybody to be connected with everybody.

use core::time::Duration;
use peer::LinkStage;
use sim::{HostId, World, WorldConfig};

#[test]
fn a_crowd_stays_connected_and_texts_pass_between_neighbours() {
    let mut world = World::crowd(WorldConfig::new(31, 100), 8);
    world.live_for(Duration::from_secs(30));
    let open = |world: &World, id: HostId| {
        let peers = world.view(id).peers;
        peers.iter().filter(|peer| peer.stage == LinkStage::Open).count()
    };
    assert!(world.host_ids().into_iter().all(|id| (6..=8).contains(&open(&world, id))));
    let hosts = world.host_ids().into_iter();
    let neighbour = hosts.skip(1).find(|id| world.is_connected(HostId(0), *id));
    let neighbour = neighbour.expect("it has neighbours");
    assert!(world.send_text(HostId(0), neighbour, "hello"));
    world.live_for(Duration::from_secs(2));
    assert!(world.view(neighbour).messages.iter().any(|message| message.text == "hello"));
}
