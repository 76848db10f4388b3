//! What the state is made of.

use crate::contracts::{
    capsules::{Capsule, Rating},
    exclusion::Ballot,
    lending::{Loan, Offer},
    money::Account,
    regard::Regard,
    rounds::Round,
    treasury::Treasury,
};
use core::ops::RangeInclusive;
use protocol::encoding::encode;
use serde::{Deserialize, Serialize};
use units::{Credits, Hash, PeerId, UnixMillis};

/// Where an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Key {
    /// What belongs to nobody yet.
    Treasury,
    /// What happens at a time, unless something prevents it; apart from others of the same time by a hash.
    Due(UnixMillis, Hash),
    /// A key's money.
    Account(PeerId),
    /// A finished round, by its record.
    Round(Hash),
    /// A capsule, by its content.
    Capsule(Hash),
    /// What somebody says of a capsule, by its house.
    Rating(Hash, PeerId),
    /// Nodes for lease, by the order that offered them.
    Offer(Hash),
    /// Nodes on lease, by the order that opened it.
    Loan(Hash),
    /// Votes to exclude a member.
    Ballot(PeerId),
    /// What the first has found of the second.
    Regard(PeerId, PeerId),
}

/// What is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// At [`Key::Treasury`].
    Treasury(Treasury),
    /// At [`Key::Due`].
    Due(Due),
    /// At [`Key::Account`].
    Account(Account),
    /// At [`Key::Round`].
    Round(Box<Round>),
    /// At [`Key::Capsule`].
    Capsule(Capsule),
    /// At [`Key::Rating`].
    Rating(Rating),
    /// At [`Key::Offer`].
    Offer(Box<Offer>),
    /// At [`Key::Loan`].
    Loan(Box<Loan>),
    /// At [`Key::Ballot`].
    Ballot(Ballot),
    /// At [`Key::Regard`].
    Regard(Regard),
}

/// What happens at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Due {
    /// A stake that was given up is free.
    StakeFree {
        /// Whose.
        account: PeerId,
        /// How much.
        amount: Credits,
    },
    /// A loan's time, or the time for answers, is over.
    LoanOver(Hash),
    /// A round is forgotten.
    RoundOld(Hash),
    /// Votes count no longer.
    BallotOver(PeerId),
    /// An offer stands no longer.
    OfferOld(Hash),
}

/// A kind of entry, for typed access to the state.
pub(crate) trait Kept: Sized + Clone {
    /// What tells two of them apart.
    type Id;
    fn key(id: Self::Id) -> Key;
    fn into_entry(self) -> Entry;
    fn of_entry(entry: &Entry) -> Option<&Self>;
}

macro_rules! kept {
    ($kind:ident, $id:ty, $key:expr, $into:expr) => {
        impl Kept for $kind {
            type Id = $id;
            fn key(id: Self::Id) -> Key {
                $key(id)
            }
            fn into_entry(self) -> Entry {
                Entry::$kind($into(self))
            }
            fn of_entry(entry: &Entry) -> Option<&Self> {
                match entry {
                    Entry::$kind(it) => Some(it),
                    _ => None,
                }
            }
        }
    };
}

kept!(Treasury, (), |()| Key::Treasury, core::convert::identity);
kept!(Due, (UnixMillis, Hash), |(at, hash)| Key::Due(at, hash), core::convert::identity);
kept!(Account, PeerId, Key::Account, core::convert::identity);
kept!(Round, Hash, Key::Round, Box::new);
kept!(Capsule, Hash, Key::Capsule, core::convert::identity);
kept!(Rating, (Hash, PeerId), |(capsule, by)| Key::Rating(capsule, by), core::convert::identity);
kept!(Offer, Hash, Key::Offer, Box::new);
kept!(Loan, Hash, Key::Loan, Box::new);
kept!(Ballot, PeerId, Key::Ballot, core::convert::identity);
kept!(Regard, (PeerId, PeerId), |(from, to)| Key::Regard(from, to), core::convert::identity);

impl Key {
    /// Where everything is that is due until then.
    pub(crate) fn due_until(now: UnixMillis) -> RangeInclusive<Self> {
        let (first, last) = (Hash::from_bytes([0; 32]), Hash::from_bytes([0xff; 32]));
        Self::Due(UnixMillis(0), first)..=Self::Due(now, last)
    }

    /// Where everything is that a member has found of others.
    pub(crate) fn regards_of(from: PeerId) -> RangeInclusive<Self> {
        let (first, last) = (PeerId::from_bytes([0; 32]), PeerId::from_bytes([0xff; 32]));
        Self::Regard(from, first)..=Self::Regard(from, last)
    }

    /// Its place in the state's tree.
    pub fn hash(&self) -> Hash {
        Hash::of_parts(&[&[4], &encode(self)])
    }
}

impl Entry {
    /// What the state's tree says of it.
    pub fn hash(&self) -> Hash {
        Hash::of_parts(&[&[5], &encode(self)])
    }

    /// Money that is in it.
    pub fn credits(&self) -> Credits {
        Credits::sum(self.amounts()).expect("no part of the supply is more than it")
    }

    /// The amounts of money that are in it.
    pub(crate) fn amounts(&self) -> [Credits; 2] {
        match self {
            Self::Treasury(treasury) => [treasury.credits, Credits::ZERO],
            Self::Due(Due::StakeFree { amount, .. }) => [*amount, Credits::ZERO],
            Self::Account(account) => [account.balance, account.stake],
            Self::Offer(offer) => [offer.terms.stake, Credits::ZERO],
            Self::Loan(loan) => [loan.terms.stake, loan.deposit],
            Self::Due(_)
            | Self::Round(_)
            | Self::Capsule(_)
            | Self::Rating(_)
            | Self::Ballot(_)
            | Self::Regard(_) => [Credits::ZERO; 2],
        }
    }
}
