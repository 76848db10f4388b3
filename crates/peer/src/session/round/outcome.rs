//! What comes of the work on this device: commitments and records.

use super::Round;
use crate::{
    job::{Answer, Evaluation, JobError},
    session::{HISTORY_MAX, Session, SessionAction, SessionJob, Surroundings},
    view::RoundView,
};
use protocol::{
    message::{BulkMessage, SessionMessage},
    session::{Commitment, RoundRecord},
};
use units::Hash;

impl Session {
    /// A job of this session has ended.
    pub(crate) fn handle_job(
        &mut self,
        purpose: SessionJob,
        result: Result<Answer, JobError>,
        s: &Surroundings<'_>,
    ) {
        match (purpose, result) {
            (SessionJob::Train { parent }, Ok(Answer::Trained { update, samples, .. })) => {
                if parent == self.head_hash && self.running {
                    self.commit(update, samples, s);
                }
            }
            (
                SessionJob::Aggregate { parent },
                Ok(Answer::Aggregated { model, together, alone }),
            ) => {
                if parent == self.head_hash {
                    self.finish_round(model, together, alone, s);
                }
            }
            (SessionJob::Adopt { record }, Ok(Answer::Adopted { model, together })) => {
                self.finish_adoption(record, model, together, s);
            }
            (SessionJob::Adopt { record }, Err(error)) => {
                self.refuse_adoption(record, &error.to_string(), s);
            }
            (SessionJob::Export { to, record }, Ok(Answer::Model { model, bytes })) => {
                if record == self.head_hash && model == self.head.model {
                    let message = BulkMessage::Model { session: self.id, record, model: bytes };
                    self.actions.push(SessionAction::SendBulk(to, message));
                }
            }
            (SessionJob::Export { .. }, _) => {}
            (_, Ok(answer)) => self.fail(format!("the worker gave another answer: {answer:?}")),
            (_, Err(error)) => {
                self.fail(error.to_string());
                self.end(&format!("the work on this device failed: {error}"));
            }
        }
        self.advance(s);
    }

    fn commit(&mut self, update: Vec<u8>, samples: u32, s: &Surroundings<'_>) {
        let since = self.round.training_since.unwrap_or(s.now);
        let took = s.now.saturating_duration_since(since);
        self.actions.push(SessionAction::Trained { samples, took });
        let commitment = Commitment {
            peer: s.me,
            round: self.head.decision.round + 1,
            parent: self.head_hash,
            update: Hash::of(&update),
            samples,
            train_ms: u32::try_from(took.as_millis()).unwrap_or(u32::MAX),
        };
        self.round.trained = true;
        self.stash.set_own(s.me);
        self.stash.put_update(s.me, update);
        self.stash.put_commitment(commitment);
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
        let times = self.stash.commitments(self.head_hash);
        let mut times: Vec<_> = times.into_iter().map(|commitment| commitment.train_ms).collect();
        times.sort_unstable();
        self.typical_train_ms = times.get(times.len() / 2).copied().or(self.typical_train_ms);
        self.problem = None;
        let record = RoundRecord::following(&self.head, chosen.decision, model);
        let signature = record.sign(s.identity);
        self.move_to(record, together, alone, s);
        self.computed_here = true;
        self.signatures.insert(s.me, signature);
        self.broadcast(SessionMessage::CoSign(signature), s);
    }

    /// Goes on from `record`, whose model is on the workbench.
    pub(in crate::session) fn move_to(
        &mut self,
        record: RoundRecord,
        together: Option<Evaluation>,
        alone: Option<Evaluation>,
        s: &Surroundings<'_>,
    ) {
        let alone = alone.or_else(|| self.history.last().and_then(|last| last.alone.clone()));
        let duration = s.now.saturating_duration_since(self.round.started_at).as_millis();
        if self.history.len() >= HISTORY_MAX {
            self.history.remove(0);
        }
        self.history.retain(|known| known.round < record.decision.round);
        self.history.push(RoundView {
            round: record.decision.round,
            model: record.model,
            members: record.decision.contributions.iter().map(|part| part.peer).collect(),
            duration_ms: u32::try_from(duration).unwrap_or(u32::MAX),
            sent_bytes: self.sent_bytes - self.sent_bytes_before_round,
            together,
            alone,
        });
        self.sent_bytes_before_round = self.sent_bytes;
        let was_finished = self.is_finished();
        self.head_hash = record.hash();
        self.head = record;
        let ours = self.head.weight();
        self.adoption.take_if(|a| a.expires_at().is_some() && a.record.weight() <= ours);
        self.model_here = true;
        self.signatures.clear();
        self.told.clear();
        self.handed_out.clear();
        self.computed_here = false;
        self.stash.keep_only(|peer| *peer == s.me || s.connected.contains(peer));
        self.round = Round::new(s.now);
        self.broadcast(SessionMessage::Head(self.head.clone()), s);
        let round = self.head.decision.round;
        let (model, over) = (self.head.model, !self.running);
        self.actions.push(SessionAction::RoundFinished { round, model, over });
        if self.running && round >= self.proposal.options.rounds {
            self.end("all rounds are done");
        } else if was_finished && !self.is_finished() {
            // Another lineage outweighs ours and is not done: its rounds go on here.
            self.running = true;
            self.ended_because = None;
            self.tell_where_we_stand(s);
            self.broadcast(SessionMessage::Join { rows: self.rows }, s);
        }
    }
}
