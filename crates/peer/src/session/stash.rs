//! What has arrived for this round and the next, one entry a peer.

use protocol::{
    limits,
    session::{Commitment, Contribution, Decision, Equivocation},
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
    promises: VecDeque<Promise>,
    closing: Option<Closing>,
    decision: Option<Decision>,
    /// Whether the decision's verdicts were seen to be signed by their judges.
    has_checked_verdicts: bool,
    updates: VecDeque<(Hash, Vec<u8>)>,
}

/// What a peer has promised, as it came.
struct Promise {
    commitment: Commitment,
    /// Whether its signature was seen to be right.
    is_checked: bool,
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
    /// something else in the same life: where something is kept already, both must have been checked.
    pub(super) fn put_commitment(
        &mut self,
        commitment: Commitment,
        is_checked: bool,
    ) -> Option<Equivocation> {
        let Commitment { parent, contribution: other, .. } = commitment;
        let arrivals = self.entry(other.peer)?;
        let mut known = arrivals.promises.iter_mut();
        if let Some(known) = known.find(|known| known.commitment.parent == parent) {
            debug_assert!(is_checked && known.is_checked, "a proof of what nobody has checked");
            let one = known.commitment.contribution;
            if one.contradicts(&other) {
                return Some(Equivocation { parent, one, other });
            }
            if other.life > one.life {
                known.commitment = commitment;
            }
            return None;
        }
        if arrivals.promises.len() >= UPDATES_PER_PEER_MAX {
            arrivals.promises.pop_front();
        }
        arrivals.promises.push_back(Promise { commitment, is_checked });
        None
    }

    /// Promises that build on `parent` and have not been checked, by peer.
    pub(super) fn unchecked(&self, parent: Hash) -> Vec<Contribution> {
        let promises = self.peers.values().flat_map(|arrivals| &arrivals.promises);
        let unchecked = promises.filter(|it| !it.is_checked && it.commitment.parent == parent);
        unchecked.map(|it| it.commitment.contribution).collect()
    }

    /// A promise that builds on `parent` has been checked: it stays if its signature is right.
    pub(super) fn checked(&mut self, peer: PeerId, parent: Hash, is_right: bool) {
        let Some(arrivals) = self.peers.get_mut(&peer) else { return };
        if !is_right {
            return arrivals.promises.retain(|it| it.commitment.parent != parent);
        }
        let mut promises = arrivals.promises.iter_mut();
        if let Some(promise) = promises.find(|it| it.commitment.parent == parent) {
            promise.is_checked = true;
        }
    }

    pub(super) fn put_closing(&mut self, from: PeerId, closing: Closing) {
        if let Some(arrivals) = self.entry(from) {
            arrivals.closing = Some(closing);
        }
    }

    /// Keeps what a peer has decided; `has_checked_verdicts` says that the verdicts in it were seen to be right.
    pub(super) fn put_decision(
        &mut self,
        from: PeerId,
        decision: Decision,
        has_checked_verdicts: bool,
    ) {
        if let Some(arrivals) = self.entry(from) {
            arrivals.decision = Some(decision);
            arrivals.has_checked_verdicts = has_checked_verdicts;
        }
    }

    /// A decision on `parent` whose verdicts have not been checked, and who sent it; it counts as checked from here on.
    pub(super) fn next_unchecked(&mut self, parent: Hash) -> Option<(PeerId, &Decision)> {
        let mut peers = self.peers.iter_mut();
        peers.find_map(|(peer, arrivals)| {
            let decision = arrivals.decision.as_ref().filter(|it| it.parent == parent)?;
            (!core::mem::replace(&mut arrivals.has_checked_verdicts, true))
                .then_some((*peer, decision))
        })
    }

    /// Keeps an update under its [`protocol::session::update_name`].
    pub(super) fn put_update(&mut self, owner: PeerId, name: Hash, update: Vec<u8>) {
        let Some(arrivals) = self.entry(owner) else { return };
        if arrivals.updates.iter().any(|(known, _)| *known == name) {
            return;
        }
        if arrivals.updates.len() >= UPDATES_PER_PEER_MAX {
            arrivals.updates.pop_front();
        }
        arrivals.updates.push_back((name, update));
    }

    /// Whether a peer has promised an update of that name.
    pub(super) fn is_promised(&self, owner: PeerId, update: Hash) -> bool {
        let promised = self.peers.get(&owner).into_iter().flat_map(|it| &it.promises);
        promised.into_iter().any(|it| it.commitment.contribution.update == update)
    }

