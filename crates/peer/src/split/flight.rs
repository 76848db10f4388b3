//! Batches on their way up, several at a time.

use super::part::Part;
use crate::job::JobId;
use ::core::time::Duration;
use std::collections::VecDeque;
use units::{Instant, PeerId};

/// Batches of training on their way at once: beyond, targets come so late that they teach little.
const WINDOW_MAX: f32 = 32.0;
const WINDOW_MIN: f32 = 2.0;

/// After so many batches the quickest is measured anew.
const PROBED: u32 = 200;

/// A batch that takes so much longer than the quickest waits in somebody's queue.
const QUEUED: f32 = 1.5;
const QUEUED_MS: f32 = 20.0;

/// Activations whose time of sending is remembered, for answers that come late.
const SENT_MAX: usize = 256;

/// A batch on its way up.
#[derive(Debug)]
pub(super) struct Flight {
    pub batch: u64,
    /// Whose question it is; `None` for a batch of training.
    pub question: Option<JobId>,
    pub started_at: Instant,
    /// The layer that it waits at; `None` while a job is under way.
    pub waits: Option<Waits>,
    /// Who was asked to fire at the newest layer that it waited at.
    pub asked: Vec<(u16, PeerId)>,
    /// Everyone who was asked at any layer.
    pub asked_anywhere: Vec<(u16, PeerId)>,
}

/// A batch waits for events from elsewhere.
#[derive(Debug)]
pub(super) struct Waits {
    pub layer: u32,
    pub deadline: Instant,
    pub arrived: Vec<(u16, Vec<u8>)>,
}

impl Flight {
    pub(super) fn is_due(&self, now: Instant) -> bool {
        let all = self.asked.len();
        self.waits.as_ref().is_some_and(|it| it.arrived.len() >= all || now >= it.deadline)
    }
}

/// What is on its way.
#[derive(Debug, Default)]
pub(super) struct Flights {
    pub flights: Vec<Flight>,
    next_batch: u64,
    /// How many batches of training may be on their way.
    window: f32,
    /// What the quickest of the newest took.
    quickest_ms: f32,
    /// Batches of training that have landed.
    landed: u32,
    /// When activations were sent, the oldest first: of which batch, for which layer.
    sent: VecDeque<(u64, u32, Instant)>,
}

impl Flights {
    pub(super) fn get_mut(&mut self, batch: u64) -> Option<&mut Flight> {
        self.flights.iter_mut().find(|flight| flight.batch == batch)
    }

    /// Whether one more batch of training may set out.
    pub(super) fn has_room(&self) -> bool {
        let training = self.flights.iter().filter(|flight| flight.question.is_none()).count();
        (training as f32) < self.window.max(WINDOW_MIN)
    }

    /// A batch sets out.
    pub(super) fn start(&mut self, now: Instant, question: Option<JobId>) -> u64 {
        let batch = self.next_batch;
        self.next_batch += 1;
        let (asked, asked_anywhere) = (Vec::new(), Vec::new());
        let flight =
            Flight { batch, question, started_at: now, waits: None, asked, asked_anywhere };
        self.flights.push(flight);
        batch
    }

    /// The number that the next batch will have.
    pub(super) fn next_batch(&self) -> u64 {
        self.next_batch
    }

    pub(super) fn remove(&mut self, batch: u64) -> Option<Flight> {
        let place = self.flights.iter().position(|flight| flight.batch == batch)?;
        Some(self.flights.remove(place))
    }

    /// A batch of training has passed the top layer. As many are on their way as pass without waiting for each other (the
    /// idea of TCP Vegas, Brakmo et al. 1994): one more in the time of a window while none waits, one fewer while they do.
    pub(super) fn landed(&mut self, took: Duration) {
        let mut window = self.window.max(WINDOW_MIN);
        if self.landed.is_multiple_of(PROBED) {
            // With fewer on their way, the next ones show what a batch takes that waits for none: that changes.
            window = (window / 2.0).max(WINDOW_MIN);
            self.quickest_ms = f32::INFINITY;
        }
        self.landed += 1;
        let took_ms = took.as_micros() as f32 / 1_000.0;
        self.quickest_ms = self.quickest_ms.min(took_ms);
        let waits = took_ms > QUEUED * self.quickest_ms + QUEUED_MS;
        let step = if waits { -1.0 / window } else { 1.0 / window };
        self.window = (window + step).clamp(WINDOW_MIN, WINDOW_MAX);
    }

    /// Activations of a batch were sent to a layer.
    pub(super) fn note_sent(&mut self, batch: u64, layer: u32, now: Instant) {
        if self.sent.len() >= SENT_MAX {
            self.sent.pop_front();
        }
        self.sent.push_back((batch, layer, now));
    }

    /// When a part was sent what it has fired on; `None` if it was not, or that is too long ago.
    pub(super) fn sent_at(&self, batch: u64, part: &Part) -> Option<Instant> {
        let mut sent = self.sent.iter().rev();
        sent.find(|(of, layer, _)| (*of, *layer) == (batch, part.cut.layer)).map(|(.., at)| *at)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.flights.iter().filter_map(|it| it.waits.as_ref().map(|it| it.deadline)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_grows_while_no_batch_waits_for_another() {
        let mut flights = Flights::default();
        let mut windows = Vec::new();
        for _ in 0..3_000 {
            // Eight at a time take 100 ms each; beyond, they wait for each other.
            let took_ms = (100.0 * flights.window / 8.0).max(100.0);
            flights.landed(Duration::from_millis(took_ms as u64));
            windows.push(flights.window);
        }
        let mean = windows[500..].iter().sum::<f32>() / 2_500.0;
        assert!((8.0..14.0).contains(&mean), "{mean}");
        assert!(windows[500..].iter().all(|window| (4.0..16.0).contains(window)));
    }

    #[test]
    fn questions_take_no_room_from_training() {
        let mut flights = Flights::default();
        (0..9).for_each(|number| {
            flights.start(Instant::ZERO, Some(JobId(number)));
        });
        assert!(flights.has_room());
        (0..2).for_each(|_| {
            flights.start(Instant::ZERO, None);
        });
        assert!(!flights.has_room());
        assert_eq!(flights.next_batch(), 11);
    }
}
