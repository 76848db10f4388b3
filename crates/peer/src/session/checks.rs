//! When signatures are checked.
//!
//! What members promise and sign comes in one by one, and something hangs on it at few moments of a round. Until then it is
//! kept as it came, one entry a peer: it says when to look again and nothing else. It is neither closed nor decided on,
//! proves nothing, and is in no record, before it has been checked; and since that happens at once for many, it takes a third
//! of the time. Whoever has sent a wrong signature has everything checked as it comes.

use super::{Session, SessionAction, lineage::check_record};
use protocol::{
    limits,
    session::{Contribution, Decision, Proposal, RoundRecord},
    signatures::{Claim, Keys, verify_all, wrong_among},
};
use units::{Hash, PeerId, SessionId};

/// Records of others that are remembered as checked.
const CHECKED_RECORDS_MAX: usize = 8;

/// Promises in a decision that are not known to be signed.
fn promises_in(
    session: SessionId,
    decision: &Decision,
    is_known: impl Fn(&Contribution) -> bool,
) -> Vec<Claim> {
    let unknown = decision.contributions.iter().filter(|part| !is_known(part));
    unknown.map(|part| part.claim(session, decision.parent)).collect()
}

/// Whether a record can exist of a session that is not ours, and its promises are signed.
pub(crate) fn check_strange_record(
    proposal: &Proposal,
    record: &RoundRecord,
) -> Result<(), String> {
    check_record(proposal, record)?;
    let claims = promises_in(proposal.session_id(), &record.decision, |_| false);
    verify_all(&claims, &mut Keys::default()).map_err(|error| error.to_string())
}

impl Session {
    /// Checks what has been kept unchecked of what builds on `parent`, verdicts on the newest record among it if it is that,
    /// and forgets what is not signed.
    pub(super) fn check_signatures(&mut self, parent: Hash) {
        self.check_signatures_beside(parent, &[]);
    }

    /// The same together with promises that another tells of, and gives the places of those that are not signed.
    pub(super) fn check_signatures_beside(
        &mut self,
        parent: Hash,
        told: &[Contribution],
    ) -> Vec<usize> {
        let promises = self.stash.unchecked(parent);
        let is_head = parent == self.head_hash;
        let verdicts = if is_head { self.verdicts.take_unchecked() } else { Vec::new() };
        if promises.is_empty() && verdicts.is_empty() && told.is_empty() {
            return Vec::new();
        }
        let of_promises = promises.iter().map(|promise| promise.claim(self.id, parent));
        let of_told = told.iter().map(|promise| promise.claim(self.id, parent));
        // All of those are signed: the others wait for promises.
        let of_verdicts = verdicts.iter().filter_map(|verdict| verdict.claim(parent));
        let claims: Vec<Claim> = of_promises.chain(of_verdicts).chain(of_told).collect();
        let mut wrong = wrong_among(&claims, &mut self.keys);
        // Who tells of a promise is not who is said to have signed it.
        let first_told = promises.len() + verdicts.len();
        let of_told = wrong.split_off(wrong.partition_point(|place| *place < first_told));
        for place in &wrong {
            self.distrust(claims[*place].peer());
        }
        for (place, promise) in promises.iter().enumerate() {
            let is_right = !wrong.contains(&place);
            self.stash.checked(promise.peer, parent, is_right);
            if is_head && !is_right {
                self.round.committed = self.round.committed.saturating_sub(1);
            }
        }
        for (place, verdict) in verdicts.into_iter().enumerate() {
            if !wrong.contains(&(promises.len() + place)) {
                self.verdicts.put(verdict);
            }
        }
        of_told.into_iter().map(|place| place - first_told).collect()
    }

    /// Checks the promises of a decision and its verdicts on its parent, as far as they have not been checked before.
    pub(super) fn check_signed(&mut self, decision: &Decision) -> Result<(), String> {
        let parent = decision.parent;
        self.check_signatures(parent);
        let mut claims = promises_in(self.id, decision, |part| self.has_checked(part, parent));
        let is_head = parent == self.head_hash;
        let verdicts = decision.verdicts.iter().filter(|it| !is_head || !self.verdicts.has(it));
        claims.extend(verdicts.filter_map(|it| it.claim(parent)));
        verify_all(&claims, &mut self.keys).map_err(|error| error.to_string())
    }

    /// Checks the promises of a record that another tells of, unless it is one of the newest that were found right.
    pub(super) fn check_record_signed(&mut self, record: &RoundRecord) -> Result<(), String> {
        let hash = record.hash();
        if hash == self.head_hash || self.checked_records.contains(&hash) {
            return Ok(());
        }
        let decision = &record.decision;
        self.check_signatures(decision.parent);
        let known = |part: &Contribution| self.has_checked(part, decision.parent);
        let claims = promises_in(self.id, decision, known);
        verify_all(&claims, &mut self.keys).map_err(|error| error.to_string())?;
        if self.checked_records.len() >= CHECKED_RECORDS_MAX {
            self.checked_records.pop_front();
        }
        self.checked_records.push_back(hash);
        Ok(())
    }

    /// Whether this promise has been kept, and its signature been seen to be right.
    pub(super) fn has_checked(&self, part: &Contribution, parent: Hash) -> bool {
        self.stash.checked_promise(part.peer, parent) == Some(part)
    }

    /// Whether what a peer sends is checked as it comes.
    pub(super) fn distrusts(&self, peer: PeerId) -> bool {
        self.distrusted.contains(&peer)
    }

    /// A peer has sent what it has not signed.
    pub(super) fn distrust(&mut self, peer: PeerId) {
        if self.distrusted.len() >= limits::ROUND_MEMBERS_MAX {
            self.distrusted.clear();
        }
        self.distrusted.insert(peer);
        let reason = "a promise or verdict that it has not signed".to_owned();
        self.actions.push(SessionAction::Refuse(peer, reason));
    }
}
