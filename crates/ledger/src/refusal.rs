//! Why something is not recorded.

use protocol::{DecodeError, identity::BadSignature};
use units::{AmountError, Credits, Hash, PeerId, UnixMillis};

/// A rule that an order, a block or a header breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Money that is not there, or a sum that cannot be.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// A signature of somebody else.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// Bytes that mean nothing.
    #[error(transparent)]
    Bytes(#[from] DecodeError),
    /// An order that was carried out already, or one before it is missing.
    #[error("order {nonce} of {}, whose next one is {next}", sender.short())]
    Nonce {
        /// Whose.
        sender: PeerId,
        /// Its number.
        nonce: u64,
        /// The number that it should have.
        next: u64,
    },
    /// Too cheap.
    #[error("a fee of {fee}: the least is {least}")]
    FeeTooSmall {
        /// As offered.
        fee: Credits,
        /// As needed.
        least: Credits,
    },
    /// An order that moves nothing.
    #[error("an order that moves no money: give an amount")]
    NothingToMove,
    /// Somebody who has not been welcomed, or was excluded.
    #[error("{} is no member: somebody who is has to welcome it first", peer.short())]
    NoMember {
        /// Who.
        peer: PeerId,
    },
    /// A device that its person has lost.
    #[error("{} was revoked by another device of its person: its orders count no more", peer.short())]
    Revoked {
        /// Which.
        peer: PeerId,
    },
    /// Somebody who was welcomed once.
    #[error("{} has been welcomed already", peer.short())]
    AlreadyWelcomed {
        /// Who.
        peer: PeerId,
    },
    /// More newcomers than the treasury welcomes at a time.
    #[error("{welcomed} newcomers within a day: until tomorrow, other members can welcome more")]
    TooManyWelcomes {
        /// How many there are.
        welcomed: u32,
    },
    /// A deal with oneself.
    #[error("nobody can rate, exclude or borrow from itself")]
    ToItself,
    /// A capsule that somebody else has claimed.
    #[error("the capsule is {}'s already", owner.short())]
    CapsuleTaken {
        /// Whose.
        owner: PeerId,
    },
    /// A capsule that nobody has claimed.
    #[error("capsule {capsule} is not registered")]
    NoSuchCapsule {
        /// Which.
        capsule: Hash,
    },
    /// A second rating of one member.
    #[error("{} has rated the capsule before", peer.short())]
    RatedBefore {
        /// Whose.
        peer: PeerId,
    },
    /// A second vote of one member.
    #[error("{} has voted already", peer.short())]
    VotedBefore {
        /// Whose.
        peer: PeerId,
    },
    /// An offer of no nodes.
    #[error("an offer of no nodes, or of nodes that gather from nothing")]
    NothingOffered,
    /// An offer with too little behind it.
    #[error(
        "a stake of {stake}: what stands behind an offer is at least {}",
        crate::economics::STAKE_MIN
    )]
    StakeTooSmall {
        /// As given.
        stake: Credits,
    },
    /// An offer that is not there, or was taken.
    #[error("offer {offer} is not there any more: look for others")]
    NoSuchOffer {
        /// Which.
        offer: Hash,
    },
    /// A loan that is not there, or is over.
    #[error("loan {loan} is not there, or over")]
    NoSuchLoan {
        /// Which.
        loan: Hash,
    },
    /// A loan of no length, or too long a one.
    #[error("a loan of {hours} hours: from 1 to {} are possible", crate::economics::LOAN_HOURS_MAX)]
    LoanHours {
        /// As given.
        hours: u32,
    },
    /// A deposit that does not last.
    #[error("a deposit of {deposit} is less than the loan's time costs")]
    DepositTooSmall {
        /// As given.
        deposit: Credits,
    },
    /// A claim to more than was bound.
    #[error("{owed} are owed, where {deposit} were deposited")]
    MoreThanDeposit {
        /// As claimed.
        owed: Credits,
        /// As bound.
        deposit: Credits,
    },
    /// A claim that changes nothing.
    #[error("{owed} are owed, where {known} are known to be")]
    NoMoreThanKnown {
        /// As claimed.
        owed: Credits,
        /// As known.
        known: Credits,
    },
    /// Somebody who has no say in it.
    #[error("{} has no say in this", peer.short())]
    NotTheirs {
        /// Who.
        peer: PeerId,
    },
    /// A proof that proves nothing.
    #[error("no fraud is shown: {reason}")]
    NoFraud {
        /// Why.
        reason: String,
    },
    /// A round without any member of the room's economy.
    #[error("no member has a part in round {round}")]
    RoundOfNobody {
        /// Its number.
        round: u32,
    },
    /// A round that does not follow from the one that it names.
    #[error("round {round} after round {after}")]
    RoundOutOfPlace {
        /// Its number.
        round: u32,
        /// That of its parent.
        after: u32,
    },
    /// A verdict of somebody who had no part in what it judges.
    #[error("{} judged a round in which it had no part", peer.short())]
    StrangeJudge {
        /// Who.
        peer: PeerId,
    },
    /// A block that is not what its header says.
    #[error("the block's {what} is not the one in its header")]
    Root {
        /// `transactions`, `state` or `history`.
        what: &'static str,
    },
    /// A header at another height than one after its parent.
    #[error("height {height} after height {after}")]
    Height {
        /// As it says.
        height: u32,
        /// Its parent's.
        after: u32,
    },
    /// A header that is no later than its parent.
    #[error("a block at {} ms, where its parent is at {} ms", time.0, parent.0)]
    TimeGoesBack {
        /// As it says.
        time: UnixMillis,
        /// Its parent's.
        parent: UnixMillis,
    },
    /// A header from the future: it may be right later.
    #[error(
        "a block from {ahead_ms} ms ahead: is the clock of this device, or of its miner, wrong?"
    )]
    FromTheFuture {
        /// By how much.
        ahead_ms: u64,
    },
    /// A header whose hash is too large.
    #[error("a block that does not show the work of {hashes} hashes")]
    TooLittleWork {
        /// As needed.
        hashes: u64,
    },
    /// A header whose parent is not known.
    #[error("a block after {parent}, which is not known")]
    UnknownParent {
        /// Which.
        parent: Hash,
    },
    /// A state of a chain that is no heavier than ours.
    #[error("the state of a chain that is no heavier than the one here")]
    NotHeavier,
    /// A state that too little work stands on to be taken from others.
    #[error("{blocks} blocks after a state, where {least} have to be: take an earlier one")]
    NotBuried {
        /// As there are.
        blocks: u32,
        /// As needed.
        least: u32,
    },
    /// A block that was found to be wrong, or follows from one.
    #[error("a block that was refused before, or follows from one that was")]
    RefusedBefore,
    /// A chain that parts too far back.
    #[error("a chain that parts from ours {blocks} blocks back, where {limit} can be undone")]
    TooDeep {
        /// As it is.
        blocks: u32,
        /// As it may be.
        limit: u32,
    },
    /// More than is kept.
    #[error("{what}: no more than {limit} are kept")]
    Full {
        /// Of what.
        what: &'static str,
        /// How many.
        limit: usize,
    },
}
