//! What comes of the jobs that are about clusters.

use super::{ClusterJob, ClusterNews, Clusters, watch::surprise};
use crate::{
    core::{Core, OnStored},
    event::Event,
    job::{Answer, JobError, JobId, SkillAnswer},
    records::{ClusterRecord, SessionRecord, cluster_key, dataset_key},
};
use units::{ClusterId, Hash, Instant};

/// Drops a record that the workbench could not use; one that it never saw, because the worker is gone, stays.
fn forget_damaged(key: String, error: &JobError, core: &mut Core) {
    if !matches!(error, JobError::WorkerLost(_)) {
        core.event(Event::RecordDamaged { key: key.clone() });
        core.forget(key);
    }
}

impl Clusters {
    /// A job has ended; `None` if it was none of ours.
    pub(crate) fn handle_job(
        &mut self,
        now: Instant,
        job: JobId,
        result: Result<Answer, JobError>,
        core: &mut Core,
    ) -> Option<ClusterNews> {
        if self.desk_jobs.remove(&job) {
            core.event(Event::Answered { job, result });
            return None;
        }
        let (id, purpose) = self.jobs.remove(&job)?;
        match result {
            Ok(answer) => self.handle_answer(now, job, id, purpose, answer, core),
            Err(error) => self.handle_failure(now, job, id, purpose, error, core),
        }
    }

    fn handle_answer(
        &mut self,
        now: Instant,
        job: JobId,
        id: ClusterId,
        purpose: ClusterJob,
        answer: Answer,
        core: &mut Core,
    ) -> Option<ClusterNews> {
        match (purpose, answer) {
            (ClusterJob::Create { announce }, Answer::Created { network, model }) => {
                self.clusters.get_mut(&id)?.model = Some(model);
                let announce = announce.then_some((job, Answer::Created { network, model }));
                self.checkpoint(now, &id, None, announce, core);
                return Some(ClusterNews::Ready(id));
            }
            (ClusterJob::Restore, Answer::Created { model, .. }) => {
                self.clusters.get_mut(&id)?.model = Some(model);
                return Some(ClusterNews::Ready(id));
            }
            (ClusterJob::Reload { origin }, answer) => {
                self.clusters.get_mut(&id)?.take_rows(&answer, origin);
                self.see_rows(now, &id, core);
                return Some(ClusterNews::Ready(id));
            }
            (ClusterJob::Load { record }, answer) => {
                let had_rows = self.clusters.get(&id)?.train_rows > 0;
                self.clusters.get_mut(&id)?.take_rows(&answer, record.origin.clone());
                self.see_rows(now, &id, core);
                let announce = OnStored::Announce(Event::Answered { job, result: Ok(answer) });
                core.store(dataset_key(&id), &*record, vec![announce]);
                return Some(if had_rows {
                    ClusterNews::Replaced(id)
                } else {
                    ClusterNews::Ready(id)
                });
            }
            (ClusterJob::Checkpoint { session, announce }, Answer::Checkpoint { bytes, model }) => {
                let announce = announce
                    .map(|(job, answer)| Event::Answered { job, result: Ok(answer) })
                    .map(OnStored::Announce);
                self.store(&id, bytes, model, session, announce.into_iter().collect(), core);
            }
            (ClusterJob::StoreLessons, Answer::Checkpoint { bytes, model }) => {
                self.store(&id, bytes, model, None, Vec::new(), core);
                self.lessons_stored(now, &id, core);
            }
            (ClusterJob::Replace, Answer::Created { network, model }) => {
                let cluster = self.clusters.get_mut(&id)?;
                (cluster.network, cluster.model) = (network, Some(model));
                cluster.is_growing = false;
                self.checkpoint(now, &id, None, None, core);
                return Some(ClusterNews::Regrown(id));
            }
            (ClusterJob::Graft, Answer::Skill(answer)) => {
                if let SkillAnswer::Grafted { network, model, .. } = &*answer {
                    let cluster = self.clusters.get_mut(&id)?;
                    (cluster.network, cluster.model) = (network.clone(), Some(*model));
                }
                self.clusters.get_mut(&id)?.is_growing = false;
                self.checkpoint(now, &id, None, Some((job, Answer::Skill(answer))), core);
                return Some(ClusterNews::Regrown(id));
            }
            (ClusterJob::Notice(event), answer) => {
                let Answer::Skill(answer) = answer else { return None };
                let SkillAnswer::Activity { activity, rows, correct } = *answer else {
                    return None;
                };
                let surprise = surprise(event, Some((rows, correct)));
                return Some(ClusterNews::Happened(event, surprise, Some(activity)));
            }
            (ClusterJob::Question, answer) => {
                core.event(Event::Answered { job, result: Ok(answer) });
            }
            (ClusterJob::Quiet, _) => {}
            (ClusterJob::Export { to }, Answer::Model { bytes, .. }) => {
                return Some(ClusterNews::Exported { cluster: id, to, model: bytes });
            }
            (ClusterJob::Adopt, Answer::Adopted { model, .. }) => {
                self.clusters.get_mut(&id)?.model = Some(model);
                self.checkpoint(now, &id, None, None, core);
                return Some(ClusterNews::Ready(id));
            }
            _ => {
                let message = format!("the worker's answer about `{id}` was one to another job");
                core.problem("worker", message);
            }
        }
        None
    }

