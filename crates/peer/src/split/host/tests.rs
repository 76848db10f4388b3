//! What a device carries, refuses and gives back.

use super::*;
use crate::job::LoanAnswer;

const SPLIT: SplitId = SplitId(5);
const HERE: (Instant, PeerId) = (Instant::ZERO, PeerId::from_bytes([9; 32]));

fn owner() -> PeerId {
    PeerId::from_bytes([1; 32])
}

fn ask(nodes: u32, inputs: u32) -> SplitMessage {
    let shape = SliceShape { layer: 1, nodes, inputs, classes: 10 };
    SplitMessage::Ask { cluster: "digits".parse().unwrap(), shape, loan: None }
}

/// What a host says to a message about a part.
fn said(host: &mut Hosting, part: u16, message: SplitMessage) -> Vec<SplitMessage> {
    host.handle_message(owner(), SPLIT, part, message, HERE);
    let actions = host.take_actions().into_iter();
    actions
        .filter_map(|action| match action {
            Action::Send(_, _, _, message) => Some(message),
            _ => None,
        })
        .collect()
}

/// A host on which part 0 has come.
fn carrying() -> Hosting {
    let mut host = Hosting::new(100);
    assert_eq!(said(&mut host, 0, ask(24, 64)), [SplitMessage::Agree]);
    host.handle_slice(owner(), SPLIT, 0, vec![0; 64]);
    host.handle_job(Purpose::Take(0), Ok(Answer::Done), Instant::ZERO);
    host.take_actions();
    host
}

#[test]
fn nobody_carries_more_than_was_agreed_to() {
    let refuse = |why| [SplitMessage::Refuse(why)];
    let mut host = Hosting::default();
    assert_eq!(said(&mut host, 0, ask(1, 64)), refuse(Refusal::Nodes(0)));
    let mut host = Hosting::new(100);
    assert_eq!(said(&mut host, 0, ask(101, 64)), refuse(Refusal::Nodes(100)));
    assert_eq!(said(&mut host, 0, ask(60, 64)), [SplitMessage::Agree]);
    assert_eq!(said(&mut host, 1, ask(60, 64)), refuse(Refusal::Nodes(40)));
    assert_eq!(said(&mut host, 0, ask(100, 64)), [SplitMessage::Agree], "asked anew");
    assert_eq!(said(&mut host, 1, ask(0, 64)), refuse(Refusal::Nodes(0)));
    let mut host = Hosting::new(16_384);
    assert_eq!(said(&mut host, 0, ask(8_192, u32::MAX)), refuse(Refusal::Memory));
    for part in 0..16 {
        assert_eq!(said(&mut host, part, ask(1, 64)), [SplitMessage::Agree]);
    }
    assert_eq!(said(&mut host, 16, ask(1, 64)), refuse(Refusal::Parts));
}

#[test]
fn nodes_on_lease_that_went_home_are_not_forgotten_before_the_last_receipt() {
    let loan = Hash::of(b"loan");
    let mut host = Hosting::default();
    let SplitMessage::Ask { cluster, shape, .. } = ask(24, 64) else { unreachable!() };
    assert_eq!(said(&mut host, 0, SplitMessage::Ask { cluster, shape, loan: Some(loan) }), []);
    let answers = |answer| Ok(Answer::Loans(vec![(0, answer)]));
    let lasts = LoanAnswer { lasts: Some(Duration::from_secs(60)), ..LoanAnswer::default() };
    host.handle_job(Purpose::Look(0), answers(lasts), Instant::ZERO);
    host.handle_slice(owner(), SPLIT, 0, vec![0; 64]);
    host.handle_job(Purpose::Take(0), Ok(Answer::Done), Instant::ZERO);
    said(&mut host, 0, SplitMessage::Return);
    host.handle_job(Purpose::Finish(0), answers(LoanAnswer::default()), Instant::ZERO);
    host.handle_job(Purpose::Write(0), Ok(Answer::Bytes(vec![7])), Instant::ZERO);
    said(&mut host, 0, SplitMessage::Release);
    assert!(host.has_loan(loan), "its borrower has the nodes and not yet what is signed of them");
    said(&mut host, 0, SplitMessage::Letter(vec![1]));
    let last = LoanAnswer { is_over: true, ..LoanAnswer::default() };
    host.handle_job(Purpose::Hear(0), answers(last), Instant::ZERO);
    assert!(!host.has_loan(loan));
    let claims = |action: &Action| matches!(action, Action::Host(HostJob::Drop { .. }, Purpose::Drop(of)) if *of == loan);
    assert!(host.take_actions().iter().any(claims));
}

