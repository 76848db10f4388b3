//! One network over several devices learns as well as on one, whoever goes, is late or lies.

use core::time::Duration;
use neural::{Dataset, LearningState, Network, Plan, evaluate, nodes::wire, train};
use peer::{Answer, Event, Origin, PartPlace, SplitTraining, SplitView};
use protocol::cluster::{LayerSpec, NetworkSpec};
use sim::{HostId, Path, World, WorldConfig};
use units::ClusterId;

const DIGITS: &[u8] = include_bytes!("../../../public/data/digits.bin");
const HELD_OUT_PERCENT: u8 = 20;
const PATIENCE: Duration = Duration::from_secs(600);
const OWNER: HostId = HostId(0);

const TRAINING: SplitTraining =
    SplitTraining { steps: 860, batch_rows: 20, learning_rate_millionths: 2_000 };

fn digits() -> ClusterId {
    "digits".parse().expect("the name is plain")
}

fn spec(layers: &[u32]) -> NetworkSpec {
    let layers = layers.iter().map(|nodes| LayerSpec::new(*nodes, 4)).collect();
    NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: 6 }
}

/// The accuracy on held-out rows of a network that learns as much on one device.
fn whole(layers: &[u32]) -> f64 {
    let dataset = Dataset::decode_file(DIGITS).expect("the digits ship with the site");
    let split = dataset.split(HELD_OUT_PERCENT).expect("there are enough rows");
    let mut network = Network::new(&spec(layers)).expect("a small network");
    let mut state = LearningState::new(&spec(layers));
    let SplitTraining { steps, batch_rows, .. } = TRAINING;
    let plan = Plan { steps, batch_rows, learning_rate: 2e-3, decay: 0.9, ..Plan::default() };
    train(&mut network, &mut state, &dataset, &split.train, &plan).expect("it learns");
    let bytes = wire::activation_bytes(&network, &dataset, &split.held_out);
    println!("bytes of one activation of each layer, sparse and dense: {bytes:.1?}");
    evaluate(&network, &dataset, &split.held_out).accuracy()
}

/// A room on lossy, slow paths whose owner has the digits, and whose others carry so many nodes each.
fn room(seed: u64, layers: &[u32], carry: &[u32]) -> World {
    room_with(0.1, seed, layers, carry)
}

fn room_with(loss: f64, seed: u64, layers: &[u32], carry: &[u32]) -> World {
    let path = Path { latency: Duration::from_millis(50), loss, bytes_per_second: 1_000_000 };
    let mut config = WorldConfig::new(seed, 1 + carry.len());
    config.path = Some(path);
    let mut world = World::room(config);
    let network = spec(layers);
    world.command(OWNER, |engine, now| {
        engine.create_cluster(now, digits(), network).expect("it is possible")
    });
    let dataset = Dataset::decode_file(DIGITS).expect("the digits ship with the site");
    let origin = Origin::Own("digits".to_owned());
    world.command(OWNER, |engine, now| {
        engine
            .load_dataset(now, digits(), dataset, HELD_OUT_PERCENT, origin)
            .expect("it is possible")
    });
    for (number, nodes) in carry.iter().enumerate() {
        let nodes = *nodes;
        let host = HostId(number + 1);
        world.command(host, |engine, now| engine.carry_nodes(now, nodes).expect("it is possible"));
    }
    world.live_until("offers are known and rows are here", PATIENCE, |world| {
        let view = world.view(OWNER);
        let offers = view.peers.iter().filter(|peer| peer.capability.nodes_for_others > 0);
        let has_rows = view.clusters.iter().any(|it| it.id == digits() && it.train_rows > 0);
        offers.count() == carry.iter().filter(|nodes| **nodes > 0).count() && has_rows
    });
    world
}

fn split(world: &World) -> SplitView {
    world.view(OWNER).split.expect("the cluster is split")
}

fn split_and_train(world: &mut World) {
    world
        .command(OWNER, |engine, now| engine.split_cluster(now, digits()).expect("it is possible"));
    world.live_until("all parts are away", PATIENCE, |world| {
        split(world).parts.iter().all(|part| part.place == PartPlace::Away)
    });
    world.command(OWNER, |engine, now| {
        engine.train_split(now, digits(), TRAINING).expect("it is possible")
    });
}

fn is_trained(world: &World) -> bool {
    world.view(OWNER).split.is_some_and(|split| split.training.is_none())
}

