//! Which of two records goes on, by what the others say that they hold.

use super::*;

fn asks_for(actions: &[SessionAction], wanted: Hash) -> bool {
    actions.iter().any(|action| {
        matches!(action, SessionAction::Send(_, SessionMessage::RequestModel { record, .. })
            if *record == wanted)
    })
}

/// It has taken up a record of so many samples from one of the others, which says nothing more.
fn holder_of(samples: u64) -> (Member, RoundRecord) {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    let parent = Hash::of(b"a parent");
    let record = member.record_of_model(parent, 3, (peer, SAMPLES), samples);
    let name = record.hash();
    member.hears(peer, SessionMessage::Head(record.clone()));
    member.gets_model(peer, name);
    let answer = Answer::Adopted { model: record.model, together: None };
    let purpose = SessionJob::Adopt { record: name };
    member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    assert_eq!(member.session.head_hash, name);
    (member, record)
}

#[test]
fn a_claim_of_one_waits_until_no_more_hold_another_record() {
    let mut member = Member::in_round_one();
    let (liar, other) = (member.others()[0], member.others()[1]);
    let first = member.session.head.clone();
    member.hears(other, SessionMessage::Head(first));
    let claim = member.record(Hash::of(b"elsewhere"), 3, (liar, SAMPLES), 900);
    let name = claim.hash();
    for _ in 0..3 {
        let actions = member.hears(liar, SessionMessage::Head(claim.clone()));
        assert!(!asks_for(&actions, name), "two hold the first record");
    }
    member.connected.remove(&other);
    let actions = member.does(|session, s| session.peer_disconnected(other, s));
    assert!(asks_for(&actions, name), "of two with one holder each the heavier goes on");
}

#[test]
fn a_lighter_record_that_more_hold_goes_on() {
    let (mut member, _) = holder_of(900);
    let others = member.others();
    let lighter = member.record(Hash::of(b"elsewhere"), 2, (others[1], SAMPLES), 100);
    let name = lighter.hash();
    let actions = member.hears(others[0], SessionMessage::Head(lighter.clone()));
    assert!(!asks_for(&actions, name), "one holds it, as many as ours");
    let tells = |action: &SessionAction| matches!(action, SessionAction::Send(to, SessionMessage::Head(_)) if *to == others[0]);
    assert!(actions.iter().any(tells), "it is told of ours");
    assert!(asks_for(&member.hears(others[1], SessionMessage::Head(lighter)), name));
}

#[test]
fn who_judges_a_record_or_builds_on_it_holds_it() {
    let (mut member, ours) = holder_of(900);
    let others = member.others();
    let verdict = Verdict::sign(&member.keys[&others[1]], ours.hash(), Vec::new());
    member.hears(others[1], SessionMessage::CoSign { record: ours.hash(), verdict });
    let heavier = member.record(Hash::of(b"elsewhere"), 4, (others[0], SAMPLES), 950);
    let name = heavier.hash();
    let actions = member.hears(others[0], SessionMessage::Head(heavier));
    assert!(!asks_for(&actions, name));
    let promise = member.commitment(others[1], &update(3));
    let elsewhere = Commitment { parent: name, ..promise };
    assert!(asks_for(&member.hears(others[1], SessionMessage::Commit(elsewhere)), name));
}

#[test]
fn of_two_with_as_many_the_one_goes_on_that_has_those_who_are_out_of_reach() {
    let (mut member, ours) = holder_of(900);
    let near = ours.decision.contributions[0].peer;
    let far = member.others().into_iter().find(|it| *it != near).expect("there are two others");
    member.connected.remove(&far);
    let lighter = member.record(Hash::of(b"elsewhere"), 2, (far, SAMPLES), 100);
    let name = lighter.hash();
    let actions = member.hears(near, SessionMessage::Head(lighter.clone()));
    assert!(!asks_for(&actions, name), "it may be gone");
    member.out_of_reach.insert(far);
    assert!(asks_for(&member.hears(near, SessionMessage::Head(lighter)), name));
}

#[test]
fn whoever_stands_before_the_parting_keeps_two_endings_apart_for_a_while_only() {
    let mut member = Member::in_round_one();
    let others = member.others();
    let before = member.record(Hash::of(b"a parent"), 1, (others[1], SAMPLES), SAMPLES.into());
    let ours = member.record_of_model(before.hash(), 2, (others[0], SAMPLES), 200);
    member.does(|session, s| session.move_to(ours, None, (None, None), s));
    member.hears(others[1], SessionMessage::Head(before));
    let heavier = member.record(Hash::of(b"elsewhere"), 4, (others[0], SAMPLES), 300);
    let name = heavier.hash();
    let actions = member.hears(others[0], SessionMessage::Head(heavier.clone()));
    assert!(!asks_for(&actions, name), "while rounds are made it may follow ours");
    member.does(|session, s| {
        session.budget.used_up = true;
        session.end("nobody can train any more", s.now);
    });
    let due = member.session.deadline().expect("it is compared again");
    let actions = member.waits(due.saturating_duration_since(member.now));
    assert!(asks_for(&actions, name), "of two with one holder each the heavier goes on");
}

