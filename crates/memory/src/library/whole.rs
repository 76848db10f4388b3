//! The whole model of texts, where a person wants it: it reads what is kept here while nothing else is to be done, and questions
//! are compared by it with what it has read.
//!
//! Its vectors stay on this device. What others are asked and told goes by the table, because vectors of different models have
//! nothing to do with each other.

use super::{Kept, Library, places::Places, reads};
use crate::{
    capsule::{Embedding, Space},
    embedding::{Reading, Transformer},
};
use units::Hash;

/// Positions of a text that the model looks at: it has learnt from texts of as many.
const TEXT_POSITIONS: usize = 128;

/// The same of a question, which somebody waits for.
const QUESTION_POSITIONS: usize = 48;

/// The model, and where it has found that texts lie. Vectors of texts that are gone go with them.
pub(super) struct Whole {
    model: Transformer,
    hash: Hash,
    space: Space,
    places: Places,
    /// The text that it is reading.
    reading: Option<(u32, Reading)>,
    /// Capsules below this key were read, or have nothing to read.
    next: u32,
    /// Whether the file of vectors has what is not kept here any more.
    is_outdated: bool,
}

impl Library {
    /// Texts are read by this model as well, whose file has this hash. `stored` is what [`super::Outcome::vectors`] had written
    /// in an earlier life; what is damaged of it, or is another model's, is read anew.
    pub fn take_whole_model(&mut self, model: Transformer, hash: Hash, stored: &[u8]) {
        let space = Space::of_texts(hash);
        let mut places = Places::new(space, Transformer::DIMENSIONS);
        let (read, mut is_outdated) = reads::open(&self.keyring, stored);
        for (capsule, embedding) in read {
            match self.keys.get(&capsule) {
                Some(key) if places.takes(&embedding) => places.add(*key, &embedding),
                _ => is_outdated = true,
            }
        }
        self.whole =
            Some(Whole { model, hash, space, places, reading: None, next: 0, is_outdated });
    }

    /// Texts are not read by it any more.
    pub fn drop_whole_model(&mut self) -> Option<(Transformer, Hash)> {
        let whole = self.whole.take()?;
        Some((whole.model, whole.hash))
    }

    /// How many texts it has read, and how many there are; `None` where it is not used.
    pub fn read_by_whole_model(&self) -> Option<(u32, u32)> {
        let whole = self.whole.as_ref()?;
        let texts = self.kept.iter().flatten().filter(|kept| kept.capsule.content.text().is_some());
        Some((whole.places.len() as u32, texts.count() as u32))
    }

    /// Bytes of vectors that were found since the last outcome.
    pub(crate) fn unwritten_vectors(&self) -> usize {
        self.outcome.vectors.len()
    }

    /// Reads on for one layer of the model, some milliseconds of work. Says whether there is more to read.
    pub fn read_on(&mut self) -> bool {
        let Some(whole) = &mut self.whole else { return false };
        let Some((key, reading)) = &mut whole.reading else {
            return whole.begin_next(&self.kept);
        };
        let Some(vector) = reading.advance(&whole.model) else { return true };
        let key = *key;
        whole.reading = None;
        // It may have been forgotten meanwhile.
        let kept = self.kept.get(key as usize).and_then(Option::as_ref);
        if let Some((kept, embedding)) = kept.zip(Embedding::of(whole.space, &vector)) {
            whole.places.add(key, &embedding);
            let entry = reads::entry(&self.keyring, kept.capsule.id(), &embedding);
            self.outcome.vectors.extend(entry);
        }
        true
    }

    /// What it has read that is nearest to a question, of what `is_wanted` lets through.
    pub(super) fn near_by_whole_model(
        &self,
        question: Option<&Embedding>,
        count: usize,
        is_wanted: impl Fn(u32) -> bool,
    ) -> Vec<u32> {
        let Some((whole, question)) = self.whole.as_ref().zip(question) else { return Vec::new() };
        let near = whole.places.near(question, count, is_wanted);
        near.into_iter().map(|near| near.key).collect()
    }

