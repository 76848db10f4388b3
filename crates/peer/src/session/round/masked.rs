//! A round of masked sums up to its promises: keys, groups, shares, masks.
//!
//! ```text
//! keys ──► (all have shown some, or their time is over: the leader names the groups) ──► shares ──► train
//!      ──► (all shares of the group are here: masks are put on) ──► commit, as in any round
//! ```
//!
//! Whoever comes to no group, or whose group lacks a companion's shares, promises an update of no bytes: nobody waits for it,
//! and what it has learnt goes into its next change. A round in which no group comes to a sum leaves the model as it is; the
//! next one has new keys and other groups, so that nothing is ever tried twice under one mask.

use super::Round;
use crate::{
    job::{Answer, Job, JobError, MaskBytes, MaskGroup, MaskJob},
    session::{
        MaskStep, Session, SessionAction, SessionJob, Surroundings,
        masks::{Group, Papers},
    },
};
use ::core::time::Duration;
use protocol::{
    message::SessionMessage,
    session::{Masks, groups_seed, update_name},
};
use units::{Hash, Instant, PeerId, sort_by_key};

/// How long the first keys of a round are waited for, at least and at most.
const KEYS_WAIT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(4));

/// How long a member's keys must have been here for the leader to have them too: it names all of those, or companions could be
/// chosen by leaving others out.
const KEYS_COURTESY: Duration = Duration::from_millis(500);

/// Leaders that may name the groups of a round, one after the other.
const GROUPERS_MAX: u32 = 3;

/// How long companions' shares may be on their way after one's own have left.
const SHARES_WAIT: Duration = Duration::from_secs(4);

/// Bytes of an update before its values: the name of its group's papers, and the header of a masked change.
const MASKED_HEADER_BYTES: usize = 32 + 14;

impl Session {
    pub(in crate::session) fn masks_option(&self) -> Option<Masks> {
        self.proposal.options.masks
    }

    pub(in crate::session) fn is_masked(&self) -> bool {
        self.masks_option().is_some()
    }

    /// Whether no round of masked sums can begin here, and why.
    pub(in crate::session) fn lacks_companions(&self, s: &Surroundings<'_>) -> Option<String> {
        let masks = self.masks_option().filter(|_| self.running)?;
        if self.is_crowd(s) {
            return Some(
                "masked sums need a room in which every device is connected with every other: this one has become too large"
                    .to_owned(),
            );
        }
        let (here, need) = (self.contributors(s).len(), masks.members_min());
        let is_short = !self.masks.part.keys_asked && self.rows > 0 && here < need;
        is_short.then(|| {
            format!("masked sums need {need} devices with data, and {here} are here: training waits for more")
        })
    }

    /// Waits for companions, if there are too few to begin a round.
    pub(super) fn waits_for_companions(&mut self, s: &Surroundings<'_>) -> bool {
        let waits = self.lacks_companions(s).is_some();
        if waits && !self.masks.part.keys_asked {
            self.round = Round::new(s.now);
        }
        waits
    }

    /// Does what comes before training; says whether that may begin.
    pub(super) fn prepare_masks(&mut self, s: &Surroundings<'_>) -> bool {
        if !self.is_masked() || !self.contributes(s) {
            return true;
        }
        if !self.masks.part.keys_asked {
            self.masks.part.keys_asked = true;
            self.mask_job(MaskJob::MakeKeys { entropy: [0; 32] }, MaskStep::Keys);
        }
        self.name_groups(s);
        self.follow_groups(s);
        self.deal(s);
        self.masks.part.deal_asked || self.masks.part.sits_out
    }

    pub(super) fn mask_job(&mut self, job: MaskJob, step: MaskStep) {
        let job = Job::Mask { cluster: self.proposal.cluster.clone(), job };
        let purpose = SessionJob::Mask { parent: self.head_hash, step };
        self.actions.push(SessionAction::Job(job, purpose));
    }

    fn keys_wait(&self) -> Duration {
        let training = self.pace.training(&self.proposal.options);
        training.map_or(KEYS_WAIT.0 * 2, |it| (it / 3).clamp(KEYS_WAIT.0, KEYS_WAIT.1))
    }

