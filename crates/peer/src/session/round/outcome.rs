//! What comes of the work on this device: commitments and records.

use super::{Round, masked::nothing_of};
use crate::{
    job::{Answer, Evaluation, JobError},
    session::{HISTORY_MAX, Session, SessionAction, SessionJob, Surroundings},
    view::{PartView, RoundView},
};
use ::core::time::Duration;
use protocol::{
    message::SessionMessage,
    session::{Commitment, Contribution, RoundRecord, Verdict, update_name},
};
use units::{Hash, PeerId, SortedSet};

impl Session {
    /// A job of this session has ended.
    pub(crate) fn handle_job(
        &mut self,
        purpose: SessionJob,
        result: Result<Answer, JobError>,
        s: &Surroundings<'_>,
    ) {
        match (purpose, result) {
            (
                SessionJob::Train { parent, since },
                Ok(Answer::Trained { update, samples, spent, .. }),
            ) => {
                let took = self.awake_for(s.now).saturating_sub(since);
                self.pace.note_own_training(samples, took);
                if let Some(spent) = spent {
                    self.store_spent(spent, parent, (update, samples, took));
                } else if parent == self.head_hash && self.running {
                    self.promise(update, samples, took, s);
                }
            }
            (SessionJob::Mask { parent, step }, result)
                if !matches!(result, Err(JobError::WorkerLost(_))) =>
            {
                if parent == self.head_hash && self.running {
                    self.handle_mask_job(step, result, s);
                }
            }
            (SessionJob::Train { .. }, Err(JobError::BudgetSpent)) => {
                self.look_on("another round would pass the budget that was agreed on", s);
            }
            (
                SessionJob::Aggregate { parent },
                Ok(Answer::Aggregated { model, together, alone, scores }),
            ) => {
                if parent == self.head_hash {
                    self.finish_round(model, together, alone, s);
                    if self.computed_here {
                        let scores = self.scores_to_tell(scores);
                        self.judge_head(scores, s);
                    }
                }
            }
            (SessionJob::Adopt { record }, Ok(Answer::Adopted { model, together })) => {
                self.finish_adoption(record, model, together, s);
            }
            (SessionJob::Adopt { record }, Err(error)) => {
                self.refuse_adoption(record, &error.to_string(), s);
            }
            (SessionJob::Export { record }, Ok(Answer::Model { model, bytes })) => {
                if record == self.head_hash && model == self.head.model {
                    self.model_is_read_out(record, bytes, s);
                }
            }
            (SessionJob::BeginLog { record }, Ok(Answer::Model { model, bytes })) => {
                self.log_begins = false;
                if record == self.head_hash && model == self.head.model {
                    self.log.begin(self.head.clone(), bytes);
                }
            }
            (SessionJob::Export { record }, _) => self.model_is_not_read_out(record),
            (SessionJob::BeginLog { .. }, _) => {}
            (_, Ok(answer)) => self.fail(format!("the worker gave another answer: {answer:?}")),
            (_, Err(error)) => {
                self.fail(error.to_string());
                self.end(&format!("the work on this device failed: {error}"), s.now);
            }
        }
        self.advance(s);
    }

    pub(in crate::session) fn commit(
        &mut self,
        update: Vec<u8>,
        samples: u32,
        took: Duration,
        s: &Surroundings<'_>,
    ) {
        self.actions.push(SessionAction::Trained { samples, took });
        self.round.trained = true;
        let parent = self.head_hash;
        let promised = self.stash.commitment(s.me, parent);
        if promised.is_some_and(|promised| promised.contribution.life == self.life) {
            // Whoever took part again while the first training went on has two: only one may be promised.
            return;
        }
        if promised.is_some() {
            // What an earlier life promised, as others tell of it, has to be checked before it is compared with anything.
            self.check_signatures(parent);
        }
        let name = update_name(s.me, &update);
        let (place, scores) = ((self.id, parent), self.own_scores_name(s.me));
        let contribution = Contribution::sign(s.identity, place, scores, name, samples, self.life);
        let train_ms = u32::try_from(took.as_millis()).unwrap_or(u32::MAX);
        let commitment = Commitment { parent, contribution, train_ms };
        self.stash.set_own(s.me);
        self.stash.put_update(s.me, name, update);
        // As the others do when they hear it: or else this device, back from a sleep, would not know that it is its turn to lead.
        self.silence.note_commitment(s.me, self.head.decision.round);
        self.put_commitment(commitment, true, s);
        self.broadcast(SessionMessage::Commit(commitment), s);
    }

    fn finish_round(
        &mut self,
        model: Hash,
        together: Option<Evaluation>,
        alone: Option<Evaluation>,
        s: &Surroundings<'_>,
    ) {
        let Some(chosen) = self.round.decision.take() else { return };
        // Of the others' newest, not of this round's: for who is behind, those are gone, and who goes by its own speed alone
        // trains as long as ever, and stays behind.
        self.pace.note_training(self.stash.newest_commitments());
        self.problem = None;
        let updates = if self.is_masked() {
            self.named_sums(&chosen.decision).unwrap_or_default()
        } else {
            let updates = chosen.decision.contributions.iter();
            let update = |it: &Contribution| self.stash.update(it.peer, it.update).cloned();
            updates.filter_map(update).collect()
        };
        let parts = chosen.decision.contributions.iter();
        let parts: Vec<PeerId> = parts.map(|part| part.peer).collect();
        self.note_silence(&parts, chosen.from, s);
        let record = RoundRecord::following(&self.head, chosen.decision, model);
        let evaluations = (together, alone);
        self.move_to(record, Some(chosen.from), evaluations, s);
        self.log.push(self.head.clone(), self.head_hash, updates);
        self.computed_here = true;
    }

