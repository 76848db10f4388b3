//! For the page that measures.

use crate::{
    arithmetic::{self, DenseProduct},
    course::{Course, Pupil},
};
use neural::{Dataset, Kernels};
use wasm_bindgen::prelude::*;

/// A course on one data set, whose last rows are its test.
#[wasm_bindgen]
pub struct Measured {
    dataset: Dataset,
    train: Vec<u32>,
    test: Vec<u32>,
    course: Course,
    pupil: Pupil,
}

#[wasm_bindgen]
impl Measured {
    /// Reads a data set's file.
    #[wasm_bindgen(constructor)]
    pub fn new(file: &[u8], test_rows: u32, seed: u32) -> Result<Self, JsError> {
        let dataset = Dataset::decode_file(file)?;
        let rows = dataset.rows() as u32;
        let course = Course::standard(seed.into());
        let pupil = Pupil::new(course.clone(), &dataset)?;
        let (train, test) = ((0..rows - test_rows).collect(), (rows - test_rows..rows).collect());
        Ok(Self { dataset, train, test, course, pupil })
    }

    /// Starts again, for a course of so many epochs.
    pub fn restart(&mut self, epochs: u32, seed: u32) -> Result<(), JsError> {
        self.course = Course { epochs, ..Course::standard(seed.into()) };
        self.pupil = Pupil::new(self.course.clone(), &self.dataset)?;
        Ok(())
    }

    /// The course in a line.
    pub fn description(&self) -> String {
        self.course.describe()
    }

    /// Goes on with dense kernels throughout, or with those that are chosen.
    pub fn use_dense_kernels(&mut self, is_dense: bool) {
        self.pupil.use_kernels(if is_dense { Kernels::Dense } else { Kernels::Chosen });
    }

    /// Takes so many steps of the next epoch.
    pub fn take_steps(&mut self, steps: u32) -> Result<(), JsError> {
        Ok(self.pupil.take_steps(&self.dataset, &self.train, steps)?)
    }

    /// Takes every row once.
    pub fn take_epoch(&mut self) -> Result<(), JsError> {
        Ok(self.pupil.take_epoch(&self.dataset, &self.train)?)
    }

    /// The part of the test rows that is told right, and the part of nodes that fires.
    pub fn evaluate(&self) -> Vec<f64> {
        let evaluation = self.pupil.evaluate(&self.dataset, &self.test);
        vec![evaluation.accuracy(), evaluation.firing_rate().into()]
    }

    /// Looks at so many test rows, one by one; gives how many were told right.
    pub fn infer_one_by_one(&self, rows: u32) -> u32 {
        let network = self.pupil.network();
        let is_right = |row: &&u32| {
            let label = self.dataset.labels[**row as usize];
            neural::predict(network, &self.dataset, **row as usize) == u32::from(label)
        };
        self.test.iter().take(rows as usize).filter(is_right).count() as u32
    }
}

/// See [`DenseProduct`].
#[wasm_bindgen]
#[derive(Default)]
pub struct Products(DenseProduct);

#[wasm_bindgen]
impl Products {
    /// Ready to multiply.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Multiplies so many times.
    pub fn run(&mut self, times: u32) -> f32 {
        self.0.run(times)
    }

    /// Operations of one product.
    pub fn operations() -> f64 {
        DenseProduct::operations()
    }
}

/// See [`arithmetic::multiply_add_chains`].
#[wasm_bindgen]
pub fn multiply_add_chains(times: u32, factor: f32) -> f32 {
    arithmetic::multiply_add_chains(times, factor)
}

/// Operations of one turn.
#[wasm_bindgen]
pub fn chain_operations() -> f64 {
    arithmetic::chain_operations()
}
