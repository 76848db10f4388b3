//! Finished rounds, and what members sign of them.

use super::{
    contribution::{Contribution, scores_name},
    draw,
    masks::{GroupRecord, check_groups},
    standing::{self, STANDINGS_MAX, Standing},
};
use crate::{
    DecodeError,
    encoding::encode,
    identity::{Identity, Signature},
    limits,
    signatures::Claim,
};
use serde::{Deserialize, Serialize};
use std::sync::OnceLock;
use units::{Hash, PeerId, SessionId};

/// The largest score of a contribution, in hundredths of a nat: what is better or worse by more says no more.
pub const SCORE_MAX: i16 = 1_000;

/// Which updates make a round: with its parent, everything that the round's outcome depends on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The round; 1 is the first.
    pub round: u32,
    /// The record it builds on; [`super::Proposal::genesis`] for the first.
    pub parent: Hash,
    /// The updates, in strictly ascending order of peer.
    pub contributions: Vec<Contribution>,
    /// What contributors to the parent found of it, in strictly ascending order of judge.
    pub verdicts: Vec<Verdict>,
    /// How many members the leader knows to have committed, whether their updates are in it or not.
    pub committed: u32,
    /// Where only sums are seen, those that came out, by the first member of each; updates of others went into nothing.
    pub groups: Vec<GroupRecord>,
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
    /// How contributors to the rounds before stand, by peer: follows from the parent's standings and the verdicts on it.
    pub standings: Vec<Standing>,
    /// The highest [`ticket`] with which a member of a large room contributes to the next round.
    pub draw: u32,
    /// No part of what it says.
    #[serde(skip)]
    pub name: RecordName,
}

/// A record's name, once somebody has asked for it: some thousand bytes would be encoded and hashed with every question. A copy
/// has none, so that a copy that is changed gets a name of its own; what has been named is not changed in its place.
#[derive(Default)]
pub struct RecordName(OnceLock<Hash>);

/// "I arrived at this record too, and this is what its contributions bring on my rows". It holds by its signature, or beside
/// its judge's promise for the next round, which names the scores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The member that says so.
    pub judge: PeerId,
    /// For each contribution of the record, by how much the loss on the judge's held-out rows falls with that update
    /// alone: in hundredths of a nat, at most [`SCORE_MAX`] both ways. Empty from a member without such rows.
    pub scores: Vec<i16>,
    /// Over the record's hash and the scores; of a judge that contributes to the next round, none.
    pub signature: Option<Signature>,
}

const RECORD_DOMAIN: &str = "round record";

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
        if self.verdicts.len() > limits::ROUND_MEMBERS_MAX {
            return invalid(format!("{} verdicts on one round", self.verdicts.len()));
        }
        if !self.verdicts.is_sorted_by(|a, b| a.judge < b.judge) {
            return invalid("judges out of order, or named twice".to_owned());
        }
        if (self.committed as usize) < self.contributions.len() {
            return invalid(format!(
                "{} members have committed, where more contribute",
                self.committed
            ));
        }
        if let Some(verdict) = self.verdicts.iter().find(|it| !it.holds_beside(&self.contributions))
        {
            return invalid(format!("a verdict that {} did not sign", verdict.judge.short()));
        }
        check_groups(&self.groups, self.contributions.len())?;
        self.verdicts.iter().try_for_each(Verdict::validate)
    }

    /// What judges of the parent are said to have signed apart from their promises.
    pub fn verdict_claims(&self) -> impl Iterator<Item = Claim> {
        self.verdicts.iter().filter_map(|verdict| verdict.claim(self.parent))
    }

    /// Samples behind the round.
    pub fn samples(&self) -> u64 {
        self.contributions.iter().map(|contribution| u64::from(contribution.samples)).sum()
    }

    /// Samples behind a group's sum.
    pub fn samples_of(&self, group: &GroupRecord) -> u32 {
        let parts = group.places().filter_map(|place| self.contributions.get(place));
        parts.fold(0, |samples, part| samples.saturating_add(part.samples))
    }
}

impl RoundRecord {
    /// The record that `decision` leads to from `parent`, whose aggregation gave `model`.
    pub fn following(parent: &Self, decision: Decision, model: Hash) -> Self {
        let cumulative_samples = parent.cumulative_samples.saturating_add(decision.samples());
        let contributions = &parent.decision.contributions;
        let standings = standing::after(&parent.standings, contributions, &decision.verdicts);
        let draw = draw::after(parent.draw, decision.committed);
        Self { decision, model, cumulative_samples, standings, draw, name: RecordName::default() }
    }

