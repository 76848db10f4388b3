//! A stream of lessons through lent nodes: as it is, with statements, and with audits.

use ledger::contracts::lending::{Loan, Phase, Terms};
use lending::{Borrower, Groups, Lender, Report, Verdict};
use neural::{
    Counter, Events, LearningState, Network, Plan,
    nodes::{ClassErrors, NodeId, Slice, Target, wire},
};
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    identity::Identity,
};
use std::error::Error;
use units::{Credits, Hash, PeerId, UnixMillis};

/// Rows of a batch.
const ROWS: u32 = 32;
const CLASSES: u32 = 10;
/// Batches on their way before the first is taught.
const LATE: usize = 4;
/// Batches that come again and again.
const BATCHES: usize = 16;
/// Errors that come again and again, each time on another batch: the same on the same batch, which no learning makes smaller,
/// would have all nodes fire before long.
const ERRORS: usize = 61;
const ROOM: Hash = Hash::from_bytes([1; 32]);
const LOAN: Hash = Hash::from_bytes([2; 32]);

/// How many nodes gather from how many numbers, and how many of these in a hundred are events.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// What it is called.
    pub name: &'static str,
    nodes: u32,
    inputs: u32,
    events_percent: u32,
}

/// Digits, and a layer further up.
pub const SHAPES: [Shape; 2] = [
    Shape { name: "64 nodes, 784 inputs", nodes: 64, inputs: 784, events_percent: 19 },
    Shape { name: "256 nodes, 256 inputs", nodes: 256, inputs: 256, events_percent: 10 },
];

/// How much of what belongs to a loan is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The lender's side alone: bytes in, bytes out.
    LenderPlain,
    /// The same with transcripts and statements.
    Lender,
    /// Both sides, one after the other.
    Plain,
    /// The same with transcripts and statements on both sides.
    Stated,
    /// The same with an audit of every twentieth segment.
    Audited,
}

/// All of them, in this order.
pub const MODES: [Mode; 5] =
    [Mode::LenderPlain, Mode::Lender, Mode::Plain, Mode::Stated, Mode::Audited];

/// Of so many segments, one is audited.
const AUDITED: u32 = 20;

/// What comes in, the same for all modes.
pub struct Stream {
    slice: Slice,
    identity: Identity,
    loan: Loan,
    below: Vec<Events>,
    below_bytes: Vec<Vec<u8>>,
    errors: Vec<Vec<u8>>,
}

impl Stream {
    /// Events as dense as a shape says, and any errors.
    ///
    /// # Errors
    /// None for the shapes here.
    pub fn new(shape: Shape) -> Result<Self, Box<dyn Error>> {
        let Shape { nodes, inputs, events_percent, .. } = shape;
        let layers = vec![LayerSpec::new(nodes, 5)];
        let spec = NetworkSpec { inputs, steps: 1, layers, classes: CLASSES, seed: 5 };
        let ids: Vec<_> = (0..nodes).map(|index| NodeId::new(0, index)).collect();
        let slice = Network::new(&spec)?.slice(&LearningState::new(&spec), &ids, 32)?;
        let mut counter = Counter::new(1, 1);
        let (mut below, mut errors) = (Vec::new(), Vec::new());
        for _ in 0..BATCHES {
            let mut events = Events::new(inputs);
            for _ in 0..ROWS {
                let is_event = |_: &u32| counter.below(100) < events_percent;
                let places: Vec<u32> = (0..inputs).filter(is_event).collect();
                let values: Vec<f32> = places.iter().map(|_| counter.normal().abs()).collect();
                events.push_sample(&places, &values)?;
            }
            below.push(events);
        }
        for _ in 0..ERRORS {
            let values = (0..ROWS * CLASSES).map(|_| 0.3 * counter.normal().clamp(-1.0, 1.0));
            let values = values.collect();
            errors.push(wire::encode_errors(&ClassErrors { values, wrong: 0.3 }));
        }
        let identity = Identity::from_seed([3; 32]);
        let loan = Loan {
            borrower: PeerId::from_bytes([4; 32]),
            lender: identity.peer_id(),
            terms: Terms {
                nodes,
                price_per_hour: Credits::ZERO,
                price_per_thousand_events: Credits::ZERO,
                stake: Credits::whole(10),
                inputs_max: inputs,
            },
            deposit: Credits::ZERO,
            state: Groups::of(&slice)?.root(),
            since: UnixMillis(0),
            until: UnixMillis(1),
            phase: Phase::Open,
        };
        let below_bytes = below.iter().map(wire::encode).collect();
        Ok(Self { slice, identity, loan, below, below_bytes, errors })
    }

