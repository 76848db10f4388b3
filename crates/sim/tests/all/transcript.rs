//! What members save of a training can be computed again, and shows what was changed in it.

use core::time::Duration;
use peer::{Answer, BooksReply, Event, SessionView};
use sim::{HostId, World, WorldConfig};
use transcript::{RoomFile, RoomProblem, Transcript};

const PATIENCE: Duration = Duration::from_secs(120);
const ROUNDS: u32 = 6;

fn saved(world: &World, host: usize) -> Transcript {
    let bytes = world.transcript(HostId(host)).expect("rounds are on record");
    let transcript = Transcript::decode(&bytes).expect("it was just written");
    assert_eq!(transcript.encode(), bytes);
    transcript
}

fn trained() -> World {
    let mut world = World::room(WorldConfig::new(82, 4));
    world.start_session(HostId(0), ROUNDS).expect("the page is open").expect("there are rows");
    let all_signed = |world: &World| {
        let mut views = world.running().into_iter().filter_map(|id| world.view(id).session);
        let makers = |session: &SessionView| session.history.last().map(|it| it.members.len());
        views.all(|session| makers(&session) == Some(session.signatures as usize))
    };
    world.live_until("the session is over, and signed by all", PATIENCE, |world| {
        world.divergence().is_none() && all_signed(world)
    });
    world
}

#[test]
fn every_member_can_show_all_rounds() {
    let world = trained();
    for host in 0..4 {
        let transcript = saved(&world, host);
        let mut judged = 0;
        let summary = transcript.verify(|round| judged += round.verdicts.len()).unwrap();
        assert_eq!(summary.rounds, ROUNDS as usize);
        let session = world.view(HostId(host)).session.unwrap();
        assert_eq!((summary.session, summary.model), (session.id, session.model));
        assert_eq!(judged, summary.updates, "who contributed has judged");
    }
}

