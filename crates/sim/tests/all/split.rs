//! One network over several devices learns as well as on one, whoever goes, is late or lies.

use core::time::Duration;
use peer::{Answer, Event, PartPlace};
use sim::{HostId, SplitOutcome, SplitRoom, World};

const PATIENCE: Duration = Duration::from_secs(600);
const OWNER: HostId = SplitRoom::OWNER;

/// A room on paths that lose a tenth of what goes over them, whose others carry so many nodes each.
fn room<'a>(seed: u64, layers: &'a [u32], carry: &'a [u32]) -> SplitRoom<'a> {
    SplitRoom { seed, network_seed: 6, layers, carry, loss: 0.1 }
}

fn report(title: &str, outcome: &SplitOutcome) {
    let SplitOutcome { accuracy, whole, view, took } = outcome;
    println!("{title}: {accuracy:.4}, whole {whole:.4}, {took:.0?} of the devices' time");
    for part in &view.parts {
        let asked = f64::from(part.asked.max(1));
        println!(
            "  layer {} nodes {}..{}: {:.0} ms, {:.1} % silent, {:.0} bytes to and {:.0} from it a batch of {} rows",
            part.layer,
            part.first,
            part.first + part.nodes,
            part.round_trip_ms,
            100.0 * f64::from(part.silent) / asked,
            part.sent_bytes as f64 / asked,
            part.received_bytes as f64 / asked,
            SplitRoom::TRAINING.batch_rows,
        );
    }
    assert!(*accuracy > whole - 0.02, "{accuracy} against {whole}");
}

#[test]
fn two_layers_over_three_devices_learn_as_well_as_on_one() {
    let room = room(41, &[64, 48], &[64, 64]);
    let mut world = room.world();
    SplitRoom::split_and_train(&mut world);
    let began = world.now();
    world.live_until("it is trained", PATIENCE, SplitRoom::is_trained);
    let parts = SplitRoom::view(&world).parts;
    assert_eq!(parts.iter().map(|part| part.nodes).collect::<Vec<_>>(), [24, 24]);
    let hosts: Vec<_> = [1, 2].map(|host| world.view(HostId(host)).hosting.carried).concat();
    assert!(hosts.len() == 2 && hosts.iter().all(|it| it.taught > 700), "{hosts:?}");
    println!(
        "bytes of one activation of each layer, sparse and dense: {:.1?}",
        room.activation_bytes()
    );
    report("64-48 over three devices", &room.outcome(&mut world, began));
    for host in [1, 2] {
        assert_eq!(world.view(HostId(host)).hosting.carried, [], "nothing is left there");
    }
}

#[test]
fn three_layers_on_three_devices_answer_questions_and_learn_from_errors() {
    let room = room(42, &[64, 48, 32], &[48, 48]);
    let mut world = room.world();
    SplitRoom::split_and_train(&mut world);
    let began = world.now();
    world.live_until("it is trained", PATIENCE, SplitRoom::is_trained);
    let dataset = SplitRoom::dataset();
    let ask = |world: &mut World, row: usize| {
        let input = dataset.row(row);
        let asked =
            world.command(OWNER, |engine, now| engine.predict(now, SplitRoom::cluster(), input));
        let job = asked.unwrap().unwrap();
        let answer = move |world: &World| {
            world.events(OWNER).find_map(|event| match event {
                Event::Answered { job: of, result } if *of == job => Some(result.clone().unwrap()),
                _ => None,
            })
        };
        world.live_until("it is answered", PATIENCE, |world| answer(world).is_some());
        let Some(Answer::Predicted(prediction)) = answer(world) else { panic!("a prediction") };
        prediction
    };
    let rows = SplitRoom::held_out();
    let right = rows.iter().take(20).filter(|row| {
        let seen = ask(&mut world, **row as usize);
        seen.classes[0].class == u32::from(dataset.labels[**row as usize])
    });
    let right = right.count();
    assert!(right >= 17, "{right} of 20");

    // An error on the newest question reaches whoever carries nodes.
    let before: u32 = taught(&world);
    let mut error = vec![0.0; 10];
    (error[0], error[1]) = (0.5, -0.5);
    let job = world
        .command(OWNER, |engine, now| engine.learn_from_error(now, SplitRoom::cluster(), error));
    let job = job.unwrap().unwrap();
    let peers = |world: &World| {
        world.events(OWNER).find_map(|event| match event {
            Event::Answered { job: of, result: Ok(Answer::Taught { peers }) } if *of == job => {
                Some(*peers)
            }
            _ => None,
        })
    };
    world.live_until("the error has gone out", PATIENCE, |world| peers(world).is_some());
    assert_eq!(peers(&world), Some(2));
    world.live_until("nodes have learnt", PATIENCE, |world| taught(world) == before + 2);

    // So does a call for learning.
    let called = world
        .command(OWNER, |engine, now| engine.call_for_learning(now, SplitRoom::cluster(), 0.5));
    assert_eq!(called.unwrap().unwrap(), 2);
    let heard = |world: &World, host| {
        let is_call = |event: &Event| matches!(event, Event::LearningCalledFor { .. });
        world.events(HostId(host)).any(is_call)
    };
    world.live_until("it is heard", PATIENCE, |world| heard(world, 1) && heard(world, 2));

    println!(
        "bytes of one activation of each layer, sparse and dense: {:.1?}",
        room.activation_bytes()
    );
    report("64-48-32 over three devices", &room.outcome(&mut world, began));
}

