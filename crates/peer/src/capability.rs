//! What this device tells others of what it can do.

use crate::engine::Engine;
use ::core::time::Duration;
use protocol::{
    VERSION,
    message::ControlMessage,
    signaling::{Capability, ClientMessage},
};
use units::{Instant, PeerId};

/// Between two announcements of a measured speed: it changes with whatever else a device does.
const SPEED_INTERVAL: Duration = Duration::from_secs(10);

impl Engine {
    /// Tells the server and everyone connected.
    pub(crate) fn announce(&mut self, now: Instant, capability: Capability) {
        self.core.capability = capability.clone();
        self.server.send(now, ClientMessage::AnnounceCapability { capability }, &mut self.core);
        let hello = ControlMessage::Hello { version: VERSION, card: self.own_card() };
        let connected: Vec<PeerId> = self.roster.connected().collect();
        for peer in connected {
            self.send_control(now, peer, &hello);
        }
    }

    /// This device has trained on so many samples in that time. Others are told if that is news: more than a quarter
    /// away from what they know.
    pub(crate) fn note_speed(&mut self, now: Instant, samples: u32, took: Duration) {
        let measured = (f64::from(samples) / took.as_secs_f64().max(0.001)) as u32;
        let known = self.core.capability.samples_per_second;
        let is_news = measured > 0 && measured.abs_diff(known) > known / 4;
        let may_tell = self.speed_told_at.is_none_or(|at| now >= at + SPEED_INTERVAL);
        if is_news && may_tell {
            self.speed_told_at = Some(now);
            let capability = self.core.capability.clone();
            self.announce(now, Capability { samples_per_second: measured, ..capability });
        }
    }
}