/// Ends the split; gives the accuracy of what came home.
fn gathered(world: &mut World) -> f64 {
    world.command(OWNER, |engine, now| {
        engine.gather_cluster(now, &digits()).expect("it is possible")
    });
    world.live_until("all nodes are at home", PATIENCE, |world| world.view(OWNER).split.is_none());
    let asked = world.command(OWNER, |engine, now| {
        engine.evaluate(now, digits(), None).expect("it is possible")
    });
    let answer = |world: &World| {
        world.events(OWNER).find_map(|event| match event {
            Event::Answered { job, result: Ok(Answer::Evaluated(it)) } if Some(*job) == asked => {
                Some(it.accuracy())
            }
            _ => None,
        })
    };
    world.live_until("it is judged", PATIENCE, |world| answer(world).is_some());
    answer(world).expect("it is possible")
}

fn report(title: &str, view: &SplitView, whole: f64, accuracy: f64, took: Duration) {
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
            TRAINING.batch_rows,
        );
    }
}

#[test]
fn two_layers_over_three_devices_learn_as_well_as_on_one() {
    let layers = [64, 48];
    let mut world = room(41, &layers, &[64, 64]);
    split_and_train(&mut world);
    let began = world.now();
    world.live_until("it is trained", PATIENCE, is_trained);
    let took = world.now().saturating_duration_since(began);
    let view = split(&world);
    assert_eq!(view.parts.iter().map(|part| part.nodes).collect::<Vec<_>>(), [24, 24]);
    let hosts: Vec<_> = [1, 2].map(|host| world.view(HostId(host)).hosting.carried).concat();
    assert!(hosts.len() == 2 && hosts.iter().all(|it| it.taught > 700), "{hosts:?}");
    let (whole, accuracy) = (whole(&layers), gathered(&mut world));
    report("64-48 over three devices", &view, whole, accuracy, took);
    assert!(accuracy > whole - 0.02, "{accuracy} against {whole}");
    for host in [1, 2] {
        assert_eq!(world.view(HostId(host)).hosting.carried, [], "nothing is left there");
    }
}

