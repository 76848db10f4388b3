//! Rounds of a learning session, and the records they leave.
//!
//! A round: every member trains from the newest record, *commits* to the hash of its update, *reveals* the update once
//! commitments are closed, and aggregates the updates that the round's leader *decides* on. All aggregate the same
//! updates in the same order with the same kernels, so all arrive at the same [`RoundRecord`]. Whoever holds a record
//! can be asked for its model; the record's hash chain says which model that must be.
//!
//! Where two chains meet, [`RoundRecord::weight`] says which one everybody goes on with.

use crate::{
    DecodeError,
    cluster::NetworkSpec,
    encoding::encode,
    identity::{BadSignature, Identity, Signature, verify},
    limits,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use units::{ClusterId, Hash, PeerId, SessionId};

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
    pub invited: Option<BTreeSet<PeerId>>,
    /// The model that the first round builds on.
    pub first_model: Hash,
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
}

impl Default for SessionOptions {
    /// What the example `alone_vs_together` of `peer` measured to bring most on real digits; more rounds bring no more.
    fn default() -> Self {
        Self { rounds: 20, local_steps: 40, batch_rows: 32, learning_rate_millionths: 2_000 }
    }
}

/// A member's promise of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Commitment {
    /// The member.
    pub peer: PeerId,
    /// The round.
    pub round: u32,
    /// The record that it trained from.
    pub parent: Hash,
    /// The hash of its update.
    pub update: Hash,
    /// Samples it trained on in the round: its weight.
    pub samples: u32,
    /// How long it trained, in milliseconds; sets the next round's deadline.
    pub train_ms: u32,
}

/// Which updates make a round: with its parent, everything that the round's outcome depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The round; 1 is the first.
    pub round: u32,
    /// The record it builds on; [`Proposal::genesis`] for the first.
    pub parent: Hash,
    /// The updates, in strictly ascending order of peer.
    pub contributions: Vec<Contribution>,
}

/// One member's part in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contribution {
    /// The member.
    pub peer: PeerId,
    /// The hash of its update.
    pub update: Hash,
    /// Samples behind the update.
    pub samples: u32,
}

/// A finished round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundRecord {
    /// What was aggregated.
    pub decision: Decision,
    /// The model that came out.
    pub model: Hash,
    /// Samples behind this round and all before it.
    pub cumulative_samples: u64,
}

/// A member's signature under a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundSignature {
    /// The record.
    pub record: Hash,
    /// By the peer that sends it.
    pub signature: Signature,
}

const RECORD_DOMAIN: &str = "round record";

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
        let decision = Decision { round: 0, parent: self.genesis(), contributions: Vec::new() };
        RoundRecord { decision, model: self.first_model, cumulative_samples: 0 }
    }

    /// Whether a peer may take part.
    pub fn invites(&self, peer: PeerId) -> bool {
        let listed = |invited: &BTreeSet<PeerId>| invited.contains(&peer);
        peer == self.founder || self.invited.as_ref().is_none_or(listed)
    }

    /// Checks every size against [`limits`].
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] names the value that is out of bounds.
    pub fn validate(&self) -> Result<(), DecodeError> {
        let invalid = |problem| Err(DecodeError::Invalid { what: "session", problem });
        let invited = self.invited.as_ref().map_or(0, BTreeSet::len);
        if invited > limits::ROOM_PEERS_MAX {
            return invalid(format!("{invited} invited peers, more than a room has"));
        }
        let SessionOptions { rounds, local_steps, batch_rows, learning_rate_millionths } =
            self.options;
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

    /// Samples that a member trains on in one round: the most that it can claim.
    pub fn samples_max(&self) -> u64 {
        u64::from(self.local_steps) * u64::from(self.batch_rows)
    }

    /// Whether a member can have trained on so many samples in one round.
    pub fn allows(&self, samples: u32) -> bool {
        (1..=self.samples_max()).contains(&u64::from(samples))
    }
}

impl Decision {
    /// Checks that members are few, sorted and named once. Whether their samples are possible, the session's
    /// [`SessionOptions::allows`] says.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] says which rule is broken.
    pub fn validate(&self) -> Result<(), DecodeError> {
        let invalid = |problem| Err(DecodeError::Invalid { what: "decision", problem });
        if self.contributions.len() > limits::ROUND_MEMBERS_MAX {
            return invalid(format!("{} members in one round", self.contributions.len()));
        }
        if !self.contributions.is_sorted_by(|a, b| a.peer < b.peer) {
            return invalid("members out of order, or named twice".to_owned());
        }
        Ok(())
    }

