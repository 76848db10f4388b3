//! Both sides by themselves, with nothing between them but messages.

use super::{Case, LOAN, ROOM, events, loan};
use crate::{Leased, Lent, Message, Span, Stop, root_of};
use ledger::{Action, contracts::lending::Loan};
use neural::{
    Counter,
    nodes::{ClassErrors, Slice, wire},
};
use protocol::identity::Identity;
use units::{Credits, UnixMillis};

const AHEAD_MS: u64 = 86_400_000;

struct Pair {
    counter: Counter,
    lender: (Identity, Lent),
    borrower: (Identity, Leased),
    batch: u64,
    now: UnixMillis,
    /// What the lender stopped for.
    stop: Option<Stop>,
}

const CASE: Case = Case { inputs: 6, nodes: 12, classes: 3, rows: 3, late: 0, seed: 5 };

impl Pair {
    fn new(change: impl FnOnce(&mut Loan), reputation_percent: u8) -> Self {
        let (identity, slice) = (Identity::from_seed([3; 32]), CASE.slice());
        let mut loan = loan(&identity, root_of(&slice).unwrap());
        change(&mut loan);
        let name = (ROOM, LOAN);
        // The lender's clock is a day ahead of the borrower's.
        let hours = Span::of(&loan, UnixMillis(AHEAD_MS), UnixMillis(0));
        let lent = Lent::new(name, loan.clone(), hours, slice.clone()).unwrap();
        let hours = Span::of(&loan, UnixMillis(0), UnixMillis(0));
        let leased = Leased::new(name, loan, hours, &slice, [9; 32], reputation_percent).unwrap();
        Self {
            counter: Counter::new(1, 1),
            lender: (identity, lent),
            borrower: (Identity::from_seed([4; 32]), leased),
            batch: 0,
            now: UnixMillis(1_000),
            stop: None,
        }
    }

    /// What the lender's clock says.
    fn there(&self) -> UnixMillis {
        UnixMillis(self.now.0 + AHEAD_MS)
    }

    /// One batch and its lesson. Gives what the lender says, unless it stops.
    fn step(&mut self) -> Vec<Message> {
        self.now.0 += 100;
        let rows = 1 + self.counter.below(CASE.rows);
        let below = wire::encode(&events(&mut self.counter, CASE.inputs, rows));
        let batch = self.batch;
        self.batch += 1;
        let values = (0..rows * CASE.classes).map(|_| 0.1).collect();
        let errors = wire::encode_errors(&ClassErrors { values, wrong: 0.5 });
        let there = self.there();
        let (identity, lent) = &mut self.lender;
        let (_, leased) = &mut self.borrower;
        leased.fire(batch, &below);
        let done = match lent.fire(batch, below, identity, there) {
            Ok(done) => done,
            Err(stop) => {
                self.stop = Some(stop);
                return Vec::new();
            }
        };
        leased.fired(batch, done.fired.unwrap()).unwrap();
        leased.teach(batch, 0.01, errors.clone());
        let taught = lent.teach(batch, 0.01, errors, identity, there).unwrap();
        done.message.into_iter().chain(taught.message).collect()
    }

    /// Passes what the lender says on, and what is answered, until nobody has anything to say.
    fn talk(&mut self, mut from_lender: Vec<Message>) {
        while let Some(message) = from_lender.pop() {
            let (identity, leased) = &mut self.borrower;
            let answer = leased.hear(message, identity, self.now).unwrap();
            let Some(answer) = answer else { continue };
            let there = self.there();
            from_lender.extend(self.lender.1.hear(answer, there).unwrap());
        }
    }

    fn work(&mut self, batches: usize) {
        for _ in 0..batches {
            let said = self.step();
            self.talk(said);
            if self.stop.is_some() {
                return;
            }
        }
    }

    /// The nodes go home as `change` leaves them.
    fn end(&mut self, change: impl FnOnce(&mut Slice)) -> Result<(), String> {
        self.borrower.1.finish();
        let report = self.lender.1.finish(&self.lender.0);
        self.talk(report.into_iter().collect());
        let mut slice = self.lender.1.slice().clone();
        change(&mut slice);
        let (identity, leased) = &mut self.borrower;
        let last = leased.returned(&slice, identity, self.now).map_err(|it| it.reason)?;
        let there = self.there();
        self.lender.1.hear(last.unwrap(), there).unwrap();
        Ok(())
    }
}

