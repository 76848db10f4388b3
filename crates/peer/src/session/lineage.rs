//! Where two chains of rounds meet.
//!
//! Members whose rooms were split, or who followed different leaders, hold different records. The one that more hold wins,
//! of two with as many the heavier ([`super::standing`]); whoever holds the other fetches its model, checks its hash against
//! the record, and goes on from there. A late joiner does the same.

use super::{Fetch, Session, SessionAction, SessionJob, Surroundings};
use crate::job::{Evaluation, Job};
use ::core::time::Duration;
use protocol::{
    limits,
    message::{ModelPart, SessionMessage},
    session::{Contribution, Decision, Proposal, RoundRecord},
};
use units::{Hash, Instant, PeerId, SortedMap};

/// How long a session waits for somebody who has its model.
const MODEL_PATIENCE: Duration = Duration::from_secs(60);

/// How long a peer is not believed after a record or decision that it could not show; doubles each time.
const DOUBT_MIN: Duration = Duration::from_secs(20);

/// Until when a peer is not believed.
pub(super) struct Doubt {
    failures: u32,
    /// `None` once it is over.
    until: Option<Instant>,
}

/// Another record that this member is about to take up.
pub(super) struct Adoption {
    /// Who told of it first.
    pub from: PeerId,
    pub record: RoundRecord,
    pub fetch: Fetch,
    /// The model, until the work that is under way on ours is done: which of the two comes first shows then.
    model: Option<Vec<u8>>,
    installing: bool,
}

impl Adoption {
    /// Whether its model is taking the place of ours.
    pub(super) fn is_installing(&self) -> bool {
        self.installing
    }

    /// When whoever was asked for the model has had its time; never, once it is here.
    pub(super) fn expires_at(&self) -> Option<Instant> {
        self.is_coming().then(|| self.fetch.deadline())
    }

    fn is_coming(&self) -> bool {
        !self.installing && self.model.is_none()
    }

    /// Whether there is more to lose than to gain by turning to another one: what has arrived would be for nothing.
    fn is_under_way(&self) -> bool {
        !self.is_coming() || self.fetch.has_begun() && self.fetch.has_holders()
    }
}

impl Session {
    /// A peer tells of the newest record it holds.
    pub(super) fn handle_head(&mut self, from: PeerId, record: RoundRecord, s: &Surroundings<'_>) {
        if let Err(problem) =
            check_record(&self.proposal, &record).and_then(|()| self.check_record_signed(&record))
        {
            return self.actions.push(SessionAction::Refuse(from, problem));
        }
        let is_news = self.note_head(from, &record, s);
        self.standings.drop_rival(from);
        if !self.ready {
            self.heads_heard.insert(from, record);
            return;
        }
        if record.hash() == self.head_hash {
            if !self.model_here {
                self.adopt(from, record, s);
            }
            return;
        }
        if record.decision == self.head.decision && record.decision.round > 0 {
            let who = from.short();
            self.fail(format!("peer {who} arrived at another model from the same updates"));
            // What this device has computed itself it need not be told.
            if self.computed_here {
                return;
            }
        }
        let follows = record.decision.parent == self.head_hash && record.decision.round > 0;
        if follows && let Err(problem) = self.check_next(&record.decision) {
            let reason = format!("a record after ours that cannot be: {problem}");
            return self.actions.push(SessionAction::Refuse(from, reason));
        }
        if self.names_a_wrong_sum(&record) {
            return self.doubt(from, "a record of a sum that has not come out".to_owned(), s);
        }
        self.keep_rival(from, record.clone(), s);
        if self.can_follow(&record) {
            self.stash.put_decision(from, record.decision.clone(), false);
            self.followed.insert(from, record);
            return;
        }
        let outranks = self.outranks(&record, s);
        if !outranks && self.model_here {
            self.note_apart(from, &record, s);
            // Where both sides hold on to theirs, each says so once.
            if self.told.insert(from) || !self.running && is_news {
                let head = SessionMessage::Head(self.head.clone());
                self.send(from, head);
            }
        }
        if outranks {
            self.take_up(from, record, s);
        }
    }

    /// Whether this device can come to a record by itself: it follows ours. Masks come off for those who were there: who was
    /// not has the model only.
    pub(super) fn can_follow(&self, record: &RoundRecord) -> bool {
        let follows = record.decision.parent == self.head_hash && record.decision.round > 0;
        let trains = self.model_here && self.running && self.rows > 0;
        follows && trains && !self.is_masked() && !self.is_installing()
    }

    /// Goes on from a record that comes before ours, once its model is here.
    pub(super) fn take_up(&mut self, from: PeerId, record: RoundRecord, s: &Surroundings<'_>) {
        if self.is_doubted(from, s) {
            self.heads_heard.insert(from, record);
        } else {
            self.adopt(from, record, s);
        }
    }

