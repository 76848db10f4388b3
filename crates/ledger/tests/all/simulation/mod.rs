//! What ways of taking part in a room pay: real orders, records and blocks, with scores drawn from a model.
//!
//! A device computes one round a minute, 60 an hour; a block follows each round. An honest update's score, in hundredths of a nat, is
//! drawn evenly from -300 to 200 at first, and from -50 to 0 after [`LEARNT_ROUNDS`], as docs/LEARNING.md has it of skewed rows;
//! a judge's word on it differs by some 20. An update of noise is worth -2 to 2, and judges differ by some 3. What is paid
//! for finding blocks, and their fees, is left out: it is paid for other work.

use crate::common::{Room, cheapest, peer, terms};
use core::time::Duration;
use ledger::{Action, Order, RoundReport, contracts::lending::Terms, economics, fees, work};
use protocol::{
    identity::Identity,
    session::{Contribution, Decision, RecordName, RoundRecord, Verdict, scores_name},
};
use std::collections::BTreeMap;
use units::{Credits, Hash, PeerId, SessionId};

/// When a session has learnt most of what it will.
const LEARNT_ROUNDS: u32 = 80;

/// Time between two rounds.
const ROUND: Duration = Duration::from_secs(60);

/// Members of a round.
const SEATS: usize = 32;

/// Samples of a whole device's round.
const SAMPLES: u32 = 1_600;

/// What one device does, or several do together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Learns like all others.
    Honest,
    /// Takes part with noise.
    Noise,
    /// Takes part under so many names, each with its part of the rows and the time, which praise each other and nobody else.
    Names(u8),
    /// Trains in sessions of its own under so many names, with scores that it invents.
    OwnSession(u8),
    /// So many devices, each with a founder's welcome, do that together.
    Clique(u8),
    /// Lends to a second name.
    Lends,
    /// Rates its own capsules by a second name.
    Rates,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub struct Gain {
    /// Micro-credits a round for each device that goes this way, all it has spent taken off.
    pub micros: i64,
    /// Of each honest device in the same room.
    pub honest_micros: i64,
}

/// Numbers that one seed repeats (Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        low + ((bits ^ bits >> 31) % (high - low + 1) as u64) as i64
    }

    /// Around nothing, with about that deviation.
    fn about(&mut self, deviation: i64) -> i64 {
        (0..3).map(|_| self.between(-deviation, deviation)).sum()
    }
}

/// A session as its members go through it.
struct Session {
    id: SessionId,
    members: Vec<(PeerId, u8, Identity)>,
    newest: Option<RoundRecord>,
}

impl Session {
    fn new(number: u8, seeds: impl Iterator<Item = u8>) -> Self {
        let mut members: Vec<_> =
            seeds.map(|seed| (peer(seed), seed, crate::common::identity(seed))).collect();
        members.sort_by_key(|member| member.0);
        Self { id: SessionId::from_bytes([number; 16]), members, newest: None }
    }

    /// The next round: `says(judge, maker)` of the one before, whose `samples(maker)` went in.
    fn goes_on(
        &mut self,
        samples: impl Fn(u8) -> u32,
        mut says: impl FnMut(u8, u8) -> i64,
    ) -> (u8, Action) {
        let session = self.id;
        let round = self.newest.as_ref().map_or(0, |it| it.decision.round) + 1;
        let parent = self.newest.as_ref().map_or(Hash::of(b"proposal"), RoundRecord::hash);
        let seeds: Vec<u8> = self.members.iter().map(|member| member.1).collect();
        let verdict = |(_, judge, identity): &(PeerId, u8, Identity)| {
            let score = |maker: &u8| says(*judge, *maker).clamp(-1_000, 1_000) as i16;
            Verdict::sign(identity, parent, seeds.iter().map(score).collect())
        };
        let verdicts = match round {
            1 => Vec::new(),
            _ => self.members.iter().map(verdict).collect(),
        };
        let (nothing, update) = (scores_name(&[]), Hash::of(&round.to_le_bytes()));
        let part = |(_, seed, identity): &(PeerId, u8, Identity)| {
            let samples = samples(*seed);
            Contribution::sign(identity, (session, parent), nothing, update, samples, 1)
        };
        let contributions: Vec<_> = self.members.iter().map(part).collect();
        let (committed, groups) = (contributions.len() as u32, Vec::new());
        let decision = Decision { round, parent, contributions, verdicts, committed, groups };
        let (model, cumulative_samples) = (Hash::of(&round.to_be_bytes()), u64::from(round));
        let (standings, draw, name) = (Vec::new(), u32::MAX, RecordName::default());
        let record = RoundRecord { decision, model, cumulative_samples, standings, draw, name };
        self.newest = Some(record.clone());
        let leader = self.members[round as usize % self.members.len()].1;
        (leader, Action::Report(Box::new(RoundReport { session, record })))
    }
}

impl Way {
    /// Its devices, and the names that these vouch for.
    fn devices_and_names(self) -> (u8, u8) {
        match self {
            Self::Honest | Self::Noise => (1, 0),
            Self::Names(names) | Self::OwnSession(names) => (1, names - 1),
            Self::Clique(devices) => (devices, 0),
            Self::Lends | Self::Rates => (1, 1),
        }
    }

    /// Whether its devices compute their updates.
    pub fn works(self) -> bool {
        matches!(self, Self::Honest | Self::Names(_))
    }

    /// Whether it takes part in the session of all.
    fn joins(self) -> bool {
        matches!(self, Self::Honest | Self::Noise | Self::Names(_))
    }
}

