//! What those learn who put together all that they have: some of the members, and everything that was said.

use crate::{
    grid::{Grid, Steps, Tensor},
    keys::{Keys, Roster, RoundName, agree},
    noise::DiscreteGaussian,
    pads::{Pads, Purpose},
    places::Places,
    recover::{RecoverError, Transcript},
    round::{Masked, RoundError, Unmasking, between},
    shares::{Share, combine},
    stream::Stream,
    sum::Sum,
};
use proptest::prelude::*;
use units::{Hash, PeerId, SessionId};
use x25519_dalek::StaticSecret;
use zeroize::Zeroizing;

const REACH: u32 = 50;
const TENSORS: [usize; 2] = [40, 60];

/// A group in which everybody has sent a masked change.
struct Group {
    transcript: Transcript,
    grid: Grid,
    changes: Vec<Steps>,
    masked: Vec<Masked>,
    unmasking: Vec<Unmasking>,
}

fn keys(place: usize, seed: u8) -> Keys {
    Keys::new([seed ^ place as u8; 32])
}

fn roster(members: usize, seed: u8) -> Roster {
    let session = SessionId::from_bytes([1; 16]);
    let round = RoundName { session, parent: Hash::of(&[seed]), group: 0 };
    let member = |place| (PeerId::from_bytes([place as u8; 32]), keys(place, seed).public());
    Roster::new(round, (0..members).map(member).collect()).unwrap()
}

fn group(members: usize, seed: u8, change: impl Fn(usize) -> f32) -> Group {
    let roster = roster(members, seed);
    let mut transcript = Transcript::new(roster.clone());
    let (mut sharing, dealt): (Vec<_>, Vec<_>) = (0..members)
        .map(|place| keys(place, seed).share(roster.clone(), [!seed ^ place as u8; 32]).unwrap())
        .unzip();
    for dealt in dealt {
        sharing.iter_mut().for_each(|member| member.take(&dealt).unwrap());
        transcript.add_dealt(dealt);
    }
    let grid = Grid::new(members, 10_000, REACH, DiscreteGaussian::new(0).unwrap()).unwrap();
    let tensors = TENSORS.map(|values| Tensor { values, step: 1.0 });
    let mut group =
        Group { transcript, grid, changes: Vec::new(), masked: Vec::new(), unmasking: Vec::new() };
    for (place, member) in sharing.into_iter().enumerate() {
        let steps = grid.quantise(&mut [change(place); 100], &tensors);
        group.changes.push(steps.clone());
        let (masked, unmasking) = member.mask(steps, &grid, Places::first(members)).unwrap();
        group.masked.push(masked);
        group.unmasking.push(unmasking);
    }
    group
}

impl Group {
    /// Those send their masked changes, those hand out shares, and whoever wants to adds up.
    fn finish(&mut self, survivors: Places, answering: Places) -> Result<Sum, RecoverError> {
        for place in survivors.iter() {
            self.transcript.add_masked(place, self.masked[place].clone());
        }
        for place in answering.iter() {
            let unmask = self.unmasking[place].answer(survivors)?;
            self.transcript.add_unmask(place, unmask);
        }
        self.transcript.recover(survivors, &self.grid, &TENSORS)
    }

    /// A masked change without the masks that the victim has in common with `colluders`.
    fn stripped(&self, victim: usize, seed: u8, colluders: impl Iterator<Item = usize>) -> Masked {
        let mut masked = self.masked[victim].clone();
        for colluder in colluders {
            let theirs = keys(victim, seed).public().mask;
            let secret = agree(&keys(colluder, seed).mask, theirs).unwrap();
            let context = self.transcript.roster().context();
            let pads = Pads::new(context, secret, between(victim, colluder));
            let adds = victim > colluder;
            pads.apply(&TENSORS, &mut masked.elements, self.grid.bits(), adds);
        }
        masked
    }

    /// Takes off the mask of a seed.
    fn without_seed(&self, victim: usize, seed: Zeroizing<[u8; 32]>, mut masked: Masked) -> Masked {
        let pads = Pads::new(self.transcript.roster().context(), seed, Purpose::Alone(victim));
        pads.apply(&TENSORS, &mut masked.elements, self.grid.bits(), false);
        masked
    }

