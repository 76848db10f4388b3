//! Plays histories of a seeded world from the command line.

mod churn;
mod command;
mod engine_cost;
mod plots;
mod room;
mod split;

use command::{Command, HELP};
use peer::RoundPhase;
use sim::{Outcome, Plan, delay_after_half_die, kind_of, shrink};
use std::{process::ExitCode, sync::Mutex};

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
        Ok(Command::Split { seed }) => {
            split::measure(seed);
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("sim: {problem}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

/// Plays every history, one on each core, and tells of those in which something was violated.
fn play_all(plans: impl Iterator<Item = Plan> + Send, shrinks: bool) -> ExitCode {
    let (plans, told) = (Mutex::new(plans), Mutex::new(Played::default()));
    let next = || plans.lock().expect("no player panics").next();
    let play = || {
        while let Some(plan) = next() {
            let result = plan.try_play();
            told.lock().expect("no player panics").note(plan, result);
        }
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(play);
        }
    });
    let mut played = told.into_inner().expect("no player panics");
    played.violated.sort_by_key(|(plan, _)| plan.seed);
    played.tell();
    for (plan, sentence) in &played.violated {
        println!("seed {}: {sentence}\n  {}", plan.seed, plan.command());
    }
    match played.violated.first() {
        None => ExitCode::SUCCESS,
        Some((plan, _)) if shrinks => make_smaller(plan),
        Some(_) => ExitCode::FAILURE,
    }
}

/// What came of the histories so far.
#[derive(Default)]
struct Played {
    histories: usize,
    steps: u64,
    violated: Vec<(Plan, String)>,
}

impl Played {
    fn note(&mut self, plan: Plan, result: Result<Outcome, String>) {
        self.histories += 1;
        match result {
            Ok(outcome) => self.steps += outcome.steps,
            Err(sentence) => self.violated.push((plan, sentence)),
        }
        if self.histories.is_multiple_of(100) {
            self.tell();
        }
    }

    fn tell(&self) {
        let (histories, steps, violated) = (self.histories, self.steps, self.violated.len());
        println!("{histories} histories, {steps} steps, {violated} violations");
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
