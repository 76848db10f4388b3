//! A room in which one network learns over several devices.

use crate::{
    network::{HostId, Path},
    world::{World, WorldConfig},
};
use core::time::Duration;
use neural::{Dataset, LearningState, Network, Plan, evaluate, nodes::wire, train};
use peer::{Answer, Event, Origin, PartPlace, SplitPartView, SplitTraining, SplitView};
use protocol::cluster::{LayerSpec, NetworkSpec};
use units::ClusterId;

const DIGITS: &[u8] = include_bytes!("../../../public/data/digits.bin");
const HELD_OUT_PERCENT: u8 = 20;
const PATIENCE: Duration = Duration::from_secs(600);

/// A room on slow paths that lose packets. Its first device has the digits, the others carry nodes.
#[derive(Debug, Clone, Copy)]
pub struct SplitRoom<'a> {
    /// Decides the room's history.
    pub seed: u64,
    /// Decides the network's first weights and the order of its rows.
    pub network_seed: u64,
    /// Nodes of each layer.
    pub layers: &'a [u32],
    /// How many nodes each of the others carries.
    pub carry: &'a [u32],
    /// The part of the packets that is lost and comes late.
    pub loss: f64,
}

/// What came of a network over several devices.
#[derive(Debug, Clone)]
pub struct SplitOutcome {
    /// Its accuracy on held-out rows.
    pub accuracy: f64,
    /// That of the same network that learnt as much on one device.
    pub whole: f64,
    /// Its parts at the end of the training.
    pub view: SplitView,
    /// How long the training took, on the devices' clocks.
    pub took: Duration,
}

