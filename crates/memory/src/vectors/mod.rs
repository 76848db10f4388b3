//! The vectors nearest to another one, exactly or nearly.
//!
//! Similarity is the cosine: of two vectors scaled to length 1, the sum of their numbers' products, from -1 to 1. An index
//! scales what it is given; texts embedded by the same model can be compared, and nothing else. Hits come in the order of
//! their similarity, as 32-bit numbers added in a fixed order say, and of equals the smaller key comes first: every machine
//! finds the same hits with the same bits, however the vectors came in.
//!
//! **Exactly.** Each vector is kept as it is, as one byte a number, and as four bits a number. A search reads the four bits of
//! all: an eighth of the vectors' size, nearly as fast as memory gives them. How much each vector lost is known, so that by
//! Cauchy's and Schwarz's inequality they say what the exact similarity is at most. Those that promise most are compared by
//! their bytes, which in the same way say between which two numbers it lies; so are all others that can still be among the
//! nearest (of 100,000, between some hundred and some thousand), and the few that are left then are compared exactly. Nothing
//! that should be found is missed, by construction and not by a margin that was seen to be enough.
//!
//! **Nearly.** [`VectorIndex::advance`] links vectors with near ones in different directions, one vector after the other, and
//! a search walks along links towards its question: the lowest layer of Malkov's and Yashunin's graph ("Efficient and robust
//! approximate nearest neighbor search using hierarchical navigable small world graphs", 2018). In the place of its upper
//! layers, a few landmarks are all read. Walks compare bytes, and what they end with is compared exactly. Vectors that are not
//! linked yet are read by every search: they are found from the moment they are in. Vectors that have gone are walked through
//! until `advance` has led the links around them (as in Singh et al., "FreshDiskANN", 2021). A walk that does not come across
//! enough vectors that a filter lets through gives up for an exact search, which asks a filter for near vectors only: rare
//! tags, owners or times cost no recall.
//!
//! Which search is for whom: to read 100,000 vectors of 256 numbers takes about 2 ms in a browser. Up to some 300,000,
//! [`Reach::All`] answers at once; `advance` is worth its while above that, or where many questions are asked.
//!
//! ```
//! use memory::vectors::{Reach, VectorIndex};
//!
//! let mut index = VectorIndex::new(16)?;
//! for key in 0..100_u32 {
//!     let vector: Vec<f32> = (0..16).map(|place| (1 + (key + 1) * (place + 1) % 17) as f32).collect();
//!     index.insert(key, &vector)?;
//! }
//! // Between other work, until nothing is left to do.
//! while index.advance(10_000) {}
//! let question = [1.0; 16];
//! let hits = index.search(&question, 3, Reach::All, |key| key % 2 == 0)?;
//! assert_eq!(hits.len(), 3);
//! assert!(hits[0].similarity >= hits[1].similarity);
//! # Ok::<(), memory::vectors::VectorError>(())
//! ```

mod beam;
mod error;
mod graph;
mod landmarks;
mod lanes;
mod linking;
mod originals;
mod outline;
mod outlines;
mod quantised;
mod query;
mod rows;
mod shortlist;
mod unit;
mod upper_ends;

pub use error::VectorError;

pub use linking::LINKED_MIN;

use beam::Walk;
use linking::{Linking, Vectors};
use originals::Originals;
use outline::Outline;
use outlines::{Outlines, Question};
use quantised::Quantised;
use query::Query;
use rows::Rows;
use shortlist::Shortlist;
use std::collections::BTreeMap;

/// Fewest numbers of a vector.
pub const DIMENSIONS_MIN: usize = 16;
/// Most numbers of a vector: sums of products of bytes fit into 32 bits, and rounding errors into their bound.
pub const DIMENSIONS_MAX: usize = 512;
/// What the number of numbers is a multiple of.
pub const DIMENSIONS_STEP: usize = 16;
/// Most vectors of an index: with 256 numbers each they and their links take 1.6 GB, of the 4 GB that WebAssembly has.
pub const VECTORS_MAX: usize = 1_000_000;
/// Most hits of one search.
pub const HITS_MAX: usize = 1_000;

/// A vector that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The vector's.
    pub key: u32,
    /// Cosine similarity, from -1 to 1.
    pub similarity: f32,
}

impl Hit {
    fn comes_before(&self, other: &Self) -> bool {
        let order = other.similarity.total_cmp(&self.similarity);
        order.then(self.key.cmp(&other.key)).is_lt()
    }
}