    /// Whether another model is taking the place of ours.
    pub(super) fn is_installing(&self) -> bool {
        self.adoption.as_ref().is_some_and(Adoption::is_installing)
    }

    pub(super) fn adopt(&mut self, from: PeerId, record: RoundRecord, s: &Surroundings<'_>) {
        if let Some(known) = self.adoption.as_mut().filter(|known| known.record == record) {
            known.fetch.add(from);
            return self.fetch_model(s);
        }
        if let Some(known) = &self.adoption {
            let rank = self.rank(&record, s);
            if known.is_under_way() || rank <= self.rank(&known.record, s) {
                return;
            }
        }
        let size_bytes = neural::Model::size_bytes(&self.proposal.network);
        let fetch = Fetch::new(record.model, size_bytes, from);
        self.adoption = Some(Adoption { from, record, fetch, model: None, installing: false });
        self.fetch_model(s);
    }

    /// A rival session's record with its model.
    pub(crate) fn bring(
        &mut self,
        from: PeerId,
        record: RoundRecord,
        model: Option<Vec<u8>>,
        s: &Surroundings<'_>,
    ) {
        self.handle_message(from, SessionMessage::Head(record.clone()), s);
        if let Some(adoption) = self.adoption.as_mut().filter(|a| a.record == record) {
            adoption.model = model;
            self.advance(s);
        }
    }

    /// Asks for what is missing of a model that is on its way.
    fn fetch_model(&mut self, s: &Surroundings<'_>) {
        let Some(adoption) = self.adoption.as_mut().filter(|a| a.is_coming()) else { return };
        let record = adoption.record.hash();
        for (from, pieces) in adoption.fetch.requests(s.now) {
            self.send(from, SessionMessage::RequestModel { record, pieces });
        }
    }

    /// A part of a model has arrived.
    pub(super) fn handle_model(
        &mut self,
        from: PeerId,
        record: Hash,
        part: ModelPart,
        s: &Surroundings<'_>,
    ) {
        let Some(adoption) = self.adoption.as_mut().filter(|a| a.is_coming()) else { return };
        if adoption.record.hash() != record {
            return;
        }
        let taken = adoption.fetch.take(from, part, s.now);
        adoption.model = adoption.fetch.whole();
        if let Err(reason) = taken {
            self.doubt(from, reason.to_owned(), s);
        }
        self.install_model(s);
        self.fetch_model(s);
    }

    /// Puts a model that has arrived in the place of ours, unless a round's is being made.
    pub(super) fn install_model(&mut self, s: &Surroundings<'_>) {
        if self.round.is_aggregating() {
            return;
        }
        let Some(mut adoption) = self.adoption.take_if(|it| it.model.is_some()) else { return };
        // Others may have gone elsewhere meanwhile.
        if !self.outranks(&adoption.record, s) {
            return;
        }
        let Some(model) = adoption.model.take() else { return };
        let keep_ours = self.part_kept(&adoption.record, s);
        adoption.installing = true;
        let (record, expected) = (adoption.record.hash(), adoption.record.model);
        self.adoption = Some(adoption);
        let cluster = self.proposal.cluster.clone();
        let job = Job::AdoptModel { cluster, model, expected, keep_ours };
        self.actions.push(SessionAction::Job(job, SessionJob::Adopt { record }));
    }

    pub(super) fn finish_adoption(
        &mut self,
        record: Hash,
        model: Hash,
        together: Option<Evaluation>,
        s: &Surroundings<'_>,
    ) {
        let Some(adoption) = self.adoption.take_if(|known| known.record.hash() == record) else {
            return self.fail("a model was adopted that nobody had asked for".to_owned());
        };
        debug_assert_eq!(model, adoption.record.model);
        self.doubts.remove(&adoption.from);
        self.problem = None;
        self.log.clear();
        if let Some(left) = self.lineage_left_for(&adoption.record, s) {
            self.note_lineage_left(left);
            self.actions.push(SessionAction::LineageLeft(left));
        }
        self.leave_lineage();
        self.move_to(adoption.record, None, (together, None), s);
        // Of two endings the first may have come to this device alone, and no round follows that would tell.
        if !self.running {
            self.compare_endings(s);
        }
    }

    pub(super) fn refuse_adoption(&mut self, record: Hash, problem: &str, s: &Surroundings<'_>) {
        if let Some(adoption) = self.adoption.take_if(|known| known.record.hash() == record) {
            let reason = format!("a model that does not fit its record: {problem}");
            self.doubt(adoption.from, reason, s);
        }
    }

    /// Whether a peer's records and decisions are not believed at the moment.
    pub(super) fn is_doubted(&self, peer: PeerId, s: &Surroundings<'_>) -> bool {
        self.doubts.get(&peer).and_then(|doubt| doubt.until).is_some_and(|until| s.now < until)
    }

