//! Where two chains of rounds meet.
//!
//! Members whose rooms were split, or who followed different leaders, hold different records. The heavier record wins
//! ([`super::precedence`]); whoever holds a lighter one has the heavier one shown, back to a record that is here
//! ([`super::showing`]), fetches its model, checks its hash against the record, and goes on from there. A late joiner does the
//! same.

use super::{
    Fetch, Session, SessionAction, SessionJob, Surroundings,
    showing::{Showing, Shown},
};
use crate::job::{Evaluation, Job};
use ::core::time::Duration;
use protocol::{
    limits,
    message::{BulkMessage, ModelPart, SessionMessage},
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
    until: Instant,
}

/// Another record that this member is about to take up.
pub(super) struct Adoption {
    /// Who told of it first.
    pub from: PeerId,
    pub record: RoundRecord,
    pub fetch: Fetch,
    /// How it came about, which is asked for together with the model.
    pub showing: Showing,
    /// Whether it is heavier than ours by what it says, so that its model is fetched before that was shown.
    claims_more: bool,
    /// The model, until all of its lineage is here and the work that is under way on ours is done: which of the two is heavier
    /// shows then.
    model: Option<Vec<u8>>,
    /// All is here, but our round comes first: when to look at it again.
    held_until: Option<Instant>,
    installing: bool,
}

impl Adoption {
    /// Whether its model is taking the place of ours.
    pub(super) fn is_installing(&self) -> bool {
        self.installing
    }

    /// When something of it has to be looked at: never, once all of it is here.
    pub(super) fn expires_at(&self) -> Option<Instant> {
        let model = self.is_coming().then(|| self.fetch.deadline());
        let lineage = self.showing.deadline().filter(|_| !self.installing);
        [model, lineage, self.held_until].into_iter().flatten().min()
    }

    fn is_coming(&self) -> bool {
        !self.installing && self.model.is_none() && (self.claims_more || self.showing.is_shown())
    }

    /// Whether there is more to lose than to gain by turning to another one: what has arrived would be for nothing.
    fn is_under_way(&self) -> bool {
        let is_coming = self.is_coming() || !self.showing.is_shown() && !self.installing;
        self.held_until.is_none()
            && (!is_coming || self.fetch.has_begun() && self.fetch.has_holders())
    }

    /// Whether nobody is left who could show or send what is missing.
    fn is_hopeless(&self) -> bool {
        let model = self.is_coming() && !self.fetch.has_holders();
        !self.installing && (model || !self.showing.is_shown() && self.showing.shower().is_none())
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
        // Masks come off for those who were there: who was not has the model only.
        let can_follow = self.model_here && self.running && self.rows > 0 && !self.is_masked();
        if self.names_a_wrong_sum(&record) {
            return self.doubt(from, "a record of a sum that has not come out".to_owned(), s);
        }
        if follows && can_follow && !self.is_installing() {
            self.stash.put_decision(from, record.decision.clone(), false);
            self.followed.insert(from, record);
            return;
        }
        if self.may_outweigh(&record, s) {
            if self.is_doubted(from, s) {
                self.heads_heard.insert(from, record);
                return;
            }
            if self.adopt(from, record.clone(), s) {
                return;
            }
        }
        if self.model_here {
            self.note_apart(from, &record, s);
            self.tell_of_heavier(from);
        }
    }

    /// Tells a peer of our record, which is heavier than its own.
    fn tell_of_heavier(&mut self, to: PeerId) {
        if self.told.insert(to) || !self.running {
            self.send(to, SessionMessage::Head(self.head.clone()));
        }
    }

    /// Whether another model is taking the place of ours.
    pub(super) fn is_installing(&self) -> bool {
        self.adoption.as_ref().is_some_and(Adoption::is_installing)
    }

