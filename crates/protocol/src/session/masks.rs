//! Rounds in which only sums of members' changes can be seen.

use super::record::RoundRecord;
use crate::{DecodeError, limits};
use serde::{Deserialize, Serialize};
use units::{Hash, SessionId};

/// Members from whom on there are two groups, so that one liar does not spoil all that is learnt.
pub const GROUPED_MEMBERS_MIN: usize = 6;

/// Members of a group, at least: of a sum of two, each could take off its own change.
pub const GROUP_MEMBERS_MIN: usize = 3;

/// Members from whom on groups have four or more: one of them may then drop out.
const FOURS_MEMBERS_MIN: usize = 8;

/// Members from whom on there are four groups: one of them may then be spoilt by a liar, and the others' means show it.
const FOUR_GROUPS_MEMBERS: core::ops::Range<usize> = 12..16;

/// Groups of one round: as many as its members make.
const GROUPS_MAX: usize = limits::ROUND_MEMBERS_MAX / GROUP_MEMBERS_MIN;

/// A session whose members see sums of groups, and no member's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Masks {
    /// Whether all may be one group, where they are too few for two: one liar then spoils all that is learnt in a round.
    pub one_group: bool,
}

/// What came of a group in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRecord {
    /// Names the group with its members' keys and all that they dealt.
    pub papers: Hash,
    /// Whose changes are in the sum: a bit for each of the decision's contributions, the lowest for the first.
    pub members: u32,
    /// The [`sum_name`] of what they come to.
    pub sum: Hash,
}

/// What a round's groups are drawn by. Of the record that it builds on, only what nobody can choose has a part in it: whoever
/// decides on a round could try numbers of committed members, or verdicts to leave out, until somebody is among its friends.
pub fn groups_seed(session: SessionId, parent: &RoundRecord) -> Hash {
    let RoundRecord { decision, model, .. } = parent;
    let round = decision.round.to_le_bytes();
    Hash::of_parts(&[b"peerceptron groups", session.as_bytes(), &round, model.as_bytes()])
}

/// A sum's name: a hash of its bytes.
pub fn sum_name(sum: &[u8]) -> Hash {
    Hash::of_parts(&[b"peerceptron group sum", sum])
}

impl Masks {
    /// How many members with rows a round takes.
    pub fn members_min(self) -> usize {
        if self.one_group { GROUP_MEMBERS_MIN } else { GROUPED_MEMBERS_MIN }
    }

    /// About how many members a group has, where so many take part.
    pub fn group_size(self, members: usize) -> usize {
        match members {
            ..GROUPED_MEMBERS_MIN => members.max(GROUP_MEMBERS_MIN),
            GROUPED_MEMBERS_MIN..FOURS_MEMBERS_MIN => GROUP_MEMBERS_MIN,
            members if FOUR_GROUPS_MEMBERS.contains(&members) => GROUP_MEMBERS_MIN,
            _ => GROUP_MEMBERS_MIN + 1,
        }
    }
}

impl GroupRecord {
    /// Which of a decision's contributions are in the sum.
    pub fn places(&self) -> impl Iterator<Item = usize> {
        let members = self.members;
        (0..u32::BITS as usize).filter(move |place| members >> place & 1 == 1)
    }
}