impl SplitRoom<'_> {
    /// The device that has the network and the rows.
    pub const OWNER: HostId = HostId(0);

    /// What the network learns from.
    pub const TRAINING: SplitTraining =
        SplitTraining { steps: 860, batch_rows: 20, learning_rate_millionths: 2_000 };

    /// The network's name.
    pub fn cluster() -> ClusterId {
        "digits".parse().expect("the name is plain")
    }

    /// The rows.
    pub fn dataset() -> Dataset {
        Dataset::decode_file(DIGITS).expect("the digits ship with the site")
    }

    /// Those that nothing is learnt from.
    pub fn held_out() -> Vec<u32> {
        Self::dataset().split(HELD_OUT_PERCENT).expect("there are enough rows").held_out
    }

    fn spec(&self) -> NetworkSpec {
        let layers = self.layers.iter().map(|nodes| LayerSpec::new(*nodes, 4)).collect();
        NetworkSpec { inputs: 64, steps: 1, layers, classes: 10, seed: self.network_seed }
    }

    /// The network after as much learning on one device.
    fn whole(&self) -> Network {
        let dataset = Self::dataset();
        let rows = dataset.split(HELD_OUT_PERCENT).expect("there are enough rows").train;
        let mut network = Network::new(&self.spec()).expect("a small network");
        let mut state = LearningState::new(&self.spec());
        let SplitTraining { steps, batch_rows, .. } = Self::TRAINING;
        let plan = Plan { steps, batch_rows, learning_rate: 2e-3, decay: 0.9, ..Plan::default() };
        train(&mut network, &mut state, &dataset, &rows, &plan).expect("it learns");
        network
    }

    /// Bytes of one row's activation of each layer, sparse and dense.
    pub fn activation_bytes(&self) -> Vec<(f64, u32)> {
        wire::activation_bytes(&self.whole(), &Self::dataset(), &Self::held_out())
    }

    /// The room, once what its devices carry is known and the rows are there.
    ///
    /// # Panics
    /// If that never comes.
    pub fn world(&self) -> World {
        self.open(false)
    }

    /// The same, where a ledger is kept and all are members of its economy.
    ///
    /// # Panics
    /// If that never comes.
    pub fn world_with_ledger(&self) -> World {
        let mut world = self.open(true);
        world.live_until("all are members", PATIENCE, |world| {
            world.host_ids().into_iter().all(|id| {
                world.view(id).ledger.is_some_and(|ledger| ledger.member && ledger.waiting == 0)
            })
        });
        world
    }

    fn open(&self, ledger: bool) -> World {
        let path = Path {
            latency: Duration::from_millis(50),
            loss: self.loss,
            bytes_per_second: 1_000_000,
        };
        let mut config =
            WorldConfig { ledger, ..WorldConfig::new(self.seed, 1 + self.carry.len()) };
        config.path = Some(path);
        let mut world = World::room(config);
        let network = self.spec();
        world.command(Self::OWNER, |engine, now| {
            engine.create_cluster(now, Self::cluster(), network).expect("it is possible")
        });
        let origin = Origin::Own("digits".to_owned());
        world.command(Self::OWNER, |engine, now| {
            engine
                .load_dataset(now, Self::cluster(), Self::dataset(), HELD_OUT_PERCENT, origin)
                .expect("it is possible")
        });
        for (number, nodes) in self.carry.iter().enumerate() {
            let nodes = *nodes;
            let host = HostId(number + 1);
            world.command(host, |engine, now| {
                engine.carry_nodes(now, nodes).expect("it is possible")
            });
        }
        let carriers = self.carry.iter().filter(|nodes| **nodes > 0).count();
        world.live_until("offers are known and rows are here", PATIENCE, |world| {
            let view = world.view(Self::OWNER);
            let offers = view.peers.iter().filter(|peer| peer.capability.nodes_for_others > 0);
            let cluster = view.clusters.iter().find(|it| it.id == Self::cluster());
            offers.count() == carriers && cluster.is_some_and(|it| it.train_rows > 0)
        });
        world
    }

    /// The network's parts.
    ///
    /// # Panics
    /// If it is in one piece.
    pub fn view(world: &World) -> SplitView {
        world.view(Self::OWNER).split.expect("the cluster is split")
    }

    /// Gives parts away, and begins to train.
    ///
    /// # Panics
    /// If nobody takes them.
    pub fn split_and_train(world: &mut World) {
        world.command(Self::OWNER, |engine, now| {
            engine.split_cluster(now, Self::cluster()).expect("it is possible")
        });
        world.live_until("all parts are away", PATIENCE, |world| {
            Self::view(world).parts.iter().all(|part| part.place == PartPlace::Away)
        });
        world.command(Self::OWNER, |engine, now| {
            engine.train_split(now, Self::cluster(), Self::TRAINING).expect("it is possible")
        });
    }

    /// Whether the training is over.
    pub fn is_trained(world: &World) -> bool {
        world.view(Self::OWNER).split.is_some_and(|split| split.training.is_none())
    }

    /// Waits for the end of a training that began then, takes all nodes home, and judges them.
    ///
    /// # Panics
    /// If that never comes.
    pub fn outcome(&self, world: &mut World, began: units::Instant) -> SplitOutcome {
        world.live_until("it is trained", PATIENCE, Self::is_trained);
        let took = world.now().saturating_duration_since(began);
        let view = Self::view(world);
        let accuracy = gathered(world);
        let whole = self.accuracy_on_one_device();
        SplitOutcome { accuracy, whole, view, took }
    }

    /// What the same network reaches on one device after as much learning.
    pub fn accuracy_on_one_device(&self) -> f64 {
        evaluate(&self.whole(), &Self::dataset(), &Self::held_out()).accuracy()
    }

    /// All of it, without anything that goes wrong but packets.
    ///
    /// # Panics
    /// As [`Self::outcome`].
    pub fn play(&self) -> SplitOutcome {
        let mut world = self.world();
        Self::split_and_train(&mut world);
        let began = world.now();
        self.outcome(&mut world, began)
    }

    /// The same, but the first device that carries nodes dies half-way, and others heal what it leaves.
    ///
    /// # Panics
    /// As [`Self::outcome`], and if nobody takes its place.
    pub fn play_with_a_death(&self) -> (SplitOutcome, Duration) {
        let mut world = self.world();
        Self::split_and_train(&mut world);
        let began = world.now();
        world.live_until("half of it is done", PATIENCE, |world| {
            Self::view(world).training.is_some_and(|training| training.batches > 400)
        });
        let dead = world.peer_id(HostId(1));
        world.crash(HostId(1), false);
        let died_at = world.now();
        world.live_until("others carry its nodes", PATIENCE, |world| {
            let parts = Self::view(world).parts;
            parts.iter().all(|it| it.host != Some(dead) && it.place == PartPlace::Away)
        });
        let healed_within = world.now().saturating_duration_since(died_at);
        (self.outcome(&mut world, began), healed_within)
    }
}

impl SplitOutcome {
    /// Of what was asked of other devices, the part that did not come in time.
    pub fn silent_part(&self) -> f64 {
        let sum = |of: fn(&SplitPartView) -> u32| -> f64 {
            self.view.parts.iter().map(|part| f64::from(of(part))).sum()
        };
        sum(|part| part.silent) / sum(|part| part.asked).max(1.0)
    }
}

/// Ends the split; gives the accuracy of what came home.
fn gathered(world: &mut World) -> f64 {
    let owner = SplitRoom::OWNER;
    world.command(owner, |engine, now| {
        engine.gather_cluster(now, &SplitRoom::cluster()).expect("it is possible")
    });
    world.live_until("all nodes are at home", PATIENCE, |world| world.view(owner).split.is_none());
    let asked = world.command(owner, |engine, now| {
        engine.evaluate(now, SplitRoom::cluster(), None).expect("it is possible")
    });
    let answer = |world: &World| {
        world.events(owner).find_map(|event| match event {
            Event::Answered { job, result: Ok(Answer::Evaluated(it)) } if Some(*job) == asked => {
                Some(it.accuracy())
            }
            _ => None,
        })
    };
    world.live_until("it is judged", PATIENCE, |world| answer(world).is_some());
    answer(world).expect("it is possible")
}
