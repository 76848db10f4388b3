//! What the devices learn: small rows that a small network tells apart.

use crate::{
    dice::Dice,
    network::HostId,
    world::{World, WorldConfig},
};
use core::time::Duration;
use neural::{Dataset, Values};
use peer::{CommandError, Origin};
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    session::{Masks, Privacy, SessionOptions},
};
use units::{ClusterId, PeerId, SessionId};

const INPUTS: u32 = 6;
const CLASSES: u32 = 3;
const ROWS: usize = 24;
const UNSEEN_ROWS: usize = 300;
const HELD_OUT_PERCENT: u8 = 20;
/// Devices from which on their owners look only until all is there: to look at a thousand every second takes longer than that.
const CROWD_MIN: usize = 100;

/// The cluster that every device has.
pub fn cluster() -> ClusterId {
    "world".parse().expect("the name is plain")
}

/// Its network, small because worlds are many.
pub fn network() -> NetworkSpec {
    NetworkSpec {
        inputs: INPUTS,
        steps: 1,
        layers: vec![LayerSpec::new(8, 4)],
        classes: CLASSES,
        seed: 1,
    }
}

/// A device's own rows: class means with noise, so that there is something to learn.
pub fn rows(seed: u64, host: HostId) -> Dataset {
    let mut dice = Dice::new(seed ^ (host.0 as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    noisy_rows(ROWS, &mut dice)
}

/// Rows of the same kind that no device has.
pub(crate) fn unseen_rows(seed: u64) -> Dataset {
    noisy_rows(UNSEEN_ROWS, &mut Dice::new(!seed))
}

fn noisy_rows(count: usize, dice: &mut Dice) -> Dataset {
    let (mut values, mut labels) = (Vec::new(), Vec::new());
    for row in 0..count {
        let label = row as u32 % CLASSES;
        for input in 0..INPUTS {
            let mean = if input % CLASSES == label { 180 } else { 40 };
            values.push(mean + dice.below(60) as u8);
        }
        labels.push(label as u16);
    }
    Dataset { inputs: INPUTS, classes: CLASSES, values: Values::Bytes(values), labels }
}

/// A session of so many rounds.
pub fn options(rounds: u32) -> SessionOptions {
    SessionOptions {
        rounds,
        local_steps: 4,
        batch_rows: 4,
        learning_rate_millionths: 10_000,
        privacy: None,
        masks: None,
    }
}

/// A session of so many rounds that keeps rows private.
pub(crate) fn private_options(rounds: u32, epsilon_thousandths: u32) -> SessionOptions {
    SessionOptions { privacy: Some(Privacy { epsilon_thousandths }), ..options(rounds) }
}

impl World {
    /// Does what the owner of a device does on opening the page, as far as it has not been done: enters the room,
    /// looks for others, makes the cluster and loads its rows.
    pub fn settle_in(&mut self, id: HostId) {
        let Some(room) = self.room_of(id) else {
            return;
        };
        if self.hosts[id.0].settled && self.hosts.len() >= CROWD_MIN {
            return;
        }
        let Some(view) = self.command(id, |engine, _| engine.view()) else {
            return;
        };
        if view.room.is_none() {
            self.command(id, |engine, now| engine.join_room(now, room));
        }
        if view.signaling == peer::SignalingState::Off {
            let started = self.command(id, |engine, now| engine.start_discovery(now));
            assert!(started.is_none_or(|started| started.is_ok()), "a room and a server are there");
        }
        match view.clusters.iter().find(|known| known.id == cluster()) {
            Some(known) if known.train_rows == 0 => self.load_rows(id, &cluster()),
            Some(_) => self.hosts[id.0].settled = true,
            None => {
                let network = self.config.network.clone();
                let made =
                    self.command(id, |engine, now| engine.create_cluster(now, cluster(), network));
                if let Some(Err(error)) = made {
                    panic!("{id:?} could not make its cluster: {error}");
                }
            }
        }
    }

    /// Goes on for a while; owners look at their devices every second.
    pub fn live_for(&mut self, duration: Duration) {
        let end = self.now() + duration;
        while self.now() < end {
            for id in self.running() {
                self.settle_in(id);
            }
            let left = end.saturating_duration_since(self.now());
            self.run_for(left.min(Duration::from_secs(1)));
            self.look();
        }
    }

    /// Goes on until `done`, which is looked at every 100 ms.
    ///
    /// # Panics
    /// If it takes longer than `patience`; `what` says for what.
    pub fn live_until(
        &mut self,
        what: &str,
        patience: Duration,
        mut done: impl FnMut(&Self) -> bool,
    ) {
        let end = self.now() + patience;
        while !done(self) {
            assert!(self.now() < end, "{what}: not within {patience:?}");
            for id in self.running() {
                self.settle_in(id);
            }
            self.run_for(Duration::from_millis(100));
        }
    }

    /// A room with so many devices, all connected with each other, each with its cluster and its rows.
    pub fn room(config: WorldConfig) -> Self {
        let hosts = config.hosts;
        let mut world = Self::new(config);
        world.boot(HostId(0));
        world.create_room(HostId(0));
        for id in 1..hosts {
            world.boot(HostId(id));
        }
        world.live_until("all are connected and have rows", Duration::from_secs(60), |world| {
            world.all_connected() && world.all_have_rows()
        });
        world
    }

    fn all_have_rows(&self) -> bool {
        let ready = |id: &HostId| {
            self.view(*id)
                .clusters
                .iter()
                .any(|known| known.id == cluster() && known.train_rows > 0)
        };
        self.running().iter().all(ready)
    }

    /// Puts a device's rows on a cluster: on every second device stored in full, on the others by name.
    pub(crate) fn load_rows(&mut self, id: HostId, cluster: &ClusterId) {
        let dataset = rows(self.config.seed, id);
        let strategy = self.hosts[id.0].strategy;
        let dataset = strategy.map_or(dataset.clone(), |strategy| strategy.rows(dataset));
        let origin = if id.0.is_multiple_of(2) { Origin::Shipped } else { Origin::Own };
        let origin = origin("rows of the classroom".to_owned());
        let now = self.local_now(id);
        let page = self.hosts[id.0].page.as_mut().filter(|page| page.suspended.is_none());
        if let Some(recording) = page.and_then(|page| page.recording.as_mut()) {
            let (dataset, origin) = (dataset.clone(), origin.clone());
            recording.rows(now, cluster.clone(), dataset, HELD_OUT_PERCENT, origin);
        }
        self.command(id, |engine, now| {
            engine.load_dataset(now, cluster.clone(), dataset, HELD_OUT_PERCENT, origin)
        });
    }

    /// Starts a session for everyone in the room.
    ///
    /// # Errors
    /// What the engine says; `None` if the page is closed.
    pub fn start_session(
        &mut self,
        id: HostId,
        rounds: u32,
    ) -> Option<Result<SessionId, CommandError>> {
        self.start(id, options(rounds), None)
    }

    /// Starts a session for everyone in the room that keeps rows private.
    ///
    /// # Errors
    /// What the engine says; `None` if the page is closed.
    pub fn start_privately(
        &mut self,
        id: HostId,
        rounds: u32,
        epsilon_thousandths: u32,
    ) -> Option<Result<SessionId, CommandError>> {
        let options = private_options(rounds, epsilon_thousandths);
        self.start(id, options, None)
    }

    /// Starts a session for everyone in the room in which only sums of groups are seen.
    ///
    /// # Errors
    /// What the engine says; `None` if the page is closed.
    pub fn start_masked(
        &mut self,
        id: HostId,
        rounds: u32,
        masks: Masks,
    ) -> Option<Result<SessionId, CommandError>> {
        self.start(id, SessionOptions { masks: Some(masks), ..options(rounds) }, None)
    }

    /// The same with rows that are kept private.
    ///
    /// # Errors
    /// What the engine says; `None` if the page is closed.
    pub fn start_masked_privately(
        &mut self,
        id: HostId,
        rounds: u32,
        masks: Masks,
        epsilon_thousandths: u32,
    ) -> Option<Result<SessionId, CommandError>> {
        let options = private_options(rounds, epsilon_thousandths);
        self.start(id, SessionOptions { masks: Some(masks), ..options }, None)
    }

    /// Starts to train on one device alone.
    ///
    /// # Errors
    /// What the engine says; `None` if the page is closed.
    pub fn start_alone(
        &mut self,
        id: HostId,
        rounds: u32,
    ) -> Option<Result<SessionId, CommandError>> {
        self.start(id, options(rounds), Some(Vec::new()))
    }

    fn start(
        &mut self,
        id: HostId,
        options: SessionOptions,
        invited: Option<Vec<PeerId>>,
    ) -> Option<Result<SessionId, CommandError>> {
        let task = "three classes".to_owned();
        self.command(id, |engine, now| engine.start_session(now, cluster(), task, options, invited))
    }
}