/// Checks that groups are of members that there are, each in one group, and by their first members.
pub(super) fn check_groups(groups: &[GroupRecord], members: usize) -> Result<(), DecodeError> {
    let invalid = |problem| Err(DecodeError::Invalid { what: "decision", problem });
    if groups.len() > GROUPS_MAX {
        return invalid(format!("{} groups of one round", groups.len()));
    }
    let mut grouped = 0;
    for group in groups {
        let is_group = group.members.count_ones() as usize >= GROUP_MEMBERS_MIN
            && (u32::BITS - group.members.leading_zeros()) as usize <= members
            && group.members & grouped == 0;
        if !is_group {
            return invalid(format!("a group of members {:#b} of {members}", group.members));
        }
        grouped |= group.members;
    }
    if !groups.is_sorted_by(|a, b| a.members.trailing_zeros() < b.members.trailing_zeros()) {
        return invalid("groups out of order of their first members".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::record::Decision, *};
    use crate::{
        identity::Identity,
        message::{ControlMessage, SessionMessage},
        session::{Contribution, scores_name},
    };
    use units::PeerId;

    fn group(members: u32) -> GroupRecord {
        GroupRecord { papers: Hash::of(b"p"), members, sum: Hash::of(b"s") }
    }

    #[test]
    fn groups_are_of_three_or_more_and_nobody_is_in_two() {
        let check = |groups: &[u32], members| {
            let groups: Vec<_> = groups.iter().map(|members| group(*members)).collect();
            check_groups(&groups, members).is_ok()
        };
        assert!(check(&[], 0) && check(&[0b111], 3) && check(&[0b1_0101, 0b10_1010], 6));
        assert!(!check(&[0b11], 3), "two see each other's change");
        assert!(!check(&[0b1011], 3), "a member that there is not");
        assert!(!check(&[0b0111, 0b1_1100], 6), "one is in two");
        assert!(!check(&[0b11_1000, 0b111], 6), "out of order");
        assert!(!check(&[0b111, 0b111], 6), "twice");
    }

    #[test]
    fn groups_are_drawn_by_what_nobody_chooses_in_a_record() {
        let record = |model: &[u8], decision| RoundRecord {
            decision,
            model: Hash::of(model),
            cumulative_samples: 3,
            standings: Vec::new(),
            draw: 9,
            name: Default::default(),
        };
        let seed = |record: &RoundRecord| groups_seed(SessionId::from_bytes([1; 16]), record);
        let one = record(b"m", decision(3, Vec::new()));
        let chosen = Decision { committed: 7, ..decision(4, vec![group(0b111)]) };
        assert_eq!(seed(&one), seed(&record(b"m", chosen)));
        assert_ne!(seed(&one), seed(&record(b"n", decision(3, Vec::new()))));
        let later = Decision { round: 2, ..decision(3, Vec::new()) };
        assert_ne!(
            seed(&one),
            seed(&record(b"m", later)),
            "a round without sums is followed by others"
        );
        assert_ne!(seed(&one), groups_seed(SessionId::from_bytes([2; 16]), &one));
    }

    #[test]
    fn groups_have_three_or_four_members_and_few_members_are_one_group_if_that_is_wanted() {
        let masks = Masks { one_group: false };
        let sizes = [6, 7, 8, 11, 12, 15, 16].map(|members| masks.group_size(members));
        assert_eq!(sizes, [3, 3, 4, 4, 3, 3, 4]);
        assert_eq!(masks.members_min(), 6);
        let one = Masks { one_group: true };
        assert_eq!([3, 5, 6].map(|members| one.group_size(members)), [3, 5, 3]);
        assert_eq!(one.members_min(), 3);
    }

    fn is_read(message: SessionMessage) -> bool {
        let session = SessionId::from_bytes([1; 16]);
        let said = ControlMessage::Session { session, message };
        let read = ControlMessage::decode(&said.encode());
        assert!(read.is_err() || read == Ok(said), "it is read as it was written");
        read.is_ok()
    }

    #[test]
    fn what_is_said_under_masks_is_as_long_as_it_must_be_and_no_longer() {
        let parent = Hash::of(b"p");
        let keys = |bytes| is_read(SessionMessage::Keys { parent, keys: vec![7; bytes] });
        assert!(keys(0) && keys(limits::MASK_KEYS_BYTES_MAX));
        assert!(!keys(limits::MASK_KEYS_BYTES_MAX + 1));
        let dealt = |bytes| is_read(SessionMessage::Dealt { parent, dealt: vec![7; bytes] });
        assert!(dealt(0) && dealt(limits::DEALT_BYTES_MAX));
        assert!(!dealt(limits::DEALT_BYTES_MAX + 1));
        let unmask = |bytes| is_read(SessionMessage::Unmask { parent, unmask: vec![7; bytes] });
        assert!(unmask(0) && unmask(limits::UNMASK_BYTES_MAX));
        assert!(!unmask(limits::UNMASK_BYTES_MAX + 1));
        let groups = |count: usize| {
            let member = |n: usize| (PeerId::from_bytes([n as u8; 32]), Hash::of(b"k"));
            is_read(SessionMessage::Groups { parent, members: (0..count).map(member).collect() })
        };
        assert!(groups(0) && groups(limits::ROUND_MEMBERS_MAX));
        assert!(!groups(limits::ROUND_MEMBERS_MAX + 1));
    }

    /// A decision of so many members with these groups.
    fn decision(members: u8, groups: Vec<GroupRecord>) -> Decision {
        let parent = Hash::of(b"p");
        let promise = |n| {
            let identity = Identity::from_seed([n; 32]);
            let place = (SessionId::from_bytes([1; 16]), parent);
            Contribution::sign(&identity, place, scores_name(&[]), parent, 1, 1)
        };
        let mut contributions: Vec<_> = (0..members).map(promise).collect();
        contributions.sort_unstable_by_key(|part| part.peer);
        let committed = members.into();
        Decision { round: 1, parent, contributions, verdicts: Vec::new(), committed, groups }
    }

    #[test]
    fn survivors_are_few_and_have_no_groups_and_a_decision_has_as_many_as_its_members_make() {
        let survivors =
            |members, groups| is_read(SessionMessage::Survivors(decision(members, groups)));
        assert!(survivors(0, Vec::new()) && survivors(32, Vec::new()));
        assert!(!survivors(33, Vec::new()));
        assert!(!survivors(3, vec![group(0b111)]), "masks are still on");
        let groups = |count: usize| (0..count).map(|n| group(0b111 << (3 * n))).collect();
        let decide = |groups| is_read(SessionMessage::Decide(decision(32, groups)));
        assert!(decide(groups(GROUPS_MAX)));
    }

    #[test]
    fn a_group_names_its_members_by_their_places() {
        assert_eq!(group(0b1_0101).places().collect::<Vec<_>>(), [0, 2, 4]);
    }
}