    /// The leader says who takes part in groups, once all have shown keys or had their time.
    fn name_groups(&mut self, s: &Surroundings<'_>) {
        let parent = self.head_hash;
        let own = self.masks.said(s.me, parent);
        let has_keys = own.is_some_and(|own| own.keys.is_some() && own.groups.is_none());
        let Some(masks) = self.masks_option() else { return };
        if !has_keys || self.masks.part.groups.is_some() || self.masks.part.sits_out {
            return;
        }
        let leaders = self.leaders(s);
        let Some(rank) = leaders.iter().position(|leader| *leader == s.me) else { return };
        let contributors = self.contributors(s);
        let keyed = self.masks.all(parent).filter_map(|(peer, said)| {
            let keys = said.keys.as_ref().filter(|_| contributors.contains(&peer))?;
            Some((peer, Hash::of(keys)))
        });
        let members: Vec<(PeerId, Hash)> = keyed.collect();
        let awaited = |peer: &&PeerId| self.awaits(**peer, s);
        let mut awaited = contributors.iter().filter(awaited);
        let all_are_here = awaited.all(|peer| members.iter().any(|(keyed, _)| keyed == peer));
        let due = self.round.started_at + self.keys_wait() * (rank as u32 + 1);
        if s.now < due && !(rank == 0 && all_are_here) {
            return self.round.look_again(due);
        }
        if members.len() < masks.members_min() {
            return;
        }
        if let Some(own) = self.masks.entry(s.me, parent) {
            (own.groups, own.groups_at) = (Some(members.clone()), s.now);
        }
        self.broadcast(SessionMessage::Groups { parent, members }, s);
    }

    /// Takes up the groups of a leader whose turn it is. Who waits in vain sits the round out.
    fn follow_groups(&mut self, s: &Surroundings<'_>) {
        if self.masks.part.groups.is_some() || self.masks.part.sits_out {
            return;
        }
        let (parent, wait) = (self.head_hash, self.keys_wait());
        let (leaders, contributors) = (self.leaders(s), self.contributors(s));
        let rank = |peer: PeerId| leaders.iter().position(|leader| *leader == peer);
        let turn = |rank: usize| self.round.started_at + wait * rank as u32;
        let has_shown = |peer: PeerId, before: Instant| {
            let said = self.masks.said(peer, parent);
            said.is_some_and(|it| it.keys.is_some() && it.keys_at + KEYS_COURTESY <= before)
        };
        let mut named: Vec<(usize, &Vec<(PeerId, Hash)>)> = Vec::new();
        let mut next_turn: Option<Instant> = None;
        for (from, said) in self.masks.all(parent) {
            let (Some(members), Some(rank)) = (&said.groups, rank(from)) else { continue };
            let is_left_out = |peer: &&PeerId| {
                self.awaits(**peer, s) && members.iter().all(|(member, _)| member != *peer)
            };
            let mut left_out = contributors.iter().filter(is_left_out).peekable();
            // Whoever leaves nobody out need not wait, but for the end of the turn before: it may name whom nobody knows.
            let at = turn(rank + usize::from(left_out.peek().is_some()));
            if s.now < at {
                next_turn = Some(next_turn.map_or(at, |known| known.min(at)));
            } else if !left_out.any(|it| has_shown(*it, said.groups_at)) {
                named.push((rank, members));
            }
        }
        sort_by_key(&mut named, |(rank, _)| *rank);
        let found = named.into_iter().find_map(|(_, members)| self.groups_of(members));
        let Some(groups) = found else {
            let end = self.round.started_at + wait * (GROUPERS_MAX + 1);
            if s.now >= end {
                self.masks.part.sits_out = true;
            } else {
                self.round.look_again(next_turn.map_or(end, |at| at.min(end)));
            }
            return;
        };
        let own_keys = self.masks.said(s.me, parent).and_then(|own| own.keys.as_ref());
        let own_hash = own_keys.map(|keys| Hash::of(keys));
        let is_own = |group: &Group| {
            group.members.iter().any(|(peer, hash)| *peer == s.me && Some(*hash) == own_hash)
        };
        let part = &mut self.masks.part;
        part.own = groups.iter().position(is_own);
        part.sits_out = part.own.is_none();
        part.groups = Some(groups);
    }

