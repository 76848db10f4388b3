//! What is rehearsed: a few rows of every class that was seen, however many come.

use crate::{
    bytes::{Damaged, Reader, Writer},
    dataset::{ROWS_MAX, VALUE_MAX, VALUES_BYTES_MAX},
    kernels::sum_of_squares,
    random::Counter,
};

/// How far a row lies at most from one that it merges with, as a part of its own length. Means of rows that are further
/// apart are blurred, and teach worse than rows do.
const NEAR: f32 = 0.3;

/// More rows of a class than ever come; sums over classes stay numbers.
const OFFERED_MAX: u64 = 1 << 40;

/// A bounded store of labelled rows in which every class seen has about as much room.
///
/// Rows that are nearly alike become one, their mean. Of the others each class keeps a sample in which every row that came
/// is as likely to be as any other (Vitter 1985, algorithm R, in each class by itself; Chrysakis and Moens 2020, "Online
/// Continual Learning from Imbalanced Data"). When a new class needs room, the largest ones give it. The same rows in the
/// same order leave the same store.
///
/// ```
/// use neural::{Cluster, Dataset, Plan, Prototypes, Values};
/// use protocol::cluster::{LayerSpec, NetworkSpec};
///
/// let layers = vec![LayerSpec::new(16, 3)];
/// let spec = NetworkSpec { inputs: 2, steps: 1, layers, classes: 2, seed: 7 };
/// let values = Values::Floats(vec![1.0, -0.2, -0.3, 1.0]);
/// let dataset = Dataset { inputs: 2, classes: 2, values, labels: vec![0, 1] };
///
/// let mut cluster = Cluster::new(&spec).unwrap();
/// let mut prototypes = Prototypes::new(2, 2, 10, 7).unwrap();
/// for (row, seed) in [(0, 1), (1, 2)] {
///     let plan = Plan { steps: 20, batch_rows: 1, learning_rate: 0.01, seed, ..Plan::default() };
///     cluster.train_and_rehearse(&mut prototypes, &dataset, &[row], &plan, 4).unwrap();
/// }
/// assert_eq!(prototypes.len(), 2);
/// assert_eq!(neural::evaluate(&cluster.network, &dataset, &[0, 1]).correct, 2);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Prototypes {
    inputs: u32,
    capacity: u32,
    seed: u64,
    /// One a class.
    classes: Vec<Shelf>,
}

/// What is kept of one class.
#[derive(Debug, Clone, PartialEq, Default)]
struct Shelf {
    /// Rows that came, but for those that merged.
    offered: u64,
    prototypes: Vec<Prototype>,
}

/// One row, or the mean of rows that are nearly alike.
#[derive(Debug, Clone, PartialEq)]
struct Prototype {
    values: Vec<f32>,
    /// Rows that it is the mean of, at least 1.
    merged: u32,
}

/// Sizes that no store has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidPrototypes {
    /// Too few for a prototype of each class, or more than there is memory for.
    #[error(
        "room for {capacity} prototypes: {least} to {most} are possible with as many classes and values"
    )]
    Capacity {
        /// As given.
        capacity: u32,
        /// One a class, and at least one.
        least: u32,
        /// As many as fit the memory.
        most: u32,
    },
}

impl Prototypes {
    /// An empty store for rows of `inputs` values and labels below `classes`, of at most `capacity` rows in all; `seed`
    /// decides which are kept.
    ///
    /// # Errors
    /// [`InvalidPrototypes`] if there is not a place for each class, or they could be more than [`ROWS_MAX`] or take more
    /// than [`VALUES_BYTES_MAX`].
    pub fn new(
        inputs: u32,
        classes: u32,
        capacity: u32,
        seed: u64,
    ) -> Result<Self, InvalidPrototypes> {
        let row_bytes = 4 * u64::from(inputs).max(1);
        let most = (VALUES_BYTES_MAX as u64 / row_bytes).min(ROWS_MAX as u64) as u32;
        let least = classes.max(1);
        if !(least..=most).contains(&capacity) {
            return Err(InvalidPrototypes::Capacity { capacity, least, most });
        }
        let classes = vec![Shelf::default(); classes as usize];
        Ok(Self { inputs, capacity, seed, classes })
    }

    /// How many are kept; never more than the capacity.
    pub fn len(&self) -> usize {
        self.classes.iter().map(|shelf| shelf.prototypes.len()).sum()
    }

    /// Whether no row has come yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Values of a row.
    pub fn inputs(&self) -> u32 {
        self.inputs
    }

    /// Classes that labels may be of.
    pub fn classes(&self) -> u32 {
        self.classes.len() as u32
    }

    /// The most that are kept.
    pub fn capacity(&self) -> u32 {
        self.capacity
    }

    /// What is kept of a class, and of how many rows each is the mean.
    ///
    /// # Panics
    /// If there is no such class.
    pub fn of_class(&self, label: u16) -> impl ExactSizeIterator<Item = (&[f32], u32)> {
        let shelf = &self.classes[usize::from(label)];
        shelf.prototypes.iter().map(|prototype| (prototype.values.as_slice(), prototype.merged))
    }

