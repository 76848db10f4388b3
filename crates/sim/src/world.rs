//! The world: devices, network, server, time.

use crate::{
    byzantine::Byzantine,
    dice::Dice,
    disk::Disk,
    environment::{Environment, Happening},
    fabric::Fabric,
    host::{Host, Page},
    network::{HostId, Life, Network},
    observer::{Composed, Observer},
    schedule::Schedule,
    server::{Malice, SERVER_URL, Server},
    trace::Trace,
};
use core::time::Duration;
use peer::{Config, Engine, Event, Input, Limits, View, Workbench};
use protocol::{room::RoomSecret, signaling::Capability};
use std::collections::BTreeMap;
use units::{Instant, PeerId, UnixMillis};

/// The world's wall clock at its origin: 2026-01-01 UTC.
const EPOCH_MS: u64 = 1_767_225_600_000;

/// What a world is made of.
#[derive(Debug, Clone)]
pub struct WorldConfig {
    /// Decides everything that happens by chance.
    pub seed: u64,
    /// Devices.
    pub hosts: usize,
    /// Given to every engine.
    pub limits: Limits,
    /// Whether every line of the trace is printed as it comes.
    pub aloud: bool,
    /// The command that runs this world again, for the report of a violation.
    pub replay: String,
}

impl WorldConfig {
    /// A quiet world with the engine's own limits.
    pub fn new(seed: u64, hosts: usize) -> Self {
        let replay = "the test of this name".to_owned();
        Self { seed, hosts, limits: Limits::default(), aloud: false, replay }
    }
}

/// Devices, network, server and time. Any violation of what must be true is a panic that prints seed and history.
pub struct World {
    pub(crate) env: Environment,
    pub(crate) fabric: Fabric,
    pub(crate) server: Server,
    pub(crate) hosts: Vec<Host>,
    pub(crate) observer: Observer,
    pub(crate) config: WorldConfig,
}