    /// Peers with something that builds on `parent`.
    pub(super) fn contributors(&self, parent: Hash) -> impl Iterator<Item = PeerId> {
        let builds = move |arrivals: &Arrivals| {
            arrivals.promises.iter().any(|it| it.commitment.parent == parent)
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

    /// What a peer has promised for what builds on `parent`, checked or not.
    pub(super) fn commitment(&self, peer: PeerId, parent: Hash) -> Option<&Commitment> {
        self.promise(peer, parent).map(|promise| &promise.commitment)
    }

    fn promise(&self, peer: PeerId, parent: Hash) -> Option<&Promise> {
        let promises = &self.peers.get(&peer)?.promises;
        promises.iter().find(|promise| promise.commitment.parent == parent)
    }

    /// The same, if its signature was seen to be right.
    pub(super) fn checked_promise(&self, peer: PeerId, parent: Hash) -> Option<&Contribution> {
        let promise = self.promise(peer, parent).filter(|promise| promise.is_checked)?;
        Some(&promise.commitment.contribution)
    }

    /// The newest commitment of every peer, whatever it builds on, by peer.
    pub(super) fn newest_commitments(&self) -> impl Iterator<Item = &Commitment> {
        let newest = self.peers.values().filter_map(|arrivals| arrivals.promises.back());
        newest.map(|promise| &promise.commitment)
    }

    /// Every commitment that builds on `parent`, by peer.
    pub(super) fn commitments(&self, parent: Hash) -> impl Iterator<Item = &Commitment> {
        let promises = self.peers.values().flat_map(|arrivals| &arrivals.promises);
        promises.map(|promise| &promise.commitment).filter(move |it| it.parent == parent)
    }

    /// Every closing that builds on `parent`, by who sent it.
    pub(super) fn closings(&self, parent: Hash) -> impl Iterator<Item = (PeerId, &Closing)> {
        let closings = self
            .peers
            .iter()
            .filter_map(|(peer, arrivals)| Some((*peer, arrivals.closing.as_ref()?)));
        closings.filter(move |(_, closing)| closing.parent == parent)
    }

    /// Whether another's closing has this promise: those in it were seen to be signed.
    pub(super) fn is_listed(&self, promise: &Contribution, parent: Hash) -> bool {
        let mut closings = self.closings(parent).filter(|(from, _)| !self.is_own(*from));
        closings.any(|(_, closing)| closing.contributions.contains(promise))
    }

    /// Every decision that builds on `parent`, by who sent it.
    pub(super) fn decisions(&self, parent: Hash) -> Vec<(PeerId, Decision)> {
        let decisions = self.peers.iter().filter_map(|(peer, arrivals)| {
            let decision = arrivals.decision.as_ref()?;
            (decision.parent == parent).then(|| (*peer, decision.clone()))
        });
        decisions.collect()
    }

    /// Whether anybody has decided on what builds on `parent`.
    pub(super) fn has_decisions(&self, parent: Hash) -> bool {
        self.peers.values().any(|it| it.decision.as_ref().is_some_and(|it| it.parent == parent))
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

    /// Where those who come and go take more than half of the room, forgets all but these.
    pub(super) fn make_room_for_many(&mut self, keep: impl Fn(&PeerId) -> bool) {
        if self.peers.len() > PEERS_MAX / 2 {
            self.keep_only(keep);
        }
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
    use protocol::session::update_name;

    fn put(stash: &mut Stash, owner: PeerId, update: Vec<u8>) {
        stash.put_update(owner, update_name(owner, &update), update);
    }

    fn peer(number: usize) -> PeerId {
        PeerId::from_bytes([number as u8; 32])
    }

    #[test]
    fn whoever_is_gone_leaves_its_place_to_others() {
        let mut stash = Stash::default();
        for number in 0..PEERS_MAX {
            put(&mut stash, peer(number), vec![1]);
        }
        put(&mut stash, peer(PEERS_MAX), vec![2]);
        assert!(
            stash.update_by_name(update_name(peer(PEERS_MAX), &[2])).is_none(),
            "the stash is full"
        );
        stash.keep_only(|known| *known == peer(0));
        put(&mut stash, peer(PEERS_MAX), vec![2]);
        assert!(stash.update_by_name(update_name(peer(PEERS_MAX), &[2])).is_some());
        assert!(stash.update(peer(0), update_name(peer(0), &[1])).is_some());
    }
}
