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
#[derive(Debug, Clone, Copy, PartialEq)]
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
    /// What good paths follow from, so that those of a thousand devices take no memory.
    seed: u64,
    /// What every good path is like, if they are all alike.
    alike: Option<Path>,
    /// Paths that are not good.
    changed: BTreeMap<(HostId, HostId), Path>,
    /// Hosts of different sides cannot reach each other.
    sides: BTreeMap<HostId, u32>,
    cut: BTreeSet<(HostId, HostId)>,
    offline: BTreeSet<HostId>,
    server_cut: BTreeSet<HostId>,
}

impl Network {
    /// A network on which every pair of devices has a good path of its own.
    pub fn new(dice: &mut Dice) -> Self {
        Self {
            seed: dice.word(),
            alike: None,
            changed: BTreeMap::new(),
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
        (!parted).then(|| self.unparted(pair))
    }

    fn unparted(&self, pair: (HostId, HostId)) -> Path {
        let changed = self.changed.get(&pair).copied();
        changed.or(self.alike).unwrap_or_else(|| good_path(self.seed, pair))
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

    /// Makes all good paths alike, from here on and after every healing.
    pub fn make_alike(&mut self, path: Path) {
        self.alike = Some(path);
    }

    /// Makes a path slow and lossy.
    pub fn degrade(&mut self, a: HostId, b: HostId, dice: &mut Dice) {
        let path = Path {
            latency: dice.duration_ms(20, 400),
            loss: dice.between(1, 30) as f64 / 100.0,
            bytes_per_second: dice.between(5_000, 200_000),
        };
        self.changed.insert(ordered(a, b), path);
    }

    /// Makes a path narrow, and leaves it as fast and as sound as it was.
    pub fn narrow(&mut self, a: HostId, b: HostId, bytes_per_second: u64) {
        let pair = ordered(a, b);
        self.changed.insert(pair, Path { bytes_per_second, ..self.unparted(pair) });
    }

    /// Gives a path another latency, one way, and leaves it as wide and as sound as it was.
    pub fn set_latency(&mut self, a: HostId, b: HostId, latency: Duration) {
        let pair = ordered(a, b);
        self.changed.insert(pair, Path { latency, ..self.unparted(pair) });
    }

    /// Mends everything: every pair has a good path, another one than before.
    pub fn heal(&mut self, dice: &mut Dice) {
        self.sides.clear();
        self.cut.clear();
        self.offline.clear();
        self.server_cut.clear();
        self.changed.clear();
        self.seed = dice.word();
    }
}

fn ordered(a: HostId, b: HostId) -> (HostId, HostId) {
    (a.min(b), a.max(b))
}

/// One way 1 to 60 ms, and 0.5 to 5 MB a second.
fn good_path(seed: u64, (a, b): (HostId, HostId)) -> Path {
    let word = mixed(mixed(seed ^ a.0 as u64) ^ b.0 as u64);
    let (low, high) = (word & 0xffff_ffff, word >> 32);
    Path {
        latency: Duration::from_micros(1_000 + low % 59_001),
        loss: 0.0,
        bytes_per_second: 500_000 + high % 4_500_001,
    }
}

/// A number that looks like none of its neighbours' (the step of splitmix64, Steele et al. 2014).
fn mixed(number: u64) -> u64 {
    let mut word = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ word >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_has_a_good_path_of_its_own_both_ways() {
        let network = Network::new(&mut Dice::new(1));
        let latency = |a: usize, b: usize| network.path(HostId(a), HostId(b)).map(|p| p.latency);
        let pairs = (0..40).flat_map(|a| (a + 1..40).map(move |b| (a, b)));
        let latencies: Vec<_> = pairs.clone().filter_map(|(a, b)| latency(a, b)).collect();
        assert!(pairs.clone().all(|(a, b)| latency(a, b) == latency(b, a)));
        let ms: Vec<u128> = latencies.iter().map(Duration::as_millis).collect();
        assert!(ms.iter().all(|ms| (1..=60).contains(ms)), "{ms:?}");
        let mean_ms = ms.iter().sum::<u128>() / ms.len() as u128;
        assert!((27..=33).contains(&mean_ms), "{mean_ms}");
    }

    #[test]
    fn paths_that_are_alike_stay_so_after_healing_and_may_still_be_worse() {
        let mut dice = Dice::new(3);
        let mut network = Network::new(&mut dice);
        let path = Path { latency: Duration::from_millis(50), loss: 0.01, bytes_per_second: 9 };
        network.make_alike(path);
        network.heal(&mut dice);
        let latency_ms = |a, b| network.path(HostId(a), HostId(b)).map(|p| p.latency.as_millis());
        assert!((1..9).all(|b| latency_ms(0, b) == Some(50)));
        network.degrade(HostId(0), HostId(1), &mut dice);
        assert_ne!(network.path(HostId(0), HostId(1)).map(|path| path.loss), Some(0.01));
    }

    #[test]
    fn what_was_changed_is_good_again_after_healing() {
        let mut dice = Dice::new(2);
        let mut network = Network::new(&mut dice);
        let (a, b) = (HostId(0), HostId(1));
        network.narrow(a, b, 10);
        assert_eq!(network.path(b, a).map(|path| path.bytes_per_second), Some(10));
        network.set_cut(a, b, true);
        assert!(network.path(a, b).is_none());
        network.heal(&mut dice);
        assert!(network.path(a, b).is_some_and(|path| path.bytes_per_second >= 500_000));
    }
}
