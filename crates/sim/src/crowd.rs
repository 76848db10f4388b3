//! Rooms that are too large for everybody to be connected with everybody.

use crate::{
    dice::Dice,
    network::HostId,
    world::{World, WorldConfig},
};
use core::time::Duration;
use peer::{ConnectPolicy, LinkStage};
use std::collections::{BTreeMap, BTreeSet};

/// How long a crowd may take to connect.
const PATIENCE: Duration = Duration::from_secs(120);
/// Pages that are opened in a second.
const ARRIVALS_PER_SECOND: usize = 200;

impl World {
    /// A room in which each device is connected with about `degree` others, chosen by chance so that all hang together.
    ///
    /// # Panics
    /// If they are not connected within two minutes.
    pub fn crowd(config: WorldConfig, degree: usize) -> Self {
        let mut world = Self::new(config);
        let graph = random_graph(world.hosts.len(), degree, world.dice());
        world.server.introduce_only(graph.clone());
        for id in world.host_ids() {
            world.hosts[id.0].connect = ConnectPolicy::ByHand;
            world.boot(id);
            if id == HostId(0) {
                world.create_room(id);
            }
            world.settle_in(id);
            if id.0 % ARRIVALS_PER_SECOND == ARRIVALS_PER_SECOND - 1 {
                world.run_for(Duration::from_secs(1));
            }
        }
        let end = world.now() + PATIENCE;
        while !world.connect_along(&graph) {
            assert!(world.now() < end, "the crowd is not connected after {PATIENCE:?}");
            world.live_for(Duration::from_secs(1));
        }
        world
    }

    /// Has each device connect with those of its acquaintances whose number is higher; says whether all are.
    fn connect_along(&mut self, graph: &BTreeMap<HostId, BTreeSet<HostId>>) -> bool {
        let mut all = true;
        for (id, others) in graph {
            let Some(view) = self.command(*id, |engine, _| engine.view()) else { continue };
            for other in others.range(*id..) {
                let peer = self.peer_id(*other);
                let known = view.peers.iter().find(|known| known.peer == peer);
                all &= known.is_some_and(|known| known.stage == LinkStage::Open);
                if known.is_some_and(|known| known.stage == LinkStage::Discovered) {
                    // Refused if one of the two has as many connections as it may have: another second, perhaps.
                    let _ = self.command(*id, |engine, now| engine.connect(now, peer));
                }
            }
        }
        all
    }
}

/// Circles through all devices, each in an order of its own, laid over each other: every device has about `degree`
/// neighbours, and no cut divides the graph at few edges.
fn random_graph(
    hosts: usize,
    degree: usize,
    dice: &mut Dice,
) -> BTreeMap<HostId, BTreeSet<HostId>> {
    let mut graph: BTreeMap<HostId, BTreeSet<HostId>> =
        (0..hosts).map(|id| (HostId(id), BTreeSet::new())).collect();
    for _ in 0..degree.div_ceil(2) {
        let mut order: Vec<HostId> = (0..hosts).map(HostId).collect();
        dice.shuffle(&mut order);
        for place in 0..hosts {
            let (a, b) = (order[place], order[(place + 1) % hosts]);
            if a != b {
                graph.entry(a).or_default().insert(b);
                graph.entry(b).or_default().insert(a);
            }
        }
    }
    graph
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_graph_hangs_together_and_nobody_has_many_neighbours() {
        let graph = random_graph(300, 8, &mut Dice::new(5));
        let mut seen = BTreeSet::from([HostId(0)]);
        let mut next = vec![HostId(0)];
        while let Some(id) = next.pop() {
            next.extend(graph[&id].iter().filter(|other| seen.insert(**other)));
        }
        assert_eq!(seen.len(), 300);
        assert!(graph.values().all(|others| (6..=8).contains(&others.len())), "{graph:?}");
        assert!(graph.iter().all(|(id, others)| others.iter().all(|o| graph[o].contains(id))));
    }
}
