//! How a session ends on a device, and how it begins there again.

use super::{GATHERING, Session, SessionAction, Surroundings, round::Round, standing::Standings};
use protocol::message::SessionMessage;
use units::Instant;

impl Session {
    /// The person at this device ends the session: for all if it was proposed here, else only here.
    pub(crate) fn stop(&mut self, s: &Surroundings<'_>) {
        if self.proposal.founder != s.me {
            return self.leave("this device has left it, others may go on", s);
        }
        // Who stops a session for all still helps all to end with the same model.
        self.stopped = true;
        self.broadcast(SessionMessage::Stop, s);
        self.end("stopped on this device", s.now);
        self.compare_endings(s);
    }

    /// The person at this device takes part again in a session that it had left. Who else takes part, the others say.
    pub(crate) fn take_part_again(&mut self, life: u64, now: Instant) {
        self.life = life;
        self.left = false;
        self.stop_heard = false;
        self.running = true;
        self.ended_because = None;
        self.budget.used_up = false;
        self.problem = None;
        self.members.clear();
        self.standings = Standings::default();
        self.told.clear();
        self.begun_at = now;
        self.ready = false;
        // The work on the last round may still be under way; else a round is begun when the others are heard.
        if !self.round.is_aggregating() {
            self.model_here = false;
            self.round = Round::new(now);
            self.gathering_until = Some(now + GATHERING);
        }
    }

    /// Ends the session here; the others go on, and this device does not look back.
    pub(crate) fn leave(&mut self, reason: &str, s: &Surroundings<'_>) {
        self.left = true;
        self.broadcast(SessionMessage::Leave, s);
        self.end(reason, s.now);
    }

    /// Members may end with different records, where a stop met them in the middle of a round or two leaders decided on the
    /// last: each shows its own, and the one that most hold remains.
    pub(super) fn compare_endings(&mut self, s: &Surroundings<'_>) {
        if self.model_here && !self.left {
            self.broadcast(SessionMessage::Head(self.head.clone()), s);
        }
    }

    pub(super) fn end(&mut self, reason: &str, now: Instant) {
        self.running = false;
        self.standings.wait_for_followers(now);
        self.check_signatures(self.head_hash);
        self.ended_because = Some(reason.to_owned());
        self.actions.push(SessionAction::Ended(reason.to_owned()));
    }

    /// Whether it ended because all its rounds are done, or nobody could train for another one.
    pub(super) fn is_finished(&self) -> bool {
        let rounds_max = self.proposal.options.rounds;
        let done = self.budget.used_up || self.head.decision.round >= rounds_max;
        done && !self.running && !self.left && !self.stopped
    }

    /// Whether it is finished and its model is here.
    pub(crate) fn holds_a_finished_model(&self) -> bool {
        self.is_finished() && self.model_here
    }
}
