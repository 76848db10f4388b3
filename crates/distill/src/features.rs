//! What the model says of pieces and of sentences, by as many threads as there are cores.

use crate::matrix;
use memory::embedding::{Scratch, Transformer};
use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// About so many positions at a time fit a core's second cache.
const BATCH_POSITIONS: usize = 96;

/// For each piece what is known of it: two vectors of the model end to end, each scaled to a deviation of 1 and a mean of 0
/// over all pieces. Nothing for pieces that stand for no text.
pub(crate) fn of_pieces(model: &Transformer) -> Vec<Vec<f32>> {
    let vocabulary = model.tokenizer().vocabulary();
    let pieces: Vec<u16> = (0..=u16::MAX)
        .take(vocabulary.len())
        // All special pieces, and places kept free, are named in brackets.
        .filter(|piece| {
            !(vocabulary.piece(*piece).len() > 2 && vocabulary.piece(*piece).starts_with('['))
        })
        .collect();
    let marks = model.sequence("", 2);
    let sequences: Vec<Vec<u16>> =
        pieces.iter().map(|piece| vec![marks[0], *piece, marks[1]]).collect();
    let mut alone = of_sequences(model, &sequences);
    let mut entries: Vec<Vec<f32>> = pieces.iter().map(|piece| model.piece(*piece)).collect();
    standardise(&mut alone);
    standardise(&mut entries);
    let mut features = vec![Vec::new(); vocabulary.len()];
    for ((piece, mut alone), entry) in pieces.iter().zip(alone).zip(entries) {
        alone.extend(entry);
        features[usize::from(*piece)] = alone;
    }
    features
}

fn standardise(vectors: &mut [Vec<f32>]) {
    let mean = matrix::mean(vectors);
    vectors.iter_mut().for_each(|vector| matrix::subtract(vector, &mean));
    let squares: f64 = vectors.iter().flatten().map(|value| f64::from(*value).powi(2)).sum();
    let count: usize = vectors.iter().map(Vec::len).sum();
    let deviation = (squares / count.max(1) as f64).sqrt() as f32;
    vectors.iter_mut().flatten().for_each(|value| *value /= deviation);
}

/// The mean over positions for each sequence.
pub(crate) fn of_sequences(model: &Transformer, sequences: &[Vec<u16>]) -> Vec<Vec<f32>> {
    let batches = batches(sequences);
    let next = AtomicUsize::new(0);
    let found = Mutex::new(vec![Vec::new(); batches.len()]);
    let work = || {
        let mut scratch = Scratch::default();
        while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
            let vectors = model.encode(batch.1, &mut scratch);
            found.lock().expect("no thread panics while it holds this")[batch.0] = vectors;
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    found.into_inner().expect("no thread panics").into_iter().flatten().collect()
}

/// Neighbours, so that each batch has about as many positions; with the place of each.
fn batches(sequences: &[Vec<u16>]) -> Vec<(usize, &[Vec<u16>])> {
    let mut batches = Vec::new();
    let (mut first, mut positions) = (0, 0);
    for (place, sequence) in sequences.iter().enumerate() {
        positions += sequence.len();
        if positions >= BATCH_POSITIONS {
            batches.push((batches.len(), &sequences[first..=place]));
            (first, positions) = (place + 1, 0);
        }
    }
    if first < sequences.len() {
        batches.push((batches.len(), &sequences[first..]));
    }
    batches
}
