//! A crowd that learns while devices come and go: who is behind, with how many neighbours, and what that costs each.
#![allow(clippy::disallowed_methods, reason = "whoever measures looks at the clock")]

use core::time::Duration;
use sim::{HostId, World, WorldConfig};
use std::{collections::BTreeMap, process::ExitCode, time::Instant};

/// Pages that are opened in a second at first.
const ARRIVALS_A_SECOND: u32 = 50;
/// How long the room is given before anything is counted.
const SETTLING: Duration = Duration::from_secs(60);
/// How long a device may take to be there with all others.
const ARRIVING: Duration = Duration::from_secs(30);
/// Records that a device may be behind.
const BEHIND_MAX: u32 = 2;
/// How often a minute everybody is looked at.
const LOOKS_A_MINUTE: usize = 6;
const ROUNDS: u32 = 1_000;

struct Crowd {
    world: World,
    /// When each device that is there entered.
    entered_at: BTreeMap<HostId, units::Instant>,
    /// The next stranger.
    next: usize,
}

/// How many devices are behind by how many records, of those that have arrived, over all looks of a minute.
#[derive(Default)]
struct Behind {
    by: BTreeMap<u32, usize>,
    /// Devices that have arrived and are in no session.
    outside: usize,
}

/// Watches a room of so many for some minutes in which a tenth of them goes and as many strangers come; fails if anybody
/// that has arrived is more than [`BEHIND_MAX`] records behind.
pub(crate) fn watch(seed: u64, peers: usize, minutes: u32) -> ExitCode {
    let a_minute = peers.div_ceil(10);
    let hosts = peers + a_minute * minutes as usize;
    let mut config = WorldConfig::new(seed, hosts);
    config.replay = format!("cargo xtask sim churn --seed {seed} --peers {peers}");
    let entry = Instant::now();
    let mut crowd = Crowd { world: World::new(config), entered_at: BTreeMap::new(), next: 0 };
    crowd.fill(peers);
    println!("{peers} devices have entered in {:.0} s", entry.elapsed().as_secs_f64());
    println!(
        "  minute  round   present    behind: 0      1      2   more  outside   neighbours   kB a device   real s"
    );
    let mut worst = 0;
    for minute in 1..=minutes {
        let real = Instant::now();
        let before = crowd.sent_bytes();
        let behind = crowd.live_a_minute(a_minute);
        let more: usize = behind.by.range(BEHIND_MAX + 1..).map(|(_, count)| count).sum();
        let [low, middle, high] = spread(crowd.world.neighbours().values().map(Vec::len).collect());
        let sent = crowd.sent_bytes().into_iter();
        let sent = sent.filter_map(|(id, bytes)| Some(bytes - before.get(&id)?)).collect();
        let count = |by: u32| behind.by.get(&by).copied().unwrap_or_default();
        println!(
            "  {minute:>6}  {:>5}  {:>8}  {:>12} {:>6} {:>6} {more:>6}  {:>7}   {low:>2} {middle:>3} {high:>3}   {:>11.0}   {:>6.1}",
            crowd.newest_round(),
            crowd.entered_at.len(),
            count(0),
            count(1),
            count(2),
            behind.outside,
            spread(sent)[1] as f64 / 1e3,
            real.elapsed().as_secs_f64(),
        );
        worst += more + behind.outside;
    }
    println!("device-looks more than {BEHIND_MAX} records behind or in no session: {worst}");
    if worst == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl Crowd {
    fn fill(&mut self, peers: usize) {
        for _ in 0..peers {
            self.comes();
            self.world.run_for(Duration::from_secs(1) / ARRIVALS_A_SECOND);
        }
        self.world.live_for(Duration::from_secs(10));
        self.world.start_session(HostId(0), ROUNDS).expect("the page is open").expect("has rows");
        self.world.live_for(SETTLING);
    }

    /// A stranger enters.
    fn comes(&mut self) {
        let id = HostId(self.next);
        self.next += 1;
        self.world.boot(id);
        if id == HostId(0) {
            self.world.create_room(id);
        }
        self.world.settle_in(id);
        self.entered_at.insert(id, self.world.now());
    }

    /// Somebody goes, half of the time with a goodbye.
    fn goes(&mut self) {
        let place = self.world.dice().below(self.entered_at.len());
        let goodbye = self.world.dice().chance(0.5);
        let Some(id) = self.entered_at.keys().nth(place).copied() else { return };
        self.entered_at.remove(&id);
        self.world.crash(id, goodbye);
    }

    fn live_a_minute(&mut self, changes: usize) -> Behind {
        let mut behind = Behind::default();
        let step = Duration::from_secs(60) / changes as u32;
        for change in 0..changes {
            self.goes();
            self.comes();
            // Owners of those who have just come make their clusters and load their rows.
            let now = self.world.now();
            let new = self.entered_at.iter().filter(|(_, at)| now < **at + Duration::from_secs(10));
            for id in new.map(|(id, _)| *id).collect::<Vec<_>>() {
                self.world.settle_in(id);
            }
            self.world.run_for(step);
            if change % changes.div_ceil(LOOKS_A_MINUTE) == 0 {
                self.look(&mut behind);
            }
        }
        behind
    }

    fn look(&self, behind: &mut Behind) {
        let (now, rounds) = (self.world.now(), self.rounds());
        let newest = rounds.values().flatten().copied().max().unwrap_or_default();
        for (id, round) in rounds {
            if now < self.entered_at[&id] + ARRIVING {
                continue;
            }
            match round {
                Some(round) => *behind.by.entry(newest - round).or_default() += 1,
                None => behind.outside += 1,
            }
        }
    }

    /// The newest round of everybody who is there.
    fn rounds(&self) -> BTreeMap<HostId, Option<u32>> {
        let round = |id: &HostId| (*id, self.world.view(*id).session.map(|session| session.round));
        self.entered_at.keys().map(round).collect()
    }

    fn newest_round(&self) -> u32 {
        self.rounds().into_values().flatten().max().unwrap_or_default()
    }

    fn sent_bytes(&self) -> BTreeMap<HostId, u64> {
        self.entered_at.keys().map(|id| (*id, self.world.sent_bytes(*id))).collect()
    }
}

fn spread<T: Ord + Copy + Default>(mut values: Vec<T>) -> [T; 3] {
    values.sort_unstable();
    let at = |place: usize| values.get(place).copied().unwrap_or_default();
    [at(0), at(values.len() / 2), at(values.len().saturating_sub(1))]
}
