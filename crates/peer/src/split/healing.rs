//! Parts find somebody to carry them, come home from who is gone, slow or lying, and are all at home in the end.

use super::{
    Action, Around, Offer, Purpose, Split,
    owner::{REFUSED_PAUSE, SLOW_PAUSE},
    part::Place,
};
use crate::{event::Event, job::SplitJob};
use ::core::time::Duration;
use neural::nodes::Cut;
use protocol::split::{SliceShape, SplitMessage};
use units::{Hash, Instant, PeerId};

/// Between two looks for somebody to carry a part, where nobody does.
const SEEK_INTERVAL: Duration = Duration::from_secs(5);

impl Split {
    /// Brings home what does not go on where it is.
    pub(super) fn heal(&mut self, around: &Around<'_>) {
        let now = around.now;
        for place in 0..self.carriers.len() {
            let carrier = &mut self.carriers[place];
            let peer = carrier.peer;
            let is_gone = carrier.gone_at().is_some_and(|at| now >= at);
            if is_gone || carrier.is_slow() {
                carrier.shun(now + SLOW_PAUSE);
                let why = if is_gone { "its device does not answer" } else { "its device is slow" };
                self.bring_home_from(peer, why, now);
            }
        }
        for number in 0..self.parts.len() {
            let part = &self.parts[number];
            if part.gives_up_at().is_none_or(|at| now < at) || part.is_keeping {
                continue;
            }
            let Some(peer) = part.peer() else { continue };
            self.carrier(peer).shun(now + REFUSED_PAUSE);
            self.bring_home(number as u16, "its device did not answer in time", now);
        }
    }

    /// Looks for somebody to carry what is at home.
    pub(super) fn seek(&mut self, around: &Around<'_>) {
        let now = around.now;
        for number in 0..self.parts.len() {
            let part = &mut self.parts[number];
            let is_free = part.place == Place::Home && part.leasing.is_none();
            if !is_free || now < part.seek_at || self.gathering {
                continue;
            }
            part.seek_at = now + SEEK_INTERVAL;
            let (nodes, preferred) = (part.cut.nodes, part.preferred.take());
            let Some(peer) = self.choose(nodes, preferred, around) else { continue };
            self.ask_to_carry(number as u16, peer, None, now);
        }
    }

    /// Asks somebody to carry a part, for nothing or by a loan.
    pub(super) fn ask_to_carry(
        &mut self,
        number: u16,
        peer: PeerId,
        loan: Option<Hash>,
        now: Instant,
    ) {
        let part = &mut self.parts[usize::from(number)];
        part.put(Place::Asking(peer), now);
        let Cut { layer, nodes, .. } = part.cut;
        self.carrier(peer);
        let inputs = self.inputs[layer as usize];
        let shape = SliceShape { layer: layer as u8, nodes, inputs, classes: self.classes };
        let cluster = self.cluster.clone();
        self.send(peer, number, SplitMessage::Ask { cluster, shape, loan });
    }

    /// Who is asked to carry so many nodes: whom placement chose, or else the first of those who can.
    fn choose(&self, nodes: u32, preferred: Option<PeerId>, around: &Around<'_>) -> Option<PeerId> {
        let can = |offer: &&Offer| {
            self.free_nodes(offer) >= nodes && !self.is_shunned(offer.peer, around.now)
        };
        let able = around.offers.iter().filter(can);
        let first = able.min_by_key(|offer| (Some(offer.peer) != preferred, offer.order()));
        first.map(|offer| offer.peer)
    }

    /// Asks for the states of parts that have learnt.
    pub(super) fn ask_for_news(&mut self, now: Instant) {
        let is_idle = self.flights.flights.is_empty();
        let is_over = self.training.as_ref().is_some_and(|it| it.is_over()) && is_idle;
        for number in 0..self.parts.len() {
            let gathering = self.gathering && is_idle;
            let part = &mut self.parts[number];
            let Place::Away(host) = part.place else { continue };
            if gathering && !part.is_keeping && part.asked_at.is_none() {
                self.call_home(number as u16, host, now);
            } else if part.snapshot_at().is_some_and(|at| now >= at)
                || is_over && part.lessons > 0 && part.asked_at.is_none()
            {
                part.asked_at = Some(now);
                self.send(host, number as u16, SplitMessage::Snapshot);
            }
        }
    }

    /// Brings all that is known together, now and then, when training is over, and at the end.
    pub(super) fn settle_or_end(&mut self, now: Instant) {
        let is_idle = self.flights.flights.is_empty();
        if let Some(training) = &mut self.training {
            let is_known = self
                .parts
                .iter()
                .all(|part| part.host().is_none() || part.lessons == 0 && part.asked_at.is_none());
            let is_over = training.is_over() && is_idle && (is_known || self.gathering);
            let is_due = training.settles_at().is_some_and(|at| now >= at);
            if is_over && (training.ended == training.settled_after || self.gathering) {
                self.trained += training.ended;
                self.training = None;
                let (cluster, batches) = (self.cluster.clone(), self.trained);
                self.actions.push(Action::Event(Event::SplitTrained { cluster, batches }));
            } else if (is_over || is_due) && !training.is_settling {
                training.is_settling = true;
                self.work(SplitJob::Settle { end: false }, Purpose::Settle);
            }
        }
        let is_home = self.parts.iter().all(|part| {
            let is_open = part.leasing.as_ref().is_some_and(|leasing| leasing.is_open());
            part.host().is_none() && !part.is_keeping && !is_open
        });
        if self.gathering && is_home && is_idle && self.training.is_none() && !self.is_ending {
            self.is_ending = true;
            self.work(SplitJob::Settle { end: true }, Purpose::Settle);
        }
    }

    /// What was known has come together.
    pub(super) fn settled(&mut self, now: Instant) {
        if let Some(training) = &mut self.training {
            training.is_settling = false;
            (training.settled_at, training.settled_after) = (now, training.ended);
        }
        if self.is_ending {
            self.actions.push(Action::Ended);
        }
    }

    /// Everything that somebody carries, or is about to, is at home again.
    pub(super) fn bring_home_from(&mut self, peer: PeerId, reason: &str, now: Instant) {
        for number in 0..self.parts.len() {
            if self.parts[number].peer() == Some(peer) {
                self.bring_home(number as u16, reason, now);
            }
        }
    }

    /// A part is at home again, as it was when its newest state came; somebody else is looked for.
    pub(super) fn bring_home(&mut self, number: u16, reason: &str, now: Instant) {
        let part = &mut self.parts[usize::from(number)];
        let (before, was_away) = (part.peer(), part.host().is_some());
        part.put(Place::Home, now);
        part.lessons = 0;
        part.seek_at = now;
        let Some(peer) = before else { return };
        self.send(peer, number, SplitMessage::Release);
        if self.parts.iter().all(|part| part.host() != Some(peer)) {
            // It has nothing more to answer.
            self.carrier(peer).heard();
        }
        let is_leased = self.leasing(number).is_some();
        if was_away {
            if !is_leased {
                self.work(SplitJob::Place { part: number, here: true }, Purpose::Quiet);
            }
            self.moved(number, None, reason.to_owned());
        }
        if is_leased && !reason.is_empty() {
            self.drop_loan(number, reason, now);
        }
    }
}