    /// Rows have come.
    fn see_rows(&mut self, now: Instant, id: &ClusterId, core: &mut Core) {
        let Some(cluster) = self.clusters.get_mut(id) else { return };
        let new = cluster.watch.see_rows(now, &cluster.class_rows);
        new.into_iter().for_each(|event| self.notice(id, event, core));
    }

    fn store(
        &mut self,
        id: &ClusterId,
        checkpoint: Vec<u8>,
        model: Hash,
        session: Option<SessionRecord>,
        then: Vec<OnStored>,
        core: &mut Core,
    ) {
        let Some(cluster) = self.clusters.get_mut(id) else { return };
        cluster.model = Some(model);
        let (network, recipe) = (cluster.network.clone(), cluster.recipe.clone());
        // A checkpoint belongs to its session only if it holds the model of the session's record.
        let session = session.filter(|session| session.head.model == model);
        let session = session.as_ref().map(SessionRecord::seal).unwrap_or_default();
        let record = ClusterRecord { network, recipe, checkpoint, session };
        core.store(cluster_key(id), &record, then);
    }

    fn handle_failure(
        &mut self,
        now: Instant,
        job: JobId,
        id: ClusterId,
        purpose: ClusterJob,
        error: JobError,
        core: &mut Core,
    ) -> Option<ClusterNews> {
        match purpose {
            ClusterJob::Create { announce } => {
                self.clusters.remove(&id);
                if announce {
                    core.event(Event::Answered { job, result: Err(error.clone()) });
                }
                return Some(ClusterNews::Lost(id, error));
            }
            ClusterJob::Restore => {
                self.clusters.remove(&id);
                forget_damaged(cluster_key(&id), &error, core);
                return Some(ClusterNews::Lost(id, error));
            }
            ClusterJob::Reload { .. } => {
                forget_damaged(dataset_key(&id), &error, core);
                core.problem(error.code(), error.to_string());
            }
            // The rows that were there before stay, on the workbench and in storage.
            ClusterJob::Replace => {
                self.clusters.get_mut(&id)?.is_growing = false;
                core.problem(error.code(), error.to_string());
            }
            ClusterJob::Graft => {
                self.clusters.get_mut(&id)?.is_growing = false;
                core.event(Event::Answered { job, result: Err(error) });
            }
            ClusterJob::Load { .. } | ClusterJob::Question => {
                core.event(Event::Answered { job, result: Err(error) });
            }
            // Rows or cluster may be gone by now; what happened has happened.
            ClusterJob::Notice(event) => {
                return Some(ClusterNews::Happened(event, surprise(event, None), None));
            }
            ClusterJob::Checkpoint { announce: Some((job, _)), .. } => {
                core.event(Event::Answered { job, result: Err(error) });
            }
            ClusterJob::StoreLessons => {
                core.problem(error.code(), error.to_string());
                self.lessons_stored(now, &id, core);
            }
            ClusterJob::Checkpoint { announce: None, .. }
            | ClusterJob::Quiet
            | ClusterJob::Export { .. }
            | ClusterJob::Adopt => {
                core.problem(error.code(), error.to_string());
            }
        }
        None
    }
}
