//! Members that promise updates and show none are not waited for, and are taken in again when they do.

use core::time::Duration;
use sim::{HostId, Strategy, World, WorldConfig};

const ROUNDS: u32 = 30;
const PATIENCE: Duration = Duration::from_secs(900);
const SILENT: [HostId; 2] = [HostId(3), HostId(6)];

/// A room of eight in which some are silent, in a session.
fn learning(silent: &[HostId]) -> World {
    let mut world = World::room(WorldConfig {
        strategies: silent.iter().map(|id| (*id, Strategy::Silent)).collect(),
        ..WorldConfig::new(401, 8)
    });
    world.start_session(HostId(0), 200).expect("the page is open").expect("there are rows");
    world
}

fn round_of(world: &World) -> u32 {
    world.view(HostId(0)).session.map_or(0, |session| session.round)
}

/// How long so many rounds take.
fn time_of_rounds(silent: &[HostId]) -> Duration {
    let mut world = learning(silent);
    let began_at = world.now();
    world.live_until("rounds are done", PATIENCE, |world| round_of(world) >= ROUNDS);
    world.now().saturating_duration_since(began_at)
}

/// Of the newest rounds, those with a member's update in it.
fn rounds_with(world: &World, id: HostId, newest: usize) -> usize {
    let history = world.view(HostId(0)).session.expect("it takes part").history;
    let peer = world.peer_id(id);
    let with = history.iter().rev().take(newest);
    with.filter(|round| round.members.iter().any(|part| part.peer == peer)).count()
}

#[test]
fn two_silent_members_of_eight_cost_the_others_little() {
    let (without, with) = (time_of_rounds(&[]), time_of_rounds(&SILENT));
    assert!(with <= without + without / 3, "{with:?} where it takes {without:?} without them");
}

#[test]
fn who_was_silent_and_comes_back_is_taken_in_again() {
    let mut world = learning(&SILENT);
    world.live_until("rounds are done", PATIENCE, |world| round_of(world) >= 12);
    // What it decides by itself may be taken up with its model.
    assert!(rounds_with(&world, SILENT[0], 12) <= 2);
    world.set_strategy(SILENT[0], None);
    world.live_until("it is taken in again", PATIENCE, |world| {
        rounds_with(world, SILENT[0], 8) >= 6
    });
    assert!(round_of(&world) <= 40, "round {}", round_of(&world));
    assert!(rounds_with(&world, SILENT[1], 40) <= 4);
}
