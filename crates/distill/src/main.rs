//! Makes the static table out of the whole model: `distill FOLDER`, with the files of `xtask/scripts/embedding.mjs`. And the
//! whole model's own file for pages, of half the size: `distill FOLDER whole`.
//!
//! A text's vector is to be the sum of its pieces' rows. The rows are found in three steps:
//!
//! 1. Every piece goes through the model alone ("[CLS] piece [SEP]"), as Model2Vec does it (van Dongen and Tulkens 2024).
//!    That, beside the model's own entry for the piece, is what is known of the piece.
//! 2. Texts go through the model as wholes, and one linear map is found by ridge regression that makes of what is known of
//!    their pieces, weighted by how seldom they are (Arora, Liang and Ma 2017), what the model says of the text.
//! 3. From there on, rows of pieces that the texts have are moved down the gradient, until the sums point where the model
//!    does. Only directions in which texts differ much are kept.
//!
//! Nothing is left to chance: the same files give the same table, bit for bit, whatever machine and number of threads. So
//! that devices which made it by themselves can compare their vectors.
#![expect(clippy::disallowed_methods, reason = "a tool may look at the clock")]

mod characters;
mod descent;
mod features;
mod linear_map;
mod matrix;
mod principal;

use memory::embedding::{Rows, TableFile, Transformer, Vocabulary, WordPiece};
use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// Numbers in a row of the table.
const DIMENSIONS: usize = 256;

/// Positions of a sentence that is learnt from.
const POSITIONS: usize = 40;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, is_whole) = match arguments.as_slice() {
        [folder] => (folder, false),
        [folder, word] if word == "whole" => (folder, true),
        _ => return Err("distill FOLDER [whole]".into()),
    };
    let path = |name: &str| PathBuf::from(folder).join(name);
    let start = Instant::now();
    let done = |what: &str| println!("{:5.1} s: {what}", start.elapsed().as_secs_f64());

    let vocabulary = Vocabulary::new(fs::read_to_string(path("vocabulary.txt"))?)?;
    let tokenizer = WordPiece::new(characters::characters()?, vocabulary);
    let model = fs::read(path("model.safetensors"))?;
    if is_whole {
        let bytes = Transformer::compact(&model, tokenizer.clone())?;
        let (_, hash) = Transformer::decode(&bytes, tokenizer)?;
        write(&path("whole.bin"), &bytes)?;
        done(&format!("the whole model in {:.1} MB, hash {hash}", bytes.len() as f64 / 1e6));
        return Ok(());
    }
    let model = Transformer::read(&model, tokenizer.clone())?;
    done("the model is read");

    let features = features::of_pieces(&model);
    done("every piece went through it alone");

    let texts = fs::read_to_string(path("texts.txt"))?;
    let mut sequences: Vec<Vec<u16>> =
        texts.lines().map(|text| model.sequence(text, POSITIONS)).collect();
    sequences.retain(|sequence| sequence.len() > 3);
    let mut targets = features::of_sequences(&model, &sequences);
    done("sentences went through it as wholes");

    targets.iter_mut().for_each(|target| matrix::to_length_one(target));
    let center = matrix::mean(&targets);
    targets.iter_mut().for_each(|target| matrix::subtract(target, &center));
    // Without the two marks, which the table knows nothing of.
    let texts: Vec<&[u16]> =
        sequences.iter().map(|sequence| &sequence[1..sequence.len() - 1]).collect();
    let mut rows = linear_map::rows(&features, &texts, &targets);
    let directions = principal::directions(&targets, DIMENSIONS);
    for vector in rows.iter_mut().chain(&mut targets).filter(|vector| !vector.is_empty()) {
        *vector = directions.iter().map(|direction| matrix::dot(vector, direction)).collect();
    }
    targets.iter_mut().for_each(|target| matrix::to_length_one(target));
    done("the linear map is found");

    descent::descend(&mut rows, &texts, &targets);
    done("rows are moved");

    let file = TableFile { tokenizer, rows: Rows::nearest(DIMENSIONS, &rows)? };
    let bytes = file.encode()?;
    let (_, hash) = TableFile::decode(&bytes)?;
    write(&path("table.bin"), &bytes)?;
    let megabytes = bytes.len() as f64 / 1e6;
    done(&format!("{} rows, {megabytes:.2} MB, hash {hash}", file.rows.len()));
    Ok(())
}

/// As a whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), std::io::Error> {
    let part = path.with_extension("part");
    fs::write(&part, bytes)?;
    fs::rename(part, path)
}
