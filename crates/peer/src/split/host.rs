//! The host's part: nodes that this device carries for others, as far as somebody here has agreed to it.

mod loans;

use super::{Action, Purpose};
use crate::job::{Answer, HostJob, JobError, LoanProgress};
use ::core::time::Duration;
use loans::OnLoan;
use protocol::{
    encoding::encode,
    limits,
    split::{Refusal, SliceShape, SplitId, SplitMessage},
};
use units::{ClusterId, Credits, Hash, Instant, PeerId, SortedSet};

/// Jobs that one part may have waiting: beyond, what comes for it is lost.
const JOBS_MAX: u32 = 64;

/// The same for nodes on lease, of which nothing may be lost: a borrower that sends more before it has an answer is cut off.
const LOAN_JOBS_MAX: u32 = 256;

/// How long nodes that were agreed on may be on their way, and those that are given back may wait to be fetched.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the encoding of a part takes beside its parameters and its nodes.
const SLICE_BYTES_MIN: u64 = 256;

/// Nodes of others on this device.
#[derive(Debug, Default)]
pub(crate) struct Hosting {
    /// So many nodes somebody here has agreed to carry.
    nodes_max: u32,
    pub(super) carried: Vec<Carried>,
    next_slice: u32,
    /// Loans that this device has taken up, in this life or an earlier one whose claim is not recorded: it may not do so twice.
    taken: SortedSet<Hash>,
    /// How often the ledger is being asked for a loan.
    looks: usize,
    actions: Vec<Action>,
}

/// Nodes of one part of somebody's network.
#[derive(Debug)]
pub(super) struct Carried {
    pub owner: PeerId,
    split: SplitId,
    part: u16,
    /// What the workbench calls it.
    slice: u32,
    pub cluster: ClusterId,
    pub shape: SliceShape,
    stage: Stage,
    /// Since when something is waited for; `None` while nothing is.
    since: Option<Instant>,
    jobs: u32,
    /// Batches on which they have fired.
    pub fired: u32,
    /// Batches from which they have learnt.
    pub taught: u32,
    pub loan: Option<OnLoan>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The ledger is asked whether it has their loan.
    Looking,
    /// Agreed on; they are on their way.
    Awaited,
    /// They are being looked at.
    Coming,
    Here,
    /// Here, but somebody wants them to go.
    Unwanted,
    /// Being written down for the last time.
    Going,
    /// On their way home; the last receipt is to come.
    Settling,
}

impl Hosting {
    /// As somebody has agreed to in an earlier life.
    pub(crate) fn new(nodes_max: u32) -> Self {
        Self { nodes_max, ..Self::default() }
    }

    pub(crate) fn nodes_max(&self) -> u32 {
        self.nodes_max
    }

    pub(crate) fn take_actions(&mut self) -> Vec<Action> {
        ::core::mem::take(&mut self.actions)
    }

    /// Somebody at this device agrees to carry so many nodes. What is too many is given back, the newest first.
    pub(crate) fn set_nodes_max(&mut self, nodes_max: u32, now: Instant) {
        self.nodes_max = nodes_max;
        for place in (0..self.carried.len()).rev() {
            if self.nodes() <= nodes_max {
                return;
            }
            let it = &mut self.carried[place];
            if it.loan.is_some() {
                // What the ledger has, its person has agreed to there.
                continue;
            }
            let message = if it.stage == Stage::Here {
                (it.stage, it.since) = (Stage::Unwanted, Some(now));
                SplitMessage::Withdraw
            } else if it.is_staying() {
                (it.stage, it.since) = (Stage::Unwanted, Some(now));
                SplitMessage::Refuse(Refusal::Nodes(0))
            } else {
                continue;
            };
            self.actions.push(Action::Send(it.owner, it.split, it.part, message));
        }
    }

    /// Whether this device carries nodes of a cluster for its owner.
    pub(crate) fn carries(&self, owner: PeerId, cluster: &ClusterId) -> bool {
        self.carried.iter().any(|it| it.owner == owner && it.cluster == *cluster)
    }

    /// The largest value on `bulk` that an owner may have to send.
    pub(crate) fn bulk_limit_bytes(&self) -> usize {
        let awaited = self.carried.iter().filter(|it| it.stage == Stage::Awaited);
        awaited.map(|it| slice_bytes_max(&it.shape) as usize).max().unwrap_or(0)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        let ends = self.carried.iter().filter_map(|it| it.loan.as_ref()?.until);
        self.carried.iter().filter_map(|it| Some(it.since? + PATIENCE)).chain(ends).min()
    }

