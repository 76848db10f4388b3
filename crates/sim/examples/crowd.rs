//! What a large room costs each of its devices, and whether it holds together.
//!
//! ```text
//! cargo run --release -p sim --example crowd -- [--hosts 100,300,1000] [--minutes 2] [--seed 1] [--json]
//! ```
//!
//! For each size: devices enter, rest for a while, then one tenth of them a minute goes (half with a goodbye) and as many
//! strangers come. Texts to all are said all along.

// How long it takes here is what it measures.
#![allow(clippy::disallowed_methods)]

use core::time::Duration;
use peer::Event;
use serde_json::json;
use sim::{HostId, World, WorldConfig};
use std::{process::ExitCode, time::Instant};

const HELP: &str = "usage: crowd [--hosts N,N,...] [--minutes MINUTES] [--seed SEED] [--json]";

struct Arguments {
    hosts: Vec<usize>,
    minutes: u32,
    seed: u64,
    json: bool,
}

/// What was measured in one phase.
struct Phase {
    degree: [usize; 3],
    parts: Vec<usize>,
    /// Of each device that was there all the time, a minute.
    sent_bytes: [u64; 3],
    /// The part of the devices that were there all the time that heard the texts, and how often anyone heard one twice.
    reach: f64,
    repeats: usize,
    /// Along connections, from one device to the others.
    steps: [usize; 3],
    /// From a text to the last device of those that were there all the time and heard it, in seconds.
    slowest_s: f64,
    virtual_s: f64,
    real_s: f64,
}

