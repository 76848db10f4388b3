//! Two devices of one person, over faulty links and crashes.

use core::time::Duration;
use memory::{
    call::{Call, Reply},
    capsule::Privacy,
    library::Query,
};
use peer::{Answer, ConnectPolicy, Event, JobId, Origin};
use person::News;
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(180);
const LAPTOP: HostId = HostId(0);
const PHONE: HostId = HostId(1);

/// Two devices in a room that have been paired.
fn paired(seed: u64) -> World {
    let mut world = World::new(WorldConfig::new(seed, 2));
    for host in [LAPTOP, PHONE] {
        world.boot(host);
    }
    world.create_room(LAPTOP);
    let room = world.room_of(LAPTOP).expect("it has just been made");
    world.invite(PHONE, room);
    connect(&mut world);
    let Reply::Invitation(link) = ask(&mut world, LAPTOP, &Call::Invite) else {
        panic!("a link is shown")
    };
    ask(&mut world, PHONE, &Call::Visit(link));
    let number = |world: &World, host| {
        told(world, host).into_iter().find_map(|news| match news {
            News::Number { number, .. } => Some(number),
            _ => None,
        })
    };
    world.live_until("both show a number", PATIENCE, |world| {
        number(world, LAPTOP).is_some() && number(world, PHONE).is_some()
    });
    assert_eq!(number(&world, LAPTOP), number(&world, PHONE));
    for host in [PHONE, LAPTOP] {
        ask(&mut world, host, &Call::Confirm(true));
    }
    world.live_until("they are paired", PATIENCE, |world| {
        let knows = |host| world.view(host).peers.iter().any(|peer| peer.is_mine);
        knows(LAPTOP) && knows(PHONE)
    });
    world
}

fn connect(world: &mut World) {
    world.live_until("they are connected", PATIENCE, |world| {
        let is_open = |host| {
            let peers = world.view(host).peers;
            peers.iter().any(|peer| peer.stage == peer::LinkStage::Open)
        };
        is_open(LAPTOP) && is_open(PHONE)
    });
}

/// Numbers of jobs begin anew with each life: what was said before does not count.
fn answered(world: &World, host: HostId, job: JobId, since: usize) -> Option<Reply> {
    world.events(host).skip(since).find_map(|event| match event {
        Event::Answered { job: of, result: Ok(Answer::Memory(answer)) } if *of == job => {
            Some(Reply::decode(&answer.reply).expect("a reply").expect("nothing is refused"))
        }
        _ => None,
    })
}

fn ask(world: &mut World, host: HostId, call: &Call) -> Reply {
    let since = world.events(host).count();
    let asked = world.command(host, |engine, now| engine.ask_memory(now, call.encode()));
    let job = asked.expect("the page is open");
    world.live_until("the memory answers", PATIENCE, |world| {
        answered(world, host, job, since).is_some()
    });
    answered(world, host, job, since).expect("it was waited for")
}

fn remember(world: &mut World, host: HostId, text: &str) {
    let (tags, keep, privacy) = (Vec::new(), Vec::new(), Privacy::Personal);
    let call = Call::Remember { text: text.to_owned(), tags, privacy, keep };
    assert!(matches!(ask(world, host, &call), Reply::Remembered(_)));
}

fn finds(world: &mut World, host: HostId, word: &str) -> bool {
    let query = Box::new(Query { text: word.to_owned(), count: 10, ..Query::default() });
    match ask(world, host, &Call::Search { query, vector: None, around: false }) {
        Reply::Found { found, .. } => !found.is_empty(),
        other => panic!("it was to be looked for: {other:?}"),
    }
}

fn told(world: &World, host: HostId) -> Vec<News> {
    let news = world.events(host).filter_map(|event| match event {
        Event::Devices(bytes) => News::decode_all(bytes).ok(),
        _ => None,
    });
    news.flatten().collect()
}

fn models(world: &World, host: HostId) -> Vec<units::Hash> {
    world.view(host).clusters.iter().map(|it| it.model).collect()
}

