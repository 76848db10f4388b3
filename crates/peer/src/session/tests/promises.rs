//! What members sign: promises of updates, and verdicts.

use super::*;
use protocol::limits;

#[test]
fn nobody_takes_part_with_the_update_of_another() {
    let mut member = Member::in_round_one();
    let others = member.others();
    let (maker, copier) = (others[0], others[1]);
    let promise = member.commitment(maker, &update(2));
    member.hears(maker, SessionMessage::Commit(promise));
    let name = promise.contribution.update;
    let round = (member.session.id, member.session.head_hash);
    let scores = promise.contribution.scores;
    let contribution = Contribution::sign(&member.keys[&copier], round, scores, name, SAMPLES, 1);
    member.hears(copier, SessionMessage::Commit(Commitment { contribution, ..promise }));
    member.gets_update(copier, update(2));
    assert!(member.session.stash.update(copier, name).is_none());
    member.gets_update(maker, update(2));
    assert!(member.session.stash.update(maker, name).is_some());
}

#[test]
fn who_promises_two_updates_for_one_round_contributes_no_longer_and_all_are_told() {
    let mut member = Member::in_round_one();
    let others = member.others();
    let (liar, honest) = (others[0], others[1]);
    member.hears(liar, SessionMessage::Commit(member.commitment(liar, &update(2))));
    let listed = vec![member.promise(liar, &update(3), SAMPLES, 1)];
    let close = SessionMessage::Close { parent: member.session.head_hash, contributions: listed };
    let actions = member.hears(honest, close);
    let accused = |action: &SessionAction| match action {
        SessionAction::Send(_, SessionMessage::Accuse(proof)) => proof.holds(member.session.id),
        _ => false,
    };
    assert_eq!(actions.iter().filter(|action| accused(action)).count(), 2, "{actions:?}");
    member.does(|session, s| assert!(!session.contributors(s).contains(&liar)));
}

/// A proof that it promised two updates for the running round.
fn proof_against(member: &Member, liar: PeerId) -> Equivocation {
    let promise = |number| member.promise(liar, &update(number), SAMPLES, 1);
    Equivocation { parent: member.session.head_hash, one: promise(2), other: promise(3) }
}

#[test]
fn nobody_who_promised_two_updates_brings_itself_in_again_by_deciding() {
    let mut member = Member::with_all_shown();
    let (me, others) = (member.identity.peer_id(), member.others());
    let (liar, honest) = (others[0], others[1]);
    member.hears(honest, SessionMessage::Accuse(proof_against(&member, liar)));
    let all = [
        (me, &update(1)[..], SAMPLES),
        (liar, &update(2)[..], SAMPLES),
        (honest, &update(3)[..], SAMPLES),
    ];
    let decision = member.decision(&all);
    assert!(!aggregates(&member.hears(liar, SessionMessage::Decide(decision))));
    let without = member.decision(&[all[0], all[2]]);
    assert!(aggregates(&member.hears(honest, SessionMessage::Decide(without))));
}

#[test]
fn nobody_who_is_not_asked_brings_a_liar_in_by_being_quick() {
    let mut member = Member::with_all_shown();
    let (me, others) = (member.identity.peer_id(), member.others());
    let (liar, honest) = (others[0], others[1]);
    let comes_later = |key: &Identity| {
        let order = leaders(member.session.id, 1, &[me, honest, key.peer_id()]);
        order[0] == honest
    };
    let key = (9..).map(|n| Identity::from_seed([n; 32])).find(comes_later).unwrap();
    let quick = key.peer_id();
    member.keys.insert(quick, key);
    member.connected.insert(quick);
    member.hears(quick, SessionMessage::Join { rows: 10 });
    member.hears(quick, SessionMessage::Commit(member.commitment(quick, &update(4))));
    member.gets_update(quick, update(4));
    member.hears(honest, SessionMessage::Accuse(proof_against(&member, liar)));
    let all = [
        (me, &update(1)[..], SAMPLES),
        (liar, &update(2)[..], SAMPLES),
        (honest, &update(3)[..], SAMPLES),
        (quick, &update(4)[..], SAMPLES),
    ];
    let decision = member.decision(&all);
    assert!(!aggregates(&member.hears(quick, SessionMessage::Decide(decision.clone()))));
    // Whose turn it is may not have heard of the proof yet: all go with it.
    assert!(aggregates(&member.hears(honest, SessionMessage::Decide(decision))));
}

