//! Batches pass from layer to layer, here and elsewhere.

use super::{Action, Purpose, Split, flight::Waits, part::Place};
use crate::{
    event::Event,
    job::{Answer, JobError, LoanNote, Next, Passage, SplitJob},
};
use ::core::time::Duration;
use protocol::split::SplitMessage;
use units::{Instant, PeerId};

/// Somebody waits for the answer to a question, but not for long.
const QUESTION_WAIT_MIN: Duration = Duration::from_millis(500);

impl Split {
    /// Sends batches of training up, as many as are wanted at a time.
    pub(super) fn start_batches(&mut self, now: Instant) {
        while self.coming.is_empty()
            && let Some(training) = &mut self.training
            && training.started < training.plan.steps
            && self.flights.has_room()
        {
            let learning_rate = training.rate();
            training.started += 1;
            let (rows, seed) = (training.plan.batch_rows, training.seed);
            let batch = self.flights.start(now, None);
            self.work(SplitJob::Step { batch, rows, learning_rate, seed }, Purpose::Batch(batch));
        }
    }

    /// Batches go on whose events are here, or for which nobody waits any longer.
    pub(super) fn land_due(&mut self, now: Instant) {
        let flights = self.flights.flights.iter_mut().filter(|flight| flight.is_due(now));
        let mut due = Vec::new();
        for flight in flights {
            let Some(Waits { arrived, .. }) = flight.waits.take() else { continue };
            due.push((flight.batch, flight.asked.clone(), arrived));
        }
        for (batch, asked, arrived) in due {
            for (part, peer) in asked {
                let is_here = arrived.iter().any(|(number, _)| *number == part);
                self.carrier(peer).resolve(!is_here);
            }
            self.work(SplitJob::Join { batch, arrived }, Purpose::Batch(batch));
        }
    }

    /// Somebody says how its nodes have fired.
    pub(super) fn fired(
        &mut self,
        from: PeerId,
        number: u16,
        batch: u64,
        events: Vec<u8>,
        now: Instant,
    ) {
        let part = &self.parts[usize::from(number)];
        if part.host() != Some(from) {
            return self.send(from, number, SplitMessage::Release);
        }
        let layer = part.cut.layer;
        if let Some(leasing) = self.leasing(number) {
            let Some(left) = leasing.unanswered.checked_sub(1) else {
                let reason = format!("events on batch {batch} that it was not asked for");
                return self.drop_liar(from, reason, now);
            };
            leasing.unanswered = left;
            self.note(LoanNote::Fired { part: number, batch, events: events.clone() });
        }
        let part = &self.parts[usize::from(number)];
        let sent_at = self.flights.sent_at(batch, part);
        if let Some(sent_at) = sent_at {
            let took = now.saturating_duration_since(sent_at);
            self.carrier(from).fired(took, events.len());
        }
        let Some(flight) = self.flights.get_mut(batch) else { return };
        let is_asked = flight.asked.contains(&(number, from));
        let Some(waits) = &mut flight.waits else { return };
        let is_first = waits.arrived.iter().all(|(known, _)| *known != number);
        if waits.layer == layer && is_asked && is_first {
            waits.arrived.push((number, events));
        }
    }

