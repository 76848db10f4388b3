//! What the changes of a group come to.

use crate::grid::{Grid, Steps, Tensor, square, steps_of};

/// What the members of a group sent, added up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sum {
    pub(crate) values: Vec<i32>,
    /// Members whose changes are in it.
    pub(crate) members: usize,
}

impl Sum {
    /// What the changes of a group add up to in the ring, in the open: what masks and their recovery must come to.
    ///
    /// # Panics
    /// If changes differ in size.
    pub fn of(grid: &Grid, changes: &[Steps]) -> Self {
        let mut values = vec![0i32; changes.first().map_or(0, |first| first.values.len())];
        for change in changes {
            assert_eq!(change.values.len(), values.len());
            for (sum, value) in values.iter_mut().zip(&change.values) {
                *sum = grid.lift(grid.reduce(sum.wrapping_add(*value)));
            }
        }
        Self { values, members: changes.len() }
    }

    /// The sum that others could have brought about: every value becomes what `change` says, in the ring.
    #[must_use]
    pub fn map(mut self, grid: &Grid, mut change: impl FnMut(i32) -> i32) -> Self {
        for value in &mut self.values {
            *value = grid.lift(grid.reduce(change(*value)));
        }
        self
    }

    /// How many values it has.
    pub fn values(&self) -> usize {
        self.values.len()
    }

    /// Members whose changes are in it.
    pub fn members(&self) -> usize {
        self.members
    }

    /// The group's mean change in the parameters' own measure, shortened to what honest members with their noise can send.
    ///
    /// Nobody sees what a member of a group has sent, so a liar's own length cannot be checked; that of the sum can. A sum
    /// of n changes of at most L steps and noise of variance n σ² in d values is at most about the root of
    /// (n L)² + d n σ² long, and six deviations of the noise's own length are allowed on top.
    ///
    /// # Panics
    /// If tensors have more or fewer values than there are.
    pub fn mean(&self, grid: &Grid, tensors: &[Tensor]) -> Vec<f32> {
        let values: usize = tensors.iter().map(|tensor| tensor.values).sum();
        assert_eq!(values, self.values.len());
        let members = self.members as f64;
        let noise = values as f64 * members * grid.noise().variance() as f64;
        let spread = 1.0 + 6.0 * (2.0 / values.max(1) as f64).sqrt();
        let honest = members * f64::from(grid.length());
        let longest = (honest * honest + noise * spread).sqrt();
        let length = (square(&self.values) as f64).sqrt();
        let factor = if length > longest { longest / length } else { 1.0 } / members;
        let mean = self.values.iter().zip(steps_of(tensors));
        mean.map(|(value, step)| (factor * f64::from(*value) * f64::from(step)) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{noise::DiscreteGaussian, stream::Stream};

    fn silent() -> DiscreteGaussian {
        DiscreteGaussian::new(0).unwrap()
    }

    #[test]
    fn a_sum_beyond_what_honest_members_send_is_shortened_to_it() {
        let grid = Grid::new(3, 10, 10, silent()).unwrap();
        let tensors = [Tensor { values: 2, step: 0.5 }];
        let mean = |values| Sum { values, members: 3 }.mean(&grid, &tensors);
        assert_eq!(mean(vec![18, 24]), [3.0, 4.0]);
        let far = mean(vec![18_000, 24_000]);
        assert!((far[0] - 3.0).abs() < 1e-5 && (far[1] - 4.0).abs() < 1e-5, "{far:?}");
    }

    #[test]
    fn the_wildest_sum_is_shortened_too() {
        let grid = Grid::new(3, 10, 10, DiscreteGaussian::new(1 << 40).unwrap()).unwrap();
        assert_eq!(grid.bits(), 25);
        let tensors = [Tensor { values: 10_000, step: 1.0 }];
        let mean = Sum { values: vec![i32::MIN; 10_000], members: 3 }.mean(&grid, &tensors);
        let length = mean.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        let noise = (10_000.0 * 3.0 * 2f64.powi(40)).sqrt() / 3.0;
        assert!(length > noise && length < 1.1 * noise, "{length} where noise has {noise}");
    }

    #[test]
    fn noise_alone_is_hardly_ever_shortened() {
        let noise = DiscreteGaussian::new(10_000).unwrap();
        let grid = Grid::new(3, 100, 10, noise).unwrap();
        let tensors = [Tensor { values: 1_000, step: 1.0 }];
        for seed in 0..20 {
            let mut stream = Stream::new([seed; 32]);
            let changes = [(); 3].map(|()| {
                Steps { tensors: vec![1_000], values: vec![0; 1_000], has_noise: false }
                    .with_noise(&grid, &mut stream)
            });
            let sum = Sum::of(&grid, &changes);
            let mean = sum.mean(&grid, &tensors);
            assert!((mean[0] - sum.values[0] as f32 / 3.0).abs() < 1e-3);
        }
    }
}
