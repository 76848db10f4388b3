//! A history in two phases: faults, in which nothing may become wrong; then none, in which all must become well.

use crate::{
    faults::Faults,
    network::HostId,
    server::Malice,
    world::{World, WorldConfig},
};
use core::time::Duration;
use std::collections::BTreeMap;

/// What is to be played.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Decides everything that happens by chance.
    pub seed: u64,
    /// Devices.
    pub peers: usize,
    /// Kinds of faults.
    pub faults: Faults,
    /// Rounds of the session.
    pub rounds: u32,
    /// Whether every line of the trace is printed.
    pub trace: bool,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// A digest of the whole history.
    pub digest: u64,
    /// Its lines.
    pub steps: u64,
    /// How long it took on the world's clock, in seconds.
    pub seconds: u64,
}

/// How long members may take to agree once all is well. Their longest waits between tries are far shorter.
const PATIENCE: Duration = Duration::from_secs(600);

impl Plan {
    /// A small world for a seed: which faults, how many peers and rounds follow from it.
    pub fn small(seed: u64) -> Self {
        let mut dice = crate::Dice::new(seed ^ 0x5eed);
        let bits = dice.below(512) & dice.below(512).max(1);
        // One in four has every fault at once, one in eight none.
        let faults = match dice.below(8) {
            0 => Faults::NONE,
            1 | 2 => Faults::ALL,
            _ => Faults::from_bits(bits as u16),
        };
        let (peers, rounds) = (2 + dice.below(3), 3 + dice.below(15) as u32);
        Self { seed, peers, faults, rounds, trace: false }
    }

    /// A larger world for a seed.
    pub fn large(seed: u64) -> Self {
        let mut dice = crate::Dice::new(seed ^ 0x1a49e);
        let small = Self::small(seed);
        Self { peers: 2 + dice.below(7), rounds: 5 + dice.below(20) as u32, ..small }
    }

    /// The command that plays it again.
    pub fn command(&self) -> String {
        let Self { seed, peers, faults, rounds, .. } = self;
        format!(
            "cargo run -p sim -- run --seed {seed} --peers {peers} --faults {faults} --rounds {rounds} --trace"
        )
    }

    /// Plays it.
    ///
    /// # Panics
    /// If anything that must be true is not; seed and newest history are printed.
    pub fn play(&self) -> Outcome {
        let config = WorldConfig {
            aloud: self.trace,
            replay: self.command(),
            ..WorldConfig::new(self.seed, self.peers)
        };
        let mut story =
            Story { plan: *self, world: World::new(config), texts: 0, away: Vec::new() };
        story.begin();
        story.suffer();
        story.heal();
        story.converge();
        let world = &story.world;
        let seconds = world.now().as_micros() / 1_000_000;
        Outcome { digest: world.digest(), steps: world.steps(), seconds }
    }
}

struct Story {
    plan: Plan,
    world: World,
    texts: u32,
    /// Devices whose owners have left the room.
    away: Vec<(HostId, protocol::room::RoomSecret)>,
}

impl Story {
    fn begin(&mut self) {
        let world = &mut self.world;
        let founder = HostId(0);
        if self.plan.faults.byzantine && self.plan.peers > 2 {
            let zeal = *world.dice().pick(&[0.1, 0.3, 1.0]);
            world.make_byzantine(HostId(1), zeal);
        }
        world.boot(founder);
        world.create_room(founder);
        if self.plan.faults.malice {
            world.set_malice(Malice::EVERYTHING);
        }
        let latest = self.plan.peers - 1;
        for id in world.host_ids().into_iter().skip(1) {
            let comes_late = id.0 == latest && latest > 1 && world.dice().chance(0.5);
            if !comes_late {
                let pause = world.dice().duration_ms(0, 1_000);
                world.run_for(pause);
                world.boot(id);
            }
        }
        self.world.live_for(Duration::from_secs(4));
        self.start_session();
    }

    /// Some member starts the session, unless one is known already.
    fn start_session(&mut self) {
        let members = self.world.members();
        let known = members.iter().any(|id| self.world.view(*id).session.is_some());
        if known {
            return;
        }
        for id in members {
            if let Some(Ok(_)) = self.world.start_session(id, self.plan.rounds) {
                return;
            }
        }
    }

    fn suffer(&mut self) {
        let length = self.world.dice().duration_ms(10_000, 40_000);
        let end = self.world.now() + length;
        while self.world.now() < end {
            self.act();
            let pause = self.world.dice().duration_ms(100, 3_000);
            self.world.live_for(pause);
        }
    }

