//! Loans between honest and other peers.

mod accounts;
mod cheats;
mod conversations;
mod forgeries;
mod honesty;

use crate::{Borrower, Groups, Lender, Report, Verdict};
use ledger::contracts::lending::{Loan, Phase, Terms};
use neural::{
    Counter, Events, LearningState, Network,
    nodes::{ClassErrors, NodeId, Slice, wire},
};
use proptest::prelude::*;
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    identity::Identity,
};
use units::{Credits, Hash, UnixMillis};

/// A loan of any small shape.
#[derive(Debug, Clone, Copy)]
struct Case {
    inputs: u32,
    nodes: u32,
    classes: u32,
    /// Rows of a batch at most.
    rows: u32,
    /// Batches on their way before the first is taught.
    late: u64,
    seed: u64,
}

fn case() -> impl Strategy<Value = Case> {
    (1u32..12, 1u32..21, 2u32..4, 1u32..4, 0u64..6, any::<u64>()).prop_map(
        |(inputs, nodes, classes, rows, late, seed)| Case {
            inputs,
            nodes,
            classes,
            rows,
            late,
            seed,
        },
    )
}

const ROOM: Hash = Hash::from_bytes([1; 32]);
const LOAN: Hash = Hash::from_bytes([2; 32]);

/// Both sides, and what is sent between them.
struct Play {
    case: Case,
    counter: Counter,
    identity: Identity,
    loan: Loan,
    borrower: Borrower,
    lender: Lender,
    next_batch: u64,
    /// Batches that are not taught yet, and their rows.
    open: Vec<(u64, u32)>,
    /// What the nodes gave.
    fired: Vec<Vec<u8>>,
}

impl Case {
    fn slice(&self) -> Slice {
        let Self { inputs, nodes, classes, seed, .. } = *self;
        let layers = vec![LayerSpec::new(nodes + 3, 4)];
        let spec = NetworkSpec { inputs, steps: 1, layers, classes, seed };
        let mut ids: Vec<_> = (0..nodes).map(|index| NodeId::new(0, index + index % 2)).collect();
        ids.dedup();
        let network = Network::new(&spec).unwrap();
        network.slice(&LearningState::new(&spec), &ids, 16).unwrap()
    }

    fn play(&self) -> Play {
        let (identity, slice) = (Identity::from_seed([3; 32]), self.slice());
        let state = Groups::of(&slice).unwrap();
        let loan = loan(&identity, state.root());
        let lender = Lender::new(ROOM, LOAN, &loan, slice).unwrap();
        let borrower = Borrower::new(ROOM, LOAN, loan.lender, &state);
        let counter = Counter::new(self.seed, 17);
        let (next_batch, open, fired) = (0, Vec::new(), Vec::new());
        Play { case: *self, counter, identity, loan, borrower, lender, next_batch, open, fired }
    }
}

fn loan(lender: &Identity, state: Hash) -> Loan {
    let terms = Terms {
        nodes: 4_000,
        price_per_hour: Credits::from_micros(3_600),
        price_per_thousand_events: Credits::from_micros(1_000),
        stake: Credits::whole(10),
        inputs_max: 4_000,
    };
    Loan {
        borrower: Identity::from_seed([4; 32]).peer_id(),
        lender: lender.peer_id(),
        terms,
        deposit: Credits::whole(1),
        state,
        since: UnixMillis(0),
        until: UnixMillis(3_600_000),
        phase: Phase::Open,
    }
}

fn events(counter: &mut Counter, inputs: u32, rows: u32) -> Events {
    let mut events = Events::new(inputs);
    for _ in 0..rows {
        let nodes: Vec<u32> = (0..inputs).filter(|_| counter.below(2) == 0).collect();
        let values: Vec<f32> = nodes.iter().map(|_| counter.normal()).collect();
        events.push_sample(&nodes, &values).unwrap();
    }
    // As they come out of a message: what is silent there is silent.
    wire::decode(&wire::encode(&events), inputs).unwrap()
}

impl Play {
    /// One batch and, unless it is to be late, one lesson. Gives the report, if a segment ended.
    fn step(&mut self) -> Option<Report> {
        let rows = 1 + self.counter.below(self.case.rows);
        let below = events(&mut self.counter, self.case.inputs, rows);
        let batch = self.next_batch;
        self.next_batch += 1;
        let sent = self.borrower.fire(batch, &below);
        let mut answer = self.lender.fire(batch, sent, &self.identity).unwrap();
        let fired = answer.fired.take().unwrap();
        self.fired.push(fired.clone());
        self.borrower.fired(batch, fired).unwrap();
        self.open.push((batch, rows));
        if self.open.len() as u64 > self.case.late {
            let (batch, rows) = self.open.remove(0);
            // One in eight is lost.
            if self.counter.below(8) > 0 {
                let errors = self.errors(rows);
                self.borrower.teach(batch, 0.01, errors.clone());
                let taught = self.lender.teach(batch, 0.01, errors, &self.identity).unwrap();
                answer.report = answer.report.or(taught.report);
            }
        }
        answer.report
    }

    fn errors(&mut self, rows: u32) -> Vec<u8> {
        let values = rows * self.case.classes;
        let values = (0..values).map(|_| self.counter.normal().clamp(-1.0, 1.0)).collect();
        wire::encode_errors(&ClassErrors { values, wrong: self.counter.below(100) as f32 / 100.0 })
    }

    /// So many steps, and the end of a segment.
    fn segment(&mut self, steps: usize) -> Report {
        for _ in 0..steps {
            if let Some(report) = self.step() {
                return report;
            }
        }
        self.borrower.finish();
        self.lender.finish(&self.identity).expect("something was done")
    }

    fn audit(&self, segment: u32) -> Verdict {
        let state = self.lender.state(segment).unwrap().to_vec();
        self.borrower.audit(segment, state).unwrap()
    }
}