    /// The groups of these members; `None` if they are too few, or not in order.
    fn groups_of(&self, members: &[(PeerId, Hash)]) -> Option<Vec<Group>> {
        let masks = self.masks_option()?;
        let is_possible = members.len() >= masks.members_min()
            && members.is_sorted_by(|a, b| a.0 < b.0)
            && members.iter().all(|(peer, _)| self.invites(*peer));
        if !is_possible {
            return None;
        }
        let peers: Vec<PeerId> = members.iter().map(|(peer, _)| *peer).collect();
        let seed = groups_seed(self.id, &self.head);
        let groups = private::groups(seed, &peers, masks.group_size(members.len()));
        let hash = |peer: PeerId| members.iter().find(|(member, _)| *member == peer).copied();
        let group = |(number, peers): (usize, Vec<PeerId>)| Group {
            number: number as u16,
            members: peers.into_iter().filter_map(hash).collect(),
            papers: None,
        };
        Some(groups.into_iter().enumerate().map(group).collect())
    }

    /// Deals shares to this device's group, once the keys of all are here.
    fn deal(&mut self, s: &Surroundings<'_>) {
        let parent = self.head_hash;
        let part = &self.masks.part;
        let (Some(groups), Some(own), false) = (&part.groups, part.own, part.deal_asked) else {
            return;
        };
        if part.sits_out {
            return;
        }
        let Some(group) = self.with_keys(&groups[own], parent) else {
            let end = self.round.started_at + self.keys_wait() * (GROUPERS_MAX + 1);
            if s.now >= end {
                self.masks.part.sits_out = true;
            } else {
                self.round.look_again(end);
            }
            return;
        };
        self.masks.part.deal_asked = true;
        self.mask_job(MaskJob::Deal { group, entropy: [0; 32] }, MaskStep::Deal);
    }

    fn with_keys(&self, group: &Group, parent: Hash) -> Option<MaskGroup> {
        let keys = |(peer, hash): &(PeerId, Hash)| {
            Some((*peer, MaskBytes(self.masks.keys(*peer, parent, *hash)?.clone())))
        };
        let members = group.members.iter().map(keys).collect::<Option<Vec<_>>>()?;
        Some(MaskGroup { session: self.id, parent, number: group.number, members })
    }

    /// Notes the papers of groups that have become complete.
    pub(super) fn collect_papers(&mut self) {
        let parent = self.head_hash;
        let Some(mut groups) = self.masks.part.groups.take() else { return };
        for group in groups.iter_mut().filter(|group| group.papers.is_none()) {
            let dealt = |(peer, _): &(PeerId, Hash)| {
                self.masks.said(*peer, parent)?.dealt.clone().map(MaskBytes)
            };
            let Some(dealt) = group.members.iter().map(dealt).collect::<Option<Vec<_>>>() else {
                continue;
            };
            if let Some(with_keys) = self.with_keys(group, parent) {
                let name = papers_name(&with_keys, &dealt);
                group.papers = Some(Papers { name, group: with_keys, dealt });
            }
        }
        self.masks.part.groups = Some(groups);
    }

    /// This device has trained. What it has learnt is promised as it is, or once masks are on it.
    pub(in crate::session) fn promise(
        &mut self,
        update: Vec<u8>,
        samples: u32,
        took: Duration,
        s: &Surroundings<'_>,
    ) {
        if self.is_masked() {
            self.masks.part.trained = Some((samples, took));
        } else {
            self.commit(update, samples, took, s);
        }
    }