impl World {
    /// A world whose devices are all switched off.
    pub fn new(config: WorldConfig) -> Self {
        let mut dice = Dice::new(config.seed);
        let network = Network::new(config.hosts, &mut dice);
        let hosts = (0..config.hosts).map(|id| new_host(HostId(id), &mut dice)).collect();
        let trace = Trace::new(config.aloud);
        Self {
            env: Environment { schedule: Schedule::new(), dice, network, trace },
            fabric: Fabric::new(config.limits.bulk_window_bytes),
            server: Server::new(),
            hosts,
            observer: Observer::default(),
            config,
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

    /// Mends the network.
    pub fn heal_network(&mut self) {
        self.note("the network heals");
        self.env.network.heal(&mut self.env.dice);
    }

    /// Makes a path slow and lossy.
    pub fn degrade(&mut self, a: HostId, b: HostId) {
        self.env.network.degrade(a, b, &mut self.env.dice);
    }

    /// Splits the devices; see [`Network::partition`].
    pub fn partition(&mut self, sides: BTreeMap<HostId, u32>) {
        self.note(&format!("partition {sides:?}"));
        self.env.network.partition(sides);
    }

    /// Kills the signaling server's process.
    pub fn kill_server(&mut self) {
        self.note("the server dies");
        self.server.kill(&mut self.env);
    }

    /// Starts the signaling server again, honest.
    pub fn restart_server(&mut self) {
        self.note("the server starts");
        self.server.restart();
        self.server.set_malice(Malice::default());
    }

    /// Whether the signaling server runs.
    pub fn server_is_up(&self) -> bool {
        self.server.is_up()
    }

    /// Makes the signaling server wicked, or honest again.
    pub fn set_malice(&mut self, malice: Malice) {
        self.note(&format!("{malice:?}"));
        self.server.set_malice(malice);
    }

    /// Makes a device a member that keeps to no rule, and adds a lie to so many of its messages, 0 to 1.
    pub fn make_byzantine(&mut self, host: HostId, zeal: f64) {
        self.hosts[host.0].byzantine = Some(Byzantine::new(zeal));
    }

    /// Makes a device a member that tells of records that nobody computed, with more samples than all others.
    pub fn make_forger(&mut self, host: HostId) {
        self.hosts[host.0].byzantine = Some(Byzantine::forger());
    }

    /// All devices.
    pub fn host_ids(&self) -> Vec<HostId> {
        (0..self.hosts.len()).map(HostId).collect()
    }

    /// Devices with an open page.
    pub fn running(&self) -> Vec<HostId> {
        self.hosts.iter().filter(|host| host.page.is_some()).map(|host| host.id).collect()
    }

    /// Opens the page on a device, with whatever its storage holds.
    pub fn boot(&mut self, id: HostId) {
        let now = self.now();
        let entropy = self.env.dice.bytes();
        let host = &mut self.hosts[id.0];
        assert!(host.page.is_none(), "{id:?} has an open page");
        host.lives += 1;
        host.booted_at = now;
        let records = host.disk.records();
        let has_identity = records.iter().any(|record| record.key == "identity");
        let config = Config {
            entropy,
            started_at: UnixMillis(EPOCH_MS + host.skew_ms + now.as_micros() / 1_000),
            capability: Capability {
                device_name: format!("device {}", id.0),
                logical_cores: 2,
                samples_per_second: 0,
            },
            signaling_url: Some(SERVER_URL.to_owned()),
            connect: host.connect,
            records,
            limits: self.config.limits,
        };
        let engine = Engine::new(config, Instant::ZERO);
        let peer = engine.me();
        assert!(
            !has_identity || host.storage_failed || host.peer == Some(peer),
            "{id:?} came back as somebody else"
        );
        host.peer = Some(peer);
        host.page = Some(Page {
            engine,
            workbench: Workbench::new(),
            busy_until: now,
            deadline_token: 0,
            suspended: None,
            timeouts: (0, now),
        });
        let life = host.lives;
        self.note(&format!("host {} boots as {}, life {life}", id.0, peer.short()));
        self.drain(id);
        self.observer.booted(&self.hosts, id);
    }

    /// The page on a device is gone, with or without a goodbye to others.
    pub fn crash(&mut self, id: HostId, goodbye: bool) {
        self.note(&format!("host {} crashes", id.0));
        let now = self.now();
        let life = self.life(id);
        let host = &mut self.hosts[id.0];
        host.page = None;
        host.crashes.push(now);
        host.disk.crash(&mut self.env.dice);
        self.fabric.crash(&mut self.env, life, goodbye);
        self.server.crash(&mut self.env, life);
    }

    /// Damages a record of a device whose page is closed.
    pub fn damage(&mut self, id: HostId) {
        let host = &mut self.hosts[id.0];
        assert!(host.page.is_none(), "only the storage of a closed page is damaged");
        if let Some(key) = host.disk.damage(&mut self.env.dice, |_| true) {
            host.storage_failed = true;
            self.note(&format!("host {}: record `{key}` is damaged", id.0));
        }
    }

    /// The tab's timers and inputs stop.
    pub fn suspend(&mut self, id: HostId) {
        self.note(&format!("host {} is suspended", id.0));
        if let Some(page) = &mut self.hosts[id.0].page {
            page.suspended.get_or_insert_default();
        }
    }

    /// The tab goes on: all that waited arrives.
    pub fn resume(&mut self, id: HostId) {
        let page = self.hosts[id.0].page.as_mut();
        let Some(inputs) = page.and_then(|page| page.suspended.take()) else {
            return;
        };
        self.note(&format!("host {} goes on", id.0));
        for input in inputs {
            self.feed(id, input);
        }
        self.feed(id, Input::Timeout);
    }

    /// Does something with a device's engine; `None` if its page is closed or its tab suspended.
    pub fn command<R>(
        &mut self,
        id: HostId,
        command: impl FnOnce(&mut Engine, Instant) -> R,
    ) -> Option<R> {
        let now = self.local_now(id);
        let page = self.hosts[id.0].page.as_mut()?;
        if page.suspended.is_some() {
            return None;
        }
        let result = command(&mut page.engine, now);
        self.drain(id);
        Some(result)
    }

    /// What a device's engine shows.
    ///
    /// # Panics
    /// If its page is closed.
    pub fn view(&self, id: HostId) -> View {
        self.page(id).engine.view()
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

    /// Makes a room on a device, for all devices: their owners will enter it.
    pub fn create_room(&mut self, id: HostId) {
        let room = self.command(id, |engine, now| engine.create_room(now));
        for host in &mut self.hosts {
            host.room = room;
        }
    }

    /// Takes a device out of its room, with no wish to come back.
    pub fn leave_room(&mut self, id: HostId) -> Option<RoomSecret> {
        self.command(id, |engine, now| engine.leave_room(now))?;
        self.observer.left(id);
        let host = &mut self.hosts[id.0];
        host.left_session = true;
        host.room.take()
    }

    /// Lets a device's owner wish to be in a room; see [`Self::settle_in`].
    pub fn invite(&mut self, id: HostId, room: RoomSecret) {
        self.hosts[id.0].room = Some(room);
    }

    /// Sends a text that nobody else sends; `false` if the engine refuses.
    pub fn send_text(&mut self, from: HostId, to: HostId, text: &str) -> bool {
        let Some(peer) = self.hosts[to.0].peer else {
            return false;
        };
        let sent = self.command(from, |engine, now| engine.send_text(now, Some(peer), text));
        let accepted = matches!(sent, Some(Ok(_)));
        if accepted {
            let at = self.now();
            self.observer.compose(Composed { from, to, text: text.to_owned(), at });
        }
        accepted
    }

    /// The part of a device's writes that storage refuses, 0 to 1.
    pub fn set_storage_failures(&mut self, id: HostId, part: f64) {
        self.hosts[id.0].storage_fails = part;
    }

    /// Whom a device's engine connects to without being told.
    pub fn set_connect_policy(&mut self, id: HostId, policy: peer::ConnectPolicy) {
        self.hosts[id.0].connect = policy;
        self.command(id, |engine, now| engine.set_connect_policy(now, policy));
    }

    /// Whether a tab is suspended.
    pub fn is_suspended(&self, id: HostId) -> bool {
        self.hosts[id.0].page.as_ref().is_some_and(|page| page.suspended.is_some())
    }

    /// The room that a device's owner wants to be in.
    pub fn room_of(&self, id: HostId) -> Option<RoomSecret> {
        self.hosts[id.0].room
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
                if self.page(life.host).deadline_token == token {
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

    fn arrive(&mut self, id: HostId, input: Input) {
        match &mut self.hosts[id.0].page {
            Some(Page { suspended: Some(waiting), .. }) => waiting.push(input),
            Some(_) => self.feed(id, input),
            None => {}
        }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
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
        slowness_ms: dice.between(1, 80),
        skew_ms: dice.between(0, 7_200_000),
        connect: peer::ConnectPolicy::Everyone,
        byzantine: None,
        room: None,
        peer: None,
        storage_failed: false,
        storage_fails: 0.0,
        booted_at: Instant::ZERO,
        crashes: Vec::new(),
        left_session: false,
        events: Vec::new(),
    }
}
