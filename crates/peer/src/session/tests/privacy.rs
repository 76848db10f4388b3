//! In a session that keeps rows or updates private, nothing is said of an update before it is stored what it costs.

use super::{super::privacy::NOBODY_PATIENCE, *};
use crate::job::{JobError, Spent};
use protocol::session::Privacy;

fn private() -> Member {
    let mut member = Member::in_round_one();
    member.session.proposal.options.privacy = Some(Privacy { epsilon_thousandths: 8_000 });
    member
}

fn spent(epsilon: f64) -> Spent {
    Spent { epsilon, epsilon_after: 8.0, noise_multiplier: 1.0, account: vec![1] }
}

impl Member {
    fn is_trained_privately(&mut self, epsilon: f64) -> Vec<SessionAction> {
        let purpose = SessionJob::Train {
            parent: self.session.head_hash,
            since: self.session.awake_for(self.now),
        };
        let spent = Some(spent(epsilon));
        let answer = Answer::Trained { update: update(1), samples: SAMPLES, loss: 0.0, spent };
        self.does(|session, s| session.handle_job(purpose, Ok(answer), s))
    }

    fn storage_answers(&mut self, number: u64, stored: bool) -> Vec<SessionAction> {
        self.does(|session, s| session.spent_stored(number, stored, s))
    }
}

fn commits(actions: &[SessionAction]) -> bool {
    let is_commit = |action: &SessionAction| {
        matches!(action, SessionAction::Send(_, SessionMessage::Commit(_)))
    };
    actions.iter().any(is_commit)
}

fn stores(actions: &[SessionAction]) -> Option<u64> {
    actions.iter().find_map(|action| match action {
        SessionAction::StoreSpent { number, .. } => Some(*number),
        _ => None,
    })
}

#[test]
fn an_update_is_promised_when_its_price_is_stored() {
    let mut member = private();
    let actions = member.is_trained_privately(0.5);
    assert!(!commits(&actions));
    let number = stores(&actions).unwrap();
    assert!(commits(&member.storage_answers(number, true)));
    assert!(!commits(&member.storage_answers(number, true)), "once");
    let view = member.session.privacy_view().unwrap();
    assert_eq!((view.epsilon, view.epsilon_max), (0.5, 8.0));
}

#[test]
fn an_update_whose_price_could_not_be_stored_stays_here_until_it_is() {
    let mut member = private();
    let number = stores(&member.is_trained_privately(0.5)).unwrap();
    assert!(!commits(&member.storage_answers(number, false)));
    assert!(member.session.problem.clone().unwrap().contains("could not be stored"));
    assert_eq!(member.session.privacy_view().unwrap().epsilon, 0.5, "it counts all the same");
    let again = member.session.deadline().unwrap();
    let number = stores(&member.waits(again.saturating_duration_since(member.now))).unwrap();
    assert!(commits(&member.storage_answers(number, true)));
    assert_eq!(member.session.stores_again_at(), None);
}

#[test]
fn an_older_price_that_is_stored_promises_nothing() {
    let mut member = private();
    let first = stores(&member.is_trained_privately(0.5)).unwrap();
    let second = stores(&member.is_trained_privately(0.7)).unwrap();
    assert!(!commits(&member.storage_answers(first, true)));
    assert!(commits(&member.storage_answers(second, true)));
}

#[test]
fn who_has_used_up_its_budget_tells_the_others_and_looks_on() {
    let mut member = private();
    let purpose = SessionJob::Train {
        parent: member.session.head_hash,
        since: member.session.awake_for(member.now),
    };
    let actions = member.does(|session, s| {
        session.handle_job(purpose, Err(JobError::BudgetSpent), s);
    });
    let told = |action: &&SessionAction| {
        matches!(action, SessionAction::Send(_, SessionMessage::Join { rows: 0 }))
    };
    assert_eq!(actions.iter().filter(told).count(), 2);
    assert!(member.session.running);
    assert!(member.session.privacy_view().unwrap().exhausted.is_some());
    let actions = member.does(|session, s| session.cluster_ready(first_model(), 20, s));
    let trains = |action: &SessionAction| matches!(action, SessionAction::Job(..));
    assert!(!actions.iter().any(trains), "with other rows neither");
}

