//! What an engine was told can be told again, and comes to the same.

use core::time::Duration;
use sim::{HostId, World, WorldConfig};

#[test]
fn an_engine_that_is_told_the_same_again_asks_for_the_same() {
    let mut world = World::room(WorldConfig::new(21, 3));
    world.start_session(HostId(0), 50).expect("the page is open").expect("there are rows");
    world.live_for(Duration::from_secs(10));
    world.record_engines();
    for id in world.host_ids() {
        world.crash(id, false);
        world.boot(id);
    }
    world.run_for(Duration::from_secs(40));
    let recordings = world.take_recordings();
    assert_eq!(recordings.len(), 3);
    for recording in recordings {
        assert!(recording.kinds().iter().any(|kind| kind == "session Commit"), "it trained");
        let mut playback = recording.playback();
        while playback.step() {}
        assert_eq!(playback.outputs(), recording.outputs);
    }
}
