//! The native half of `cargo xtask bench neural`: trains a course and prints what came of it as JSON.
//!
//! `bench messages MEMBERS` says how many bytes a member sends in a round besides updates.
//!
//! `bench chains` says how fast whole ledgers are computed again, and how long their proofs are.
//!
//! `bench lending SHAPE LESSONS RUNS` says how long lessons of lent nodes take, without and with what checks them.
//!
//! `bench vectors KIND COUNT QUESTIONS FOLDER` writes vectors to search in.
//! `bench replay SEED` has digits come two at a time, and says what is left of the first ones with prototypes and without.
//! `bench remembered COUNT [PASSPHRASE FROM TO]` says how long it takes to take up what a device remembers, or has a copy remember it.
//! `bench quality` says how often the text that is looked for is among the first five, by its meaning and by its words.
//!
//! `bench FILE TEST_ROWS SEED [validation] [NAME=VALUE...]` trains the standard course on a data set's file, and with
//! `order` in the place of a file the course of the order task on sequences made for it. With `validation`, as many of the
//! training rows as there are test rows take the test's place: that is how settings are chosen.
#![allow(clippy::disallowed_methods)]

mod chains_command;
mod lending_command;
mod private_command;
mod quality_command;
mod remembered_command;
mod replay_command;
mod rooms_command;
mod vectors_command;

use bench::{
    course::{Course, Pupil},
    order,
};
use neural::{Dataset, Kernels, nodes::wire};
use std::{error::Error, fs, time::Instant};

const USAGE: &str = "bench FILE|order TEST_ROWS SEED [validation] [NAME=VALUE...]";

/// Rows on which firing is counted frame by frame.
const FIRING_ROWS: usize = 1_000;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.split_first() {
        Some((word, [members])) if word == "messages" => {
            println!("{}", bench::messages::round_bytes(members.parse()?));
            return Ok(());
        }
        Some((word, [])) if word == "private" => return private_command::run(),
        Some((word, [])) if word == "chains" => return chains_command::run(),
        Some((word, rest)) if word == "lending" => return lending_command::run(rest),
        Some((word, rest)) if word == "vectors" => return vectors_command::run(rest),
        Some((word, rest)) if word == "quality" => return quality_command::run(rest),
        Some((word, rest)) if word == "remembered" => return remembered_command::run(rest),
        Some((word, rest)) if word == "replay" => return replay_command::run(rest),
        Some((word, rest)) if word == "rooms" => return rooms_command::run(rest),
        _ => {}
    }
    let [source, test_rows, seed, options @ ..] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let (dataset, mut course) = match source.as_str() {
        "order" => (order::sequences(), Course::order(seed.parse()?)),
        file => (Dataset::decode_file(&fs::read(file)?)?, Course::standard(seed.parse()?)),
    };
    let (mut end, test_rows) = (dataset.rows() as u32, test_rows.parse::<u32>()?);
    for option in options {
        match option.split_once('=') {
            None if option == "validation" => end -= test_rows,
            Some((name, value)) => set(&mut course, name, value)?,
            None => return Err(format!("`{option}` is no setting: {USAGE}").into()),
        }
    }
    let train: Vec<u32> = (0..end - test_rows).collect();
    let test: Vec<u32> = (end - test_rows..end).collect();
    let mut pupil = Pupil::new(course.clone(), &dataset)?;
    let start = Instant::now();
    for _ in 0..course.epochs {
        pupil.take_epoch(&dataset, &train)?;
    }
    let seconds = start.elapsed().as_secs_f64();
    let evaluation = pupil.evaluate(&dataset, &test);
    let firing_in_time = pupil.firing_in_time(&dataset, &test[..test.len().min(FIRING_ROWS)])?;
    let saved = 1.0 - evaluation.multiplications as f64 / evaluation.multiplications_ungated as f64;
    let (sent, whole) =
        wire::activation_bytes(pupil.network(), &dataset, &test[..1_000.min(test.len())])[0];
    let result = serde_json::json!({
        "accuracy_percent": 100.0 * evaluation.accuracy(),
        "firing_percent": 100.0 * evaluation.firing_rate(),
        "firing_in_time_percent": 100.0 * firing_in_time,
        "operations_saved_percent": 100.0 * saved,
        "samples_per_second": f64::from(course.epochs) * train.len() as f64 / seconds,
        "activation_bytes": sent,
        "activation_bytes_dense": whole,
        "course": course.describe(),
        "seed": course.seed,
    });
    println!("{result}");
    Ok(())
}

/// Changes one setting of a course.
fn set(course: &mut Course, name: &str, value: &str) -> Result<(), Box<dyn Error>> {
    let list = || value.split('-').map(str::parse).collect::<Result<_, _>>();
    match name {
        "layers" => course.layers = list()?,
        "steps" => course.steps = value.parse()?,
        "traces" => course.traces = list()?,
        "timer" => course.timer = value.parse()?,
        "epochs" => course.epochs = value.parse()?,
        "batch" => course.batch_rows = value.parse()?,
        "rate" => course.learning_rate = value.parse()?,
        "smoothing" => course.smoothing = value.parse()?,
        "timer_rate" => course.timer_rate = value.parse()?,
        "jitter" => course.jitter = value.parse()?,
        "kernels" if value == "dense" => course.kernels = Kernels::Dense,
        "kernels" if value == "events" => course.kernels = Kernels::EventDriven,
        _ => return Err(format!("`{name}` is no setting of a course").into()),
    }
    Ok(())
}
