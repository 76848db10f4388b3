//! Half of a room dies at one blow.

use crate::{
    network::HostId,
    world::{World, WorldConfig},
};
use core::time::Duration;
use peer::RoundPhase;

const MEMBERS: usize = 8;
const ROUNDS: u32 = 12;
const PATIENCE: Duration = Duration::from_secs(60);

/// Eight members train over paths of 50 ms; in the given phase of a round after the second the leader and three others crash
/// without a word. How long it takes until the rest have finished the round.
///
/// # Panics
/// If they never do, or do not end with one model.
pub fn delay_after_half_die(seed: u64, phase: RoundPhase) -> Duration {
    let mut world = World::room(WorldConfig::new(seed, MEMBERS));
    for (a, b) in (0..MEMBERS).flat_map(|a| (0..a).map(move |b| (a, b))) {
        world.network().set_latency(HostId(a), HostId(b), Duration::from_millis(50));
    }
    world.start_session(HostId(0), ROUNDS).expect("the page is open").expect("there are rows");
    let mut found = None;
    while found.is_none() {
        world.run_for(Duration::from_millis(1));
        found = world.host_ids().into_iter().find_map(|id| {
            let session = world.view(id).session.filter(|session| session.round >= 2)?;
            assert!(session.round < ROUNDS, "no leader was ever seen in {phase:?}");
            let leads = session.leader == Some(world.peer_id(id));
            (leads && session.phase == phase).then_some((id, session.round))
        });
    }
    let (leader, round) = found.expect("somebody leads");
    let others = world.host_ids().into_iter().filter(|id| *id != leader).take(MEMBERS / 2 - 1);
    let dead: Vec<_> = others.chain([leader]).collect();
    let died_at = world.now();
    dead.iter().for_each(|id| world.crash(*id, false));
    world.live_until("the others finish the round", PATIENCE, |world| {
        let behind = |id: &HostId| world.view(*id).session.is_none_or(|s| s.round <= round);
        !world.running().iter().any(behind)
    });
    let delay = world.now().saturating_duration_since(died_at);
    world.live_until("the session is over", 10 * PATIENCE, |world| world.divergence().is_none());
    delay
}
