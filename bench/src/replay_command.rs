//! `bench replay SEED [validation] [NAME=VALUE...]`: split MNIST with a memory of prototypes and without one, as one JSON
//! object.

use bench::replay::{Course, Outcome};
use neural::Dataset;
use std::{error::Error, fs, time::Instant};

const FILE: &str = "data/mnist.bin";
const TEST_ROWS: u32 = 10_000;

/// Prints it.
pub(crate) fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [seed, options @ ..] = arguments else {
        return Err("bench replay SEED [validation] [NAME=VALUE...]".into());
    };
    let file =
        fs::read(FILE).map_err(|error| format!("{FILE}: {error}: run `cargo xtask data mnist`"))?;
    let dataset = Dataset::decode_file(&file)?;
    let (mut course, mut end) = (Course::standard(seed.parse()?), dataset.rows() as u32);
    for option in options {
        match option.split_once('=') {
            None if option == "validation" => end -= TEST_ROWS,
            Some((name, value)) => set(&mut course, name, value)?,
            None => return Err(format!("`{option}` is no setting of a course").into()),
        }
    }
    let train: Vec<u32> = (0..end - TEST_ROWS).collect();
    let test: Vec<u32> = (end - TEST_ROWS..end).collect();
    let describe = |course: &Course| -> Result<serde_json::Value, Box<dyn Error>> {
        let start = Instant::now();
        let outcome = course.run(&dataset, &train, &test)?;
        Ok(described(&outcome, start.elapsed().as_secs_f64()))
    };
    let result = serde_json::json!({
        "replay": describe(&course)?,
        "plain": describe(&course.plain())?,
        "course": {
            "layers": course.layers,
            "timer": course.timer,
            "batch": course.batch_rows,
            "prototypes": course.prototypes,
            "replayed": course.replayed_rows,
            "rate": course.learning_rate.to_string(),
            "smoothing": course.smoothing.to_string(),
            "jitter": course.jitter,
        },
        "seed": course.seed,
    });
    println!("{result}");
    Ok(())
}

fn described(outcome: &Outcome, seconds: f64) -> serde_json::Value {
    let points = outcome.curve.iter();
    serde_json::json!({
        "accuracy_percent": outcome.percent(),
        "tasks_percent": outcome.tasks_percent,
        "firing_percent": outcome.firing_percent,
        "kept": outcome.kept,
        "seconds": seconds,
        "curve": points
            .map(|point| (point.batches, point.seen_percent, point.all_percent))
            .collect::<Vec<_>>(),
    })
}

/// Changes one setting of a course.
fn set(course: &mut Course, name: &str, value: &str) -> Result<(), Box<dyn Error>> {
    match name {
        "layers" => course.layers = value.split('-').map(str::parse).collect::<Result<_, _>>()?,
        "timer" => course.timer = value.parse()?,
        "batch" => course.batch_rows = value.parse()?,
        "prototypes" => course.prototypes = value.parse()?,
        "replayed" => course.replayed_rows = value.parse()?,
        "rate" => course.learning_rate = value.parse()?,
        "smoothing" => course.smoothing = value.parse()?,
        "jitter" => course.jitter = value.parse()?,
        _ => return Err(format!("`{name}` is no setting of a course").into()),
    }
    Ok(())
}
