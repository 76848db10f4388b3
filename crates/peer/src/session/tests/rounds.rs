//! Who decides on a round, and what a decision can say.

use super::*;

#[test]
fn nobody_shuts_others_out_by_deciding_early_and_nobody_waits_for_ever() {
    let mut member = Member::in_round_one();
    member.is_trained(update(1));
    let hasty = *member.others().last().unwrap();
    member.hears(hasty, SessionMessage::Commit(member.commitment(hasty, &update(2))));
    member.gets_update(hasty, update(2));
    let decision = member.decision(&[(hasty, &update(2), SAMPLES)]);
    let actions = member.hears(hasty, SessionMessage::Decide(decision));
    assert!(!aggregates(&actions), "it was not its turn");
    let followed = (0..60).any(|_| aggregates(&member.waits(Duration::from_secs(1))));
    assert!(followed, "in the end somebody's word counts");
}

#[test]
fn a_decision_that_leaves_nobody_out_counts_whoever_tells_of_it() {
    let mut member = Member::with_all_shown();
    let others = member.others();
    let (first, last) = (others[0], others[1]);
    let me = member.identity.peer_id();
    let parts: [(PeerId, &[u8], u32); 3] =
        [(me, &update(1), SAMPLES), (first, &update(2), SAMPLES), (last, &update(3), SAMPLES)];
    let decision = member.decision(&parts);
    assert!(aggregates(&member.hears(last, SessionMessage::Decide(decision))));
}

#[test]
fn nobody_brings_in_promises_of_peers_that_it_has_made_up() {
    let mut member = Member::with_all_shown();
    let others = member.others();
    let (me, made_up) = (member.identity.peer_id(), Identity::from_seed([77; 32]));
    member.keys.insert(made_up.peer_id(), made_up.clone());
    let parts: [(PeerId, &[u8], u32); 4] = [
        (me, &update(1), SAMPLES),
        (others[0], &update(2), SAMPLES),
        (others[1], &update(3), SAMPLES),
        (made_up.peer_id(), &update(4), SAMPLES),
    ];
    let decision = SessionMessage::Decide(member.decision(&parts));
    member.hears(others[1], decision);
    let (session, owner) = (member.session.id, made_up.peer_id());
    let shown = BulkMessage::Update { session, owner, update: update(4) };
    let actions = member.does(|session, s| session.handle_bulk(others[1], shown, s));
    assert!(!aggregates(&actions), "it leaves out nobody, and is not its turn");
    let all = SessionMessage::Decide(member.decision(&parts[..3]));
    assert!(aggregates(&member.hears(others[0], all)), "the leader is followed");
}

#[test]
fn who_is_not_invited_is_in_no_decision_and_in_no_record() {
    let mut member = Member::in_round_one();
    let invited: SortedSet<PeerId> =
        member.others().into_iter().chain([member.identity.peer_id()]).collect();
    member.session.proposal.invited = Some(invited);
    let (leader, stranger) = (member.others()[0], Identity::from_seed([77; 32]));
    let peer = stranger.peer_id();
    member.keys.insert(peer, stranger);
    let decision = member.decision(&[(leader, &update(2), SAMPLES), (peer, &update(4), SAMPLES)]);
    let record = RoundRecord::following(&member.session.head, decision.clone(), Hash::of(b"m"));
    assert_eq!(refusals(&member.hears(leader, SessionMessage::Decide(decision))), 1);
    assert_eq!(refusals(&member.hears(leader, SessionMessage::Head(record))), 1);
}