    /// Checks that members, verdicts and standings are few, sorted and named once.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] says which rule is broken.
    pub fn validate(&self) -> Result<(), DecodeError> {
        self.decision.validate()?;
        let invalid = |problem| Err(DecodeError::Invalid { what: "record", problem });
        if self.standings.len() > STANDINGS_MAX {
            return invalid(format!("{} standings", self.standings.len()));
        }
        if !self.standings.is_sorted_by(|a, b| a.peer < b.peer) {
            return invalid("standings out of order, or two of one member".to_owned());
        }
        Ok(())
    }

    /// Whether a member may contribute no longer.
    pub fn excludes(&self, peer: PeerId) -> bool {
        self.standings.iter().any(|standing| standing.excluded && standing.peer == peer)
    }

    /// For each contribution, what the judges in the middle say of it, in hundredths of a nat; `None` where there are too
    /// few.
    pub fn median_scores(&self, verdicts: &[Verdict]) -> Vec<Option<i16>> {
        let parts = self.decision.contributions.iter().enumerate();
        parts.map(|(place, part)| standing::median_score(place, part.peer, verdicts)).collect()
    }

    /// Whether a verdict is one on this record, by one of its contributors.
    pub fn is_judged_by(&self, verdict: &Verdict) -> bool {
        let parts = &self.decision.contributions;
        let fits = verdict.scores.is_empty() || verdict.scores.len() == parts.len();
        fits && parts.iter().any(|part| part.peer == verdict.judge)
    }

    /// The record's name, and what the next round calls its parent. The genesis record is named by its session.
    pub fn hash(&self) -> Hash {
        if self.decision.round == 0 {
            return self.decision.parent;
        }
        let compute = || Hash::of_parts(&[b"peerceptron round", &encode(self)]);
        let name = *self.name.0.get_or_init(compute);
        debug_assert_eq!(name, compute(), "a record was changed after it had been named");
        name
    }

    /// The order in which records win over each other: more samples first, then rounds, then hash.
    pub fn weight(&self) -> (u64, u32, Hash) {
        (self.cumulative_samples, self.decision.round, self.hash())
    }
}

impl Clone for RecordName {
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// Records are the same by what they say.
impl PartialEq for RecordName {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for RecordName {}

impl core::fmt::Debug for RecordName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("_")
    }
}

impl Verdict {
    /// Signs a record.
    pub fn sign(identity: &Identity, record: Hash, scores: Vec<i16>) -> Self {
        let signature = identity.sign(RECORD_DOMAIN, &encode(&(record, &scores)));
        Self { judge: identity.peer_id(), scores, signature: Some(signature) }
    }

    /// What a judge says that its next promise will name.
    pub fn to_be_promised(judge: PeerId, scores: Vec<i16>) -> Self {
        Self { judge, scores, signature: None }
    }

    /// What the judge is said to have signed, to be checked with other claims; `None` where that is its promise.
    pub fn claim(&self, record: Hash) -> Option<Claim> {
        let signed = encode(&(record, &self.scores));
        Some(Claim::new(self.judge, RECORD_DOMAIN, &signed, self.signature?))
    }

    /// Whether it is signed, or named by its judge's promise among these for the next round, in ascending order of peer.
    /// Whether what is signed is so by its judge, [`Self::claim`] shows.
    pub fn holds_beside(&self, promises: &[Contribution]) -> bool {
        let promise = || promises.binary_search_by_key(&self.judge, |promise| promise.peer);
        self.signature.is_some()
            || promise().is_ok_and(|place| promises[place].scores == scores_name(&self.scores))
    }

    /// Checks that scores are few and within bounds.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] says which are not.
    pub fn validate(&self) -> Result<(), DecodeError> {
        let invalid = |problem| Err(DecodeError::Invalid { what: "verdict", problem });
        if self.scores.len() > limits::ROUND_MEMBERS_MAX {
            return invalid(format!("{} scores", self.scores.len()));
        }
        match self.scores.iter().find(|score| score.unsigned_abs() > SCORE_MAX.unsigned_abs()) {
            Some(score) => invalid(format!("a score of {score}: at most {SCORE_MAX} is possible")),
            None => Ok(()),
        }
    }
}

