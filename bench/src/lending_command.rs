//! `bench lending SHAPE LESSONS RUNS`: milliseconds of each mode of a lending stream, a JSON list a run, modes alternating.

use bench::lending::{MODES, SHAPES, Stream};
use std::{error::Error, time::Instant};

/// Prints them.
pub(crate) fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [shape, lessons, runs] = arguments else {
        return Err("bench lending SHAPE LESSONS RUNS".into());
    };
    let shape = SHAPES.get(shape.parse::<usize>()?).ok_or("there are two shapes")?;
    let (stream, lessons) = (Stream::new(*shape)?, lessons.parse()?);
    for run in 0..=runs.parse::<u32>()? {
        let mut times_ms = Vec::new();
        for mode in MODES {
            let start = Instant::now();
            stream.run(mode, lessons)?;
            times_ms.push(1e3 * start.elapsed().as_secs_f64());
        }
        // The first is for warming up.
        if run > 0 {
            println!("{}", serde_json::json!(times_ms));
        }
    }
    Ok(())
}