/// What a way pays in a room of so many devices over so many rounds.
pub fn gain(way: Way, devices: u8, rounds: u32, seed: u64) -> Gain {
    let mut dice = Dice(seed);
    let mut room = Room::of(devices);
    let (own_devices, vouched) = way.devices_and_names();
    let honest: Vec<u8> = (1..=devices - own_devices).collect();
    let mut own: Vec<u8> = (devices - own_devices + 1..=devices).collect();
    room.members.clone_from(&honest);
    // Enough for whatever it has in mind, which it has to earn again.
    room.does(1, crate::common::pays(devices, Credits::whole(600)));
    let before = credits(&room, &own);
    for name in 101..101 + vouched {
        room.does(devices, Action::Welcome { member: peer(name) });
        own.push(name);
    }
    let honest_before = credits(&room, &honest);
    let joined: Vec<u8> = own.iter().copied().filter(|_| way.joins()).collect();
    // Where more names come than a record has place for, some honest devices are left out.
    let seats = SEATS - joined.len();
    let mut session = Session::new(1, honest.iter().copied().take(seats).chain(joined));
    let mut apart = Session::new(2, own.iter().copied());
    let mut mined = 0;
    for round in 1..=rounds {
        let is_own = |seed: u8| own.contains(&seed);
        let late = i64::from(round.min(LEARNT_ROUNDS));
        let (low, high) = (
            -300 + 250 * late / i64::from(LEARNT_ROUNDS),
            200 - 200 * late / i64::from(LEARNT_ROUNDS),
        );
        let worth: BTreeMap<u8, i64> = session
            .members
            .iter()
            .map(|(_, seed, _)| match way {
                Way::Noise if is_own(*seed) => (*seed, dice.between(-2, 2)),
                Way::Names(names) if is_own(*seed) => {
                    (*seed, dice.between(low, high) / i64::from(names))
                }
                _ => (*seed, dice.between(low, high)),
            })
            .collect();
        let says = |judge: u8, maker: u8| match way {
            Way::Names(_) if is_own(judge) => {
                if is_own(maker) {
                    1_000
                } else {
                    -1_000
                }
            }
            Way::Noise if is_own(maker) => worth[&maker] + dice.about(3),
            _ => worth[&maker] + dice.about(20),
        };
        let samples = |seed| match way {
            Way::Names(names) if is_own(seed) => SAMPLES / u32::from(names),
            _ => SAMPLES,
        };
        let mut wanted = Vec::new();
        let (leader, report) = session.goes_on(samples, says);
        wanted.extend(room.orders(leader, [report]));
        if matches!(way, Way::OwnSession(_) | Way::Clique(_)) {
            let (leader, report) = apart.goes_on(|_| SAMPLES, |_, _| 1_000);
            wanted.extend(room.orders(leader, [report]));
        }
        wanted.extend(beside(way, &room, &own, round));
        mined += block(&mut room, wanted);
    }
    let per_device = |gained: i64, devices: usize| gained / devices as i64 / i64::from(rounds);
    Gain {
        micros: per_device(credits(&room, &own) - before, own_devices.into()),
        honest_micros: per_device(credits(&room, &honest) - honest_before - mined, honest.len()),
    }
}

/// What it orders beside rounds.
fn beside(way: Way, room: &Room, own: &[u8], round: u32) -> Vec<Order> {
    let [one, other] = *own else { return Vec::new() };
    let nonce = |of: u8| room.chain.account(peer(of)).nonce;
    let two =
        |first: Action, second: &dyn Fn(Hash) -> Action, third: &dyn Fn(Hash) -> Option<Action>| {
            let first = cheapest(one, nonce(one), first);
            let second = cheapest(other, nonce(other), second(first.id()));
            let third = third(second.id()).map(|it| cheapest(one, nonce(one) + 1, it));
            [first, second].into_iter().chain(third).collect()
        };
    let amount = Credits::from_micros(100_000);
    match way {
        Way::Lends => two(
            Action::Offer(Terms { stake: economics::STAKE_MIN, price_per_hour: amount, ..terms() }),
            &|offer| Action::Borrow { offer, state: offer, hours: 1, deposit: amount },
            &|loan| Some(Action::Claim(room.receipt(other, loan, amount, true))),
        ),
        Way::Rates => {
            let capsule = Hash::of(&round.to_le_bytes());
            two(
                Action::RegisterCapsule { capsule, title: "capsule".to_owned() },
                &|_| Action::RateCapsule { capsule, use_percent: 100 },
                &|_| None,
            )
        }
        _ => Vec::new(),
    }
}

/// Somebody honest records that; gives what that is paid for it, in micro-credits.
fn block(room: &mut Room, wanted: Vec<Order>) -> i64 {
    room.passes(ROUND - Duration::from_millis(work::PACE_MS));
    let now = units::UnixMillis(room.now.0 + work::PACE_MS);
    let share = room.treasury().share_at(now).part(economics::MINING_PERCENT, 100);
    room.passes(Duration::from_millis(work::PACE_MS));
    // What the rules refuse is not recorded, and pays no fee either.
    let (draft, _) = room.draft(room.next_miner(), wanted).unwrap();
    let paid = share.plus(fees(&draft.transactions)).unwrap();
    room.chain.add_block(crate::common::completed(draft), room.now).unwrap();
    i64::try_from(paid.as_micros()).unwrap()
}

fn credits(room: &Room, of: &[u8]) -> i64 {
    let all = of.iter().map(|seed| room.balance(*seed));
    i64::try_from(Credits::sum(all).unwrap().as_micros()).unwrap()
}

/// All that is compared, in a room of so many devices.
pub fn ways(devices: u8) -> Vec<Way> {
    let clique = (devices >= 8).then_some(Way::Clique(4));
    let alone = [Way::Honest, Way::Noise, Way::Names(2), Way::Names(4), Way::OwnSession(4)];
    alone.into_iter().chain(clique).chain([Way::Lends, Way::Rates]).collect()
}
