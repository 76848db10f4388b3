//! What a command line asks for.

use core::time::Duration;
use sim::{Cuts, Faults, Path, Plan, Strategy};
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
Runs many peers on a faulty virtual network; one seed replays one history.

usage: sim quick [--seeds N] [--from SEED]
       sim soak [--seeds N] [--from SEED]
       sim run [--seed SEED] [--peers N] [--faults LIST] [--rounds N] [--trace]
               [--scenes LIST] [--present N] [--weather N]
               [--path MS,PERCENT,KB] [--liars STRATEGY:N]
       sim room [--plot FOLDER] [as run]
       sim shrink --seed SEED [as run, or --soak]
       sim engine [--seed SEED] [--peers N]
       sim crowd [--seed SEED] [--peers N]
       sim churn [--seed SEED] [--peers N] [--minutes N] [--json]
       sim halved [--seed SEED]
       sim split [--seed SEED]

  quick    many short histories of small worlds (300 seeds unless told otherwise)
  soak     longer histories of larger worlds (10000 seeds unless told otherwise)
  run      one history: 5 peers, all faults, 10 rounds, seed 1 unless told otherwise
  room     one session of 8 peers, no faults, 20 rounds unless told otherwise, watched: accuracy, bytes and time as a table,
           and as pictures with --plot; more than 12 peers are a crowd with about 8 connections each
  shrink   looks for a smaller history that fails as that seed of `quick` does, or of `soak`, or that history of `run`
  engine   what an engine's inputs cost, as JSON: those of a room of 8 that trains, without network and jobs
  crowd    how much faster than its own time a connected room of 1,000 runs, as JSON
  churn    a room of 1,000 that learns while a tenth of it goes and as many strangers come every minute, for 3 minutes:
           who is behind by how many records, neighbours, bytes; fails if anybody is more than 2 records behind
  halved   how long the rest of a room of 8 needs to end a round in which half of it dies while updates travel, as JSON
  split    what networks over three devices learn on paths that lose a tenth of all packets, as JSON; the last of them is
           healed when a device that carries it dies

  --faults   all, none, or a list of loss,partition,crash,suspend,server,malice,byzantine,storage,churn
  --path     what all good paths are like: one way in milliseconds, loss in percent, kilobytes a second (50,1,1000);
             unless told otherwise, each pair has 1 to 60 ms, no loss, and 500 to 5,000 kB/s
  --liars    what the last so many do: sign-flip, scaled, little-is-enough, inner-product, mimic, label-flip,
             equivocate, silent or garbage
  --trace    print every step
  --scenes   play only these scenes of what goes wrong, by number, or none
  --present  only so many of the peers are there
  --weather  the same scenes on a network with other luck

A violation prints its seed, the newest steps and the command that plays it again; the first one is shrunk, and the exit
code is 1.
";

pub(crate) enum Command {
    Help,
    Run(Plan),
    Quick { from: u64, seeds: u64 },
    Soak { from: u64, seeds: u64 },
    Room { plan: Plan, folder: Option<PathBuf> },
    Shrink(Plan),
    Engine { seed: u64, peers: usize },
    Crowd { seed: u64, peers: usize },
    Churn { seed: u64, peers: usize, minutes: u32, is_json: bool },
    Halved { seed: u64 },
    Split { seed: u64 },
}

/// Options as they are given.
#[derive(Default)]
struct Options {
    seed: Option<u64>,
    peers: Option<usize>,
    rounds: Option<u32>,
    minutes: Option<u32>,
    faults: Option<Faults>,
    seeds: Option<u64>,
    from: Option<u64>,
    cuts: Cuts,
    trace: bool,
    soak: bool,
    json: bool,
    path: Option<Path>,
    liars: Option<(Strategy, usize)>,
    folder: Option<PathBuf>,
}

impl Command {
    pub(crate) fn read(arguments: &[String]) -> Result<Self, String> {
        let Some((command, words)) = arguments.split_first() else {
            return Err("a command is missing".to_owned());
        };
        if words.iter().any(|word| word == "--help" || word == "-h") {
            return Ok(Self::Help);
        }
        let options = Options::read(words)?;
        let (seed, from) = (options.seed.unwrap_or(1), options.from.unwrap_or(1));
        match command.as_str() {
            "run" => Ok(Self::Run(options.plan())),
            "room" => {
                let folder = options.folder.clone();
                Ok(Self::Room { plan: options.plan_for_a_room(), folder })
            }
            "quick" => Ok(Self::Quick { from, seeds: options.seeds.unwrap_or(300) }),
            "soak" => Ok(Self::Soak { from, seeds: options.seeds.unwrap_or(10_000) }),
            "shrink" if options.is_about_one_history() => Ok(Self::Shrink(options.plan())),
            "shrink" if options.soak => Ok(Self::Shrink(Plan::large(seed))),
            "shrink" => Ok(Self::Shrink(Plan::small(seed))),
            "engine" => Ok(Self::Engine { seed, peers: options.peers.unwrap_or(8) }),
            "crowd" => Ok(Self::Crowd { seed, peers: options.peers.unwrap_or(1_000) }),
            "churn" => {
                let (peers, minutes) =
                    (options.peers.unwrap_or(1_000), options.minutes.unwrap_or(3));
                Ok(Self::Churn { seed, peers, minutes, is_json: options.json })
            }
            "halved" => Ok(Self::Halved { seed }),
            "split" => Ok(Self::Split { seed }),
            "help" | "--help" | "-h" => Ok(Self::Help),
            other => Err(format!("`{other}` is no command")),
        }
    }
}

