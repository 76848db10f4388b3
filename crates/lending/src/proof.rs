//! Proofs of fraud: bytes that convince everybody who knows a loan, and nobody of anything that an honest lender has signed.

use crate::{
    audit::{InvalidAudit, execute, indexes_of},
    groups::{self, InvalidState},
    hash, limits,
    operation::Operation,
    statement::Statement,
    transcript,
};
use ledger::{contracts::lending::Loan, merkle};
use neural::nodes::wire;
use protocol::{
    DecodeError,
    encoding::{decode, encode},
    identity::BadSignature,
};
use serde::{Deserialize, Deserializer, Serialize, de};
use units::Hash;

/// What shows that a lender has signed what is not so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FraudProof {
    /// Nodes that were told this in this state do something else.
    Work(WrongWork),
    /// Two statements of which one is wrong: of one segment, or of one and the next, which does not begin where it ended.
    Break {
        /// The earlier one.
        one: Statement,
        /// The same segment's, or the next one's.
        other: Statement,
    },
    /// The first segment does not begin with the state in which the nodes were lent.
    Start {
        /// Its statement.
        statement: Statement,
    },
}

/// A segment of one group that can be computed again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrongWork {
    /// What the lender has signed.
    pub statement: Statement,
    /// Which group.
    pub group: u32,
    /// Its state before the segment.
    #[serde(with = "serde_bytes")]
    pub state: Vec<u8>,
    /// From the state to its root.
    pub path: Vec<Hash>,
    /// All that the nodes were told.
    #[serde(deserialize_with = "few")]
    pub operations: Vec<Operation>,
    /// What is wrong.
    pub evidence: Evidence,
}

/// What a lender has signed of a group, and is not so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Evidence {
    /// The events of one firing.
    Output {
        /// Which leaf it is in, from 0.
        place: u32,
        /// The leaf.
        #[serde(with = "serde_bytes")]
        portion: Vec<u8>,
        /// From there to the root of the outputs.
        path: Vec<Hash>,
    },
    /// The state afterwards.
    State {
        /// The group's hash.
        leaf: Hash,
        /// From there to the root of the state.
        path: Vec<Hash>,
    },
}

/// Why bytes prove nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NoProof {
    /// They are no proof.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// About another loan.
    #[error("a statement of loan {stated}, where {loan} is disputed")]
    Loan {
        /// As stated.
        stated: Hash,
        /// As disputed.
        loan: Hash,
    },
    /// The lender has not signed it.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// What is shown is not what was signed.
    #[error("the {what} that it shows is not what the lender has signed")]
    NotSigned {
        /// Of what.
        what: &'static str,
    },
    /// It cannot be computed.
    #[error(transparent)]
    Audit(#[from] InvalidAudit),
    /// Everything is right.
    #[error("what the lender has signed is right")]
    Right,
}

/// Whether bytes prove that the lender of a loan, which has that name, signed what its nodes did not do: a
/// [`ledger::Judge`].
///
/// The work is bounded by what a proof's size allows ([`limits::PROOF_BYTES_MAX`]): one or two signatures, a hash over all of it,
/// and one segment of [`limits::GROUP_NODES`] nodes.
///
/// # Errors
/// A sentence that says why they do not.
pub fn judge(name: Hash, loan: &Loan, proof: &[u8]) -> Result<(), String> {
    FraudProof::decode(proof)
        .map_err(NoProof::from)
        .and_then(|proof| proof.verify(name, loan))
        .map_err(|why| why.to_string())
}

impl FraudProof {
    /// The bytes of a dispute.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else; sizes are checked before anything is read.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode("proof of fraud", bytes, limits::PROOF_BYTES_MAX)
    }

    /// Whether it proves fraud in the loan of that name.
    ///
    /// # Errors
    /// [`NoProof`] says why it does not.
    pub fn verify(&self, name: Hash, loan: &Loan) -> Result<(), NoProof> {
        let check = |statement: &Statement| {
            if statement.loan != name {
                return Err(NoProof::Loan { stated: statement.loan, loan: name });
            }
            Ok(statement.verify(loan.lender)?)
        };
        match self {
            Self::Work(work) => {
                check(&work.statement)?;
                work.verify()
            }
            Self::Break { one, other } => {
                [one, other].into_iter().try_for_each(check)?;
                if one.contradicts(other) { Ok(()) } else { Err(NoProof::Right) }
            }
            Self::Start { statement } => {
                check(statement)?;
                let said = statement.digests;
                let is_wrong = said.segment == 0 && said.before != loan.state;
                if is_wrong { Ok(()) } else { Err(NoProof::Right) }
            }
        }
    }
}

