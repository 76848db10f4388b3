//! Loans that come to nothing, take long, or are given up, and lenders that send what nobody asked for.

use super::*;
use crate::job::{Answer, JobError};
use crate::split::leasing::ENDING;
use protocol::cluster::{LayerSpec, NetworkSpec};
use protocol::split::{Refusal, SplitId};
use units::ClusterId;

const LOAN: Hash = Hash::from_bytes([6; 32]);
const LENDER: PeerId = PeerId::from_bytes([1; 32]);

fn at(now: Instant) -> Around<'static> {
    Around { now, offers: &[], connected: &[LENDER] }
}

fn start() -> Around<'static> {
    at(Instant::ZERO)
}

fn stage(split: &Split) -> Stage {
    split.parts[0].leasing.as_ref().unwrap().stage
}

/// A split whose only part is to be on lease; its order is being made.
fn ordering() -> Split {
    let layers = vec![LayerSpec::new(8, 4), LayerSpec::new(8, 4)];
    let network = NetworkSpec { inputs: 4, steps: 1, layers, classes: 2, seed: 1 };
    let cluster: ClusterId = "digits".parse().unwrap();
    let mut split = Split::new(SplitId(5), cluster, &network, Vec::new(), Instant::ZERO);
    let chosen = Chosen { offer: Hash::of(b"offer"), lender: LENDER, deposit: Credits::whole(1) };
    let cut = Cut { layer: 1, first: 0, nodes: 8 };
    split.lease(vec![Taken { cut, chosen, hours: 1, only: false }], &start());
    split
}

/// The ledger has its order, and the workbench is to take it up.
fn opening() -> Split {
    let mut split = ordering();
    split.handle_job(Purpose::Root(0), Ok(Answer::Root(Hash::of(b"state"))), &start());
    split.ordered(0, Ok(LOAN), &start());
    split.recorded(LOAN, Ok(()), [0; 32], &start());
    assert!(matches!(stage(&split), Stage::Opening(..)));
    split.take_actions();
    split
}

fn opened(split: &mut Split, around: &Around<'_>) {
    let lasts = Some(Duration::from_secs(3_600));
    let answer = LoanAnswer { lasts, ..LoanAnswer::default() };
    split.handle_job(Purpose::Open(0), Ok(Answer::Loans(vec![(0, answer)])), around);
}

/// Its lender has the nodes.
fn away() -> Split {
    let mut split = opening();
    opened(&mut split, &start());
    split.handle_message(LENDER, 0, SplitMessage::Agree, &start());
    split.handle_job(Purpose::Lend(0, LENDER), Ok(Answer::Bytes(vec![0; 64])), &start());
    split.handle_message(LENDER, 0, SplitMessage::Hold, &start());
    assert_eq!(split.parts[0].place, Place::Away(LENDER));
    split.take_actions();
    split
}

fn failed() -> Result<Answer, JobError> {
    Err(JobError::InvalidInput("that cannot be".to_owned()))
}

fn told_over(split: &mut Split) -> bool {
    let over = |it: &Action| matches!(it, Action::Event(Event::Borrowing { loan, .. }) if loan.stage == LoanStage::Over);
    split.take_actions().iter().any(over)
}

#[test]
fn a_loan_that_cannot_be_taken_up_is_given_back_and_keeps_nobody_waiting() {
    let mut split = opening();
    split.handle_job(Purpose::Open(0), failed(), &start());
    assert!(matches!(stage(&split), Stage::Wanted(_) | Stage::Sought), "{:?}", stage(&split));
    let gives_back = |it: &Action| matches!(it, Action::Order(_));
    assert!(split.actions.iter().any(gives_back));
    assert!(told_over(&mut split));
    split.gather(&start());
    split.handle_job(
        Purpose::Settle,
        Ok(Answer::Adopted { model: LOAN, together: None }),
        &start(),
    );
    assert!(split.take_actions().iter().any(|it| matches!(it, Action::Ended)));
}

