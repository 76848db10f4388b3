//! Where things stand.

use crate::{
    config::ConnectPolicy,
    engine::Engine,
    link::Carrier,
    session::Surroundings,
    split::Split,
    view::{LinkStage, PeerView, RoomView, SessionView, View},
};
use units::{Instant, PeerId, SortedSet};

impl Engine {
    /// A picture of the whole peer.
    pub fn view(&self) -> View {
        View {
            me: self.core.me,
            capability: self.core.capability.clone(),
            signaling_url: self.server.url().map(str::to_owned),
            signaling: self.server.state(),
            connect_by_hand: self.connect == ConnectPolicy::ByHand,
            room: self.room.map(|secret| RoomView {
                id: secret.room_id(),
                invitation_path: secret.invitation_path(),
            }),
            peers: self
                .roster
                .members
                .iter()
                .map(|(peer, member)| PeerView {
                    peer: *peer,
                    is_mine: self.siblings.contains(*peer),
                    capability: member.card.capability.clone(),
                    stage: member.link.as_ref().map_or(LinkStage::Discovered, |l| l.stage),
                    stats: member.link.as_ref().and_then(|link| link.stats),
                    ping_ms: member.link.as_ref().and_then(|link| link.ping_ms),
                    introduced_by: member.link.as_ref().and_then(|link| match link.via {
                        Carrier::Neighbour(neighbour) => Some(neighbour),
                        Carrier::Server | Carrier::Walk(..) => None,
                    }),
                    ended: member.ended.clone(),
                })
                .collect(),
            clusters: self.clusters.view(),
            session: self.view_session(),
            left_session: self.left_session(),
            split: self.split.as_ref().map(Split::view),
            hosting: self.hosting.view(),
            ledger: self.ledger.view(),
            capsules: self.memories.capsules(),
            messages: self.texts.as_ref().map_or(Vec::new(), |t| t.messages().to_vec()),
        }
    }

    fn view_session(&self) -> Option<SessionView> {
        let connected: SortedSet<PeerId> = self.roster.connected().collect();
        let (out_of_reach, silent) = (self.roster.out_of_reach(), self.roster.silent());
        let surroundings = Surroundings {
            now: Instant::ZERO,
            me: self.core.me,
            identity: &self.core.identity,
            limits: &self.core.limits,
            connected: &connected,
            out_of_reach: &out_of_reach,
            silent: &silent,
            is_partial: self.roster.is_partial,
            distrusted: &self.ledger.distrusted,
        };
        self.session.as_ref().map(|session| session.view(&surroundings))
    }
}
