//! The whole model: all-MiniLM-L6-v2, an encoder of six layers whose mean over a text's positions is the text's vector.
//!
//! As Devlin et al. 2018 (BERT) and Wang et al. 2020 (MiniLM) describe it, trained for sentences by Reimers and Gurevych
//! 2019. Sums are taken in one order and functions are our own, so that a vector has the same bits on every machine.

mod attention;
mod compact;
mod linear;
mod numbers;
mod pieces;
mod reading;
mod tensors;
mod weights;

use super::{EmbeddingError, WordPiece, error::within};
use attention::attend;
use compact::{Compact, Recorder};
pub use compact::{WHOLE_MODEL, WHOLE_MODEL_BYTES_MAX};
use linear::{Linear, Panels};
use numbers::{Norm, gelu};
use pieces::Pieces;
pub use reading::Reading;
use tensors::Tensors;
use units::Hash;
use weights::Weights;

/// Numbers that describe a position, and numbers in a vector.
const WIDTH: usize = 384;
const LAYERS: usize = 6;
/// Pieces that the tokenizer must know.
const PIECES: usize = 30_522;
/// Numbers of a position inside of a layer.
const INNER: usize = 4 * WIDTH;

/// Positions that are looked at, the two marks included, as its authors advise: texts may be longer, and what is behind
/// changes nothing.
pub const POSITIONS_MAX: usize = 256;

/// The model with a tokenizer. It holds about 66 MB of its halves, and 55 MB of its [compact file](Self::decode).
#[derive(Debug, Clone)]
pub struct Transformer {
    tokenizer: WordPiece,
    /// What stands before a text's pieces, and behind them.
    marks: (u16, u16),
    pieces: Pieces,
    /// What is added at each place, [`WIDTH`] numbers each.
    places: Vec<f32>,
    entry: Norm,
    layers: Vec<Layer>,
}

#[derive(Debug, Clone)]
struct Layer {
    /// Queries, keys and values side by side.
    questions: Linear,
    answers: Linear,
    answers_norm: Norm,
    widen: Linear,
    narrow: Linear,
    norm: Norm,
}

/// Memory for one batch, to be used again for the next.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    panels: Panels,
    states: Vec<f32>,
    questions: Vec<f32>,
    attended: Vec<f32>,
    inner: Vec<f32>,
    added: Vec<f32>,
}

impl Transformer {
    /// Numbers in a vector.
    pub const DIMENSIONS: usize = WIDTH;

    /// From the model's safetensors file, in halves or whole floats, and the tokenizer that its table came with.
    ///
    /// # Errors
    /// [`EmbeddingError`] if the tokenizer is another model's, or a tensor is missing or has another shape.
    pub fn read(file: &[u8], tokenizer: WordPiece) -> Result<Self, EmbeddingError> {
        let marks = marks(&tokenizer)?;
        Self::of_tensors(&mut Weights::read(file)?, tokenizer, marks)
    }

    /// From the compact file that [`Self::compact`] makes, and says the hash in its header, which the rest has been checked
    /// against.
    ///
    /// # Errors
    /// [`EmbeddingError`] if the tokenizer is another model's, or the file is not what was written.
    pub fn decode(file: &[u8], tokenizer: WordPiece) -> Result<(Self, Hash), EmbeddingError> {
        let marks = marks(&tokenizer)?;
        let (mut tensors, hash) = Compact::read(file)?;
        let model = Self::of_tensors(&mut tensors, tokenizer, marks)?;
        tensors.end()?;
        Ok((model, hash))
    }

