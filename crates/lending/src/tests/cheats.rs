//! Lenders that sign what is not so, each in its own way.

use super::*;
use crate::{
    Complaint, Digests, FraudProof, Statement, judge,
    operation::Operation,
    transcript::{Segment, extend},
};

/// What a lender does instead.
#[derive(Debug, Clone, Copy)]
enum Cheat {
    /// Sends other events than its nodes gave.
    Output,
    /// Says that it has taught, and has not.
    SkippedLesson,
    /// Teaches the opposite.
    WrongTargets,
    /// Goes on from the state before the last segment.
    StaleState,
    /// Ends in the state of other nodes.
    OtherState,
}

/// A lender without scruples: it does what it likes, and signs what the borrower expects to see.
struct Cheater {
    slice: Slice,
    current: Segment,
    before: Groups,
    oldest: Groups,
    transcript: Hash,
    cheat: Option<Cheat>,
}

impl Cheater {
    fn new(slice: Slice) -> Self {
        let before = Groups::of(&slice).unwrap();
        let (oldest, transcript) = (before.clone(), before.root());
        Self { slice, current: Segment::default(), before, oldest, transcript, cheat: None }
    }

    /// Does, or does not do, what it is told, and gives what it sends.
    fn perform(&mut self, operation: Operation) -> Option<Vec<u8>> {
        let really = match (&operation, self.cheat) {
            (Operation::Teach { .. }, Some(Cheat::SkippedLesson)) => None,
            (Operation::Teach { batch, rate, errors }, Some(Cheat::WrongTargets)) => {
                let mut wrong = wire::decode_errors(errors).unwrap();
                wrong.values.iter_mut().for_each(|value| *value = -*value);
                let errors = wire::encode_errors(&wrong);
                Some(Operation::Teach { batch: *batch, rate: *rate, errors })
            }
            _ => Some(operation.clone()),
        };
        let really = really.map(|it| it.perform(&mut self.slice).unwrap());
        let size = match &really {
            Some(done) => done.size,
            None => crate::operation::Size { bytes: operation.size_bytes(), ..Default::default() },
        };
        self.current.push(operation, size);
        let fired = really.and_then(|done| done.fired)?;
        let sent = match self.cheat {
            Some(Cheat::Output) => self.changed(&fired),
            _ => wire::encode(&fired),
        };
        self.current.push_output(&sent);
        Some(sent)
    }

    /// Events of its nodes that they did not give: of each sample, one more or one less.
    fn changed(&self, fired: &Events) -> Vec<u8> {
        let first = self.slice.ids().next().unwrap().index;
        let mut changed = Events::new(fired.width());
        for sample in 0..fired.samples() {
            let (nodes, values) = fired.sample(sample);
            if nodes.first() == Some(&first) {
                changed.push_sample(&nodes[1..], &values[1..]).unwrap();
            } else {
                let nodes: Vec<_> = [first].iter().chain(nodes).copied().collect();
                let values: Vec<_> = [0.5].iter().chain(values).copied().collect();
                changed.push_sample(&nodes, &values).unwrap();
            }
        }
        wire::encode(&changed)
    }

    fn report(&mut self, identity: &Identity) -> Report {
        let state = match self.cheat {
            Some(Cheat::OtherState) => self.oldest.clone(),
            _ => Groups::of(&self.slice).unwrap(),
        };
        let before = match self.cheat {
            Some(Cheat::StaleState) => self.oldest.root(),
            _ => self.before.root(),
        };
        let digests = self.current.digests(before, state.root());
        self.transcript = extend(self.transcript, &digests);
        let leaves = state.leaves().to_vec();
        let of = (ROOM, LOAN, leaves.len() as u32);
        let (next, carried) = self.current.next();
        self.current = next;
        self.slice.forget_batches();
        for (operation, size) in carried {
            operation.perform(&mut self.slice).unwrap();
            self.current.push(operation, size);
        }
        self.before = state;
        Report { statement: Statement::sign(identity, of, digests), leaves }
    }
}

fn cheat() -> impl Strategy<Value = Cheat> {
    prop_oneof![
        Just(Cheat::Output),
        Just(Cheat::SkippedLesson),
        Just(Cheat::WrongTargets),
        Just(Cheat::StaleState),
        Just(Cheat::OtherState),
    ]
}

/// An honest segment and a second one with a cheat. Gives what shows it, and whose loan it is.
pub(super) fn fraud(case: Case, cheat: impl Into<Option<u8>>) -> (FraudProof, Loan) {
    let cheats = [
        Cheat::Output,
        Cheat::SkippedLesson,
        Cheat::WrongTargets,
        Cheat::StaleState,
        Cheat::OtherState,
    ];
    caught(case, cheats[usize::from(cheat.into().unwrap_or(0)) % cheats.len()])
}

