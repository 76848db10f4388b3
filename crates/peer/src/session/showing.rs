//! A record of others that is being shown: the records up to it, part by part, back to one that is here.
//!
//! A record says how much is behind it; that this is so, the records before it show. Each has to follow from the one before
//! it, to the bit, and to be signed by those who are in it. Where the shower has forgotten what came before, it shows from the
//! oldest record on that it has kept, and what came before that does not count.

use super::{
    chain::{BYTES_MAX, RECORDS_MAX, size_bytes, spaced},
    lineage::check_contributions,
};
use ::core::time::Duration;
use protocol::{
    limits,
    message::SessionMessage,
    session::{Proposal, RoundRecord},
    signatures::{Claim, Keys, verify_all},
};
use units::{Hash, Instant, PeerId, SessionId};

/// How long a peer may take to show the next part.
const PART_WAIT: Duration = Duration::from_secs(10);

/// How long it may take to show all of them.
const ALL_WAIT: Duration = Duration::from_secs(90);

/// Records of a part that is not the last, at least: each takes a question.
const PART_RECORDS_MIN: usize = 8;

/// What a peer has shown of how a record came about.
pub(crate) struct Showing {
    record: RoundRecord,
    hash: Hash,
    from: Option<PeerId>,
    /// Each follows from the one before it and is signed; the first one follows from one that is here, or nobody knows from
    /// which.
    shown: Vec<(Hash, RoundRecord)>,
    asked_at: Instant,
    begun_at: Instant,
}

/// What came of a part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// Nobody has asked for it.
    Unasked,
    /// There are more.
    Partly,
    /// That was the last one.
    Wholly,
    /// The peer does not hold the record any longer.
    Gone,
}

impl Showing {
    /// `from` tells of a record.
    pub(crate) fn new(record: RoundRecord, from: PeerId, now: Instant) -> Self {
        let hash = record.hash();
        let shown = Vec::new();
        Self { record, hash, from: Some(from), shown, asked_at: now, begun_at: now }
    }

    /// It is one of our records.
    pub(crate) fn of_ours(record: RoundRecord, from: PeerId, now: Instant) -> Self {
        let shown = vec![(record.hash(), record.clone())];
        Self { shown, ..Self::new(record, from, now) }
    }

    /// The same, where much of its lineage may have been shown with an earlier record.
    pub(crate) fn after(record: RoundRecord, from: PeerId, earlier: Self, now: Instant) -> Self {
        Self { shown: earlier.shown, ..Self::new(record, from, now) }
    }

    /// A record that begins a session shows itself.
    pub(crate) fn is_shown(&self) -> bool {
        self.record.decision.round == 0
            || self.shown.last().is_some_and(|(name, _)| *name == self.hash)
    }

    /// Successive records, the last of which is the one that was to be shown.
    pub(crate) fn records(&self) -> &[(Hash, RoundRecord)] {
        &self.shown
    }

    /// What `from` is asked next; `known` are names of records that are here, the newest first.
    pub(crate) fn request(&self, mut known: Vec<Hash>) -> Option<(PeerId, SessionMessage)> {
        let from = self.from.filter(|_| !self.is_shown())?;
        let mut names = spaced(self.shown.iter().map(|(name, _)| *name).collect());
        // The session's first record stays the last.
        let first = known.pop();
        names.truncate(limits::LINEAGE_NAMES_MAX / 2);
        names.extend(known);
        names.truncate(limits::LINEAGE_NAMES_MAX - 1);
        names.extend(first);
        Some((from, SessionMessage::RequestLineage { record: self.hash, known: names }))
    }

    /// Somebody else is to show it.
    pub(crate) fn ask(&mut self, from: Option<PeerId>, now: Instant) {
        self.from = from;
        self.asked_at = now;
        self.begun_at = now;
    }

    /// Who is asked to show it.
    pub(crate) fn shower(&self) -> Option<PeerId> {
        self.from.filter(|_| !self.is_shown())
    }