    /// One thing happens.
    fn act(&mut self) {
        let faults = self.plan.faults;
        let id = HostId(self.world.dice().below(self.plan.peers));
        match self.world.dice().below(12) {
            0 | 1 => self.write(id),
            2 if faults.partition => self.part(),
            3 => {
                let half = self.world.dice().chance(0.5);
                if half {
                    self.world.heal_network();
                }
            }
            4 if faults.loss => {
                let other = HostId(self.world.dice().below(self.plan.peers));
                if other != id {
                    self.world.degrade(id, other);
                }
            }
            5 | 6 if faults.crash => self.crash(id),
            7 if faults.suspend => {
                self.world.suspend(id);
                let pause = self.world.dice().duration_ms(500, 20_000);
                self.world.live_for(pause);
                self.world.resume(id);
            }
            8 if faults.server => {
                self.world.kill_server();
                let pause = self.world.dice().duration_ms(0, 5_000);
                self.world.live_for(pause);
                self.world.restart_server();
                if faults.malice {
                    self.world.set_malice(Malice::EVERYTHING);
                }
            }
            9 if faults.churn => self.change_company(id),
            11 if faults.churn && self.world.hosts[id.0].is_honest() => {
                // A second founder: refused if the device takes part in a session already. (A wicked founder may stop
                // its session whenever it likes.)
                let rounds = self.plan.rounds;
                self.world.start_session(id, rounds);
            }
            10 if faults.storage => {
                let part = self.world.dice().between(0, 30) as f64 / 100.0;
                self.world.set_storage_failures(id, part);
            }
            _ => self.wake(id),
        }
    }

    fn write(&mut self, id: HostId) {
        let to = HostId(self.world.dice().below(self.plan.peers));
        if to != id {
            self.texts += 1;
            self.world.send_text(id, to, &format!("text {}", self.texts));
        }
    }

    fn part(&mut self) {
        let world = &mut self.world;
        match world.dice().below(3) {
            0 => {
                let mut sides = BTreeMap::new();
                for id in world.host_ids() {
                    sides.insert(id, world.dice().below(2) as u32);
                }
                world.partition(sides);
            }
            1 => {
                let (a, b) =
                    (world.dice().below(self.plan.peers), world.dice().below(self.plan.peers));
                if a != b {
                    world.note(&format!("hosts {a} and {b} lose each other"));
                    world.network().set_cut(HostId(a), HostId(b), true);
                }
            }
            _ => {
                let id = HostId(world.dice().below(self.plan.peers));
                let whole = world.dice().chance(0.5);
                world.note(&format!("host {} is off the network (all: {whole})", id.0));
                if whole {
                    world.network().set_offline(id, true);
                } else {
                    world.network().set_server_cut(id, true);
                }
            }
        }
    }

    fn crash(&mut self, id: HostId) {
        let world = &mut self.world;
        if !world.running().contains(&id) {
            return self.wake(id);
        }
        let goodbye = world.dice().chance(0.5);
        world.crash(id, goodbye);
        if self.plan.faults.storage && world.dice().chance(0.3) {
            world.damage(id);
        }
        if world.dice().chance(0.7) {
            let pause = world.dice().duration_ms(10, 4_000);
            self.world.live_for(pause);
            self.wake(id);
        }
    }

    /// Opens the page, if it is closed.
    fn wake(&mut self, id: HostId) {
        if !self.world.running().contains(&id) {
            self.world.boot(id);
        }
    }

    /// People connect, disconnect, go and come back.
    fn change_company(&mut self, id: HostId) {
        if let Some(at) = self.away.iter().position(|(who, _)| *who == id) {
            let (_, room) = self.away.remove(at);
            return self.world.invite(id, room);
        }
        let leaves = self.world.dice().chance(0.2);
        let peers = self.world.command(id, |engine, _| engine.view().peers).unwrap_or_default();
        if leaves && self.away.is_empty() {
            if let Some(room) = self.world.leave_room(id) {
                self.away.push((id, room));
            }
        } else if !peers.is_empty() {
            let peer = self.world.dice().pick(&peers).peer;
            // Either may be refused, as it would be by the page.
            let connects = self.world.dice().chance(0.5);
            self.world.command(id, |engine, now| match connects {
                true => engine.connect(now, peer).is_ok(),
                false => engine.disconnect(now, peer).is_ok(),
            });
        }
    }

    fn heal(&mut self) {
        let world = &mut self.world;
        world.heal_network();
        world.kill_server();
        world.restart_server();
        for (id, room) in self.away.drain(..) {
            world.invite(id, room);
        }
        for id in world.host_ids() {
            world.set_storage_failures(id, 0.0);
            world.resume(id);
            let byzantine = !world.hosts[id.0].is_honest();
            let running = world.running().contains(&id);
            if byzantine && running {
                // Agreement must come about with a wicked member in the room as well as without.
                let leaves = world.dice().chance(0.5);
                if leaves {
                    world.crash(id, true);
                }
            } else if !byzantine && !running {
                world.boot(id);
            }
        }
        self.world.live_for(Duration::from_secs(10));
        self.start_session();
    }

    fn converge(&mut self) {
        let end = self.world.now() + PATIENCE;
        while let Some(difference) = self.world.divergence() {
            assert!(self.world.now() < end, "no agreement after {PATIENCE:?}: {difference}");
            if self.plan.faults.churn {
                self.connect_all();
            }
            self.world.live_for(Duration::from_secs(1));
        }
        self.world.check_promises();
    }

    /// What people closed by hand they open by hand.
    fn connect_all(&mut self) {
        for id in self.world.members() {
            let peers = self.world.view(id).peers;
            for peer in peers.into_iter().filter(|peer| peer.stage == peer::LinkStage::Discovered) {
                let _ = self.world.command(id, |engine, now| engine.connect(now, peer.peer));
            }
        }
    }
}