#[test]
fn whoever_sleeps_keeps_those_who_are_awake_apart_no_longer_than_it_is_heard() {
    let mut member = Member::in_round_one();
    let (other, sleeper) = (member.others()[0], member.others()[1]);
    let before = member.record(Hash::of(b"a parent"), 1, (sleeper, SAMPLES), SAMPLES.into());
    let ours = member.record_of_model(before.hash(), 2, (other, SAMPLES), 200);
    member.does(|session, s| session.move_to(ours, None, (None, None), s));
    member.hears(sleeper, SessionMessage::Head(before));
    let heavier = member.record(Hash::of(b"elsewhere"), 4, (other, SAMPLES), 300);
    let name = heavier.hash();
    assert!(!asks_for(&member.hears(other, SessionMessage::Head(heavier)), name));
    member.silent.insert(sleeper);
    let actions = member.does(|session, s| session.silence_changed(s));
    assert!(asks_for(&actions, name), "of two with one holder each the heavier goes on");
}

#[test]
fn whoever_sleeps_past_the_parting_stays_with_its_side() {
    let (mut member, ours) = holder_of(900);
    let sleeper = ours.decision.contributions[0].peer;
    let other = member.others().into_iter().find(|it| *it != sleeper).expect("there are two");
    let heavier = member.record(Hash::of(b"elsewhere"), 4, (other, SAMPLES), 950);
    let name = heavier.hash();
    assert!(!asks_for(&member.hears(other, SessionMessage::Head(heavier)), name));
    member.silent.insert(sleeper);
    let actions = member.does(|session, s| session.silence_changed(s));
    assert!(!asks_for(&actions, name), "two hold ours");
    assert_eq!(member.session.head_hash, ours.hash());
}

#[test]
fn who_is_proven_to_lie_counts_for_no_side() {
    let (mut member, ours) = holder_of(900);
    let liar = ours.decision.contributions[0].peer;
    let other = member.others().into_iter().find(|it| *it != liar).expect("there are two");
    let heavier = member.record(Hash::of(b"elsewhere"), 4, (other, SAMPLES), 950);
    let name = heavier.hash();
    assert!(!asks_for(&member.hears(other, SessionMessage::Head(heavier)), name));
    let promise = |number| member.promise(liar, &update(number), SAMPLES, 1);
    let parent = member.session.head_hash;
    let proof = Equivocation { parent, one: promise(2), other: promise(3) };
    assert!(asks_for(&member.hears(other, SessionMessage::Accuse(proof)), name));
}

#[test]
fn who_is_behind_and_sleeps_keeps_nobody_from_the_heaviest_of_three() {
    let (mut member, ours) = holder_of(900);
    let (behind, heavy) = (member.others()[1], member.others()[0]);
    let fourth = Identity::from_seed([9; 32]);
    let light = fourth.peer_id();
    member.keys.insert(light, fourth);
    member.connected.insert(light);
    member.hears(light, SessionMessage::Join { rows: 10 });
    let parent = ours.decision.parent;
    let promise = Commitment { parent, ..member.commitment(behind, &update(3)) };
    member.hears(behind, SessionMessage::Commit(promise));
    member.silent.insert(behind);
    let lighter = member.record(parent, 3, (light, SAMPLES), 890);
    assert!(!asks_for(&member.hears(light, SessionMessage::Head(lighter.clone())), lighter.hash()));
    let heavier = member.record(parent, 3, (heavy, SAMPLES), 950);
    assert!(asks_for(&member.hears(heavy, SessionMessage::Head(heavier.clone())), heavier.hash()));
}

#[test]
fn a_record_whose_model_did_not_come_is_asked_for_again_once_its_holder_is_believed() {
    let mut member = Member::in_round_one();
    let holder = member.others()[0];
    let heavier = member.record(Hash::of(b"elsewhere"), 3, (holder, SAMPLES), 900);
    let name = heavier.hash();
    assert!(asks_for(&member.hears(holder, SessionMessage::Head(heavier)), name));
    let expires = member.session.deadline().expect("the model is waited for");
    let actions = member.waits(expires.saturating_duration_since(member.now));
    assert!(refusals(&actions) > 0 && !asks_for(&actions, name), "it is not believed for now");
    let believed = member.session.believes_again_at().expect("it is looked at again");
    assert!(asks_for(&member.waits(believed.saturating_duration_since(member.now)), name));
}
