//! Where splits meet the rest of the engine.

use super::{Action, Around, Hosting, Offer, Purpose, Split};
use crate::{
    engine::Engine,
    event::Event,
    job::{Answer, Job, JobError, JobId},
};
use protocol::{
    limits,
    message::{BulkMessage, ControlMessage},
    split::{SplitId, SplitMessage},
};
use units::{ClusterId, Instant, PeerId};

impl Engine {
    /// Lets the split handle something, then does what it asks for.
    pub(crate) fn with_split(
        &mut self,
        now: Instant,
        handle: impl FnOnce(&mut Split, &Around<'_>),
    ) {
        let Some(mut split) = self.split.take() else { return };
        let offers = self.offers();
        let connected: Vec<PeerId> = self.roster.connected().collect();
        handle(&mut split, &Around { now, offers: &offers, connected: &connected });
        let actions = split.take_actions();
        self.split = Some(split);
        self.perform_split_actions(now, actions);
    }

    /// Lets what is carried here for others handle something, then does what it asks for.
    pub(crate) fn with_hosting(&mut self, now: Instant, handle: impl FnOnce(&mut Hosting)) {
        handle(&mut self.hosting);
        let actions = self.hosting.take_actions();
        self.perform_split_actions(now, actions);
    }

    /// Connected devices that carry nodes of others, by id.
    pub(crate) fn offers(&self) -> Vec<Offer> {
        let connected = self.roster.connected().filter_map(|peer| {
            let member = self.roster.get(peer)?;
            let capability = &member.card.capability;
            let round_trip_ms = member.round_trip_ms();
            let (nodes, speed) = (capability.nodes_for_others, capability.samples_per_second);
            (nodes > 0).then_some(Offer { peer, nodes, round_trip_ms, speed })
        });
        connected.collect()
    }

    /// Whether nodes of a cluster of this device are on several.
    pub(crate) fn is_split(&self, cluster: &ClusterId) -> bool {
        self.split.as_ref().is_some_and(|split| split.cluster == *cluster)
    }

    fn perform_split_actions(&mut self, now: Instant, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Send(to, split, part, message) => {
                    self.send_control(now, to, &ControlMessage::Split { split, part, message });
                }
                Action::SendSlice(to, split, part, slice) => {
                    let link = self.roster.get_mut(to).and_then(|member| member.link.as_mut());
                    if let Some(link) = link.filter(|link| link.is_open()) {
                        let message = BulkMessage::Slice { split, part, slice };
                        link.send_bulk(&message, &mut self.core);
                    }
                }
                Action::Write(to, split, part, letter) => {
                    if letter.len() <= limits::LETTER_BYTES_MAX {
                        let message = SplitMessage::Letter(letter);
                        let message = ControlMessage::Split { split, part, message };
                        self.send_control(now, to, &message);
                    } else {
                        let link = self.roster.get_mut(to).and_then(|it| it.link.as_mut());
                        if let Some(link) = link.filter(|link| link.is_open()) {
                            let message = BulkMessage::Letter { split, part, letter };
                            link.send_bulk(&message, &mut self.core);
                        }
                    }
                }
                Action::Job(cluster, job, purpose) => {
                    let at = self.core.wall_clock(now);
                    let job = self.core.job(Job::Split { cluster, now: at, job });
                    self.split_jobs.push((job, purpose));
                }
                Action::Host(job, purpose) => {
                    let at = self.core.wall_clock(now);
                    let job = self.core.job(Job::Host { now: at, job });
                    self.split_jobs.push((job, purpose));
                }
                Action::Borrow(part, order) => self.order_loan(now, part, order),
                Action::Order(order) => self.end_loan(now, order),
                Action::Seek(part, shape) => self.seek_nodes(now, part, shape),
                Action::Keep(loan, claim) => self.keep_claim(loan, claim),
                Action::Claim(loan, claim) => self.claim_loan(now, loan, claim),
                Action::Refuse(peer, reason) => self.refuse(Some(peer), reason),
                Action::Event(event) => self.core.event(event),
                Action::Answer(job, result) => self.core.event(Event::Answered { job, result }),
                Action::Moved(model) => {
                    if let Some(split) = &self.split {
                        let cluster = split.cluster.clone();
                        self.clusters.model_moved(&cluster, model);
                        self.clusters.checkpoint(now, &cluster, None, None, &mut self.core);
                    }
                }
                Action::Ended => {
                    if let Some(split) = self.split.take() {
                        self.core.event(Event::SplitEnded { cluster: split.cluster });
                    }
                }
            }
        }
    }

    /// A job has ended; gives it back if it was none of ours.
    pub(crate) fn handle_split_job(
        &mut self,
        now: Instant,
        job: JobId,
        result: Result<Answer, JobError>,
    ) -> Option<Result<Answer, JobError>> {
        let Some(place) = self.split_jobs.iter().position(|(known, _)| *known == job) else {
            return Some(result);
        };
        let (_, purpose) = self.split_jobs.remove(place);
        match purpose {
            Purpose::Look(_)
            | Purpose::Check(_)
            | Purpose::Hear(_)
            | Purpose::Finish(_)
            | Purpose::Drop(_)
            | Purpose::Take(_)
            | Purpose::Fire(..)
            | Purpose::Teach(_)
            | Purpose::Write(_) => {
                self.with_hosting(now, |hosting| hosting.handle_job(purpose, result, now));
            }
            _ => self.with_split(now, |split, around| split.handle_job(purpose, result, around)),
        }
        None
    }

    pub(crate) fn handle_split_message(
        &mut self,
        now: Instant,
        from: PeerId,
        id: SplitId,
        part: u16,
        message: SplitMessage,
    ) {
        match &message {
            SplitMessage::Agree
            | SplitMessage::Hold
            | SplitMessage::Refuse(_)
            | SplitMessage::Fired { .. }
            | SplitMessage::Withdraw => {
                if self.split.as_ref().is_some_and(|split| split.id == id) {
                    self.with_split(now, |it, around| {
                        it.handle_message(from, part, message, around)
                    });
                } else if !matches!(message, SplitMessage::Refuse(_)) {
                    // Of a split that is over, or of an earlier life.
                    let message = SplitMessage::Release;
                    let message = ControlMessage::Split { split: id, part, message };
                    self.send_control(now, from, &message);
                }
            }
            SplitMessage::Ask { .. }
            | SplitMessage::Fire { .. }
            | SplitMessage::Teach { .. }
            | SplitMessage::Snapshot
            | SplitMessage::Return
            | SplitMessage::Release => {
                let of_here = (now, self.core.me);
                self.with_hosting(now, |it| it.handle_message(from, id, part, message, of_here));
            }
            SplitMessage::Letter(_) => {
                let SplitMessage::Letter(letter) = message else { return };
                self.handle_letter(now, from, id, part, letter);
            }
        }
    }

    /// Something about a loan, from its lender or its borrower.
    pub(crate) fn handle_letter(
        &mut self,
        now: Instant,
        from: PeerId,
        id: SplitId,
        part: u16,
        letter: Vec<u8>,
    ) {
        if self.split.as_ref().is_some_and(|split| split.id == id) {
            self.with_split(now, |it, around| it.handle_letter(from, part, letter, around));
        } else {
            let message = SplitMessage::Letter(letter);
            let of_here = (now, self.core.me);
            self.with_hosting(now, |it| it.handle_message(from, id, part, message, of_here));
        }
    }

    pub(crate) fn handle_slice(
        &mut self,
        now: Instant,
        from: PeerId,
        id: SplitId,
        part: u16,
        slice: Vec<u8>,
    ) {
        if self.split.as_ref().is_some_and(|split| split.awaits(from, id, part)) {
            self.with_split(now, |split, around| split.handle_slice(from, part, slice, around));
        } else {
            self.with_hosting(now, |hosting| hosting.handle_slice(from, id, part, slice));
        }
    }

    /// What others may send on `bulk` because of nodes that are elsewhere.
    pub(crate) fn slice_limit_bytes(&self) -> usize {
        let ours = self.split.as_ref().map_or(0, Split::bulk_limit_bytes);
        ours.max(self.hosting.bulk_limit_bytes())
    }
}
