//! Where only sums are seen: whom a member adds up with, and how often it says what takes masks off.

use super::*;
use crate::{job::MaskJob, session::MaskStep};
use protocol::session::Masks;

/// One of four with rows, all of whom may be one group, that has shown its keys and seen the others'.
fn masked() -> Member {
    masked_after(1, |_| ())
}

/// The same with others besides itself and two more, in the round after what `change` makes of the first record.
fn masked_after(others: u8, change: impl FnOnce(&mut RoundRecord)) -> Member {
    let mut member = Member::in_round_one();
    change(&mut member.session.head);
    member.session.head_hash = member.session.head.hash();
    member.session.proposal.options.masks = Some(Masks { one_group: true });
    for number in 0..others {
        let other = Identity::from_seed([99 - number; 32]);
        member.connected.insert(other.peer_id());
        member.keys.insert(other.peer_id(), other.clone());
        member.hears(other.peer_id(), SessionMessage::Join { rows: 10 });
    }
    member.masks_done(MaskStep::Keys, Answer::Bytes(keys_of(member.identity.peer_id())));
    let parent = member.session.head_hash;
    for peer in member.connected.clone() {
        member.hears(peer, SessionMessage::Keys { parent, keys: keys_of(peer) });
    }
    member
}

fn keys_of(peer: PeerId) -> Vec<u8> {
    peer.as_bytes().to_vec()
}

/// A member, as a leader names it.
fn named(peer: PeerId) -> (PeerId, Hash) {
    (peer, Hash::of(&keys_of(peer)))
}

impl Member {
    fn masks_done(&mut self, step: MaskStep, answer: Answer) -> Vec<SessionAction> {
        let purpose = SessionJob::Mask { parent: self.session.head_hash, step };
        self.does(|session, s| session.handle_job(purpose, Ok(answer), s))
    }

    /// All four by peer, and who leads before this device does.
    fn all_and_leaders(&self) -> (Vec<PeerId>, Vec<PeerId>) {
        let me = self.identity.peer_id();
        let mut all: Vec<PeerId> = self.connected.iter().copied().chain([me]).collect();
        all.sort_unstable();
        let order = leaders(self.session.id, self.session.head.decision.round + 1, &all);
        (all, order.into_iter().filter(|peer| *peer != me).collect())
    }

    fn names(&mut self, leader: PeerId, members: &[PeerId]) -> Vec<SessionAction> {
        let parent = self.session.head_hash;
        let members = members.iter().map(|peer| named(*peer)).collect();
        self.hears(leader, SessionMessage::Groups { parent, members })
    }
}

fn jobs(actions: &[SessionAction]) -> Vec<MaskJob> {
    let job = |action: &SessionAction| match action {
        SessionAction::Job(Job::Mask { job, .. }, _) => Some(job.clone()),
        _ => None,
    };
    actions.iter().filter_map(job).collect()
}

fn deals(actions: &[SessionAction]) -> bool {
    jobs(actions).iter().any(|job| matches!(job, MaskJob::Deal { .. }))
}

#[test]
fn a_leader_that_leaves_out_who_has_shown_keys_is_not_followed() {
    let mut member = masked();
    let (all, leaders) = member.all_and_leaders();
    let (me, left_out) = (member.identity.peer_id(), leaders[1]);
    let some: Vec<PeerId> = all.iter().copied().filter(|peer| *peer != left_out).collect();
    assert!(some.contains(&me));
    member.waits(Duration::from_millis(600));
    assert!(!deals(&member.names(leaders[0], &some)));
    assert!(!deals(&member.waits(Duration::from_millis(1_500))), "nor when its turn has come");
    assert!(deals(&member.names(left_out, &all)), "one that leaves nobody out is");
}

#[test]
fn a_leader_cannot_put_other_keys_in_somebodys_place() {
    let mut member = masked();
    let (all, leaders) = member.all_and_leaders();
    let parent = member.session.head_hash;
    let mut members: Vec<_> = all.iter().map(|peer| named(*peer)).collect();
    let other = members.iter_mut().find(|(peer, _)| *peer == leaders[1]).unwrap();
    other.1 = Hash::of(b"the leader's own");
    let groups = SessionMessage::Groups { parent, members };
    assert!(!deals(&member.hears(leaders[0], groups)));
}

