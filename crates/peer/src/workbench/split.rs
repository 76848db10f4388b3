//! Jobs on a cluster whose nodes are on several devices.

use super::{
    Workbench,
    cluster::{Cluster, Data},
    invalid, loans,
    looking::classes_of,
};
use crate::job::{Answer, JobError, Next, Passage, Prediction, SplitJob};
use lending::Leased;
use neural::{
    Counter, Events, Model, Plan,
    nodes::{Passed, Progress, Slice, SliceError, Spread, wire},
};
use protocol::limits;
use units::{ClusterId, SortedMap, UnixMillis};

/// A network in parts, and where training is in its rows.
#[derive(Debug)]
pub(super) struct InParts {
    spread: Spread,
    /// Rows of this round through all of them that have yet to come.
    rows: Vec<u32>,
    rounds: u64,
    /// Parts that are on lease.
    pub(super) loans: SortedMap<u16, Leased>,
}

impl Workbench {
    /// Keeps a newer state of a part that is elsewhere.
    pub(super) fn keep_part(
        &mut self,
        cluster: &ClusterId,
        now: UnixMillis,
        part: u16,
        bytes: &[u8],
    ) -> Result<Answer, JobError> {
        let slice = Slice::decode(bytes).map_err(invalid)?;
        let known = self.clusters.get_mut(cluster);
        let known = known.ok_or_else(|| JobError::UnknownCluster(cluster.clone()))?;
        let split = known.split.as_mut().ok_or_else(|| no_split(cluster))?;
        let identity = self.books.as_ref().map(|books| books.identity());
        let answer = identity
            .and_then(|identity| loans::returned(&mut split.loans, part, &slice, identity, now));
        if !split.spread.keep(part.into(), slice) {
            return Err(no_part(part));
        }
        Ok(Answer::Loans(answer.into_iter().collect()))
    }
}

impl Cluster {
    pub(super) fn run_split(&mut self, id: &ClusterId, job: SplitJob) -> Result<Answer, JobError> {
        if let SplitJob::Begin { cuts } = job {
            if self.model.network().spec().steps > 1 {
                return Err(invalid(
                    "a network of several frames cannot be carried by several devices: train it together instead",
                ));
            }
            // Lessons that wait for an update are a part of it.
            let network = self.taught.as_ref().unwrap_or(self.model.network()).clone();
            match &mut self.split {
                Some(split) => {
                    // What is a part already stays as it is, to the bit: an order may name its state.
                    let parts: Vec<Slice> = (0..).map_while(|it| split.slice(it).ok()).collect();
                    let (network, learning) = split.spread.gather().map_err(invalid)?;
                    split.spread = Spread::new(network, learning, &cuts).map_err(invalid)?;
                    for (number, part) in parts.into_iter().enumerate() {
                        split.spread.keep(number, part);
                    }
                }
                None => {
                    let learning = self.learning.clone();
                    let spread = Spread::new(network, learning, &cuts).map_err(invalid)?;
                    let (rows, rounds, loans) = (Vec::new(), 0, SortedMap::new());
                    self.split = Some(InParts { spread, rows, rounds, loans });
                }
            }
            return Ok(Answer::Done);
        }
        let split = self.split.as_mut();
        let split = split.ok_or_else(|| no_split(id))?;
        match job {
            // Of these the workbench itself takes care.
            SplitJob::Begin { .. } | SplitJob::Keep { .. } | SplitJob::Loan(_) => Ok(Answer::Done),
            SplitJob::Root { part } => loans::root(&split.slice(part)?),
            SplitJob::Lend { part } => {
                let bytes = split.spread.lend(part.into());
                bytes.map(Answer::Bytes).ok_or_else(|| no_part(part))
            }
            SplitJob::Place { part, here } => {
                split.spread.place(part.into(), here);
                Ok(Answer::Done)
            }
            SplitJob::Step { batch, rows, learning_rate, seed } => {
                let data = self.data.as_ref().ok_or_else(|| JobError::NoData(id.clone()))?;
                let (input, labels) = split.take_rows(data, rows, seed);
                let start = split.spread.start(batch, input, Some(labels), learning_rate);
                split.passage(batch, None, Vec::new(), start.map_err(invalid)?, rows)
            }
            SplitJob::Ask { batch, input } => {
                self.model.network().check_input(&input).map_err(invalid)?;
                let nodes = (0..).zip(&input).filter(|(_, value)| **value != 0.0);
                let (nodes, values): (Vec<u32>, Vec<f32>) = nodes.map(|(n, v)| (n, *v)).unzip();
                let mut events = Events::new(input.len() as u32);
                events.push_sample(&nodes, &values).map_err(invalid)?;
                let start = split.spread.start(batch, events, None, 0.0).map_err(invalid)?;
                split.passage(batch, None, Vec::new(), start, 1)
            }
            SplitJob::Join { batch, arrived } => split.join(batch, &arrived),
            SplitJob::Teach { error } => {
                let rate = Plan::default().learning_rate;
                let (batch, errors) = split.spread.teach(&error, rate).map_err(|error| match error {
                    SliceError::Stale { .. } => invalid(
                        "nothing has been predicted since the last error: ask for a prediction first",
                    ),
                    other => invalid(other),
                })?;
                Ok(Answer::Lesson { batch, rate, errors: wire::encode_errors(&errors) })
            }
            SplitJob::Settle { end } => self.settle(end),
        }
    }