/// In which order members lead the attempts at a round: by a hash in which nobody has a say. That of the record before would have
/// one for its leader, who could try numbers of committed members and verdicts until it leads again.
pub fn leaders(session: SessionId, round: u32, members: &[PeerId]) -> Vec<PeerId> {
    let round = round.to_le_bytes();
    let place =
        |peer: &PeerId| Hash::of_parts(&[b"leader", session.as_bytes(), &round, peer.as_bytes()]);
    let mut order: Vec<_> = members.iter().map(|peer| (place(peer), *peer)).collect();
    order.sort_unstable();
    order.dedup();
    order.into_iter().map(|(_, peer)| peer).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signatures::{Keys, verify_all};

    fn peer(n: u8) -> PeerId {
        Identity::from_seed([n; 32]).peer_id()
    }

    #[test]
    fn every_member_orders_leaders_alike_and_rounds_rotate_them() {
        let session = SessionId::from_bytes([1; 16]);
        let members = [peer(1), peer(2), peer(3)];
        let reversed = [peer(3), peer(2), peer(1)];
        let first = leaders(session, 1, &members);
        assert_eq!(first, leaders(session, 1, &reversed));
        assert!((2..32).any(|round| leaders(session, round, &members)[0] != first[0]));
    }

    fn decision() -> Decision {
        let session = SessionId::from_bytes([1; 16]);
        let parent = Hash::of(b"p");
        let identity = Identity::from_seed([1; 32]);
        let (scores, update) = (scores_name(&[3, -4]), Hash::of(b"u"));
        let promise = Contribution::sign(&identity, (session, parent), scores, update, 10, 1);
        let contributions = vec![promise];
        Decision {
            round: 1,
            parent,
            contributions,
            verdicts: Vec::new(),
            committed: 2,
            groups: Vec::new(),
        }
    }

    #[test]
    fn a_record_is_named_by_all_that_it_says() {
        let (decision, model) = (decision(), Hash::of(b"m"));
        let record = RoundRecord {
            decision,
            model,
            cumulative_samples: 10,
            standings: Vec::new(),
            draw: u32::MAX,
            name: RecordName::default(),
        };
        let name = record.hash();
        let other = RoundRecord { model: Hash::of(b"n"), ..record.clone() };
        assert_ne!(name, other.hash());
        assert_eq!((name, &record), (record.hash(), &record.clone()));
        let holds = |verdict: &Verdict, record: &RoundRecord| {
            let claim = verdict.claim(record.hash()).expect("it is signed");
            verify_all(&[claim], &mut Keys::default()).is_ok()
        };
        let verdict = Verdict::sign(&Identity::from_seed([1; 32]), record.hash(), vec![7]);
        assert!(holds(&verdict, &record));
        assert!(record.is_judged_by(&verdict));
        assert!(!holds(&verdict, &other));
        let of_another = Verdict { judge: peer(2), ..verdict.clone() };
        assert!(!holds(&of_another, &record));
        assert!(!record.is_judged_by(&of_another));
        let kinder = Verdict { scores: vec![8], ..verdict };
        assert!(!holds(&kinder, &record));
    }

    #[test]
    fn a_verdict_without_a_signature_holds_beside_its_judges_promise_only() {
        let valid = |judge, scores: &[i16]| {
            let verdicts = vec![Verdict::to_be_promised(judge, scores.to_vec())];
            Decision { verdicts, ..decision() }.validate().is_ok()
        };
        assert!(valid(peer(1), &[3, -4]));
        assert!(!valid(peer(1), &[4, -4]), "it promised other scores");
        assert!(!valid(peer(1), &[]));
        assert!(!valid(peer(2), &[3, -4]), "it promised nothing");
    }

    #[test]
    fn a_member_cannot_be_counted_twice() {
        let mut decision = decision();
        assert_eq!(decision.validate(), Ok(()));
        decision.contributions.push(decision.contributions[0]);
        assert!(decision.validate().is_err());
    }

    #[test]
    fn a_score_beyond_its_bounds_is_refused() {
        for (score, possible) in [(SCORE_MAX, true), (SCORE_MAX + 1, false), (i16::MIN, false)] {
            let verdict = Verdict::sign(&Identity::from_seed([1; 32]), Hash::of(b"r"), vec![score]);
            assert_eq!(verdict.validate().is_ok(), possible, "{score}");
        }
    }
}