#[test]
fn nobody_jumps_over_rounds() {
    for is_record in [true, false] {
        let mut member = Member::in_round_one();
        member.is_trained(update(1));
        let others = member.others();
        for (peer, number) in [(others[0], 2), (others[1], 3)] {
            member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
            member.gets_update(peer, update(number));
        }
        let me = member.identity.peer_id();
        let parts: [(PeerId, &[u8], u32); 3] = [
            (me, &update(1), SAMPLES),
            (others[0], &update(2), SAMPLES),
            (others[1], &update(3), SAMPLES),
        ];
        let last = Decision { round: 9, ..member.decision(&parts) };
        let actions = if is_record {
            let record = RoundRecord::following(&member.session.head, last, Hash::of(b"m"));
            member.hears(others[1], SessionMessage::Head(record))
        } else {
            // It came before its parent was here.
            member.session.stash.put_decision(others[1], last, true);
            member.waits(Duration::ZERO)
        };
        assert!(!aggregates(&actions), "a record: {is_record}");
        assert_eq!(refusals(&actions), usize::from(is_record));
    }
}

#[test]
fn nobody_claims_more_samples_than_a_round_has_or_none() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    for samples in [0, SAMPLES + 1, u32::MAX] {
        let decision = member.decision(&[(peer, &update(2), samples)]);
        let actions = member.hears(peer, SessionMessage::Decide(decision.clone()));
        assert_eq!(refusals(&actions), 1, "{samples} samples");
        let record = RoundRecord::following(&member.session.head, decision, Hash::of(b"m"));
        assert_eq!(refusals(&member.hears(peer, SessionMessage::Head(record))), 1);
    }
}

#[test]
fn a_record_weighs_no_more_than_rounds_and_members_can_have_made() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    let decision = member.decision(&[(peer, &update(2), SAMPLES)]);
    let record = RoundRecord::following(&member.session.head, decision, Hash::of(b"m"));
    let more = RoundRecord { cumulative_samples: u64::from(SAMPLES) + 1, ..record.clone() };
    let less = RoundRecord { cumulative_samples: u64::from(SAMPLES) - 1, ..record.clone() };
    assert_eq!(refusals(&member.hears(peer, SessionMessage::Head(more))), 1);
    assert_eq!(refusals(&member.hears(peer, SessionMessage::Head(less))), 1);
    assert_eq!(refusals(&member.hears(peer, SessionMessage::Head(record))), 0);
}

#[test]
fn a_leader_cannot_give_an_update_another_weight_than_its_maker_did() {
    let mut member = Member::with_all_shown();
    let others = member.others();
    let me = member.identity.peer_id();
    let mut decision = member.decision(&[
        (me, &update(1), SAMPLES),
        (others[0], &update(2), SAMPLES),
        (others[1], &update(3), SAMPLES),
    ]);
    decision.contributions[1].samples = 1;
    let actions = member.hears(others[0], SessionMessage::Decide(decision));
    assert_eq!((aggregates(&actions), refusals(&actions)), (false, 1));
}

#[test]
fn a_decision_on_its_way_is_waited_for_when_an_update_was_slow() {
    let mut member = Member::in_round_one();
    let others = member.others();
    let (leader, other) = (others[0], others[1]);
    for (peer, number) in [(leader, 2), (other, 3)] {
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
    }
    member.is_trained(update(1));
    // Updates are late, and the leader's decision leaves as late as may be.
    let reveal_wait = member.session.reveal_wait();
    for wait in [reveal_wait, Duration::from_millis(500)] {
        assert_eq!(decided(&member.waits(wait)), None, "nobody decides in the leader's place");
    }
    let me = member.identity.peer_id();
    let parts: [(PeerId, &[u8], u32); 3] =
        [(leader, &update(2), SAMPLES), (other, &update(3), SAMPLES), (me, &update(1), SAMPLES)];
    member.hears(leader, SessionMessage::Decide(member.decision(&parts)));
    member.gets_update(other, update(3));
    assert!(aggregates(&member.gets_update(leader, update(2))));
}

#[test]
fn a_leader_that_stays_silent_is_replaced_by_one_who_has_shown_an_update() {
    let mut member = Member::in_round_one();
    let (silent, other) = (member.others()[0], member.others()[1]);
    for (peer, number) in [(silent, 2), (other, 3)] {
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
    }
    member.is_trained(update(1));
    member.gets_update(other, update(3));
    let decision = (0..60).find_map(|_| decided(&member.waits(Duration::from_secs(1)))).unwrap();
    let mut expected = [other, member.identity.peer_id()];
    expected.sort_unstable();
    let members: Vec<_> = decision.contributions.iter().map(|part| part.peer).collect();
    assert_eq!(members, expected);
}