    /// Has masks put on what was learnt, or promises nothing where there is no group.
    pub(super) fn mask(&mut self, s: &Surroundings<'_>) {
        let part = &self.masks.part;
        let Some((samples, took)) = part.trained else { return };
        if part.sits_out {
            self.masks.part.trained = None;
            return self.commit(Vec::new(), samples, took, s);
        }
        let (Some(groups), Some(own), false) = (&part.groups, part.own, part.mask_asked) else {
            return;
        };
        let group = &groups[own];
        if let Some(Papers { name, dealt, .. }) = &group.papers {
            let (papers, dealt) = (*name, dealt.clone());
            let reach = self.proposal.options.reach();
            self.masks.part.mask_asked = true;
            return self.mask_job(MaskJob::Mask { papers, dealt, reach }, MaskStep::Mask);
        }
        let Some(dealt_at) = part.dealt_at else { return };
        let is_silent = |(peer, _): &(PeerId, Hash)| {
            let said = self.masks.said(*peer, self.head_hash);
            said.is_none_or(|said| said.dealt.is_none())
        };
        let is_gone = |(peer, _): &&(PeerId, Hash)| !s.connected.contains(peer);
        let mut missing = group.members.iter().filter(|member| is_silent(member));
        let end = dealt_at + SHARES_WAIT;
        if s.now >= end || missing.any(|member| is_gone(&member)) {
            self.masks.part.sits_out = true;
            return self.mask(s);
        }
        self.round.look_again(end);
    }

    /// The worker has done something about masks.
    pub(in crate::session) fn handle_mask_job(
        &mut self,
        step: MaskStep,
        result: Result<Answer, JobError>,
        s: &Surroundings<'_>,
    ) {
        let parent = self.head_hash;
        match (step, result) {
            (MaskStep::Keys, Ok(Answer::Bytes(keys))) => {
                self.say(s, |said| (said.keys, said.keys_at) = (Some(keys.clone()), s.now));
                self.broadcast(SessionMessage::Keys { parent, keys }, s);
            }
            (MaskStep::Deal, Ok(Answer::Bytes(dealt))) => {
                self.masks.part.dealt_at = Some(s.now);
                self.say(s, |said| said.dealt = Some(dealt.clone()));
                self.broadcast(SessionMessage::Dealt { parent, dealt }, s);
            }
            (MaskStep::Mask, Ok(Answer::Masked(update))) => {
                if let Some((samples, took)) = self.masks.part.trained.take() {
                    self.masks.part.has_masked = true;
                    self.commit(update, samples, took, s);
                }
            }
            (MaskStep::Unmask, Ok(Answer::Bytes(unmask))) => {
                self.say(s, |said| said.unmask = Some(unmask.clone()));
                self.broadcast(SessionMessage::Unmask { parent, unmask }, s);
            }
            (MaskStep::Recover { key, .. }, Ok(Answer::Sum(sum))) => self.keep_sum(key, sum),
            (MaskStep::Recover { key, answers }, _) => self.note_no_sum(key, answers),
            // Another one may still answer for its group.
            (MaskStep::Unmask, _) => {}
            // Without keys, shares or masks this device has no group; what it has learnt waits.
            (_, _) => self.masks.part.sits_out = true,
        }
    }

    /// Keeps what this device says in the running round.
    fn say(&mut self, s: &Surroundings<'_>, say: impl FnOnce(&mut crate::session::masks::Said)) {
        if let Some(own) = self.masks.entry(s.me, self.head_hash) {
            say(own);
        }
    }

    /// Whether bytes can be an update under masks: as long as they must be, or nothing.
    pub(in crate::session) fn is_masked_update(&self, update: &[u8]) -> bool {
        let values = self.proposal.network.parameters() as usize;
        update.is_empty() || update.len() == MASKED_HEADER_BYTES + 2 * values
    }
}

/// The name of an update of no bytes.
pub(in crate::session) fn nothing_of(peer: PeerId) -> Hash {
    update_name(peer, &[])
}

/// Names a group with its keys and all that was dealt in it: whoever was dealt something else puts on other masks, and says so
/// by this.
fn papers_name(group: &MaskGroup, dealt: &[MaskBytes]) -> Hash {
    let MaskGroup { session, parent, number, members } = group;
    let mut parts: Vec<&[u8]> = vec![b"peerceptron group papers", session.as_bytes()];
    let number = number.to_le_bytes();
    parts.extend([&parent.as_bytes()[..], &number]);
    let hashes: Vec<[Hash; 2]> = members
        .iter()
        .zip(dealt)
        .map(|(it, dealt)| [Hash::of(&it.1.0), Hash::of(&dealt.0)])
        .collect();
    for ((peer, _), [keys, dealt]) in members.iter().zip(&hashes) {
        parts.extend([&peer.as_bytes()[..], &keys.as_bytes()[..], &dealt.as_bytes()[..]]);
    }
    Hash::of_parts(&parts)
}
