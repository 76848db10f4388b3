//! `bench vectors KIND COUNT QUESTIONS FOLDER`: the vectors that searches are measured with, and questions, as files of
//! 32-bit numbers.

use bench::vectors::{KINDS, vectors};
use std::{error::Error, fs, path::Path};

pub(crate) fn run(words: &[String]) -> Result<(), Box<dyn Error>> {
    let [kind, count, questions, folder] = words else {
        return Err("bench vectors KIND COUNT QUESTIONS FOLDER".into());
    };
    let kind = *KINDS.get(kind.parse::<usize>()?).ok_or("no such kind of vectors")?;
    for (name, seed, count) in [("base", 1, count), ("questions", 2, questions)] {
        let numbers = vectors(kind, seed, count.parse()?);
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        fs::write(Path::new(folder).join(name), bytes)?;
    }
    Ok(())
}
