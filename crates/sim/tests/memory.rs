//! What devices remember, over faulty links and crashes.

use core::time::Duration;
use memory::{
    call::{Call, Reply},
    capsule::Privacy,
    library::{News, Query},
};
use peer::{Answer, Event, JobId};
use sim::{HostId, World};
use units::Hash;

const PATIENCE: Duration = Duration::from_secs(120);
const ADA: HostId = HostId(0);
const BEN: HostId = HostId(1);

/// Two devices in a room.
fn two(seed: u64) -> World {
    let mut world = World::new(sim::WorldConfig::new(seed, 2));
    for host in [ADA, BEN] {
        world.boot(host);
    }
    world.create_room(ADA);
    let room = world.room_of(ADA).expect("it has just been made");
    world.invite(BEN, room);
    connect(&mut world);
    world
}

fn connect(world: &mut World) {
    world.live_until("they are connected", PATIENCE, |world| {
        let is_open = |host| {
            let peers = world.view(host).peers;
            peers.iter().any(|peer| peer.stage == peer::LinkStage::Open)
        };
        is_open(ADA) && is_open(BEN)
    });
}

fn answered(world: &World, host: HostId, job: JobId) -> Option<Reply> {
    world.events(host).find_map(|event| match event {
        Event::Answered { job: of, result: Ok(Answer::Memory(answer)) } if *of == job => {
            Some(Reply::decode(&answer.reply).expect("a reply").expect("nothing is refused"))
        }
        _ => None,
    })
}

fn ask(world: &mut World, host: HostId, call: &Call) -> Reply {
    let asked = world.command(host, |engine, now| engine.ask_memory(now, call.encode()));
    let job = asked.expect("the page is open");
    world.live_until("the memory answers", PATIENCE, |world| answered(world, host, job).is_some());
    answered(world, host, job).expect("it was waited for")
}

fn remember(world: &mut World, host: HostId, text: &str, privacy: Privacy) -> Hash {
    let (text, tags, keep) = (text.to_owned(), Vec::new(), Vec::new());
    match ask(world, host, &Call::Remember { text, tags, privacy, keep }) {
        Reply::Remembered(id) => id,
        other => panic!("it was to be remembered: {other:?}"),
    }
}

fn texts(world: &mut World, host: HostId, words: &str) -> Vec<String> {
    let query = Box::new(Query { text: words.to_owned(), count: 10, ..Query::default() });
    match ask(world, host, &Call::Search { query, vector: None, around: false }) {
        Reply::Found { found, .. } => found.into_iter().filter_map(|it| it.text).collect(),
        other => panic!("it was to be found: {other:?}"),
    }
}

fn told(world: &World, host: HostId) -> Vec<News> {
    let news = world.events(host).filter_map(|event| match event {
        Event::Memory(bytes) => News::decode_all(bytes),
        _ => None,
    });
    news.flatten().collect()
}

#[test]
fn what_was_acknowledged_is_there_after_a_crash() {
    for seed in 0..8 {
        let mut world = two(seed);
        remember(&mut world, ADA, "the boiler was serviced in spring", Privacy::Personal);
        world.crash(ADA, false);
        world.boot(ADA);
        let found = texts(&mut world, ADA, "boiler");
        assert_eq!(found, ["the boiler was serviced in spring"], "seed {seed}");
    }
}

#[test]
fn a_capsule_that_is_given_arrives_and_is_forgotten_when_its_owner_forgets_it() {
    for seed in 0..8 {
        let mut world = two(seed);
        let capsule = remember(&mut world, ADA, "the boiler was serviced in spring", Privacy::Open);
        let (ada, ben) = (world.peer_id(ADA), world.peer_id(BEN));
        ask(&mut world, ADA, &Call::Give { capsule, to: ben });
        let given = News::Given { capsule, to: ben };
        world.live_until("it is there", PATIENCE, |world| told(world, ADA).contains(&given));
        assert!(told(&world, BEN).contains(&News::Kept { capsule, from: Some(ada) }));
        world.crash(BEN, false);
        world.boot(BEN);
        assert_eq!(texts(&mut world, BEN, "boiler").len(), 1, "seed {seed}");

        // The one is away while the other forgets: it hears of it when they meet again.
        world.crash(BEN, true);
        ask(&mut world, ADA, &Call::Forget(capsule));
        world.boot(BEN);
        connect(&mut world);
        let gone = News::Forgotten { capsule };
        // Whoever does not look has not opened its memory: the message does.
        world.live_until("it is gone", PATIENCE, |world| told(world, BEN).contains(&gone));
        assert!(texts(&mut world, BEN, "boiler").is_empty(), "seed {seed}");
    }
}
