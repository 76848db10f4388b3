//! The host's part: nodes that this device carries for others, as far as somebody here has agreed to it.

use super::{Action, Purpose};
use crate::job::{Answer, HostJob, Job, JobError};
use ::core::time::Duration;
use protocol::{
    limits,
    split::{Refusal, SliceShape, SplitId, SplitMessage},
};
use units::{ClusterId, Instant, PeerId};

/// Jobs that one part may have waiting: beyond, what comes for it is lost.
const JOBS_MAX: u32 = 64;

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
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Agreed on; they are on their way.
    Awaited,
    /// They are being looked at.
    Coming,
    Here,
    /// Here, but somebody wants them to go.
    Unwanted,
    /// Being written down for the last time.
    Going,
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
        self.carried.iter().filter_map(|it| Some(it.since? + PATIENCE)).min()
    }

    /// Gives up waiting.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        for place in (0..self.carried.len()).rev() {
            if self.carried[place].since.is_some_and(|since| now >= since + PATIENCE) {
                self.forget(place, Some(Refusal::Unknown));
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
        now: Instant,
    ) {
        let known = self.find(owner, split, part);
        if let SplitMessage::Ask { cluster, shape } = message {
            if let Some(place) = known {
                self.forget(place, None);
            }
            let answer = match self.check(&shape) {
                Ok(()) => {
                    let slice = self.next_slice;
                    self.next_slice += 1;
                    let stage = Stage::Awaited;
                    let since = Some(now);
                    let (jobs, fired, taught) = (0, 0, 0);
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
                    });
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
        let is_here = matches!(it.stage, Stage::Here | Stage::Unwanted);
        let (job, purpose) = match message {
            SplitMessage::Release => return self.forget(place, None),
            _ if !is_here || it.jobs >= JOBS_MAX => return,
            SplitMessage::Fire { batch, below } => {
                (HostJob::Fire { slice, batch, below }, Purpose::Fire(slice, batch))
            }
            SplitMessage::Teach { batch, rate, errors } => {
                (HostJob::Teach { slice, batch, rate, errors }, Purpose::Teach(slice))
            }
            SplitMessage::Snapshot => (HostJob::Write { slice }, Purpose::Write(slice)),
            SplitMessage::Return => {
                (it.stage, it.since) = (Stage::Going, None);
                (HostJob::Write { slice }, Purpose::Write(slice))
            }
            _ => return,
        };
        it.jobs += 1;
        self.actions.push(Action::Job(Job::Host(job), purpose));
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
        let job = HostJob::Take { slice, shape: [nodes, inputs, classes], bytes };
        self.actions.push(Action::Job(Job::Host(job), Purpose::Take(slice)));
    }

    /// A job has ended.
    pub(crate) fn handle_job(&mut self, purpose: Purpose, result: Result<Answer, JobError>) {
        let (Purpose::Take(slice)
        | Purpose::Fire(slice, _)
        | Purpose::Teach(slice)
        | Purpose::Write(slice)) = purpose
        else {
            return;
        };
        let Some(place) = self.carried.iter().position(|it| it.slice == slice) else { return };
        let it = &mut self.carried[place];
        it.jobs -= 1;
        let (owner, split, part) = (it.owner, it.split, it.part);
        let action = match (purpose, result) {
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
                // What has been written for the last time has nothing behind it.
                if self.carried[place].stage == Stage::Going && self.carried[place].jobs == 0 {
                    self.forget(place, None);
                }
                return;
            }
            (_, Ok(_)) => return,
            (_, Err(error)) => {
                self.actions.push(Action::Refuse(owner, error.to_string()));
                return self.forget(place, Some(Refusal::Damaged));
            }
        };
        self.actions.push(action);
    }

    /// Whether there is agreement and room.
    fn check(&self, shape: &SliceShape) -> Result<(), Refusal> {
        let left = self.nodes_max.saturating_sub(self.nodes());
        if shape.nodes > left || shape.nodes == 0 {
            return Err(Refusal::Nodes(left));
        }
        if self.carried.len() >= limits::SPLIT_PARTS_MAX {
            return Err(Refusal::Parts);
        }
        let held: u64 = self.carried.iter().map(|it| parameters(&it.shape)).sum();
        let is_too_much = held.saturating_add(parameters(shape)) > limits::CARRIED_PARAMETERS_MAX
            || slice_bytes_max(shape) > limits::BULK_VALUE_BYTES_MAX as u64;
        if is_too_much { Err(Refusal::Memory) } else { Ok(()) }
    }

    /// Nodes that are here to stay, or on their way here.
    fn nodes(&self) -> u32 {
        self.carried.iter().filter(|it| it.is_staying()).map(|it| it.shape.nodes).sum()
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
        let job = HostJob::Drop { slice: it.slice };
        self.actions.push(Action::Job(Job::Host(job), Purpose::Quiet));
    }
}

impl Carried {
    fn is_staying(&self) -> bool {
        matches!(self.stage, Stage::Awaited | Stage::Coming | Stage::Here)
    }
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