/// How much of an index a search reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Everything: the hits are exactly the nearest.
    All,
    /// What a walk along links passes that keeps so many vectors in view (at least as many as are wanted, at most
    /// [`VIEW_MAX`]), and whatever is
    /// not linked yet. The hits are the nearest of those. The more are in view, the fewer are missed, and the longer it takes.
    View(usize),
}

/// Most vectors that a walk keeps in view: with more, reading all is faster.
pub const VIEW_MAX: usize = 4_096;
/// A walk that looks at more than one of so many vectors gives up: to read all of them is faster.
const LOOKS_IN: usize = 4;
/// So many more than are wanted are compared first, for a filter may not let all of them through.
const SPARE: usize = 32;

/// Vectors of the same length by keys of the caller.
#[derive(Debug, Clone)]
pub struct VectorIndex {
    dimensions: usize,
    originals: Originals,
    outlines: Outlines,
    rows: Rows,
    /// Where the vector of a key is.
    places: BTreeMap<u32, u32>,
    /// The key of each place; of free places, an old one.
    keys: Vec<u32>,
    free: Vec<u32>,
    linking: Linking,
}

impl VectorIndex {
    /// For vectors of so many numbers.
    ///
    /// # Errors
    /// [`VectorError::Dimensions`] unless it is a multiple of [`DIMENSIONS_STEP`] from [`DIMENSIONS_MIN`] to
    /// [`DIMENSIONS_MAX`].
    pub fn new(dimensions: usize) -> Result<Self, VectorError> {
        if !(DIMENSIONS_MIN..=DIMENSIONS_MAX).contains(&dimensions)
            || !dimensions.is_multiple_of(DIMENSIONS_STEP)
        {
            return Err(VectorError::Dimensions(dimensions));
        }
        Ok(Self {
            dimensions,
            originals: Originals::new(dimensions),
            outlines: Outlines::new(dimensions),
            rows: Rows::new(dimensions),
            places: BTreeMap::new(),
            keys: Vec::new(),
            free: Vec::new(),
            linking: Linking::new(dimensions),
        })
    }

    /// Numbers of a vector.
    pub fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Vectors that are in it.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Memory of vectors and links, in bytes; keys take some 40 bytes each besides.
    pub fn size_bytes(&self) -> usize {
        self.originals.size_bytes()
            + self.outlines.size_bytes()
            + self.rows.size_bytes()
            + self.linking.size_bytes()
    }

    /// The vector of a key, scaled to length 1.
    pub fn get(&self, key: u32) -> Option<&[f32]> {
        self.places.get(&key).map(|&place| self.originals.get(place))
    }

    /// Puts a vector in, in the place of the one that had the same key. The next search finds it.
    ///
    /// # Errors
    /// [`VectorError`] if it does not fit or has no direction; the index is as it was then.
    pub fn insert(&mut self, key: u32, vector: &[f32]) -> Result<(), VectorError> {
        let unit = self.unit(vector)?;
        self.put(key, &unit, &Quantised::of(&unit))
    }

