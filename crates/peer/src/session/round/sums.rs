//! A round of masked sums from its updates on: who survives, what takes masks off, and which sums make the record.
//!
//! ```text
//! (all masked changes are here, or their time is over: the leader names the survivors) ──► everyone hands out shares
//!     ──► (all groups have enough, or their time is over: the leader decides on the sums) ──► aggregate
//! ```
//!
//! A device answers for its group once, to the first decision that counts. Every member takes the masks off by itself, and
//! follows a decision when the sums that it names have come out here too.

use crate::{
    job::{GroupSum, Job, MaskBytes, MaskJob, MaskedSum},
    session::{
        MaskStep, Session, Surroundings,
        masks::{Group, Recovery, SumKey, Survivors},
    },
};
use ::core::time::Duration;
use protocol::{
    message::SessionMessage,
    session::{Contribution, Decision, GroupRecord, RoundRecord, sum_name},
};
use units::{Hash, PeerId, SortedSet, sort_by_key};

/// How long a leader waits for what takes masks off.
const UNMASK_WAIT: Duration = Duration::from_secs(2);

/// How long a masked change that was decided on may be on its way before it is asked for.
const UPDATE_COURTESY: Duration = Duration::from_millis(1_500);

/// Where the bits of survivors are in what a member hands out.
const SURVIVORS_BYTES: core::ops::Range<usize> = 7..9;

/// A group's part in a decision: which sum, of which contributions.
struct Shown {
    key: SumKey,
    members: u32,
}

impl Session {
    /// How much longer an attempt takes while masks come off.
    pub(super) fn unmask_patience(&self) -> Duration {
        if self.masks.part.survivors.is_some() { UNMASK_WAIT } else { Duration::ZERO }
    }

    /// The leader says which masked changes are here, once.
    pub(super) fn name_survivors(&mut self, decision: Decision, s: &Surroundings<'_>) {
        let Some(own) = self.masks.entry(s.me, decision.parent) else { return };
        if own.survivors.is_none() {
            own.survivors = Some(decision.clone());
            self.broadcast(SessionMessage::Survivors(decision), s);
            self.take_masks_off(s);
        }
    }

    /// Follows the first decision on survivors that counts, answers it, and adds up what has come out of masks.
    pub(super) fn take_masks_off(&mut self, s: &Surroundings<'_>) {
        if !self.is_masked() {
            return;
        }
        self.collect_papers();
        if self.masks.part.survivors.is_none() {
            self.follow_survivors(s);
        }
        let Some(survivors) = self.masks.part.survivors.take() else { return };
        self.answer(&survivors.decision);
        self.recover(&survivors.decision);
        let survivors = self.ask_for_masked(survivors, s);
        self.masks.part.survivors = Some(survivors);
    }

    fn follow_survivors(&mut self, s: &Surroundings<'_>) {
        let parent = self.head_hash;
        if self.masks.all(parent).all(|(_, said)| said.survivors.is_none()) {
            return;
        }
        let order = self.order(s);
        let named = self.masks.all(parent);
        let named = named.filter_map(|(from, said)| Some((from, said.survivors.as_ref()?)));
        let counts = |(from, decision): &(PeerId, &Decision)| {
            let members = decision.contributions.iter().map(|part| part.peer).collect();
            // Who is early takes no time from masked changes that are on their way.
            let is_all_here =
                || self.stash.missing(decision).is_empty() && self.is_all_promised(decision);
            (order.is_its_turn(*from) || is_all_here())
                && !self.accused.contains(*from)
                && !self.is_doubted(*from, s)
                && order.admits(*from, members)
                && self.check_next(decision).is_ok()
        };
        let first = named.filter(counts).min_by_key(|(from, _)| order.rank(*from));
        let first = first.map(|(from, decision)| (from, decision.clone()));
        if let Some((from, decision)) = first {
            self.round.attempt_since = s.now;
            let ask_at = s.now + UPDATE_COURTESY;
            self.masks.part.survivors = Some(Survivors { from, decision, since: s.now, ask_at });
        }
    }

    /// Asks for masked changes that were decided on and are not here.
    fn ask_for_masked(&mut self, mut survivors: Survivors, s: &Surroundings<'_>) -> Survivors {
        let missing = self.stash.missing(&survivors.decision);
        if missing.is_empty() {
            return survivors;
        }
        if s.now >= survivors.ask_at {
            survivors.ask_at = s.now + self.pace.leader_wait(s.limits);
            if survivors.from != s.me {
                for update in missing {
                    self.send(survivors.from, SessionMessage::RequestUpdate { update });
                }
            }
        }
        self.round.look_again(survivors.ask_at);
        survivors
    }

    /// What a group shows in a decision; `None` while changes of its members are not here, or its papers.
    fn shown(&self, group: &Group, decision: &Decision) -> Option<Shown> {
        let papers = group.papers.as_ref()?;
        let (mut survivors, mut members) = (0u16, 0u32);
        for (number, part) in decision.contributions.iter().enumerate() {
            let Some(place) = group.place(part.peer) else { continue };
            let update = self.stash.update(part.peer, part.update)?;
            if update.starts_with(papers.name.as_bytes()) {
                survivors |= 1 << place;
                members |= 1 << number;
            }
        }
        Some(Shown { key: (papers.name, survivors), members })
    }