    /// When whoever shows it has had its time.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.shower().map(|_| (self.asked_at + PART_WAIT).min(self.begun_at + ALL_WAIT))
    }

    /// Takes the next part. `here` finds records that this device holds.
    ///
    /// # Errors
    /// A sentence, if a record does not follow from the one before it.
    pub(crate) fn take<'a>(
        &mut self,
        (session, proposal): (SessionId, &Proposal),
        from: PeerId,
        records: Vec<RoundRecord>,
        here: impl Fn(Hash) -> Option<&'a RoundRecord>,
        keys: &mut Keys,
        now: Instant,
    ) -> Result<Shown, String> {
        if self.shower() != Some(from) {
            return Ok(Shown::Unasked);
        }
        let Some(first) = records.first() else { return Ok(Shown::Gone) };
        let parent = first.decision.parent;
        let place = self.shown.iter().rposition(|(name, _)| *name == parent);
        let known = place.map(|place| self.shown[place].1.clone());
        let mut before = known.or_else(|| here(parent).cloned());
        if place.is_none() && !self.shown.is_empty() && before.is_none() {
            return Err("records that do not follow from those before".to_owned());
        }
        let is_last = records.last().is_some_and(|last| *last == self.record);
        if !is_last && records.len() < PART_RECORDS_MIN {
            return Err(format!("{} records at a time", records.len()));
        }
        let mut claims = Vec::new();
        let mut successors = Vec::with_capacity(records.len());
        for record in records {
            check_follows(proposal, before.as_ref(), &record)?;
            claims.extend(claims_of(session, &record));
            successors.push((record.hash(), record.clone()));
            before = Some(record);
        }
        verify_all(&claims, keys).map_err(|error| error.to_string())?;
        self.shown.truncate(place.map_or(0, |place| place + 1));
        self.shown.extend(successors);
        self.forget_the_oldest();
        self.asked_at = now;
        Ok(if self.is_shown() { Shown::Wholly } else { Shown::Partly })
    }

    /// No more is kept than of our own chain.
    fn forget_the_oldest(&mut self) {
        let mut bytes: usize = self.shown.iter().map(|(_, record)| size_bytes(record)).sum();
        let mut beyond = self.shown.len().saturating_sub(RECORDS_MAX);
        for (place, (_, record)) in self.shown.iter().enumerate() {
            if place >= beyond && bytes <= BYTES_MAX {
                break;
            }
            beyond = beyond.max(place + 1);
            bytes -= size_bytes(record);
        }
        self.shown.drain(..beyond);
    }
}

/// Whether a record follows from the one before it; of one whose parent nobody knows, whether it can exist.
fn check_follows(
    proposal: &Proposal,
    before: Option<&RoundRecord>,
    record: &RoundRecord,
) -> Result<(), String> {
    let decision = &record.decision;
    let wrong = |what: &str| Err(format!("round {}: {what}", decision.round));
    if decision.round == 0 || decision.round > proposal.options.rounds {
        return wrong("there is no such round");
    }
    check_contributions(proposal, decision)?;
    if !decision.verdicts.iter().all(|verdict| proposal.options.admits(verdict)) {
        return wrong("scores in a session that keeps rows or updates private");
    }
    let Some(before) = before else { return Ok(()) };
    if decision.parent != before.hash() || decision.round != before.decision.round + 1 {
        return wrong("it does not follow from the record before it");
    }
    if decision.contributions.iter().any(|part| before.excludes(part.peer)) {
        return wrong("a member of it is excluded");
    }
    if !decision.verdicts.iter().all(|verdict| before.is_judged_by(verdict)) {
        return wrong("a judge of it did not contribute");
    }
    if RoundRecord::following(before, decision.clone(), record.model) != *record {
        return wrong("what it says does not follow from the record before it");
    }
    Ok(())
}

/// What is said to be signed in a record.
fn claims_of(session: SessionId, record: &RoundRecord) -> Vec<Claim> {
    let decision = &record.decision;
    let promises = decision.contributions.iter().map(|part| part.claim(session, decision.parent));
    promises.chain(decision.verdict_claims()).collect()
}