    /// How many elements are such as an unmasked change has: of random ones hardly any third.
    fn telling(&self, masked: &Masked) -> usize {
        let lifted = masked
            .elements
            .iter()
            .map(|element| self.grid.lift(element & self.grid.mask()).unsigned_abs());
        lifted.filter(|value| *value <= REACH).count()
    }
}

#[test]
fn everybody_but_one_together_knows_what_that_one_sent_and_nobody_can_help_it() {
    let mut group = group(4, 1, |_| 7.0);
    let all = Places::first(4);
    group.finish(all, all).unwrap();
    let seed = seed_of(&group, 0, all);
    let bare = group.without_seed(0, seed, group.stripped(0, 1, 1..4));
    assert_eq!(group.telling(&bare), 100, "three of four collude, and the fourth is bare");
}

#[test]
fn with_one_more_honest_member_colluders_see_nothing_but_noise() {
    let mut group = group(4, 1, |_| 7.0);
    let all = Places::first(4);
    group.finish(all, all).unwrap();
    let seed = seed_of(&group, 0, all);
    let hidden = group.without_seed(0, seed, group.stripped(0, 1, 2..4));
    assert!(group.telling(&hidden) < 60, "{} of 100", group.telling(&hidden));
}

/// The seed of a survivor, which is no secret after the sum is out.
fn seed_of(group: &Group, place: usize, survivors: Places) -> Zeroizing<[u8; 32]> {
    let answers: Vec<_> = survivors.iter().map(|holder| (holder, group.answer(holder))).collect();
    let shares: Vec<(usize, &Share)> =
        answers.iter().map(|(holder, shares)| (*holder, &shares[place])).collect();
    Zeroizing::new(combine(&shares[..group.transcript.roster().threshold()]))
}

impl Group {
    /// What a member has handed out.
    fn answer(&self, place: usize) -> Vec<Share> {
        self.transcript.unmask_of(place).map(|unmask| unmask.shares.clone()).unwrap()
    }
}

/// All that is said up to the decision depends on the victim's change in one place only, its masked change; and that is
/// the change plus something that does not depend on it. With that something hidden, so is the change.
#[test]
fn a_masked_change_is_the_change_plus_what_does_not_depend_on_it() {
    let (one, other) =
        (group(5, 9, |_| 7.0), group(5, 9, |place| if place == 0 { -20.0 } else { 7.0 }));
    for place in 0..5 {
        let difference = one.masked[place].elements.iter().zip(&other.masked[place].elements);
        let expected = if place == 0 { one.grid.reduce(27) } else { 0 };
        let mask = one.grid.mask();
        assert!(difference.into_iter().all(|(a, b)| a.wrapping_sub(*b) & mask == expected));
    }
}

/// Pearson's test over the lowest and the highest bits of masked changes, whose own bits all are the same.
#[test]
fn masked_elements_are_as_likely_as_any() {
    let mut seen = [[0u32; 16]; 2];
    for seed in 0..100 {
        let group = group(3, seed, |_| 1.0);
        for element in &group.masked[0].elements {
            seen[0][*element as usize & 15] += 1;
            seen[1][(*element >> (group.grid.bits() - 4)) as usize & 15] += 1;
        }
    }
    let expected = 100.0 * 100.0 / 16.0;
    for seen in seen {
        let squares: f64 =
            seen.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
        assert!(squares < 15.0 + 5.0 * 30f64.sqrt(), "{squares}: {seen:?}");
    }
}

#[test]
fn a_member_that_was_only_late_stays_masked() {
    let mut group = group(5, 3, |_| 7.0);
    let survivors: Places = [0, 1, 2, 4].into_iter().collect();
    let sum = group.finish(survivors, survivors).unwrap();
    assert_eq!(sum.members(), 4);
    // Its mask key is known by now: all masks that it has in common with others come off its late change.
    let shares: Vec<_> = survivors.iter().map(|holder| (holder, group.answer(holder))).collect();
    let shares: Vec<_> = shares.iter().map(|(holder, shares)| (*holder, &shares[3])).collect();
    assert_eq!(StaticSecret::from(combine(&shares)).to_bytes(), keys(3, 3).mask.to_bytes());
    let late = group.stripped(3, 3, survivors.iter());
    assert!(group.telling(&late) < 50, "{} of 100", group.telling(&late));
    // And nobody hands out what would take off the rest.
    let all = Places::first(5);
    for place in survivors.iter() {
        let refused = group.unmasking[place].answer(all);
        assert_eq!(refused, Err(RoundError::Contradiction(3)));
    }
    assert!(group.unmasking[0].answer(survivors).is_ok(), "the same answer may be given again");
}

