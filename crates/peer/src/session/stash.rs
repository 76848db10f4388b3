//! What has arrived for this round and the next, one entry a peer.

use protocol::{
    limits,
    session::{Commitment, Contribution, Decision, Equivocation, update_name},
};
use std::collections::VecDeque;
use units::{Hash, PeerId, SortedMap};

/// Updates kept of each peer: the running round's and its neighbour's, for members that are ahead or behind.
const UPDATES_PER_PEER_MAX: usize = 2;
/// Peers with something in the stash; more than a round can have cannot be of use.
const PEERS_MAX: usize = limits::ROUND_MEMBERS_MAX;

/// A leader's list of who has committed to what.
#[derive(Debug, Clone)]
pub(super) struct Closing {
    pub parent: Hash,
    pub contributions: Vec<Contribution>,
}

#[derive(Default)]
pub(super) struct Stash {
    peers: SortedMap<PeerId, Arrivals>,
    own: Option<PeerId>,
}

#[derive(Default)]
struct Arrivals {
    commitments: VecDeque<Commitment>,
    closing: Option<Closing>,
    decision: Option<Decision>,
    updates: VecDeque<(Hash, Vec<u8>)>,
}

impl Stash {
    /// The peer's entry, unless the stash is full of others.
    fn entry(&mut self, peer: PeerId) -> Option<&mut Arrivals> {
        if self.peers.len() >= PEERS_MAX && !self.peers.contains_key(&peer) {
            return None;
        }
        Some(self.peers.entry(peer).or_default())
    }

    /// Keeps what a peer promised first for a parent, unless it has begun a new life since. Gives the proof, if it promised
    /// something else in the same life.
    pub(super) fn put_commitment(&mut self, commitment: Commitment) -> Option<Equivocation> {
        let Commitment { parent, contribution: other, .. } = commitment;
        let arrivals = self.entry(other.peer)?;
        let mut known = arrivals.commitments.iter_mut();
        if let Some(known) = known.find(|known| known.parent == parent) {
            let one = known.contribution;
            if one.contradicts(&other) {
                return Some(Equivocation { parent, one, other });
            }
            if other.life > one.life {
                *known = commitment;
            }
            return None;
        }
        if arrivals.commitments.len() >= UPDATES_PER_PEER_MAX {
            arrivals.commitments.pop_front();
        }
        arrivals.commitments.push_back(commitment);
        None
    }

    pub(super) fn put_closing(&mut self, from: PeerId, closing: Closing) {
        if let Some(arrivals) = self.entry(from) {
            arrivals.closing = Some(closing);
        }
    }

    pub(super) fn put_decision(&mut self, from: PeerId, decision: Decision) {
        if let Some(arrivals) = self.entry(from) {
            arrivals.decision = Some(decision);
        }
    }

    pub(super) fn put_update(&mut self, owner: PeerId, update: Vec<u8>) {
        let Some(arrivals) = self.entry(owner) else { return };
        let hash = update_name(owner, &update);
        if arrivals.updates.iter().any(|(known, _)| *known == hash) {
            return;
        }
        if arrivals.updates.len() >= UPDATES_PER_PEER_MAX {
            arrivals.updates.pop_front();
        }
        arrivals.updates.push_back((hash, update));
    }

    /// Whether a peer has promised an update of that name.
    pub(super) fn is_promised(&self, owner: PeerId, update: Hash) -> bool {
        let promised = self.peers.get(&owner).into_iter().flat_map(|it| &it.commitments);
        promised.into_iter().any(|it| it.contribution.update == update)
    }

    /// Peers with something that builds on `parent`.
    pub(super) fn contributors(&self, parent: Hash) -> impl Iterator<Item = PeerId> {
        let builds = move |arrivals: &Arrivals| {
            arrivals.commitments.iter().any(|it| it.parent == parent)
                || arrivals.decision.as_ref().is_some_and(|it| it.parent == parent)
        };
        self.peers.iter().filter(move |(_, it)| builds(it)).map(|(peer, _)| *peer)
    }

    /// Makes room for a peer by forgetting the one that counts least, unless that is the peer itself; says whether there
    /// is room.
    pub(super) fn make_room(&mut self, peer: PeerId, rank: impl Fn(PeerId) -> u32) -> bool {
        if self.peers.len() < PEERS_MAX || self.peers.contains_key(&peer) {
            return true;
        }
        let others = self.peers.keys().filter(|known| self.own != Some(**known)).copied();
        let Some(last) = others.max_by_key(|known| rank(*known)) else { return false };
        let gives_way = rank(last) > rank(peer);
        if gives_way {
            self.peers.remove(&last);
        }
        gives_way
    }