    /// Where a question lies by the whole model, if there is one.
    pub(super) fn question_by_whole_model(&self, text: &str) -> Option<Embedding> {
        let whole = self.whole.as_ref()?;
        if text.is_empty() {
            return None;
        }
        Embedding::of(whole.space, &whole.model.embed_beginning(text, QUESTION_POSITIONS))
    }

    /// The cosine by the whole model; `None` where it has not read the capsule.
    pub(super) fn similarity_by_whole_model(
        &self,
        key: u32,
        question: Option<&Embedding>,
    ) -> Option<f32> {
        let read = self.whole.as_ref()?.places.vector(key)?;
        let question = question?.to_unit()?;
        Some(read.iter().zip(&question).map(|(a, b)| a * b).sum())
    }

    /// A capsule is not kept any more.
    pub(super) fn forget_what_was_read(&mut self, key: u32) {
        let Some(whole) = &mut self.whole else { return };
        whole.reading.take_if(|(reading, _)| *reading == key);
        if whole.places.vector(key).is_some() {
            whole.places.remove(key);
            whole.is_outdated = true;
        }
    }

    /// Has the file of vectors written anew if there is something in it that was forgotten.
    pub(super) fn renew_vectors(&mut self) {
        let Some(whole) = self.whole.as_mut().filter(|whole| whole.is_outdated) else { return };
        whole.is_outdated = false;
        let whole = &*whole;
        let entry = |(key, kept): (usize, &Option<Kept>)| {
            let id = kept.as_ref()?.capsule.id();
            let embedding = Embedding::of(whole.space, whole.places.vector(key as u32)?)?;
            Some(reads::entry(&self.keyring, id, &embedding))
        };
        let entries = self.kept.iter().enumerate().filter_map(entry);
        self.outcome.vectors_anew = Some(reads::file(entries));
        self.outcome.vectors.clear();
    }
}