    /// So many lessons in a mode; gives the bytes that the nodes gave, which are as many in every mode.
    ///
    /// # Errors
    /// If a lender that is honest is not found to be.
    pub fn run(&self, mode: Mode, lessons: u64) -> Result<usize, Box<dyn Error>> {
        match mode {
            Mode::LenderPlain => self.run_plainly(lessons, false),
            Mode::Plain => self.run_plainly(lessons, true),
            Mode::Lender => self.run_lender(lessons),
            Mode::Stated | Mode::Audited => self.run_both(lessons, mode == Mode::Audited),
        }
    }

    fn run_plainly(&self, lessons: u64, both: bool) -> Result<usize, Box<dyn Error>> {
        let mut slice = self.slice.clone();
        let mut given = 0;
        for batch in 0..lessons {
            let place = batch as usize % BATCHES;
            let sent = if both {
                wire::encode(&self.below[place])
            } else {
                self.below_bytes[place].clone()
            };
            let below = wire::decode(&sent, slice.inputs())?;
            let fired = wire::encode(&slice.forward(batch, &below)?);
            given += fired.len();
            if let Some(batch) = batch.checked_sub(LATE as u64) {
                let errors = self.errors[batch as usize % ERRORS].clone();
                let errors = wire::decode_errors(&errors)?;
                let plan = Plan { learning_rate: 1e-3, ..Plan::default() };
                slice.teach(batch, Target::Errors(&errors), &plan, 0)?;
            }
        }
        Ok(given)
    }

    fn run_lender(&self, lessons: u64) -> Result<usize, Box<dyn Error>> {
        let mut lender = Lender::new(ROOM, LOAN, &self.loan, self.slice.clone())?;
        let mut given = 0;
        for batch in 0..lessons {
            let place = batch as usize % BATCHES;
            let answer = lender.fire(batch, self.below_bytes[place].clone(), &self.identity)?;
            given += answer.fired.map_or(0, |fired| fired.len());
            if let Some(batch) = batch.checked_sub(LATE as u64) {
                let errors = self.errors[batch as usize % ERRORS].clone();
                lender.teach(batch, 1e-3, errors, &self.identity)?;
            }
        }
        Ok(given)
    }

    fn run_both(&self, lessons: u64, is_audited: bool) -> Result<usize, Box<dyn Error>> {
        let mut lender = Lender::new(ROOM, LOAN, &self.loan, self.slice.clone())?;
        let state = Groups::of(&self.slice)?;
        let mut borrower = Borrower::new(ROOM, LOAN, self.loan.lender, &state);
        let mut given = 0;
        let take = |borrower: &mut Borrower, lender: &Lender, report: Option<Report>| {
            let Some(report) = report else { return Ok(()) };
            let segment = report.statement.digests.segment;
            borrower.take_report(report)?;
            if is_audited && segment % AUDITED == AUDITED / 2 {
                let state = lender.state(segment).ok_or("no state")?.to_vec();
                if borrower.audit(segment, state)? != Verdict::Right {
                    return Err("an honest lender is found to cheat".into());
                }
            }
            Ok::<_, Box<dyn Error>>(())
        };
        for batch in 0..lessons {
            let place = batch as usize % BATCHES;
            let sent = borrower.fire(batch, &self.below[place]);
            let answer = lender.fire(batch, sent, &self.identity)?;
            let fired = answer.fired.unwrap_or_default();
            given += fired.len();
            borrower.fired(batch, fired)?;
            take(&mut borrower, &lender, answer.report)?;
            if let Some(batch) = batch.checked_sub(LATE as u64) {
                let errors = &self.errors[batch as usize % ERRORS];
                borrower.teach(batch, 1e-3, errors.clone());
                let answer = lender.teach(batch, 1e-3, errors.clone(), &self.identity)?;
                take(&mut borrower, &lender, answer.report)?;
            }
        }
        Ok(given)
    }
}