#[test]
fn a_part_whose_state_cannot_be_lent_is_not_tried_for_ever() {
    let mut split = ordering();
    split.handle_job(Purpose::Root(0), failed(), &start());
    assert_eq!(stage(&split), Stage::Over);
    assert!(told_over(&mut split));
}

#[test]
fn a_loan_that_is_given_up_while_it_opens_ends() {
    let mut split = opening();
    split.give_up(LOAN, &start());
    opened(&mut split, &start());
    split.handle_message(LENDER, 0, SplitMessage::Agree, &start());
    split.handle_job(Purpose::Lend(0, LENDER), Ok(Answer::Bytes(vec![0; 64])), &start());
    split.handle_message(LENDER, 0, SplitMessage::Hold, &start());
    assert!(matches!(stage(&split), Stage::Ending(..)), "{:?}", stage(&split));
}

#[test]
fn who_waits_for_a_loan_hears_of_it_when_it_is_given_up_or_called_home() {
    let mut split = ordering();
    split.handle_job(Purpose::Root(0), Ok(Answer::Root(Hash::of(b"state"))), &start());
    split.take_actions();
    split.gather(&start());
    assert!(told_over(&mut split), "while its order is being made");

    let mut split = ordering();
    split.ordered(0, Ok(LOAN), &start());
    split.take_actions();
    split.give_up(LOAN, &start());
    assert!(told_over(&mut split), "before the ledger has it");
    assert_eq!(stage(&split), Stage::Over);
}

#[test]
fn what_takes_a_lost_loans_place_ends_when_that_would_have() {
    let mut split = away();
    let planned = split.parts[0].leasing.as_ref().unwrap().until;
    let now = Instant::ZERO + Duration::from_secs(3_000);
    split.handle_message(LENDER, 0, SplitMessage::Refuse(Refusal::Loan), &at(now));
    let other = Chosen { offer: Hash::of(b"other"), lender: LENDER, deposit: Credits::whole(1) };
    split.found(0, Some(other), &at(now));
    split.ordered(0, Ok(LOAN), &at(now));
    split.recorded(LOAN, Ok(()), [0; 32], &at(now));
    opened(&mut split, &at(now));
    assert!(matches!(stage(&split), Stage::Open(..)), "{:?}", stage(&split));
    assert!(split.parts[0].leasing.as_ref().unwrap().until <= planned);
}

#[test]
fn events_that_nobody_asked_for_take_no_memory() {
    let mut split = away();
    for batch in 0..1_000 {
        let fired = SplitMessage::Fired { batch, events: vec![0; 1_000] };
        split.handle_message(LENDER, 0, fired, &start());
    }
    assert!(split.notes.len() <= UNANSWERED_MAX, "{}", split.notes.len());
    assert_eq!(split.parts[0].place, Place::Home);
    let named = |it: &Action| matches!(it, Action::Refuse(peer, _) if *peer == LENDER);
    assert!(split.take_actions().iter().any(named));
}

#[test]
fn nothing_is_due_while_a_loan_opens_or_its_last_receipt_is_waited_for() {
    let later = Instant::ZERO + Duration::from_secs(1);
    let mut split = opening();
    split.advance(&at(later));
    assert!(split.deadline().is_none_or(|due| due > later), "{:?}", split.deadline());
    let mut split = away();
    split.handle_message(LENDER, 0, SplitMessage::Withdraw, &start());
    split.handle_slice(LENDER, 0, vec![0; 64], &start());
    split.handle_job(Purpose::Keep(0, LENDER), Ok(Answer::Loans(Vec::new())), &start());
    assert!(matches!(stage(&split), Stage::Ending(..)) && split.parts[0].place == Place::Home);
    split.advance(&at(later));
    let due = split.deadline();
    assert!(due.is_some_and(|due| due > later), "it is looked at {due:?}, over and over");
    split.advance(&at(Instant::ZERO + ENDING));
    assert!(!matches!(stage(&split), Stage::Ending(..)), "not for ever");
}