    /// When a peer is believed again that has told of a record meanwhile, or before: it may never say so again.
    pub(super) fn believes_again_at(&self) -> Option<Instant> {
        let told = self.heads_heard.keys().chain(self.standings.rivals());
        let doubts = told.filter_map(|peer| self.doubts.get(peer));
        doubts.filter_map(|doubt| doubt.until).min().filter(|_| self.ready)
    }

    /// Takes up what peers said while they were not believed, or before.
    pub(super) fn believe_again(&mut self, s: &Surroundings<'_>) {
        if self.believes_again_at().is_none_or(|at| s.now < at) {
            return;
        }
        for doubt in self.doubts.values_mut() {
            doubt.until.take_if(|until| s.now >= *until);
        }
        self.standings.look_again();
        let heard = core::mem::take(&mut self.heads_heard);
        let (later, now): (SortedMap<_, _>, SortedMap<_, _>) =
            heard.into_iter().partition(|(peer, _)| self.is_doubted(*peer, s));
        self.heads_heard = later;
        for (from, head) in now {
            self.handle_head(from, head, s);
        }
    }

    /// A peer told of what it could not show: the next time it is believed is later each time.
    pub(super) fn doubt(&mut self, peer: PeerId, reason: String, s: &Surroundings<'_>) {
        self.actions.push(SessionAction::Refuse(peer, reason));
        if self.doubts.len() >= limits::ROUND_MEMBERS_MAX && !self.doubts.contains_key(&peer) {
            self.doubts.pop_first();
        }
        let doubt = self.doubts.entry(peer).or_insert(Doubt { failures: 0, until: None });
        doubt.until = Some(s.now + DOUBT_MIN.saturating_mul(1 << doubt.failures.min(5)));
        doubt.failures += 1;
    }

    /// Gives up on a model that does not come; asks whoever is connected where they stand.
    pub(super) fn expire_adoption(&mut self, s: &Surroundings<'_>) {
        let is_coming = |a: &&mut Adoption| a.is_coming();
        let Some(adoption) = self.adoption.as_mut().filter(is_coming) else { return };
        let late = adoption.fetch.expire(s.now);
        for peer in &late {
            self.doubt(*peer, "a record whose model did not come".to_owned(), s);
        }
        if self.adoption.take_if(|a| a.is_coming() && !a.fetch.has_holders()).is_some() {
            self.broadcast(SessionMessage::Head(self.head.clone()), s);
        } else {
            // What was asked of somebody who is late, or gone since, others are asked for.
            self.fetch_model(s);
        }
    }

    /// A session whose model nobody hands out would wait for ever.
    pub(super) fn give_up_on_the_model(&mut self, s: &Surroundings<'_>) {
        if self.waits_for_model_until().is_some_and(|until| s.now >= until) {
            self.abandoned = true;
            self.end(
                "nobody in the room could hand out the model that the session goes on from: \
                 start it again on a device that has it",
                s.now,
            );
        }
    }

    /// Until when a session without its model waits for somebody who has it; while it is on its way, for as long as
    /// that takes.
    pub(super) fn waits_for_model_until(&self) -> Option<Instant> {
        let waits = self.running && !self.model_here && self.adoption.is_none();
        waits.then(|| self.begun_at + MODEL_PATIENCE)
    }
}

/// Whether a record can exist, whether those in it have signed or not: a lie about its weight must not win for ever.
pub(super) fn check_record(proposal: &Proposal, record: &RoundRecord) -> Result<(), String> {
    let options = proposal.options;
    let round = record.decision.round;
    if round > options.rounds {
        return Err(format!("a record of round {round} of {}", options.rounds));
    }
    if round == 0 {
        let first = *record == proposal.genesis_record();
        let problem = || "a first record that is not this session's".to_owned();
        return first.then_some(()).ok_or_else(problem);
    }
    check_contributions(proposal, &record.decision)?;
    let (samples, of_round) = (record.cumulative_samples, record.decision.samples());
    let round_max = options.samples_max() * limits::ROUND_MEMBERS_MAX as u64;
    let samples_max = u64::from(round - 1) * round_max + of_round;
    if !(of_round..=samples_max).contains(&samples) {
        return Err(format!("a record of {samples} samples, where {samples_max} are possible"));
    }
    Ok(())
}

/// Whether members can have contributed what a decision says, whether they have signed it or not. One without samples could
/// not be aggregated by anybody.
pub(super) fn check_contributions(proposal: &Proposal, decision: &Decision) -> Result<(), String> {
    if decision.contributions.is_empty() {
        return Err("a round without members".to_owned());
    }
    if proposal.options.masks.is_none() && !decision.groups.is_empty() {
        return Err("groups in a session without masks".to_owned());
    }
    for Contribution { peer, samples, .. } in &decision.contributions {
        if !proposal.options.allows(*samples) {
            return Err(format!("a contribution of {samples} samples"));
        }
        if !proposal.invites(*peer) {
            return Err(format!("a contribution of {}, who is not invited", peer.short()));
        }
    }
    Ok(())
}
