//! Members in groups: what is aggregated are the groups' means, as masked sums give them.

use super::{Room, Settings, private_rows::DELTA};
use core::str::FromStr;
use neural::Network;
use private::{Budget, DiscreteGaussian, Grid, Release, Steps, Stream, Sum, Tensor, groups};
use std::error::Error;
use transcript::sums;
use units::{Hash, PeerId};

/// Steps of the longest change where there is noise: rounding is then far below it.
const NOISY_LENGTH: u32 = 4_000;

/// The largest part of the longest change that one value may be, where there is noise.
const NOISY_REACH: u32 = NOISY_LENGTH / 8;

/// Groups, and what their members count in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grouped {
    /// Members of a group.
    pub size: usize,
    /// What a member's change becomes.
    pub counting: Counting,
    /// The first so many members send anything at all in the ring.
    pub wild: usize,
}

/// What a member's change becomes before it is masked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Counting {
    /// As sessions count.
    Sessions,
    /// Steps of a change of at most that length, with noise.
    Noisy {
        /// The longest change, in the parameters' own measure.
        clip: f32,
        /// What is known of a member with at most this ε, at δ = 1e-5, after all rounds; infinite for no noise.
        epsilon: f64,
    },
}

/// As in `4`: groups of 4. `4:1` has one wild member; in `8:0.5*4`, 0.5 is the longest change and 4 is ε.
impl FromStr for Grouped {
    type Err = Box<dyn Error>;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (size, rest) = text.split_once(':').unwrap_or((text, "0"));
        let size = size.parse()?;
        Ok(match rest.split_once('*') {
            Some((clip, epsilon)) => {
                let (clip, epsilon) = (clip.parse()?, epsilon.parse()?);
                Self { size, counting: Counting::Noisy { clip, epsilon }, wild: 0 }
            }
            None => Self { size, counting: Counting::Sessions, wild: rest.parse()? },
        })
    }
}

impl Room<'_> {
    pub(super) fn exchange_in_groups(
        &mut self,
        drawn: &[usize],
        grouped: Grouped,
    ) -> Result<(), Box<dyn Error>> {
        let from = self.model.network().clone();
        let trained = self.trained_and_lied(&from, drawn)?;
        let (grid, tensors) = self.grid(&from, grouped)?;
        let mut means = Vec::new();
        for group in self.groups(drawn, grouped.size) {
            let changes: Vec<Steps> = trained
                .iter()
                .filter(|(number, _)| group.contains(number))
                .map(|(number, copy)| {
                    let rest = &mut self.members[*number].residual;
                    let learnt = copy.parameters().iter().zip(from.parameters());
                    rest.iter_mut().zip(learnt).for_each(|(rest, (to, from))| *rest += to - from);
                    let steps = grid.quantise(rest, &tensors);
                    steps.with_noise(&grid, &mut Stream::new(self.secret(*number)))
                })
                .collect();
            let values = from.parameters().len() as u64;
            self.update_bytes += group.len() as u64 * (values * u64::from(grid.bits())).div_ceil(8);
            let mut sum = Sum::of(&grid, &changes);
            if group.iter().any(|number| *number < grouped.wild) {
                sum = wild(&grid, sum, self.secret(group[0]));
            }
            let mean = sum.mean(&grid, &tensors);
            let samples = self.settings.steps * self.settings.batch_rows * group.len() as u32;
            means.push((samples, mean));
        }
        sums::aggregate_means(&mut self.model, means);
        Ok(())
    }

    /// What members count in, which all know before the round.
    fn grid(
        &self,
        from: &Network,
        grouped: Grouped,
    ) -> Result<(Grid, Vec<Tensor>), Box<dyn Error>> {
        match grouped.counting {
            Counting::Sessions => {
                let Settings { learning_rate, steps, .. } = self.settings;
                // As `SessionOptions::reach`.
                let counting = sums::Counting::new(from, 2.0 * learning_rate * steps as f32);
                Ok((*counting.grid(), counting.tensors().to_vec()))
            }
            Counting::Noisy { clip, epsilon } => {
                // The largest group has one less than two of them.
                let members = 2 * grouped.size - 1;
                let deviation = self.multiplier(epsilon)? * f64::from(NOISY_LENGTH);
                let variance = deviation * deviation / grouped.size as f64;
                let noise = DiscreteGaussian::new(variance.ceil() as u64)?;
                let grid = Grid::new(members, NOISY_LENGTH, NOISY_REACH, noise)?;
                let step = clip / NOISY_LENGTH as f32;
                Ok((grid, from.tensors().map(|values| Tensor { values, step }).collect()))
            }
        }
    }

    /// The noise of a group's sum, in lengths of the longest change: everybody takes part in every round.
    fn multiplier(&self, epsilon: f64) -> Result<f64, Box<dyn Error>> {
        if epsilon.is_infinite() {
            return Ok(0.0);
        }
        let release = Release::within(&Budget::new(DELTA)?, epsilon, 1.0, self.settings.rounds);
        Ok(release.ok_or("no noise keeps within this budget")?.multiplier)
    }

    fn groups(&self, drawn: &[usize], size: usize) -> Vec<Vec<usize>> {
        let peers: Vec<PeerId> = drawn.iter().map(|number| peer(*number)).collect();
        let parent = Hash::of(&[self.settings.seed, self.round].map(u64::to_le_bytes).concat());
        let number = |of: &PeerId| drawn.iter().copied().find(|number| peer(*number) == *of);
        let groups = groups(parent, &peers, size);
        groups.iter().map(|group| group.iter().filter_map(number).collect()).collect()
    }

    /// A key that no other member has, and that no other round has.
    fn secret(&self, number: usize) -> [u8; 32] {
        let parts = [self.settings.seed, self.round, number as u64].map(u64::to_le_bytes).concat();
        *Hash::of(&parts).as_bytes()
    }
}

fn peer(number: usize) -> PeerId {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&(number as u64).to_be_bytes());
    PeerId::from_bytes(bytes)
}

/// What a sum becomes to which one member has added anything at all: every element of the ring is as likely as any.
fn wild(grid: &Grid, sum: Sum, key: [u8; 32]) -> Sum {
    let mut stream = Stream::new(key);
    sum.map(grid, |_| stream.next_u32() as i32)
}
