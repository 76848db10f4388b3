//! Devices that were away, here and elsewhere, and come back in the middle of a round.

use super::*;

/// It leads the first round before the others, who have let their turns pass.
fn leads_first() -> Member {
    let mut member = Member::in_round_one();
    let me = member.identity.peer_id();
    let everyone: Vec<_> = member.others().into_iter().chain([me]).collect();
    for _ in 0..2 {
        member.does(|session, s| session.note_silence(&everyone, me, s));
    }
    member.does(|session, s| assert_eq!(session.leader(0, s), Some(me)));
    member
}

/// What it trained and what the others promise and show comes to it; gives all that it does.
fn hears_all(member: &mut Member) -> Vec<SessionAction> {
    let mut actions = member.is_trained(update(1));
    for (peer, number) in member.others().into_iter().zip(2..) {
        let promise = SessionMessage::Commit(member.commitment(peer, &update(number)));
        actions.extend(member.hears(peer, promise));
        actions.extend(member.gets_update(peer, update(number)));
    }
    actions
}

fn decides(actions: &[SessionAction]) -> bool {
    let is_decision = |action: &SessionAction| {
        matches!(action, SessionAction::Send(_, SessionMessage::Decide(_)))
    };
    actions.iter().any(is_decision)
}

fn trains(actions: &[SessionAction]) -> bool {
    actions.iter().any(|action| matches!(action, SessionAction::Job(_, SessionJob::Train { .. })))
}

#[test]
fn whoever_connects_in_the_middle_of_a_round_is_told_what_was_promised() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    let is_told = |member: &mut Member| {
        let actions = member.does(|session, s| session.peer_connected(peer, s));
        actions.iter().any(|action| {
            matches!(action, SessionAction::Send(to, SessionMessage::Commit(_)) if *to == peer)
        })
    };
    assert!(!is_told(&mut member), "nothing is promised");
    member.is_trained(update(1));
    assert!(is_told(&mut member));
}

#[test]
fn sleep_counts_for_no_training() {
    let mut member = Member::in_round_one();
    let (parent, since) = (member.session.head_hash, member.session.awake_for(member.now));
    let (asleep, at_work) = (Duration::from_secs(60), Duration::from_millis(100));
    member.now = member.now + asleep + at_work;
    let now = member.now;
    let answer = Answer::Trained { update: update(1), samples: SAMPLES, loss: 1.0, spent: None };
    let actions = member.does(|session, s| {
        session.wake(asleep, now);
        session.handle_job(SessionJob::Train { parent, since }, Ok(answer), s);
    });
    let took = actions.iter().find_map(|action| match action {
        SessionAction::Trained { took, .. } => Some(*took),
        _ => None,
    });
    assert_eq!(took, Some(at_work));
    let promised = actions.iter().any(|action| {
        matches!(action, SessionAction::Send(_, SessionMessage::Commit(own)) if own.train_ms == 100)
    });
    assert!(promised, "and others are told so");
}

#[test]
fn who_wakes_up_hears_the_others_before_it_decides() {
    assert!(decides(&hears_all(&mut leads_first())), "awake, it decides at once");
    let mut member = leads_first();
    let now = member.now;
    member.does(|session, _| session.wake(Duration::from_secs(60), now));
    assert!(!decides(&hears_all(&mut member)));
    assert!(decides(&member.waits(Duration::from_millis(300))));
}

#[test]
fn what_most_hold_is_followed_whoever_decided_it() {
    let mut member = leads_first();
    let now = member.now;
    member.does(|session, _| session.wake(Duration::from_secs(60), now));
    hears_all(&mut member);
    let others = member.others();
    let without_it: [(PeerId, &[u8], u32); 2] =
        [(others[0], &update(2), SAMPLES), (others[1], &update(3), SAMPLES)];
    let decision = member.decision(&without_it);
    let record = RoundRecord::following(&member.session.head, decision, first_model());
    let head = SessionMessage::Head(record);
    assert!(!aggregates(&member.hears(others[1], head.clone())), "one is no more than it is");
    assert!(aggregates(&member.hears(others[0], head)));
}

#[test]
fn nobody_trains_in_a_round_that_it_is_about_to_leave() {
    for holders in 1..=2 {
        let mut member = leads_first();
        assert!(aggregates(&hears_all(&mut member)));
        let elsewhere = Hash::of(b"elsewhere");
        let rival = member.record(elsewhere, 3, (member.others()[0], SAMPLES), 900);
        for peer in member.others().into_iter().take(holders) {
            member.hears(peer, SessionMessage::Head(rival.clone()));
        }
        let purpose = SessionJob::Aggregate { parent: member.session.head_hash };
        let (model, scores) = (first_model(), Vec::new());
        let answer = Answer::Aggregated { model, together: None, alone: None, scores };
        let actions = member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
        assert_eq!(trains(&actions), holders == 1, "{holders} hold another record");
    }
}

#[test]
fn who_promises_again_knows_that_it_is_waited_for() {
    let mut member = Member::in_round_one();
    let others = member.others();
    member.does(|session, s| {
        for round in 1..=6 {
            session.head.decision.round = round;
            session.note_silence(&others, others[0], s);
        }
        session.head.decision.round = 0;
    });
    let me = member.identity.peer_id();
    member.does(|session, s| assert!(!session.awaits(me, s)));
    member.is_trained(update(1));
    member.does(|session, s| assert!(session.awaits(me, s)));
}
