//! Where only sums of groups are seen, all end with one model, each sum is that of what its members have learnt, and no update
//! leaves a device without a mask. The world asks the latter two of every record and every value that is sent.

use core::time::Duration;
use peer::SessionView;
use protocol::session::Masks;
use sim::{HostId, Strategy, World, WorldConfig};
use transcript::Transcript;

const PATIENCE: Duration = Duration::from_secs(400);
const GROUPS: Masks = Masks { one_group: false };
const ONE_GROUP: Masks = Masks { one_group: true };

fn start(world: &mut World, rounds: u32, masks: Masks) {
    let started = world.start_masked(HostId(0), rounds, masks);
    assert!(matches!(started, Some(Ok(_))), "{started:?}");
}

fn session(world: &World, id: HostId) -> SessionView {
    world.view(id).session.expect("it takes part")
}

fn round(world: &World, id: HostId) -> u32 {
    world.view(id).session.map_or(0, |session| session.round)
}

fn until_over(world: &mut World) {
    world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
}

#[test]
fn all_end_with_one_model_that_has_learnt_what_the_groups_sums_say() {
    for (seed, hosts) in [(301, 6), (302, 8), (303, 11)] {
        let mut world = World::room(WorldConfig::new(seed, hosts));
        start(&mut world, 12, GROUPS);
        until_over(&mut world);
        let (judged, not_judged) = world.judged_records();
        assert_eq!((judged, not_judged), (12, 0), "every record was computed once more");
        let first = session(&world, HostId(0));
        let members: Vec<usize> = first.history.iter().map(|it| it.members.len()).collect();
        // Whoever is far slower than most is not waited for, as in any room.
        assert!(members.iter().filter(|count| **count == hosts).count() >= 9, "{members:?}");
        assert!(first.history.iter().flat_map(|it| &it.members).all(|part| part.score.is_none()));
        let hosts = hosts as u64;
        assert!(world.masked_updates() >= 9 * hosts * (hosts - 1), "all sent theirs");
        assert!(world.accuracy(HostId(0)).unwrap() >= 0.9, "it has learnt");
    }
}

#[test]
fn few_may_be_one_group_if_the_proposal_says_so_and_else_wait_for_more() {
    let mut world = World::room(WorldConfig::new(304, 4));
    start(&mut world, 6, ONE_GROUP);
    until_over(&mut world);
    assert_eq!(world.judged_records(), (6, 0));
    assert!(world.masked_updates() >= 6 * 4 * 3);

    let mut world = World::room(WorldConfig::new(305, 5));
    start(&mut world, 6, GROUPS);
    world.run_for(Duration::from_secs(30));
    let waiting = session(&world, HostId(0));
    assert_eq!((waiting.round, waiting.running), (0, true));
    let problem = waiting.problem.unwrap();
    assert!(problem.contains("need 6 devices with data, and 5 are here"), "{problem}");
}

#[test]
fn who_is_gone_in_any_phase_of_a_round_keeps_nobody_from_going_on() {
    for seed in 310..326 {
        let mut world = World::room(WorldConfig::new(seed, 9));
        start(&mut world, 8, GROUPS);
        world.live_until("a round", PATIENCE, |world| round(world, HostId(3)) >= 2);
        let within = world.dice().duration_ms(0, 1_500);
        world.run_for(within);
        world.crash(HostId(3), seed % 2 == 0);
        until_over(&mut world);
        assert_eq!(session(&world, HostId(0)).round, 8, "seed {seed}");
        assert_eq!(world.judged_records().1, 0, "seed {seed}");
    }
}

#[test]
fn a_leader_that_dies_in_any_phase_is_replaced() {
    for seed in 330..342 {
        let mut world = World::room(WorldConfig::new(seed, 7));
        start(&mut world, 6, GROUPS);
        world.live_until("a round", PATIENCE, |world| round(world, HostId(0)) >= 1);
        let within = world.dice().duration_ms(0, 1_500);
        world.run_for(within);
        let leader = session(&world, HostId(0)).leader.unwrap();
        let victim = world.host_ids().into_iter().find(|id| world.peer_id(*id) == leader).unwrap();
        world.crash(victim, false);
        world.run_for(Duration::from_secs(20));
        world.boot(victim);
        until_over(&mut world);
        assert_eq!(session(&world, HostId(0)).round, 6, "seed {seed}");
    }
}

#[test]
fn a_liar_harms_its_own_group_and_no_other() {
    for (seed, strategy) in [(350, Strategy::Garbage), (351, Strategy::WrongShares)] {
        let strategies = vec![(HostId(3), strategy)];
        let mut world = World::room(WorldConfig { strategies, ..WorldConfig::new(seed, 12) });
        start(&mut world, 12, GROUPS);
        until_over(&mut world);
        assert_eq!(session(&world, HostId(0)).round, 12);
        assert!(world.judged_records().0 >= 12);
        let accuracy = world.accuracy(HostId(0)).unwrap();
        assert!(accuracy >= 0.85, "{strategy}: {accuracy}");
    }
}

