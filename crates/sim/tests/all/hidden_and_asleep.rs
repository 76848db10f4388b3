//! Tabs that nobody looks at, and devices that sleep.

use core::time::Duration;
use peer::LinkStage;
use sim::{HostId, World, WorldConfig};
use std::collections::BTreeMap;

const PATIENCE: Duration = Duration::from_secs(240);
const QUIET: HostId = HostId(2);

/// A room of three that has finished two rounds of many.
fn in_training(seed: u64) -> World {
    let mut world = World::room(WorldConfig::new(seed, 3));
    world.start_session(HostId(0), 2_000).expect("the page is open").expect("there are rows");
    world.live_until("two rounds", PATIENCE, |world| round(world, HostId(0)) >= 2);
    world
}

fn round(world: &World, id: HostId) -> u32 {
    world.view(id).session.map_or(0, |session| session.round)
}

/// How many of the rounds after `from` a device's update is in, and how many there are.
fn part_of(world: &World, id: HostId, from: u32) -> (usize, usize) {
    let me = world.peer_id(id);
    let history = world.view(HostId(0)).session.expect("it founded it").history;
    let later: Vec<_> = history.iter().filter(|it| it.round > from).collect();
    (later.iter().filter(|it| it.has(me)).count(), later.len())
}

/// The device that sleeps goes on; gives how long it takes until its update is in a round.
fn wake(world: &mut World, patience: Duration) -> Duration {
    let (missed, woke_at) = (round(world, HostId(0)), world.now());
    world.resume(QUIET);
    world.live_until("it is in a round", patience, |world| part_of(world, QUIET, missed).0 > 0);
    world.now().saturating_duration_since(woke_at)
}

#[test]
fn a_hidden_page_is_in_the_rounds_however_slow_its_timers_are() {
    let minute = Duration::from_secs(60);
    let rounds_of_a_minute = |timer_grain| {
        let mut world = in_training(61);
        let begun = round(&world, HostId(0));
        world.hide(QUIET, timer_grain);
        world.run_for(minute);
        part_of(&world, QUIET, begun)
    };
    let (_, in_sight) = rounds_of_a_minute(Duration::ZERO);
    for timer_grain in [Duration::from_secs(1), minute] {
        let (parts, rounds) = rounds_of_a_minute(timer_grain);
        println!(
            "timers every {timer_grain:?}: in {parts} of {rounds} rounds; in sight {in_sight}"
        );
        assert!(10 * rounds >= 9 * in_sight, "others are held up: {rounds} of {in_sight}");
        assert!(10 * parts >= 9 * rounds, "it is in {parts} of {rounds}");
    }
}

#[test]
fn others_go_on_within_seconds_when_a_device_falls_asleep_and_it_comes_back_to_them() {
    for (seed, sleep_s) in [(62, 5), (63, 20), (64, 60), (65, 600)] {
        let mut world = in_training(seed);
        world.suspend(QUIET);
        let (begun, slept_at) = (round(&world, HostId(0)), world.now());
        world.live_until("three rounds without it", Duration::from_secs(30), |world| {
            round(world, HostId(0)) >= begun + 3
        });
        let took = world.now().saturating_duration_since(slept_at);
        world.run_for(Duration::from_secs(sleep_s));
        let back = wake(&mut world, Duration::from_secs(20));
        println!("{sleep_s} s: three rounds without it in {took:?}, back in one after {back:?}");
        world.live_until("all hold one record", Duration::from_secs(20), |world| {
            let record = |id| world.view(id).session.map(|session| session.record);
            record(QUIET) == record(HostId(0)) && record(QUIET) == record(HostId(1))
        });
    }
}

/// Of 40,000 naps like these, in which others are at any point of a round, these eight kept a device out for 20 to 44 s: its own
/// decision stood against that of the others, which it had not heard yet; it waited for promises that it had missed, or for
/// somebody else to lead while all others waited for it; or it trained on what it was about to leave, and came late for ever.
#[test]
fn a_device_that_slept_is_back_in_seconds_whatever_others_are_at() {
    for seed in [4_900, 6_165, 7_103, 7_560, 11_861, 14_629, 27_938, 28_153] {
        let mut world = in_training(seed);
        world.run_for(Duration::from_millis(seed * 37 % 2_000));
        world.suspend(QUIET);
        world.run_for(Duration::from_millis(4_500 + seed * 131 % 6_000));
        let back = wake(&mut world, Duration::from_secs(8));
        println!("seed {seed}: back in a round after {back:?}");
    }
}

#[test]
fn a_connection_on_which_nothing_comes_after_a_sleep_is_made_anew_within_seconds() {
    let mut world = in_training(66);
    let stages = |world: &World| {
        let peers = world.view(QUIET).peers;
        peers.iter().map(|peer| peer.stage).collect::<Vec<_>>()
    };
    world.suspend(QUIET);
    world.run_for(Duration::from_secs(7));
    // As where the other sides wait before they send again.
    world.partition(BTreeMap::from([(QUIET, 1)]));
    world.resume(QUIET);
    world.live_until("they are given up", Duration::from_secs(5), |world| {
        let holds = |stage| matches!(stage, LinkStage::Open | LinkStage::Restarting);
        !stages(world).into_iter().any(holds)
    });
    world.heal_network();
    world.live_until("all are connected", Duration::from_secs(20), World::all_connected);
}

#[test]
fn two_that_parted_come_together_while_the_third_sleeps() {
    for seed in 67..72 {
        let mut world = in_training(seed);
        let record = |world: &World, id| world.view(id).session.map(|session| session.record);
        let awake = [HostId(0), HostId(1)];
        world.suspend(QUIET);
        world.partition(BTreeMap::from([(HostId(1), 1), (QUIET, 2)]));
        let begun = awake.map(|id| round(&world, id));
        world.live_until("both go on by themselves", Duration::from_secs(30), |world| {
            awake.into_iter().zip(begun).all(|(id, begun)| round(world, id) >= begun + 2)
        });
        assert_ne!(record(&world, HostId(0)), record(&world, HostId(1)), "they have parted");
        world.heal_network();
        world.live_until("they hold one record", Duration::from_secs(10), |world| {
            record(world, HostId(0)) == record(world, HostId(1))
        });
        let sleeper = world.peer_id(QUIET);
        for id in awake {
            let peers = world.view(id).peers;
            let stage = peers.iter().find(|it| it.peer == sleeper).map(|it| it.stage);
            let is_held = matches!(stage, Some(LinkStage::Open | LinkStage::Restarting));
            assert!(is_held, "it is given up: {stage:?}");
        }
    }
}