    /// A batch has come as far as it comes without others.
    pub(super) fn handle_passage(
        &mut self,
        batch: u64,
        result: Result<Answer, JobError>,
        now: Instant,
    ) {
        let Passage { lesson, refused, next } = match result {
            Ok(Answer::Passage(passage)) => passage,
            Ok(_) => return,
            Err(error) => return self.lose(batch, error),
        };
        let flight = self.flights.get_mut(batch);
        let asked = flight.map(|it| ::core::mem::take(&mut it.asked)).unwrap_or_default();
        for number in refused {
            let liar = asked.iter().find(|(part, _)| *part == number).map(|(_, peer)| *peer);
            if let Some(peer) = liar {
                let reason = format!("events of batch {batch} that its nodes cannot give");
                self.drop_liar(peer, reason, now);
            }
        }
        if let Some((rate, errors)) = lesson {
            self.teach(batch, rate, &errors, &asked);
        }
        match next {
            Next::Waits { layer, below } => self.ask_layer(batch, layer, &below, now),
            Next::Learnt { rows, correct } => {
                if let Some(flight) = self.flights.remove(batch) {
                    self.flights.landed(now.saturating_duration_since(flight.started_at));
                }
                if let Some(training) = &mut self.training {
                    training.learnt(rows, correct);
                }
            }
            Next::Answered(prediction) => {
                let Some(flight) = self.flights.remove(batch) else { return };
                if let Some(job) = flight.question {
                    if prediction.missing_nodes > 0 {
                        let (cluster, nodes) = (self.cluster.clone(), prediction.missing_nodes);
                        self.actions.push(Action::Event(Event::NodesSilent { cluster, nodes }));
                    }
                    self.actions.push(Action::Answer(job, Ok(Answer::Predicted(prediction))));
                    self.newest_question = Some((batch, flight.asked_anywhere));
                }
            }
        }
    }

    /// Has the nodes of a layer that are elsewhere fire.
    fn ask_layer(&mut self, batch: u64, layer: u32, below: &[u8], now: Instant) {
        let (mut asked, mut wait) = (Vec::new(), Duration::ZERO);
        for number in 0..self.parts.len() {
            let part = &self.parts[number];
            let Place::Away(peer) = part.place else { continue };
            if part.cut.layer != layer || !self.has_room_for(number) {
                continue;
            }
            if let Some(leasing) = self.leasing(number as u16) {
                leasing.unanswered += 1;
            }
            let carrier = self.carrier(peer);
            carrier.ask(now, below.len());
            wait = wait.max(carrier.wait());
            asked.push((number as u16, peer));
            let message = SplitMessage::Fire { batch, below: below.to_vec() };
            self.send(peer, number as u16, message);
        }
        let parts = self.on_lease(&asked);
        if !parts.is_empty() {
            self.note(LoanNote::Fire { parts, batch, below: below.to_vec() });
        }
        self.flights.note_sent(batch, layer, now);
        let Some(flight) = self.flights.get_mut(batch) else { return };
        if flight.question.is_some() {
            wait = (wait * 2).max(QUESTION_WAIT_MIN);
        }
        flight.asked_anywhere.extend(&asked);
        flight.asked = asked;
        flight.waits = Some(Waits { layer, deadline: now + wait, arrived: Vec::new() });
    }

    /// Sends those who were asked what their layer got wrong, in time or not; gives how many devices.
    pub(super) fn teach(
        &mut self,
        batch: u64,
        rate: f32,
        errors: &[u8],
        asked: &[(u16, PeerId)],
    ) -> u32 {
        let (mut reached, mut taught): (Vec<PeerId>, _) = (Vec::new(), Vec::new());
        for (number, peer) in asked {
            let part = &mut self.parts[usize::from(*number)];
            if part.place != Place::Away(*peer) {
                continue;
            }
            part.lessons += 1;
            self.carrier(*peer).sent_bytes += errors.len() as u64;
            let message = SplitMessage::Teach { batch, rate, errors: errors.to_vec() };
            self.send(*peer, *number, message);
            taught.push((*number, *peer));
            if !reached.contains(peer) {
                reached.push(*peer);
            }
        }
        let parts = self.on_lease(&taught);
        if !parts.is_empty() {
            self.note(LoanNote::Teach { parts, batch, rate, errors: errors.to_vec() });
        }
        reached.len() as u32
    }

    /// A batch could not go on. Without its first step there is no training.
    fn lose(&mut self, batch: u64, error: JobError) {
        let Some(flight) = self.flights.remove(batch) else { return };
        if let Some(job) = flight.question {
            self.actions.push(Action::Answer(job, Err(error)));
        } else if let Some(training) = &mut self.training {
            training.ended += 1;
            if flight.asked_anywhere.is_empty() {
                training.plan.steps = training.started;
                self.problem = Some(error.to_string());
            }
        }
    }
}