impl Statement {
    /// Whether who is honest cannot have signed both; `other` is of the same segment or of the next.
    fn contradicts(&self, other: &Self) -> bool {
        let (one, next) = (&self.digests, &other.digests);
        // A loan's name does not tell its room, and what happens in another room is another matter.
        if self.room != other.room {
            return false;
        }
        if one.segment == next.segment {
            (one, self.groups) != (next, other.groups)
        } else {
            one.segment.checked_add(1) == Some(next.segment) && one.after != next.before
        }
    }
}

impl WrongWork {
    fn verify(&self) -> Result<(), NoProof> {
        let Self { statement, group, state, path, operations, evidence } = self;
        let said = &statement.digests;
        let (place, groups) = (*group as usize, statement.groups as usize);
        let must_be = |found: Option<Hash>, signed: Hash, what| match found == Some(signed) {
            true => Ok(()),
            false => Err(NoProof::NotSigned { what }),
        };
        if groups > limits::NODES_MAX || operations.len() > limits::SEGMENT_OPERATIONS {
            return Err(InvalidAudit::TooLong.into());
        }
        if state.len() > limits::GROUP_BYTES_MAX {
            return Err(NoProof::NotSigned { what: "state" });
        }
        let before = merkle::root_by_path(groups::leaf(state), place, groups, path);
        must_be(before, said.before, "state")?;
        must_be(Some(transcript::inputs_hash(operations)), said.inputs, "inputs")?;
        let mut slice = groups::read(state).map_err(InvalidAudit::from)?;
        match evidence {
            Evidence::Output { place, portion, path } => {
                let (leaf, place) = (hash::of(portion), *place as usize);
                let root = merkle::root_by_path(leaf, place, said.portions as usize, path);
                must_be(root, said.outputs, "output")?;
                let portion = transcript::read_portion(portion);
                let (first, fired) = portion.ok_or(NoProof::NotSigned { what: "output" })?;
                let indexes = indexes_of(&slice);
                let mut is_wrong = false;
                execute(&mut slice, operations, |place, events| {
                    let stated = place.checked_sub(first).and_then(|place| fired.get(place));
                    is_wrong |= stated.is_some_and(|bytes| !wire::says(bytes, events, &indexes));
                })?;
                groups::leaf_after(&slice)?;
                if is_wrong { Ok(()) } else { Err(NoProof::Right) }
            }
            Evidence::State { leaf, path } => {
                let root = merkle::root_by_path(*leaf, place, groups, path);
                must_be(root, said.after, "state afterwards")?;
                execute(&mut slice, operations, |_, _| ())?;
                if groups::leaf_after(&slice)? == *leaf { Err(NoProof::Right) } else { Ok(()) }
            }
        }
    }
}

impl From<InvalidState> for NoProof {
    fn from(error: InvalidState) -> Self {
        Self::Audit(error.into())
    }
}

/// No more operations than a segment has: each takes more memory than bytes.
fn few<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Operation>, D::Error> {
    struct Few;
    impl<'de> de::Visitor<'de> for Few {
        type Value = Vec<Operation>;

        fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            write!(f, "at most {} operations", limits::SEGMENT_OPERATIONS)
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut operations = Vec::new();
            while let Some(operation) = list.next_element()? {
                if operations.len() >= limits::SEGMENT_OPERATIONS {
                    return Err(de::Error::invalid_length(operations.len() + 1, &self));
                }
                operations.push(operation);
            }
            Ok(operations)
        }
    }
    deserializer.deserialize_seq(Few)
}
