//! Following the heaviest chain that is right.

use super::{Chain, Moved, Step, UNDONE_MAX};
use crate::{Refusal, payment, rules, state::Changes, work::Work};
use core::cmp::Reverse;
use protocol::signatures::all_hold;
use units::Hash;

/// Signatures that are checked together: more at once are hardly faster, and one wrong one costs all of them.
const CLAIMS_AT_ONCE: usize = 1_024;

impl Chain {
    /// All transactions up to this block are here, and perhaps of some after it: gives the heaviest of these.
    pub(super) fn note_whole(&mut self, name: Hash) -> Hash {
        let (mut heaviest, mut names) = (name, vec![name]);
        while let Some(name) = names.pop() {
            if !self.bodies.contains(&name) {
                continue;
            }
            let known = self.headers.get_mut(&name).expect("a body has a header");
            known.whole = true;
            names.extend(&known.children);
            if !known.refused && self.rank(name) > self.rank(heaviest) {
                heaviest = name;
            }
        }
        heaviest
    }

    /// In which order chains are followed, by their last blocks.
    pub(super) fn rank(&self, name: Hash) -> (Work, Reverse<Hash>) {
        let work = self.headers.get(&name).map_or(Work::ZERO, |known| known.work);
        (work, Reverse(name))
    }

    /// Goes over to that block, if it is heavier than the newest; if it, or one before it, is wrong, to the heaviest of all others
    /// that are: whoever knows the same blocks follows the same chain, in whatever order they came.
    pub(super) fn follow(&mut self, heaviest: Hash) -> Result<Moved, Refusal> {
        let mut refused = Vec::new();
        let mut next = Some(heaviest);
        while let Some(to) = next.filter(|to| self.rank(*to) > self.rank(self.tip())) {
            match self.go_over_to(to) {
                Ok((undone, done)) => return Ok(Moved { undone, done, refused }),
                Err((wrong, refusal)) => {
                    self.headers.refuse(wrong).iter().for_each(|name| self.bodies.remove(name));
                    refused.push((wrong, refusal));
                }
            }
            next = self.headers.whole().max_by_key(|name| self.rank(*name));
        }
        refused.into_iter().next().map_or(Ok(Moved::default()), |(_, refusal)| Err(refusal))
    }

    /// Undoes what is not on the way to that block, and carries out what is. An error names the block that is wrong; the ledger
    /// is then as it was.
    fn go_over_to(&mut self, to: Hash) -> Result<(Vec<Hash>, Vec<Hash>), (Hash, Refusal)> {
        let (common, way) = self.way_to(to);
        let back = self.names.len() - 1 - common;
        if back > self.steps.len() {
            let (blocks, limit) = (back as u32, self.steps.len() as u32);
            let first = way.first().copied().unwrap_or(to);
            return Err((first, Refusal::TooDeep { blocks, limit }));
        }
        let undone: Vec<(Hash, Step)> = (0..back).map(|_| self.undo_newest()).collect();
        let mut signed = 0;
        for (place, name) in way.iter().enumerate() {
            let signatures = if place < signed {
                Ok(())
            } else {
                self.count_signed(&way[place..]).map(|count| signed += count)
            };
            if let Err(refusal) = signatures.and_then(|()| self.carry_out(*name)) {
                while self.names.len() - 1 > common {
                    self.undo_newest();
                }
                for (name, Step { undo: redo, payments }) in undone.into_iter().rev() {
                    let undo = self.state.write_back(redo);
                    self.note_newest(name, Step { undo, payments });
                }
                return Err((*name, refusal));
            }
        }
        while self.steps.len() > UNDONE_MAX {
            self.steps.pop_front();
        }
        Ok((undone.into_iter().map(|(name, _)| name).collect(), way))
    }

    /// The height at which the way to a block parts from what counts, and the blocks after it.
    fn way_to(&self, to: Hash) -> (usize, Vec<Hash>) {
        let (mut way, mut at) = (Vec::new(), to);
        loop {
            let header = &self.headers.get(&at).expect("it is whole").header;
            if self.names.get(header.height as usize) == Some(&at) {
                way.reverse();
                return (header.height as usize, way);
            }
            way.push(at);
            at = header.parent;
        }
    }

    /// How many of these blocks, the first and others after it, have signatures that all hold: those of several blocks are checked
    /// together, because many at once take half as long.
    fn count_signed(&mut self, way: &[Hash]) -> Result<usize, Refusal> {
        if self.trusts_signatures {
            return Ok(way.len());
        }
        let transactions = |name| self.bodies.get(name).expect("it is whole");
        let (mut claims, mut blocks) = (Vec::new(), 0);
        for name in way {
            let of_block = rules::block::claims(transactions(name), self.room);
            if blocks > 0 && claims.len() + of_block.len() > CLAIMS_AT_ONCE {
                break;
            }
            claims.extend(of_block);
            blocks += 1;
        }
        if blocks > 1 && all_hold(&claims, &mut self.keys) {
            return Ok(blocks);
        }
        for (place, name) in way[..blocks].iter().enumerate() {
            let holds =
                rules::block::signatures_hold(transactions(name), self.room, &mut self.keys);
            match holds {
                Ok(()) => {}
                Err(refusal) if place == 0 => return Err(refusal),
                // It is refused when its turn comes, if none before it is.
                Err(_) => return Ok(place),
            }
        }
        Ok(blocks)
    }

    /// Carries out the block after the newest one, whose signatures have been seen to.
    fn carry_out(&mut self, name: Hash) -> Result<(), Refusal> {
        let header = self.headers.get(&name).expect("it is whole").header;
        let transactions = self.bodies.get(&name).expect("it is whole");
        let mut changes = Changes::new(&self.state);
        let s = self.surroundings(&header);
        rules::block::carry_out_all(transactions, &mut changes, &s)?;
        let payments = self.watched.map(|account| payment::of_account(changes.payments(), account));
        let payments = payments.unwrap_or_default();
        let written = changes.into_written();
        let undo = self.state.write(written);
        if self.state.root() != header.state {
            self.state.write_back(undo);
            return Err(Refusal::Root { what: "state" });
        }
        self.note_newest(name, Step { undo, payments });
        Ok(())
    }

    fn note_newest(&mut self, name: Hash, step: Step) {
        self.bodies.count(&name, true);
        self.names.push(name);
        self.steps.push_back(step);
    }

    /// Gives the name of the newest block, and what does it again.
    fn undo_newest(&mut self) -> (Hash, Step) {
        let Step { undo, payments } = self.steps.pop_back().expect("it was counted");
        let name = self.names.pop().expect("it was counted");
        self.bodies.count(&name, false);
        let undo = self.state.write_back(undo);
        (name, Step { undo, payments })
    }
}