#[test]
fn what_was_done_apart_is_on_both_when_they_meet() {
    for seed in 0..6 {
        let mut world = paired(seed);
        world.crash(PHONE, seed % 2 == 0);
        remember(&mut world, LAPTOP, "the boiler was serviced in spring");
        world.command(LAPTOP, |engine, now| engine.set_connect_policy(now, ConnectPolicy::ByHand));
        world.command(LAPTOP, |engine, now| engine.share_setting(now, "theme", "dark"));
        world.run_for(Duration::from_secs(1));
        world.crash(LAPTOP, seed % 3 == 0);
        world.boot(PHONE);
        remember(&mut world, PHONE, "the cellar key hangs behind the door");
        world.command(PHONE, |engine, now| engine.share_setting(now, "theme", "light"));
        world.run_for(Duration::from_secs(1));
        world.boot(LAPTOP);
        // Who connects by hand is connected to by the other.
        connect(&mut world);
        world.live_until("what was set comes over", PATIENCE, |world| {
            world.view(PHONE).connect_by_hand && world.view(LAPTOP).connect_by_hand
        });
        world.live_until("both have one theme", PATIENCE, |world| {
            let theme = |host| {
                world.events(host).filter_map(|event| match event {
                    Event::Setting { name, value } if name == "theme" => Some(value.clone()),
                    _ => None,
                })
            };
            // One of them had it already.
            theme(LAPTOP).chain(theme(PHONE)).next().is_some()
        });
        for (host, word) in [(PHONE, "boiler"), (LAPTOP, "cellar")] {
            let came = (0..40).any(|_| {
                world.run_for(Duration::from_secs(1));
                finds(&mut world, host, word)
            });
            assert!(came, "seed {seed}: {word}");
        }
    }
}

#[test]
fn a_model_that_was_trained_apart_is_on_both_when_they_meet() {
    for seed in 0..4 {
        let mut world = paired(seed);
        let create = |engine: &mut peer::Engine, now| {
            engine.create_cluster(now, sim::cluster(), sim::network()).map(drop)
        };
        assert_eq!(world.command(LAPTOP, create), Some(Ok(())));
        world.live_until("the phone has the cluster, too", PATIENCE, |world| {
            let there = models(world, LAPTOP);
            !there.is_empty() && there == models(world, PHONE)
        });
        let before = models(&world, PHONE);
        world.crash(PHONE, true);
        let rows = sim::rows(seed, LAPTOP);
        let load = |engine: &mut peer::Engine, now| {
            let origin = Origin::Own("rows".to_owned());
            engine.load_dataset(now, sim::cluster(), rows, 20, origin).map(drop)
        };
        assert_eq!(world.command(LAPTOP, load), Some(Ok(())));
        world.live_until("rows are there", PATIENCE, |world| {
            world.view(LAPTOP).clusters.iter().any(|it| it.train_rows > 0)
        });
        world.start_session(LAPTOP, 4).expect("the page is open").expect("there are rows");
        world.live_until("it has trained", PATIENCE, |world| {
            world.view(LAPTOP).session.is_some_and(|it| !it.running)
        });
        world.crash(LAPTOP, false);
        world.boot(PHONE);
        world.boot(LAPTOP);
        connect(&mut world);
        world.live_until("the phone has what was learnt", PATIENCE, |world| {
            let there = models(world, LAPTOP);
            there != before && there == models(world, PHONE)
        });
    }
}

#[test]
fn a_device_that_was_taken_out_while_it_was_away_learns_it_when_it_returns() {
    for seed in 0..4 {
        let mut world = paired(seed);
        world.crash(PHONE, false);
        let phone = world.peer_id(PHONE);
        ask(&mut world, LAPTOP, &Call::TakeOut(phone));
        world.crash(LAPTOP, true);
        world.boot(LAPTOP);
        world.boot(PHONE);
        connect(&mut world);
        world
            .live_until("it knows", PATIENCE, |world| told(world, PHONE).contains(&News::TakenOut));
        remember(&mut world, LAPTOP, "the locks were changed");
        world.run_for(Duration::from_secs(30));
        assert!(!finds(&mut world, PHONE, "locks"), "seed {seed}");
    }
}
