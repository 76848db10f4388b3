//! A history in two phases: faults, in which nothing may become wrong; then none, in which all must become well.
//!
//! What goes wrong is a script that follows from the seed alone, so that parts of it can be left out and the rest stays as
//! it was; see [`crate::shrink`].

mod history;
mod script;

use crate::{
    course::Course,
    faults::Faults,
    network::{HostId, Path},
    strategy::Strategy,
    world::World,
};
use history::History;
use script::Scene;
use std::{any::Any, panic::AssertUnwindSafe};

/// What is to be played.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Decides everything that happens by chance.
    pub seed: u64,
    /// Devices that the script is written for.
    pub peers: usize,
    /// Kinds of faults in the script.
    pub faults: Faults,
    /// Rounds of the session.
    pub rounds: u32,
    /// What good paths between devices are like; `None` gives every pair its own.
    pub path: Option<Path>,
    /// What the last so many devices do that the others may not learn.
    pub liars: Option<(Strategy, usize)>,
    /// What is left out of it.
    pub cuts: Cuts,
    /// Whether every line of the trace is printed.
    pub trace: bool,
    /// Whether nothing is printed where something is violated.
    pub quiet: bool,
}

/// What is left out of a history: nothing, unless it has been shrunk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cuts {
    /// The scenes that are played, by number in the script; `None` for all.
    pub scenes: Option<Vec<usize>>,
    /// Devices that are there; `None` for all.
    pub present: Option<usize>,
    /// Latencies and all other chance but the script: the same script goes otherwise in other weather.
    pub weather: u64,
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

/// A session that was watched.
#[derive(Debug, Clone)]
pub struct Watched {
    /// How it went.
    pub course: Course,
    /// What keeps its members from having one model at its end; `None` if nothing does.
    pub difference: Option<String>,
    /// How long everything took on the world's clock.
    pub seconds: u64,
}

/// Devices that are all connected with each other; more are a crowd.
const ROOM_MAX: usize = 12;

impl Plan {
    /// The whole history of a seed.
    pub fn new(seed: u64, peers: usize, faults: Faults, rounds: u32) -> Self {
        let cuts = Cuts::default();
        Self {
            seed,
            peers,
            faults,
            rounds,
            path: None,
            liars: None,
            cuts,
            trace: false,
            quiet: false,
        }
    }

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
        Self { liars: some_liars(peers, &mut dice), ..Self::new(seed, peers, faults, rounds) }
    }

    /// A larger world for a seed.
    pub fn large(seed: u64) -> Self {
        let mut dice = crate::Dice::new(seed ^ 0x1a49e);
        let small = Self::small(seed);
        let (peers, rounds) = (2 + dice.below(7), 5 + dice.below(20) as u32);
        Self { peers, rounds, liars: some_liars(peers, &mut dice), ..small }
    }

    /// The command that plays it again.
    pub fn command(&self) -> String {
        let Self { seed, peers, faults, rounds, path, liars, cuts, .. } = self;
        let mut command = format!(
            "cargo xtask sim run --seed {seed} --peers {peers} --faults {faults} --rounds {rounds}"
        );
        if let Some(Path { latency, loss, bytes_per_second }) = path {
            let (ms, percent) = (latency.as_millis(), (100.0 * loss).round());
            let kb = bytes_per_second / 1_000;
            command += &format!(" --path {ms},{percent},{kb}");
        }
        if let Some((strategy, count)) = liars {
            command += &format!(" --liars {strategy}:{count}");
        }
        if let Some(scenes) = &cuts.scenes {
            let numbers: Vec<String> = scenes.iter().map(usize::to_string).collect();
            let numbers = if numbers.is_empty() { "none".to_owned() } else { numbers.join(",") };
            command += &format!(" --scenes {numbers}");
        }
        if let Some(present) = cuts.present {
            command += &format!(" --present {present}");
        }
        if cuts.weather > 0 {
            command += &format!(" --weather {}", cuts.weather);
        }
        command + " --trace"
    }

    /// Devices that are there.
    pub fn present(&self) -> usize {
        self.cuts.present.map_or(self.peers, |present| present.clamp(1, self.peers))
    }

    /// The numbers of the scenes that are played.
    pub fn scenes(&self) -> Vec<usize> {
        self.script().into_iter().map(|(number, _)| number).collect()
    }

    fn script(&self) -> Vec<(usize, Scene)> {
        let all = script::script(self.seed, self.peers, self.faults).into_iter().enumerate();
        let is_kept =
            |number: &usize| self.cuts.scenes.as_ref().is_none_or(|scenes| scenes.contains(number));
        let present = self.present();
        all.filter(|(number, scene)| is_kept(number) && scene.act.is_among(present)).collect()
    }

    fn world_seed(&self) -> u64 {
        self.seed ^ self.cuts.weather.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// Plays it.
    ///
    /// # Panics
    /// If anything that must be true is not; seed and newest history are printed.
    pub fn play(&self) -> Outcome {
        self.play_and(|_| ())
    }

    /// Plays it, then asks for more of the world at its end.
    ///
    /// # Panics
    /// If anything that must be true is not, or `ask` panics.
    pub fn play_and(&self, ask: impl FnOnce(&World)) -> Outcome {
        let mut history = History::new(self);
        history.play(self.script().into_iter().map(|(_, scene)| scene).collect());
        let world = &history.world;
        ask(world);
        let seconds = world.now().as_micros() / 1_000_000;
        Outcome { digest: world.digest(), steps: world.steps(), seconds }
    }

    /// Plays it and watches the session; of a room that is too large for everybody to be connected, it says how far its
    /// members came to agree.
    ///
    /// # Panics
    /// If anything that must be true is not.
    pub fn watch(&self) -> Watched {
        let mut history = History::new(self);
        history.world.watch();
        let scenes = self.script().into_iter().map(|(_, scene)| scene).collect();
        let difference = if self.present() > ROOM_MAX {
            history.play_in_a_crowd(scenes)
        } else {
            history.play(scenes);
            None
        };
        let course = history.world.take_course().unwrap_or_default();
        let seconds = history.world.now().as_micros() / 1_000_000;
        Watched { course, difference, seconds }
    }

    fn liars(&self) -> Vec<(HostId, Strategy)> {
        let Some((strategy, count)) = self.liars else { return Vec::new() };
        let present = self.present();
        (present.saturating_sub(count)..present).map(|id| (HostId(id), strategy)).collect()
    }

    /// Plays it.
    ///
    /// # Errors
    /// The sentence that says what was violated.
    pub fn try_play(&self) -> Result<Outcome, String> {
        std::panic::catch_unwind(AssertUnwindSafe(|| self.play()))
            .map_err(|panic| sentence(&*panic))
    }
}

/// In a quarter of the worlds with more than two devices, a quarter of them, or one at least, are liars of some kind.
fn some_liars(peers: usize, dice: &mut crate::Dice) -> Option<(Strategy, usize)> {
    let kinds: Vec<Strategy> = Strategy::all().collect();
    let strategy = *dice.pick(&kinds);
    (peers > 2 && dice.below(4) == 0).then_some((strategy, (peers / 4).max(1)))
}

/// What a panic says.
pub(crate) fn sentence(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("a violation without words").to_owned()
}