    /// Has a record shown and its model fetched, unless what is here shows that ours is heavier: then `false`.
    pub(super) fn adopt(
        &mut self,
        from: PeerId,
        record: RoundRecord,
        s: &Surroundings<'_>,
    ) -> bool {
        if let Some(known) = &mut self.adoption {
            if known.record == record {
                known.fetch.add(from);
                self.fetch_model(s);
                return true;
            }
            if known.is_under_way() || !is_heavier_claim(&record, &known.record) {
                return true;
            }
        }
        let earlier = self.adoption.take().map(|adoption| adoption.showing);
        let mut showing = match earlier.or(self.shown_before.take()) {
            Some(earlier) => Showing::after(record.clone(), from, earlier, s.now),
            None => Showing::new(record.clone(), from, s.now),
        };
        if self.chain.has(record.hash()) {
            showing = Showing::of_ours(record.clone(), from, s.now);
        } else if let Some(parent) = self.chain.get(record.decision.parent) {
            let here = |name| (name == record.decision.parent).then_some(parent);
            let records = vec![record.clone()];
            let shown =
                showing.take((self.id, &self.proposal), from, records, here, &mut self.keys, s.now);
            if let Err(problem) = shown {
                self.doubt(from, format!("a record that cannot be: {problem}"), s);
                return true;
            }
        }
        if showing.is_shown() && !self.outweighs(from, &record, &showing, s) {
            return false;
        }
        let size_bytes = neural::Model::size_bytes(&self.proposal.network);
        let fetch = Fetch::new(record.model, size_bytes, from);
        let claims_more = record.weight() > self.head.weight();
        self.adoption = Some(Adoption {
            from,
            record,
            fetch,
            showing,
            claims_more,
            model: None,
            held_until: None,
            installing: false,
        });
        self.fetch_model(s);
        self.ask_to_show();
        true
    }

    /// Asks for the next part of how a record came about.
    fn ask_to_show(&mut self) {
        let known = self.chain.names(&self.proposal);
        let showing = self.adoption.as_ref().map(|adoption| &adoption.showing);
        if let Some((from, message)) = showing.and_then(|showing| showing.request(known)) {
            self.send(from, message);
        }
    }

    /// Shows a peer how a record of ours came about.
    pub(super) fn show_lineage(
        &mut self,
        to: PeerId,
        record: Hash,
        known: &[Hash],
        s: &Surroundings<'_>,
    ) {
        let records = self.chain.part(record, known).unwrap_or_default();
        let first = records.first().map_or(record, |first| first.decision.parent);
        let name = Hash::of_parts(&[b"lineage", record.as_bytes(), first.as_bytes()]);
        if self.hand_out.may_go(to, name, s.now) {
            let message = BulkMessage::Lineage { session: self.id, record, records };
            self.actions.push(SessionAction::SendBulk(to, message));
        }
    }

    /// Something of how a record came about has arrived.
    pub(super) fn handle_lineage(
        &mut self,
        from: PeerId,
        record: Hash,
        records: Vec<RoundRecord>,
        s: &Surroundings<'_>,
    ) {
        let is_it = |adoption: &&mut Adoption| adoption.record.hash() == record;
        let Some(adoption) = self.adoption.as_mut().filter(is_it) else { return };
        let (here, keys) = (|name| self.chain.get(name), &mut self.keys);
        match adoption.showing.take((self.id, &self.proposal), from, records, here, keys, s.now) {
            Ok(Shown::Partly) => self.ask_to_show(),
            Ok(Shown::Wholly) => {
                self.install_model(s);
                self.fetch_model(s);
            }
            Ok(Shown::Unasked) => {}
            Ok(Shown::Gone) => {
                adoption.fetch.remove(from);
                self.expire_adoption(s);
            }
            Err(problem) => {
                adoption.fetch.remove(from);
                self.doubt(from, format!("a record that cannot be: {problem}"), s);
                self.expire_adoption(s);
            }
        }
    }