#[test]
fn what_is_not_here_is_said_to_be_unknown() {
    let mut host = Hosting::new(100);
    let unknown = [SplitMessage::Refuse(Refusal::Unknown)];
    let fire = || SplitMessage::Fire { batch: 1, below: vec![0] };
    assert_eq!(said(&mut host, 3, fire()), unknown);
    assert_eq!(said(&mut host, 3, SplitMessage::Return), unknown);
    assert_eq!(said(&mut host, 3, SplitMessage::Release), []);
    assert_eq!(said(&mut host, 3, ask(4, 64)), [SplitMessage::Agree]);
    assert_eq!(said(&mut host, 3, fire()), [], "it is on its way");
    host.handle_timeout(Instant::ZERO + PATIENCE);
    assert_eq!(host.carried.len(), 0, "not for ever");
}

#[test]
fn a_slice_that_was_not_agreed_on_takes_no_memory() {
    let mut host = Hosting::new(100);
    host.handle_slice(owner(), SPLIT, 0, vec![0; 64]);
    assert!(host.take_actions().is_empty());
    said(&mut host, 0, ask(1, 2));
    assert_eq!(host.bulk_limit_bytes(), 12 * (14 + 10) + 4 + 256);
    host.handle_slice(owner(), SPLIT, 0, vec![0; 549]);
    let actions = host.take_actions();
    assert!(matches!(&actions[0], Action::Refuse(_, reason) if reason.contains("549 bytes")));
    assert_eq!(host.carried.len(), 0);
}

#[test]
fn no_owner_has_more_than_so_many_jobs_waiting() {
    let mut host = carrying();
    for batch in 0..u64::from(JOBS_MAX) + 9 {
        let fire = SplitMessage::Fire { batch, below: vec![0] };
        host.handle_message(owner(), SPLIT, 0, fire, HERE);
    }
    assert_eq!(host.take_actions().len(), JOBS_MAX as usize);
    host.handle_job(Purpose::Fire(0, 0), Ok(Answer::Bytes(vec![0])), Instant::ZERO);
    let answers = host.take_actions();
    assert!(matches!(&answers[0], Action::Send(_, _, 0, SplitMessage::Fired { batch: 0, .. })));
}

#[test]
fn nodes_go_when_their_owner_asks_lies_or_is_gone() {
    let mut host = carrying();
    host.handle_message(owner(), SPLIT, 0, SplitMessage::Return, HERE);
    host.handle_job(Purpose::Write(0), Ok(Answer::Bytes(vec![7])), Instant::ZERO);
    let actions = host.take_actions();
    assert!(matches!(&actions[1], Action::SendSlice(_, _, 0, bytes) if *bytes == [7]));
    assert_eq!(host.carried.len(), 0);

    let mut host = carrying();
    let teach = SplitMessage::Teach { batch: 1, rate: 0.1, errors: vec![1] };
    host.handle_message(owner(), SPLIT, 0, teach, HERE);
    host.handle_job(
        Purpose::Teach(0),
        Err(JobError::InvalidInput("no errors".to_owned())),
        Instant::ZERO,
    );
    let refused = SplitMessage::Refuse(Refusal::Damaged);
    let says = |action: &Action| matches!(action, Action::Send(_, _, 0, it) if *it == refused);
    assert!(host.take_actions().iter().any(says));
    assert_eq!(host.carried.len(), 0);

    let mut host = carrying();
    host.peer_disconnected(owner());
    assert_eq!(host.carried.len(), 0);
}

