//! What becomes of rounds that were made apart.

use super::*;
use crate::view::LineageLeft;

/// Nobody else is there, and the member makes so many rounds by itself.
fn goes_on_alone(member: &mut Member, rounds: u8) {
    member.connected.clear();
    for _ in 0..rounds {
        let number = member.session.head.decision.round as u8 + 1;
        member.is_trained(update(number));
        member.waits(Duration::from_secs(120));
        member.waits(Duration::from_secs(120));
        makes_its_model(member, number);
        assert_eq!(member.session.head.decision.round, u32::from(number));
    }
}

fn makes_its_model(member: &mut Member, number: u8) -> Vec<SessionAction> {
    let purpose = SessionJob::Aggregate { parent: member.session.head_hash };
    let (model, scores) = (Hash::of(&[number]), Vec::new());
    let answer = Answer::Aggregated { model, together: None, alone: None, scores };
    member.does(|session, s| session.handle_job(purpose, Ok(answer), s))
}

/// A peer shows the member records: whether it keeps what it has learnt, and what it tells.
fn meets(member: &mut Member, peer: PeerId, records: &[RoundRecord]) -> (f32, Option<LineageLeft>) {
    member.connected.insert(peer);
    let actions = member.meets(peer, records);
    let kept = actions.iter().find_map(|action| match action {
        SessionAction::Job(Job::AdoptModel { keep_ours, .. }, _) => Some(*keep_ours),
        _ => None,
    });
    let actions = member.has_adopted(records.last().unwrap());
    let told = actions.into_iter().find_map(|action| match action {
        SessionAction::LineageLeft(left) => Some(left),
        _ => None,
    });
    (kept.expect("the model is taken up"), told)
}

#[test]
fn what_was_learnt_apart_is_kept_and_told() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    goes_on_alone(&mut member, 3);
    let records = member.rounds_elsewhere(&[peer], 6);
    let told =
        LineageLeft { round: 3, rounds_apart: 3, taken_up_round: 6, members: 1, keeps_ours: true };
    // Its three rounds meet six of the others.
    assert_eq!(meets(&mut member, peer, &records), (0.5, Some(told)));
    member.does(|session, s| assert_eq!(session.view(s).lineages_left, [told]));
}

#[test]
fn rounds_that_the_others_went_on_from_have_not_given_way() {
    let peer = Identity::from_seed([2; 32]).peer_id();
    let mut asked = Member::in_round_one();
    goes_on_alone(&mut asked, 3);
    asked.hears(peer, ask(asked.session.head_hash));
    let mut built_on = Member::in_round_one();
    let first = built_on.session.head.clone();
    built_on.session.log.begin(first, model_bytes());
    goes_on_alone(&mut built_on, 3);
    let on = built_on.commitment(peer, &update(7));
    goes_on_alone(&mut built_on, 1);
    built_on.hears(peer, SessionMessage::Commit(on));
    for (mut member, rounds) in [(asked, 2), (built_on, 1)] {
        goes_on_alone(&mut member, rounds);
        let records = member.rounds_elsewhere(&[peer], 6);
        let told = meets(&mut member, peer, &records).1.expect("two rounds have given way");
        assert_eq!((told.round, told.rounds_apart), (5, 2));
    }
    let mut member = Member::in_round_one();
    goes_on_alone(&mut member, 3);
    member.hears(peer, ask(member.session.head_hash));
    let records = member.rounds_elsewhere(&[peer], 5);
    assert_eq!(meets(&mut member, peer, &records), (0.0, None), "all of ours is in it");
}

#[test]
fn a_record_that_builds_on_one_of_ours_leaves_only_what_came_after_it() {
    let mut member = Member::in_round_one();
    let peer = member.session.proposal.founder;
    let records = member.rounds_elsewhere(&[peer], 3);
    meets(&mut member, peer, &records);
    goes_on_alone(&mut member, 3);
    let parent = member.session.head.clone();
    goes_on_alone(&mut member, 1);
    let theirs = member.rounds_after(&parent, &[peer], 3);
    let told = meets(&mut member, peer, &theirs).1.expect("a round has given way");
    assert_eq!((told.round, told.rounds_apart), (7, 1));
}