    /// A heavier record with how it came about, and its model.
    pub(crate) fn bring(
        &mut self,
        from: PeerId,
        record: RoundRecord,
        (showing, model): (Showing, Option<Vec<u8>>),
        s: &Surroundings<'_>,
    ) {
        self.handle_message(from, SessionMessage::Head(record.clone()), s);
        if let Some(adoption) = self.adoption.as_mut().filter(|a| a.record == record) {
            adoption.showing = showing;
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

    /// Puts a model that has arrived in the place of ours, if its record was shown to be heavier, unless a round's is being made
    /// or comes first.
    pub(super) fn install_model(&mut self, s: &Surroundings<'_>) {
        let is_shown = |it: &&Adoption| !it.installing && it.showing.is_shown();
        let Some(adoption) = self.adoption.as_ref().filter(is_shown) else { return };
        if self.round.is_aggregating() {
            return;
        }
        if !self.outweighs(adoption.from, &adoption.record, &adoption.showing, s) {
            let from = adoption.from;
            self.adoption = None;
            return self.tell_of_heavier(from);
        }
        let held_until = self.comes_first_until(adoption, s);
        let Some(adoption) = self.adoption.as_mut() else { return };
        adoption.held_until = held_until.filter(|_| adoption.model.is_some());
        if held_until.is_some() {
            return;
        }
        let Some(mut adoption) = self.adoption.take_if(|it| it.model.is_some()) else { return };
        let Some(model) = adoption.model.take() else { return };
        let parted_at = self.parted_at(&adoption.showing);
        let keep_ours = self.part_kept(&adoption.record, parted_at, s);
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
        if let Some(left) =
            self.lineage_left_for(&adoption.record, self.parted_at(&adoption.showing), s)
        {
            self.note_lineage_left(left);
            self.actions.push(SessionAction::LineageLeft(left));
        }
        self.leave_lineage();
        self.chain.go_along(adoption.showing.records());
        self.move_to(adoption.record, None, (together, None), s);
        // Of two endings the heavier may have come to this device alone, and no round follows that would tell.
        if self.is_finished() {
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
        self.doubts.get(&peer).is_some_and(|doubt| s.now < doubt.until)
    }

    /// When a peer is believed again that has told of a record meanwhile: it may never say so again.
    pub(super) fn believes_again_at(&self) -> Option<Instant> {
        let doubted = self.heads_heard.keys().filter_map(|peer| self.doubts.get(peer));
        doubted.map(|doubt| doubt.until).min().filter(|_| self.ready)
    }

    /// Takes up what peers said while they were not believed.
    pub(super) fn believe_again(&mut self, s: &Surroundings<'_>) {
        if self.believes_again_at().is_none_or(|at| s.now < at) {
            return;
        }
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
        let doubt = self.doubts.entry(peer).or_insert(Doubt { failures: 0, until: s.now });
        doubt.until = s.now + DOUBT_MIN.saturating_mul(1 << doubt.failures.min(5));
        doubt.failures += 1;
    }

    /// Gives up on a model that does not come, or a record that is not shown; asks whoever is connected where they stand.
    pub(super) fn expire_adoption(&mut self, s: &Surroundings<'_>) {
        let Some(adoption) = self.adoption.as_mut().filter(|a| !a.installing) else { return };
        let mut late = if adoption.is_coming() { adoption.fetch.expire(s.now) } else { Vec::new() };
        let is_due = adoption.showing.deadline().is_some_and(|at| s.now >= at);
        if let Some(shower) = adoption.showing.shower().filter(|_| is_due) {
            adoption.fetch.remove(shower);
            late.push(shower);
        }
        // What was asked of somebody who is late, or gone since, others are asked for.
        let is_gone = |shower: PeerId| !adoption.fetch.has_holder(shower);
        let asks_another = adoption.showing.shower().is_none_or(is_gone);
        if asks_another && !adoption.showing.is_shown() {
            adoption.showing.ask(adoption.fetch.a_holder(), s.now);
        }
        let is_hopeless = adoption.is_hopeless();
        late.sort_unstable();
        late.dedup();
        for peer in &late {
            self.doubt(
                *peer,
                "a record that it did not show, or whose model did not come".to_owned(),
                s,
            );
        }
        if is_hopeless {
            self.shown_before = self.adoption.take().map(|adoption| adoption.showing);
            self.broadcast(SessionMessage::Head(self.head.clone()), s);
        } else {
            if asks_another {
                self.ask_to_show();
            }
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
    if record.upheld.records() >= u64::from(round) {
        let records = record.upheld.records();
        return Err(format!("a record of round {round} after {records} that were upheld"));
    }
    Ok(())
}

/// Whether of two records that others tell of one claims more than the other.
fn is_heavier_claim(one: &RoundRecord, other: &RoundRecord) -> bool {
    one.weight() > other.weight()
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
