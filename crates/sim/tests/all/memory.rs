//! What devices remember, over faulty links and crashes.

use core::time::Duration;
use memory::{
    call::{Call, Reply},
    capsule::{Event as Episode, Kind, Privacy},
    library::{Filter, Found, News, Query},
};
use peer::{Answer, Event, JobId, SkillAnswer, SkillJob};
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

fn find(world: &mut World, host: HostId, query: Query) -> Vec<Found> {
    let query = Box::new(Query { count: 20, ..query });
    match ask(world, host, &Call::Search { query, vector: None, around: false }) {
        Reply::Found { found, .. } => found,
        other => panic!("it was to be found: {other:?}"),
    }
}

fn skills(world: &mut World, host: HostId, job: SkillJob) -> SkillAnswer {
    let cluster = world.view(host).clusters[0].id.clone();
    let asked = world.command(host, |engine, now| engine.work_on_skills(now, cluster, job));
    let job = asked.expect("the page is open").expect("the cluster is known");
    let answer = |world: &World| {
        world.events(host).find_map(|event| match event {
            Event::Answered { job: of, result: Ok(Answer::Skill(answer)) } if *of == job => {
                Some((**answer).clone())
            }
            _ => None,
        })
    };
    world.live_until("the workbench answers", PATIENCE, |world| answer(world).is_some());
    answer(world).expect("it was waited for")
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

#[test]
fn a_session_leaves_episodes_that_are_found_by_what_fired_and_a_skill_that_another_device_takes() {
    let mut world = World::room(sim::WorldConfig::new(3, 3));
    world.start_session(ADA, 30).expect("the page is open").expect("there are rows");
    world.live_until("it is over", 8 * PATIENCE, |world| {
        let is_over = |host| world.view(host).session.is_some_and(|session| !session.running);
        is_over(ADA) && is_over(BEN)
    });
    let of_kind = |kind| Filter { kind: Some(kind), ..Filter::default() };
    let filter = of_kind(Kind::Episode);
    world.live_until("it is remembered", PATIENCE, |world| world.view(ADA).capsules > Some(0));
    let episodes = find(&mut world, ADA, Query { filter: filter.clone(), ..Query::default() });
    assert!((1..=8).contains(&episodes.len()), "{} episodes", episodes.len());
    let ended = |it: &&Found| matches!(it.event, Some(Episode::SessionEnded { .. }));
    let ended = episodes.iter().find(ended).expect("the end is remembered");
    assert!(ended.signed.head.embedding.dimensions() > 0);
    let near =
        Query { embedding: Some(ended.signed.head.embedding.clone()), filter, ..Query::default() };
    assert_eq!(find(&mut world, ADA, near)[0].event, ended.event);

    let taken = skills(&mut world, ADA, SkillJob::Take { layer: 0, nodes: 8 });
    let SkillAnswer::Taken { skill, activity, .. } = taken else { panic!("{taken:?}") };
    let (tags, privacy) = (Vec::new(), Privacy::Behavioural);
    let Reply::Remembered(capsule) =
        ask(&mut world, ADA, &Call::RememberSkill { skill, activity, tags, privacy })
    else {
        panic!("it was to be remembered")
    };
    let ben = world.peer_id(BEN);
    ask(&mut world, ADA, &Call::Give { capsule, to: ben });
    let given = News::Given { capsule, to: ben };
    world.live_until("it is there", PATIENCE, |world| told(world, ADA).contains(&given));
    let Reply::Skill(skill) = ask(&mut world, BEN, &Call::UseSkill(capsule)) else {
        panic!("it is there")
    };
    let before = world.view(BEN).clusters[0].network.layers[0].nodes;
    let tried = skills(&mut world, BEN, SkillJob::Try { skill: skill.clone() });
    assert!(matches!(tried, SkillAnswer::Tried(trial) if trial.rows > 0), "{tried:?}");
    let grafted = skills(&mut world, BEN, SkillJob::Graft { skill });
    assert!(matches!(grafted, SkillAnswer::Grafted { nodes: 8, .. }), "{grafted:?}");
    world.crash(BEN, false);
    world.boot(BEN);
    // Nobody touches the page: it finds its cluster again by itself.
    world.run_for(Duration::from_secs(5));
    assert_eq!(world.view(BEN).clusters[0].network.layers[0].nodes, before + 8);
}
