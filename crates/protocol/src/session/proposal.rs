//! What a session is about, and how it trains.

use super::{
    draw::first_draw,
    masks::Masks,
    privacy::{PRIVATE_LEARNING_RATE_MILLIONTHS, Privacy},
    record::{Decision, RecordName, RoundRecord, Verdict},
};
use crate::{DecodeError, cluster::NetworkSpec, encoding::encode, limits};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash, PeerId, SessionId, SortedSet};

/// What a session is about; the same for all its members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The cluster that is trained.
    pub cluster: ClusterId,
    /// Its network.
    pub network: NetworkSpec,
    /// How inputs are made of people's data, in an encoding that applications agree on; empty if they agree anyway.
    #[serde(with = "serde_bytes")]
    pub recipe: Vec<u8>,
    /// What it learns, in a person's words.
    pub task: String,
    /// How.
    pub options: SessionOptions,
    /// Who proposed it.
    pub founder: PeerId,
    /// Who may take part besides the founder; `None` is everyone. Nobody is training alone.
    pub invited: Option<SortedSet<PeerId>>,
    /// The model that the first round builds on.
    pub first_model: Hash,
    /// The highest ticket that contributes to the first round, by [`first_draw`]: a lie about it is made good by the rounds
    /// that follow.
    ///
    /// [`first_draw`]: super::first_draw
    pub draw: u32,
    /// Random, so that no two sessions have one name.
    pub nonce: [u8; 16],
}

/// How a session trains.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SessionOptions {
    /// Rounds until the session is finished.
    pub rounds: u32,
    /// Training steps that each member takes in a round.
    pub local_steps: u32,
    /// Rows in a training step.
    pub batch_rows: u32,
    /// Adam's step size at the start of a session, in millionths.
    pub learning_rate_millionths: u32,
    /// What members keep to themselves; `None` in open sessions.
    pub privacy: Option<Privacy>,
    /// Where only sums of groups are seen; `None` where every member sees every update.
    pub masks: Option<Masks>,
}

impl Default for SessionOptions {
    /// What the example `alone_vs_together` of `peer` measured to bring most on real digits; more rounds bring no more.
    fn default() -> Self {
        Self {
            rounds: 20,
            local_steps: 40,
            batch_rows: 32,
            learning_rate_millionths: 2_000,
            privacy: None,
            masks: None,
        }
    }
}

impl Proposal {
    /// The session's name, which is a hash of all that the proposal says: whoever passes a proposal on can change
    /// nothing in it.
    pub fn session_id(&self) -> SessionId {
        let hash = Hash::of_parts(&[b"peerceptron session id", &encode(self)]);
        let (name, _) = hash.as_bytes().split_at(16);
        SessionId::from_bytes(name.try_into().expect("a hash has 32 bytes"))
    }

    /// What stands for the parent of the first round.
    pub fn genesis(&self) -> Hash {
        Hash::of_parts(&[b"peerceptron session", &encode(self)])
    }

    /// The record before the first round: no contributions, the first model.
    pub fn genesis_record(&self) -> RoundRecord {
        let decision = Decision {
            round: 0,
            parent: self.genesis(),
            contributions: Vec::new(),
            verdicts: Vec::new(),
            committed: 0,
            groups: Vec::new(),
        };
        RoundRecord {
            decision,
            model: self.first_model,
            cumulative_samples: 0,
            standings: Vec::new(),
            draw: self.draw,
            name: RecordName::default(),
        }
    }

    /// Whether a peer may take part.
    pub fn invites(&self, peer: PeerId) -> bool {
        let listed = |invited: &SortedSet<PeerId>| invited.contains(&peer);
        peer == self.founder || self.invited.as_ref().is_none_or(listed)
    }

    /// Checks every size against [`limits`].
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] names the value that is out of bounds.
    pub fn validate(&self) -> Result<(), DecodeError> {
        let invalid = |problem| Err(DecodeError::Invalid { what: "session", problem });
        let invited = self.invited.as_ref().map_or(0, SortedSet::len);
        if invited > limits::ROUND_MEMBERS_MAX {
            return invalid(format!("{invited} invited peers, more than a room has"));
        }
        let SessionOptions {
            rounds,
            local_steps,
            batch_rows,
            learning_rate_millionths,
            privacy,
            masks: _,
        } = self.options;
        if let Err(error) = self.network.validate() {
            return invalid(error.to_string());
        }
        let (recipe_bytes, high) = (self.recipe.len(), limits::PROPOSAL_RECIPE_BYTES_MAX);
        if recipe_bytes > high {
            return invalid(format!(
                "{recipe_bytes} bytes that say how inputs are made, where {high} are possible: use fewer columns"
            ));
        }
        let chars = self.task.chars().count();
        if chars > limits::TASK_CHARS_MAX {
            return invalid(format!("a task of {chars} characters"));
        }
        for (what, value, high) in [
            ("rounds", rounds, limits::SESSION_ROUNDS_MAX),
            ("millionths of learning rate", learning_rate_millionths, 1_000_000),
        ] {
            if !(1..=high).contains(&value) {
                return invalid(format!("{value} {what}: 1 to {high} are possible"));
            }
        }
        if let Some(problem) = privacy.and_then(|privacy| privacy.problem()) {
            return invalid(problem);
        }
        let (draw, least) = (self.draw, first_draw(limits::ROOM_PEERS_MAX));
        if draw < least {
            return invalid(format!(
                "a first draw of {draw}: {least} or more is what the largest room needs"
            ));
        }
        let min = self.options.masks.map_or(0, Masks::members_min);
        if self.invited.as_ref().is_some_and(|others| others.len() + 1 < min) {
            let members = invited + 1;
            return invalid(format!(
                "masked sums take {min} devices, and {members} may take part: invite more, or train without masks"
            ));
        }
        let possible = self.network.check_training(local_steps, batch_rows);
        possible.or_else(|problem| invalid(problem.to_string()))
    }
}

