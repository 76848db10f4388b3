//! The check of every round of a transcript.

use crate::{Round, Transcript, sums};
use neural::Model;
use protocol::{
    pieces,
    session::{Decision, RoundRecord, Verdict, sum_name, update_name},
    signatures::{Keys, verify_all},
};
use units::{Hash, SessionId};

/// A round that is as its record says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Checked<'a> {
    /// Its record.
    pub record: &'a RoundRecord,
    /// What its contributors have signed of it, by itself or with their promises for the round after it.
    pub verdicts: &'a [Verdict],
}

/// What a whole transcript shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// The session.
    pub session: SessionId,
    /// The newest model's hash, which was computed here.
    pub model: Hash,
    /// Rounds that were re-computed.
    pub rounds: usize,
    /// Updates that were brought in.
    pub updates: usize,
}

/// Something is not as the transcript says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("round {round}: {what}")]
pub struct Problem {
    /// Where; 0 is the session itself, or what the transcript starts from.
    pub round: u32,
    /// What.
    pub what: String,
}

impl Transcript {
    /// Re-computes every model, and tells of each round as it is done.
    ///
    /// # Errors
    /// The first [`Problem`].
    pub fn verify(&self, mut on_round: impl FnMut(&Checked<'_>)) -> Result<Summary, Problem> {
        let session = self.proposal.session_id();
        let mut model = self.check_start().map_err(|what| Problem { round: 0, what })?;
        let (mut before, mut updates) = (&self.start, 0);
        for (number, round) in self.rounds.iter().enumerate() {
            let next = self.rounds.get(number + 1);
            let verdicts = next.map_or(&self.verdicts, |next| &next.record.decision.verdicts);
            let checked = self.check_round(session, before, (round, next), &mut model);
            checked.map_err(|what| Problem { round: round.record.decision.round, what })?;
            on_round(&Checked { record: &round.record, verdicts });
            updates += round.updates.len();
            before = &round.record;
        }
        Ok(Summary { session, model: model.hash(), rounds: self.rounds.len(), updates })
    }

    fn check_start(&self) -> Result<Model, String> {
        self.proposal.validate().map_err(|error| error.to_string())?;
        let first = self.proposal.genesis_record();
        let (round, rounds) = (self.start.decision.round, self.proposal.options.rounds);
        if round > rounds {
            return Err(format!("it starts from a record of round {round} of {rounds}"));
        }
        if self.start.decision.round == 0 && self.start != first {
            return Err("it starts from a first record that is not its session's".to_owned());
        }
        let model = Model::decode(&self.model).map_err(|error| error.to_string())?;
        if *model.network().spec() != self.proposal.network {
            return Err("it starts from a model of another network than its session's".to_owned());
        }
        let (found, said) = (pieces::name(&self.model), self.start.model);
        if found != said {
            return Err(format!("it starts from model {found}, where its record says {said}"));
        }
        let next = self.rounds.first();
        self.check_verdicts(&self.start, next)?;
        Ok(model)
    }

    fn check_round(
        &self,
        session: SessionId,
        before: &RoundRecord,
        (round, next): (&Round, Option<&Round>),
        model: &mut Model,
    ) -> Result<(), String> {
        let Round { record, updates } = round;
        let decision = &record.decision;
        record.validate().map_err(|error| error.to_string())?;
        if decision.parent != before.hash() || decision.round != before.decision.round + 1 {
            return Err("it does not follow from the record before it".to_owned());
        }
        self.check_contributions(session, before, decision, updates)?;
        if self.proposal.options.masks.is_some() {
            let sums = self.check_sums(decision, updates, model)?;
            sums::aggregate(model, self.proposal.options.reach(), &sums);
        } else {
            let parts = decision.contributions.iter().zip(updates);
            let parts: Vec<_> = parts.map(|(part, update)| (part.samples, &update.0[..])).collect();
            model.aggregate_encoded(&parts).map_err(|error| error.to_string())?;
        }
        let computed = RoundRecord::following(before, decision.clone(), model.hash());
        if computed.model != record.model {
            let (found, said) = (computed.model, record.model);
            return Err(format!("its updates lead to model {found}, its record says {said}"));
        }
        if computed != *record {
            return Err("its samples or standings do not follow from the round before".to_owned());
        }
        self.check_verdicts(record, next)
    }

    fn check_contributions(
        &self,
        session: SessionId,
        before: &RoundRecord,
        decision: &Decision,
        updates: &[crate::UpdateBytes],
    ) -> Result<(), String> {
        let (parts, count) = (&decision.contributions, updates.len());
        let is_masked = self.proposal.options.masks.is_some();
        let expected = if is_masked { decision.groups.len() } else { parts.len() };
        if parts.is_empty() || expected != count {
            return Err(format!("{} contributions with {count} updates", parts.len()));
        }
        if !is_masked && !decision.groups.is_empty() {
            return Err("groups in a session without masks".to_owned());
        }
        for (number, part) in parts.iter().enumerate() {
            let who = part.peer.short();
            part.verify(session, decision.parent).map_err(|error| error.to_string())?;
            if !self.proposal.options.allows(part.samples) || !self.proposal.invites(part.peer) {
                return Err(format!("{} samples of {who}, which cannot be", part.samples));
            }
            if before.excludes(part.peer) {
                return Err(format!("{who} contributed, though it was excluded"));
            }
            let update = updates.get(number).filter(|_| !is_masked);
            if update.is_some_and(|update| update_name(part.peer, &update.0) != part.update) {
                return Err(format!("the update of {who} is not the one that it promised"));
            }
        }
        Ok(())
    }

    /// The sums of a round's groups, each with the samples behind it.
    fn check_sums<'a>(
        &self,
        decision: &Decision,
        sums: &'a [crate::UpdateBytes],
        model: &Model,
    ) -> Result<Vec<(u32, &'a [u8])>, String> {
        let counting = sums::Counting::new(model.network(), self.proposal.options.reach());
        let mut checked = Vec::with_capacity(sums.len());
        for (group, sum) in decision.groups.iter().zip(sums) {
            let members = group.members.count_ones() as usize;
            let is_right = sum_name(&sum.0) == group.sum
                && counting.read(&sum.0).is_some_and(|sum| sum.members() == members);
            if !is_right {
                return Err(format!(
                    "a sum of {members} members that is not the one of its record"
                ));
            }
            checked.push((decision.samples_of(group), &sum.0[..]));
        }
        Ok(checked)
    }

    /// Checks the verdicts on a record: in the round after it, or, on the newest, apart.
    fn check_verdicts(&self, record: &RoundRecord, next: Option<&Round>) -> Result<(), String> {
        let decision = next.map(|next| &next.record.decision);
        let verdicts = decision.map_or(&self.verdicts, |decision| &decision.verdicts);
        let promises = decision.map_or(&[][..], |decision| &decision.contributions);
        let mut claims = Vec::new();
        for verdict in verdicts {
            let who = verdict.judge.short();
            if !self.proposal.options.admits(verdict) {
                return Err(format!(
                    "{who} told scores of it, in a session that keeps rows private"
                ));
            }
            if !record.is_judged_by(verdict) {
                return Err(format!("{who} judged it, but did not contribute"));
            }
            if !verdict.holds_beside(promises) {
                return Err(format!("{who} has not signed its verdict"));
            }
            claims.extend(verdict.claim(record.hash()));
        }
        verify_all(&claims, &mut Keys::default()).map_err(|error| error.to_string())
    }
}