#[test]
fn a_session_in_which_nobody_has_budget_left_ends_until_somebody_has() {
    let mut member = private();
    let purpose = SessionJob::Train {
        parent: member.session.head_hash,
        since: member.session.awake_for(member.now),
    };
    member.does(|session, s| session.handle_job(purpose, Err(JobError::BudgetSpent), s));
    member.waits(NOBODY_PATIENCE);
    assert!(member.session.running, "others have rows");
    member.waits(member.limits.commit_wait_max);
    assert!(member.session.running, "and may be slow");
    let others = member.others();
    for peer in &others {
        member.hears(*peer, SessionMessage::Join { rows: 0 });
    }
    let end = member.session.deadline().unwrap();
    member.waits(end.saturating_duration_since(member.now));
    assert!(!member.session.running && member.session.is_finished());
    let why = member.session.ended_because.clone().unwrap();
    assert!(why.contains("plan fewer rounds or steps"), "nothing has been learnt: {why}");

    let (parent, part) = (member.session.head_hash, (others[0], SAMPLES));
    let record = member.record_of_model(parent, 1, part, SAMPLES.into());
    member.hears(others[0], SessionMessage::Head(record.clone()));
    member.gets_model(others[0], record.hash());
    let purpose = SessionJob::Adopt { record: record.hash() };
    let answer = Answer::Adopted { model: record.model, together: None };
    member.does(|session, s| session.handle_job(purpose, Ok(answer), s));
    assert!(member.session.running, "another lineage had gone on");
    member.hears(others[0], SessionMessage::Join { rows: 10 });
    member.waits(2 * NOBODY_PATIENCE);
    assert!(member.session.running);
    member.waits(2 * member.limits.commit_wait_max);
    assert!(!member.session.running, "who says that it can train does not");
}

/// Without budget, as are those whom it is connected with, in a room with others.
fn without_budget_in_a_crowd() -> Member {
    let mut member = private();
    member.is_in_a_crowd = true;
    member.session.head.draw = u32::MAX >> 3;
    let purpose = SessionJob::Train {
        parent: member.session.head_hash,
        since: member.session.awake_for(member.now),
    };
    member.does(|session, s| session.handle_job(purpose, Err(JobError::BudgetSpent), s));
    for peer in member.others() {
        member.hears(peer, SessionMessage::Join { rows: 0 });
    }
    member
}

#[test]
fn in_a_crowd_a_session_without_budget_ends_when_all_were_drawn_and_nobody_commits() {
    let mut member = without_budget_in_a_crowd();
    member.waits(NOBODY_PATIENCE);
    assert!(member.session.running, "somebody far away may have some left");
    let end = member.session.ends_without_budget_at().unwrap();
    assert!(member.session.deadline().unwrap() <= end);
    let anybody = PeerId::from_bytes([9; 32]);
    let just_before = Duration::from_millis(1);
    member.waits(end.saturating_duration_since(member.now) - just_before);
    assert!(member.session.running);
    member.does(|session, s| assert!(session.is_drawn(anybody, s)));
    member.waits(just_before);
    assert!(!member.session.running && member.session.is_finished());
}

#[test]
fn in_a_crowd_whoever_commits_keeps_the_session_up() {
    let mut member = without_budget_in_a_crowd();
    let end = member.session.ends_without_budget_at().unwrap();
    let peer = member.others()[0];
    let promise = member.commitment(peer, &update(2));
    member.waits(Duration::from_secs(30));
    member.hears(peer, SessionMessage::Commit(promise));
    member.waits(end.saturating_duration_since(member.now));
    assert!(member.session.running);
}

#[test]
fn scores_are_neither_told_nor_taken() {
    let member = private();
    assert_eq!(member.session.scores_to_tell(vec![5]), [0i16; 0]);
    let judge = member.others()[0];
    let verdict = Verdict::sign(&member.keys[&judge], member.session.head_hash, vec![5]);
    let mut decision = member.decision(&[(judge, &update(1), SAMPLES)]);
    decision.verdicts.push(verdict);
    let problem = member.session.check_next(&decision).unwrap_err();
    assert!(problem.contains("keeps rows or updates private"), "{problem}");
}
