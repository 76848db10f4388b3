//! What a member promises of its update, and what proves that it promised two.

use crate::{
    encoding::encode,
    identity::{BadSignature, Identity, Signature},
    signatures::{Claim, Keys, verify_all},
};
use serde::{Deserialize, Serialize};
use units::{Hash, PeerId, SessionId};

/// One member's part in a round, signed by it: a promise before updates are revealed, a proof afterwards. It also signs the
/// record that the round builds on, and what its maker found of that, so that most verdicts need no signature of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// The member.
    pub peer: PeerId,
    /// The [`scores_name`] of what it found of the parent's contributions.
    pub scores: Hash,
    /// The [`update_name`] of its update.
    pub update: Hash,
    /// Samples that it trained on in the round: its weight.
    pub samples: u32,
    /// Grows from one start of the session on the member's device to the next. Who comes back after a crash may promise
    /// another update; within one life nobody does.
    pub life: u64,
    /// Over session, parent and all of the above.
    pub signature: Signature,
}

/// A promise as its maker sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commitment {
    /// The record that it trained from.
    pub parent: Hash,
    /// What it promises.
    pub contribution: Contribution,
    /// How long it trained, in milliseconds; sets the next round's steps and deadline.
    pub train_ms: u32,
}

/// Proof that a member promised two updates for one round within one life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equivocation {
    /// The record that the round builds on.
    pub parent: Hash,
    /// One promise.
    pub one: Contribution,
    /// Another.
    pub other: Contribution,
}

const DOMAIN: &str = "contribution";

/// The name of a verdict's scores.
pub fn scores_name(scores: &[i16]) -> Hash {
    Hash::of_parts(&[b"peerceptron scores", &encode(&scores)])
}

/// An update's name: a hash of its bytes and of who made it, so that nobody can promise the update of another by repeating
/// its name.
pub fn update_name(owner: PeerId, update: &[u8]) -> Hash {
    Hash::of_parts(&[b"peerceptron update", owner.as_bytes(), update])
}

impl Contribution {
    /// Promises an update of that name for the round after `parent`.
    pub fn sign(
        identity: &Identity,
        (session, parent): (SessionId, Hash),
        scores: Hash,
        update: Hash,
        samples: u32,
        life: u64,
    ) -> Self {
        let signed = encode(&(session, parent, scores, update, samples, life));
        let signature = identity.sign(DOMAIN, &signed);
        Self { peer: identity.peer_id(), scores, update, samples, life, signature }
    }

    /// Checks that the member promised this for the round after `parent`.
    ///
    /// # Errors
    /// [`BadSignature`] if it did not.
    pub fn verify(&self, session: SessionId, parent: Hash) -> Result<(), BadSignature> {
        verify_all(&[self.claim(session, parent)], &mut Keys::default())
    }

    /// What the member is said to have signed, to be checked with other claims.
    pub fn claim(&self, session: SessionId, parent: Hash) -> Claim {
        let Self { peer, scores, update, samples, life, signature } = self;
        let signed = encode(&(session, parent, scores, update, samples, life));
        Claim::new(*peer, DOMAIN, &signed, *signature)
    }

    /// Whether two promises for one round cannot both be honest.
    pub fn contradicts(&self, other: &Self) -> bool {
        let said = |it: &Self| (it.scores, it.update, it.samples);
        let is_same = said(self) == said(other);
        self.peer == other.peer && self.life == other.life && !is_same
    }
}

impl Equivocation {
    /// Who promised two updates.
    pub fn peer(&self) -> PeerId {
        self.one.peer
    }

    /// Whether it proves what it says.
    pub fn holds(&self, session: SessionId) -> bool {
        self.one.contradicts(&self.other)
            && self.one.verify(session, self.parent).is_ok()
            && self.other.verify(session, self.parent).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: SessionId = SessionId::from_bytes([1; 16]);

    fn promise(seed: u8, update: &[u8], life: u64) -> Contribution {
        let identity = Identity::from_seed([seed; 32]);
        let name = update_name(identity.peer_id(), update);
        let place = (SESSION, Hash::of(b"parent"));
        Contribution::sign(&identity, place, scores_name(&[]), name, 10, life)
    }

    #[test]
    fn a_promise_holds_for_its_session_and_round_only() {
        let promise = promise(1, b"update", 1);
        assert!(promise.verify(SESSION, Hash::of(b"parent")).is_ok());
        assert!(promise.verify(SESSION, Hash::of(b"another")).is_err());
        assert!(promise.verify(SessionId::from_bytes([2; 16]), Hash::of(b"parent")).is_err());
        let more = Contribution { samples: 11, ..promise };
        assert!(more.verify(SESSION, Hash::of(b"parent")).is_err());
        let kinder = Contribution { scores: scores_name(&[7]), ..promise };
        assert!(kinder.verify(SESSION, Hash::of(b"parent")).is_err());
    }

    #[test]
    fn the_same_bytes_of_two_members_have_two_names() {
        assert_ne!(promise(1, b"update", 1).update, promise(2, b"update", 1).update);
    }

    #[test]
    fn two_promises_of_one_life_prove_equivocation_and_nothing_else_does() {
        let parent = Hash::of(b"parent");
        let proof = |one, other| Equivocation { parent, one, other }.holds(SESSION);
        let (one, two) = (promise(1, b"one", 1), promise(1, b"two", 1));
        assert!(proof(one, two));
        assert!(!proof(one, one));
        assert!(!proof(one, promise(1, b"two", 2)), "it came back after a crash");
        assert!(!proof(one, promise(2, b"two", 1)), "of two members");
        assert!(!proof(one, Contribution { samples: 11, ..one }), "not signed");
    }
}