impl SessionOptions {
    /// So many rounds of ordinary length that each member takes about `steps` training steps in all.
    pub fn for_training(steps: u32, batch_rows: u32, learning_rate: f32) -> Self {
        let ordinary = Self::default();
        let rounds = steps.div_ceil(ordinary.local_steps).clamp(1, limits::SESSION_ROUNDS_MAX);
        let learning_rate_millionths = (f64::from(learning_rate) * 1e6).round() as u32;
        Self { rounds, batch_rows, learning_rate_millionths, ..ordinary }
    }

    /// The same with private rows, and the step size that was measured to suit noisy steps.
    pub fn kept_private(self, privacy: Privacy) -> Self {
        let learning_rate_millionths = PRIVATE_LEARNING_RATE_MILLIONTHS;
        Self { privacy: Some(privacy), learning_rate_millionths, ..self }
    }

    /// How far a parameter is counted in one change, both ways, where changes are masked: twice as far as Adam goes in a round.
    pub fn reach(&self) -> f32 {
        2.0 * self.learning_rate_millionths as f32 / 1e6 * self.local_steps as f32
    }

    /// Samples that a member trains on in one round: the most that it can claim.
    pub fn samples_max(&self) -> u64 {
        u64::from(self.local_steps) * u64::from(self.batch_rows)
    }

    /// Whether a verdict says no more than the session's members may: scores tell of the rows that judge, and of updates that
    /// nobody can see.
    pub fn admits(&self, verdict: &Verdict) -> bool {
        self.privacy.is_none() && self.masks.is_none() || verdict.scores.is_empty()
    }

    /// Whether a member can have trained on so many samples in one round.
    pub fn allows(&self, samples: u32) -> bool {
        (1..=self.samples_max()).contains(&u64::from(samples))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cluster::LayerSpec, identity::Identity};

    fn proposal(network: NetworkSpec) -> Proposal {
        Proposal {
            cluster: "digits".parse().unwrap(),
            network,
            recipe: Vec::new(),
            task: "digits".to_owned(),
            options: SessionOptions::default(),
            founder: Identity::from_seed([1; 32]).peer_id(),
            invited: None,
            first_model: Hash::of(b"m"),
            draw: u32::MAX,
            nonce: [0; 16],
        }
    }

    #[test]
    fn masked_sums_of_too_few_devices_are_refused_with_how_many_it_takes() {
        let mut proposal = proposal(NetworkSpec {
            inputs: 3,
            steps: 1,
            layers: vec![LayerSpec::new(4, 4)],
            classes: 2,
            seed: 1,
        });
        let peers = (2..).map(|n| Identity::from_seed([n; 32]).peer_id());
        for (one_group, others, is_possible) in
            [(false, 4, false), (false, 5, true), (true, 1, false), (true, 2, true)]
        {
            proposal.options.masks = Some(Masks { one_group });
            proposal.invited = Some(peers.clone().take(others).collect());
            let refused = proposal.validate().err().map(|error| error.to_string());
            assert_eq!(refused.is_none(), is_possible, "{others}: {refused:?}");
            let min = if one_group { 3 } else { 6 };
            assert!(refused.is_none_or(|it| it.contains(&format!("take {min} devices"))));
        }
        proposal.invited = None;
        assert_eq!(proposal.validate(), Ok(()), "others may come");
    }

    #[test]
    fn a_draw_for_more_members_than_a_room_has_is_refused() {
        let layers = vec![LayerSpec::new(4, 4)];
        let spec = NetworkSpec { inputs: 3, steps: 1, layers, classes: 2, seed: 1 };
        let mut proposal = proposal(spec);
        for (draw, is_possible) in [(0, false), (1, false), (first_draw(2_048), true)] {
            proposal.draw = draw;
            assert_eq!(proposal.validate().is_ok(), is_possible, "{draw}");
        }
    }

    #[test]
    fn a_proposal_that_keeps_devices_busy_for_hours_is_refused() {
        let layers = vec![LayerSpec::new(64, 4)];
        let network = NetworkSpec { inputs: 50_000, steps: 1, layers, classes: 10, seed: 1 };
        let mut proposal = proposal(network);
        assert_eq!(proposal.validate(), Ok(()));
        proposal.options.local_steps = limits::LOCAL_STEPS_MAX;
        let problem = proposal.validate().unwrap_err().to_string();
        assert!(problem.contains("320000 samples in a round"), "{problem}");
    }
}
