//! One member's part in one round, step by step (Bonawitz et al. 2017, "Practical Secure Aggregation", with double masks).
//!
//! ```text
//! Keys ── share(roster) ──► Sharing ── mask(steps) ──► Unmasking ── answer(survivors) ──► Unmask
//!             │ Dealt          ▲ take(Dealt)   │ Masked
//!             ▼                │               ▼
//!          everyone in the group            everyone
//! ```
//!
//! Every step takes away what the one before held: keys deal shares once, and mask one update.

use crate::{
    grid::{Grid, Steps},
    keys::{Keys, Roster, agree},
    pads::{Pads, Purpose},
    places::Places,
    seal::{Bundle, Sealing, ShareHashes},
    shares::{SECRET_BYTES, Share, split},
    stream::Stream,
};
use core::fmt;
use units::Hash;
use zeroize::Zeroizing;

/// What a member deals out to its companions: for each a share of its own mask's seed and one of its mask key, sealed, and
/// the hashes by which everybody knows the shares again when they are handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dealt {
    /// The dealer's place.
    pub from: usize,
    pub(crate) seed_hash: Hash,
    /// One for each place in the roster, the dealer's own among them.
    pub(crate) hashes: Vec<ShareHashes>,
    /// One for each other place, ascending.
    pub(crate) bundles: Vec<Bundle>,
}

/// A member that has dealt its shares, and takes those of others.
pub struct Sharing {
    roster: Roster,
    place: usize,
    keys: Keys,
    seed: Zeroizing<[u8; SECRET_BYTES]>,
    holdings: Vec<Option<Holding>>,
}

/// A member's change under its masks: without the masks of all who are `present` it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// With whom it has a mask in common; itself among them.
    pub present: Places,
    /// Bits of an element.
    pub bits: u8,
    pub(crate) elements: Vec<u32>,
}

/// A member that has sent its masked change, and helps to take masks off the sum.
#[derive(Debug)]
pub struct Unmasking {
    roster: Roster,
    present: Places,
    holdings: Vec<Option<Holding>>,
}

/// What a member hands out so that masks come off: for each who is present one share, of its own mask's seed if it is a
/// survivor, of its mask key if it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmask {
    /// Whose masked changes make the sum.
    pub survivors: Places,
    /// Whose masks there are.
    pub present: Places,
    /// One for each who is present, ascending.
    pub(crate) shares: Vec<Share>,
}

/// What is held of one member's secrets. Once one of the two has been handed out, the other is gone: both together, from
/// enough members, would bare a change that was only late.
#[derive(Debug)]
enum Holding {
    Both { self_mask: Share, mask_key: Share },
    SelfMask(Share),
    MaskKey(Share),
}

/// Why a member cannot take part in a group, or go on in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoundError {
    /// The roster does not have this member's keys.
    #[error("the roster does not have this member's keys")]
    NotInRoster,
    /// A companion's key is one that makes everybody share the same.
    #[error("the key of the member at place {0} hides nothing")]
    WeakKey(usize),
    /// A companion dealt something that does not open, or is not what its hashes say.
    #[error("the member at place {0} dealt shares that are not what they should be")]
    BadShares(usize),
    /// Masks with somebody who has dealt no shares could never come off.
    #[error("no shares from the member at place {0}")]
    NoShares(usize),
    /// The grid is for noise, and the change has none.
    #[error("a change without the noise that was agreed on")]
    NoNoise,
    /// Too few to bring a secret back.
    #[error("{have} members, where it takes {need}")]
    TooFew {
        /// How many there are.
        have: usize,
        /// The roster's threshold.
        need: usize,
    },
    /// Somebody who has no part in it.
    #[error("members {0:?}, of whom some have no part in this")]
    Strangers(Places),
    /// The other share of this member was handed out before.
    #[error("a share of the other kind was handed out for the member at place {0}")]
    Contradiction(usize),
}

impl Keys {
    /// Deals out shares to all companions, from 32 bytes of a secure generator that are used for nothing else.
    ///
    /// # Errors
    /// [`RoundError::NotInRoster`] or [`RoundError::WeakKey`].
    pub fn share(self, roster: Roster, entropy: [u8; 32]) -> Result<(Sharing, Dealt), RoundError> {
        let place = roster.place_of(&self.public()).ok_or(RoundError::NotInRoster)?;
        let mut stream = Stream::new(entropy);
        let seed = Zeroizing::new(stream.next_key());
        let (members, threshold) = (roster.members().len(), roster.threshold());
        let self_masks = split(&seed, members, threshold, &mut stream);
        let mask_keys = split(self.mask.as_bytes(), members, threshold, &mut stream);
        let mut bundles = Vec::with_capacity(members - 1);
        let mut hashes = Vec::with_capacity(members);
        for (to, (self_mask, mask_key)) in self_masks.iter().zip(&mask_keys).enumerate() {
            hashes.push(ShareHashes::of(self_mask, mask_key));
            if to != place {
                let sealing =
                    Sealing::new(&self, &roster, place, to).ok_or(RoundError::WeakKey(to))?;
                bundles.push(sealing.seal(&stream.take(), self_mask, mask_key));
            }
        }
        let dealt = Dealt { from: place, seed_hash: seed_hash(&seed), hashes, bundles };
        let mut holdings: Vec<_> = (0..members).map(|_| None).collect();
        holdings[place] = Some(Holding::Both {
            self_mask: self_masks[place].clone(),
            mask_key: mask_keys[place].clone(),
        });
        Ok((Sharing { roster, place, keys: self, seed, holdings }, dealt))
    }
}

