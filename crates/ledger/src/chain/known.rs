//! Headers that are known, on the chain that counts and beside it.

use crate::{
    Genesis, Refusal,
    header::Header,
    merkle::Peaks,
    rules,
    work::{DIFFICULTY_MIN, MINERS_REMEMBERED, Pace, Work, difficulty_after},
};
use std::collections::BTreeMap;
use units::{Hash, PeerId, UnixMillis};

/// Headers beside the chain that counts; each has cost its miner work.
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
    pub(super) fn add(&mut self, header: Header, now: UnixMillis) -> Result<Hash, Refusal> {
        let name = header.hash();
        if let Some(known) = self.0.get(&name) {
            return if known.refused { Err(Refusal::RefusedBefore) } else { Ok(name) };
        }
        let parent = header.parent;
        let before = self.0.get(&parent).ok_or(Refusal::UnknownParent { parent })?;
        if before.refused {
            return Err(Refusal::RefusedBefore);
        }
        if self.0.len() > before.header.height as usize + BESIDE_MAX {
            return Err(Refusal::Full { what: "blocks beside the chain", limit: BESIDE_MAX });
        }
        let pace = self.pace_after(before);
        rules::header::height_is_next(&header, before.header.height)?;
        rules::header::time_goes_on(&header, before.header.time)?;
        rules::header::time_has_come(&header, now)?;
        rules::header::history_is_named(&header, before.history.root())?;
        rules::header::work_is_shown(&header, name, &pace)?;
        let mut history = before.history.clone();
        history.push(name);
        let work = before.work.plus(Work::hashes(pace.difficulty));
        let (difficulty, children) = (pace.difficulty, Vec::new());
        let (whole, refused) = (false, false);
        let known = Known { header, difficulty, work, history, children, whole, refused };
        self.0.insert(name, known);
        let before = self.0.get_mut(&parent).expect("it was there");
        before.children.push(name);
        Ok(name)
    }

    /// A block is wrong: it, and all that build on it, count no longer.
    pub(super) fn refuse(&mut self, name: Hash) {
        let mut names = vec![name];
        while let Some(name) = names.pop() {
            if let Some(known) = self.0.get_mut(&name) {
                known.refused = true;
                names.extend(&known.children);
            }
        }
    }
}