fn main() -> ExitCode {
    let arguments = match read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("crowd: {problem}\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let mut rows = Vec::new();
    if !arguments.json {
        println!("seed {}", arguments.seed);
        println!(
            "hosts  phase   degree       parts   bytes/peer/minute        reach   twice  steps     last s  virtual s  real s"
        );
    }
    for hosts in &arguments.hosts {
        let minutes = arguments.minutes;
        let comers = (*hosts / 10).max(1) * minutes as usize;
        let mut config = WorldConfig::new(arguments.seed, hosts + comers);
        config.replay = "crowd with the same arguments".to_owned();
        let mut room = Room { world: World::new(config), hosts: *hosts, next: *hosts, texts: 0 };
        let entry = Instant::now();
        room.fill();
        let entry_s = entry.elapsed().as_secs_f64();
        let idle = room.measure(minutes, false);
        let churn = room.measure(minutes, true);
        for (name, phase) in [("idle", idle), ("churn", churn)] {
            if !arguments.json {
                print(*hosts, name, &phase);
            }
            rows.push(describe(*hosts, name, &phase, entry_s));
        }
    }
    if arguments.json {
        println!("{}", json!({ "seed": arguments.seed, "rows": rows }));
    }
    ExitCode::SUCCESS
}

fn print(hosts: usize, name: &str, phase: &Phase) {
    let [low, middle, high] = phase.degree;
    let [few, usual, many] = phase.sent_bytes;
    println!(
        "{hosts:>5}  {name:<6} {low:>3} {middle:>3} {high:>3}  {:>6}   {few:>7} {usual:>7} {many:>7}  {:>6.2} %  {:>5}  {:>2} {:>2} {:>2}  {:>6.2}  {:>9.0}  {:>6.1}",
        phase.parts.len(),
        phase.reach * 100.0,
        phase.repeats,
        phase.steps[0],
        phase.steps[1],
        phase.steps[2],
        phase.slowest_s,
        phase.virtual_s,
        phase.real_s,
    );
}

fn describe(hosts: usize, name: &str, phase: &Phase, entry_s: f64) -> serde_json::Value {
    json!({
        "hosts": hosts,
        "phase": name,
        "degree_min_median_max": phase.degree,
        "parts": phase.parts,
        "sent_bytes_per_minute_min_median_max": phase.sent_bytes,
        "reach": phase.reach,
        "repeats": phase.repeats,
        "steps_min_median_max": phase.steps,
        "slowest_s": phase.slowest_s,
        "virtual_s": phase.virtual_s,
        "real_s": phase.real_s,
        "real_s_of_entering": entry_s,
    })
}

struct Room {
    world: World,
    hosts: usize,
    /// The next stranger.
    next: usize,
    texts: u32,
}

impl Room {
    /// Devices enter, twenty a second, and have a minute to settle.
    fn fill(&mut self) {
        self.world.boot(HostId(0));
        self.world.create_room(HostId(0));
        for id in 0..self.hosts {
            self.world.run_for(Duration::from_millis(50));
            if id > 0 {
                self.world.boot(HostId(id));
            }
            self.world.enter(HostId(id));
        }
        self.world.run_for(Duration::from_secs(60));
    }

    fn measure(&mut self, minutes: u32, churn: bool) -> Phase {
        let (real, began) = (Instant::now(), self.world.now());
        let steps = if churn { self.hosts.div_ceil(10) * minutes as usize } else { 12 };
        let step = Duration::from_secs(60) * minutes / steps as u32;
        let before: Vec<(HostId, u64)> =
            self.world.running().iter().map(|id| (*id, self.world.sent_bytes(*id))).collect();
        let mut said = Vec::new();
        for number in 0..steps {
            if churn {
                self.change();
            }
            if number % steps.div_ceil(6) == 0 {
                said.push(self.say());
            }
            self.world.run_for(step);
        }
        let last = self.say();
        let slowest_s = self.until_heard(&last, &before);
        said.push(last);
        self.world.run_for(Duration::from_secs(5));
        let running = self.world.running();
        let stayed: Vec<(HostId, u64)> =
            before.into_iter().filter(|(id, _)| running.contains(id)).collect();
        let sent = stayed
            .iter()
            .map(|(id, before)| (self.world.sent_bytes(*id) - before) / u64::from(minutes));
        let (reach, repeats) = self.reach(&stayed, &said);
        let degrees = self.world.neighbours().values().map(Vec::len).collect();
        Phase {
            degree: spread(degrees),
            parts: self.world.parts(),
            sent_bytes: spread(sent.collect()),
            reach,
            repeats,
            steps: spread(self.world.steps_from(stayed[0].0)),
            slowest_s,
            virtual_s: (self.world.now().as_micros() - began.as_micros()) as f64 / 1e6,
            real_s: real.elapsed().as_secs_f64(),
        }
    }

    /// One device goes, a stranger comes.
    fn change(&mut self) {
        let running = self.world.running();
        let goodbye = self.world.dice().chance(0.5);
        let gone = running[self.world.dice().below(running.len())];
        self.world.crash(gone, goodbye);
        let comes = HostId(self.next);
        self.next += 1;
        self.world.boot(comes);
        self.world.enter(comes);
    }

    /// Somebody who is connected says something to all.
    fn say(&mut self) -> (HostId, String) {
        self.texts += 1;
        let text = format!("text {}", self.texts);
        loop {
            let running = self.world.running();
            let from = running[self.world.dice().below(running.len())];
            let sent = self.world.command(from, |engine, now| engine.send_text(now, None, &text));
            if matches!(sent, Some(Ok(_))) {
                return (from, text);
            }
        }
    }

    /// Goes on until all of `those` that are still there have heard a text, or for ten seconds; gives how long it took.
    fn until_heard(&mut self, said: &(HostId, String), those: &[(HostId, u64)]) -> f64 {
        let began = self.world.now();
        let end = began + Duration::from_secs(10);
        let said = std::slice::from_ref(said);
        let running = self.world.running();
        let those: Vec<(HostId, u64)> =
            those.iter().filter(|(id, _)| running.contains(id)).copied().collect();
        while self.reach(&those, said).0 < 1.0 && self.world.now() < end {
            self.world.run_for(Duration::from_millis(50));
        }
        (self.world.now().as_micros() - began.as_micros()) as f64 / 1e6
    }

    fn reach(&self, stayed: &[(HostId, u64)], said: &[(HostId, String)]) -> (f64, usize) {
        let (mut wanted, mut heard, mut repeats) = (0, 0, 0);
        for (id, _) in stayed {
            for (_, what) in said.iter().filter(|(from, _)| from != id) {
                let is_it =
                    |event: &&Event| matches!(event, Event::Message { text, .. } if text == what);
                let count = self.world.events(*id).filter(is_it).count();
                wanted += 1;
                heard += count.min(1);
                repeats += count.saturating_sub(1);
            }
        }
        (heard as f64 / f64::from(wanted.max(1)), repeats)
    }
}

fn spread<T: Ord + Copy + Default>(mut values: Vec<T>) -> [T; 3] {
    values.sort_unstable();
    let at = |part: usize| values.get(part).copied().unwrap_or_default();
    [at(0), at(values.len() / 2), at(values.len().saturating_sub(1))]
}

fn read(arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut read = Arguments { hosts: vec![100, 300, 1_000], minutes: 2, seed: 1, json: false };
    let mut arguments = arguments;
    while let Some(option) = arguments.next() {
        if option == "--json" {
            read.json = true;
            continue;
        }
        let value = arguments.next().ok_or_else(|| format!("`{option}` needs a value"))?;
        let number = |text: &str| {
            text.parse::<u32>()
                .ok()
                .filter(|n| (1..=2_048).contains(n))
                .ok_or_else(|| format!("`{option} {text}`: a number from 1 to 2048 is needed"))
        };
        match option.as_str() {
            "--hosts" => {
                let hosts = value.split(',').map(|text| number(text).map(|n| n as usize));
                read.hosts = hosts.collect::<Result<_, _>>()?;
            }
            "--minutes" => read.minutes = number(&value)?,
            "--seed" => read.seed = number(&value)?.into(),
            _ => return Err(format!("`{option}` is no option")),
        }
    }
    Ok(read)
}
