//! `bench rooms FILE TEST_ROWS SEED [NAME=VALUE...]`: lets a room learn and prints how it went as JSON.

use bench::rooms::{Attack, Exchange, PrivateRows, Room, Settings, dirichlet, pathological};
use neural::{Compression, Dataset};
use std::{error::Error, fs, time::Instant};

const USAGE: &str = "bench rooms FILE TEST_ROWS SEED [NAME=VALUE...]";

/// A room, and for how long it learns.
struct Plan {
    settings: Settings,
    parts: Parts,
    members: usize,
    /// Rounds between two evaluations.
    pace: u64,
    /// The accuracy at which to stop, in percent.
    until: f64,
}

enum Parts {
    Dirichlet(f64),
    Pathological,
}

pub(crate) fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [file, test_rows, seed, options @ ..] = arguments else {
        return Err(USAGE.into());
    };
    let dataset = Dataset::decode_file(&fs::read(file)?)?;
    let mut plan = Plan::new(seed.parse()?);
    for option in options {
        let (name, value) = option.split_once('=').ok_or(USAGE)?;
        plan.set(name, value)?;
    }
    let Plan { settings, parts, members, pace, until } = plan;
    let rounds = settings.rounds;
    let border = dataset.rows() as u32 - test_rows.parse::<u32>()?;
    let train: Vec<u32> = (0..border).collect();
    let test: Vec<u32> = (border..dataset.rows() as u32).collect();
    let parts = match parts {
        Parts::Dirichlet(alpha) => dirichlet(&dataset, &train, members, alpha, settings.seed),
        Parts::Pathological => pathological(&dataset, &train, members, settings.seed),
    };
    let described = format!("{settings:?}");
    let mut room = Room::new(settings, &dataset, parts)?;
    let start = Instant::now();
    let mut history = Vec::new();
    while room.rounds() < rounds {
        room.take_round()?;
        if room.rounds().is_multiple_of(pace) || room.rounds() == rounds {
            let percent = 100.0 * room.evaluate(&dataset, &test).accuracy();
            history.push((room.rounds(), percent, room.update_bytes()));
            if percent >= until {
                break;
            }
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    let result =
        serde_json::json!({ "history": history, "seconds": seconds, "settings": described });
    println!("{result}");
    Ok(())
}

impl Plan {
    /// Eight members with skewed rows, forty rounds of fifty steps.
    fn new(seed: u64) -> Self {
        Self {
            settings: Settings {
                layers: vec![128, 128],
                timer: 5,
                steps: 50,
                batch_rows: 32,
                learning_rate: 3e-3,
                epsilon: 1e-3,
                rounds: 40,
                exchange: Exchange::Updates(Compression::Rows),
                drawn: usize::MAX,
                private_rows: None,
                attack: None,
                seed,
            },
            parts: Parts::Dirichlet(0.3),
            members: 8,
            pace: 10,
            until: 101.0,
        }
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Box<dyn Error>> {
        let unknown = || format!("`{value}` is no {name}");
        let settings = &mut self.settings;
        match name {
            "layers" => {
                settings.layers = value.split('-').map(str::parse).collect::<Result<_, _>>()?;
            }
            "timer" => settings.timer = value.parse()?,
            "steps" => settings.steps = value.parse()?,
            "batch" => settings.batch_rows = value.parse()?,
            "rate" => settings.learning_rate = value.parse()?,
            "drawn" => settings.drawn = value.parse()?,
            "members" => self.members = value.parse()?,
            "epsilon" => settings.epsilon = value.parse()?,
            "rounds" => settings.rounds = value.parse()?,
            "pace" => self.pace = value.parse()?,
            "until" => self.until = value.parse()?,
            "parts" if value == "pathological" => self.parts = Parts::Pathological,
            "parts" => self.parts = Parts::Dirichlet(value.parse()?),
            "exchange" if value == "weights" => settings.exchange = Exchange::Weights,
            "exchange" if value == "rows" => {
                settings.exchange = Exchange::Updates(Compression::Rows);
            }
            "exchange" if value.starts_with("groups:") => {
                settings.exchange = Exchange::Grouped(value["groups:".len()..].parse()?);
            }
            "exchange" => {
                let kept_per_mille = value.strip_prefix("sparse:").ok_or_else(unknown)?.parse()?;
                settings.exchange = Exchange::Updates(Compression::Sparse { kept_per_mille });
            }
            "private" => {
                let (epsilon, clip) = value.split_once(':').ok_or_else(unknown)?;
                let (epsilon, clip) = (epsilon.parse()?, clip.parse()?);
                settings.private_rows = Some(PrivateRows { epsilon, clip });
            }
            "attack" => {
                let (name, liars) = value.split_once(':').ok_or_else(unknown)?;
                let known = Attack::ALL.iter().find(|(known, _)| *known == name);
                settings.attack = Some((known.ok_or_else(unknown)?.1, liars.parse()?));
            }
            _ => return Err(format!("`{name}` is no setting of a room").into()),
        }
        Ok(())
    }
}