/// A room with a member that keeps to no rule, after so many rounds, and how many of them came to no sum.
fn in_vain(seed: u64, hosts: usize, make: impl Fn(&mut World)) -> (World, usize) {
    let mut world = World::new(WorldConfig::new(seed, hosts));
    make(&mut world);
    world.boot(HostId(0));
    world.create_room(HostId(0));
    (1..hosts).for_each(|id| world.boot(HostId(id)));
    world.live_for(Duration::from_secs(8));
    start(&mut world, 12, GROUPS);
    until_over(&mut world);
    let session = session(&world, HostId(0));
    assert_eq!(session.round, 12, "seed {seed}");
    let history = session.history;
    let in_vain = history.windows(2).filter(|two| two[0].model == two[1].model).count();
    (world, in_vain)
}

#[test]
fn who_names_wrong_groups_before_its_turn_is_not_followed() {
    for seed in 390..394 {
        let (mut world, in_vain) = in_vain(seed, 8, |world| world.make_hurrier(HostId(5)));
        let accuracy = world.accuracy(HostId(0)).unwrap();
        // In its own turn it is.
        assert!(in_vain <= 4 && accuracy >= 0.85, "seed {seed}: {accuracy}, {in_vain} in vain");
    }
}

#[test]
fn what_is_heard_and_twisted_neither_stops_a_session_nor_keeps_it_from_learning() {
    for seed in 380..388 {
        let (mut world, in_vain) = in_vain(seed, 7, |world| world.make_byzantine(HostId(5), 1.0));
        let accuracy = world.accuracy(HostId(0)).unwrap();
        assert!(in_vain <= 6 && accuracy >= 0.6, "seed {seed}: {accuracy}, {in_vain} in vain");
    }
}

#[test]
fn who_says_nothing_when_it_should_is_not_waited_for_for_ever() {
    let strategies = vec![(HostId(2), Strategy::Silent)];
    let mut world = World::room(WorldConfig { strategies, ..WorldConfig::new(352, 8) });
    start(&mut world, 8, GROUPS);
    until_over(&mut world);
    assert_eq!(session(&world, HostId(0)).round, 8);
}

#[test]
fn who_comes_late_takes_part_from_the_next_round_on() {
    let mut world = World::room(WorldConfig::new(353, 8));
    let late = HostId(7);
    world.crash(late, true);
    start(&mut world, 14, GROUPS);
    world.live_until("some rounds", PATIENCE, |world| round(world, HostId(0)) >= 4);
    world.boot(late);
    until_over(&mut world);
    let me = world.peer_id(late);
    let history = session(&world, HostId(0)).history;
    assert!(history[..3].iter().all(|round| !round.has(me)), "it was not there yet");
    assert!(history.iter().filter(|round| round.has(me)).count() >= 3);
    assert_eq!(session(&world, late).round, 14);
}

#[test]
fn rows_are_private_under_masks_too_and_nobody_spends_more_than_was_agreed_on() {
    let mut world = World::room(WorldConfig::new(355, 6));
    let started = world.start_masked_privately(HostId(0), 6, GROUPS, 20_000);
    assert!(matches!(started, Some(Ok(_))), "{started:?}");
    until_over(&mut world);
    assert_eq!(world.judged_records(), (6, 0));
    for id in world.host_ids() {
        let privacy = session(&world, id).privacy.expect("the session is private");
        assert!(privacy.epsilon > 0.0 && privacy.epsilon <= privacy.epsilon_max, "{privacy:?}");
    }
}

#[test]
fn whatever_the_network_and_the_pages_do_all_end_with_one_model() {
    for seed in 360..372 {
        let mut world = World::room(WorldConfig::new(seed, 7));
        start(&mut world, 8, GROUPS);
        for _ in 0..6 {
            let (a, b) = (world.dice().below(7), world.dice().below(7));
            if a != b {
                world.degrade(HostId(a), HostId(b));
            }
            let within = world.dice().duration_ms(500, 6_000);
            world.run_for(within);
            let victim = HostId(world.dice().below(7));
            match world.dice().below(3) {
                0 => {
                    world.crash(victim, false);
                    world.run_for(Duration::from_secs(1));
                    world.boot(victim);
                }
                1 => {
                    world.suspend(victim);
                    world.run_for(Duration::from_secs(4));
                    world.resume(victim);
                }
                _ => {}
            }
        }
        world.heal_network();
        until_over(&mut world);
        let ends = world.host_ids().into_iter().map(|id| session(&world, id).model);
        let ends: std::collections::BTreeSet<_> = ends.collect();
        assert_eq!(ends.len(), 1, "seed {seed}");
    }
}

#[test]
fn a_record_that_is_saved_is_found_right_from_its_sums() {
    let mut world = World::room(WorldConfig::new(354, 7));
    start(&mut world, 5, GROUPS);
    until_over(&mut world);
    let file = world.transcript(HostId(2)).expect("it was there from the beginning");
    let mut transcript = Transcript::decode(&file).unwrap();
    let summary = transcript.verify(|_| {}).unwrap();
    assert_eq!((summary.rounds, summary.model), (5, session(&world, HostId(2)).model));
    assert_eq!(summary.updates, 10, "two sums a round");
    let (first, second) = transcript.rounds[1].updates.split_at_mut(1);
    core::mem::swap(&mut first[0], &mut second[0]);
    let problem = transcript.verify(|_| {}).unwrap_err().to_string();
    assert!(problem.contains("round 2: a sum of"), "{problem}");
}
