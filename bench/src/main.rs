//! The native half of `cargo xtask bench neural`: trains a standard course and prints what came of it as JSON.
//!
//! `bench FILE TEST_ROWS SEED [validation] [NAME=VALUE...]`; with `validation`, as many of the training rows as there are
//! test rows take the test's place: that is how settings are chosen.
#![allow(clippy::disallowed_methods)]

use bench::course::{Course, Pupil};
use neural::Dataset;
use std::{error::Error, fs, time::Instant};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, test_rows, seed, options @ ..] = arguments.as_slice() else {
        return Err("bench FILE TEST_ROWS SEED [validation] [NAME=VALUE...]".into());
    };
    let dataset = Dataset::decode_file(&fs::read(file)?)?;
    let (rows, test_rows) = (dataset.rows() as u32, test_rows.parse::<u32>()?);
    let mut course = Course::standard(seed.parse()?);
    let mut end = rows;
    for option in options {
        match option.split_once('=') {
            None if option == "validation" => end -= test_rows,
            Some(("layers", value)) => {
                course.layers = value.split('-').map(str::parse).collect::<Result<_, _>>()?;
            }
            Some(("timer", value)) => course.timer = value.parse()?,
            Some(("epochs", value)) => course.epochs = value.parse()?,
            Some(("batch", value)) => course.batch_rows = value.parse()?,
            Some(("rate", value)) => course.learning_rate = value.parse()?,
            Some(("smoothing", value)) => course.smoothing = value.parse()?,
            _ => return Err(format!("`{option}` is no setting of a course").into()),
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
    let saved = 1.0 - evaluation.multiplications as f64 / evaluation.multiplications_ungated as f64;
    let result = serde_json::json!({
        "accuracy_percent": 100.0 * evaluation.accuracy(),
        "firing_percent": 100.0 * evaluation.firing_rate(),
        "operations_saved_percent": 100.0 * saved,
        "samples_per_second": f64::from(course.epochs) * train.len() as f64 / seconds,
        "course": course.describe(),
        "seed": course.seed,
    });
    println!("{result}");
    Ok(())
}