#[test]
fn whom_the_ledger_speaks_against_leads_last() {
    let mut member = Member::in_round_one();
    let order = |member: &mut Member| {
        let mut order = Vec::new();
        member.does(|session, s| order = session.leaders(s));
        order
    };
    let before = order(&mut member);
    member.distrusted.insert(before[0]);
    let [first, rest @ ..] = &before[..] else { panic!("all three lead in their turn") };
    assert_eq!(order(&mut member), [rest, &[*first]].concat());
}

/// What a member has decided.
fn decided(actions: &[SessionAction]) -> Option<Decision> {
    actions.iter().find_map(|action| match action {
        SessionAction::Send(_, SessionMessage::Decide(decision)) => Some(decision.clone()),
        _ => None,
    })
}

#[test]
fn who_decides_on_a_round_cannot_choose_who_leads_the_next() {
    let leader_after = |committed: u32| {
        let mut member = Member::in_round_one();
        let head = &mut member.session.head;
        (head.decision.round, head.decision.committed) = (1, committed);
        member.session.head_hash = member.session.head.hash();
        let mut leader = None;
        member.does(|session, s| leader = session.leader(0, s));
        leader
    };
    assert!(leader_after(3).is_some());
    assert!((4..40).all(|committed| leader_after(committed) == leader_after(3)));
}

#[test]
fn those_who_come_and_go_leave_room_for_who_is_there() {
    let mut member = Member::in_round_one();
    for number in 100..200 {
        let stranger = Identity::from_seed([number; 32]);
        let peer = stranger.peer_id();
        member.keys.insert(peer, stranger);
        member.connected.insert(peer);
        member.does(|session, s| session.peer_connected(peer, s));
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(2))));
        member.connected.remove(&peer);
        member.does(|session, s| session.peer_disconnected(peer, s));
    }
    member.is_trained(update(1));
    let others = member.others();
    for (peer, number) in [(others[0], 2), (others[1], 3)] {
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update(number))));
        member.gets_update(peer, update(number));
    }
    let me = member.identity.peer_id();
    let decision = member.decision(&[
        (me, &update(1), SAMPLES),
        (others[0], &update(2), SAMPLES),
        (others[1], &update(3), SAMPLES),
    ]);
    assert!(aggregates(&member.hears(others[0], SessionMessage::Decide(decision))));
}

#[test]
fn of_rounds_before_a_reload_those_stay_that_are_the_lineages() {
    let mut member = Member::in_round_one();
    let other = member.others()[0];
    let known = |round| EarlierRound {
        round,
        members: 3,
        rows: 10,
        together_correct: Some(9),
        alone_correct: None,
    };
    let mut record = member.session.record();
    record.proposal.options.rounds = 10_000;
    record.rounds = (1..=HISTORY_MAX as u32).map(known).collect();
    member.session = Session::restored(record, false, 2, member.now);
    member.does(|session, s| session.cluster_ready(first_model(), 10, s));

    let newer = member.record(Hash::of(b"a parent"), 2_001, (other, SAMPLES), SAMPLES.into());
    member.does(|session, s| session.move_to(newer, None, (None, None), s));
    let rounds = member.session.record().rounds;
    let named: Vec<u32> = rounds.iter().map(|it| it.round).collect();
    assert_eq!(named, (2..=2_001).collect::<Vec<_>>(), "the oldest gives way");

    let others = member.record(Hash::of(b"elsewhere"), 4, (other, SAMPLES), 3_000);
    member.does(|session, s| session.move_to(others, None, (None, None), s));
    let rounds = member.session.record().rounds;
    assert_eq!(rounds.iter().map(|it| it.round).collect::<Vec<_>>(), [1, 2, 3, 4]);
}
