//! What this device tells others of what it can do.

use crate::engine::Engine;
use ::core::time::Duration;
use protocol::{
    VERSION,
    message::ControlMessage,
    overlay::Payload,
    signaling::{Capability, ClientMessage},
};
use units::Instant;

/// Between two announcements of a measured speed: it changes with whatever else a device does.
const SPEED_INTERVAL: Duration = Duration::from_secs(10);
/// The same in a large room, where the server tells many of it.
const SPEED_INTERVAL_PARTIAL: Duration = Duration::from_secs(300);

impl Engine {
    /// Tells the server and everyone in the room.
    pub(crate) fn announce(&mut self, now: Instant, capability: Capability) {
        self.take_up(now, capability);
        self.broadcast(now, Payload::Capability(self.own_card()));
    }

    fn take_up(&mut self, now: Instant, capability: Capability) {
        self.core.capability = capability.clone();
        self.server.send(now, ClientMessage::AnnounceCapability { capability }, &mut self.core);
    }

    /// This device has trained on so many samples in that time. The server and neighbours are told if that is news: more
    /// than a quarter away from what they know. It is no rumour: in a large room everyone would pass everyone's on, and who
    /// is far away learns it with the device's card.
    pub(crate) fn note_speed(&mut self, now: Instant, samples: u32, took: Duration) {
        let measured = (f64::from(samples) / took.as_secs_f64().max(0.001)) as u32;
        let known = self.core.capability.samples_per_second;
        let is_news = measured > 0 && measured.abs_diff(known) > known / 4;
        let is_partial = self.roster.is_partial;
        let interval = if is_partial { SPEED_INTERVAL_PARTIAL } else { SPEED_INTERVAL };
        let may_tell = self.speed_told_at.is_none_or(|at| now >= at + interval);
        if is_news && may_tell {
            self.speed_told_at = Some(now);
            let capability = self.core.capability.clone();
            self.take_up(now, Capability { samples_per_second: measured, ..capability });
            let hello = ControlMessage::Hello { version: VERSION, card: self.own_card() };
            self.say_to_neighbours(now, &hello);
        }
    }
}
