//! What a member that keeps to no rule says in rounds of masked sums: what it has heard, twisted.

use super::session_message;
use crate::dice::Dice;
use protocol::{
    message::{ControlMessage, SessionMessage},
    session::{Decision, GroupRecord, RoundRecord},
};
use units::{Hash, PeerId};

/// Whether a message is one of such a round, or decides on one.
pub(super) fn is_of_masks(message: &SessionMessage) -> bool {
    matches!(
        message,
        SessionMessage::Keys { .. }
            | SessionMessage::Groups { .. }
            | SessionMessage::Dealt { .. }
            | SessionMessage::Survivors(_)
            | SessionMessage::Unmask { .. }
            | SessionMessage::Decide(_)
    )
}

/// Where somebody shows its keys: groups of these peers with keys that nobody has.
pub(super) fn hurried(bytes: &[u8], peers: &[PeerId], dice: &mut Dice) -> Option<Vec<u8>> {
    let (session, SessionMessage::Keys { parent, .. }) = session_message(bytes)? else {
        return None;
    };
    let members = peers.iter().map(|peer| (*peer, Hash::from_bytes(dice.bytes()))).collect();
    let message = SessionMessage::Groups { parent, members };
    (!peers.is_empty()).then(|| ControlMessage::Session { session, message }.encode())
}

/// A message with something in it that is not so.
pub(super) fn twisted(
    message: SessionMessage,
    head: Option<&RoundRecord>,
    dice: &mut Dice,
) -> SessionMessage {
    match message {
        SessionMessage::Keys { parent, keys } => {
            SessionMessage::Keys { parent, keys: twisted_bytes(keys, dice) }
        }
        SessionMessage::Dealt { parent, dealt } => {
            SessionMessage::Dealt { parent, dealt: twisted_bytes(dealt, dice) }
        }
        SessionMessage::Unmask { parent, unmask } => {
            SessionMessage::Unmask { parent, unmask: twisted_bytes(unmask, dice) }
        }
        SessionMessage::Groups { parent, members } => {
            SessionMessage::Groups { parent, members: twisted_members(members, dice) }
        }
        SessionMessage::Survivors(decision) => {
            let decision = without_some(decision, dice);
            match dice.below(4) {
                0 => SessionMessage::Decide(with_groups(decision, dice)),
                1 => head_after(with_groups(decision, dice), head, dice),
                _ => SessionMessage::Survivors(decision),
            }
        }
        SessionMessage::Decide(mut decision) => {
            match dice.below(3) {
                0 => decision.groups.clear(),
                1 => decision = with_groups(decision, dice),
                _ => decision.groups.truncate(1),
            }
            if dice.chance(0.5) {
                return head_after(decision, head, dice);
            }
            SessionMessage::Decide(decision)
        }
        other => other,
    }
}

fn twisted_bytes(mut bytes: Vec<u8>, dice: &mut Dice) -> Vec<u8> {
    match dice.below(4) {
        0 => bytes.truncate(dice.below(bytes.len().max(1))),
        1 => bytes.clear(),
        _ if bytes.is_empty() => bytes.push(0),
        _ => {
            let at = dice.below(bytes.len());
            bytes[at] ^= 1 << dice.below(8);
        }
    }
    bytes
}

fn twisted_members(mut members: Vec<(PeerId, Hash)>, dice: &mut Dice) -> Vec<(PeerId, Hash)> {
    match dice.below(4) {
        0 if members.len() > 1 => drop(members.remove(dice.below(members.len()))),
        1 => members.push((PeerId::from_bytes(dice.bytes()), Hash::from_bytes(dice.bytes()))),
        2 => members.reverse(),
        _ => members.iter_mut().for_each(|member| member.1 = Hash::from_bytes(dice.bytes())),
    }
    if dice.chance(0.7) {
        members.sort_unstable();
    }
    members
}

fn without_some(mut decision: Decision, dice: &mut Dice) -> Decision {
    decision.contributions.retain(|_| dice.chance(0.8));
    decision
}

fn with_groups(decision: Decision, dice: &mut Dice) -> Decision {
    let mut papers = || Hash::from_bytes(dice.bytes());
    let known = decision.groups.first().map(|group| group.papers);
    let mut groups = Vec::new();
    if decision.contributions.len() >= 3 {
        groups.push(GroupRecord {
            papers: known.unwrap_or_else(&mut papers),
            members: 0b111,
            sum: papers(),
        });
    }
    Decision { groups, ..decision }
}

/// A record of such a round, with a model that nobody has.
fn head_after(decision: Decision, head: Option<&RoundRecord>, dice: &mut Dice) -> SessionMessage {
    match head {
        Some(head) if head.hash() == decision.parent => {
            let model = Hash::from_bytes(dice.bytes());
            SessionMessage::Head(RoundRecord::following(head, decision, model))
        }
        _ => SessionMessage::Decide(decision),
    }
}