    /// A row of finite numbers has come: it merges with one that is nearly alike, is kept, or is let go.
    ///
    /// # Panics
    /// If the row is of another length, or there is no such class.
    pub fn insert(&mut self, row: &[f32], label: u16) {
        assert_eq!(row.len(), self.inputs as usize);
        let class = usize::from(label);
        if self.classes[class].merge(row) {
            return;
        }
        let mut draws = Counter::new(self.seed, self.offered());
        let offered = &mut self.classes[class].offered;
        *offered = (*offered + 1).min(OFFERED_MAX);
        let is_known = |(number, shelf): &(usize, &Shelf)| shelf.offered > 0 || *number == class;
        let known = self.classes.iter().enumerate().filter(is_known).count();
        let quota = self.capacity as usize / known;
        let new = Prototype { values: row.to_vec(), merged: 1 };
        if self.classes[class].prototypes.len() < quota {
            if self.len() >= self.capacity as usize {
                self.make_room(&mut draws);
            }
            self.classes[class].prototypes.push(new);
            return;
        }
        let shelf = &mut self.classes[class];
        let place = draws.below(u32::try_from(shelf.offered).unwrap_or(u32::MAX));
        if let Some(old) = shelf.prototypes.get_mut(place as usize) {
            *old = new;
        }
    }

    /// One prototype, of each class seen with the same likelihood.
    ///
    /// # Panics
    /// If there is none.
    pub fn draw(&self, draws: &mut Counter) -> (&[f32], u16) {
        let known = || (0u16..).zip(&self.classes).filter(|(_, it)| !it.prototypes.is_empty());
        let class = draws.below(known().count() as u32) as usize;
        let (label, shelf) = known().nth(class).expect("something is kept");
        let place = draws.below(shelf.prototypes.len() as u32) as usize;
        (&shelf.prototypes[place].values, label)
    }

    /// Writes the store down, but for its sizes and its seed.
    pub fn write(&self, writer: &mut Writer) {
        for shelf in &self.classes {
            writer.u64(shelf.offered);
            writer.u32(shelf.prototypes.len() as u32);
            for Prototype { values, merged } in &shelf.prototypes {
                writer.u32(*merged);
                writer.floats(values);
            }
        }
    }

    /// Fills an empty store of the same sizes and seed with what was written down.
    ///
    /// # Errors
    /// [`Damaged`] if it is cut short or holds what no rows lead to; the store is then as it was.
    pub fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), Damaged> {
        let mut room = u64::from(self.capacity);
        let mut classes = Vec::with_capacity(self.classes.len());
        for _ in 0..self.classes.len() {
            let (offered, count) = (reader.u64()?, reader.u32()?);
            room = room.checked_sub(count.into()).ok_or(Damaged)?;
            if offered < count.into() || (offered > 0 && count == 0) || offered > OFFERED_MAX {
                return Err(Damaged);
            }
            let prototype = |reader: &mut Reader<'_>| {
                let merged = reader.u32()?;
                let values = reader.floats(self.inputs as usize, VALUE_MAX)?;
                if merged > 0 { Ok(Prototype { values, merged }) } else { Err(Damaged) }
            };
            let prototypes = (0..count).map(|_| prototype(reader)).collect::<Result<_, _>>()?;
            classes.push(Shelf { offered, prototypes });
        }
        self.classes = classes;
        Ok(())
    }

    /// Rows that came, but for those that merged.
    fn offered(&self) -> u64 {
        self.classes.iter().map(|shelf| shelf.offered).sum()
    }

    /// Lets go of any one prototype of the largest class.
    fn make_room(&mut self, draws: &mut Counter) {
        let largest = self.classes.iter_mut().max_by_key(|shelf| shelf.prototypes.len());
        if let Some(Shelf { prototypes, .. }) = largest.filter(|it| !it.prototypes.is_empty()) {
            prototypes.swap_remove(draws.below(prototypes.len() as u32) as usize);
        }
    }
}

impl Shelf {
    /// Makes the row a part of the prototype that is nearest to it, if that is near; says whether it did.
    fn merge(&mut self, row: &[f32]) -> bool {
        let mut difference = vec![0.0; row.len()];
        let mut nearest = (NEAR * NEAR * sum_of_squares(row), None);
        for (place, prototype) in self.prototypes.iter().enumerate() {
            for ((difference, a), b) in difference.iter_mut().zip(row).zip(&prototype.values) {
                *difference = a - b;
            }
            let distance = sum_of_squares(&difference);
            if distance <= nearest.0 {
                nearest = (distance, Some(place));
            }
        }
        let Some(place) = nearest.1 else { return false };
        let Prototype { values, merged } = &mut self.prototypes[place];
        *merged = merged.saturating_add(1);
        let part = 1.0 / *merged as f32;
        values.iter_mut().zip(row).for_each(|(value, new)| *value += part * (new - *value));
        true
    }
}

#[cfg(test)]
mod tests;
