//! Sums of secrets: what members of a group have learnt, added up without anybody seeing more than the sum.
//!
//! * [`groups`]: who is in a group with whom, by a hash;
//! * [`Grid`]: changes of parameters as whole numbers, within bounds that noise and ring are made for;
//! * [`Keys`], [`Sharing`], [`Unmasking`]: one member's part in a round (Bonawitz et al. 2017);
//! * [`Transcript`]: everybody's part, from which anyone computes the sum;
//! * [`DiscreteGaussian`], [`Budget`]: noise, exactly, and what it leaves to be learnt.
//!
//! The crate refuses to know of connections, rounds' deadlines and identities: keys are signed, and messages carried, by
//! others. It has no clock and no generator: entropy comes as an argument. Against whom all this helps, and what it
//! costs, is in `docs/adr/0004-private-rounds.md`.
//!
//! ```
//! use private::{DiscreteGaussian, Grid, Keys, Places, Roster, RoundName, Tensor, Transcript};
//! use units::{Hash, PeerId, SessionId};
//!
//! let round = RoundName { session: SessionId::from_bytes([1; 16]), parent: Hash::of(b"r"), group: 0 };
//! let keys: Vec<Keys> = (0..4).map(|n| Keys::new([n; 32])).collect();
//! let members = (0..4).map(|n| (PeerId::from_bytes([n; 32]), keys[usize::from(n)].public()));
//! let roster = Roster::new(round, members.collect()).unwrap();
//! let mut transcript = Transcript::new(roster.clone());
//!
//! let (mut sharing, dealt): (Vec<_>, Vec<_>) = (0u8..)
//!     .zip(keys)
//!     .map(|(n, keys)| keys.share(roster.clone(), [100 + n; 32]).unwrap())
//!     .unzip();
//! for dealt in dealt {
//!     sharing.iter_mut().for_each(|member| member.take(&dealt).unwrap());
//!     transcript.add_dealt(dealt);
//! }
//!
//! let grid = Grid::new(4, 100, 100, DiscreteGaussian::new(0).unwrap()).unwrap();
//! let tensors = [Tensor { values: 2, step: 0.5 }];
//! let mut unmasking = Vec::new();
//! for (place, member) in sharing.into_iter().enumerate() {
//!     let steps = grid.quantise(&mut [1.0, -2.0], &tensors);
//!     let (masked, next) = member.mask(steps, &grid, Places::first(4)).unwrap();
//!     // The member at place 2 is gone before its masked change is sent.
//!     if place != 2 {
//!         transcript.add_masked(place, masked);
//!         unmasking.push((place, next));
//!     }
//! }
//! let survivors = transcript.arrived();
//! for (place, member) in &mut unmasking {
//!     transcript.add_unmask(*place, member.answer(survivors).unwrap());
//! }
//! let sum = transcript.recover(survivors, &grid, &[2]).unwrap();
//! assert_eq!(sum.mean(&grid, &tensors), [1.0, -2.0]);
//! ```
#![warn(clippy::disallowed_methods, clippy::disallowed_types)]

mod budget;
mod grid;
mod groups;
mod keys;
mod noise;
mod pads;
mod places;
mod recover;
mod round;
mod seal;
mod shares;
mod stream;
mod sum;
mod wire;

#[cfg(test)]
mod adversaries;

pub use budget::{Budget, InvalidSpending, Release};
pub use grid::{Grid, InvalidGrid, Steps, Tensor, VALUES_MAX};
pub use groups::{GROUP_MEMBERS_MAX, GROUP_MEMBERS_MIN, groups};
pub use keys::{InvalidRoster, Keys, PublicKeys, Roster, RoundName};
pub use noise::{DiscreteGaussian, InvalidVariance, VARIANCE_MAX};
pub use places::Places;
pub use recover::{RecoverError, Transcript};
pub use round::{Dealt, Masked, RoundError, Sharing, Unmask, Unmasking};
pub use shares::{SECRET_BYTES, Share};
pub use stream::Stream;
pub use sum::Sum;
pub use wire::InvalidMessage;
