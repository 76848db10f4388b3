//! Rooms that are too large for everyone to be connected with everyone: who is connected, and what that costs.

use crate::{
    network::HostId,
    world::{World, WorldConfig},
};
use core::time::Duration;
use peer::LinkStage;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use units::PeerId;

impl World {
    /// A room that devices enter one after the other, so many a second.
    pub fn crowd(config: WorldConfig, a_second: u32) -> Self {
        let mut world = Self::new(config);
        world.gather_crowd(a_second);
        world
    }

    /// Opens all pages in one room, so many a second.
    pub(crate) fn gather_crowd(&mut self, a_second: u32) {
        for id in self.host_ids() {
            self.boot(id);
            if id == HostId(0) {
                self.create_room(id);
            }
            self.enter(id);
            self.run_for(Duration::from_secs(1) / a_second);
        }
    }

    /// Takes a device into its room and no further: it makes no cluster. One that was in it before is in it already.
    pub fn enter(&mut self, id: HostId) {
        let Some(room) = self.room_of(id) else {
            return;
        };
        self.command(id, |engine, now| {
            engine.join_room(now, room);
            engine.start_discovery(now)
        });
    }

    /// With whom each device with an open page has an open connection, as it sees it.
    pub fn neighbours(&self) -> BTreeMap<HostId, Vec<HostId>> {
        let running = self.running();
        let of = |id: &HostId| (self.peer_id(*id), *id);
        let devices: BTreeMap<PeerId, HostId> = running.iter().map(of).collect();
        let neighbours = |id: &HostId| {
            let open =
                self.view(*id).peers.into_iter().filter(|peer| peer.stage == LinkStage::Open);
            open.filter_map(|peer| devices.get(&peer.peer).copied()).collect()
        };
        running.iter().map(|id| (*id, neighbours(id))).collect()
    }

    /// The sizes of the parts that devices with an open page fall into, largest first. Connections count that both
    /// sides hold.
    pub fn parts(&self) -> Vec<usize> {
        let neighbours = self.neighbours();
        let mutual = |a: &HostId, b: &HostId| neighbours[b].contains(a);
        let mut left: BTreeSet<HostId> = neighbours.keys().copied().collect();
        let mut parts = Vec::new();
        while let Some(first) = left.pop_first() {
            let (mut size, mut next) = (1, vec![first]);
            while let Some(id) = next.pop() {
                for other in neighbours[&id].iter().filter(|other| mutual(&id, other)) {
                    if left.remove(other) {
                        size += 1;
                        next.push(*other);
                    }
                }
            }
            parts.push(size);
        }
        parts.sort_unstable_by(|a, b| b.cmp(a));
        parts
    }

    /// How many steps it is along connections from a device to each of those that can be reached so, nearest first.
    pub fn steps_from(&self, id: HostId) -> Vec<usize> {
        let neighbours = self.neighbours();
        let mut steps = BTreeMap::from([(id, 0)]);
        let mut next = VecDeque::from([id]);
        while let Some(id) = next.pop_front() {
            let further = steps[&id] + 1;
            for other in neighbours.get(&id).into_iter().flatten() {
                if !steps.contains_key(other) {
                    steps.insert(*other, further);
                    next.push_back(*other);
                }
            }
        }
        let mut steps: Vec<usize> = steps.into_values().filter(|steps| *steps > 0).collect();
        steps.sort_unstable();
        steps
    }

    /// Bytes that a device has sent on its channels in all its lives.
    pub fn sent_bytes(&self, id: HostId) -> u64 {
        self.hosts[id.0].sent_bytes
    }
}
