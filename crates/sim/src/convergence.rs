//! What must be so once faults have ended for long enough.

use crate::{network::HostId, world::World};
use peer::{LinkStage, SessionView, View};
use std::collections::BTreeMap;
use units::Hash;

impl World {
    /// Honest devices with an open page whose owners want to be in the room.
    pub fn members(&self) -> Vec<HostId> {
        let wanted = self.hosts.iter().filter(|host| host.is_honest() && host.room.is_some());
        wanted.filter(|host| host.page.is_some()).map(|host| host.id).collect()
    }

    /// What keeps the members from agreeing; `None` once they do: everybody is connected with everybody, every session
    /// is over with the same record and model, every text has been delivered.
    pub fn divergence(&self) -> Option<String> {
        let members = self.members();
        let views: Vec<(HostId, View)> = members.iter().map(|id| (*id, self.view(*id))).collect();
        self.unconnected(&views)
            .or_else(|| self.disagreement(&views))
            .or_else(|| self.undelivered(&views))
    }

    /// Whether all members are connected with each other.
    pub fn all_connected(&self) -> bool {
        let members = self.members();
        let views: Vec<(HostId, View)> = members.iter().map(|id| (*id, self.view(*id))).collect();
        self.unconnected(&views).is_none()
    }

    /// Whether two devices are connected, as the first one sees it.
    pub fn is_connected(&self, a: HostId, b: HostId) -> bool {
        let stage = |view: &View| {
            let peer = self.hosts[b.0].peer?;
            view.peers.iter().find(|known| known.peer == peer).map(|known| known.stage)
        };
        stage(&self.view(a)) == Some(LinkStage::Open)
    }

    /// Checks all that was promised, at the end of a history.
    ///
    /// # Panics
    /// If a promise was broken.
    pub fn check_promises(&self) {
        for id in self.members() {
            self.observer.check_texts(&self.hosts, id);
            let linked = |peer: &peer::PeerView| peer.stage != LinkStage::Discovered;
            let links = self.view(id).peers.into_iter().filter(linked).count();
            let connections = self.fabric.open_connections(self.life(id));
            assert!(
                connections == links,
                "{id:?} holds {connections} connections open for {links} peers"
            );
        }
        self.check_composed();
    }

    fn unconnected(&self, views: &[(HostId, View)]) -> Option<String> {
        for (a, view) in views {
            for (b, _) in views.iter().filter(|(b, _)| b != a) {
                let peer = self.peer_id(*b);
                let known = view.peers.iter().find(|known| known.peer == peer);
                let stage = known.map(|known| known.stage);
                if stage != Some(LinkStage::Open) {
                    let ended = known.and_then(|known| known.ended.clone());
                    return Some(format!(
                        "{a:?} is not connected with {b:?}: {stage:?}, {ended:?}"
                    ));
                }
            }
        }
        None
    }

    fn disagreement(&self, views: &[(HostId, View)]) -> Option<String> {
        let mut agreed = BTreeMap::new();
        for (id, view) in views {
            let Some(session) = &view.session else {
                continue;
            };
            if self.hosts[id.0].left_session || self.was_left_without_its_model(session) {
                continue;
            }
            if session.running || session.round < session.options.rounds && !is_used_up(session) {
                return Some(format!(
                    "{id:?} is in round {} of {} (running: {}, {:?}, {:?}, {:?})",
                    session.round,
                    session.options.rounds,
                    session.running,
                    session.phase,
                    session.ended_because,
                    session.problem
                ));
            }
            let outcome = (session.record, session.model);
            let (first, expected) = *agreed.entry(session.id).or_insert((id, outcome));
            if outcome != expected {
                return Some(format!("{first:?} ended with {expected:?}, {id:?} with {outcome:?}"));
            }
            let cluster = view.clusters.iter().find(|cluster| cluster.id == session.cluster);
            let model = cluster.map(|cluster| cluster.model);
            if model != Some(session.model) {
                return Some(format!(
                    "{id:?} holds {model:?} after a session with {:?}",
                    session.model
                ));
            }
        }
        None
    }

    /// How far a crowd is from having ended its session with one record; `None` if it has.
    pub(crate) fn disagreement_in_a_crowd(&self) -> Option<String> {
        let members = self.members();
        let mut ended: BTreeMap<Hash, usize> = BTreeMap::new();
        for session in members.iter().filter_map(|id| self.view(*id).session) {
            if !session.running && session.round >= session.options.rounds {
                *ended.entry(session.record).or_default() += 1;
            }
        }
        let (count, records) = (ended.values().sum::<usize>(), ended.len());
        let agree = ended.values().max().copied().unwrap_or_default();
        (agree < members.len()).then(|| {
            let all = members.len();
            format!("{count} of {all} have ended, with {records} records, {agree} with one of them")
        })
    }

    /// Whether a session ended because the only devices that had its model have left it, or lost it with their storage.
    fn was_left_without_its_model(&self, session: &SessionView) -> bool {
        let says_so = |why: &String| why.contains("nobody in the room could hand out the model");
        let gave_up = !session.running && session.ended_because.as_ref().is_some_and(says_so);
        gave_up && self.hosts.iter().any(|host| host.left_session || host.storage_failed)
    }

    fn undelivered(&self, views: &[(HostId, View)]) -> Option<String> {
        for (id, view) in views {
            for message in view.messages.iter().filter(|message| message.from == view.me) {
                let to = views.iter().find(|(_, other)| Some(other.me) == message.to);
                if let Some((to, _)) = to.filter(|_| !message.delivered) {
                    return Some(format!(
                        "{to:?} has not acknowledged `{}` of {id:?}",
                        message.text
                    ));
                }
            }
        }
        None
    }

    /// A text that was accepted long before a crash, or in a life that goes on, has arrived.
    fn check_composed(&self) {
        let members = self.members();
        for composed in self.observer.composed() {
            let (from, to) = (&self.hosts[composed.from.0], &self.hosts[composed.to.0]);
            let sound =
                |host: &crate::host::Host| members.contains(&host.id) && !host.storage_failed;
            if !sound(from) || !sound(to) || !composed.survives(from) {
                continue;
            }
            let view = self.view(to.id);
            let held = view.messages.iter().filter(|m| m.text == composed.text).count();
            assert!(held == 1, "{:?} holds `{}` {held} times", to.id, composed.text);
        }
    }
}

/// Whether a session that keeps rows private ended because nobody could train for another round.
fn is_used_up(session: &SessionView) -> bool {
    let why = session.ended_because.as_ref();
    why.is_some_and(|why| why.contains("the privacy budget"))
}
