//! The state of lent nodes, in groups of which each can be shown by itself.
//!
//! Taught by errors, nodes of a slice have nothing to do with each other ([`Slice::part`]): a group's state, the inputs and
//! the errors are all that it takes to know what the group does. The state's root is a Merkle root over the groups' hashes.

use crate::{
    hash,
    limits::{self, GROUP_NODES},
};
use ledger::merkle;
use neural::nodes::{InvalidPacket, Slice};
use units::Hash;

/// A slice's state, group by group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    encodings: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
}

/// State that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidState {
    /// More than can be checked.
    #[error("{nodes} nodes of {inputs} inputs and {classes} classes are more than can be checked")]
    TooLarge {
        /// How many.
        nodes: usize,
        /// From how many each gathers.
        inputs: u32,
        /// Of the readout.
        classes: u32,
    },
    /// Bytes that are no nodes.
    #[error(transparent)]
    Nodes(#[from] InvalidPacket),
    /// Another state than was signed.
    #[error("a state of root {found}, where {stated} was signed")]
    Root {
        /// Of what is here.
        found: Hash,
        /// As signed.
        stated: Hash,
    },
}

impl Groups {
    /// Of a slice, which stays as it is; the batches that it remembers are no part of this.
    ///
    /// # Errors
    /// [`InvalidState::TooLarge`] for a slice that is more than can be checked.
    pub fn of(slice: &Slice) -> Result<Self, InvalidState> {
        Self::default().become_those_of(slice)
    }

    /// [`Self::of`] in the memory of a state that is no longer needed.
    pub(crate) fn become_those_of(mut self, slice: &Slice) -> Result<Self, InvalidState> {
        check_sizes(slice, limits::NODES_MAX)?;
        let nodes = slice.ids().len();
        self.encodings.resize_with(nodes.div_ceil(GROUP_NODES), Vec::new);
        self.leaves.clear();
        // One after the other, so that each is still in the cache when it is hashed.
        for (start, encoding) in (0..).step_by(GROUP_NODES).zip(&mut self.encodings) {
            slice.encode_part_to(start..nodes.min(start + GROUP_NODES), encoding);
            self.leaves.push(leaf(encoding));
        }
        Ok(self)
    }

    /// A state that came from elsewhere, if it has that root.
    ///
    /// # Errors
    /// [`InvalidState`] says why it is not that state.
    pub fn read(encodings: Vec<Vec<u8>>, stated: Hash) -> Result<Self, InvalidState> {
        let groups = Self::of_encodings(encodings);
        let found = groups.root();
        if found == stated { Ok(groups) } else { Err(InvalidState::Root { found, stated }) }
    }

    fn of_encodings(encodings: Vec<Vec<u8>>) -> Self {
        let leaves = encodings.iter().map(|bytes| leaf(bytes)).collect();
        Self { encodings, leaves }
    }

    /// The root of the state.
    pub fn root(&self) -> Hash {
        merkle::root(&self.leaves)
    }

    /// The hash of each group.
    pub fn leaves(&self) -> &[Hash] {
        &self.leaves
    }

    /// Each group as bytes: what an audit asks for.
    pub fn encodings(&self) -> &[Vec<u8>] {
        &self.encodings
    }
}

/// A group's place in the Merkle tree of a state.
pub(crate) fn leaf(encoding: &[u8]) -> Hash {
    hash::of(encoding)
}

/// The leaf of a group as it is now. A state that could not be read back has none: where a number is undefined, machines need
/// not agree on its bits.
pub(crate) fn leaf_after(group: &Slice) -> Result<Hash, InvalidState> {
    let encoding = group.encode_bare();
    read(&encoding)?;
    Ok(leaf(&encoding))
}

/// Reads one group.
pub(crate) fn read(encoding: &[u8]) -> Result<Slice, InvalidState> {
    let group = Slice::decode_bare(encoding)?;
    check_sizes(&group, GROUP_NODES)?;
    Ok(group)
}

fn check_sizes(slice: &Slice, nodes_max: usize) -> Result<(), InvalidState> {
    let (nodes, inputs, classes) = (slice.ids().len(), slice.inputs(), slice.classes());
    let fits = nodes <= nodes_max && inputs <= limits::INPUTS_MAX && classes <= limits::CLASSES_MAX;
    fits.then_some(()).ok_or(InvalidState::TooLarge { nodes, inputs, classes })
}
