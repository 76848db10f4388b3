//! Beginning with a state that others have computed.

use super::{Chain, Moved};
use crate::{Refusal, state::State};
use units::Hash;

/// Headers that have to stand on a state before it is taken from others: whoever lies about a state has to find so many blocks on
/// its lie, which nobody else builds on.
pub const BURIED_MIN: u32 = 64;

impl Chain {
    /// Takes the state after a block from its [`State::snapshot`], in place of computing it: its header and those after it are known
    /// and heavier than what counts here. Work is all that vouches for it: headers have to come from many. Goes on from there with the blocks that are here; what is before can neither be undone
    /// nor shown.
    ///
    /// # Errors
    /// [`Refusal`] says why this state is not taken; the ledger is then as it was.
    pub fn begin_at(&mut self, name: Hash, snapshot: &[u8]) -> Result<Moved, Refusal> {
        let known = self.headers.get(&name).ok_or(Refusal::UnknownParent { parent: name })?;
        if known.refused {
            return Err(Refusal::RefusedBefore);
        }
        if known.work <= self.work() {
            return Err(Refusal::NotHeavier);
        }
        let (header, children) = (known.header, known.children.clone());
        let (blocks, least) = (self.headers.highest_on(name) - header.height, BURIED_MIN);
        if blocks < least {
            return Err(Refusal::NotBuried { blocks, least });
        }
        self.state = State::of_snapshot(snapshot, header.state)?;
        self.steps.clear();
        self.names.iter().for_each(|name| self.bodies.count(name, false));
        self.names = self.names_up_to(name);
        self.names.iter().for_each(|name| self.bodies.count(name, true));
        self.headers.get_mut(&name).expect("it is known").whole = true;
        let here: Vec<Hash> = children.into_iter().filter(|it| self.bodies.contains(it)).collect();
        let heaviest = here.into_iter().map(|child| self.note_whole(child)).collect::<Vec<_>>();
        let heaviest = heaviest.into_iter().max_by_key(|name| self.rank(*name));
        heaviest.map_or(Ok(Moved::default()), |heaviest| self.follow(heaviest))
    }

    /// The names of a block and all before it, the room's first.
    fn names_up_to(&self, name: Hash) -> Vec<Hash> {
        let mut names = vec![name];
        let mut at = name;
        while let Some(known) = self.headers.get(&at).filter(|known| known.header.height > 0) {
            at = known.header.parent;
            names.push(at);
        }
        names.reverse();
        names
    }
}
