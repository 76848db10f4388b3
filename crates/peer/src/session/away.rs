//! Devices that come back in the middle of a round: this one, after it slept, and others that connect again.

use super::{Session, Surroundings};
use ::core::time::Duration;
use protocol::message::SessionMessage;
use units::{Instant, PeerId};

/// How long after a sleep a device decides nothing: what others decided meanwhile is still on its way in, and whoever decides
/// besides parts from them.
const LOOKING_AROUND: Duration = Duration::from_millis(300);

/// What a session knows of its device's sleep.
#[derive(Default)]
pub(super) struct Sleep {
    /// All of it.
    slept: Duration,
    looks_around_until: Option<Instant>,
}

impl Session {
    /// This device stood still for so long.
    pub(crate) fn wake(&mut self, slept: Duration, now: Instant) {
        self.sleep.slept += slept;
        self.sleep.looks_around_until = Some(now + LOOKING_AROUND);
    }

    /// How long this device has been awake: what it works on rests while it sleeps.
    pub(super) fn awake_for(&self, now: Instant) -> Duration {
        now.saturating_duration_since(Instant::ZERO).saturating_sub(self.sleep.slept)
    }

    /// Until when this device leads nobody, because it has just woken up.
    pub(super) fn looks_around_until(&self, now: Instant) -> Option<Instant> {
        self.sleep.looks_around_until.filter(|until| now < *until)
    }

    /// Whether several hold the record that this device is about to take up: whatever it trains until then is for nothing.
    /// One alone may never show its model.
    pub(super) fn is_about_to_follow_several(&self, s: &Surroundings<'_>) -> bool {
        let adoption = self.adoption.as_ref().filter(|_| !s.is_partial);
        adoption.is_some_and(|adoption| self.is_held_by_several(&adoption.record, s))
    }

    /// Whoever comes in the middle of a round has missed what was promised in it, and would wait for that until a leader closes
    /// it, while all others wait for nothing but its update.
    pub(super) fn repeat_promise(&mut self, to: PeerId, s: &Surroundings<'_>) {
        let own = self.stash.commitment(s.me, self.head_hash).copied();
        let own = own.filter(|own| own.contribution.life == self.life && !self.is_crowd(s));
        if let Some(own) = own {
            self.send(to, SessionMessage::Commit(own));
        }
    }
}
