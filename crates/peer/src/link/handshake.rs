//! Descriptions and candidates, in both directions.

use super::{Link, LinkAction, liveness::RESTART_INTERVAL};
use crate::{
    core::Core,
    io::{ConnectionOutput, DescriptionKind},
    view::LinkStage,
};
use protocol::{envelope::SignalStep, limits};
use units::Instant;

/// Candidates that arrive before their description; browsers find about ten.
const EARLY_CANDIDATES_MAX: usize = 32;
/// Candidates for one description: the browser keeps each and tries it.
const CANDIDATES_MAX: u32 = 128;

impl Link {
    /// A new description or candidate of this attempt from the other side.
    pub(crate) fn handle_signal(&mut self, now: Instant, step: SignalStep, core: &mut Core) {
        match step {
            SignalStep::Answer { sdp } if self.offered_here => {
                core.connection(self.id, ConnectionOutput::AcceptAnswer { sdp });
                self.described = true;
                self.candidates = self.early_candidates.len() as u32;
                for candidate in self.early_candidates.drain(..) {
                    core.connection(self.id, ConnectionOutput::AddCandidate(candidate));
                }
                if self.stage == LinkStage::Offering {
                    self.stage = LinkStage::Connecting;
                }
            }
            SignalStep::Offer { sdp } if !self.offered_here => {
                self.candidates = 0;
                core.connection(self.id, ConnectionOutput::AcceptOffer { sdp });
            }
            SignalStep::Candidate(_) if self.candidates >= CANDIDATES_MAX => {}
            SignalStep::Candidate(candidate) if self.described => {
                self.candidates += 1;
                core.connection(self.id, ConnectionOutput::AddCandidate(candidate));
            }
            SignalStep::Candidate(candidate)
                if self.early_candidates.len() < EARLY_CANDIDATES_MAX =>
            {
                self.early_candidates.push(candidate);
            }
            SignalStep::RestartRequest if self.offered_here && self.described => {
                self.restart_at = Some(now + RESTART_INTERVAL);
                core.connection(self.id, ConnectionOutput::CreateOffer { restart_ice: true });
            }
            _ => {}
        }
    }

    pub(super) fn described_here(&mut self, kind: DescriptionKind, sdp: String) -> Vec<LinkAction> {
        if sdp.len() > limits::SDP_BYTES_MAX {
            let reason = format!("this browser made a description of {} bytes", sdp.len());
            return vec![LinkAction::Ended(reason)];
        }
        let step = match kind {
            DescriptionKind::Offer => SignalStep::Offer { sdp },
            DescriptionKind::Answer => SignalStep::Answer { sdp },
        };
        let mut actions = vec![LinkAction::Signal(step)];
        if self.stage == LinkStage::Answering {
            self.stage = LinkStage::Connecting;
            actions.push(LinkAction::Stage("the offer is answered".to_owned()));
        }
        actions
    }
}