    /// Goes on from `record`, whose model is on the workbench.
    pub(in crate::session) fn move_to(
        &mut self,
        record: RoundRecord,
        leader: Option<PeerId>,
        (together, alone): (Option<Evaluation>, Option<Evaluation>),
        s: &Surroundings<'_>,
    ) {
        self.note_scores();
        self.tell_of_joined(&record);
        let alone = alone.or_else(|| self.history.last().and_then(|last| last.alone.clone()));
        let duration = s.now.saturating_duration_since(self.round.started_at).as_millis();
        if self.history.len() >= HISTORY_MAX {
            self.history.remove(0);
        }
        self.history.retain(|known| known.round < record.decision.round);
        self.earlier.retain(|known| known.round < record.decision.round);
        self.history.push(RoundView {
            round: record.decision.round,
            model: record.model,
            members: parts_of(&record, &[]),
            leader,
            duration_ms: u32::try_from(duration).unwrap_or(u32::MAX),
            sent_bytes: self.sent_bytes - self.sent_bytes_before_round,
            together,
            alone,
        });
        self.sent_bytes_before_round = self.sent_bytes;
        let was_finished = self.is_finished();
        self.budget.used_up = false;
        let before = core::mem::replace(&mut self.head_hash, record.hash());
        self.ancestry.go_to(&record, self.head_hash);
        self.head = record;
        self.model_here = true;
        self.standings.look_again();
        let is_coming = self.adoption.as_ref().filter(|adoption| !adoption.is_installing());
        if is_coming.is_some_and(|adoption| !self.outranks(&adoption.record, s)) {
            self.adoption = None;
        }
        self.begin_verdicts(s);
        self.told.clear();
        self.followed.clear();
        self.begin_handing_out(before, s);
        self.computed_here = false;
        let of_next: SortedSet<PeerId> = self.stash.contributors(self.head_hash).collect();
        self.stash.keep_only(|peer| {
            *peer == s.me || s.connected.contains(peer) || of_next.contains(peer)
        });
        self.masks.end_round(before, |peer| *peer == s.me || s.connected.contains(peer));
        self.round = Round::new(s.now);
        self.round.committed = self.stash.contributors(self.head_hash).count() as u32;
        self.tell_of_head(s);
        let round = self.head.decision.round;
        let (model, over) = (self.head.model, !self.running);
        self.actions.push(SessionAction::RoundFinished { round, model, over });
        if self.running && round >= self.proposal.options.rounds {
            self.end("all rounds are done", s.now);
        } else if was_finished && !self.is_finished() && !self.stop_heard {
            // Another lineage outweighs ours and is not done: its rounds go on here.
            self.running = true;
            self.ended_because = None;
            self.tell_where_we_stand(s);
            self.broadcast(SessionMessage::Join { rows: self.rows }, s);
        }
    }

    /// What members have signed of the newest round stays in its view.
    fn note_scores(&mut self) {
        let members = self.parts_of_head();
        let newest = self.history.last_mut();
        if let Some(newest) = newest.filter(|it| it.round == self.head.decision.round) {
            newest.members = members;
        }
    }

    /// Who contributed to the newest record, and what its verdicts say so far.
    pub(in crate::session) fn parts_of_head(&self) -> Vec<PartView> {
        parts_of(&self.head, &self.verdicts.list())
    }

    /// Tells those of the newest record who cannot come to it by themselves: who contributed to it will, and is told by our
    /// signature that we have it.
    fn tell_of_head(&mut self, s: &Surroundings<'_>) {
        // In a crowd everyone has the updates.
        if self.is_crowd(s) {
            return;
        }
        let parts = self.head.decision.contributions.iter();
        // Who had no group may have come too late for what takes masks off the others' sums.
        let parts = parts.filter(|part| part.update != nothing_of(part.peer)).map(|part| part.peer);
        let parts: SortedSet<PeerId> = parts.collect();
        for peer in s.connected {
            if !parts.contains(peer) && self.invites(*peer) && !self.is_alone() {
                self.send(*peer, SessionMessage::Head(self.head.clone()));
            }
        }
    }
}

fn parts_of(record: &RoundRecord, verdicts: &[Verdict]) -> Vec<PartView> {
    let scores = record.median_scores(verdicts);
    let parts = record.decision.contributions.iter().zip(scores);
    let part = |(part, score): (&Contribution, Option<i16>)| PartView {
        peer: part.peer,
        samples: part.samples,
        score: score.map(|score| f32::from(score) / 100.0),
    };
    parts.map(part).collect()
}
