//! Who can reach whom, how fast and how badly.

use crate::dice::Dice;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// A device in the world, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostId(pub usize);

/// One life of a device's page, from start to crash. What was meant for an earlier life reaches nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Life {
    /// The device.
    pub host: HostId,
    /// Counts its lives.
    pub number: u32,
}

/// What a path between two devices is like.
#[derive(Debug, Clone, Copy)]
pub struct Path {
    /// One way.
    pub latency: Duration,
    /// The part of packets that are lost, 0 to 1. Channels are reliable, so their messages come late instead.
    pub loss: f64,
    /// One way, on each channel.
    pub bytes_per_second: u64,
}

impl Path {
    /// How long `size_bytes` take to leave the sender.
    pub fn sending_time(&self, size_bytes: usize) -> Duration {
        Duration::from_micros(size_bytes as u64 * 1_000_000 / self.bytes_per_second)
    }

    /// How long a message travels: the latency, its jitter, and a retransmission for every time it is lost.
    pub fn travel_time(&self, dice: &mut Dice) -> Duration {
        let latency_us = self.latency.as_micros() as u64;
        let mut travel = self.latency + Duration::from_micros(dice.between(0, latency_us / 4));
        let mut retransmission = Duration::from_millis(200).max(self.latency * 4);
        // Six losses in a row are seconds of delay; more would only be a partition by another name.
        for _ in 0..6 {
            if !dice.chance(self.loss) {
                break;
            }
            travel += retransmission;
            retransmission *= 2;
        }
        travel
    }
}

/// The state of the network.
#[derive(Debug)]
pub struct Network {
    paths: BTreeMap<(HostId, HostId), Path>,
    /// Hosts of different sides cannot reach each other.
    sides: BTreeMap<HostId, u32>,
    cut: BTreeSet<(HostId, HostId)>,
    offline: BTreeSet<HostId>,
    server_cut: BTreeSet<HostId>,
}

impl Network {
    /// A network on which every pair of `hosts` devices has a good path of its own.
    pub fn new(hosts: usize, dice: &mut Dice) -> Self {
        let mut paths = BTreeMap::new();
        for a in 0..hosts {
            for b in a + 1..hosts {
                paths.insert((HostId(a), HostId(b)), good_path(dice));
            }
        }
        Self {
            paths,
            sides: BTreeMap::new(),
            cut: BTreeSet::new(),
            offline: BTreeSet::new(),
            server_cut: BTreeSet::new(),
        }
    }

    /// The path between two devices; `None` if there is none.
    pub fn path(&self, a: HostId, b: HostId) -> Option<Path> {
        let pair = ordered(a, b);
        let side = |host: &HostId| self.sides.get(host).copied().unwrap_or(0);
        let parted = side(&a) != side(&b)
            || self.cut.contains(&pair)
            || self.offline.contains(&a)
            || self.offline.contains(&b);
        if parted { None } else { self.paths.get(&pair).copied() }
    }

    /// Whether a device can reach the signaling server.
    pub fn reaches_server(&self, host: HostId) -> bool {
        !self.server_cut.contains(&host) && !self.offline.contains(&host)
    }

    /// Splits the devices: only those with the same number reach each other. Those not named have number 0.
    pub fn partition(&mut self, sides: BTreeMap<HostId, u32>) {
        self.sides = sides;
    }

    /// Cuts the path between two devices, or mends it.
    pub fn set_cut(&mut self, a: HostId, b: HostId, cut: bool) {
        if cut {
            self.cut.insert(ordered(a, b));
        } else {
            self.cut.remove(&ordered(a, b));
        }
    }

    /// Takes a device off the network, or puts it back.
    pub fn set_offline(&mut self, host: HostId, offline: bool) {
        if offline {
            self.offline.insert(host);
        } else {
            self.offline.remove(&host);
        }
    }

    /// Cuts a device off from the server alone, or mends that.
    pub fn set_server_cut(&mut self, host: HostId, cut: bool) {
        if cut {
            self.server_cut.insert(host);
        } else {
            self.server_cut.remove(&host);
        }
    }

    /// Makes a path slow and lossy.
    pub fn degrade(&mut self, a: HostId, b: HostId, dice: &mut Dice) {
        let path = Path {
            latency: dice.duration_ms(20, 400),
            loss: dice.between(1, 30) as f64 / 100.0,
            bytes_per_second: dice.between(5_000, 200_000),
        };
        self.paths.insert(ordered(a, b), path);
    }

    /// Makes a path narrow, and leaves it as fast and as sound as it was.
    pub fn narrow(&mut self, a: HostId, b: HostId, bytes_per_second: u64) {
        if let Some(path) = self.paths.get_mut(&ordered(a, b)) {
            path.bytes_per_second = bytes_per_second;
        }
    }

    /// Gives every path the same latency, one way.
    pub fn set_latency(&mut self, latency: Duration) {
        self.paths.values_mut().for_each(|path| path.latency = latency);
    }

    /// Mends everything: every pair has a good path.
    pub fn heal(&mut self, dice: &mut Dice) {
        self.sides.clear();
        self.cut.clear();
        self.offline.clear();
        self.server_cut.clear();
        for path in self.paths.values_mut() {
            *path = good_path(dice);
        }
    }
}

fn ordered(a: HostId, b: HostId) -> (HostId, HostId) {
    (a.min(b), a.max(b))
}

fn good_path(dice: &mut Dice) -> Path {
    Path {
        latency: dice.duration_ms(1, 60),
        loss: 0.0,
        bytes_per_second: dice.between(500_000, 5_000_000),
    }
}
