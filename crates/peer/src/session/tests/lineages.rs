//! Where records and models of others meet those that are here.

use super::*;

#[test]
fn another_outcome_of_the_same_updates_is_not_taken_up() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let (me, peer) = (member.identity.peer_id(), member.others()[0]);
    member.connected.clear();
    let mut actions = member.waits(Duration::from_secs(120));
    actions.extend(member.waits(Duration::from_secs(120)));
    assert!(aggregates(&actions), "alone, it is its own leader");
    let decision = member.decision(&[(me, &update(1), SAMPLES)]);
    let purpose = SessionJob::Aggregate { parent: member.session.head_hash };
    let answer = Answer::Aggregated {
        model: Hash::of(b"mine"),
        together: None,
        alone: None,
        scores: Vec::new(),
    };
    member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    assert_eq!(member.session.head.decision, decision);
    member.connected.insert(peer);
    for other in 0..8u8 {
        let model = Hash::of(&[other]);
        let record = RoundRecord {
            decision: decision.clone(),
            model,
            cumulative_samples: SAMPLES.into(),
            standings: Vec::new(),
            draw: u32::MAX,
            name: RecordName::default(),
        };
        let actions = member.hears(peer, SessionMessage::Head(record));
        let asks = |action: &SessionAction| {
            matches!(action, SessionAction::Send(_, SessionMessage::RequestModel { .. }))
        };
        assert!(!actions.iter().any(asks));
    }
}

#[test]
fn a_finished_member_goes_on_with_a_heavier_lineage_that_is_not_done() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    let taken_up = |member: &mut Member, round: u32, samples: u64| {
        let parent = Hash::of(&samples.to_le_bytes());
        let record = member.record_of_model(parent, round, (peer, SAMPLES), samples);
        let model = record.model;
        let name = record.hash();
        member.hears(peer, SessionMessage::Head(record));
        member.gets_model(peer, name);
        let answer = Answer::Adopted { model, together: None };
        let purpose = SessionJob::Adopt { record: name };
        member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    };
    taken_up(&mut member, 9, 100);
    assert!(!member.session.running, "all nine rounds are done");
    taken_up(&mut member, 8, 200);
    assert!(member.session.running);
    assert_eq!(member.session.head.decision.round, 8);
}

/// Both others show their updates, and one of them decides on all three: the round is made.
fn makes_the_round(member: &mut Member) {
    let (me, others) = (member.identity.peer_id(), member.others());
    for (peer, number) in [(others[0], 2), (others[1], 3)] {
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
        member.gets_update(peer, update(number));
    }
    let parts: [(PeerId, &[u8], u32); 3] = [
        (me, &update(1), SAMPLES),
        (others[0], &update(2), SAMPLES),
        (others[1], &update(3), SAMPLES),
    ];
    let decision = member.decision(&parts);
    assert!(aggregates(&member.hears(others[1], SessionMessage::Decide(decision))));
}

#[test]
fn a_record_without_its_model_does_not_hold_the_round_up() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let others = member.others();
    // Of three rounds of this session's members.
    let claim = member.record(Hash::of(b"elsewhere"), 3, (others[0], SAMPLES), 900);
    member.hears(others[0], SessionMessage::Head(claim));
    makes_the_round(&mut member);
}

#[test]
fn who_asks_for_a_model_again_and_again_gets_it_once() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    let record = member.session.head_hash;
    let exports = |actions: Vec<SessionAction>| {
        let export = |action: &SessionAction| {
            matches!(action, SessionAction::Job(Job::ExportModel { .. }, _))
        };
        actions.iter().filter(|action| export(action)).count()
    };
    let asked = (0..50).map(|_| exports(member.hears(peer, ask(record))));
    assert_eq!(asked.sum::<usize>(), 1);
    let model = Answer::Model { model: first_model(), bytes: model_bytes() };
    let purpose = SessionJob::Export { record };
    let parts = |actions: Vec<SessionAction>| {
        let is_part = |action: &SessionAction| matches!(action, SessionAction::SendBulk(to, BulkMessage::Model { .. }) if *to == peer);
        actions.iter().filter(|action| is_part(action)).count()
    };
    let first = parts(member.does(|session, s| session.handle_job(purpose, Ok(model), s)));
    assert_eq!(
        first,
        1 + pieces::count(model_bytes().len()).min(4),
        "the list, and the first pieces"
    );
    let again = (0..50).map(|_| parts(member.hears(peer, ask(record))));
    assert_eq!(again.sum::<usize>(), 0);
    member.waits(Duration::from_secs(10));
    assert_eq!(parts(member.hears(peer, ask(record))), first);
}

#[test]
fn of_two_endings_the_heavier_is_shown_to_those_who_contributed_to_it() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    let record = member.record_of_model(Hash::of(b"parent"), 9, (peer, SAMPLES), 100);
    let (model, name) = (record.model, record.hash());
    member.hears(peer, SessionMessage::Head(record));
    member.gets_model(peer, name);
    let answer = Answer::Adopted { model, together: None };
    let purpose = SessionJob::Adopt { record: name };
    let actions = member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    let shows = |action: &SessionAction| matches!(action, SessionAction::Send(to, SessionMessage::Head(_)) if *to == peer);
    assert!(actions.iter().any(shows), "it may have ended with another since");
}

