//! Headers that are known, on the chain that counts and beside it.

use crate::{
    Genesis, Refusal,
    header::Header,
    merkle::Peaks,
    rules,
    work::{DIFFICULTY_MIN, MINERS_REMEMBERED, Pace, Work, difficulty_after},
};
use core::cmp::Reverse;
use std::collections::BTreeMap;
use units::{Hash, PeerId, UnixMillis};

/// Headers beside the chain that counts; each has cost its miner work. If there are more, the lightest make room.
const BESIDE_MAX: usize = 8_192;

/// A header and what follows from those before it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub header: Header,
    /// What it weighs.
    pub difficulty: u64,
    /// What it and all before it weigh.
    pub work: Work,
    /// Over the names of all before it and its own.
    history: Peaks,
    /// Those that build on it.
    pub children: Vec<Hash>,
    /// Whether its transactions, and those of all before it, are here.
    pub whole: bool,
    /// Whether it, or one before it, was found to be wrong.
    pub refused: bool,
}

/// All of them by name. That of the room stands for what the first block builds on.
#[derive(Debug)]
pub(super) struct Headers(BTreeMap<Hash, Known>);

impl Headers {
    pub(super) fn new(genesis: &Genesis) -> Self {
        let name = genesis.name();
        let nothing = Hash::from_bytes([0; 32]);
        let header = Header {
            parent: nothing,
            transactions: nothing,
            state: nothing,
            history: nothing,
            miner: PeerId::from_bytes([0; 32]),
            height: 0,
            time: UnixMillis(0),
            nonce: 0,
        };
        let mut history = Peaks::default();
        history.push(name);
        let root = Known {
            header,
            difficulty: DIFFICULTY_MIN,
            work: Work::ZERO,
            history,
            children: Vec::new(),
            whole: true,
            refused: false,
        };
        Self(BTreeMap::from([(name, root)]))
    }

    pub(super) fn get(&self, name: &Hash) -> Option<&Known> {
        self.0.get(name)
    }

    pub(super) fn get_mut(&mut self, name: &Hash) -> Option<&mut Known> {
        self.0.get_mut(name)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&Hash, &Known)> {
        self.0.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// What the next block after that one has to cost.
    pub(super) fn pace_after(&self, parent: &Known) -> Pace {
        let before = self.0.get(&parent.header.parent);
        let difficulty = before.map_or(DIFFICULTY_MIN, |before| {
            let gap_ms = parent.header.time.0.saturating_sub(before.header.time.0);
            difficulty_after(parent.difficulty, gap_ms)
        });
        let mut recent = Vec::with_capacity(MINERS_REMEMBERED);
        let mut at = Some(parent);
        while let Some(known) = at.filter(|it| it.header.height > 0) {
            recent.push(known.header.miner);
            at = self.0.get(&known.header.parent).filter(|_| recent.len() < MINERS_REMEMBERED);
        }
        Pace::new(difficulty, recent)
    }

    /// The root over the names of that one and all before it.
    pub(super) fn history_after(&self, parent: &Known) -> Hash {
        parent.history.root()
    }

    /// Checks a header by all rules that need no transactions, and keeps it.
    /// Gives its name, and headers that had to make room for it; `counting` are the names of the chain that counts, by height.
    pub(super) fn add(
        &mut self,
        header: Header,
        now: UnixMillis,
        counting: &[Hash],
    ) -> Result<(Hash, Option<Hash>), Refusal> {
        let name = header.hash();
        if let Some(known) = self.0.get(&name) {
            return if known.refused { Err(Refusal::RefusedBefore) } else { Ok((name, None)) };
        }
        let parent = header.parent;
        let before = self.0.get(&parent).ok_or(Refusal::UnknownParent { parent })?;
        if before.refused {
            return Err(Refusal::RefusedBefore);
        }
        let pace = self.pace_after(before);
        rules::header::height_is_next(&header, before.header.height)?;
        rules::header::time_goes_on(&header, before.header.time)?;
        rules::header::time_has_come(&header, before.header.time, now)?;
        rules::header::history_is_named(&header, before.history.root())?;
        rules::header::work_is_shown(&header, name, &pace)?;
        let mut history = before.history.clone();
        history.push(name);
        let work = before.work.plus(Work::hashes(pace.difficulty));
        // Headers of a chain that is about to count may come before its transactions.
        let expected = counting.len().max(header.height as usize);
        let is_full = self.0.len() >= expected + BESIDE_MAX;
        let dropped = is_full.then(|| self.drop_lightest((work, parent), counting)).transpose()?;
        let (difficulty, children) = (pace.difficulty, Vec::new());
        let (whole, refused) = (false, false);
        let known = Known { header, difficulty, work, history, children, whole, refused };
        self.0.insert(name, known);
        let before = self.0.get_mut(&parent).expect("it was there");
        before.children.push(name);
        Ok((name, dropped))
    }

    /// A block and all that build on it, one after the other.
    fn on(&self, name: Hash) -> impl Iterator<Item = &Known> {
        let mut names = vec![name];
        core::iter::from_fn(move || {
            let known = self.0.get(&names.pop()?)?;
            names.extend(&known.children);
            Some(known)
        })
    }

    /// The weight of the heaviest chain of headers that a block is in.
    pub(super) fn heaviest_on(&self, name: Hash) -> Work {
        self.on(name).map(|known| known.work).max().unwrap_or(Work::ZERO)
    }

    /// The height of the heaviest chain of headers on a block.
    pub(super) fn highest_on(&self, name: Hash) -> u32 {
        let heaviest = self.on(name).max_by_key(|known| known.work);
        heaviest.map_or(0, |known| known.header.height)
    }

    /// Drops the lightest header beside the chain on which none builds, other than that one, for something of that weight.
    pub(super) fn drop_lightest(
        &mut self,
        (work, keep): (Work, Hash),
        counting: &[Hash],
    ) -> Result<Hash, Refusal> {
        let is_beside = |(name, known): &(&Hash, &Known)| {
            let counts = counting.get(known.header.height as usize) == Some(*name);
            known.children.is_empty() && !counts && **name != keep && known.work <= work
        };
        let beside = self.0.iter().filter(is_beside);
        let lightest = beside.min_by_key(|(name, known)| (known.work, Reverse(**name)));
        let Some((name, known)) = lightest.map(|(name, known)| (*name, known.header)) else {
            return Err(Refusal::Full { what: "blocks beside the chain", limit: BESIDE_MAX });
        };
        self.0.remove(&name);
        if let Some(parent) = self.0.get_mut(&known.parent) {
            parent.children.retain(|child| *child != name);
        }
        Ok(name)
    }

    /// All blocks that count or may: they and all before them are here, and none was found to be wrong.
    pub(super) fn whole(&self) -> impl Iterator<Item = Hash> {
        let whole = self.0.iter().filter(|(_, known)| known.whole && !known.refused);
        whole.map(|(name, _)| *name)
    }

    /// A block is wrong: it, and all that build on it, count no longer. Gives their names.
    pub(super) fn refuse(&mut self, name: Hash) -> Vec<Hash> {
        let (mut names, mut place) = (vec![name], 0);
        while let Some(name) = names.get(place) {
            if let Some(known) = self.0.get_mut(name) {
                known.refused = true;
                names.extend(&known.children);
            }
            place += 1;
        }
        names
    }
}
