//! Calls for learning: a modulatory signal that goes to all who hold a cluster.

use crate::{engine::Engine, error::CommandError, event::Event, job::Job};
use core::time::Duration;
use protocol::overlay::Payload;
use units::{ClusterId, Instant, PeerId};

/// One call of a peer is heard in this time. Each is a job for the worker, and what calls can do is bounded anyway
/// ([`neural::LearningState::call_for_learning`]).
const PAUSE: Duration = Duration::from_secs(5);

/// The most that a byte of urgency says.
const URGENCY_STEPS: f32 = 255.0;

impl Engine {
    /// Asks this device and all others to learn a cluster faster for a while; gives how many of the others were reached
    /// at once. Those who do not have the cluster ignore it, and so do those who have heard one just now.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`]; [`CommandError::InvalidInput`] unless `urgency` is from 0 to 1.
    pub fn call_for_learning(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        urgency: f32,
    ) -> Result<u32, CommandError> {
        if !(0.0..=1.0).contains(&urgency) {
            return Err(CommandError::InvalidInput(format!(
                "an urgency of {urgency}: 0 (not at all) to 1 is possible"
            )));
        }
        self.known(&cluster)?;
        let job = Job::CallForLearning { cluster: cluster.clone(), urgency };
        self.clusters.ask_quietly(&cluster, job, &mut self.core);
        let urgency = (urgency * URGENCY_STEPS + 0.5) as u8;
        let payload = Payload::CallForLearning { cluster, urgency };
        self.broadcast(now, payload).ok_or(CommandError::TooMuchSaid)
    }

    pub(crate) fn handle_call_for_learning(
        &mut self,
        now: Instant,
        from: PeerId,
        cluster: ClusterId,
        urgency: u8,
    ) {
        let member = self.roster.get_mut(from);
        let called_at = member.map_or(&mut self.overlay.stranger_called_at, |m| &mut m.called_at);
        let is_too_soon = called_at.is_some_and(|at| now < at + PAUSE);
        let (is_ours, is_carried) =
            (self.clusters.get(&cluster).is_some(), self.hosting.carries(from, &cluster));
        if is_too_soon || !is_ours && !is_carried {
            return;
        }
        *called_at = Some(now);
        let urgency = f32::from(urgency) / URGENCY_STEPS;
        // To nodes that are carried here, their owner's errors bring the longer steps: what they do follows from what they are
        // given.
        if is_ours {
            let job = Job::CallForLearning { cluster: cluster.clone(), urgency };
            self.clusters.ask_quietly(&cluster, job, &mut self.core);
        }
        self.core.event(Event::LearningCalledFor { peer: from, cluster, urgency });
    }
}