impl Options {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(option) = words.next() {
            match option.as_str() {
                "--trace" => options.trace = true,
                "--soak" => options.soak = true,
                "--json" => options.json = true,
                _ => {
                    let value = words.next().ok_or_else(|| format!("`{option}` needs a value"))?;
                    options.set(option, value)?;
                }
            }
        }
        Ok(options)
    }

    fn set(&mut self, option: &str, value: &str) -> Result<(), String> {
        match option {
            "--seed" => self.seed = Some(number(option, value, 0, u64::MAX)?),
            "--peers" => self.peers = Some(number(option, value, 1, 2_000)? as usize),
            "--rounds" => self.rounds = Some(number(option, value, 1, 1_000)? as u32),
            "--minutes" => self.minutes = Some(number(option, value, 1, 1_000)? as u32),
            "--faults" => self.faults = Some(value.parse().map_err(|e| format!("{e}"))?),
            "--liars" => {
                let (strategy, count) = value.split_once(':').unwrap_or((value, "1"));
                let strategy = strategy.parse().map_err(|e| format!("{e}"))?;
                self.liars = Some((strategy, number(option, count, 1, 2_000)? as usize));
            }
            "--path" => self.path = Some(path(option, value)?),
            "--plot" => self.folder = Some(value.into()),
            "--seeds" => self.seeds = Some(number(option, value, 1, 1 << 40)?),
            "--from" => self.from = Some(number(option, value, 0, 1 << 60)?),
            "--scenes" if value == "none" => self.cuts.scenes = Some(Vec::new()),
            "--scenes" => {
                let scene = |word: &str| number(option, word, 0, 10_000).map(|n| n as usize);
                self.cuts.scenes = Some(value.split(',').map(scene).collect::<Result<_, _>>()?);
            }
            "--present" => self.cuts.present = Some(number(option, value, 1, 2_000)? as usize),
            "--weather" => self.cuts.weather = number(option, value, 0, u64::MAX)?,
            _ => return Err(format!("`{option}` is no option")),
        }
        Ok(())
    }

    /// Whether more than the seed of a history is given.
    fn is_about_one_history(&self) -> bool {
        self.peers.is_some() || self.rounds.is_some() || self.faults.is_some()
    }

    fn plan(self) -> Plan {
        let (seed, peers) = (self.seed.unwrap_or(1), self.peers.unwrap_or(5));
        let (faults, rounds) = (self.faults.unwrap_or(Faults::ALL), self.rounds.unwrap_or(10));
        let Self { path, liars, cuts, trace, .. } = self;
        Plan { path, liars, cuts, trace, ..Plan::new(seed, peers, faults, rounds) }
    }

    /// A plan with other defaults: a quiet room, and long enough to see something.
    fn plan_for_a_room(mut self) -> Plan {
        self.peers.get_or_insert(8);
        self.faults.get_or_insert(Faults::NONE);
        self.rounds.get_or_insert(20);
        self.plan()
    }
}

fn path(option: &str, value: &str) -> Result<Path, String> {
    let parts: Vec<&str> = value.split(',').collect();
    let [ms, percent, kb] = parts[..] else {
        return Err(format!("`{option} {value}`: three numbers are needed, as in 50,1,1000"));
    };
    let latency = Duration::from_millis(number(option, ms, 0, 60_000)?);
    let loss = number(option, percent, 0, 99)? as f64 / 100.0;
    Ok(Path { latency, loss, bytes_per_second: 1_000 * number(option, kb, 1, 10_000_000)? })
}

fn number(option: &str, value: &str, low: u64, high: u64) -> Result<u64, String> {
    let number = value.parse().ok().filter(|number| (low..=high).contains(number));
    number.ok_or_else(|| format!("`{option} {value}`: a number from {low} to {high} is needed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_of_a_history_reads_back_as_that_history() {
        let cuts = Cuts { scenes: Some(vec![0, 4]), present: Some(2), weather: 3 };
        let uncut = Plan { trace: true, ..Plan::small(4140) };
        let liars = Some((Strategy::Silent, 2));
        let path =
            Path { latency: Duration::from_millis(50), loss: 0.02, bytes_per_second: 80_000 };
        for plan in [Plan { cuts, liars, path: Some(path), ..uncut.clone() }, uncut] {
            let command = plan.command();
            let words: Vec<String> =
                command.split("xtask sim ").nth(1).unwrap().split(' ').map(str::to_owned).collect();
            let Ok(Command::Run(read)) = Command::read(&words) else { panic!("{command}") };
            assert_eq!(read, plan);
        }
    }
}