/// A leader that tells some that a member has survived and others that it has not gets too few shares of one kind.
#[test]
fn two_decisions_about_one_member_do_not_bare_it() {
    for members in 4..=16 {
        let mut group = group(members, 5, |_| 7.0);
        let all = Places::first(members);
        let others: Places = all.iter().filter(|place| *place != 0).collect();
        let threshold = group.transcript.roster().threshold();
        let honest = 1..members;
        for half in [0, members / 2, members] {
            let (mut seeds, mut keys) = (0, 0);
            for place in honest.clone() {
                let told = if place <= half { all } else { others };
                let again = if place <= half { others } else { all };
                if group.unmasking[place].answer(told).is_ok() {
                    *(if told == all { &mut seeds } else { &mut keys }) += 1;
                }
                assert!(group.unmasking[place].answer(again).is_err());
            }
            assert!(seeds < threshold || keys < threshold, "{members}: {seeds} and {keys}");
            group = self::group(members, 5, |_| 7.0);
        }
    }
}

#[test]
fn who_deals_other_shares_than_hashes_is_named_before_anything_is_masked() {
    let roster = roster(3, 0);
    let (mut member, _) = keys(0, 0).share(roster.clone(), [1; 32]).unwrap();
    let (_, mut dealt) = keys(1, 0).share(roster.clone(), [2; 32]).unwrap();
    let honest = dealt.clone();
    dealt.hashes[0].mask_key = Hash::of(b"other");
    assert_eq!(member.take(&dealt), Err(RoundError::BadShares(1)));
    dealt = honest.clone();
    dealt.bundles[0].sealed[3] ^= 1;
    assert_eq!(member.take(&dealt), Err(RoundError::BadShares(1)));
    dealt = honest.clone();
    dealt.bundles.pop();
    assert_eq!(member.take(&dealt), Err(RoundError::BadShares(1)));
    assert_eq!(member.take(&honest), Ok(()));
    assert_eq!(member.dealers(), Places::first(2));
    let grid = Grid::new(3, 9, 9, DiscreteGaussian::new(0).unwrap()).unwrap();
    let steps = grid.quantise(&mut [1.0], &[Tensor { values: 1, step: 1.0 }]);
    let refused = member.mask(steps, &grid, Places::first(3)).map(|_| ());
    assert_eq!(refused, Err(RoundError::NoShares(2)));
}

/// One share that does not fit the others, though its hash is right: whoever answers, all come to the same.
#[test]
fn who_deals_shares_of_no_secret_is_named_whoever_answers() {
    for left_out in 1..5 {
        let mut group = group(5, 8, |_| 7.0);
        let all = Places::first(5);
        let survivors: Places = all.iter().filter(|place| *place != left_out).collect();
        let forged = Share::from_bytes([1; 32]);
        group.transcript.forge(0, 1, &forged);
        let mut lie = group.unmasking[1].answer(all).unwrap();
        lie.shares[0] = forged;
        if left_out != 1 {
            group.transcript.add_unmask(1, lie);
        }
        let answering: Places = survivors.iter().filter(|place| *place != 1).collect();
        assert_eq!(
            group.finish(all, answering),
            Err(RecoverError::Dealer(0)),
            "{left_out} is silent"
        );
    }
}

#[test]
fn a_share_that_was_not_dealt_is_left_out() {
    let mut group = group(4, 8, |_| 7.0);
    let all = Places::first(4);
    let mut lie = group.unmasking[1].answer(all).unwrap();
    lie.shares[2] = Share::from_bytes([1; 32]);
    group.transcript.add_unmask(1, lie);
    let plain = Sum::of(&group.grid, &group.changes);
    let three: Places = [0, 2, 3].into_iter().collect();
    assert_eq!(group.finish(all, three), Ok(plain), "three others are enough");
}