#[test]
fn consent_that_is_taken_back_gives_the_newest_back() {
    let mut host = carrying();
    said(&mut host, 1, ask(10, 64));
    host.set_nodes_max(30, Instant::ZERO);
    let newest = SplitMessage::Refuse(Refusal::Nodes(0));
    assert!(matches!(&host.take_actions()[..], [Action::Send(_, _, 1, it)] if *it == newest));
    host.set_nodes_max(0, Instant::ZERO);
    let withdrawn = SplitMessage::Withdraw;
    assert!(matches!(&host.take_actions()[..], [Action::Send(_, _, 0, it)] if *it == withdrawn));
    // Until their owner has fetched them, they go on.
    let fire = SplitMessage::Fire { batch: 1, below: vec![0] };
    host.handle_message(owner(), SPLIT, 0, fire, HERE);
    assert_eq!(host.take_actions().len(), 1);
}

const LOAN: Hash = Hash::from_bytes([6; 32]);

fn ask_on_loan() -> SplitMessage {
    let SplitMessage::Ask { cluster, shape, .. } = ask(24, 64) else { unreachable!() };
    SplitMessage::Ask { cluster, shape, loan: Some(LOAN) }
}

fn loan_answer(answer: LoanAnswer) -> Result<Answer, JobError> {
    Ok(Answer::Loans(vec![(0, answer)]))
}

/// A host on which nodes of a loan have come as part 0.
fn lending() -> Hosting {
    let mut host = Hosting::default();
    assert_eq!(said(&mut host, 0, ask_on_loan()), []);
    let lasts = LoanAnswer { lasts: Some(Duration::from_secs(3_600)), ..LoanAnswer::default() };
    host.handle_job(Purpose::Look(0), loan_answer(lasts), Instant::ZERO);
    host.handle_slice(owner(), SPLIT, 0, vec![0; 64]);
    host.handle_job(Purpose::Take(0), Ok(Answer::Done), Instant::ZERO);
    host
}

#[test]
fn a_last_receipt_that_is_being_heard_while_nodes_are_written_is_claimed_all_the_same() {
    let mut host = lending();
    said(&mut host, 0, SplitMessage::Return);
    host.handle_job(Purpose::Finish(0), loan_answer(LoanAnswer::default()), Instant::ZERO);
    said(&mut host, 0, SplitMessage::Letter(vec![1]));
    host.handle_job(Purpose::Write(0), Ok(Answer::Bytes(vec![7])), Instant::ZERO);
    said(&mut host, 0, SplitMessage::Release);
    assert!(host.has_loan(LOAN));
    let last = LoanAnswer { is_over: true, ..LoanAnswer::default() };
    host.handle_job(Purpose::Hear(0), loan_answer(last), Instant::ZERO);
    assert!(!host.has_loan(LOAN));
    let claims = |action: &Action| matches!(action, Action::Host(HostJob::Drop { .. }, Purpose::Drop(of)) if *of == LOAN);
    assert!(host.take_actions().iter().any(claims));
}