fn taught(world: &World) -> u32 {
    let carried = [1, 2].map(|host| world.view(HostId(host)).hosting.carried).concat();
    carried.iter().map(|it| it.taught).sum()
}

#[test]
fn a_device_that_dies_is_replaced_and_training_goes_on() {
    let (outcome, healing) = room(43, &[64, 48], &[64, 0, 64]).play_with_a_death();
    println!("replaced within {healing:.1?}");
    assert!(healing < Duration::from_secs(8), "{healing:?}");
    let hosts: Vec<_> = outcome.view.parts.iter().map(|part| part.host).collect();
    assert!(hosts.len() == 2 && hosts[0].is_some() && hosts[0] == hosts[1], "{hosts:?}");
    report("64-48, one device died", &outcome);
}

#[test]
fn a_device_that_becomes_too_slow_is_replaced() {
    let room = SplitRoom { loss: 0.0, ..room(47, &[64, 48], &[64, 64]) };
    let mut world = room.world();
    SplitRoom::split_and_train(&mut world);
    world.live_until("some of it is done", PATIENCE, |world| {
        SplitRoom::view(world).training.is_some_and(|training| training.batches > 100)
    });
    let (slow, other) = (world.peer_id(HostId(1)), world.peer_id(HostId(2)));
    world.network().set_latency(OWNER, HostId(1), Duration::from_millis(1_300));
    world.live_until("the other device carries all", PATIENCE, |world| {
        SplitRoom::view(world)
            .parts
            .iter()
            .all(|part| part.place == PartPlace::Away && part.host == Some(other))
    });
    let why = world.events(OWNER).find_map(|event| match event {
        Event::NodesMoved { host: None, reason, .. } => Some(reason.clone()),
        _ => None,
    });
    assert_eq!(why.as_deref(), Some("its device is slow"));
    world.live_until("it is trained", PATIENCE, SplitRoom::is_trained);
    assert!(SplitRoom::view(&world).parts.iter().all(|part| part.host != Some(slow)));
    // Whoever asks while a device does not answer is told so.
    world.network().set_cut(OWNER, HostId(2), true);
    let input = vec![0.5; 64];
    world.command(OWNER, |engine, now| engine.predict(now, SplitRoom::cluster(), input).unwrap());
    world.live_until("it is answered", PATIENCE, |world| {
        world.events(OWNER).any(|event| matches!(event, Event::NodesSilent { nodes: 48, .. }))
    });
}

#[test]
fn who_sends_garbage_is_named_and_carries_nothing_any_more() {
    let room = room(44, &[64, 48], &[64, 64]);
    let mut world = room.world();
    let liar = HostId(2);
    world.make_garbler(liar);
    SplitRoom::split_and_train(&mut world);
    let began = world.now();
    world.live_until("it is trained", PATIENCE, SplitRoom::is_trained);
    let who = world.peer_id(liar);
    let named = world.events(OWNER).find_map(|event| match event {
        Event::Refused { peer, reason } if *peer == Some(who) => Some(reason.clone()),
        _ => None,
    });
    let reason = named.expect("it is named");
    assert!(reason.contains("that its nodes cannot give"), "{reason}");
    let view = SplitRoom::view(&world);
    assert!(view.parts.iter().all(|part| part.host != Some(who)), "{view:?}");
    report("64-48, one device lied", &room.outcome(&mut world, began));
}

#[test]
fn nobody_carries_what_nobody_agreed_to_and_what_is_taken_back_comes_home() {
    let mut world = room(45, &[64, 48], &[0]).world();
    let refused =
        world.command(OWNER, |engine, now| engine.split_cluster(now, SplitRoom::cluster()));
    let refused = refused.unwrap().unwrap_err().to_string();
    assert!(refused.contains("no connected device carries nodes of others"), "{refused}");
    let host = HostId(1);
    world.command(host, |engine, now| engine.carry_nodes(now, 30).unwrap());
    world.live_until("that is known", PATIENCE, |world| {
        world.view(OWNER).peers.iter().any(|peer| peer.capability.nodes_for_others == 30)
    });
    SplitRoom::split_and_train(&mut world);
    assert_eq!(
        SplitRoom::view(&world).parts.iter().map(|part| part.nodes).collect::<Vec<_>>(),
        [30]
    );
    world.crash(host, true);
    world.boot(host);
    assert_eq!(world.view(host).hosting.nodes_max, 30, "it is kept over a reload");
    world.live_until("it carries again", PATIENCE, |world| {
        SplitRoom::view(world).parts[0].place == PartPlace::Away
    });
    world.command(host, |engine, now| engine.carry_nodes(now, 0).unwrap());
    world.live_until("its nodes are at home", PATIENCE, |world| {
        SplitRoom::view(world).parts[0].place == PartPlace::Home
            && world.view(host).hosting.carried.is_empty()
    });
    world.live_until("it is trained", PATIENCE, SplitRoom::is_trained);
}

#[test]
fn one_seed_is_one_history() {
    let play = || {
        let mut world = room(46, &[64, 48], &[64, 64]).world();
        SplitRoom::split_and_train(&mut world);
        world.live_until("some batches", PATIENCE, |world| {
            SplitRoom::view(world).training.is_some_and(|training| training.batches > 60)
        });
        world.digest()
    };
    assert_eq!(play(), play());
}