#[test]
fn a_proof_counts_for_who_connects_later_and_after_a_reload() {
    let mut member = Member::in_round_one();
    let (liar, honest) = (member.others()[0], member.others()[1]);
    member.connected.remove(&liar);
    member.does(|session, s| session.peer_disconnected(liar, s));
    let actions = member.hears(honest, SessionMessage::Accuse(proof_against(&member, liar)));
    let told = |action: &SessionAction| {
        matches!(action, SessionAction::Send(_, SessionMessage::Accuse(_)))
    };
    assert!(!actions.iter().any(told), "of strangers nobody else is told");
    let record = member.session.record();
    member.session = Session::restored(record, false, 2, member.now);
    member.does(|session, s| session.cluster_ready(first_model(), 10, s));
    member.connected.insert(liar);
    let actions = member.does(|session, s| session.peer_connected(liar, s));
    assert!(actions.iter().any(told) && refusals(&actions) == 1, "it is a stranger no longer");
    member.hears(liar, SessionMessage::Join { rows: 10 });
    member.hears(honest, SessionMessage::Join { rows: 10 });
    member.does(|session, s| {
        let contributors = session.contributors(s);
        assert!(contributors.contains(&honest) && !contributors.contains(&liar));
    });
}

#[test]
fn strangers_that_are_made_up_take_no_more_memory_than_a_rounds_members() {
    let mut member = Member::in_round_one();
    let teller = member.others()[0];
    for number in 10..200 {
        let stranger = Identity::from_seed([number; 32]);
        let peer = stranger.peer_id();
        member.keys.insert(peer, stranger);
        member.hears(teller, SessionMessage::Accuse(proof_against(&member, peer)));
    }
    assert!(member.session.accused.all().len() <= limits::ROUND_MEMBERS_MAX);
    member.does(|session, s| assert!(session.view(s).excluded.is_empty(), "nobody is told"));
    // They take nobody's place who is here, or has been.
    let liar = member.others()[1];
    member.hears(teller, SessionMessage::Accuse(proof_against(&member, liar)));
    member.connected.remove(&liar);
    member.does(|session, s| session.peer_disconnected(liar, s));
    member.hears(teller, SessionMessage::Accuse(proof_against(&member, teller)));
    assert!(member.session.accused.contains(liar) && member.session.accused.contains(teller));
}

#[test]
fn who_comes_back_after_a_crash_may_promise_anew_and_is_no_liar() {
    let mut member = Member::in_round_one();
    let (peer, friend) = (member.others()[0], member.others()[1]);
    member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(2))));
    let anew = member.promise(peer, &update(3), SAMPLES, 2);
    let commitment = Commitment { contribution: anew, ..member.commitment(peer, &update(3)) };
    member.hears(peer, SessionMessage::Commit(commitment));
    let parent = member.session.head_hash;
    let known = member.session.stash.commitment(peer, parent).map(|known| known.contribution);
    assert_eq!(known, Some(anew));
    let one = member.promise(peer, &update(2), SAMPLES, 1);
    let proof = Equivocation { parent, one, other: anew };
    assert_eq!(refusals(&member.hears(friend, SessionMessage::Accuse(proof))), 1);
    assert!(member.session.accused.all().is_empty());
}

/// The first round is over for all three, who have judged it.
fn in_round_two() -> (Member, Vec<PeerId>) {
    let mut member = Member::with_all_shown();
    let (me, others) = (member.identity.peer_id(), member.others());
    let parts: [(PeerId, &[u8], u32); 3] = [
        (me, &update(1), SAMPLES),
        (others[0], &update(2), SAMPLES),
        (others[1], &update(3), SAMPLES),
    ];
    member.hears(others[0], SessionMessage::Decide(member.decision(&parts)));
    let (parent, model) = (member.session.head_hash, Hash::of(b"second"));
    let scores = vec![1, 2, 3];
    let answer = Answer::Aggregated { model, together: None, alone: None, scores };
    let actions = member.does(|session, s| {
        session.handle_job(SessionJob::Aggregate { parent }, Ok(answer), s);
    });
    let signs = |action: &SessionAction| {
        matches!(action, SessionAction::Send(_, SessionMessage::CoSign { .. }))
    };
    assert_eq!(actions.iter().filter(|action| signs(action)).count(), 2);
    (member, others)
}