    /// Samples behind the round.
    pub fn samples(&self) -> u64 {
        self.contributions.iter().map(|contribution| u64::from(contribution.samples)).sum()
    }
}

impl RoundRecord {
    /// The record that `decision` leads to from `parent`, whose aggregation gave `model`.
    pub fn following(parent: &Self, decision: Decision, model: Hash) -> Self {
        let cumulative_samples = parent.cumulative_samples.saturating_add(decision.samples());
        Self { decision, model, cumulative_samples }
    }

    /// The record's name, and what the next round calls its parent. The genesis record is named by its session.
    pub fn hash(&self) -> Hash {
        if self.decision.round == 0 {
            return self.decision.parent;
        }
        Hash::of_parts(&[b"peerceptron round", &encode(self)])
    }

    /// The order in which records win over each other: more samples first, then rounds, then hash.
    pub fn weight(&self) -> (u64, u32, Hash) {
        (self.cumulative_samples, self.decision.round, self.hash())
    }

    /// Signs the record.
    pub fn sign(&self, identity: &Identity) -> RoundSignature {
        let record = self.hash();
        RoundSignature { record, signature: identity.sign(RECORD_DOMAIN, record.as_bytes()) }
    }
}

impl RoundSignature {
    /// Checks that `peer` signed the record.
    ///
    /// # Errors
    /// [`BadSignature`] if it did not.
    pub fn verify(&self, peer: PeerId) -> Result<(), BadSignature> {
        verify(peer, RECORD_DOMAIN, self.record.as_bytes(), &self.signature)
    }
}

/// In which order members lead the attempts at a round: by a hash that nobody can choose.
pub fn leaders(session: SessionId, parent: Hash, members: &[PeerId]) -> Vec<PeerId> {
    let mut order: Vec<_> = members.to_vec();
    order.sort_by_cached_key(|peer| {
        Hash::of_parts(&[b"leader", session.as_bytes(), parent.as_bytes(), peer.as_bytes()])
    });
    order.dedup();
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(n: u8) -> PeerId {
        Identity::from_seed([n; 32]).peer_id()
    }

    #[test]
    fn every_member_orders_leaders_alike_and_rounds_rotate_them() {
        let session = SessionId::from_bytes([1; 16]);
        let members = [peer(1), peer(2), peer(3)];
        let reversed = [peer(3), peer(2), peer(1)];
        let first = leaders(session, Hash::of(b"a"), &members);
        assert_eq!(first, leaders(session, Hash::of(b"a"), &reversed));
        let leads = |n: u8| leaders(session, Hash::of(&[n]), &members)[0];
        assert!((0..32).any(|n| leads(n) != first[0]));
    }

    #[test]
    fn a_record_is_named_by_all_that_it_says() {
        let contribution = Contribution { peer: peer(1), update: Hash::of(b"u"), samples: 10 };
        let decision =
            Decision { round: 1, parent: Hash::of(b"p"), contributions: vec![contribution] };
        let record = RoundRecord { decision, model: Hash::of(b"m"), cumulative_samples: 10 };
        let other = RoundRecord { model: Hash::of(b"n"), ..record.clone() };
        assert_ne!(record.hash(), other.hash());
        let identity = Identity::from_seed([1; 32]);
        assert!(record.sign(&identity).verify(peer(1)).is_ok());
        assert!(record.sign(&identity).verify(peer(2)).is_err());
    }

    #[test]
    fn a_proposal_that_keeps_devices_busy_for_hours_is_refused() {
        let layers = vec![crate::cluster::LayerSpec::new(64, 4)];
        let network = NetworkSpec { inputs: 50_000, steps: 1, layers, classes: 10, seed: 1 };
        let mut proposal = Proposal {
            cluster: "digits".parse().unwrap(),
            network,
            recipe: Vec::new(),
            task: "digits".to_owned(),
            options: SessionOptions::default(),
            founder: peer(1),
            invited: None,
            first_model: Hash::of(b"m"),
            nonce: [0; 16],
        };
        assert_eq!(proposal.validate(), Ok(()));
        proposal.options.local_steps = limits::LOCAL_STEPS_MAX;
        let problem = proposal.validate().unwrap_err().to_string();
        assert!(problem.contains("320000 samples in a round"), "{problem}");
    }

    #[test]
    fn a_member_cannot_be_counted_twice() {
        let contribution = Contribution { peer: peer(1), update: Hash::of(b"u"), samples: 10 };
        let contributions = vec![contribution; 2];
        let decision = Decision { round: 1, parent: Hash::of(b"p"), contributions };
        assert!(decision.validate().is_err());
    }
}
