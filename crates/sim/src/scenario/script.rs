//! What goes wrong in a history, written down before it begins: so that parts of it can be left out.

use crate::{dice::Dice, faults::Faults, network::HostId};
use core::time::Duration;

/// Something that happens, and how long nothing else does before it.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) pause: Duration,
    pub(super) act: Act,
}

/// Something that happens. What depends on how things stand then takes its chance from a number.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// A member keeps to no rule from the beginning.
    TurnWicked { host: HostId, zeal: f64 },
    /// The server is wicked from the beginning.
    TurnServerWicked,
    /// Somebody writes to somebody.
    Write { from: HostId, to: HostId },
    /// The devices fall into two sides, by the bits of a number.
    Part { sides: u64 },
    /// Two devices lose each other.
    Cut { a: HostId, b: HostId },
    /// A device is off the network, or cannot reach the server.
    Offline { host: HostId, whole: bool },
    /// The network heals.
    Heal,
    /// A path becomes slow and lossy.
    Degrade { a: HostId, b: HostId },
    /// A page crashes, perhaps with a goodbye, perhaps with damage, and is perhaps opened again.
    Crash { host: HostId, goodbye: bool, damages: bool, back_after: Option<Duration> },
    /// A tab stands still for a while.
    Suspend { host: HostId, length: Duration },
    /// The server is dead for a while.
    KillServer { length: Duration },
    /// Somebody connects, disconnects, goes, or comes back.
    ChangeCompany { host: HostId, chance: u64 },
    /// Somebody proposes a session, though there may be one.
    Propose { host: HostId },
    /// Storage refuses this part of all writes.
    FailStorage { host: HostId, part: f64 },
    /// A page is opened, if it is closed.
    Wake { host: HostId },
}

impl Act {
    /// The devices that it is about.
    fn hosts(&self) -> [Option<HostId>; 2] {
        match *self {
            Self::TurnServerWicked | Self::Part { .. } | Self::Heal | Self::KillServer { .. } => {
                [None; 2]
            }
            Self::Write { from: a, to: b } | Self::Cut { a, b } | Self::Degrade { a, b } => {
                [Some(a), Some(b)]
            }
            Self::TurnWicked { host, .. }
            | Self::Offline { host, .. }
            | Self::Crash { host, .. }
            | Self::Suspend { host, .. }
            | Self::ChangeCompany { host, .. }
            | Self::Propose { host }
            | Self::FailStorage { host, .. }
            | Self::Wake { host } => [Some(host), None],
        }
    }

    /// Whether it can happen where only so many devices are.
    pub(super) fn is_among(&self, hosts: usize) -> bool {
        self.hosts().into_iter().flatten().all(|host| host.0 < hosts)
    }
}

/// How long things go wrong, in milliseconds.
const SUFFERING_MS: (u64, u64) = (10_000, 40_000);

/// All that goes wrong in the history of a seed.
pub(super) fn script(seed: u64, peers: usize, faults: Faults) -> Vec<Scene> {
    let mut dice = Dice::new(seed ^ 0x5c71);
    let mut scenes = Vec::new();
    let at_once = |act: Act| Scene { pause: Duration::ZERO, act };
    if faults.byzantine && peers > 2 {
        let zeal = *dice.pick(&[0.1, 0.3, 1.0]);
        scenes.push(at_once(Act::TurnWicked { host: HostId(1), zeal }));
    }
    if faults.malice {
        scenes.push(at_once(Act::TurnServerWicked));
    }
    let mut left = dice.duration_ms(SUFFERING_MS.0, SUFFERING_MS.1);
    let mut pause = Duration::ZERO;
    loop {
        if let Some(act) = next_act(peers, faults, &mut dice) {
            scenes.push(Scene { pause, act });
            pause = Duration::ZERO;
        }
        let quiet = dice.duration_ms(100, 3_000);
        pause += quiet;
        left = left.saturating_sub(quiet);
        if left.is_zero() {
            return scenes;
        }
    }
}

fn next_act(peers: usize, faults: Faults, dice: &mut Dice) -> Option<Act> {
    let host = HostId(dice.below(peers));
    let other = Some(HostId(dice.below(peers))).filter(|other| *other != host);
    Some(match dice.below(12) {
        0 | 1 => Act::Write { from: host, to: other? },
        2 if faults.partition => match dice.below(3) {
            0 => Act::Part { sides: dice.word() },
            1 => Act::Cut { a: host, b: other? },
            _ => Act::Offline { host, whole: dice.chance(0.5) },
        },
        3 if dice.chance(0.5) => Act::Heal,
        4 if faults.loss => Act::Degrade { a: host, b: other? },
        5 | 6 if faults.crash => Act::Crash {
            host,
            goodbye: dice.chance(0.5),
            damages: faults.storage && dice.chance(0.3),
            back_after: dice.chance(0.7).then(|| dice.duration_ms(10, 4_000)),
        },
        7 if faults.suspend => Act::Suspend { host, length: dice.duration_ms(500, 20_000) },
        8 if faults.server => Act::KillServer { length: dice.duration_ms(0, 5_000) },
        9 if faults.churn => Act::ChangeCompany { host, chance: dice.word() },
        10 if faults.storage => Act::FailStorage { host, part: dice.between(0, 30) as f64 / 100.0 },
        11 if faults.churn => Act::Propose { host },
        _ => Act::Wake { host },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_has_one_script_and_only_the_faults_that_were_asked_for() {
        let written = |faults| format!("{:?}", script(9, 4, faults));
        assert_eq!(written(Faults::ALL), written(Faults::ALL));
        for seed in 0..50 {
            let calm = |scene: &Scene| {
                matches!(scene.act, Act::Write { .. } | Act::Heal | Act::Wake { .. })
            };
            assert!(script(seed, 4, Faults::NONE).iter().all(calm), "seed {seed}");
        }
    }

    #[test]
    fn among_fewer_devices_fewer_things_happen() {
        let scenes = script(3, 6, Faults::ALL);
        let among = |hosts| scenes.iter().filter(|scene| scene.act.is_among(hosts)).count();
        assert!(among(2) < among(4) && among(4) < among(6));
        assert_eq!(among(6), scenes.len());
    }
}