impl Whole {
    /// Begins with the next text that it has not read; `false` if there is none.
    fn begin_next(&mut self, kept: &[Option<Kept>]) -> bool {
        while let Some(kept) = kept.get(self.next as usize) {
            let key = self.next;
            self.next += 1;
            let text = kept.as_ref().and_then(|kept| kept.capsule.content.text());
            if let Some(text) = text.filter(|_| self.places.vector(key).is_none()) {
                self.reading = Some((key, self.model.begin(text, TEXT_POSITIONS)));
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Query, RANKING},
        *,
    };
    use crate::{
        capsule::{Draft, PersonalKey},
        embedding::made_up_model,
    };
    use protocol::identity::Identity;
    use units::UnixMillis;

    const NOW: UnixMillis = UnixMillis(1_000_000);

    /// Texts of the same words: only a model that knows of their order tells them apart.
    const TEXTS: [&str; 3] = ["w10 w20 w30 w40", "w40 w30 w20 w10", "w20 w40 w10 w30"];

    fn device(log: &[u8]) -> Library {
        let keys = PersonalKey::from_bytes([1; 32]);
        Library::open(Identity::from_seed([1; 32]), keys, log).expect("it is a log").0
    }

    fn remember(library: &mut Library, text: &str) -> Hash {
        let draft = Draft::personal(text, []).expect("a note");
        library.remember(draft, NOW).expect("there is room")
    }

    fn take_model(library: &mut Library, stored: &[u8]) {
        library.take_whole_model(made_up_model().clone(), Hash::of(b"made up"), stored);
    }

    fn read_all(library: &mut Library) -> u32 {
        let mut steps = 0;
        while library.read_on() {
            steps += 1;
        }
        steps
    }

    fn found(library: &Library, text: &str) -> Vec<(String, f32)> {
        let query = Query { text: text.to_owned(), count: 10, ..Query::default() };
        let found = library.search(&query, NOW).into_iter();
        found.filter_map(|it| Some((it.text?, it.similarity))).collect()
    }

    #[test]
    fn what_was_read_is_found_by_the_order_of_its_words() {
        let mut library = device(&[]);
        for text in TEXTS {
            remember(&mut library, text);
        }
        assert!(found(&library, TEXTS[1]).iter().all(|(_, similarity)| *similarity == 0.0));
        assert_eq!((library.read_by_whole_model(), library.read_on()), (None, false));

        take_model(&mut library, &[]);
        assert_eq!(library.read_by_whole_model(), Some((0, 3)));
        read_all(&mut library);
        assert_eq!(library.read_by_whole_model(), Some((3, 3)));
        for text in TEXTS {
            let found = found(&library, text);
            assert!(found[0].0 == text && found[0].1 > 0.999, "{found:?}");
            assert!(found[1].1 < 0.999 && found.len() == 3, "{found:?}");
        }
        // What comes later is read, too, and what was read is not read again.
        remember(&mut library, "w5 w6");
        assert!(read_all(&mut library) <= 7);
        assert_eq!(library.read_by_whole_model(), Some((4, 4)));
        // A text without a word of the question.
        assert!(
            found(&library, "w6 w5 w7")
                .iter()
                .any(|(text, similarity)| { text == TEXTS[0] && *similarity != 0.0 })
        );
    }

    #[test]
    fn words_count_for_less_beside_the_whole_model() {
        let mut library = device(&[]);
        remember(&mut library, "w1 w2");
        let query = Query { text: "w1 w2 ".to_owned(), count: 1, ..Query::default() };
        let words = |library: &Library| {
            let found = library.search(&query, NOW).remove(0);
            found.score - found.similarity - RANKING.strength * found.strength
        };
        let before = words(&library);
        take_model(&mut library, &[]);
        read_all(&mut library);
        let part = RANKING.words_beside_whole_model / RANKING.words;
        assert!(before > 0.1 && (words(&library) - part * before).abs() < 1e-5, "{before}");
    }

    #[test]
    fn vectors_come_back_from_their_file_and_go_with_what_is_forgotten() {
        let mut library = device(&[]);
        let ids = TEXTS.map(|text| remember(&mut library, text));
        take_model(&mut library, &[]);
        read_all(&mut library);
        let outcome = library.take_outcome();
        let mut file = outcome.vectors_anew.expect("there was no file");
        file.extend(outcome.vectors);
        let (mut log, similarities) = (outcome.append, found(&library, TEXTS[0]));

        library = device(&log);
        take_model(&mut library, &file);
        assert_eq!((library.read_by_whole_model(), read_all(&mut library)), (Some((3, 3)), 0));
        assert_eq!(found(&library, TEXTS[0]), similarities);
        let outcome = library.take_outcome();
        assert_eq!((outcome.vectors_anew, outcome.vectors.len()), (None, 0));

        library.forget(ids[1]).expect("is here");
        let outcome = library.take_outcome();
        file = outcome.vectors_anew.expect("without what was forgotten");
        log = outcome.rewrite.expect("without what was forgotten");
        let (read, is_outdated) = reads::open(&library.keyring, &file);
        assert!(!is_outdated && read.iter().all(|(id, _)| *id != ids[1]) && read.len() == 2);

        // A model with another hash reads everything anew.
        library = device(&log);
        library.take_whole_model(made_up_model().clone(), Hash::of(b"another"), &file);
        assert_eq!(library.read_by_whole_model(), Some((0, 2)));
        assert!(library.take_outcome().vectors_anew.is_some());
    }

    #[test]
    fn a_text_that_is_forgotten_while_it_is_read_leaves_nothing() {
        let mut library = device(&[]);
        let id = remember(&mut library, TEXTS[0]);
        take_model(&mut library, &[]);
        library.take_outcome();
        assert!(library.read_on() && library.read_on());
        library.forget(id).expect("is here");
        read_all(&mut library);
        assert_eq!(library.read_by_whole_model(), Some((0, 0)));
        assert_eq!(library.take_outcome().vectors, [0u8; 0]);
    }
}