#[test]
fn a_loan_goes_from_the_first_batch_to_the_last_receipt() {
    let mut pair = Pair::new(|_| {}, 0);
    pair.work(4_000);
    pair.end(|_| {}).unwrap();
    let (lent, leased) = (pair.lender.1.progress(), pair.borrower.1.progress());
    assert_eq!(pair.stop, None);
    assert!(pair.borrower.1.is_over());
    assert_eq!(
        (lent.segments, lent.events, lent.owed),
        (leased.segments, leased.events, leased.owed)
    );
    assert!(leased.segments > 4 && leased.audits > 0 && leased.owed > Credits::ZERO, "{leased:?}");
    let Action::Claim(receipt) = pair.lender.1.claim() else { panic!("it has a receipt") };
    assert!(receipt.last && receipt.owed == leased.owed);
}

#[test]
fn a_loan_of_which_nothing_comes_costs_its_time() {
    let mut pair = Pair::new(|_| {}, 0);
    pair.now.0 += 60_000;
    pair.end(|_| {}).unwrap();
    assert_eq!(pair.lender.1.progress().owed, Credits::from_micros(61));
}

#[test]
fn whoever_does_not_sign_is_cut_off() {
    let mut pair = Pair::new(|_| {}, 0);
    for _ in 0..1_000 {
        // The borrower reads its statements and stays silent.
        for message in pair.step() {
            let (identity, leased) = &mut pair.borrower;
            leased.hear(message, identity, pair.now).unwrap();
        }
        if pair.stop.is_some() {
            break;
        }
    }
    assert!(matches!(pair.stop, Some(Stop::Unpaid(_))), "{:?}", pair.stop);
    assert!(matches!(pair.lender.1.claim(), Action::Return { owed: Credits::ZERO, .. }));
}

#[test]
fn a_deposit_that_is_used_up_ends_the_loan_and_is_paid() {
    let mut pair = Pair::new(|loan| loan.deposit = Credits::from_micros(300), 100);
    pair.work(4_000);
    assert!(pair.borrower.1.is_over());
    let Action::Claim(receipt) = pair.lender.1.claim() else { panic!("it has a receipt") };
    assert_eq!((receipt.owed, receipt.last), (Credits::from_micros(300), true));
}

#[test]
fn nodes_that_come_back_in_another_state_are_not_paid_for_the_last_segment() {
    let mut pair = Pair::new(|_| {}, 0);
    pair.work(300);
    let reason = pair.end(|slice| *slice = CASE.slice()).unwrap_err();
    assert!(reason.contains("another state"), "{reason}");
    assert!(!pair.borrower.1.is_over());
}

#[test]
fn after_its_time_a_loan_is_over() {
    let mut pair = Pair::new(|_| {}, 0);
    pair.now.0 += 3_600_000;
    pair.work(1);
    assert_eq!(pair.stop, Some(Stop::Over));
}

#[test]
fn what_only_the_other_side_sends_ends_the_loan() {
    let mut pair = Pair::new(|_| {}, 0);
    let state = Message::State { segment: 0, groups: Vec::new() };
    let there = pair.there();
    assert_eq!(pair.lender.1.hear(state.clone(), there), Err(Stop::Unexpected));
    let (identity, leased) = &mut pair.borrower;
    let breach = leased.hear(state, identity, pair.now).unwrap_err();
    assert!(breach.reason.contains("nobody asked for"), "{breach}");
    let breach = leased.hear(Message::AskState { segment: 0 }, identity, pair.now).unwrap_err();
    assert!(matches!(*breach.order, Action::Return { .. }));
}

#[test]
fn a_state_that_is_slow_to_come_is_asked_for_once() {
    // A stake this thin has a quarter of all segments audited; the states come only when a later segment is stated.
    let mut pair = Pair::new(|_| {}, 0);
    let mut asked = Vec::new();
    for _ in 0..4_000 {
        let said = pair.step();
        let is_stated = !said.is_empty();
        for message in said {
            let (identity, leased) = &mut pair.borrower;
            let answer = leased.hear(message, identity, pair.now).unwrap();
            let there = pair.there();
            match answer {
                Some(Message::AskState { segment }) => asked.push((pair.batch, segment)),
                Some(answer) => assert_eq!(pair.lender.1.hear(answer, there), Ok(None)),
                None => {}
            }
        }
        let is_due = asked.first().is_some_and(|(batch, _)| pair.batch > *batch + 1 && is_stated);
        if is_due {
            let (_, segment) = asked.remove(0);
            let there = pair.there();
            let state = pair.lender.1.hear(Message::AskState { segment }, there).unwrap();
            pair.talk(state.into_iter().collect());
        }
    }
    assert_eq!(pair.stop, None);
    assert!(pair.borrower.1.progress().audits > 2, "{:?}", pair.borrower.1.progress());
}