    /// Hands out what takes masks off this device's group.
    fn answer(&mut self, decision: &Decision) {
        let part = &self.masks.part;
        let (Some(groups), Some(own), true) = (&part.groups, part.own, part.has_masked) else {
            return;
        };
        let Some(Shown { key: (_, survivors), .. }) = self.shown(&groups[own], decision) else {
            return;
        };
        let is_enough = survivors.count_ones() as usize >= groups[own].threshold();
        if !part.unmask_asked && is_enough {
            self.masks.part.unmask_asked = true;
            self.mask_job(MaskJob::Unmask { survivors }, MaskStep::Unmask);
        }
    }

    /// Has the worker take masks off those sums of a decision for which enough was handed out.
    fn recover(&mut self, decision: &Decision) {
        let groups = self.masks.part.groups.take().unwrap_or_default();
        for group in &groups {
            if let Some(Shown { key, .. }) = self.shown(group, decision) {
                self.recover_sum(group, key, decision);
            }
        }
        self.masks.part.groups = (!groups.is_empty()).then_some(groups);
    }

    fn recover_sum(&mut self, group: &Group, key: SumKey, decision: &Decision) {
        let Some(papers) = &group.papers else { return };
        let answers_before = match self.masks.part.recovery(key) {
            None if self.masks.part.has_room_for_another() => 0,
            Some(Recovery::Failed(answers)) => *answers,
            _ => return,
        };
        let survivors = key.1;
        let unmasks = self.answers(group, survivors);
        let is_enough = |count: usize| count >= group.threshold();
        let is_new = unmasks.len() > answers_before;
        if !is_new || !is_enough(unmasks.len()) || !is_enough(survivors.count_ones() as usize) {
            return;
        }
        let is_survivor = |part: &&Contribution| {
            group.place(part.peer).is_some_and(|it| survivors >> it & 1 == 1)
        };
        let parts = decision.contributions.iter().filter(is_survivor);
        let updates = parts.filter_map(|it| self.stash.update(it.peer, it.update).cloned());
        let sum = MaskedSum {
            group: papers.group.clone(),
            dealt: papers.dealt.clone(),
            survivors,
            updates: updates.map(MaskBytes).collect(),
            unmasks,
            reach: self.proposal.options.reach(),
        };
        let answers = sum.unmasks.len();
        self.masks.part.set_recovery(key, Recovery::Asked);
        self.mask_job(MaskJob::Recover(Box::new(sum)), MaskStep::Recover { key, answers });
    }

    /// What members of a group have handed out for these survivors, by place.
    fn answers(&self, group: &Group, survivors: u16) -> Vec<(u8, MaskBytes)> {
        let answer = |(place, (peer, _)): (usize, &(PeerId, Hash))| {
            let unmask = self.masks.said(*peer, self.head_hash)?.unmask.clone()?;
            let fits = unmask.get(SURVIVORS_BYTES)? == survivors.to_le_bytes();
            fits.then_some((place as u8, MaskBytes(unmask)))
        };
        group.members.iter().enumerate().filter_map(answer).collect()
    }

    pub(super) fn keep_sum(&mut self, key: SumKey, sum: Vec<u8>) {
        self.masks.part.set_recovery(key, Recovery::Sum(sum_name(&sum), sum));
    }

    pub(super) fn note_no_sum(&mut self, key: SumKey, answers: usize) {
        self.masks.part.set_recovery(key, Recovery::Failed(answers));
    }

    /// The leader of the running attempt decides on the sums that have come out, once all have or their time is over.
    pub(super) fn decide_on_sums(&mut self, s: &Surroundings<'_>) {
        self.take_masks_off(s);
        let Some(Survivors { decision, since, .. }) = &self.masks.part.survivors else { return };
        let (mut groups, mut waits) = (Vec::new(), false);
        for group in self.masks.part.groups.iter().flatten() {
            let Some(Shown { key, members }) = self.shown(group, decision) else {
                waits |= group.papers.is_some();
                continue;
            };
            if let Some((sum, _)) = self.masks.part.sum(key) {
                groups.push(GroupRecord { papers: key.0, members, sum });
            } else if key.1.count_ones() as usize >= group.threshold() {
                waits |= self.may_come_out(group, key, s);
            }
        }
        let deadline = *since + UNMASK_WAIT;
        if waits && s.now < deadline {
            return self.round.look_again(deadline);
        }
        sort_by_key(&mut groups, |group| group.members.trailing_zeros());
        let decision = Decision { groups, ..decision.clone() };
        self.broadcast(SessionMessage::Decide(decision.clone()), s);
        self.stash.put_decision(s.me, decision, true);
    }

