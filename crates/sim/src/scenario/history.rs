//! A history as it is played: begin, suffer, heal, agree.

use super::{
    Plan,
    script::{Act, Scene},
};
use crate::{
    dice::Dice,
    network::HostId,
    server::Malice,
    world::{World, WorldConfig},
};
use core::time::Duration;
use peer::CommandError;
use protocol::room::RoomSecret;
use units::SessionId;

/// How long members may take to agree once all is well. Their longest waits between tries are far shorter.
const PATIENCE: Duration = Duration::from_secs(600);

/// Pages of a crowd that are opened in a second.
const ARRIVALS_A_SECOND: u32 = 50;
/// The budget of histories that keep rows private.
const EPSILON_THOUSANDTHS: u32 = 20_000;
const CROWD_PATIENCE_PER_ROUND: Duration = Duration::from_secs(20);

pub(super) struct History {
    pub(super) world: World,
    rounds: u32,
    hosts: usize,
    texts: u32,
    /// Whether the server is wicked whenever it runs.
    malice: Malice,
    /// Whether people close connections, and so must open them.
    churns: bool,
    /// Devices whose owners have left the room.
    away: Vec<(HostId, RoomSecret)>,
}

impl History {
    pub(super) fn new(plan: &Plan) -> Self {
        let hosts = plan.present();
        let config = WorldConfig {
            aloud: plan.trace,
            quiet: plan.quiet,
            replay: plan.command(),
            strategies: plan.liars(),
            path: plan.path,
            ..WorldConfig::new(plan.world_seed(), hosts)
        };
        Self {
            world: World::new(config),
            rounds: plan.rounds,
            hosts,
            texts: 0,
            malice: Malice::default(),
            churns: false,
            away: Vec::new(),
        }
    }

    pub(super) fn play(&mut self, scenes: Vec<Scene>) {
        let (first, later) =
            scenes.into_iter().partition(|scene| is_from_the_beginning(&scene.act));
        self.begin(first);
        self.suffer(later);
        self.heal();
        self.converge();
    }

    /// As [`Self::play`], among so many that nobody is connected with everybody; says what keeps them from agreeing.
    pub(super) fn play_in_a_crowd(&mut self, scenes: Vec<Scene>) -> Option<String> {
        let (first, later) =
            scenes.into_iter().partition(|scene| is_from_the_beginning(&scene.act));
        self.turn(first);
        self.world.gather_crowd(ARRIVALS_A_SECOND);
        // Owners make their clusters and load their rows.
        self.world.live_for(Duration::from_secs(5));
        self.world.set_malice(self.malice);
        self.start_session();
        self.suffer(later);
        self.heal();
        let end = self.world.now() + CROWD_PATIENCE_PER_ROUND * self.rounds;
        loop {
            let difference = self.world.disagreement_in_a_crowd();
            if difference.is_none() || self.world.now() >= end {
                return difference;
            }
            self.world.live_for(Duration::from_secs(5));
        }
    }

    fn turn(&mut self, scenes: Vec<Scene>) {
        for scene in scenes {
            match scene.act {
                Act::TurnWicked { host, zeal } => self.world.make_byzantine(host, zeal),
                _ => self.malice = Malice::EVERYTHING,
            }
        }
    }

    fn begin(&mut self, scenes: Vec<Scene>) {
        let founder = HostId(0);
        self.turn(scenes);
        let malice = self.malice;
        let world = &mut self.world;
        world.boot(founder);
        world.create_room(founder);
        world.set_malice(malice);
        let latest = self.hosts - 1;
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
            if let Some(Ok(_)) = self.start_on(id) {
                return;
            }
        }
    }

    /// Every fourth history keeps rows private.
    fn start_on(&mut self, id: HostId) -> Option<Result<SessionId, CommandError>> {
        match self.world.config.seed % 4 {
            3 => self.world.start_privately(id, self.rounds, EPSILON_THOUSANDTHS),
            _ => self.world.start_session(id, self.rounds),
        }
    }

    fn suffer(&mut self, scenes: Vec<Scene>) {
        for Scene { pause, act } in scenes {
            self.world.live_for(pause);
            self.act(act);
        }
    }

    /// One thing happens.
    fn act(&mut self, act: Act) {
        let world = &mut self.world;
        match act {
            Act::TurnWicked { .. } | Act::TurnServerWicked => {}
            Act::Write { from, to } => {
                self.texts += 1;
                world.send_text(from, to, &format!("text {}", self.texts));
            }
            Act::Part { sides } => {
                let side = |id: HostId| (id, (sides >> (id.0 % 64) & 1) as u32);
                world.partition(world.host_ids().into_iter().map(side).collect());
            }
            Act::Cut { a, b } => {
                world.note(&format!("hosts {} and {} lose each other", a.0, b.0));
                world.network().set_cut(a, b, true);
            }
            Act::Offline { host, whole } => {
                world.note(&format!("host {} is off the network (all: {whole})", host.0));
                if whole {
                    world.network().set_offline(host, true);
                } else {
                    world.network().set_server_cut(host, true);
                }
            }
            Act::Heal => world.heal_network(),
            Act::Degrade { a, b } => world.degrade(a, b),
            Act::Crash { host, goodbye, damages, back_after } => {
                self.crash(host, goodbye, damages, back_after);
            }
            Act::Suspend { host, length } => {
                world.suspend(host);
                world.live_for(length);
                world.resume(host);
            }
            Act::KillServer { length } => {
                world.kill_server();
                world.live_for(length);
                world.restart_server();
                world.set_malice(self.malice);
            }
            Act::ChangeCompany { host, chance } => self.change_company(host, chance),
            Act::Propose { host } if world.hosts[host.0].is_honest() => {
                // A second founder: refused if the device takes part in a session already. (A wicked founder may stop
                // its session whenever it likes.)
                self.churns = true;
                world.start_session(host, self.rounds);
            }
            Act::FailStorage { host, part } => world.set_storage_failures(host, part),
            Act::Propose { host } | Act::Wake { host } => self.wake(host),
        }
    }

    fn crash(&mut self, id: HostId, goodbye: bool, damages: bool, back_after: Option<Duration>) {
        let world = &mut self.world;
        if !world.running().contains(&id) {
            return self.wake(id);
        }
        world.crash(id, goodbye);
        if damages {
            world.damage(id);
        }
        if let Some(pause) = back_after {
            world.live_for(pause);
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
    fn change_company(&mut self, id: HostId, chance: u64) {
        self.churns = true;
        if let Some(at) = self.away.iter().position(|(who, _)| *who == id) {
            let (_, room) = self.away.remove(at);
            return self.world.invite(id, room);
        }
        let mut dice = Dice::new(chance);
        let leaves = dice.chance(0.2);
        let peers = self.world.command(id, |engine, _| engine.view().peers).unwrap_or_default();
        if leaves && self.away.is_empty() {
            if let Some(room) = self.world.leave_room(id) {
                self.away.push((id, room));
            }
        } else if !peers.is_empty() {
            let peer = dice.pick(&peers).peer;
            // Either may be refused, as it would be by the page.
            let connects = dice.chance(0.5);
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
            if self.churns {
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

fn is_from_the_beginning(act: &Act) -> bool {
    matches!(act, Act::TurnWicked { .. } | Act::TurnServerWicked)
}