#[test]
fn three_layers_on_three_devices_answer_questions_and_learn_from_errors() {
    let layers = [64, 48, 32];
    let mut world = room(42, &layers, &[48, 48]);
    split_and_train(&mut world);
    let began = world.now();
    world.live_until("it is trained", PATIENCE, is_trained);
    let took = world.now().saturating_duration_since(began);
    let view = split(&world);
    let dataset = Dataset::decode_file(DIGITS).unwrap();
    let ask = |world: &mut World, row: usize| {
        let input = dataset.row(row);
        let asked = world.command(OWNER, |engine, now| engine.predict(now, digits(), input));
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
    let rows = dataset.split(HELD_OUT_PERCENT).unwrap().held_out;
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
    let job = world.command(OWNER, |engine, now| engine.learn_from_error(now, digits(), error));
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
    let called = world.command(OWNER, |engine, now| engine.call_for_learning(now, digits(), 0.5));
    assert_eq!(called.unwrap().unwrap(), 2);
    let heard = |world: &World, host| {
        let is_call = |event: &Event| matches!(event, Event::LearningCalledFor { .. });
        world.events(HostId(host)).any(is_call)
    };
    world.live_until("it is heard", PATIENCE, |world| heard(world, 1) && heard(world, 2));

    let (whole, accuracy) = (whole(&layers), gathered(&mut world));
    report("64-48-32 over three devices", &view, whole, accuracy, took);
    assert!(accuracy > whole - 0.02, "{accuracy} against {whole}");
}

fn taught(world: &World) -> u32 {
    let carried = [1, 2].map(|host| world.view(HostId(host)).hosting.carried).concat();
    carried.iter().map(|it| it.taught).sum()
}

#[test]
fn a_device_that_dies_is_replaced_and_training_goes_on() {
    let layers = [64, 48];
    let mut world = room(43, &layers, &[64, 0, 64]);
    split_and_train(&mut world);
    let began = world.now();
    world.live_until("half of it is done", PATIENCE, |world| {
        split(world).training.is_some_and(|training| training.batches > 400)
    });
    let carrier = HostId(1);
    world.crash(carrier, false);
    let died_at = world.now();
    let heir = world.peer_id(HostId(3));
    let dead = world.peer_id(carrier);
    world.live_until("another device carries its nodes", PATIENCE, |world| {
        let parts = split(world).parts;
        parts.iter().all(|part| part.host != Some(dead))
            && parts.iter().filter(|part| part.host == Some(heir)).count() == 2
            && parts.iter().all(|part| part.place == PartPlace::Away)
    });
    let healing = world.now().saturating_duration_since(died_at);
    println!("replaced within {healing:.1?}");
    assert!(healing < Duration::from_secs(8), "{healing:?}");
    world.live_until("it is trained", PATIENCE, is_trained);
    let took = world.now().saturating_duration_since(began);
    let (view, whole, accuracy) = (split(&world), whole(&layers), gathered(&mut world));
    report("64-48, one device died", &view, whole, accuracy, took);
    assert!(accuracy > whole - 0.02, "{accuracy} against {whole}");
}

#[test]
fn a_device_that_becomes_too_slow_is_replaced() {
    let mut world = room_with(0.0, 47, &[64, 48], &[64, 64]);
    split_and_train(&mut world);
    world.live_until("some of it is done", PATIENCE, |world| {
        split(world).training.is_some_and(|training| training.batches > 100)
    });
    let (slow, other) = (world.peer_id(HostId(1)), world.peer_id(HostId(2)));
    world.network().set_latency(OWNER, HostId(1), Duration::from_millis(1_300));
    world.live_until("the other device carries all", PATIENCE, |world| {
        split(world)
            .parts
            .iter()
            .all(|part| part.place == PartPlace::Away && part.host == Some(other))
    });
    let why = world.events(OWNER).find_map(|event| match event {
        Event::NodesMoved { host: None, reason, .. } => Some(reason.clone()),
        _ => None,
    });
    assert_eq!(why.as_deref(), Some("its device is slow"));
    world.live_until("it is trained", PATIENCE, is_trained);
    assert!(split(&world).parts.iter().all(|part| part.host != Some(slow)));
    // Whoever asks while a device does not answer is told so.
    world.network().set_cut(OWNER, HostId(2), true);
    let input = vec![0.5; 64];
    world.command(OWNER, |engine, now| engine.predict(now, digits(), input).unwrap());
    world.live_until("it is answered", PATIENCE, |world| {
        world.events(OWNER).any(|event| matches!(event, Event::NodesSilent { nodes: 48, .. }))
    });
}

#[test]
fn who_sends_garbage_is_named_and_carries_nothing_any_more() {
    let layers = [64, 48];
    let mut world = room(44, &layers, &[64, 64]);
    let liar = HostId(2);
    world.make_garbler(liar);
    split_and_train(&mut world);
    world.live_until("it is trained", PATIENCE, is_trained);
    let who = world.peer_id(liar);
    let named = world.events(OWNER).find_map(|event| match event {
        Event::Refused { peer, reason } if *peer == Some(who) => Some(reason.clone()),
        _ => None,
    });
    let reason = named.expect("it is named");
    assert!(reason.contains("that its nodes cannot give"), "{reason}");
    let view = split(&world);
    assert!(view.parts.iter().all(|part| part.host != Some(who)), "{view:?}");
    let (whole, accuracy) = (whole(&layers), gathered(&mut world));
    println!("64-48, one device lied: {accuracy:.4}, whole {whole:.4}");
    assert!(accuracy > whole - 0.02, "{accuracy} against {whole}");
}

#[test]
fn nobody_carries_what_nobody_agreed_to_and_what_is_taken_back_comes_home() {
    let mut world = room(45, &[64, 48], &[0]);
    let refused = world.command(OWNER, |engine, now| engine.split_cluster(now, digits()));
    let refused = refused.unwrap().unwrap_err().to_string();
    assert!(refused.contains("no connected device carries nodes of others"), "{refused}");
    let host = HostId(1);
    world.command(host, |engine, now| engine.carry_nodes(now, 30).unwrap());
    world.live_until("that is known", PATIENCE, |world| {
        world.view(OWNER).peers.iter().any(|peer| peer.capability.nodes_for_others == 30)
    });
    split_and_train(&mut world);
    assert_eq!(split(&world).parts.iter().map(|part| part.nodes).collect::<Vec<_>>(), [30]);
    world.crash(host, true);
    world.boot(host);
    assert_eq!(world.view(host).hosting.nodes_max, 30, "it is kept over a reload");
    world.live_until("it carries again", PATIENCE, |world| {
        split(world).parts[0].place == PartPlace::Away
    });
    world.command(host, |engine, now| engine.carry_nodes(now, 0).unwrap());
    world.live_until("its nodes are at home", PATIENCE, |world| {
        split(world).parts[0].place == PartPlace::Home
            && world.view(host).hosting.carried.is_empty()
    });
    world.live_until("it is trained", PATIENCE, is_trained);
}

#[test]
fn one_seed_is_one_history() {
    let play = || {
        let mut world = room(46, &[64, 48], &[64, 64]);
        split_and_train(&mut world);
        world.live_until("some batches", PATIENCE, |world| {
            split(world).training.is_some_and(|training| training.batches > 60)
        });
        world.digest()
    };
    assert_eq!(play(), play());
}
