//! Whether the other side is still there, and how a lost path is found again.

use super::{Link, LinkAction};
use crate::{
    core::Core,
    io::{ConnectionOutput, ConnectionState},
    view::LinkStage,
};
use ::core::time::Duration;
use protocol::{envelope::SignalStep, message::ControlMessage};
use units::Instant;

/// How long a `disconnected` path may heal by itself before ICE is restarted.
const SELF_HEALING: Duration = Duration::from_secs(2);
/// Between two restarts of ICE.
pub(super) const RESTART_INTERVAL: Duration = Duration::from_secs(5);
/// Between two readings of the path's counters.
const STATS_INTERVAL: Duration = Duration::from_secs(2);

impl Link {
    pub(crate) fn ping(&mut self, now: Instant, core: &mut Core) {
        let nonce = core.random_u64();
        self.pinged = Some((nonce, now));
        self.send(now, &ControlMessage::Ping { nonce }, core);
    }

    /// Somebody said that the peer has a new life: an open link must prove itself.
    pub(crate) fn doubt(&mut self, now: Instant, core: &mut Core) {
        if self.is_open() && self.doubted_at.is_none() {
            self.doubted_at = Some(now);
            self.ping(now, core);
        }
    }

    pub(super) fn handle_state(
        &mut self,
        now: Instant,
        state: ConnectionState,
        core: &mut Core,
    ) -> Vec<LinkAction> {
        match state {
            ConnectionState::Connecting => Vec::new(),
            ConnectionState::Connected => {
                core.connection(self.id, ConnectionOutput::ReadStats);
                self.heal()
            }
            ConnectionState::Disconnected if self.is_open() => {
                self.restart_at.get_or_insert(now + SELF_HEALING);
                self.lose_path("the path fell silent; it may heal by itself")
            }
            ConnectionState::Failed if self.is_open() => {
                let mut actions = self.lose_path("the path is lost; looking for a new one");
                actions.extend(self.restart(now, core));
                actions
            }
            ConnectionState::Disconnected => Vec::new(),
            ConnectionState::Failed => {
                let reason = "no path between the two devices was found (a firewall or two strict \
                              routers may be in the way; a TURN server would help)";
                vec![LinkAction::Ended(reason.to_owned())]
            }
            ConnectionState::Closed => {
                vec![LinkAction::Ended("the connection was closed".to_owned())]
            }
        }
    }

    fn lose_path(&mut self, detail: &str) -> Vec<LinkAction> {
        if self.stage != LinkStage::Open {
            return Vec::new();
        }
        self.stage = LinkStage::Restarting;
        vec![LinkAction::Stage(detail.to_owned())]
    }

    pub(super) fn heal(&mut self) -> Vec<LinkAction> {
        self.restart_at = None;
        if self.stage != LinkStage::Restarting {
            return Vec::new();
        }
        self.stage = LinkStage::Open;
        vec![LinkAction::Stage("the path is back".to_owned())]
    }

    fn restart(&mut self, now: Instant, core: &mut Core) -> Vec<LinkAction> {
        self.restart_at = Some(now + RESTART_INTERVAL);
        if self.offered_here {
            core.connection(self.id, ConnectionOutput::CreateOffer { restart_ice: true });
            Vec::new()
        } else {
            vec![LinkAction::Signal(SignalStep::RestartRequest)]
        }
    }

    /// This device was asleep: whatever the other side sent meanwhile is still on its way in. If nothing comes soon, a new
    /// connection is better than this one: the other side has given it up, or SCTP there waits as long again as we slept
    /// before it sends once more (RFC 9260, section 6.3.3: the timer doubles).
    pub(crate) fn wake(&mut self, now: Instant, core: &mut Core) {
        self.heard_at = now;
        if self.is_open() {
            self.doubted_at = Some(now);
            self.ping(now, core);
        }
    }

    pub(crate) fn deadline(&self, core: &Core) -> Instant {
        if !self.is_open() {
            return self.started_at + core.limits.handshake;
        }
        let mut deadline = (self.quiet_since() + core.limits.ping_interval)
            .min(self.heard_at + self.patience(core))
            .min(self.stats_at + STATS_INTERVAL);
        if self.stage == LinkStage::Open {
            deadline = deadline.min(self.heard_at + core.limits.silence);
        }
        self.restart_at.map_or(deadline, |at| deadline.min(at))
    }

    /// Since when nothing has been asked of the other side.
    fn quiet_since(&self) -> Instant {
        self.pinged.map_or(self.heard_at.min(self.spoke_at), |(_, at)| at)
    }

    fn patience(&self, core: &Core) -> Duration {
        match self.doubted_at {
            Some(doubted_at) => {
                doubted_at.saturating_duration_since(self.heard_at) + core.limits.silence / 2
            }
            None => core.limits.lost,
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, core: &mut Core) -> Vec<LinkAction> {
        if !self.is_open() {
            if now < self.started_at + core.limits.handshake {
                return Vec::new();
            }
            let reason = match self.stage {
                LinkStage::Offering => "the other device did not answer the offer",
                _ => "no path between the two devices was found in time",
            };
            return vec![LinkAction::Ended(reason.to_owned())];
        }
        if now >= self.heard_at + self.patience(core) {
            let silence_s = now.saturating_duration_since(self.heard_at).as_secs();
            return vec![LinkAction::Ended(format!("nothing was heard for {silence_s} s"))];
        }
        if now >= self.stats_at + STATS_INTERVAL {
            self.stats_at = now;
            core.connection(self.id, ConnectionOutput::ReadStats);
        }
        if now >= self.quiet_since() + core.limits.ping_interval {
            self.ping(now, core);
        }
        let mut actions = Vec::new();
        if now >= self.heard_at + core.limits.silence && self.stage == LinkStage::Open {
            actions.extend(self.lose_path("nothing is heard; looking for a new path"));
            actions.extend(self.restart(now, core));
        } else if self.restart_at.is_some_and(|at| now >= at) {
            actions.extend(self.restart(now, core));
        }
        actions
    }
}
