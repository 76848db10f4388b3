//! Who contributes to a round, and in which order they lead it.

use super::{Session, Surroundings};
use core::cell::RefCell;
use protocol::session::leaders;
use units::{PeerId, SessionId, sort_by_key};

/// The order in which members lead, remembered for as long as nothing that it depends on changes: it is asked for several
/// times an input, and takes a hash a member.
#[derive(Default)]
pub(super) struct Leading(RefCell<Option<Order>>);

struct Order {
    round: u32,
    members: Vec<PeerId>,
    leaders: Vec<PeerId>,
}

impl Leading {
    /// What [`leaders`] says. A session asks about itself only.
    pub(super) fn of(&self, session: SessionId, round: u32, members: Vec<PeerId>) -> Vec<PeerId> {
        let mut newest = self.0.borrow_mut();
        if let Some(order) = &*newest
            && order.round == round
            && order.members == members
        {
            return order.leaders.clone();
        }
        let leaders = leaders(session, round, &members);
        *newest = Some(Order { round, members, leaders: leaders.clone() });
        leaders
    }
}

impl Session {
    /// Peers whose updates the round can expect, this device among them if it has rows.
    pub(super) fn contributors(&self, s: &Surroundings<'_>) -> Vec<PeerId> {
        if self.is_crowd(s) {
            return self.drawn();
        }
        let mut all: Vec<_> = self.others_with_rows(s).collect();
        if self.contributes(s) {
            let place = all.partition_point(|peer| *peer < s.me);
            all.insert(place, s.me);
        }
        all
    }

    /// Connected members whose updates a round in a full mesh can expect, by id.
    pub(super) fn others_with_rows(&self, s: &Surroundings<'_>) -> impl Iterator<Item = PeerId> {
        let with_rows = self.members.iter().filter(|(_, rows)| **rows > 0).map(|(peer, _)| *peer);
        with_rows.filter(|peer| s.connected.contains(peer) && !self.is_excluded(*peer))
    }

    /// Whether this device's updates count: it has rows, is not excluded, and in a crowd is drawn, or was when it promised.
    pub(super) fn contributes(&self, s: &Surroundings<'_>) -> bool {
        let has_promised = || self.stash.commitment(s.me, self.head_hash).is_some();
        let is_asked = !self.is_crowd(s) || self.is_drawn(s.me, s) || has_promised();
        self.rows > 0 && !self.is_excluded(s.me) && is_asked
    }

    /// Who leads the given attempt at the running round.
    pub(super) fn leader(&self, attempt: u32, s: &Surroundings<'_>) -> Option<PeerId> {
        let order = self.leaders(s);
        (!order.is_empty()).then(|| order[attempt as usize % order.len()])
    }

    /// Contributors in the order in which they lead: last those whom the ledger speaks against, and before them those who have let
    /// the others wait of late. What members see of both differs for moments, as who is connected does: it is the order of their patience. Whoever has not shown
    /// an update may be gone, and comes after those who have. That begins once a leader's decision, which it may make as
    /// late as updates have their time, has had time to come too: who decides in its place meanwhile parts the members.
    pub(super) fn leaders(&self, s: &Surroundings<'_>) -> Vec<PeerId> {
        self.leaders_of(self.contributors(s), s)
    }

    /// The same, for who knows the contributors.
    pub(super) fn leaders_of(
        &self,
        contributors: Vec<PeerId>,
        s: &Surroundings<'_>,
    ) -> Vec<PeerId> {
        let order = self.leading.of(self.id, self.head.decision.round + 1, contributors);
        let turn = |peer| (s.distrusted.contains(&peer), !self.leads_in_turn(peer, s));
        let mut order: Vec<_> = order.into_iter().map(|peer| (turn(peer), peer)).collect();
        sort_by_key(&mut order, |(turn, _)| *turn);
        let mut order: Vec<_> = order.into_iter().map(|(_, peer)| peer).collect();
        if self.reveal_is_over_since(self.pace.leader_wait(s.limits), s.now) {
            sort_by_key(&mut order, |peer| !self.has_revealed(*peer));
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_would_be_found_anew() {
        let leading = Leading::default();
        let session = SessionId::from_bytes([1; 16]);
        let members: Vec<PeerId> = (0..5).map(|n| PeerId::from_bytes([n; 32])).collect();
        for (round, count) in [(1, 5), (1, 5), (2, 5), (2, 4), (1, 5)] {
            let members = members[..count].to_vec();
            let found = leaders(session, round, &members);
            assert_eq!(leading.of(session, round, members), found);
        }
    }
}