#[test]
fn a_verdict_counts_when_its_judge_signed_it_and_contributed() {
    let (mut member, others) = in_round_two();
    let record = member.session.head_hash;
    let verdict = |member: &Member, scores| Verdict::sign(&member.keys[&others[0]], record, scores);
    let said = verdict(&member, vec![4, 5, 6]);
    let by_another = Verdict { judge: others[1], ..said.clone() };
    let kinder = Verdict { scores: vec![9, 9, 9], ..said.clone() };
    let short = verdict(&member, vec![4]);
    for verdict in [by_another, short] {
        let actions = member.hears(others[0], SessionMessage::CoSign { record, verdict });
        assert_eq!(refusals(&actions), 1);
    }
    let said_of_it = SessionMessage::CoSign { record, verdict: kinder };
    assert_eq!(
        refusals(&member.hears(others[0], said_of_it.clone())),
        0,
        "nothing hangs on it yet"
    );
    assert_eq!(member.session.verdicts.count(), 1, "our own");
    assert_eq!(refusals(&member.waits(Duration::from_secs(10))), 1);
    assert_eq!(refusals(&member.hears(others[0], said_of_it)), 1, "it is trusted no longer");
    let mut decision = member.decision(&[(others[0], &update(4), SAMPLES)]);
    decision.verdicts = vec![Verdict { scores: vec![7, 7, 7], ..said.clone() }];
    assert_eq!(refusals(&member.hears(others[1], SessionMessage::Decide(decision))), 1);
    member.hears(others[0], SessionMessage::CoSign { record, verdict: said.clone() });
    assert!(member.session.verdicts.list().contains(&said));
}

#[test]
fn a_verdict_is_signed_by_its_judges_next_promise_or_when_there_will_be_none() {
    let (mut member, others) = in_round_two();
    let (me, record) = (member.identity.peer_id(), member.session.head_hash);
    let own =
        |member: &Member| member.session.verdicts.list().into_iter().find(|it| it.judge == me);
    assert_eq!(own(&member), Some(Verdict::to_be_promised(me, vec![1, 2, 3])));
    let told = Verdict::to_be_promised(others[0], vec![4, 5, 6]);
    let other = Verdict { scores: vec![7, 8, 9], ..told.clone() };
    for verdict in [&told, &other] {
        let said = SessionMessage::CoSign { record, verdict: verdict.clone() };
        assert_eq!(refusals(&member.hears(others[0], said)), 0);
    }
    assert_eq!(member.session.verdicts.count(), 2, "the first word counts");
    member.is_trained(update(4));
    let promise = member.session.stash.commitment(me, record).unwrap().contribution;
    assert_eq!(promise.scores, scores_name(&[1, 2, 3]));
    let with_own = |promise| member.session.verdicts.beside(&[promise]).len();
    assert_eq!(with_own(promise), 1, "of the other there is no promise yet");
    assert_eq!(with_own(member.promise(others[0], &update(5), SAMPLES, 1)), 0, "of other scores");
    let decision =
        Decision { verdicts: vec![told], ..member.decision(&[(others[1], &update(5), SAMPLES)]) };
    assert!(decision.validate().is_err());

    let founder = member.session.proposal.founder;
    assert!(member.session.transcript().is_none_or(|it| it.verdicts.is_empty()));
    let actions = member.hears(founder, SessionMessage::Stop);
    let signs = |action: &&SessionAction| matches!(action, SessionAction::Send(_, SessionMessage::CoSign { verdict, .. }) if verdict.signature.is_some());
    assert_eq!(actions.iter().filter(signs).count(), 2, "{actions:?}");
    assert_eq!(own(&member), Some(Verdict::sign(&member.identity, record, vec![1, 2, 3])));
    assert!(!member.waits(Duration::from_secs(1)).iter().any(|it| signs(&it)), "once");
}

