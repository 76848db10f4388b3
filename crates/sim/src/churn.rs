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

/// What a minute was like.
#[derive(serde::Serialize)]
struct Minute {
    minute: u32,
    /// The newest round of anybody.
    round: u32,
    present: usize,
    /// Devices, over all looks, that were behind by no, one and two records, and by more.
    behind: [usize; 4],
    /// Devices that have arrived and are in no session.
    outside: usize,
    /// The least, the middle and the most that a device has.
    neighbours: [usize; 3],
    /// What the device in the middle has sent.
    sent_kilobytes: f64,
    real_seconds: f64,
}

impl Minute {
    const HEADING: &str = "  minute  round   present    behind: 0      1      2   more  outside   neighbours   kB a device   real s";

    fn row(&self) -> String {
        let Self { minute, round, present, outside, sent_kilobytes, real_seconds, .. } = self;
        let ([none, one, two, more], [low, middle, high]) = (self.behind, self.neighbours);
        format!(
            "  {minute:>6}  {round:>5}  {present:>8}  {none:>12} {one:>6} {two:>6} {more:>6}  {outside:>7}   {low:>2} {middle:>3} {high:>3}   {sent_kilobytes:>11.0}   {real_seconds:>6.1}"
        )
    }
}

/// Watches a room of so many for some minutes in which a tenth of them goes and as many strangers come; fails if anybody
/// that has arrived is more than [`BEHIND_MAX`] records behind. Prints a table, or an object a minute.
pub(crate) fn watch(seed: u64, peers: usize, minutes: u32, is_json: bool) -> ExitCode {
    let a_minute = peers.div_ceil(10);
    let hosts = peers + a_minute * minutes as usize;
    let mut config = WorldConfig::new(seed, hosts);
    config.replay = format!("cargo xtask sim churn --seed {seed} --peers {peers}");
    let entry = Instant::now();
    let mut crowd = Crowd { world: World::new(config), entered_at: BTreeMap::new(), next: 0 };
    crowd.fill(peers);
    if !is_json {
        println!("{peers} devices have entered in {:.0} s", entry.elapsed().as_secs_f64());
        println!("{}", Minute::HEADING);
    }
    let mut worst = 0;
    for minute in 1..=minutes {
        let minute = crowd.watch_a_minute(minute, a_minute);
        worst += minute.behind[3] + minute.outside;
        match is_json {
            true => println!("{}", serde_json::json!(minute)),
            false => println!("{}", minute.row()),
        }
    }
    if !is_json {
        println!("device-looks more than {BEHIND_MAX} records behind or in no session: {worst}");
    }
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

    fn watch_a_minute(&mut self, minute: u32, changes: usize) -> Minute {
        let (real, before) = (Instant::now(), self.sent_bytes());
        let behind = self.live_a_minute(changes);
        let sent = self.sent_bytes().into_iter();
        let sent: Vec<u64> =
            sent.filter_map(|(id, bytes)| Some(bytes - before.get(&id)?)).collect();
        let count = |by: u32| behind.by.get(&by).copied().unwrap_or_default();
        let more = behind.by.range(BEHIND_MAX + 1..).map(|(_, count)| count).sum();
        Minute {
            minute,
            round: self.newest_round(),
            present: self.entered_at.len(),
            behind: [count(0), count(1), count(2), more],
            outside: behind.outside,
            neighbours: spread(self.world.neighbours().values().map(Vec::len).collect()),
            sent_kilobytes: spread(sent)[1] as f64 / 1e3,
            real_seconds: real.elapsed().as_secs_f64(),
        }
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
