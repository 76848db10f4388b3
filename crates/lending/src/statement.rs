//! What a lender signs at the end of each segment.

use protocol::{
    encoding::encode,
    identity::{BadSignature, Identity, Signature},
    signatures::{Claim, Keys, verify_all},
};
use serde::{Deserialize, Serialize};
use units::{Hash, PeerId};

/// A segment in hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// Which, from 0.
    pub segment: u32,
    /// The root of the state before it ([`crate::Groups::root`]).
    pub before: Hash,
    /// The hash over its operations.
    pub inputs: Hash,
    /// The Merkle root over what the nodes gave, some outputs a leaf.
    pub outputs: Hash,
    /// Leaves under `outputs`.
    pub portions: u32,
    /// The root of the state after it.
    pub after: Hash,
}

/// "My nodes were in this state, were told this, gave this, and are now in this state."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The room's name ([`ledger::Genesis::name`]).
    pub room: Hash,
    /// The order that opened the loan.
    pub loan: Hash,
    /// Groups of the slice: leaves under both states' roots.
    pub groups: u32,
    /// What is said of the segment.
    pub digests: Digests,
    /// Over all of the above.
    pub signature: Signature,
}

/// A statement as it travels: with what the state's root is made of, without which nobody could say which group is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What is signed.
    pub statement: Statement,
    /// The hashes of all groups after the segment; `digests.after` is their root.
    pub leaves: Vec<Hash>,
}

const DOMAIN: &str = "lending statement";

impl Statement {
    pub(crate) fn sign(
        identity: &Identity,
        (room, loan, groups): (Hash, Hash, u32),
        digests: Digests,
    ) -> Self {
        let signature = identity.sign(DOMAIN, &encode(&(room, loan, groups, digests)));
        Self { room, loan, groups, digests, signature }
    }

    /// Checks that the lender has signed it.
    ///
    /// # Errors
    /// [`BadSignature`] if it has not.
    pub fn verify(&self, lender: PeerId) -> Result<(), BadSignature> {
        let Self { room, loan, groups, digests, signature } = self;
        let signed = encode(&(room, loan, groups, digests));
        // By the rule of blocks, so that every device finds the same.
        verify_all(&[Claim::new(lender, DOMAIN, &signed, *signature)], &mut Keys::default())
    }
}
