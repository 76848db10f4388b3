//! One private round of one group, rehearsed: every member's part, without the network in between.

use neural::{Compression, Counter, Network, compress};
use private::{
    Dealt, DiscreteGaussian, Grid, InvalidGrid, Keys, Masked, Places, RecoverError, Roster,
    RoundError, RoundName, Sharing, Steps, Stream, Sum, Tensor, Transcript, Unmasking,
};
use protocol::cluster::{LayerSpec, NetworkSpec};
use std::error::Error;
use units::{Hash, PeerId, SessionId};

/// Steps of one value at most, and with noise.
const REACH: u32 = 15;

/// Steps of the longest change.
const LENGTH: u32 = 100_000;

/// The network whose changes are masked: 119,828 parameters, as in `bench rooms`.
///
/// # Errors
/// Never: the description is possible.
pub fn network() -> Result<Network, Box<dyn Error>> {
    let layers = vec![LayerSpec::new(128, 5); 2];
    let spec = NetworkSpec { inputs: 784, steps: 1, layers, classes: 10, seed: 1 };
    Ok(Network::new(&spec)?)
}

/// What all know before the round.
pub struct Stage {
    tensors: Vec<Tensor>,
    values: Vec<usize>,
    /// What members count in.
    pub grid: Grid,
    roster: Roster,
}

impl Stage {
    /// A group of so many members, each of which adds noise of that variance.
    ///
    /// # Errors
    /// If they are no group, or no ring is large enough.
    pub fn new(members: usize, variance: u64) -> Result<Self, Box<dyn Error>> {
        let values: Vec<usize> = network()?.tensors().collect();
        let tensors = values.iter().map(|values| Tensor { values: *values, step: 1e-3 }).collect();
        let round = RoundName {
            session: SessionId::from_bytes([1; 16]),
            parent: Hash::of(b"rehearsal"),
            group: 0,
        };
        let member = |place| (PeerId::from_bytes([place as u8; 32]), keys(place).public());
        let roster = Roster::new(round, (0..members).map(member).collect())?;
        Ok(Self { tensors, values, grid: grid(members, variance)?, roster })
    }

    /// How many members may be gone.
    pub fn dropouts_max(&self) -> usize {
        self.roster.members().len() - self.roster.threshold()
    }

    /// A change for the grid.
    pub fn steps(&self, place: usize) -> Steps {
        let mut counter = Counter::new(7, place as u64);
        let count = self.values.iter().sum();
        let mut change: Vec<f32> = (0..count).map(|_| 2e-3 * counter.normal()).collect();
        self.grid.quantise(&mut change, &self.tensors)
    }

    /// Noise for a change.
    pub fn with_noise(&self, steps: Steps, place: usize) -> Steps {
        steps.with_noise(&self.grid, &mut Stream::new([place as u8; 32]))
    }

    /// A member makes keys and deals its shares.
    ///
    /// # Errors
    /// Never: all keys are good.
    pub fn deal(&self, place: usize) -> Result<(Sharing, Dealt), RoundError> {
        keys(place).share(self.roster.clone(), [100 + place as u8; 32])
    }

    /// A member opens what was dealt to it.
    ///
    /// # Errors
    /// Never: all shares are good.
    pub fn take(&self, member: &mut Sharing, dealt: &[Dealt]) -> Result<(), RoundError> {
        dealt.iter().try_for_each(|dealt| member.take(dealt))
    }

    /// A member masks its change.
    ///
    /// # Errors
    /// Never: all have dealt.
    pub fn mask(&self, member: Sharing, steps: Steps) -> Result<(Masked, Unmasking), RoundError> {
        member.mask(steps, &self.grid, Places::first(self.roster.members().len()))
    }

    /// All that is said if the last `dropouts` members never send their masked changes, up to the sum.
    ///
    /// # Errors
    /// If more drop out than may.
    pub fn transcript(
        &self,
        dealt: &[Dealt],
        masked: &[Masked],
        unmasking: &mut [Unmasking],
        dropouts: usize,
    ) -> Result<Transcript, RoundError> {
        let survivors = Places::first(masked.len() - dropouts);
        let mut transcript = Transcript::new(self.roster.clone());
        dealt.iter().for_each(|dealt| transcript.add_dealt(dealt.clone()));
        for place in survivors.iter() {
            transcript.add_masked(place, masked[place].clone());
            transcript.add_unmask(place, unmasking[place].answer(survivors)?);
        }
        Ok(transcript)
    }

    /// The sum of those who are still there.
    ///
    /// # Errors
    /// If they are too few.
    pub fn recover(&self, transcript: &Transcript) -> Result<Sum, RecoverError> {
        transcript.recover(transcript.arrived(), &self.grid, &self.values)
    }
}

/// Bytes of the same change where nothing is masked: in rows, and with 2 % of the changes.
///
/// # Errors
/// Never: the change is of a usual length.
pub fn update_bytes() -> Result<[usize; 2], Box<dyn Error>> {
    let from = network()?;
    let mut counter = Counter::new(7, 0);
    let to = from.parameters().iter().map(|from| from + 2e-3 * counter.normal()).collect();
    let to = from.with_parameters(to).ok_or("as many parameters as there were")?;
    let bytes = |compression| {
        let update = compress(&from, &to, &mut vec![0.0; to.parameters().len()], compression);
        update.map(|update| update.encode().len())
    };
    Ok([bytes(Compression::Rows)?, bytes(Compression::Sparse { kept_per_mille: 20 })?])
}

fn grid(members: usize, variance: u64) -> Result<Grid, InvalidGrid> {
    let noise = DiscreteGaussian::new(variance).unwrap_or_else(|error| unreachable!("{error}"));
    Grid::new(members, LENGTH, REACH, noise)
}

fn keys(place: usize) -> Keys {
    Keys::new([place as u8; 32])
}
