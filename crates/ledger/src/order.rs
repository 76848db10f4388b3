//! What blocks record: what accounts want done, signed by them.

use crate::{
    contracts::lending::{Receipt, Terms},
    encoding::decode,
};
use protocol::{
    DecodeError,
    encoding::encode,
    identity::{Identity, Signature},
    permit::permit_claim,
    session::RoundRecord,
    signatures::Claim,
};
use serde::{Deserialize, Serialize};
use units::{Credits, Hash, PeerId, SessionId};

/// An order's encoding: a report of a round of 32 members.
pub const ORDER_BYTES_MAX: usize = 48 * 1024;

/// The encoding of a dispute, whose proof shows the state of nodes and all that they were told for a while. Of more than
/// [`ORDER_BYTES_MAX`], a block has one at most.
pub const DISPUTE_BYTES_MAX: usize = 2 * 1024 * 1024;

/// A capsule's description: what a list of capsules shows of it.
pub const CAPSULE_TITLE_CHARS_MAX: usize = 80;

/// What an account wants done, signed by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Whose order.
    pub sender: PeerId,
    /// How many orders of this account come before.
    pub nonce: u64,
    /// What its miner gets.
    pub fee: Credits,
    /// What is to be done.
    pub action: Action,
    /// Over the room's name and all of the above.
    pub signature: Signature,
}

/// What an order does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// Gives money to another account.
    Transfer {
        /// Whose it is then.
        to: PeerId,
        /// How much.
        amount: Credits,
    },
    /// Makes somebody a member of the room's economy.
    Welcome {
        /// Who.
        member: PeerId,
    },
    /// Binds money as a sign of good faith.
    Stake {
        /// How much.
        amount: Credits,
    },
    /// Gives up bound money, which is free after a while.
    Unstake {
        /// How much.
        amount: Credits,
    },
    /// Claims a capsule by its name.
    RegisterCapsule {
        /// The hash of all that it says of itself, which names its maker and the hash of its content.
        capsule: Hash,
        /// What it is about.
        title: String,
    },
    /// Says what a capsule has brought.
    RateCapsule {
        /// Which.
        capsule: Hash,
        /// In percent of what it could have brought: at most 100.
        use_percent: u8,
    },
    /// Offers nodes on lease.
    Offer(Terms),
    /// Takes an offer back.
    Withdraw {
        /// The order that made it.
        offer: Hash,
    },
    /// Takes nodes on lease.
    Borrow {
        /// The order that offered them.
        offer: Hash,
        /// The root of the state in which the nodes are lent.
        state: Hash,
        /// For how long, at most [`crate::economics::LOAN_HOURS_MAX`].
        hours: u32,
        /// What is bound for paying the lender.
        deposit: Credits,
    },
    /// Claims what the borrower has signed that it owes.
    Claim(Receipt),
    /// Ends a loan: from the borrower's side with what it says that it owes, from the lender's with nothing.
    Return {
        /// The order that opened it.
        loan: Hash,
        /// How much, by its borrower.
        owed: Credits,
    },
    /// Shows that a lender has signed what its nodes did not compute.
    Dispute {
        /// The order that opened the loan.
        loan: Hash,
        /// What shows it; see [`crate::Judge`].
        #[serde(with = "serde_bytes")]
        proof: Vec<u8>,
    },
    /// Votes to exclude a member.
    Exclude {
        /// Whom.
        member: PeerId,
    },
    /// Reports a finished round of a learning session, which its members have signed. Of one that is known it does nothing but
    /// pay its fee: several members may report the same.
    Report(Box<RoundReport>),
    /// Says that another device of the sender's person is lost: its orders count no more.
    Revoke {
        /// Which.
        device: PeerId,
        /// That device's: see [`protocol::permit`].
        permit: Signature,
    },
}

/// A finished round.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundReport {
    /// Of which session.
    pub session: SessionId,
    /// Its record.
    pub record: RoundRecord,
}

const ORDER_DOMAIN: &str = "ledger order";

impl Order {
    /// Signs an order for the ledger of the room with that name ([`crate::Genesis::name`]).
    pub fn sign(identity: &Identity, room: Hash, nonce: u64, fee: Credits, action: Action) -> Self {
        let signature = identity.sign(ORDER_DOMAIN, &encode(&(room, nonce, fee, &action)));
        Self { sender: identity.peer_id(), nonce, fee, action, signature }
    }

    /// What its sender is said to have signed.
    pub fn claim(&self, room: Hash) -> Claim {
        let signed = encode(&(room, self.nonce, self.fee, &self.action));
        Claim::new(self.sender, ORDER_DOMAIN, &signed, self.signature)
    }

    /// Its name, which its signature has no part in: two signatures of one order are one order.
    pub fn id(&self) -> Hash {
        let said = encode(&(self.sender, self.nonce, self.fee, &self.action));
        Hash::of_parts(&[b"peerceptron order", &said])
    }

    /// Its encoding.
    pub fn encode(&self) -> Vec<u8> {
        encode(self)
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else; the size is checked before anything is read.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let order: Self = decode("order", bytes, DISPUTE_BYTES_MAX)?;
        order.validate()?;
        Ok(order)
    }

    /// How long its encoding may be.
    pub fn bytes_max(&self) -> usize {
        match self.action {
            Action::Dispute { .. } => DISPUTE_BYTES_MAX,
            _ => ORDER_BYTES_MAX,
        }
    }

    /// Checks sizes and bounds that hold whatever the state.
    ///
    /// # Errors
    /// [`DecodeError::Invalid`] says which does not.
    pub fn validate(&self) -> Result<(), DecodeError> {
        self.validated_size().map(drop)
    }

    /// [`Self::validate`]; gives the size of its encoding.
    pub(crate) fn validated_size(&self) -> Result<usize, DecodeError> {
        let (what, limit_bytes) = ("order", self.bytes_max());
        let invalid = |problem| Err(DecodeError::Invalid { what, problem });
        let size_bytes = self.encode().len();
        if size_bytes > limit_bytes {
            return Err(DecodeError::TooLarge { what, size_bytes, limit_bytes });
        }
        let checked = match &self.action {
            Action::RegisterCapsule { title, .. } => match title.chars().count() {
                chars if chars > CAPSULE_TITLE_CHARS_MAX => {
                    invalid(format!("a title of {chars} characters"))
                }
                _ => Ok(()),
            },
            Action::RateCapsule { use_percent, .. } if *use_percent > 100 => {
                invalid(format!("a use of {use_percent} percent"))
            }
            // A beginning is no round, and its record's name is whatever it says.
            Action::Report(report) if report.record.decision.round == 0 => {
                invalid("a report of round 0".to_owned())
            }
            Action::Report(report) => report.record.validate(),
            _ => Ok(()),
        };
        checked.map(|()| size_bytes)
    }

    /// What peers are said to have signed in it. What a round's record says of the round before is signed there.
    pub fn claims(&self, room: Hash) -> Vec<Claim> {
        let mut claims = vec![self.claim(room)];
        match &self.action {
            Action::Claim(receipt) => claims.push(receipt.claim(room)),
            Action::Report(report) => claims.extend(report.claims()),
            Action::Revoke { device, permit } => {
                claims.push(permit_claim(*device, self.sender, *permit));
            }
            _ => {}
        }
        claims
    }
}

impl RoundReport {
    fn claims(&self) -> impl Iterator<Item = Claim> {
        let decision = &self.record.decision;
        let promises = decision.contributions.iter();
        let promises = promises.map(|promise| promise.claim(self.session, decision.parent));
        promises.chain(decision.verdict_claims())
    }
}
