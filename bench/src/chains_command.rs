//! `bench chains`: whole ledgers, natively, as one line of JSON.

use bench::chains::{Parted, Recorded};
use std::{error::Error, time::Instant};

const BLOCKS: u32 = 20;
const TRANSFERS: u32 = 1_000;
/// For proofs: a hundred thousand transfers.
const BLOCKS_OF_PROOFS: u32 = 100;
const BLOCKS_APART: u32 = 100;
const TRANSFERS_APART: u32 = 100;
const RUNS: usize = 5;

pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let recorded = Recorded::new(BLOCKS, TRANSFERS);
    let validated: Vec<f64> = (0..=RUNS)
        .map(|_| {
            let start = Instant::now();
            recorded.validate();
            f64::from(recorded.transfers()) / start.elapsed().as_secs_f64()
        })
        .skip(1)
        .collect();
    let reorganised: Vec<f64> = (0..RUNS)
        .map(|_| {
            let mut parted = Parted::new(BLOCKS_APART, TRANSFERS_APART);
            let start = Instant::now();
            assert_eq!(parted.meet(), BLOCKS_APART as usize);
            start.elapsed().as_secs_f64()
        })
        .collect();
    let (inclusion, state) = Recorded::new(BLOCKS_OF_PROOFS, TRANSFERS).proof_bytes();
    println!(
        "{}",
        serde_json::json!({
            "validated": validated,
            "reorganised": reorganised,
            "inclusion_bytes": inclusion,
            "state_bytes": state,
        })
    );
    Ok(())
}