#[test]
fn a_loan_is_taken_up_once() {
    // Whoever works for it twice signs two statements of one segment, which is fraud.
    let refuse = [SplitMessage::Refuse(Refusal::Loan)];
    let mut host = lending();
    let keeps = |action: &Action| matches!(action, Action::Keep(loan, _) if *loan == LOAN);
    assert!(host.take_actions().iter().any(keeps), "the next life has to know of it");
    assert_eq!(said(&mut host, 1, ask_on_loan()), refuse, "as another part");
    said(&mut host, 0, SplitMessage::Release);
    assert_eq!(host.carried.len(), 0);
    assert_eq!(said(&mut host, 0, ask_on_loan()), refuse, "when they have been here already");

    let mut host = Hosting::default();
    host.remember_loans([LOAN]);
    assert_eq!(said(&mut host, 0, ask_on_loan()), refuse, "in another life");

    let mut host = Hosting::default();
    assert_eq!(said(&mut host, 0, ask_on_loan()), []);
    assert_eq!(said(&mut host, 1, ask_on_loan()), []);
    for slice in 0..2 {
        host.handle_job(Purpose::Look(slice), loan_answer(LoanAnswer::default()), Instant::ZERO);
    }
    let agreed = |it: &Action| matches!(it, Action::Send(_, _, _, SplitMessage::Agree));
    let agreed = host.take_actions().iter().filter(|it| agreed(it)).count();
    assert_eq!((agreed, host.carried.len()), (1, 1), "asked for at the same time");
}

#[test]
fn nobody_has_the_ledger_looked_into_without_end() {
    let mut host = Hosting::default();
    let mut looks = 0;
    for _ in 0..1_000 {
        host.handle_message(owner(), SPLIT, 0, ask_on_loan(), HERE);
        host.handle_message(owner(), SPLIT, 0, SplitMessage::Release, HERE);
        looks += host.take_actions().iter().filter(|it| matches!(it, Action::Host(..))).count();
    }
    assert!(looks <= limits::SPLIT_PARTS_MAX, "{looks}");
    for slice in 0..limits::SPLIT_PARTS_MAX as u32 {
        let none = Err(JobError::InvalidInput("no such loan".to_owned()));
        host.handle_job(Purpose::Look(slice), none, Instant::ZERO);
    }
    assert_eq!(said(&mut host, 0, ask_on_loan()), [], "looked for again");
}

#[test]
fn a_lender_that_wants_its_nodes_back_waits_for_its_borrower_but_not_for_long() {
    let mut host = lending();
    host.withdraw(LOAN, Instant::ZERO);
    assert!(host.has_loan(LOAN));
    host.handle_timeout(Instant::ZERO + PATIENCE);
    assert!(!host.has_loan(LOAN));

    let mut host = Hosting::default();
    said(&mut host, 0, ask_on_loan());
    host.withdraw(LOAN, Instant::ZERO);
    assert!(!host.has_loan(LOAN), "what has not come need not be waited for");
    let claims = |it: &Action| matches!(it, Action::Claim(loan, _) if *loan == LOAN);
    assert!(host.take_actions().iter().any(claims));
    assert_eq!(said(&mut host, 0, ask_on_loan()), [SplitMessage::Refuse(Refusal::Loan)]);
}

#[test]
fn whenever_the_ledger_goes_on_it_is_looked_whether_it_has_the_loan() {
    let mut host = lending();
    host.take_actions();
    host.ledger_moved();
    host.ledger_moved();
    let checks = |it: &Action| matches!(it, Action::Host(HostJob::Check { .. }, _));
    assert_eq!(host.take_actions().iter().filter(|it| checks(it)).count(), 1, "one at a time");
    let over = LoanAnswer { breach: Some("it is over".to_owned()), ..LoanAnswer::default() };
    host.handle_job(Purpose::Check(0), loan_answer(over), Instant::ZERO);
    assert!(!host.has_loan(LOAN));
    let claims = |it: &Action| matches!(it, Action::Host(HostJob::Drop { .. }, _));
    assert!(host.take_actions().iter().any(claims));
}

#[test]
fn nobody_is_blamed_for_what_fails_here() {
    let mut host = lending();
    host.take_actions();
    said(&mut host, 0, SplitMessage::Fire { batch: 0, below: vec![0] });
    host.handle_job(Purpose::Fire(0, 0), Err(JobError::WorkerLost("memory".into())), Instant::ZERO);
    assert!(!host.has_loan(LOAN));
    let blames = |it: &Action| matches!(it, Action::Refuse(..));
    assert!(!host.take_actions().iter().any(blames));
}
