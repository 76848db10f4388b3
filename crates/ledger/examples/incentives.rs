//! What ways of taking part in a room pay, as a table: `cargo run --release -p ledger --example incentives [-- --json]`.
#![allow(dead_code, clippy::print_stdout, clippy::unwrap_used, unreachable_pub)]

#[path = "../tests/all/common/mod.rs"]
mod common;
#[path = "../tests/all/simulation/mod.rs"]
mod simulation;

const SIZES: [u8; 4] = [4, 8, 16, 32];
const ROUNDS: u32 = 240;
const SEED: u64 = 1;

fn main() {
    let is_json = std::env::args().any(|argument| argument == "--json");
    if !is_json {
        println!(
            "| Devices | Way | Rounds computed | Credits a hundred rounds | An honest device beside it |"
        );
        println!("|---|---|---|---|---|");
    }
    for devices in SIZES {
        for way in simulation::ways(devices) {
            let gain = simulation::gain(way, devices, ROUNDS, SEED);
            let credits = |micros: i64| micros as f64 / 1e4;
            let (own, honest, work) =
                (credits(gain.micros), credits(gain.honest_micros), 100 * u32::from(way.works()));
            match is_json {
                true => println!(
                    r#"{{"devices":{devices},"way":"{way:?}","rounds":{ROUNDS},"seed":{SEED},"computed":{work},"credits":{own:.2},"honest":{honest:.2}}}"#
                ),
                false => println!("| {devices} | {way:?} | {work} | {own:.2} | {honest:.2} |"),
            }
        }
    }
}