    pub(super) fn commitment(&self, peer: PeerId, parent: Hash) -> Option<&Commitment> {
        let arrivals = self.peers.get(&peer)?;
        arrivals.commitments.iter().find(|commitment| commitment.parent == parent)
    }

    /// Every commitment that builds on `parent`, by peer.
    pub(super) fn commitments(&self, parent: Hash) -> Vec<Commitment> {
        self.peers.keys().filter_map(|peer| self.commitment(*peer, parent).copied()).collect()
    }

    /// Every closing that builds on `parent`, by who sent it.
    pub(super) fn closings(&self, parent: Hash) -> impl Iterator<Item = (PeerId, &Closing)> {
        let closings = self
            .peers
            .iter()
            .filter_map(|(peer, arrivals)| Some((*peer, arrivals.closing.as_ref()?)));
        closings.filter(move |(_, closing)| closing.parent == parent)
    }

    /// Every decision that builds on `parent`, by who sent it.
    pub(super) fn decisions(&self, parent: Hash) -> Vec<(PeerId, Decision)> {
        let decisions = self.peers.iter().filter_map(|(peer, arrivals)| {
            let decision = arrivals.decision.as_ref()?;
            (decision.parent == parent).then(|| (*peer, decision.clone()))
        });
        decisions.collect()
    }

    /// Whether `peer` has decided on what builds on `parent`.
    pub(super) fn has_decided(&self, peer: PeerId, parent: Hash) -> bool {
        let decision = self.peers.get(&peer).and_then(|arrivals| arrivals.decision.as_ref());
        decision.is_some_and(|decision| decision.parent == parent)
    }

    pub(super) fn update(&self, owner: PeerId, update: Hash) -> Option<&Vec<u8>> {
        let updates = &self.peers.get(&owner)?.updates;
        updates.iter().find(|(hash, _)| *hash == update).map(|(_, bytes)| bytes)
    }

    /// An update by its name, and who made it.
    pub(super) fn update_by_name(&self, update: Hash) -> Option<(PeerId, &Vec<u8>)> {
        self.peers.keys().find_map(|owner| Some((*owner, self.update(*owner, update)?)))
    }

    /// Updates of a decision that are not here.
    pub(super) fn missing(&self, decision: &Decision) -> Vec<Hash> {
        let parts = decision.contributions.iter();
        let missing = parts.filter(|part| self.update(part.peer, part.update).is_none());
        missing.map(|part| part.update).collect()
    }

    /// Remembers which entry is this device's.
    pub(super) fn set_own(&mut self, me: PeerId) {
        self.own = Some(me);
    }

    pub(super) fn is_own(&self, peer: PeerId) -> bool {
        self.own == Some(peer)
    }

    /// Forgets what `peer` has decided.
    pub(super) fn drop_decision(&mut self, peer: PeerId) {
        if let Some(arrivals) = self.peers.get_mut(&peer) {
            arrivals.decision = None;
        }
    }

    /// Forgets every closing that builds on `parent`.
    pub(super) fn drop_closing(&mut self, parent: Hash) {
        for arrivals in self.peers.values_mut() {
            arrivals.closing.take_if(|closing| closing.parent == parent);
        }
    }

    /// Forgets all that peers other than these have sent: a session may see many come and go.
    pub(super) fn keep_only(&mut self, keep: impl Fn(&PeerId) -> bool) {
        self.peers.retain(|peer, _| keep(peer));
    }

    pub(super) fn check_invariants(&self) {
        assert!(self.peers.len() <= PEERS_MAX, "the stash holds too many peers");
        for arrivals in self.peers.values() {
            assert!(arrivals.updates.len() <= UPDATES_PER_PEER_MAX, "too many updates of one peer");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: usize) -> PeerId {
        PeerId::from_bytes([number as u8; 32])
    }

    #[test]
    fn whoever_is_gone_leaves_its_place_to_others() {
        let mut stash = Stash::default();
        for number in 0..PEERS_MAX {
            stash.put_update(peer(number), vec![1]);
        }
        stash.put_update(peer(PEERS_MAX), vec![2]);
        assert!(
            stash.update_by_name(update_name(peer(PEERS_MAX), &[2])).is_none(),
            "the stash is full"
        );
        stash.keep_only(|known| *known == peer(0));
        stash.put_update(peer(PEERS_MAX), vec![2]);
        assert!(stash.update_by_name(update_name(peer(PEERS_MAX), &[2])).is_some());
        assert!(stash.update(peer(0), update_name(peer(0), &[1])).is_some());
    }
}