    /// The same of whole numbers, which as bytes lose nothing: in a third of the time.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub fn insert_whole(&mut self, key: u32, vector: &[i8]) -> Result<(), VectorError> {
        self.check_length(vector.len())?;
        let squares: i32 = vector.iter().map(|&number| i32::from(number).pow(2)).sum();
        if squares == 0 {
            return Err(VectorError::NoDirection);
        }
        let length = (squares as f32).sqrt();
        let unit: Vec<f32> = vector.iter().map(|&number| f32::from(number) / length).collect();
        self.put(key, &unit, &Quantised::of_whole(vector, length))
    }

    fn put(&mut self, key: u32, unit: &[f32], row: &Quantised) -> Result<(), VectorError> {
        if !self.places.contains_key(&key) && self.len() == VECTORS_MAX {
            return Err(VectorError::Full);
        }
        self.remove(key);
        let place = self.free.pop().unwrap_or(self.keys.len() as u32);
        match self.keys.get_mut(place as usize) {
            Some(of_place) => *of_place = key,
            None => self.keys.push(key),
        }
        self.originals.set(place, unit);
        self.outlines.set(place, &Outline::of(unit));
        self.rows.set(place, row);
        self.linking.add(place);
        self.places.insert(key, place);
        Ok(())
    }

    /// Takes a vector out; whether there was one. No search finds it any more. Its memory serves a later one, if it was
    /// linked after [`Self::advance`] has mended the links.
    pub fn remove(&mut self, key: u32) -> bool {
        let Some(place) = self.places.remove(&key) else {
            return false;
        };
        self.outlines.hide(place);
        if self.linking.remove(place) {
            self.free.push(place);
        }
        true
    }

    /// The vectors nearest to `question` among those whose keys `filter` lets through, most similar first: as many as are
    /// `wanted`, or all if there are fewer. `filter` is asked for near vectors, not for all.
    ///
    /// # Errors
    /// [`VectorError`] if the question does not fit or has no direction, or if too many hits are wanted.
    pub fn search(
        &self,
        question: &[f32],
        wanted: usize,
        reach: Reach,
        mut filter: impl FnMut(u32) -> bool,
    ) -> Result<Vec<Hit>, VectorError> {
        if !(1..=HITS_MAX).contains(&wanted) {
            return Err(VectorError::Hits(wanted));
        }
        let unit = self.unit(question)?;
        let query = Query::new(&unit);
        let mut accept = |place: u32| filter(self.keys[place as usize]);
        let shortlist = match reach {
            Reach::View(view) if self.linking.is_walkable() => {
                self.walk(&query, wanted, view.clamp(wanted, VIEW_MAX), &mut accept)
            }
            _ => None,
        };
        let shortlist =
            shortlist.unwrap_or_else(|| self.read_all(&unit, &query, wanted, &mut accept));
        Ok(shortlist.nearest(&unit, |place| (self.keys[place as usize], self.originals.get(place))))
    }

    /// Goes on linking vectors, for about as long as it takes to compare `comparisons` pairs of vectors (10 to 20 ns each
    /// with 256 numbers); whether there is more to do. At least one vector is linked, which takes some ten thousand.
    ///
    /// Below [`LINKED_MIN`] vectors there is nothing to do.
    pub fn advance(&mut self, comparisons: usize) -> bool {
        let of = Vectors { rows: &self.rows, originals: &self.originals, keys: &self.keys };
        self.linking.advance(of, comparisons, &mut self.free)
    }

    /// Vectors that wait for being linked: every search reads them.
    pub fn waiting(&self) -> usize {
        self.linking.waiting().len()
    }

    fn read_all(
        &self,
        unit: &[f32],
        query: &Query,
        wanted: usize,
        accept: &mut impl FnMut(u32) -> bool,
    ) -> Shortlist {
        let mut shortlist = Shortlist::new(wanted, query.bound());
        let mut ends = self.outlines.upper_ends(&Question::new(unit));
        // Those that promise most come first: they tell what the others must reach.
        self.compare(query, &mut ends.take_highest(wanted + SPARE), &mut shortlist, accept);
        ends.reaching(shortlist.threshold(), |places| {
            self.compare(query, places, &mut shortlist, accept);
            shortlist.threshold()
        });
        shortlist
    }

    /// Takes those of some vectors that are accepted and can be among the nearest by their bytes.
    fn compare(
        &self,
        query: &Query,
        places: &mut Vec<u32>,
        shortlist: &mut Shortlist,
        accept: &mut impl FnMut(u32) -> bool,
    ) {
        // To ask takes less time than to compare: with a filter that lets few through, nearly all come until here.
        places.retain(|&place| accept(place));
        self.rows.compare(query, places, |place, similarity| {
            shortlist.add(place, similarity, self.rows.error(place));
        });
    }

    /// `None` if it is faster to read all.
    fn walk(
        &self,
        query: &Query,
        wanted: usize,
        view: usize,
        accept: &mut impl FnMut(u32) -> bool,
    ) -> Option<Shortlist> {
        let looks_max = self.len() / LOOKS_IN;
        let near = self.linking.near(&self.rows, query, Walk { view, looks_max }, &mut *accept)?;
        // Links may not lead out of where a walk has come to, or not to what the filter lets through.
        if near.len() < wanted {
            return None;
        }
        let mut shortlist = Shortlist::new(wanted, query.bound());
        for seen in near {
            let place = seen.place();
            shortlist.add(place, seen.similarity(), self.rows.error(place));
        }
        let mut waiting = self.linking.waiting().iter().copied().collect();
        self.compare(query, &mut waiting, &mut shortlist, accept);
        Some(shortlist)
    }

    fn unit(&self, vector: &[f32]) -> Result<Vec<f32>, VectorError> {
        self.check_length(vector.len())?;
        unit::unit(vector)
    }

    fn check_length(&self, found: usize) -> Result<(), VectorError> {
        match found == self.dimensions {
            true => Ok(()),
            false => Err(VectorError::Length { expected: self.dimensions, found }),
        }
    }
}
