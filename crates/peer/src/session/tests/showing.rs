//! Records that are claimed, and those that are shown.

use super::*;
use protocol::limits;

fn asks_to_show(actions: &[SessionAction], wanted: Hash) -> Vec<Vec<Hash>> {
    let known = |action: &SessionAction| match action {
        SessionAction::Send(_, SessionMessage::RequestLineage { record, known }) => {
            (*record == wanted).then(|| known.clone())
        }
        _ => None,
    };
    actions.iter().filter_map(known).collect()
}

/// Records of the founder by itself, told of and their model sent.
fn told_of(member: &mut Member, rounds: u32) -> (PeerId, Vec<RoundRecord>, Vec<SessionAction>) {
    let founder = member.session.proposal.founder;
    let records = member.rounds_elsewhere(&[founder], rounds);
    let last = records.last().unwrap().clone();
    let name = last.hash();
    let mut actions = member.hears(founder, SessionMessage::Head(last));
    assert_eq!(asks_to_show(&actions, name), [[member.session.proposal.genesis()]]);
    actions.extend(member.gets_model(founder, name));
    assert!(!adopts(&actions), "nothing was shown");
    (founder, records, actions)
}

#[test]
fn a_record_is_taken_up_once_it_was_shown() {
    let mut member = Member::in_round_one();
    let (founder, records, _) = told_of(&mut member, 4);
    assert!(adopts(&member.is_shown(founder, &records)));
    member.has_adopted(&records[3]);
    assert_eq!(member.session.head, records[3]);
}

#[test]
fn what_does_not_follow_is_not_taken_up_and_its_shower_is_doubted() {
    let genesis = |member: &Member| member.session.proposal.genesis_record();
    type Change = fn(&Member, &mut Vec<RoundRecord>);
    let changes: [(&str, Change); 6] = [
        ("a record is left out", |_, records| drop(records.remove(1))),
        ("more samples", |_, records| records[1].cumulative_samples += 1),
        ("upheld by more", |_, records| records[2].upheld = records[2].upheld.with(3)),
        ("a promise that nobody signed", |_, records| {
            records[0].decision.contributions[0].samples -= 1;
        }),
        ("a member that is not invited", |member, records| {
            let other = member.identity.peer_id();
            records[2].decision.contributions[0].peer = other;
        }),
        ("the last alone", |_, records| *records = vec![records.pop().unwrap()]),
    ];
    for (what, change) in changes {
        let mut member = Member::in_round_one();
        let (founder, mut records, _) = told_of(&mut member, 4);
        let told = records[3].hash();
        change(&member, &mut records);
        let (session, shown) = (member.session.id, records);
        let message = BulkMessage::Lineage { session, record: told, records: shown };
        let actions = member.does(|session, s| session.handle_bulk(founder, message, s));
        let is_alone = what == "the last alone";
        assert_eq!(refusals(&actions), usize::from(!is_alone), "{what}");
        assert_eq!(adopts(&actions), is_alone, "{what}");
        assert_eq!(member.session.head, genesis(&member));
    }
}

#[test]
fn what_nobody_shows_is_given_up() {
    let mut member = Member::in_round_one();
    told_of(&mut member, 4);
    assert_eq!(refusals(&member.waits(Duration::from_secs(9))), 0);
    assert_eq!(refusals(&member.waits(Duration::from_secs(2))), 1);
    assert!(member.session.adoption.is_none());
}

#[test]
fn who_has_rounds_of_its_own_believes_no_more_than_what_was_shown() {
    let mut member = Member::with_all_shown();
    let (me, others) = (member.identity.peer_id(), member.others());
    let parts: [(PeerId, &[u8], u32); 3] = [
        (me, &update(1), SAMPLES),
        (others[0], &update(2), SAMPLES),
        (others[1], &update(3), SAMPLES),
    ];
    member.hears(others[0], SessionMessage::Decide(member.decision(&parts)));
    let purpose = SessionJob::Aggregate { parent: member.session.head_hash };
    let (model, scores) = (Hash::of(b"ours"), Vec::new());
    let answer = Answer::Aggregated { model, together: None, alone: None, scores };
    member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    // It keeps nothing from before its newest record, and has been left by all.
    let all = member.rounds_elsewhere(&others[..1], 9);
    member.connected.remove(&others[1]);
    let actions = member.meets(others[0], &all[8..]);
    assert!(!adopts(&actions), "one record, upheld by nobody that is shown");
}

#[test]
fn the_promises_of_all_with_another_model_take_nobody_away() {
    let mut member = Member::with_all_shown();
    let (me, others) = (member.identity.peer_id(), member.others());
    let genesis = member.session.head.clone();
    let parts: [(PeerId, &[u8], u32); 2] =
        [(me, &update(1), SAMPLES), (others[0], &update(2), SAMPLES)];
    let ours = member.decision(&parts);
    let theirs = member.decision(&[parts[0], parts[1], (others[1], &update(3), SAMPLES)]);
    let lie = RoundRecord::following(&genesis, theirs, first_model());
    member.session.stash.put_decision(others[0], ours, true);
    for _ in 0..60 {
        if aggregates(&member.waits(Duration::from_secs(1))) {
            break;
        }
    }
    let purpose = SessionJob::Aggregate { parent: member.session.head_hash };
    let (model, scores) = (Hash::of(b"ours"), Vec::new());
    let answer = Answer::Aggregated { model, together: None, alone: None, scores };
    member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    assert_eq!(member.session.head.model, Hash::of(b"ours"));
    let mut actions = member.hears(others[1], SessionMessage::Head(lie.clone()));
    actions.extend(member.gets_model(others[1], lie.hash()));
    assert!(lie.weight() > member.session.head.weight());
    assert!(!adopts(&actions), "the two who made ours are about to make the next");
}

#[test]
fn a_lineage_is_shown_from_the_newest_record_that_is_known_and_in_parts() {
    let mut member = Member::in_round_one();
    let (founder, records, _) = told_of(&mut member, 9);
    member.is_shown(founder, &records);
    member.has_adopted(&records[8]);
    let shows = |member: &mut Member, known: Vec<Hash>| {
        let record = records[8].hash();
        member.waits(Duration::from_secs(4));
        let asked = SessionMessage::RequestLineage { record, known };
        let shown = |action: SessionAction| match action {
            SessionAction::SendBulk(_, BulkMessage::Lineage { records, .. }) => Some(records),
            _ => None,
        };
        member.hears(founder, asked).into_iter().find_map(shown).expect("it is asked")
    };
    let genesis = member.session.proposal.genesis();
    assert_eq!(shows(&mut member, vec![genesis]), records);
    assert_eq!(shows(&mut member, vec![Hash::of(b"?"), records[5].hash(), genesis]), records[6..]);
    assert_eq!(
        shows(&mut member, Vec::new())[..],
        [&[member.session.proposal.genesis_record()], &records[..]].concat()
    );
    let other = SessionMessage::RequestLineage { record: Hash::of(b"?"), known: vec![genesis] };
    let actions = member.hears(founder, other);
    let is_gone = |action: &SessionAction| matches!(action, SessionAction::SendBulk(_, BulkMessage::Lineage { records, .. }) if records.is_empty());
    assert!(actions.iter().any(is_gone));
    assert!(
        member.session.chain.names(&member.session.proposal).len() <= limits::LINEAGE_NAMES_MAX
    );
}
