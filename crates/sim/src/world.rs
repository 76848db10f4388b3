//! The world: devices, network, server, time.

mod faults;
mod owners;
mod pages;
mod prices;

use crate::{
    byzantine::Deceit,
    classroom,
    course::Course,
    dice::Dice,
    disk::Disk,
    environment::{Environment, Happening},
    fabric::Fabric,
    host::{Host, Page},
    memory_file::MemoryFile,
    network::{HostId, Life, Network, Path},
    observer::Observer,
    schedule::Schedule,
    server::Server,
    strategy::{Learnt, Strategy},
    trace::Trace,
};
use core::time::Duration;
use peer::{Event, Input, Limits, View};
use protocol::cluster::NetworkSpec;
use units::{Instant, PeerId};

/// The world's wall clock at its origin: 2026-01-01 UTC.
const EPOCH_MS: u64 = 1_767_225_600_000;

/// What a world is made of.
#[derive(Debug, Clone)]
pub struct WorldConfig {
    /// Decides everything that happens by chance.
    pub seed: u64,
    /// Devices.
    pub hosts: usize,
    /// The network of the cluster that every device makes.
    pub network: NetworkSpec,
    /// Devices that want the others to learn nothing.
    pub strategies: Vec<(HostId, Strategy)>,
    /// What good paths between devices are like; `None` gives every pair its own.
    pub path: Option<Path>,
    /// Whether rooms have ledgers.
    pub ledger: bool,
    /// Given to every engine.
    pub limits: Limits,
    /// Whether every line of the trace is printed as it comes.
    pub aloud: bool,
    /// Whether nothing is printed where something is violated.
    pub quiet: bool,
    /// The command that runs this world again, for the report of a violation.
    pub replay: String,
}

impl WorldConfig {
    /// A quiet world with the engine's own limits.
    pub fn new(seed: u64, hosts: usize) -> Self {
        let replay = "the test of this name".to_owned();
        let (network, limits) = (classroom::network(), Limits::default());
        Self {
            seed,
            hosts,
            network,
            strategies: Vec::new(),
            path: None,
            ledger: false,
            limits,
            aloud: false,
            quiet: false,
            replay,
        }
    }
}

/// Devices, network, server and time. Any violation of what must be true is a panic that prints seed and history.
pub struct World {
    pub(crate) env: Environment,
    pub(crate) fabric: Fabric,
    pub(crate) server: Server,
    pub(crate) hosts: Vec<Host>,
    pub(crate) observer: Observer,
    pub(crate) learnt: Learnt,
    /// What whoever watches has seen.
    pub(crate) course: Option<Course>,
    pub(crate) config: WorldConfig,
    records_engines: bool,
}

impl World {
    /// A world whose devices are all switched off.
    pub fn new(config: WorldConfig) -> Self {
        let mut dice = Dice::new(config.seed);
        let mut network = Network::new(&mut dice);
        if let Some(path) = config.path {
            network.make_alike(path);
        }
        let mut hosts: Vec<Host> =
            (0..config.hosts).map(|id| new_host(HostId(id), &mut dice)).collect();
        for (id, strategy) in &config.strategies {
            hosts[id.0].strategy = Some(*strategy);
        }
        let trace = Trace::new(config.aloud);
        Self {
            env: Environment { schedule: Schedule::new(), dice, network, trace },
            fabric: Fabric::new(config.hosts, config.limits.bulk_window_bytes),
            server: Server::new(),
            hosts,
            observer: Observer::new(config.network.clone()),
            learnt: Learnt::default(),
            course: None,
            config,
            records_engines: false,
        }
    }

    /// The time.
    pub fn now(&self) -> Instant {
        self.env.now()
    }

    /// Chance, for whoever writes a story.
    pub fn dice(&mut self) -> &mut Dice {
        &mut self.env.dice
    }

    /// Who reaches whom.
    pub fn network(&mut self) -> &mut Network {
        &mut self.env.network
    }

    /// Whether the signaling server runs.
    pub fn server_is_up(&self) -> bool {
        self.server.is_up()
    }

    /// All devices.
    pub fn host_ids(&self) -> Vec<HostId> {
        (0..self.hosts.len()).map(HostId).collect()
    }