    /// Gives up waiting.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        for place in (0..self.carried.len()).rev() {
            if self.carried[place].since.is_some_and(|since| now >= since + PATIENCE) {
                self.forget(place, Some(Refusal::Unknown));
            } else if let Some(OnLoan { until: Some(until), .. }) = self.carried[place].loan
                && now >= until
            {
                self.forget(place, Some(Refusal::Loan));
            }
        }
    }

    /// An owner is gone.
    pub(crate) fn peer_disconnected(&mut self, owner: PeerId) {
        for place in (0..self.carried.len()).rev() {
            if self.carried[place].owner == owner {
                self.forget(place, None);
            }
        }
    }

    /// A message of an owner.
    pub(crate) fn handle_message(
        &mut self,
        owner: PeerId,
        split: SplitId,
        part: u16,
        message: SplitMessage,
        (now, me): (Instant, PeerId),
    ) {
        let known = self.find(owner, split, part);
        if let SplitMessage::Ask { cluster, shape, loan } = message {
            if let Some(place) = known {
                self.forget(place, None);
            }
            let answer = match self.check(&shape, loan) {
                Ok(()) => {
                    let slice = self.next_slice;
                    self.next_slice += 1;
                    let (mut jobs, fired, taught) = (0, 0, 0);
                    let (stage, since) = if let Some(loan) = loan {
                        let shape = [shape.nodes, shape.inputs];
                        let job = HostJob::Look { loan, borrower: owner, shape };
                        self.actions.push(Action::Host(job, Purpose::Look(slice)));
                        self.looks += 1;
                        jobs += 1;
                        (Stage::Looking, None)
                    } else {
                        (Stage::Awaited, Some(now))
                    };
                    let is_looking = stage == Stage::Looking;
                    let loan = loan.map(|name| OnLoan {
                        name,
                        me,
                        until: None,
                        progress: LoanProgress::default(),
                        is_over: false,
                        is_ending: false,
                        is_checked: false,
                    });
                    self.carried.push(Carried {
                        owner,
                        split,
                        part,
                        slice,
                        cluster,
                        shape,
                        stage,
                        since,
                        jobs,
                        fired,
                        taught,
                        loan,
                    });
                    if is_looking {
                        return;
                    }
                    SplitMessage::Agree
                }
                Err(why) => SplitMessage::Refuse(why),
            };
            return self.actions.push(Action::Send(owner, split, part, answer));
        }
        let Some(place) = known else {
            if !matches!(message, SplitMessage::Release) {
                let answer = SplitMessage::Refuse(Refusal::Unknown);
                self.actions.push(Action::Send(owner, split, part, answer));
            }
            return;
        };
        let it = &mut self.carried[place];
        let slice = it.slice;
        if it.loan.is_some() && it.jobs >= LOAN_JOBS_MAX {
            return self.forget(place, Some(Refusal::Damaged));
        }
        let jobs_max = if it.loan.is_some() { LOAN_JOBS_MAX } else { JOBS_MAX };
        let is_here = matches!(it.stage, Stage::Here | Stage::Unwanted);
        let (job, purpose) = match message {
            // Nodes and what is signed of them come by two channels: the last receipt may be behind.
            SplitMessage::Release if it.awaits_receipt() => return,
            SplitMessage::Release => return self.forget(place, None),
            SplitMessage::Letter(letter) => return self.handle_letter(place, letter),
            _ if !is_here || it.jobs >= jobs_max => return,
            SplitMessage::Fire { batch, below } => {
                (HostJob::Fire { slice, batch, below }, Purpose::Fire(slice, batch))
            }
            SplitMessage::Teach { batch, rate, errors } => {
                (HostJob::Teach { slice, batch, rate, errors }, Purpose::Teach(slice))
            }
            SplitMessage::Snapshot => (HostJob::Write { slice }, Purpose::Write(slice)),
            SplitMessage::Return => {
                (it.stage, it.since) = (Stage::Going, None);
                if let Some(loan) = &mut it.loan {
                    loan.is_ending = true;
                    it.jobs += 1;
                    let job = HostJob::Finish { slice };
                    self.actions.push(Action::Host(job, Purpose::Finish(slice)));
                }
                (HostJob::Write { slice }, Purpose::Write(slice))
            }
            _ => return,
        };
        it.jobs += 1;
        self.actions.push(Action::Host(job, purpose));
    }

    /// Nodes have come.
    pub(crate) fn handle_slice(
        &mut self,
        owner: PeerId,
        split: SplitId,
        part: u16,
        bytes: Vec<u8>,
    ) {
        let place = self.find(owner, split, part);
        let awaited = place.filter(|place| self.carried[*place].stage == Stage::Awaited);
        let Some(it) = awaited.map(|place| &mut self.carried[place]) else { return };
        if bytes.len() as u64 > slice_bytes_max(&it.shape) {
            let reason = format!("{} bytes of nodes, more than were agreed on", bytes.len());
            self.actions.push(Action::Refuse(owner, reason));
            return self.forget(place.unwrap_or_default(), Some(Refusal::Damaged));
        }
        (it.stage, it.since) = (Stage::Coming, None);
        it.jobs += 1;
        let (slice, SliceShape { nodes, inputs, classes, .. }) = (it.slice, it.shape);
        let loan = it.loan.as_ref().map(|loan| loan.name);
        if let Some(loan) = loan {
            // From here on, whatever happens, this device signs nothing else for it.
            self.taken.insert(loan);
            self.actions.push(Action::Keep(loan, never_used(loan)));
        }
        let job = HostJob::Take { slice, shape: [nodes, inputs, classes], bytes, loan };
        self.actions.push(Action::Host(job, Purpose::Take(slice)));
    }

    /// A job has ended.
    pub(crate) fn handle_job(
        &mut self,
        purpose: Purpose,
        result: Result<Answer, JobError>,
        now: Instant,
    ) {
        if let Purpose::Drop(loan) = purpose {
            if let Ok(Answer::Loans(answers)) = result {
                let orders = answers.into_iter().filter_map(|(_, answer)| answer.order);
                self.actions.extend(orders.map(|order| Action::Claim(loan, order)));
            }
            return;
        }
        if matches!(purpose, Purpose::Look(_)) {
            self.looks = self.looks.saturating_sub(1);
        }
        let (Purpose::Look(slice)
        | Purpose::Check(slice)
        | Purpose::Hear(slice)
        | Purpose::Finish(slice)
        | Purpose::Take(slice)
        | Purpose::Fire(slice, _)
        | Purpose::Teach(slice)
        | Purpose::Write(slice)) = purpose
        else {
            return;
        };
        let Some(place) = self.carried.iter().position(|it| it.slice == slice) else { return };
        let named = self.carried[place].loan.as_ref().map(|loan| loan.name);
        if matches!(purpose, Purpose::Look(_)) && named.is_some_and(|loan| self.is_taken(loan)) {
            return self.forget(place, Some(Refusal::Loan));
        }
        let it = &mut self.carried[place];
        it.jobs -= 1;
        if let (Purpose::Check(_), Some(loan)) = (purpose, &mut it.loan) {
            loan.is_checked = false;
        }
        self.done(place, purpose, result, now);
        self.settle(slice, now);
    }

    /// What has come of a job for a part that is carried.
    fn done(
        &mut self,
        place: usize,
        purpose: Purpose,
        result: Result<Answer, JobError>,
        now: Instant,
    ) {
        let it = &mut self.carried[place];
        let (owner, split, part) = (it.owner, it.split, it.part);
        let action = match (purpose, result) {
            (Purpose::Look(_), Ok(Answer::Loans(answers))) => {
                (it.stage, it.since) = (Stage::Awaited, Some(now));
                let lasts = answers.first().and_then(|(_, answer)| answer.lasts);
                if let (Some(lasts), Some(loan)) = (lasts, &mut it.loan) {
                    loan.until = Some(now + lasts);
                }
                Action::Send(owner, split, part, SplitMessage::Agree)
            }
            (Purpose::Look(_), _) => return self.forget(place, Some(Refusal::Loan)),
            (purpose, Ok(Answer::Loans(mut answers))) => {
                if let Some((_, answer)) = answers.pop() {
                    self.lent(place, purpose, answer);
                }
                return;
            }
            (Purpose::Take(_), Ok(_)) => {
                it.stage = Stage::Here;
                Action::Send(owner, split, part, SplitMessage::Hold)
            }
            (Purpose::Fire(_, batch), Ok(Answer::Bytes(events)))
                if events.len() <= limits::ACTIVATION_BYTES_MAX =>
            {
                it.fired += 1;
                Action::Send(owner, split, part, SplitMessage::Fired { batch, events })
            }
            (Purpose::Teach(_), Ok(_)) => {
                it.taught += 1;
                return;
            }
            (Purpose::Write(_), Ok(Answer::Bytes(bytes))) => {
                self.actions.push(Action::SendSlice(owner, split, part, bytes));
                return;
            }
            (_, Ok(_)) => return,
            (_, Err(error)) => {
                // What fails here is not its owner's doing.
                let is_ours = matches!(purpose, Purpose::Check(_))
                    || matches!(error, JobError::WorkerLost(_));
                if !is_ours {
                    self.actions.push(Action::Refuse(owner, error.to_string()));
                }
                return self.forget(place, Some(Refusal::Damaged));
            }
        };
        self.actions.push(action);
    }

    /// Forgets nodes that went home once nothing is behind them: no job, and of those on lease the last receipt, which may be heard
    /// before they are written or after.
    fn settle(&mut self, slice: u32, now: Instant) {
        let Some(place) = self.carried.iter().position(|it| it.slice == slice) else { return };
        let it = &mut self.carried[place];
        match it.stage {
            Stage::Going if it.jobs == 0 && it.awaits_receipt() => {
                (it.stage, it.since) = (Stage::Settling, Some(now));
            }
            Stage::Going if it.jobs == 0 => self.forget(place, None),
            Stage::Settling if !it.awaits_receipt() => self.forget(place, None),
            _ => {}
        }
    }

    /// Whether there is agreement and room. To loans people agree in the ledger.
    fn check(&self, shape: &SliceShape, loan: Option<Hash>) -> Result<(), Refusal> {
        let left = self.nodes_max.saturating_sub(self.nodes());
        if shape.nodes == 0 || (shape.nodes > left && loan.is_none()) {
            return Err(Refusal::Nodes(left));
        }
        if loan.is_some_and(|it| self.is_taken(it) || self.looks >= limits::SPLIT_PARTS_MAX) {
            return Err(Refusal::Loan);
        }
        if self.carried.len() >= limits::SPLIT_PARTS_MAX {
            return Err(Refusal::Parts);
        }
        let held: u64 = self.carried.iter().map(|it| parameters(&it.shape)).sum();
        let is_too_much = held.saturating_add(parameters(shape)) > limits::CARRIED_PARAMETERS_MAX
            || slice_bytes_max(shape) > limits::BULK_VALUE_BYTES_MAX as u64;
        if is_too_much { Err(Refusal::Memory) } else { Ok(()) }
    }

    /// Whether a loan was taken up already, or its nodes are on their way.
    fn is_taken(&self, loan: Hash) -> bool {
        let is_it = |it: &Carried| {
            it.stage != Stage::Looking && it.loan.as_ref().is_some_and(|it| it.name == loan)
        };
        self.taken.contains(&loan) || self.carried.iter().any(is_it)
    }

    /// Nodes that are here to stay, or on their way here.
    fn nodes(&self) -> u32 {
        let free = self.carried.iter().filter(|it| it.is_staying() && it.loan.is_none());
        free.map(|it| it.shape.nodes).sum()
    }

    fn find(&self, owner: PeerId, split: SplitId, part: u16) -> Option<usize> {
        let mut carried = self.carried.iter();
        carried.position(|it| (it.owner, it.split, it.part) == (owner, split, part))
    }

    /// Nodes go; their owner is told why, unless that has been its wish.
    fn forget(&mut self, place: usize, why: Option<Refusal>) {
        let it = self.carried.remove(place);
        if let Some(why) = why {
            let message = SplitMessage::Refuse(why);
            self.actions.push(Action::Send(it.owner, it.split, it.part, message));
        }
        if matches!(it.stage, Stage::Looking | Stage::Awaited) {
            // The workbench has nothing of it.
            return;
        }
        let job = HostJob::Drop { slice: it.slice };
        let purpose = it.loan.map_or(Purpose::Quiet, |loan| Purpose::Drop(loan.name));
        self.actions.push(Action::Host(job, purpose));
    }
}

