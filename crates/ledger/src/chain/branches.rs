//! What does not count: blocks of other chains than the heaviest.

use super::{Chain, known::Known};
use crate::work::Work;
use core::cmp::Reverse;
use units::Hash;

/// Blocks that were found, and gave way to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// The height of the last block that they have in common with what counts.
    pub parting: u32,
    /// Their names, the oldest first.
    pub names: Vec<Hash>,
    /// What they weigh.
    pub work: Work,
    /// What the blocks weigh that are in their place by now.
    pub against: Work,
    /// Whether they break a rule, and would not count whatever they weigh.
    pub refused: bool,
}

impl Chain {
    /// The newest branches, at most `most`, the newest first. Blocks that only wait to count are none.
    pub fn branches(&self, most: usize) -> Vec<Branch> {
        let ours = self.rank(self.tip());
        let gave_way = |(name, known): &(&Hash, &Known)| {
            known.children.is_empty()
                && !self.counts(name)
                && (known.refused || self.rank(**name) < ours)
        };
        let mut last: Vec<(&Hash, &Known)> = self.headers.all().filter(gave_way).collect();
        last.sort_by_key(|(name, known)| (Reverse(known.header.height), **name));
        // Each way back is as long as what can be undone at most.
        last.into_iter().take(most).map(|(name, known)| self.branch_to(*name, known)).collect()
    }

    fn branch_to(&self, name: Hash, last: &Known) -> Branch {
        let (mut names, mut at) = (Vec::new(), name);
        while !self.counts(&at) {
            names.push(at);
            at = self.headers.get(&at).expect("a header follows from one").header.parent;
        }
        names.reverse();
        let common = self.headers.get(&at).expect("it counts");
        let since = |work: Work| work.since(common.work);
        let (work, against) = (since(last.work), since(self.work()));
        let (parting, refused) = (common.header.height, last.refused);
        Branch { parting, names, work, against, refused }
    }

    /// Whether a block is on the chain that counts.
    pub fn counts(&self, name: &Hash) -> bool {
        let height = self.headers.get(name).map(|known| known.header.height as usize);
        height.is_some_and(|height| self.names.get(height) == Some(name))
    }
}