impl Sharing {
    /// Takes what a companion has dealt. Only the first from each counts.
    ///
    /// # Errors
    /// [`RoundError::BadShares`]: this companion must not be present, and should be named to the others.
    pub fn take(&mut self, dealt: &Dealt) -> Result<(), RoundError> {
        let from = dealt.from;
        let bad = RoundError::BadShares(from);
        let members = self.roster.members().len();
        if from >= members || dealt.hashes.len() != members || dealt.bundles.len() + 1 != members {
            return Err(bad);
        }
        if self.holdings[from].is_some() {
            return Ok(());
        }
        // The dealer's own bundle is left out.
        let bundle = &dealt.bundles[self.place - usize::from(self.place > from)];
        let sealing = Sealing::new(&self.keys, &self.roster, from, self.place).ok_or(bad)?;
        let (self_mask, mask_key) = sealing.open(bundle).ok_or(bad)?;
        if ShareHashes::of(&self_mask, &mask_key) != dealt.hashes[self.place] {
            return Err(bad);
        }
        self.holdings[from] = Some(Holding::Both { self_mask, mask_key });
        Ok(())
    }

    /// From whom shares are here; this member among them.
    pub fn dealers(&self) -> Places {
        (0..self.holdings.len()).filter(|place| self.holdings[*place].is_some()).collect()
    }

    /// Puts a member's masks on its change: one of its own, and one with each who is present.
    ///
    /// # Errors
    /// [`RoundError`] if this member is not among them, they are fewer than the threshold, one of them has dealt nothing, or
    /// the grid's noise is missing.
    pub fn mask(
        self,
        steps: Steps,
        grid: &Grid,
        present: Places,
    ) -> Result<(Masked, Unmasking), RoundError> {
        let Self { roster, place, keys, seed, holdings } = self;
        if !present.contains(place) || !present.is_within(Places::first(roster.members().len())) {
            return Err(RoundError::Strangers(present));
        }
        check_count(present, &roster)?;
        if let Some(missing) = present.iter().find(|place| holdings[*place].is_none()) {
            return Err(RoundError::NoShares(missing));
        }
        let Steps { tensors, values, has_noise } = steps;
        if grid.noise().variance() > 0 && !has_noise {
            return Err(RoundError::NoNoise);
        }
        let mut elements: Vec<u32> = values.iter().map(|value| grid.reduce(*value)).collect();
        let context = roster.context();
        Pads::new(context, seed, Purpose::Alone(place)).apply(
            &tensors,
            &mut elements,
            grid.bits(),
            true,
        );
        for other in present.iter().filter(|other| *other != place) {
            let theirs = roster.members()[other].1.mask;
            let secret = agree(&keys.mask, theirs).ok_or(RoundError::WeakKey(other))?;
            let pads = Pads::new(context, secret, between(place, other));
            pads.apply(&tensors, &mut elements, grid.bits(), place < other);
        }
        elements.iter_mut().for_each(|element| *element &= grid.mask());
        let masked = Masked { present, bits: grid.bits(), elements };
        Ok((masked, Unmasking { roster, present, holdings }))
    }
}

impl Unmasking {
    /// Hands out, for each who is present, a share of its own mask's seed if it is a survivor, and of its mask key if it is
    /// not. The same answer may be given again, any other for the same member never.
    ///
    /// # Errors
    /// [`RoundError`] if survivors are too few or were not present, or the other kind of share was handed out before; then
    /// nothing is handed out.
    pub fn answer(&mut self, survivors: Places) -> Result<Unmask, RoundError> {
        if !survivors.is_within(self.present) {
            return Err(RoundError::Strangers(survivors));
        }
        check_count(survivors, &self.roster)?;
        for place in self.present.iter() {
            let is_gone = match &self.holdings[place] {
                Some(Holding::Both { .. }) => false,
                Some(Holding::SelfMask(_)) => !survivors.contains(place),
                Some(Holding::MaskKey(_)) => survivors.contains(place),
                None => true,
            };
            if is_gone {
                return Err(RoundError::Contradiction(place));
            }
        }
        let mut shares = Vec::with_capacity(self.present.count());
        for place in self.present.iter() {
            let held = self.holdings[place].take().ok_or(RoundError::NoShares(place))?;
            let (share, rest) = held.hand_out(survivors.contains(place));
            shares.push(share);
            self.holdings[place] = Some(rest);
        }
        Ok(Unmask { survivors, present: self.present, shares })
    }
}

impl Holding {
    /// The share of one kind, and what is held from then on.
    fn hand_out(self, is_survivor: bool) -> (Share, Self) {
        match (self, is_survivor) {
            (Self::Both { self_mask: share, .. }, true) | (Self::SelfMask(share), _) => {
                (share.clone(), Self::SelfMask(share))
            }
            (Self::Both { mask_key: share, .. }, false) | (Self::MaskKey(share), _) => {
                (share.clone(), Self::MaskKey(share))
            }
        }
    }
}

/// A seed is as hard to guess as a key, so its hash tells nothing.
pub(crate) fn seed_hash(seed: &[u8; SECRET_BYTES]) -> Hash {
    Hash::of_parts(&[b"peerceptron private seed", seed])
}

pub(crate) fn between(one: usize, other: usize) -> Purpose {
    Purpose::Between(one.min(other), one.max(other))
}

pub(crate) fn check_count(members: Places, roster: &Roster) -> Result<(), RoundError> {
    let (have, need) = (members.count(), roster.threshold());
    if have < need { Err(RoundError::TooFew { have, need }) } else { Ok(()) }
}

impl fmt::Debug for Sharing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sharing(place {}, shares from {:?})", self.place, self.dealers())
    }
}