impl Carried {
    /// Whether its nodes were asked back, and the last receipt is still to come.
    fn awaits_receipt(&self) -> bool {
        let is_going = matches!(self.stage, Stage::Going | Stage::Settling);
        is_going && self.loan.as_ref().is_some_and(|loan| !loan.is_over)
    }

    fn is_staying(&self) -> bool {
        matches!(self.stage, Stage::Awaited | Stage::Coming | Stage::Here)
    }
}

/// What is to be ordered for a loan whose borrower has signed nothing.
fn never_used(loan: Hash) -> Vec<u8> {
    encode(&ledger::Action::Return { loan, owed: Credits::ZERO })
}

/// What nodes of a shape are made of; shapes come from others and may say anything.
fn parameters(shape: &SliceShape) -> u64 {
    let node = u64::from(shape.inputs) + 2 + u64::from(shape.classes);
    u64::from(shape.nodes).saturating_mul(node).saturating_add(u64::from(shape.classes))
}

/// Three numbers of four bytes a parameter, and an index a node.
fn slice_bytes_max(shape: &SliceShape) -> u64 {
    parameters(shape)
        .saturating_mul(12)
        .saturating_add(4 * u64::from(shape.nodes) + SLICE_BYTES_MIN)
}

#[cfg(test)]
mod tests;