#[test]
fn whatever_is_changed_is_found() {
    let transcript = saved(&trained(), 0);
    type Change = fn(&mut Transcript);
    let changes: [(&str, Change); 12] = [
        ("is not the one that it promised", |it| it.rounds[2].updates[1].0[9] ^= 1),
        ("starts from model", |it| *it.model.last_mut().unwrap() ^= 1),
        ("the signature was not made by", |it| {
            it.rounds[1].record.decision.contributions[0].samples -= 1;
        }),
        ("round 5: it does not follow from the record before", |it| drop(it.rounds.remove(3))),
        ("does not follow from the record before", |it| it.rounds[0].record.decision.round += 1),
        ("that is not its session's", |it| it.start.model = it.rounds[0].record.model),
        ("starts from a record of round 4294967295", |it| {
            it.start.decision.round = u32::MAX;
            it.rounds[0].record.decision.parent = it.start.hash();
        }),
        ("contributions with", |it| drop(it.rounds[4].updates.pop())),
        ("lead to model", |it| {
            let other = it.rounds[0].record.model;
            it.rounds.last_mut().unwrap().record.model = other;
        }),
        ("has not signed its verdict", |it| {
            it.rounds[3].record.decision.verdicts[0].scores[1] += 1
        }),
        ("the signature was not made by", |it| it.verdicts[0].scores[1] += 1),
        ("has not signed its verdict", |it| it.verdicts[0].signature = None),
    ];
    for (found, change) in changes {
        let mut changed = transcript.clone();
        change(&mut changed);
        let problem = changed.verify(|_| ()).expect_err(found).to_string();
        assert!(problem.contains(found), "{problem} where {found} was changed");
    }
    let bytes = transcript.encode();
    for length in [0, 3, 6, 100, bytes.len() - 1] {
        assert!(Transcript::decode(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn who_comes_late_shows_the_rounds_since() {
    let mut world = World::room(WorldConfig::new(82, 4));
    world.crash(HostId(3), true);
    world.start_session(HostId(0), 12).expect("the page is open").expect("there are rows");
    world.live_until("two rounds are done", PATIENCE, |world| {
        world.view(HostId(0)).session.is_some_and(|session| session.round >= 2)
    });
    world.boot(HostId(3));
    world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
    let summary = saved(&world, 3).verify(|_| ()).unwrap();
    assert!((1..12).contains(&summary.rounds), "{} rounds", summary.rounds);
    assert_eq!(summary.model, world.view(HostId(0)).session.unwrap().model);
}

/// A room that keeps a ledger has learnt, and one of its members has saved all of it.
fn saved_room(seed: u64) -> (World, RoomFile) {
    let mut world = World::room(WorldConfig { ledger: true, ..WorldConfig::new(seed, 4) });
    let is_settled = |world: &World| {
        let views: Vec<_> = (0..4).filter_map(|id| world.view(HostId(id)).ledger).collect();
        views.len() == 4 && views.iter().all(|it| it.waiting == 0 && it.tip == views[0].tip)
    };
    world.live_until("all are members", PATIENCE, |world| {
        let member = |id| world.view(HostId(id)).ledger.is_some_and(|it| it.member);
        (0..4).all(member) && is_settled(world)
    });
    world.start_session(HostId(1), ROUNDS).expect("the page is open").expect("there are rows");
    world.live_until("it has learnt", PATIENCE, |world| world.divergence().is_none());
    world.live_until("rounds are recorded", PATIENCE, is_settled);
    let job = world.command(HostId(2), |engine, now| engine.write_room(now));
    let job = job.expect("the page is open").expect("there is a room");
    let file = |world: &World| {
        world.events(HostId(2)).find_map(|event| match event {
            Event::Answered { job: of, result: Ok(Answer::Books(answer)) } if *of == job => {
                match &answer.reply {
                    Some(BooksReply::File(bytes)) => Some(bytes.clone()),
                    _ => None,
                }
            }
            _ => None,
        })
    };
    world.live_until("it is written", PATIENCE, |world| file(world).is_some());
    let bytes = file(&world).expect("it was waited for");
    let room = RoomFile::decode(&bytes).expect("it was just written");
    assert_eq!(room.encode(), bytes);
    (world, room)
}

#[test]
fn a_whole_room_can_be_computed_again_from_its_first_page() {
    let (world, room) = saved_room(84);
    let (mut pages, mut rounds) = (0, 0);
    let found = room.verify(|_| pages += 1, |_| rounds += 1).unwrap();
    let ledger = world.view(HostId(2)).ledger.unwrap();
    assert_eq!((found.blocks, found.tip, pages), (ledger.height, ledger.tip, ledger.height));
    let [(session, recorded)] = &found.sessions[..] else { panic!("{found:?}") };
    assert_eq!((session.rounds, rounds), (ROUNDS as usize, ROUNDS));
    assert!(*recorded >= ROUNDS as usize - 1, "{recorded} rounds are in the ledger as they are");
    assert_eq!(session.model, world.view(HostId(2)).session.unwrap().model);
}

#[test]
fn whatever_is_changed_in_a_room_is_found() {
    let (_, room) = saved_room(85);
    let problem = |change: &dyn Fn(&mut RoomFile)| {
        let mut changed = room.clone();
        change(&mut changed);
        changed.verify(|_| {}, |_| {}).unwrap_err()
    };
    let last = room.blocks.len() - 1;
    let cut = problem(&|room| drop(room.blocks.remove(0)));
    assert!(matches!(cut, RoomProblem::Block { height: 1, .. }), "{cut}");
    let bent = problem(&|room| *room.blocks[last].last_mut().unwrap() ^= 1);
    assert!(
        matches!(bent, RoomProblem::Block { height, .. } if height as usize == last + 1),
        "{bent}"
    );
    let founder = problem(&|room| room.founder = units::PeerId::from_bytes([7; 32]));
    assert!(matches!(founder, RoomProblem::Block { height: 1, .. }), "{founder}");
    let taught = problem(&|room| {
        let mut transcript = Transcript::decode(&room.transcripts[0]).unwrap();
        transcript.rounds[1].updates[0].0[9] ^= 1;
        room.transcripts[0] = transcript.encode().into();
    });
    assert!(matches!(taught, RoomProblem::Round(_)), "{taught}");
    for size in 0..40 {
        assert!(RoomFile::decode(&room.encode()[..size]).is_err());
    }
}