/// With whom this device is in a group, where six more take part.
fn companions_after(change: impl FnOnce(&mut RoundRecord)) -> Vec<PeerId> {
    let mut member = masked_after(4, change);
    let (all, leaders) = member.all_and_leaders();
    member.names(leaders[0], &all);
    let part = &member.session.masks.part;
    let group = &part.groups.as_ref().unwrap()[part.own.unwrap()];
    group.members.iter().map(|(peer, _)| *peer).collect()
}

#[test]
fn who_decides_on_a_round_cannot_choose_the_groups_of_the_next() {
    let after = |committed: u32| {
        companions_after(|head| (head.decision.round, head.decision.committed) = (1, committed))
    };
    assert!((8..16).all(|committed| after(committed) == after(7)));
    let learnt = |number: u8| companions_after(|head| head.model = Hash::of(&[number]));
    assert!((1..16).any(|number| learnt(number) != learnt(0)));
}

#[test]
fn nobody_names_groups_before_its_turn() {
    let mut member = masked();
    let (all, leaders) = member.all_and_leaders();
    let parent = member.session.head_hash;
    let wrong = |peer: &PeerId| (*peer, Hash::of(peer.as_bytes().split_at(1).1));
    let members = all.iter().map(wrong).collect();
    member.hears(leaders[1], SessionMessage::Groups { parent, members });
    assert!(deals(&member.names(leaders[0], &all)), "the leader is followed all the same");
}

#[test]
fn those_who_come_and_go_leave_room_for_the_keys_of_who_is_there() {
    let mut member = masked();
    let (all, leaders) = member.all_and_leaders();
    let parent = member.session.head_hash;
    for number in 100..200 {
        let peer = Identity::from_seed([number; 32]).peer_id();
        member.connected.insert(peer);
        member.hears(peer, SessionMessage::Keys { parent, keys: keys_of(peer) });
        member.connected.remove(&peer);
        member.does(|session, s| session.peer_disconnected(peer, s));
    }
    assert!(deals(&member.names(leaders[0], &all)));
    member.hears(leaders[0], SessionMessage::Dealt { parent, dealt: vec![2] });
    let fifth = Identity::from_seed([98; 32]).peer_id();
    member.connected.insert(fifth);
    member.hears(fifth, SessionMessage::Keys { parent, keys: keys_of(fifth) });
    assert!(member.session.masks.said(fifth, parent).is_some());
}

/// A member whose masked change is promised, and that has those of all others: with what each has promised.
fn revealed() -> (Member, Vec<(PeerId, Vec<u8>)>) {
    let (mut member, updates) = promised();
    for (peer, update) in &updates {
        if *peer != member.identity.peer_id() {
            member.gets_update(*peer, update.clone());
        }
    }
    (member, updates)
}

/// A member whose masked change is promised, as are those of all others, which it does not have yet.
fn promised() -> (Member, Vec<(PeerId, Vec<u8>)>) {
    let mut member = masked();
    let (all, leaders) = member.all_and_leaders();
    let (me, parent) = (member.identity.peer_id(), member.session.head_hash);
    assert!(deals(&member.names(leaders[0], &all)));
    member.masks_done(MaskStep::Deal, Answer::Bytes(vec![1]));
    for peer in member.connected.clone() {
        member.hears(peer, SessionMessage::Dealt { parent, dealt: vec![2] });
    }
    let papers = jobs(&member.is_trained(Vec::new())).into_iter().find_map(|job| match job {
        MaskJob::Mask { papers, dealt, .. } => Some((papers, dealt.len())),
        _ => None,
    });
    let (papers, dealt) = papers.expect("all have dealt");
    assert_eq!(dealt, 4);
    let values = network().parameters() as usize;
    let update = |number: u8| [papers.as_bytes(), &vec![number; 14 + 2 * values][..]].concat();
    let actions = member.masks_done(MaskStep::Mask, Answer::Masked(update(0)));
    let is_commit = |action: &SessionAction| {
        matches!(action, SessionAction::Send(_, SessionMessage::Commit(_)))
    };
    assert!(actions.iter().any(is_commit), "the masked change is promised");
    let mut updates = vec![(me, update(0))];
    for (number, peer) in member.connected.clone().into_iter().enumerate() {
        let update = update(number as u8 + 1);
        member.hears(peer, SessionMessage::Commit(member.commitment(peer, &update)));
        updates.push((peer, update));
    }
    updates.sort_by_key(|(peer, _)| *peer);
    (member, updates)
}