#[test]
fn what_nobody_has_signed_is_found_before_anything_hangs_on_it() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let others = member.others();
    let forged = |member: &Member, number| {
        let said = member.commitment(others[0], &update(2));
        let contribution = Contribution { samples: number, ..said.contribution };
        SessionMessage::Commit(Commitment { contribution, ..said })
    };
    assert_eq!(refusals(&member.hears(others[0], forged(&member, 15))), 0, "nobody has closed yet");
    let promise = member.commitment(others[1], &update(3));
    let actions = member.hears(others[1], SessionMessage::Commit(promise));
    assert_eq!(refusals(&actions), 1, "all have committed, so that all is checked");
    let parent = member.session.head_hash;
    assert!(member.session.stash.commitment(others[0], parent).is_none());
    assert!(member.session.stash.checked_promise(others[1], parent).is_some());
    assert!(!member.session.round.is_closed(), "one of them is waited for again");
    for number in 1..15 {
        assert_eq!(refusals(&member.hears(others[0], forged(&member, number))), 1);
        assert!(member.session.stash.commitment(others[0], parent).is_none());
    }
    let kept = member.commitment(others[0], &update(2));
    member.hears(others[0], SessionMessage::Commit(kept));
    assert!(member.session.round.is_closed());
}

#[test]
fn a_promise_that_its_maker_did_not_sign_accuses_nobody() {
    let mut member = Member::in_round_one();
    let others = member.others();
    let said = member.commitment(others[0], &update(2));
    let contribution = Contribution { samples: 15, ..said.contribution };
    member.hears(others[0], SessionMessage::Commit(Commitment { contribution, ..said }));
    member.hears(others[0], SessionMessage::Commit(said));
    let parent = member.session.head_hash;
    let close = SessionMessage::Close { parent, contributions: vec![contribution] };
    member.hears(others[1], close);
    assert!(member.session.accused.all().is_empty());
    assert_eq!(member.session.stash.checked_promise(others[0], parent), Some(&said.contribution));
}

#[test]
fn a_promise_that_a_closing_brings_first_is_checked_with_it_and_what_is_wrong_in_it_is_no_promise()
{
    let mut member = Member::in_round_one();
    let (leader, late) = (member.others()[0], member.others()[1]);
    let (parent, said) = (member.session.head_hash, member.commitment(late, &update(2)));
    let own = member.commitment(leader, &update(3));
    let wrong = Contribution { samples: 15, ..own.contribution };
    let contributions = vec![wrong, said.contribution];
    member.hears(leader, SessionMessage::Close { parent, contributions });
    let listed = member.session.stash.closings(parent).flat_map(|(_, it)| it.contributions.clone());
    assert_eq!(listed.collect::<Vec<_>>(), [said.contribution]);
    member.hears(late, SessionMessage::Commit(said));
    let contribution = wrong;
    member.hears(leader, SessionMessage::Commit(Commitment { contribution, ..own }));
    let checked = |peer| member.session.stash.checked_promise(peer, parent).copied();
    assert_eq!((checked(late), checked(leader)), (Some(said.contribution), None));
}

#[test]
fn who_signed_an_unknown_record_is_told_of_ours_after_a_while() {
    let (mut member, others) = in_round_two();
    let record = Hash::of(b"of another leader");
    let verdict = Verdict::sign(&member.keys[&others[0]], record, Vec::new());
    member.hears(others[0], SessionMessage::CoSign { record, verdict });
    let tells = |actions: Vec<SessionAction>| {
        let head = |action: &SessionAction| matches!(action, SessionAction::Send(to, SessionMessage::Head(_)) if *to == others[0]);
        actions.iter().any(head)
    };
    assert!(!tells(member.waits(Duration::from_secs(1))), "it may be here in a moment");
    assert!(tells(member.waits(Duration::from_secs(1))));
    assert!(!tells(member.waits(Duration::from_secs(9))), "once");
}