    /// Whether a sum is being made, or somebody has yet to answer for it.
    fn may_come_out(&self, group: &Group, key: SumKey, s: &Surroundings<'_>) -> bool {
        let is_asked = matches!(self.masks.part.recovery(key), Some(Recovery::Asked));
        let is_awaited = |(peer, _): &(PeerId, Hash)| {
            let said = self.masks.said(*peer, self.head_hash);
            let is_there = *peer == s.me || s.connected.contains(peer);
            is_there && said.is_none_or(|said| said.unmask.is_none())
        };
        is_asked || group.members.iter().any(is_awaited)
    }

    /// Which sum a group's record names; `None` if its papers are not here.
    fn key_of(&self, group: &GroupRecord, decision: &Decision) -> Option<SumKey> {
        let mut groups = self.masks.part.groups.iter().flatten();
        let is_it = |it: &&Group| it.papers.as_ref().is_some_and(|it| it.name == group.papers);
        let known = groups.find(is_it)?;
        let place = |number: usize| known.place(decision.contributions.get(number)?.peer);
        let places = group.places().map(place).collect::<Option<Vec<usize>>>()?;
        Some((group.papers, places.into_iter().fold(0, |bits, place| bits | 1 << place)))
    }

    /// Has the worker find the sums that a decision names, as far as they are not here.
    pub(super) fn recover_named(&mut self, decision: &Decision) {
        self.collect_papers();
        for named in &decision.groups {
            let Some(key) = self.key_of(named, decision) else { continue };
            let Some(groups) = self.masks.part.groups.take() else { continue };
            let is_it = |it: &&Group| it.papers.as_ref().is_some_and(|it| it.name == key.0);
            let group = groups.iter().find(is_it);
            let parts = named.places().filter_map(|it| decision.contributions.get(it));
            let mut parts = parts.map(|it| self.stash.update(it.peer, it.update).is_some());
            if let Some(group) = group.filter(|_| parts.all(|is_here| is_here)) {
                self.recover_sum(group, key, decision);
            }
            self.masks.part.groups = Some(groups);
        }
    }

    /// The sums that a decision names, if all have come out here as it says.
    pub(in crate::session) fn named_sums(&self, decision: &Decision) -> Option<Vec<Vec<u8>>> {
        let sum = |group: &GroupRecord| {
            let (name, sum) = self.masks.part.sum(self.key_of(group, decision)?)?;
            (name == group.sum).then(|| sum.clone())
        };
        decision.groups.iter().map(sum).collect()
    }

    /// Whose changes go into the model by a decision: under masks, those in sums.
    pub(super) fn counted(&self, decision: &Decision) -> SortedSet<PeerId> {
        if !self.is_masked() {
            return decision.contributions.iter().map(|part| part.peer).collect();
        }
        decision.groups.iter().flat_map(|group| peers_of(group, decision)).collect()
    }

    /// Whether a record names another sum of a group than the newest record here, which this device has computed.
    fn contradicts_head(&self, decision: &Decision) -> bool {
        let ours = &self.head.decision;
        let is_other = |group: &GroupRecord| {
            let mut known = ours.groups.iter().filter(|known| known.papers == group.papers);
            let peers: Vec<PeerId> = peers_of(group, decision).collect();
            known.any(|known| {
                known.sum != group.sum && peers_of(known, ours).eq(peers.iter().copied())
            })
        };
        self.computed_here && decision.parent == ours.parent && decision.groups.iter().any(is_other)
    }

    /// Whether a record on the running round, or beside the newest record, names another sum than the one that has come out
    /// here.
    pub(in crate::session) fn names_a_wrong_sum(&self, record: &RoundRecord) -> bool {
        let decision = &record.decision;
        let is_wrong = |group: &GroupRecord| {
            let key = self.key_of(group, decision);
            let sum = key.and_then(|key| self.masks.part.sum(key));
            sum.is_some_and(|(name, _)| name != group.sum)
        };
        decision.parent == self.head_hash && decision.groups.iter().any(is_wrong)
            || self.contradicts_head(decision)
    }

    /// The job that brings a decision's sums into the model.
    pub(super) fn sums_job(&self, decision: &Decision, s: &Surroundings<'_>) -> Option<Job> {
        let sums = self.named_sums(decision)?;
        let is_own =
            |place: usize| decision.contributions.get(place).is_some_and(|it| it.peer == s.me);
        let own = decision.groups.iter().any(|group| group.places().any(is_own));
        let samples = |group: &GroupRecord| decision.samples_of(group);
        let sums = decision.groups.iter().map(samples).zip(sums);
        let sums = sums.map(|(samples, sum)| GroupSum { samples, sum }).collect();
        let (cluster, reach) = (self.proposal.cluster.clone(), self.proposal.options.reach());
        Some(Job::AggregateSums { cluster, sums, reach, own })
    }
}

/// Members of a group by peer.
fn peers_of(group: &GroupRecord, decision: &Decision) -> impl Iterator<Item = PeerId> {
    let parts = group.places().filter_map(|place| decision.contributions.get(place));
    parts.map(|part| part.peer)
}
