//! Plays histories of a seeded world from the command line.

mod churn;
mod command;
mod engine_cost;
mod plots;
mod room;

use command::{Command, HELP};
use peer::RoundPhase;
use sim::{Plan, delay_after_half_die, kind_of, shrink};
use std::process::ExitCode;

/// Histories that are played to make a failing one smaller: some ten seconds of small ones.
const SHRINKING_TRIES_MAX: usize = 1_500;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match Command::read(&arguments) {
        Ok(Command::Help) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Command::Run(plan)) => play_all(std::iter::once(plan), false),
        Ok(Command::Room { plan, folder }) => room::watch(&plan, folder.as_deref()),
        Ok(Command::Quick { from, seeds }) => play_all((from..from + seeds).map(Plan::small), true),
        Ok(Command::Soak { from, seeds }) => play_all((from..from + seeds).map(Plan::large), true),
        Ok(Command::Shrink(plan)) => make_smaller(&plan),
        Ok(Command::Engine { seed, peers }) => {
            engine_cost::measure(seed, peers);
            ExitCode::SUCCESS
        }
        Ok(Command::Crowd { seed, peers }) => {
            engine_cost::measure_crowd(seed, peers);
            ExitCode::SUCCESS
        }
        Ok(Command::Churn { seed, peers, minutes, is_json }) => {
            churn::watch(seed, peers, minutes, is_json)
        }
        Ok(Command::Halved { seed }) => {
            let delay = delay_after_half_die(seed, RoundPhase::Revealing);
            println!("{}", serde_json::json!({ "seed": seed, "seconds": delay.as_secs_f64() }));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("sim: {problem}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

/// Plays every history, and tells of those in which something was violated.
fn play_all(plans: impl Iterator<Item = Plan>, shrinks: bool) -> ExitCode {
    let (mut played, mut steps, mut violated) = (0, 0, Vec::new());
    for plan in plans {
        played += 1;
        match plan.try_play() {
            Ok(outcome) => {
                steps += outcome.steps;
                if played % 100 == 0 {
                    println!("{played} histories, {steps} steps, {} violations", violated.len());
                }
            }
            Err(sentence) => violated.push((plan, sentence)),
        }
    }
    println!("{played} histories, {steps} steps, {} violations", violated.len());
    for (plan, sentence) in &violated {
        println!("seed {}: {sentence}\n  {}", plan.seed, plan.command());
    }
    match violated.first() {
        None => ExitCode::SUCCESS,
        Some((plan, _)) if shrinks => make_smaller(plan),
        Some(_) => ExitCode::FAILURE,
    }
}

/// Looks for a smaller history that fails in the same way, and says how to play it.
fn make_smaller(plan: &Plan) -> ExitCode {
    // What the tries have to say about their ends is of no use to anybody.
    std::panic::set_hook(Box::new(|_| ()));
    let quietly = |plan: &Plan| Plan { quiet: true, trace: false, ..plan.clone() }.try_play();
    let Err(sentence) = quietly(plan) else {
        println!("seed {} fails nowhere: {}", plan.seed, plan.command());
        return ExitCode::SUCCESS;
    };
    println!("\nlooking for a smaller history than seed {}: {sentence}", plan.seed);
    let kind = kind_of(&sentence);
    let shrunk = shrink(plan, SHRINKING_TRIES_MAX, |smaller| {
        quietly(smaller).is_err_and(|sentence| kind_of(&sentence) == kind)
    });
    let (before, after) = (plan, &shrunk.plan);
    println!(
        "{} tries: {} scenes of {}, {} devices of {}, {} rounds of {}\n  {}",
        shrunk.tries,
        after.scenes().len(),
        before.scenes().len(),
        after.present(),
        before.present(),
        after.rounds,
        before.rounds,
        after.command()
    );
    ExitCode::FAILURE
}
