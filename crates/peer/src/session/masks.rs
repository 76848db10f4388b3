//! What members say in rounds of which only sums are seen, one entry a peer and round, and this device's own part in the
//! running one.

use crate::job::{MaskBytes, MaskGroup};
use ::core::time::Duration;
use protocol::{limits, message::SessionMessage, session::Decision};
use units::{Hash, Instant, PeerId, SortedMap};

/// Rounds of which something is kept of each peer: the running one and its neighbour, for members that are ahead or behind.
const ROUNDS_PER_PEER_MAX: usize = 2;

/// All that is kept.
#[derive(Default)]
pub(super) struct Masks {
    said: SortedMap<PeerId, Vec<Said>>,
    pub part: Part,
}

/// What a peer has said in a round.
pub(super) struct Said {
    pub parent: Hash,
    pub keys: Option<Vec<u8>>,
    pub keys_at: Instant,
    pub groups: Option<Vec<(PeerId, Hash)>>,
    pub groups_at: Instant,
    pub dealt: Option<Vec<u8>>,
    pub survivors: Option<Decision>,
    pub unmask: Option<Vec<u8>>,
}

/// This device's part in the running round. Secrets are the worker's.
#[derive(Default)]
pub(super) struct Part {
    pub keys_asked: bool,
    /// The groups of the leader that is followed.
    pub groups: Option<Vec<Group>>,
    /// Which of them is this device's.
    pub own: Option<usize>,
    pub deal_asked: bool,
    pub dealt_at: Option<Instant>,
    /// What was learnt, until it is promised.
    pub trained: Option<(u32, Duration)>,
    pub mask_asked: bool,
    /// Whether the masked change is made.
    pub has_masked: bool,
    /// Whether this device has no group in this round: what it learns waits for the next one.
    pub sits_out: bool,
    pub survivors: Option<Survivors>,
    pub unmask_asked: bool,
    sums: Vec<(SumKey, Recovery)>,
}

/// Members of a group by peer, each with the hash of its keys.
pub(super) struct Group {
    pub number: u16,
    pub members: Vec<(PeerId, Hash)>,
    /// Keys and shares, once all are here.
    pub papers: Option<Papers>,
}

/// What a group's members have shown before they train.
pub(super) struct Papers {
    pub name: Hash,
    pub group: MaskGroup,
    pub dealt: Vec<MaskBytes>,
}

/// The decision on whose masked changes make the round that this device follows.
pub(super) struct Survivors {
    pub from: PeerId,
    pub decision: Decision,
    pub since: Instant,
    pub ask_at: Instant,
}

/// Names a sum before it is known: the group's papers, and whose changes are in it, a bit a place.
pub(super) type SumKey = (Hash, u16);

/// How far a sum is.
pub(super) enum Recovery {
    /// The worker is at it.
    Asked,
    /// So many answers did not bring it out.
    Failed(usize),
    /// It is here, by its name.
    Sum(Hash, Vec<u8>),
}

impl Group {
    /// Members that it takes to bring a secret back: see `private::Roster::threshold`.
    pub(super) fn threshold(&self) -> usize {
        2 * self.members.len() / 3 + 1
    }

    pub(super) fn place(&self, peer: PeerId) -> Option<usize> {
        self.members.iter().position(|(member, _)| *member == peer)
    }
}

impl Part {
    pub(super) fn recovery(&self, key: SumKey) -> Option<&Recovery> {
        self.sums.iter().find(|(known, _)| *known == key).map(|(_, recovery)| recovery)
    }

    /// A sum, if it has come out.
    pub(super) fn sum(&self, key: SumKey) -> Option<(Hash, &Vec<u8>)> {
        match self.recovery(key) {
            Some(Recovery::Sum(name, sum)) => Some((*name, sum)),
            _ => None,
        }
    }

    /// Keeps how far a sum is: of one that is known, or for which there is room.
    pub(super) fn set_recovery(&mut self, key: SumKey, recovery: Recovery) {
        self.sums.retain(|(known, _)| *known != key);
        self.sums.push((key, recovery));
    }

    /// Whether another sum can be asked for. Decisions name few that can be: groups whose papers are here.
    pub(super) fn has_room_for_another(&self) -> bool {
        self.sums.len() < limits::ROUND_MEMBERS_MAX
    }
}

impl Masks {
    /// What a peer says in the round after `parent`; `None` if too many others have said something.
    pub(super) fn entry(&mut self, peer: PeerId, parent: Hash) -> Option<&mut Said> {
        if self.said.len() >= limits::ROUND_MEMBERS_MAX && !self.said.contains_key(&peer) {
            return None;
        }
        let rounds = self.said.entry(peer).or_default();
        let known = rounds.iter().position(|said| said.parent == parent);
        let place = known.unwrap_or_else(|| {
            if rounds.len() >= ROUNDS_PER_PEER_MAX {
                rounds.remove(0);
            }
            rounds.push(Said {
                parent,
                keys: None,
                keys_at: Instant::ZERO,
                groups: None,
                groups_at: Instant::ZERO,
                dealt: None,
                survivors: None,
                unmask: None,
            });
            rounds.len() - 1
        });
        rounds.get_mut(place)
    }

    /// What a peer has said in the round after `parent`.
    pub(super) fn said(&self, peer: PeerId, parent: Hash) -> Option<&Said> {
        self.said.get(&peer)?.iter().find(|said| said.parent == parent)
    }

    /// What all have said in it, by peer.
    pub(super) fn all(&self, parent: Hash) -> impl Iterator<Item = (PeerId, &Said)> {
        let of_round =
            move |rounds: &'_ Vec<Said>| rounds.iter().position(|it| it.parent == parent);
        self.said.iter().filter_map(move |(peer, rounds)| Some((*peer, &rounds[of_round(rounds)?])))
    }

    /// What a peer has said in it, message by message.
    pub(super) fn messages_of(&self, peer: PeerId, parent: Hash) -> Vec<SessionMessage> {
        let Some(Said { keys, groups, dealt, survivors, unmask, .. }) = self.said(peer, parent)
        else {
            return Vec::new();
        };
        let keys = keys.clone().map(|keys| SessionMessage::Keys { parent, keys });
        let groups = groups.clone().map(|members| SessionMessage::Groups { parent, members });
        let dealt = dealt.clone().map(|dealt| SessionMessage::Dealt { parent, dealt });
        let survivors = survivors.clone().map(SessionMessage::Survivors);
        let unmask = unmask.clone().map(|unmask| SessionMessage::Unmask { parent, unmask });
        [keys, groups, dealt, survivors, unmask].into_iter().flatten().collect()
    }

    /// A peer's keys, if they are those of that hash.
    pub(super) fn keys(&self, peer: PeerId, parent: Hash, hash: Hash) -> Option<&Vec<u8>> {
        let keys = self.said(peer, parent)?.keys.as_ref();
        keys.filter(|keys| Hash::of(keys) == hash)
    }

    /// Where those who come and go take more than half of the room, forgets all but these.
    pub(super) fn make_room_for_many(&mut self, keep: impl Fn(&PeerId) -> bool) {
        if self.said.len() > limits::ROUND_MEMBERS_MAX / 2 {
            self.said.retain(|peer, _| keep(peer));
        }
    }

    /// The round after `before` is over, and so is the part in it.
    pub(super) fn end_round(&mut self, before: Hash, keep: impl Fn(&PeerId) -> bool) {
        self.part = Part::default();
        self.said.retain(|peer, rounds| {
            rounds.retain(|said| said.parent != before);
            !rounds.is_empty() && keep(peer)
        });
    }
}
