//! Proofs that somebody promised two updates for one round.

use protocol::{limits::ROUND_MEMBERS_MAX, session::Equivocation};
use units::{PeerId, SortedMap};

/// Who is proven to have promised two updates.
///
/// Whoever likes can make up keys that lie. So proofs against those whom this device has never met are kept beside the
/// others: they push nobody out, and nobody is told of them, until one of them comes.
#[derive(Default)]
pub(super) struct Accusations {
    met: SortedMap<PeerId, Equivocation>,
    strangers: SortedMap<PeerId, Equivocation>,
}

impl Accusations {
    /// Those of an earlier life of the page, which has yet to meet anybody.
    pub(super) fn restored(proofs: Vec<Equivocation>) -> Self {
        let strangers = proofs.into_iter().map(|proof| (proof.peer(), proof));
        Self { strangers: strangers.collect(), ..Self::default() }
    }

    /// Whether there is a proof against a peer.
    pub(super) fn contains(&self, peer: PeerId) -> bool {
        self.met.contains_key(&peer) || self.strangers.contains_key(&peer)
    }

    /// Those whom this device has met.
    pub(super) fn met(&self) -> impl Iterator<Item = &Equivocation> {
        self.met.values()
    }

    /// All, for storage.
    pub(super) fn all(&self) -> Vec<Equivocation> {
        self.met.values().chain(self.strangers.values()).copied().collect()
    }

    /// Keeps a proof against somebody whom this device has met, and says whether that is news. Of many, those who are gone
    /// make room.
    pub(super) fn add(&mut self, proof: Equivocation, is_here: impl Fn(&PeerId) -> bool) -> bool {
        let peer = proof.peer();
        if self.met.contains_key(&peer) {
            return false;
        }
        self.strangers.remove(&peer);
        if self.met.len() >= ROUND_MEMBERS_MAX {
            self.met.retain(|known, _| is_here(known));
        }
        let has_room = self.met.len() < ROUND_MEMBERS_MAX;
        if has_room {
            self.met.insert(peer, proof);
        }
        has_room
    }

    /// Whether a proof against somebody whom this device has not met would be kept.
    pub(super) fn has_room_for_strangers(&self) -> bool {
        self.strangers.len() < ROUND_MEMBERS_MAX
    }

    /// Keeps a proof against somebody who may be about to come.
    pub(super) fn add_stranger(&mut self, proof: Equivocation) {
        if self.has_room_for_strangers() {
            self.strangers.insert(proof.peer(), proof);
        }
    }

    /// The proof against one who has come.
    pub(super) fn of_stranger(&self, peer: PeerId) -> Option<Equivocation> {
        self.strangers.get(&peer).copied()
    }
}
