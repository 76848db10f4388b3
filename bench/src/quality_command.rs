//! `bench quality`: how often the right text is among the first five, by the static table, the whole model and BM25, and as a page
//! ranks; and how many texts a second become vectors. One JSON object.

use bench::quality::{self, Set, first_percent, recall_percent};
use memory::embedding::{StaticTable, Transformer};
use std::{error::Error, fs, time::Instant};

/// Texts of which the model's vectors are hashed: it is slow.
const HASHED: usize = 8;

const SECONDS: f64 = 1.0;

/// Prints it.
pub(crate) fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let without_model = match arguments {
        [] => false,
        [word] if word == "table" => true,
        _ => return Err("bench quality [table]".into()),
    };
    let read = |name: &str| {
        fs::read(format!("data/embedding/{name}"))
            .map_err(|error| format!("data/embedding/{name}: {error}: run `cargo xtask embedding`"))
    };
    let file = read("table.bin")?;
    let table = StaticTable::decode(&file)?;
    let safetensors = read("model.safetensors")?;
    let model = Transformer::read(&safetensors, table.tokenizer().clone())?;
    let compact = Transformer::compact(&safetensors, table.tokenizer().clone())?;
    let compact_bytes = compact.len();
    let compact = Transformer::decode(&compact, table.tokenizer().clone())?;
    let pairs = Set::pairs(&fs::read_to_string("bench/memory/pairs.json")?)?;
    let mails = Set::mails(std::str::from_utf8(&read("mails.json")?)?)?;
    // As a page finds; mails are longer than what people write down.
    let page_by_table = pairs.as_page(&table, None)?;
    let page_by_model = pairs.as_page(&table, Some(compact))?;
    let mut sets = Vec::new();
    for (name, set, is_of_paraphrases) in [
        ("pairs, paraphrases", &pairs, Some(true)),
        ("pairs, shared words", &pairs, Some(false)),
        ("mails", &mails, None),
    ] {
        let asked_for =
            |query: usize| is_of_paraphrases.is_none_or(|is| set.paraphrases[query] == is);
        let by_table = set.by_vectors(|text| table.embed(text));
        let by_model =
            if without_model { Vec::new() } else { set.by_vectors(|text| model.embed(text)) };
        sets.push(serde_json::json!({
            "set": name,
            "queries": (0..set.queries.len()).filter(|query| asked_for(*query)).count(),
            "texts": set.texts.len(),
            "table": recall_percent(&by_table, asked_for),
            "model": recall_percent(&by_model, asked_for),
            "bm25": recall_percent(&set.by_words(table.tokenizer()), asked_for),
            "page": is_of_paraphrases.map(|_| serde_json::json!({
                "table": recall_percent(&page_by_table, asked_for),
                "model": recall_percent(&page_by_model, asked_for),
                "table_first": first_percent(&page_by_table, asked_for),
                "model_first": first_percent(&page_by_model, asked_for),
            })),
        }));
    }
    let texts = [pairs.queries, pairs.texts].concat();
    let lines = texts.join("\n");
    println!(
        "{}",
        serde_json::json!({
            "table": {
                "hash": table.hash().to_string(),
                "bytes": file.len(),
                "dimensions": table.dimensions(),
                "texts_per_second": speed(&texts, |text| table.embed(text)),
            },
            "model": {
                "compact_bytes": compact_bytes,
                "difference_from_known": quality::difference_from_known(&model),
                "texts_per_second": speed(&texts, |text| model.embed(text)),
            },
            "sets": sets,
            "vectors_hash": quality::hash_of_vectors(&table, Some((&model, HASHED)), &lines).to_string(),
            "hashed_by_model": HASHED,
        })
    );
    Ok(())
}

fn speed(texts: &[String], embed: impl Fn(&str) -> Vec<f32>) -> f64 {
    let start = Instant::now();
    let mut count = 0;
    for text in texts.iter().cycle() {
        assert!(!embed(text).is_empty(), "vectors have numbers");
        count += 1;
        if start.elapsed().as_secs_f64() > SECONDS {
            break;
        }
    }
    f64::from(count) / start.elapsed().as_secs_f64()
}