#[test]
fn whoever_deals_nothing_is_not_present_and_is_not_waited_for() {
    let roster = roster(6, 0);
    let mut transcript = Transcript::new(roster.clone());
    let dealers = Places::first(5);
    let deal = |place| keys(place, 0).share(roster.clone(), [50 + place as u8; 32]).unwrap();
    let (mut sharing, dealt): (Vec<_>, Vec<_>) = dealers.iter().map(deal).unzip();
    for dealt in dealt {
        sharing.iter_mut().for_each(|member| member.take(&dealt).unwrap());
        transcript.add_dealt(dealt);
    }
    let noise = DiscreteGaussian::new(100).unwrap();
    let grid = Grid::new(6, 100, 100, noise).unwrap();
    let change = |place: usize| {
        let steps = grid.quantise(&mut [place as f32], &[Tensor { values: 1, step: 1.0 }]);
        steps.with_noise(&grid, &mut Stream::new([place as u8; 32]))
    };
    let changes: Vec<Steps> = dealers.iter().map(change).collect();
    let mut unmasking = Vec::new();
    for (place, member) in sharing.into_iter().enumerate() {
        let (masked, next) = member.mask(changes[place].clone(), &grid, dealers).unwrap();
        transcript.add_masked(place, masked);
        unmasking.push(next);
    }
    for (place, member) in unmasking.iter_mut().enumerate() {
        transcript.add_unmask(place, member.answer(dealers).unwrap());
        let strangers = Err(RoundError::Strangers(Places::first(6)));
        assert_eq!(member.answer(Places::first(6)), strangers);
    }
    assert_eq!(transcript.recover(dealers, &grid, &[1]), Ok(Sum::of(&grid, &changes)));
}

#[test]
fn a_change_without_the_noise_that_was_agreed_on_is_not_masked() {
    let roster = roster(3, 0);
    let (mut member, _) = keys(0, 0).share(roster.clone(), [1; 32]).unwrap();
    for place in 1..3 {
        let (_, dealt) = keys(place, 0).share(roster.clone(), [2; 32]).unwrap();
        member.take(&dealt).unwrap();
    }
    let grid = Grid::new(3, 9, 9, DiscreteGaussian::new(16).unwrap()).unwrap();
    let steps = grid.quantise(&mut [1.0], &[Tensor { values: 1, step: 1.0 }]);
    let refused = member.mask(steps, &grid, Places::first(3)).map(|_| ());
    assert_eq!(refused, Err(RoundError::NoNoise));
}

#[test]
fn a_change_that_goes_with_other_masks_is_named() {
    let mut group = group(4, 8, |_| 7.0);
    let all = Places::first(4);
    group.masked[2].present = Places::first(3);
    assert_eq!(group.finish(all, all), Err(RecoverError::Differs(2)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whoever drops out before or after the masked changes are sent, the sum is that of those who sent theirs, as long as
    /// there are as many as the threshold; below, there is none.
    #[test]
    fn masked_sums_are_plain_sums(
        members in 3usize..=16,
        seed in any::<u8>(),
        gone in any::<u16>(),
        silent in any::<u16>(),
    ) {
        let mut group = group(members, seed, |place| place as f32 - 4.0);
        let all = Places::first(members);
        let without = |from: Places, gone: u16| Places::from_bits(from.bits() & !gone);
        let survivors = without(all, gone & gone.rotate_left(3));
        let answering = without(survivors, silent & silent.rotate_left(5));
        let threshold = group.transcript.roster().threshold();
        let found = group.finish(survivors, answering);
        if answering.count() >= threshold {
            let sent: Vec<Steps> = survivors.iter().map(|it| group.changes[it].clone()).collect();
            prop_assert_eq!(found, Ok(Sum::of(&group.grid, &sent)));
        } else if survivors.count() >= threshold {
            let have = answering.count();
            let is_said = matches!(found, Err(RecoverError::Shares { have: said, .. }) if said == have);
            prop_assert!(is_said, "{found:?}");
        } else {
            let too_few = RoundError::TooFew { have: survivors.count(), need: threshold };
            prop_assert_eq!(found, Err(RecoverError::Round(too_few)));
        }
    }
}