    /// Devices with an open page.
    pub fn running(&self) -> Vec<HostId> {
        self.hosts.iter().filter(|host| host.page.is_some()).map(|host| host.id).collect()
    }

    /// How many times a device's page has been opened.
    pub fn lives(&self, id: HostId) -> u32 {
        self.hosts[id.0].lives
    }

    /// What a device's engine shows.
    ///
    /// # Panics
    /// If its page is closed.
    pub fn view(&self, id: HostId) -> View {
        self.page(id).engine.view()
    }

    /// What a device has on record of its session, as a file; `None` if that is nothing.
    pub fn transcript(&self, id: HostId) -> Option<Vec<u8>> {
        let engine = &self.page(id).engine;
        let session = engine.view().session?.id;
        engine.write_transcript(session).ok()
    }

    /// Who a device is.
    ///
    /// # Panics
    /// If its page was never open.
    pub fn peer_id(&self, id: HostId) -> PeerId {
        self.hosts[id.0].peer.expect("the page was open once")
    }

    /// Every event of every life of a device.
    pub fn events(&self, id: HostId) -> impl Iterator<Item = &Event> {
        self.hosts[id.0].events.iter().map(|(_, event)| event)
    }

    /// Goes on for a while.
    pub fn run_for(&mut self, duration: Duration) {
        let end = self.now() + duration;
        while let Some(happening) = self.env.schedule.next_until(end) {
            self.handle(happening);
        }
    }

    /// A digest of the whole history.
    pub fn digest(&self) -> u64 {
        self.env.trace.digest()
    }

    /// Lines of history so far.
    pub fn steps(&self) -> u64 {
        self.env.trace.count()
    }

    pub(crate) fn note(&mut self, line: &str) {
        let now = self.now();
        self.env.trace.line(now, line);
    }

    pub(crate) fn life(&self, id: HostId) -> Life {
        Life { host: id, number: self.hosts[id.0].lives }
    }

    /// The time on the clock of a device's page, which starts with the page.
    pub(crate) fn local_now(&self, id: HostId) -> Instant {
        let since = self.now().saturating_duration_since(self.hosts[id.0].booted_at);
        Instant::ZERO + since
    }

    fn page(&self, id: HostId) -> &Page {
        self.hosts[id.0].page.as_ref().expect("the page is open")
    }

    fn handle(&mut self, happening: Happening) {
        match happening {
            Happening::Fabric(event) => self.fabric.handle_event(&mut self.env, event),
            Happening::Server(event) => self.server.handle_event(&mut self.env, event),
            Happening::Input(life, input) if self.is_alive(life) => self.arrive(life.host, input),
            Happening::Written { life, write } if self.is_alive(life) => {
                let finished = self.hosts[life.host.0].disk.finish(write);
                if let Some((key, result)) = finished {
                    self.arrive(life.host, Input::Stored { key, result });
                }
            }
            Happening::Deadline { life, token } if self.is_alive(life) => {
                let page = self.hosts[life.host.0].page.as_mut();
                if let Some(page) = page.filter(|page| page.deadline_token == token) {
                    page.deadline = None;
                    self.arrive(life.host, Input::Timeout);
                }
            }
            Happening::Input(..) | Happening::Written { .. } | Happening::Deadline { .. } => {}
        }
    }

    fn is_alive(&self, life: Life) -> bool {
        let host = &self.hosts[life.host.0];
        host.page.is_some() && host.lives == life.number
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() && !self.config.quiet {
            for line in self.env.trace.newest() {
                eprintln!("{line}");
            }
            eprintln!("seed {}; replay with: {}", self.config.seed, self.config.replay);
        }
    }
}

fn new_host(id: HostId, dice: &mut Dice) -> Host {
    Host {
        id,
        lives: 0,
        page: None,
        disk: Disk::default(),
        memory: MemoryFile::default(),
        slowness_ms: dice.between(1, 80),
        skew_ms: dice.between(0, 7_200_000),
        connect: peer::ConnectPolicy::Everyone,
        byzantine: None,
        strategy: None,
        deceit: Deceit::default(),
        room: None,
        peer: None,
        storage_failed: false,
        storage_fails: 0.0,
        booted_at: Instant::ZERO,
        crashes: Vec::new(),
        left_session: false,
        settled: false,
        sent_bytes: 0,
        events: Vec::new(),
    }
}
