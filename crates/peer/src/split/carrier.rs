//! A device that carries nodes of ours, as it has shown itself.

use ::core::time::Duration;
use units::{Instant, PeerId};

/// How long an answer is waited for at least: clocks of browsers are coarse, and answers come in bunches.
const WAIT_MIN: Duration = Duration::from_millis(60);

/// How long it is waited for at most, and as long as nothing is known.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// A device that says nothing for so long, although it is asked, is gone.
const SILENCE: Duration = Duration::from_secs(3);

/// Answers by which a device is judged slow, and how many of them may be late.
const JUDGED: u32 = 40;
const LATE_MAX: u32 = 20;

/// A device that carries nodes of ours, has carried some, or was asked to.
#[derive(Debug)]
pub(super) struct Carrier {
    pub peer: PeerId,
    /// Smoothed round trip of activations, in milliseconds, with what its device does in between, and how far from it they are;
    /// `None` before the first.
    round_trip_ms: Option<(f32, f32)>,
    /// Batches that it was asked to fire on.
    pub asked: u32,
    /// Of these, those on which it was silent.
    pub silent: u32,
    pub sent_bytes: u64,
    pub received_bytes: u64,
    /// Of the newest batches that went on, by bits, the newest lowest: whether it was silent.
    newest: u64,
    /// How many those are, since it began to carry.
    resolved: u32,
    /// Since when it has been asked and has said nothing.
    unanswered_since: Option<Instant>,
    /// Until when it is not asked to carry anything.
    pub shunned_until: Instant,
}

impl Carrier {
    pub(super) fn new(peer: PeerId) -> Self {
        Self {
            peer,
            round_trip_ms: None,
            asked: 0,
            silent: 0,
            sent_bytes: 0,
            received_bytes: 0,
            newest: 0,
            resolved: 0,
            unanswered_since: None,
            shunned_until: Instant::ZERO,
        }
    }

    /// How long its answer is waited for: the smoothed round trip and four times how far answers are from it (RFC 6298).
    pub(super) fn wait(&self) -> Duration {
        let Some((mean, deviation)) = self.round_trip_ms else { return WAIT_MAX };
        let wait = Duration::from_micros((1_000.0 * (mean + 4.0 * deviation)) as u64);
        wait.clamp(WAIT_MIN, WAIT_MAX)
    }

    /// The smoothed round trip in milliseconds; 0 before the first.
    pub(super) fn round_trip_ms(&self) -> f32 {
        self.round_trip_ms.map_or(0.0, |(mean, _)| mean)
    }

    /// It is asked to fire.
    pub(super) fn ask(&mut self, now: Instant, bytes: usize) {
        self.asked += 1;
        self.sent_bytes += bytes as u64;
        self.unanswered_since.get_or_insert(now);
    }

    /// A batch on which it was asked goes on, with or without it.
    pub(super) fn resolve(&mut self, was_silent: bool) {
        self.resolved += 1;
        self.silent += u32::from(was_silent);
        self.newest = self.newest << 1 | u64::from(was_silent);
    }

    /// It has said something.
    pub(super) fn heard(&mut self) {
        self.unanswered_since = None;
    }

    /// It has fired, so long after it was asked.
    pub(super) fn fired(&mut self, took: Duration, bytes: usize) {
        self.received_bytes += bytes as u64;
        let took = took.as_micros() as f32 / 1_000.0;
        self.round_trip_ms = Some(match self.round_trip_ms {
            None => (took, took / 2.0),
            Some((mean, deviation)) => {
                let off = (took - mean).abs();
                (mean + (took - mean) / 8.0, deviation + (off - deviation) / 4.0)
            }
        });
    }

    /// When it counts as gone unless it says something.
    pub(super) fn gone_at(&self) -> Option<Instant> {
        self.unanswered_since.map(|since| since + SILENCE)
    }

    /// Whether more than half of its newest answers were late.
    pub(super) fn is_slow(&self) -> bool {
        let judged = self.newest & ((1 << JUDGED) - 1);
        self.resolved >= JUDGED && judged.count_ones() > LATE_MAX
    }

    /// It carries nothing any more, and is not asked to for a while.
    pub(super) fn shun(&mut self, until: Instant) {
        self.shunned_until = self.shunned_until.max(until);
        self.unanswered_since = None;
        (self.newest, self.resolved) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carrier() -> Carrier {
        Carrier::new(PeerId::from_bytes([1; 32]))
    }

    #[test]
    fn the_wait_follows_the_round_trip() {
        let mut carrier = carrier();
        assert_eq!(carrier.wait(), WAIT_MAX);
        (0..40).for_each(|_| carrier.fired(Duration::from_millis(100), 1));
        assert!((100..130).contains(&carrier.wait().as_millis()), "{:?}", carrier.wait());
        (0..9).for_each(|_| carrier.fired(Duration::from_millis(400), 1));
        assert!(carrier.wait() > Duration::from_millis(400));
    }

    #[test]
    fn whoever_is_late_more_often_than_not_is_slow() {
        let mut carrier = carrier();
        (0..64).for_each(|number| carrier.resolve(number % 2 == 0));
        assert!(!carrier.is_slow());
        (0..2).for_each(|_| carrier.resolve(true));
        assert!(carrier.is_slow());
        carrier.shun(Instant::from_micros(9));
        assert!(!carrier.is_slow() && carrier.gone_at().is_none());
    }

    #[test]
    fn silence_counts_from_the_first_question_without_an_answer() {
        let mut carrier = carrier();
        let at = Instant::from_micros;
        carrier.ask(at(10), 1);
        carrier.ask(at(20), 1);
        assert_eq!(carrier.gone_at(), Some(at(10) + SILENCE));
        carrier.heard();
        assert_eq!(carrier.gone_at(), None);
    }
}
