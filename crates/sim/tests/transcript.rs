//! What members save of a training can be computed again, and shows what was changed in it.

use core::time::Duration;
use peer::SessionView;
use sim::{HostId, World, WorldConfig};
use transcript::Transcript;

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