    /// The model's safetensors file with a byte for each weight: half as long, and the same bits on every machine.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn compact(file: &[u8], tokenizer: WordPiece) -> Result<Vec<u8>, EmbeddingError> {
        let marks = marks(&tokenizer)?;
        let mut recorder = Recorder::of(Weights::read(file)?);
        Self::of_tensors(&mut recorder, tokenizer, marks)?;
        Ok(recorder.into_file())
    }

    fn of_tensors(
        tensors: &mut impl Tensors,
        tokenizer: WordPiece,
        marks: (u16, u16),
    ) -> Result<Self, EmbeddingError> {
        let mut places = tensors.floats("embeddings.position_embeddings.weight", &[512, WIDTH])?;
        let kinds = tensors.floats("embeddings.token_type_embeddings.weight", &[2, WIDTH])?;
        for place in places.chunks_exact_mut(WIDTH) {
            place.iter_mut().zip(&kinds).for_each(|(value, kind)| *value += kind);
        }
        Ok(Self {
            marks,
            pieces: tensors.pieces("embeddings.word_embeddings.weight", PIECES, WIDTH)?,
            places,
            entry: tensors.norm("embeddings.LayerNorm", WIDTH)?,
            layers: (0..LAYERS)
                .map(|layer| Layer::read(tensors, layer))
                .collect::<Result<_, _>>()?,
            tokenizer,
        })
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> &WordPiece {
        &self.tokenizer
    }

    /// The vector of a text, of length 1. Of the text's pieces, the first [`POSITIONS_MAX`] less two are looked at.
    pub fn embed(&self, text: &str) -> Vec<f32> {
        self.embed_beginning(text, POSITIONS_MAX)
    }

    /// The same of at most so many positions, the two marks included.
    pub fn embed_beginning(&self, text: &str, positions: usize) -> Vec<f32> {
        let mut reading = self.begin(text, positions);
        loop {
            if let Some(vector) = reading.advance(self) {
                return vector;
            }
        }
    }

    /// A text's pieces between the two marks, at most `positions` in all.
    pub fn sequence(&self, text: &str, positions: usize) -> Vec<u16> {
        let positions = positions.clamp(2, POSITIONS_MAX);
        let mut sequence = vec![self.marks.0];
        self.tokenizer.pieces(text).each(|piece| {
            let there_is_room = sequence.len() + 1 < positions;
            if there_is_room {
                sequence.push(piece);
            }
            there_is_room
        });
        sequence.push(self.marks.1);
        sequence
    }

    /// What the model holds of a piece before it has seen any other, [`DIMENSIONS`](Self::DIMENSIONS) numbers.
    ///
    /// # Panics
    /// If there are not that many pieces.
    pub fn piece(&self, number: u16) -> Vec<f32> {
        let mut values = Vec::with_capacity(WIDTH);
        self.pieces.each(number, WIDTH, |_, value| values.push(value));
        values
    }

    /// For each sequence the mean of its positions after the last layer, of no special length. Sequences are worked on
    /// together, and what is found of one does not depend on the others.
    ///
    /// # Panics
    /// If a sequence is empty or has more than [`POSITIONS_MAX`] pieces.
    pub fn encode(&self, sequences: &[Vec<u16>], scratch: &mut Scratch) -> Vec<Vec<f32>> {
        let lengths = self.enter(sequences, scratch);
        for layer in &self.layers {
            layer.apply(&lengths, scratch);
        }
        let mut rest = scratch.states.as_slice();
        let mut means = Vec::with_capacity(lengths.len());
        for length in lengths {
            let (states, behind) = rest.split_at(length * WIDTH);
            means.push(mean(states, length));
            rest = behind;
        }
        means
    }

    /// Puts what the first layer gets into the scratch; says how many positions each sequence has.
    fn enter(&self, sequences: &[Vec<u16>], scratch: &mut Scratch) -> Vec<usize> {
        let states = &mut scratch.states;
        states.clear();
        for sequence in sequences {
            assert!((1..=POSITIONS_MAX).contains(&sequence.len()), "{} positions", sequence.len());
            for (piece, place) in sequence.iter().zip(self.places.chunks_exact(WIDTH)) {
                self.pieces.each(*piece, WIDTH, |at, value| states.push(value + place[at]));
            }
        }
        self.entry.apply(states);
        sequences.iter().map(Vec::len).collect()
    }
}

impl Layer {
    fn read(tensors: &mut impl Tensors, layer: usize) -> Result<Self, EmbeddingError> {
        let name = |part: &str| format!("encoder.layer.{layer}.{part}");
        let asked = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
        Ok(Self {
            questions: tensors.linear(&asked, WIDTH, WIDTH)?,
            answers: tensors.linear(&[name("attention.output.dense")], WIDTH, WIDTH)?,
            answers_norm: tensors.norm(&name("attention.output.LayerNorm"), WIDTH)?,
            widen: tensors.linear(&[name("intermediate.dense")], INNER, WIDTH)?,
            narrow: tensors.linear(&[name("output.dense")], WIDTH, INNER)?,
            norm: tensors.norm(&name("output.LayerNorm"), WIDTH)?,
        })
    }

    fn apply(&self, lengths: &[usize], scratch: &mut Scratch) {
        let Scratch { panels, states, questions, attended, inner, added } = scratch;
        self.questions.apply(states, questions, panels);
        attend::<WIDTH>(questions, lengths, attended);
        self.answers.apply(attended, added, panels);
        add(states, added);
        self.answers_norm.apply(states);
        self.widen.apply(states, inner, panels);
        gelu(inner);
        self.narrow.apply(inner, added, panels);
        add(states, added);
        self.norm.apply(states);
    }
}

/// What stands before a text's pieces and behind them, of the model's own tokenizer.
fn marks(tokenizer: &WordPiece) -> Result<(u16, u16), EmbeddingError> {
    let vocabulary = tokenizer.vocabulary();
    within("pieces of words", vocabulary.len(), PIECES, PIECES)?;
    let mark = |piece: &str| {
        let missing = || EmbeddingError::Vocabulary(format!("`{piece}` is missing"));
        vocabulary.number(piece, false).ok_or_else(missing)
    };
    Ok((mark("[CLS]")?, mark("[SEP]")?))
}

fn add(states: &mut [f32], added: &[f32]) {
    states.iter_mut().zip(added).for_each(|(state, added)| *state += added);
}

fn mean(states: &[f32], length: usize) -> Vec<f32> {
    let mut sums = vec![0.0; WIDTH];
    for state in states.chunks_exact(WIDTH) {
        add(&mut sums, state);
    }
    sums.iter_mut().for_each(|sum| *sum /= length as f32);
    sums
}

#[cfg(test)]
pub(crate) mod tests;
