//! One session of a room, watched: as a table, and as pictures.
#![allow(clippy::disallowed_methods, reason = "whoever measures looks at the clock")]

use crate::plots;
use sim::{Course, Plan};
use std::{path::Path, process::ExitCode, time::Instant};

/// Lines of the table.
const LINES_MAX: usize = 12;

/// Plays the session and tells of it; draws it into `folder`, if there is one.
pub(crate) fn watch(plan: &Plan, folder: Option<&Path>) -> ExitCode {
    let start = Instant::now();
    let watched = plan.watch();
    let spent = start.elapsed().as_secs_f64();
    println!("{}: {} s of its time in {spent:.1} s", describe(plan), watched.seconds);
    print_table(&watched.course);
    match &watched.difference {
        None => println!("all honest members have ended with one model"),
        Some(difference) => println!("{difference}"),
    }
    if let Some(folder) = folder
        && let Err(error) = plots::draw_all(&watched.course, &describe(plan), folder)
    {
        eprintln!("sim: the pictures could not be drawn: {error}");
        return ExitCode::FAILURE;
    }
    if watched.difference.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn describe(plan: &Plan) -> String {
    let Plan { seed, peers, rounds, .. } = plan;
    let mut words = format!("{peers} peers, {rounds} rounds, seed {seed}");
    if plan.faults != sim::Faults::NONE {
        words += &format!(", with {}", plan.faults.to_string().replace(',', ", "));
    }
    if let Some((strategy, count)) = plan.liars {
        words += &format!(", {count} of them {strategy}");
    }
    words
}

fn print_table(course: &Course) {
    println!(
        "  {:>7}  {:>7}  {:>22}  {:>14}",
        "time", "round", "accuracy (from - to)", "sent by each"
    );
    let step = course.moments.len().div_ceil(LINES_MAX).max(1);
    let last = course.moments.last().into_iter();
    for moment in course.moments.iter().step_by(step).chain(last) {
        let (accuracy, percent) = (moment.accuracy, 100.0);
        println!(
            "  {:>5.0} s  {:>7}  {:>7.1} % ({:>3.0} - {:>3.0} %)  {:>11.1} kB",
            moment.seconds,
            moment.rounds.middle,
            percent * accuracy.middle,
            percent * accuracy.low,
            percent * accuracy.high,
            moment.sent_bytes.middle / 1e3,
        );
    }
}