#[test]
fn where_no_update_follows_nothing_is_said_to_be_kept() {
    let mut member = Member::in_round_one();
    let peer = member.others()[0];
    goes_on_alone(&mut member, 3);
    let records = member.rounds_elsewhere(&[peer], 9);
    let (kept, told) = meets(&mut member, peer, &records);
    assert_eq!((kept, told.map(|told| told.keeps_ours)), (0.0, Some(false)), "of nine rounds");
}

#[test]
fn who_only_was_behind_or_is_new_keeps_nothing() {
    let mut member = Member::in_round_one();
    let peer = member.session.proposal.founder;
    let first = member.rounds_elsewhere(&[peer], 2);
    assert_eq!(meets(&mut member, peer, &first), (0.0, None), "it is new");
    let later = member.rounds_elsewhere(&[peer], 7);
    assert_eq!(meets(&mut member, peer, &later), (0.0, None), "the same peer made both");
}

/// A peer tells of its second round while the member has made three, and has a part in the member's fourth: who is said to
/// have come over, with the round that it left and the one that it is in.
fn comes_over(member: &mut Member, model: Hash) -> Vec<(PeerId, u32, u32)> {
    let peer = Identity::from_seed([2; 32]).peer_id();
    let theirs = member.record(Hash::of(b"elsewhere"), 2, (peer, SAMPLES), 20);
    member.connected.insert(peer);
    let mut actions = member.hears(peer, SessionMessage::Head(RoundRecord { model, ..theirs }));
    assert_eq!(refusals(&actions), 0);
    actions.extend(member.hears(peer, SessionMessage::Join { rows: 10 }));
    for number in [4, 5] {
        member.is_trained(update(1));
        let commitment = member.commitment(peer, &update(2));
        member.hears(peer, SessionMessage::Commit(commitment));
        member.gets_update(peer, update(2));
        let parts: [(PeerId, &[u8], u32); 2] =
            [(member.identity.peer_id(), &update(1), SAMPLES), (peer, &update(2), SAMPLES)];
        let decision = member.decision(&parts);
        member.hears(peer, SessionMessage::Decide(decision));
        actions.extend(makes_its_model(member, number));
        assert_eq!(member.session.head.decision.contributions.len(), 2);
    }
    let joined = |action| match action {
        SessionAction::PartJoined { peer, left_round, round } => Some((peer, left_round, round)),
        _ => None,
    };
    actions.into_iter().filter_map(joined).collect()
}

#[test]
fn who_comes_over_from_a_lighter_part_is_told_once() {
    let mut member = Member::in_round_one();
    let peer = Identity::from_seed([2; 32]).peer_id();
    goes_on_alone(&mut member, 3);
    assert_eq!(comes_over(&mut member, Hash::of(b"theirs")), [(peer, 2, 4)]);
}

#[test]
fn who_has_the_beginning_of_ours_or_what_may_be_it_has_not_come_over() {
    let mut member = Member::in_round_one();
    goes_on_alone(&mut member, 3);
    assert_eq!(comes_over(&mut member, Hash::of(&[2])), [], "our second round's model");
    let mut member = Member::in_round_one();
    goes_on_alone(&mut member, 3);
    member.session.history.retain(|round| round.round > 2);
    assert_eq!(comes_over(&mut member, Hash::of(b"theirs")), [], "an earlier life made it");
}

#[test]
fn of_lineages_left_the_newest_are_told() {
    let mut member = Member::in_round_one();
    goes_on_alone(&mut member, 1);
    member.does(|session, s| {
        let peer = Identity::from_seed([2; 32]).peer_id();
        let name = update_name(peer, &update(2));
        let promise = Contribution::sign(
            &Identity::from_seed([2; 32]),
            (session.id, Hash::of(b"p")),
            scores_name(&[]),
            name,
            1,
            1,
        );
        let decision = Decision {
            round: 5,
            parent: Hash::of(b"p"),
            contributions: vec![promise],
            verdicts: Vec::new(),
            groups: Vec::new(),
            committed: 1,
        };
        let record = RoundRecord::following(&session.head, decision, Hash::of(b"m"));
        for _ in 0..100 {
            let left = session.lineage_left_for(&record, None, s).unwrap();
            session.note_lineage_left(left);
        }
        assert_eq!(session.view(s).lineages_left.len(), 32);
    });
}
