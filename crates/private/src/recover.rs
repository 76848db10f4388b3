//! From masked changes to their sum. Everything here is public: whoever has the bytes of a round comes to the same sum, and
//! can say who lied if there is none.

use crate::{
    grid::Grid,
    keys::{Roster, agree},
    pads::{Pads, Purpose},
    places::Places,
    round::{Dealt, Masked, RoundError, Unmask, between, check_count, seed_hash},
    shares::{Share, combine, share_of},
    sum::Sum,
};
use std::collections::BTreeMap;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// All that is said in one group of one round, each by the place of who said it.
#[derive(Debug, Clone)]
pub struct Transcript {
    roster: Roster,
    dealt: BTreeMap<usize, Dealt>,
    masked: BTreeMap<usize, Masked>,
    unmasks: BTreeMap<usize, Unmask>,
}

/// Why there is no sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecoverError {
    /// Too few masked changes or shares.
    #[error(transparent)]
    Round(#[from] RoundError),
    /// Too few good shares of one member's secret.
    #[error("{have} good shares of the member at place {place}, where it takes {need}")]
    Shares {
        /// Whose secret.
        place: usize,
        /// How many there are.
        have: usize,
        /// The roster's threshold.
        need: usize,
    },
    /// Shares that are of no secret: whoever dealt them lied.
    #[error("the member at place {0} dealt shares of no secret")]
    Dealer(usize),
    /// A masked change of another size, other bits, or with other members present.
    #[error("the masked change of the member at place {0} does not go with the others")]
    Differs(usize),
}

impl Transcript {
    /// Nothing said yet.
    pub fn new(roster: Roster) -> Self {
        let (dealt, masked, unmasks) = Default::default();
        Self { roster, dealt, masked, unmasks }
    }

    /// The members.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Adds what a member has dealt; the first counts. Who says it is for the caller to check.
    pub fn add_dealt(&mut self, dealt: Dealt) {
        self.dealt.entry(dealt.from).or_insert(dealt);
    }

    /// Adds a member's masked change; the first counts.
    pub fn add_masked(&mut self, place: usize, masked: Masked) {
        self.masked.entry(place).or_insert(masked);
    }

    /// Adds what a member hands out to take masks off; the first counts.
    pub fn add_unmask(&mut self, place: usize, unmask: Unmask) {
        self.unmasks.entry(place).or_insert(unmask);
    }

    #[cfg(test)]
    pub(crate) fn unmask_of(&self, place: usize) -> Option<&Unmask> {
        self.unmasks.get(&place)
    }

    /// Makes a dealer say that it has dealt another share to a member.
    #[cfg(test)]
    pub(crate) fn forge(&mut self, dealer: usize, holder: usize, share: &Share) {
        if let Some(dealt) = self.dealt.get_mut(&dealer) {
            dealt.hashes[holder] = crate::seal::ShareHashes::of(share, share);
        }
    }

    /// Whose masked changes are here: the most that a decision can call survivors.
    pub fn arrived(&self) -> Places {
        self.masked.keys().copied().collect()
    }

    /// The sum of the changes of `survivors`, whose tensors have so many values each. The masks of those who are present and
    /// did not survive come off with their mask keys, those of survivors with their seeds.
    ///
    /// # Errors
    /// [`RecoverError`] says what is missing, or who lied.
    pub fn recover(
        &self,
        survivors: Places,
        grid: &Grid,
        tensors: &[usize],
    ) -> Result<Sum, RecoverError> {
        check_count(survivors, &self.roster)?;
        let (present, mut sum) = self.add_up(survivors, grid, tensors)?;
        let context = self.roster.context();
        for place in present.iter() {
            if survivors.contains(place) {
                let seed = self.secret_of(place, present, survivors)?;
                if self.dealt.get(&place).is_none_or(|it| it.seed_hash != seed_hash(&seed)) {
                    return Err(RecoverError::Dealer(place));
                }
                let pads = Pads::new(context, seed, Purpose::Alone(place));
                pads.apply(tensors, &mut sum, grid.bits(), false);
            } else {
                let key = StaticSecret::from(*self.secret_of(place, present, survivors)?);
                if PublicKey::from(&key).to_bytes() != self.roster.members()[place].1.mask {
                    return Err(RecoverError::Dealer(place));
                }
                for survivor in survivors.iter() {
                    let theirs = self.roster.members()[survivor].1.mask;
                    let secret = agree(&key, theirs).ok_or(RoundError::WeakKey(survivor))?;
                    let pads = Pads::new(context, secret, between(place, survivor));
                    // The survivor added it if its place is the lower one.
                    pads.apply(tensors, &mut sum, grid.bits(), survivor > place);
                }
            }
        }
        let values = sum.iter().map(|element| grid.lift(*element)).collect();
        Ok(Sum { values, members: survivors.count() })
    }

    /// The survivors' masked changes, added up, and with whom they have masks.
    fn add_up(
        &self,
        survivors: Places,
        grid: &Grid,
        tensors: &[usize],
    ) -> Result<(Places, Vec<u32>), RecoverError> {
        let values: usize = tensors.iter().sum();
        let mut sum = vec![0u32; values];
        let mut present = None;
        for place in survivors.iter() {
            let masked = self.masked.get(&place).ok_or(RoundError::Strangers(survivors))?;
            let with = *present.get_or_insert(masked.present);
            let fits = masked.present == with
                && masked.bits == grid.bits()
                && masked.elements.len() == values;
            if !fits {
                return Err(RecoverError::Differs(place));
            }
            for (sum, element) in sum.iter_mut().zip(&masked.elements) {
                *sum = sum.wrapping_add(*element);
            }
        }
        let present = present.unwrap_or_default();
        let is_sound = survivors.is_within(present)
            && present.is_within(Places::first(self.roster.members().len()));
        if !is_sound {
            return Err(RoundError::Strangers(present).into());
        }
        Ok((present, sum))
    }

    /// Brings a member's secret back from good shares, those of the lowest places.
    fn secret_of(
        &self,
        place: usize,
        present: Places,
        survivors: Places,
    ) -> Result<Zeroizing<[u8; 32]>, RecoverError> {
        let need = self.roster.threshold();
        let Some(dealt) = self.dealt.get(&place) else {
            return Err(RoundError::NoShares(place).into());
        };
        let number = present.iter().take_while(|it| *it < place).count();
        let good = |(holder, unmask): (&usize, &'_ Unmask)| -> Option<(usize, Share)> {
            let is_answer = unmask.survivors == survivors && unmask.present == present;
            let share = is_answer.then(|| unmask.shares.get(number)).flatten()?;
            let hashes = dealt.hashes.get(*holder)?;
            hashes.know(share, survivors.contains(place)).then(|| (*holder, share.clone()))
        };
        let shares: Vec<(usize, Share)> = self.unmasks.iter().filter_map(good).take(need).collect();
        if shares.len() < need {
            return Err(RecoverError::Shares { place, have: shares.len(), need });
        }
        let shares: Vec<_> = shares.iter().map(|(holder, share)| (*holder, share)).collect();
        // All shares that were dealt must be of one secret, those that nobody needs too: else whether there is a sum would
        // depend on who has answered, and members would disagree.
        let is_survivor = survivors.contains(place);
        let mut all = dealt.hashes.iter().enumerate();
        if !all.all(|(holder, hashes)| hashes.know(&share_of(holder, &shares), is_survivor)) {
            return Err(RecoverError::Dealer(place));
        }
        Ok(Zeroizing::new(combine(&shares)))
    }
}
