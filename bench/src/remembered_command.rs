//! `bench remembered COUNT PASSPHRASE FROM TO`: gives the device of a copy that many notes to remember, and writes the copy anew.
//! `bench remembered COUNT`: how long it takes to take them up again, on this machine.

use backup::{Content, Cost, open, seal};
use memory::{
    capsule::{Draft, PersonalKey},
    embedding::StaticTable,
    library::{Library, Query},
    log::HEADER,
    masking::mask,
};
use protocol::identity::Identity;
use std::{error::Error, fs, time::Instant};
use units::{Hash, UnixMillis};

const TAGS: [&str; 6] = ["house", "work", "words", "plants", "travel", "ideas"];

/// Of so many notes one is for everybody.
const OPEN_IN: usize = 10;

/// Of a record of the engine: four letters and a hash come before what it holds, and the seed is first in that.
const SEED_AT: usize = 4 + 32;

/// As `bench/memory/start.mjs` looks for it.
const QUESTION: &str = "under which stone beside the shed is the spare key?";

const WANTED: &str = "The spare key lies under the third stone beside the shed";

pub(crate) fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let table = fs::read("data/embedding/table.bin")?;
    let table = StaticTable::decode(&table)?;
    match arguments {
        [count] => measure(count.parse()?, table),
        [count, passphrase, from, to] => {
            let content = open(&fs::read(from)?, passphrase)?;
            let log = remembered(seed_of(&content)?, count.parse()?, &table)?;
            let capsules = Content { log, ..content };
            let entropy = *Hash::of(&fs::read(from)?).as_bytes();
            let entropy = [&entropy[..], &[0; 3]].concat();
            let entropy: [u8; 35] = entropy.try_into().map_err(|_| "35 bytes")?;
            Ok(fs::write(to, seal(&capsules, passphrase, &entropy, Cost::USUAL)?)?)
        }
        _ => Err("bench remembered COUNT [PASSPHRASE FROM TO]".into()),
    }
}

fn seed_of(content: &Content) -> Result<[u8; 32], Box<dyn Error>> {
    let record = content.records.iter().find(|(key, _)| key == "identity");
    let (_, record) = record.ok_or("the copy has no identity")?;
    let seed = record.get(SEED_AT..SEED_AT + 32).ok_or("an identity has a seed")?;
    Ok(seed.try_into()?)
}

fn library(seed: [u8; 32], log: &[u8]) -> Result<Library, Box<dyn Error>> {
    let personal = *Hash::of_parts(&[b"peerceptron personal key", &seed]).as_bytes();
    let owner = Identity::from_seed(seed);
    Ok(Library::open(owner, PersonalKey::from_bytes(personal), log)?.0)
}

/// The log of a device that remembers so many notes.
fn remembered(
    seed: [u8; 32],
    count: usize,
    table: &StaticTable,
) -> Result<Vec<u8>, Box<dyn Error>> {
    let texts = fs::read_to_string("data/embedding/texts.txt")?;
    let texts: Vec<&str> = texts.lines().filter(|text| !text.trim().is_empty()).collect();
    let mut log = HEADER.to_vec();
    // A few at a time: how new each is among all before it is of no interest, and takes the longest.
    const AT_ONCE: usize = 500;
    for first in (0..count).step_by(AT_ONCE) {
        let mut part = library(seed, HEADER)?;
        part.take_model(table.clone());
        for number in first..count.min(first + AT_ONCE) {
            let text = match number {
                0 => WANTED.to_owned(),
                number => {
                    let pick = |step: usize| texts[number.wrapping_mul(step) % texts.len()];
                    format!("{}; {} ({number})", pick(7919), pick(104_729))
                }
            };
            let tags = [TAGS[number % TAGS.len()]];
            let draft = match number % OPEN_IN {
                1 => Draft::open(&mask(&text)?, tags)?,
                _ => Draft::personal(&text, tags)?,
            };
            part.remember(draft, UnixMillis(1_700_000_000_000 + number as u64 * 60_000))?;
        }
        log.extend(part.take_outcome().append);
    }
    Ok(log)
}

fn measure(count: usize, table: StaticTable) -> Result<(), Box<dyn Error>> {
    let seed = [9; 32];
    let log = remembered(seed, count, &table)?;
    let start = Instant::now();
    let mut library = library(seed, &log)?;
    let opened = start.elapsed();
    library.take_model(table);
    let placed = start.elapsed();
    let query = Query { text: QUESTION.to_owned(), count: 10, ..Query::default() };
    let found = library.search(&query, UnixMillis(1_800_000_000_000));
    let first = found.first().and_then(|found| found.text.clone());
    if first.as_deref() != Some(WANTED) {
        return Err(format!("{first:?} is what was found").into());
    }
    println!(
        "{}",
        serde_json::json!({
            "capsules": library.stats().capsules,
            "log_bytes": log.len(),
            "opened_seconds": opened.as_secs_f64(),
            "with_model_seconds": placed.as_secs_f64(),
            "searched_seconds": start.elapsed().as_secs_f64(),
        })
    );
    Ok(())
}