fn caught(case: Case, cheat: Cheat) -> (FraudProof, Loan) {
    let identity = Identity::from_seed([3; 32]);
    let slice = case.slice();
    let state = Groups::of(&slice).unwrap();
    let loan = loan(&identity, state.root());
    let mut borrower = Borrower::new(ROOM, LOAN, loan.lender, &state);
    let mut cheater = Cheater::new(slice);
    let mut counter = Counter::new(case.seed, 23);
    for segment in 0..2 {
        if segment == 1 {
            cheater.cheat = Some(cheat);
        }
        let before = cheater.before.clone();
        for step in 0..4u64 {
            let batch = u64::from(segment) * 100 + step;
            let below = events(&mut counter, case.inputs, case.rows);
            let below_bytes = borrower.fire(batch, &below);
            let fired = cheater.perform(Operation::Fire { batch, below: below_bytes }).unwrap();
            borrower.fired(batch, fired).unwrap();
            // Errors that teach even a layer that is silent: the biases of its readout.
            let values =
                (0..case.rows * case.classes).map(|place| 0.9 - (place % 2) as f32).collect();
            let errors = wire::encode_errors(&ClassErrors { values, wrong: 0.5 });
            borrower.teach(batch, 0.05, errors.clone());
            cheater.perform(Operation::Teach { batch, rate: 0.05, errors });
        }
        borrower.finish();
        match borrower.take_report(cheater.report(&identity)) {
            Ok(()) => {}
            Err(Complaint::Fraud(proof)) => return (*proof, loan),
            Err(other) => panic!("{other}"),
        }
        match borrower.audit(segment, before.encodings().to_vec()).unwrap() {
            Verdict::Right => assert_eq!(segment, 0, "{cheat:?} in {case:?}"),
            Verdict::Wrong(proof) => {
                assert_eq!(segment, 1);
                return (*proof, loan);
            }
        }
    }
    panic!("{cheat:?} was not found in {case:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn every_cheat_is_found_and_everybody_can_see_it(case in case(), cheat in cheat()) {
        let (proof, loan) = caught(case, cheat);
        let bytes = proof.encode();
        prop_assert_eq!(judge(LOAN, &loan, &bytes), Ok(()));
        prop_assert!(judge(ROOM, &loan, &bytes).unwrap_err().contains("disputed"));
        let other = Loan { lender: loan.borrower, ..loan };
        prop_assert!(judge(LOAN, &other, &bytes).is_err());
    }
}

#[test]
fn a_lender_that_begins_elsewhere_is_proven_wrong_by_its_statement_alone() {
    let case = Case { inputs: 3, nodes: 4, classes: 2, rows: 1, late: 0, seed: 1 };
    let mut play = case.play();
    let mut report = play.segment(2);
    let digests = Digests { before: LOAN, ..report.statement.digests };
    report.statement = Statement::sign(&play.identity, (ROOM, LOAN, 1), digests);
    let Err(Complaint::Fraud(proof)) = play.borrower.take_report(report) else { panic!() };
    assert_eq!(judge(LOAN, &play.loan, &proof.encode()), Ok(()));
}

#[test]
fn what_was_not_sent_is_complained_about_at_once() {
    let case = Case { inputs: 3, nodes: 4, classes: 2, rows: 1, late: 0, seed: 1 };
    let mut play = case.play();
    assert_eq!(play.borrower.fired(7, vec![0]), Err(Complaint::Unasked { batch: 7 }));
    let report = play.segment(2);
    let with = |change: fn(&mut Digests)| {
        let mut report = report.clone();
        change(&mut report.statement.digests);
        let of = (ROOM, LOAN, 1);
        report.statement = Statement::sign(&play.identity, of, report.statement.digests);
        play.borrower.clone().take_report(report).unwrap_err().to_string()
    };
    assert!(with(|said| said.inputs = LOAN).contains("inputs"));
    assert!(with(|said| said.outputs = LOAN).contains("outputs"));
    assert!(with(|said| said.portions += 1).contains("outputs"));
    assert!(with(|said| said.after = LOAN).contains("state after"));
    assert!(with(|said| said.segment = 1).contains("segment 1 where that of segment 0 is due"));
    let mut unsigned = report.clone();
    unsigned.statement.signature = Identity::from_seed([9; 32]).sign("x", b"y");
    let unsigned = play.borrower.take_report(unsigned);
    assert_eq!(unsigned, Err(Complaint::Unsigned { segment: 0 }));
    assert_eq!(play.borrower.take_report(report), Ok(()));
}