#[test]
fn a_session_whose_model_nobody_has_ends_and_says_so() {
    let mut member = Member::new(Hash::of(b"a model that is lost"));
    member.does(|session, s| session.cluster_ready(first_model(), 10, s));
    assert_eq!(member.session.deadline(), Some(Instant::ZERO + Duration::from_secs(60)));
    member.waits(Duration::from_secs(59));
    assert!(member.session.running);
    let actions = member.waits(Duration::from_secs(1));
    let said = actions.iter().find_map(|action| match action {
        SessionAction::Ended(reason) => Some(reason.as_str()),
        _ => None,
    });
    assert!(said.is_some_and(|said| said.contains("nobody in the room could hand out the model")));
    assert_eq!(member.session.deadline(), None);
}

/// A member whose round is being made, and who is about to take up a lighter record from elsewhere; so many of the others say
/// meanwhile that they hold that.
fn torn_member(holders: usize) -> (Member, Hash, Vec<SessionAction>) {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let others = member.others();
    let elsewhere = Hash::of(b"elsewhere");
    let samples = 3 * u64::from(SAMPLES) - 1;
    let record = member.record_of_model(elsewhere, 3, (others[0], SAMPLES), samples);
    let name = record.hash();
    member.hears(others[0], SessionMessage::Head(record.clone()));
    makes_the_round(&mut member);
    for peer in &others[..holders] {
        member.hears(*peer, SessionMessage::Head(record.clone()));
    }
    let mut actions = member.gets_model(others[0], name);
    assert!(!adopts(&actions), "the round comes first");
    let purpose = SessionJob::Aggregate { parent: member.session.head_hash };
    let (model, scores) = (Hash::of(b"ours"), Vec::new());
    let answer = Answer::Aggregated { model, together: None, alone: None, scores };
    actions.extend(member.does(|session, s| session.handle_job(purpose, Ok(answer), s)));
    (member, name, actions)
}

fn adopts(actions: &[SessionAction]) -> bool {
    actions.iter().any(|action| matches!(action, SessionAction::Job(Job::AdoptModel { .. }, _)))
}

#[test]
fn a_model_that_comes_while_a_round_is_made_takes_its_place_only_if_more_hold_it() {
    for holders in 0..2 {
        let (member, _, actions) = torn_member(holders);
        assert!(!adopts(&actions), "{holders} of the others");
        assert_eq!(member.session.head.model, Hash::of(b"ours"));
    }
    let (mut member, name, actions) = torn_member(2);
    assert!(adopts(&actions));
    let answer = Answer::Adopted { model: first_model(), together: None };
    let purpose = SessionJob::Adopt { record: name };
    member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    assert_eq!(member.session.head_hash, name);
}

#[test]
fn a_record_whose_updates_are_lost_is_taken_up_by_its_model() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let peer = member.others()[0];
    // It has made the round with others, and has been reloaded since.
    let decision = member.decision(&[(peer, &update(2), SAMPLES)]);
    let record = RoundRecord::following(&member.session.head, decision, Hash::of(b"theirs"));
    let mut actions = member.hears(peer, SessionMessage::Head(record.clone()));
    actions.extend((0..60).flat_map(|_| member.waits(Duration::from_secs(1))));
    let wanted = record.hash();
    let asks = |action: &SessionAction| {
        let message = |m: &SessionMessage| matches!(m, SessionMessage::RequestModel { record, .. } if *record == wanted);
        matches!(action, SessionAction::Send(to, m) if *to == peer && message(m))
    };
    assert!(actions.iter().any(asks));
}

#[test]
fn what_a_doubted_peer_said_is_taken_up_once_it_is_believed_again() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let peer = member.others()[0];
    let record = |samples| member.record(Hash::of(b"elsewhere"), 3, (peer, SAMPLES), samples);
    let (first, second) = (record(900), record(950));
    let asks_for = |actions: &[SessionAction], wanted: &RoundRecord| {
        let wanted = wanted.hash();
        let asks = |action: &SessionAction| {
            matches!(action, SessionAction::Send(to, SessionMessage::RequestModel { record, .. })
                if *to == peer && *record == wanted)
        };
        actions.iter().any(asks)
    };
    assert!(asks_for(&member.hears(peer, SessionMessage::Head(first.clone())), &first));
    // This device was asleep, or the path was: the model does not come in time.
    assert!(refusals(&member.waits(Duration::from_secs(12))) > 0);
    let actions = member.hears(peer, SessionMessage::Head(second.clone()));
    assert!(!asks_for(&actions, &second), "it is not believed");
    let again = member.session.deadline().expect("there is something to wait for");
    assert!(again <= member.now + Duration::from_secs(20));
    assert!(asks_for(&member.waits(Duration::from_secs(20)), &second));
}

#[test]
fn who_waited_for_a_model_of_somebody_who_is_gone_asks_the_others_where_they_stand() {
    let mut member = Member::in_round_one();
    let others = member.others();
    let record = member.record(Hash::of(b"elsewhere"), 3, (others[0], SAMPLES), 900);
    member.hears(others[0], SessionMessage::Head(record));
    member.connected.remove(&others[0]);
    let actions = member.does(|session, s| session.peer_disconnected(others[0], s));
    let tells = |action: &SessionAction| matches!(action, SessionAction::Send(to, SessionMessage::Head(_)) if *to == others[1]);
    assert!(actions.iter().any(tells));
}