impl Member {
    fn decision_on<'a>(
        &self,
        updates: impl IntoIterator<Item = &'a (PeerId, Vec<u8>)>,
    ) -> Decision {
        let parts = updates.into_iter().map(|(peer, it)| (*peer, &it[..], SAMPLES));
        self.decision(&parts.collect::<Vec<_>>())
    }
}

#[test]
fn what_takes_masks_off_is_said_once_whatever_leaders_say_of_survivors() {
    let (mut member, updates) = revealed();
    let (_, leaders) = member.all_and_leaders();
    let all = SessionMessage::Survivors(member.decision_on(&updates));
    let actions = member.hears(leaders[0], all.clone());
    assert_eq!(jobs(&actions), [MaskJob::Unmask { survivors: 0b1111 }]);
    assert!(jobs(&member.hears(leaders[0], all)).is_empty());
    let without = updates.iter().filter(|(peer, _)| *peer != leaders[2]);
    let fewer = SessionMessage::Survivors(member.decision_on(without));
    assert!(jobs(&member.hears(leaders[1], fewer)).is_empty(), "of one both kinds of shares");
}

#[test]
fn whoever_connects_again_is_told_what_was_said_under_masks_meanwhile() {
    let (mut member, updates) = revealed();
    let (_, leaders) = member.all_and_leaders();
    let peer = leaders[1];
    member.hears(leaders[0], SessionMessage::Survivors(member.decision_on(&updates)));
    member.masks_done(MaskStep::Unmask, Answer::Bytes(vec![3]));
    let parent = member.session.head_hash;
    let keys = keys_of(member.identity.peer_id());
    let mut missed = vec![
        SessionMessage::Keys { parent, keys },
        SessionMessage::Dealt { parent, dealt: vec![1] },
        SessionMessage::Unmask { parent, unmask: vec![3] },
    ];
    for action in member.does(|session, s| session.peer_connected(peer, s)) {
        if let SessionAction::Send(to, message) = action {
            assert_eq!(to, peer);
            missed.retain(|missed| *missed != message);
        }
    }
    assert_eq!(missed, []);
}

#[test]
fn nobody_takes_the_time_from_updates_by_naming_all_as_survivors_before_they_are_here() {
    let (mut member, updates) = promised();
    let (me, leaders) = (member.identity.peer_id(), member.all_and_leaders().1);
    let all = SessionMessage::Survivors(member.decision_on(&updates));
    member.hears(leaders[2], all.clone());
    assert!(member.session.masks.part.survivors.is_none(), "their time is not over");
    for (peer, update) in updates.iter().filter(|(peer, _)| *peer != me) {
        member.gets_update(*peer, update.clone());
    }
    assert!(member.session.masks.part.survivors.is_some(), "all are here");
}

#[test]
fn nobody_voids_a_round_by_deciding_on_no_sums_before_its_turn() {
    let (mut member, updates) = revealed();
    let (_, leaders) = member.all_and_leaders();
    let decision = member.decision_on(&updates);
    let sums = |actions: &[SessionAction]| {
        let is_it = |action: &SessionAction| {
            matches!(action, SessionAction::Job(Job::AggregateSums { .. }, _))
        };
        actions.iter().any(is_it)
    };
    assert!(!sums(&member.hears(leaders[2], SessionMessage::Decide(decision.clone()))));
    assert!(sums(&member.hears(leaders[0], SessionMessage::Decide(decision))), "in its turn");
}

#[test]
fn groups_in_an_open_session_are_refused() {
    let mut member = Member::in_round_one();
    let others = member.others();
    let mut decision = member.decision(&[(others[0], &update(1), SAMPLES)]);
    let (papers, sum) = (Hash::of(b"papers"), Hash::of(b"sum"));
    decision.groups = vec![protocol::session::GroupRecord { papers, members: 0b111, sum }];
    let actions = member.hears(others[0], SessionMessage::Decide(decision));
    assert!(actions.iter().any(|action| matches!(action, SessionAction::Refuse(..))));
}
