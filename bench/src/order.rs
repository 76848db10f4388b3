//! The temporal order problem (Hochreiter and Schmidhuber 1997, experiment 6a), scaled to 36 frames.
//!
//! A sequence is a start symbol, distractors, and an end symbol, each a one in its own place of a frame. An X or a Y stands
//! at a random place in 4..=12, and again in 18..=28; the class is which came first and which second.

use neural::{Counter, Dataset, Values};

/// Frames of a sequence.
pub const STEPS: u32 = 36;

/// Symbols, and values of a frame: X, Y, four distractors, start, end.
const SYMBOLS: u32 = 8;
const CUES: u32 = 2;
const DISTRACTORS: u32 = 4;
const START: u32 = 6;
const END: u32 = 7;

/// First place and number of places of each cue.
const PLACES: [(u32, u32); 2] = [(4, 9), (18, 11)];

/// Sequences that every course trains, chooses settings, and is tested on.
const ROWS: u32 = 50_000;
const SEED: u64 = 36;

/// The sequences, always the same ones.
pub fn sequences() -> Dataset {
    let mut counter = Counter::new(SEED, 0);
    let mut values = vec![0; (ROWS * STEPS * SYMBOLS) as usize];
    let mut labels = Vec::with_capacity(ROWS as usize);
    for row in values.chunks_exact_mut((STEPS * SYMBOLS) as usize) {
        let mut symbols: Vec<u32> = (0..STEPS).map(|_| CUES + counter.below(DISTRACTORS)).collect();
        (symbols[0], symbols[STEPS as usize - 1]) = (START, END);
        let mut label = 0;
        for (first, places) in PLACES {
            let cue = counter.below(CUES);
            symbols[(first + counter.below(places)) as usize] = cue;
            label = CUES * label + cue;
        }
        for (frame, symbol) in row.chunks_exact_mut(SYMBOLS as usize).zip(symbols) {
            frame[symbol as usize] = u8::MAX;
        }
        labels.push(label as u16);
    }
    let values = Values::Bytes(values);
    Dataset { inputs: STEPS * SYMBOLS, classes: CUES * CUES, values, labels }
}