    /// Makes what is known of all parts the shared network.
    fn settle(&mut self, end: bool) -> Result<Answer, JobError> {
        if let Some(split) = &mut self.split {
            let (network, learning) = split.spread.gather().map_err(invalid)?;
            let momentum = self.model.momentum().to_vec();
            let parameters = network.parameters().to_vec();
            let model = Model::from_numbers(network.spec(), parameters, momentum);
            (self.model, self.learning) = (model.map_err(invalid)?, learning);
            // What was taught or promised before was of the model that goes.
            (self.taught, self.pending) = (None, None);
            self.model_hash = self.model.hash();
            if end {
                self.split = None;
            }
        }
        Ok(Answer::Adopted { model: self.model_hash, together: self.together() })
    }
}

impl InParts {
    /// A part as it is known here.
    pub(super) fn slice(&self, part: u16) -> Result<Slice, JobError> {
        let bytes = self.spread.lend(part.into()).ok_or_else(|| no_part(part))?;
        Slice::decode(&bytes).map_err(invalid)
    }

    /// Learning is called for.
    pub(super) fn call_for_learning(&mut self, urgency: f32) {
        self.spread.call_for_learning(urgency);
    }

    /// Other rows have come.
    pub(super) fn forget_rows(&mut self) {
        self.rows.clear();
    }

    /// The next rows, each once before any comes again.
    fn take_rows(&mut self, data: &Data, rows: u32, seed: u64) -> (Events, Vec<u16>) {
        let mut input = Events::new(data.dataset.inputs);
        let mut labels = Vec::new();
        for _ in 0..rows.clamp(1, limits::BATCH_ROWS_MAX) {
            if self.rows.is_empty() {
                self.rows.clone_from(&data.split.train);
                Counter::new(seed, self.rounds).shuffle(&mut self.rows);
                self.rounds += 1;
            }
            if let Some(row) = self.rows.pop() {
                data.dataset.read_row(row as usize, &mut input);
                labels.push(data.dataset.labels[row as usize]);
            }
        }
        (input, labels)
    }

    fn join(&mut self, batch: u64, arrived: &[(u16, Vec<u8>)]) -> Result<Answer, JobError> {
        let rows = self.spread.below(batch).map_or(0, Events::samples) as u32;
        let (mut refused, mut events) = (Vec::new(), Vec::new());
        for (part, bytes) in arrived {
            let width = self.spread.width_of((*part).into()).ok_or_else(|| no_part(*part))?;
            let decoded = wire::decode(bytes, width).ok();
            let fits = |it: &Events| self.spread.accepts(batch, (*part).into(), it);
            match decoded.filter(fits) {
                Some(decoded) => events.push((usize::from(*part), decoded)),
                None => refused.push(*part),
            }
        }
        let joined = self.spread.join(batch, events).map_err(invalid)?;
        let lesson = joined.errors.map(|errors| (joined.rate, wire::encode_errors(&errors)));
        self.passage(batch, lesson, refused, joined.progress, rows)
    }

    fn passage(
        &self,
        batch: u64,
        lesson: Option<(f32, Vec<u8>)>,
        refused: Vec<u16>,
        progress: Progress,
        rows: u32,
    ) -> Result<Answer, JobError> {
        let next = match progress {
            Progress::Waits { layer } => {
                let below = self.spread.below(batch).map(wire::encode).unwrap_or_default();
                Next::Waits { layer, below }
            }
            Progress::Done(passed) if passed.is_question => Next::Answered(prediction(passed)),
            Progress::Done(Passed { correct, .. }) => Next::Learnt { rows, correct },
        };
        Ok(Answer::Passage(Passage { lesson, refused, next }))
    }
}

fn prediction(passed: Passed) -> Prediction {
    let probabilities = passed.probabilities();
    let Passed { fired, missing, .. } = passed;
    Prediction { classes: classes_of(probabilities), fired, missing_nodes: missing }
}

fn no_split(cluster: &ClusterId) -> JobError {
    invalid(format_args!("cluster `{cluster}` is not split"))
}

fn no_part(part: u16) -> JobError {
    invalid(format_args!("part {part} is none of this network, or not as it was cut"))
}
