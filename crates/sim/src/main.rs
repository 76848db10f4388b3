//! Plays histories of a seeded world from the command line.

mod engine_cost;

use sim::{Faults, Plan};
use std::process::ExitCode;

const HELP: &str = "\
Runs many peers on a faulty virtual network; one seed replays one history.

usage: sim quick [--seeds N] [--from SEED]
       sim soak [--seeds N] [--from SEED]
       sim run [--seed SEED] [--peers N] [--faults LIST] [--rounds N] [--trace]
       sim engine [--seed SEED] [--peers N]
       sim crowd [--seed SEED] [--peers N]

  quick    many short histories of small worlds (300 seeds unless told otherwise)
  soak     longer histories of larger worlds (10000 seeds unless told otherwise)
  run      one history: 5 peers, all faults, 10 rounds, seed 1 unless told otherwise
  engine   what an engine's inputs cost, as JSON: those of a room of 8 that trains, without network and jobs
  crowd    how much faster than its own time a connected room of 1,000 runs, as JSON

  --faults all, none, or a list of loss,partition,crash,suspend,server,malice,byzantine,storage,churn
  --trace  print every step

A violation prints its seed, the newest steps and the command that plays it again; the exit code is 1.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Command::read(&arguments) {
        Ok(Command::Help) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Command::Run(plan)) => play_all(std::iter::once(plan)),
        Ok(Command::Engine { seed, peers }) => {
            engine_cost::measure(seed, peers);
            ExitCode::SUCCESS
        }
        Ok(Command::Crowd { seed, peers }) => {
            engine_cost::measure_crowd(seed, peers);
            ExitCode::SUCCESS
        }
        Ok(Command::Quick { from, seeds }) => play_all((from..from + seeds).map(Plan::small)),
        Ok(Command::Soak { from, seeds }) => play_all((from..from + seeds).map(Plan::large)),
        Err(problem) => {
            eprintln!("sim: {problem}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

enum Command {
    Help,
    Run(Plan),
    Engine { seed: u64, peers: usize },
    Crowd { seed: u64, peers: usize },
    Quick { from: u64, seeds: u64 },
    Soak { from: u64, seeds: u64 },
}

impl Command {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut plan = Plan { seed: 1, peers: 5, faults: Faults::ALL, rounds: 10, trace: false };
        let (mut from, mut seeds) = (1, None);
        let Some((command, options)) = arguments.split_first() else {
            return Err("a command is missing".to_owned());
        };
        match command.as_str() {
            "engine" => plan.peers = 8,
            "crowd" => plan.peers = 1_000,
            _ => {}
        }
        let mut options = options.iter();
        while let Some(option) = options.next() {
            if option == "--trace" {
                plan.trace = true;
                continue;
            }
            if option == "--help" || option == "-h" {
                return Ok(Self::Help);
            }
            let value = options.next().ok_or_else(|| format!("`{option}` needs a value"))?;
            match option.as_str() {
                "--seed" => plan.seed = number(option, value, 0, u64::MAX)?,
                "--peers" => plan.peers = number(option, value, 1, 2_000)? as usize,
                "--rounds" => plan.rounds = number(option, value, 1, 1_000)? as u32,
                "--faults" => plan.faults = value.parse().map_err(|e| format!("{e}"))?,
                "--seeds" => seeds = Some(number(option, value, 1, 1 << 40)?),
                "--from" => from = number(option, value, 0, 1 << 60)?,
                _ => return Err(format!("`{option}` is no option")),
            }
        }
        match command.as_str() {
            "run" => Ok(Self::Run(plan)),
            "crowd" => Ok(Self::Crowd { seed: plan.seed, peers: plan.peers }),
            "engine" => Ok(Self::Engine { seed: plan.seed, peers: plan.peers }),
            "quick" => Ok(Self::Quick { from, seeds: seeds.unwrap_or(300) }),
            "soak" => Ok(Self::Soak { from, seeds: seeds.unwrap_or(10_000) }),
            "help" | "--help" | "-h" => Ok(Self::Help),
            other => Err(format!("`{other}` is no command")),
        }
    }
}

fn number(option: &str, value: &str, low: u64, high: u64) -> Result<u64, String> {
    let number = value.parse().ok().filter(|number| (low..=high).contains(number));
    number.ok_or_else(|| format!("`{option} {value}`: a number from {low} to {high} is needed"))
}

/// Plays every history, and tells of those in which something was violated.
fn play_all(plans: impl Iterator<Item = Plan>) -> ExitCode {
    let (mut played, mut steps, mut violated) = (0, 0, Vec::new());
    for plan in plans {
        played += 1;
        match std::panic::catch_unwind(|| plan.play()) {
            Ok(outcome) => {
                steps += outcome.steps;
                if played % 100 == 0 {
                    println!("{played} histories, {steps} steps, {} violations", violated.len());
                }
            }
            Err(_) => violated.push(plan),
        }
    }
    println!("{played} histories, {steps} steps, {} violations", violated.len());
    for plan in &violated {
        println!("seed {}: {}", plan.seed, plan.command());
    }
    if violated.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
