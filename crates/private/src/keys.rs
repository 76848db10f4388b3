//! The keys of one round, and who is in a group with which of them.

use crate::{
    groups::{GROUP_MEMBERS_MAX, GROUP_MEMBERS_MIN},
    stream::Stream,
};
use core::fmt;
use hkdf::Hkdf;
use sha2::Sha256;
use units::{Hash, PeerId, SessionId};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// A member's secret keys for one round: one seals what it tells companions, from the other come the masks that it shares
/// with each of them. They are never used in another round, and so cannot be copied: dealing shares takes them away.
///
/// ```compile_fail
/// let keys = private::Keys::new([1; 32]);
/// let again = keys.clone();
/// ```
pub struct Keys {
    pub(crate) seal: StaticSecret,
    pub(crate) mask: StaticSecret,
}

/// What others see of a member's keys. That they are the member's, its signature says, which is not of this crate.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKeys {
    /// Seals what is for this member alone (X25519, RFC 7748).
    pub seal: [u8; 32],
    /// Agrees on masks with this member.
    pub mask: [u8; 32],
}

/// Which group of which round. Every key that is derived depends on all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoundName {
    /// The session.
    pub session: SessionId,
    /// The record that the round builds on: no two rounds of a session have the same.
    pub parent: Hash,
    /// Which of the round's groups.
    pub group: u16,
}

/// The members of a group with their keys, each in its place, and how many of them it takes to bring a secret back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roster {
    context: Hash,
    members: Vec<(PeerId, PublicKeys)>,
}

/// Members that are no group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRoster {
    /// Too few to hide in, or too many.
    #[error("a group of {0}: it has 3 to 16 members")]
    Size(usize),
    /// Not by ascending peer, or one is there twice.
    #[error("members out of order at place {0}")]
    Order(usize),
    /// Two members show one key: one of them has copied it.
    #[error("the member at place {0} shows a key of another")]
    SameKey(usize),
}

impl Keys {
    /// From 32 bytes of a secure generator, used for nothing else.
    pub fn new(entropy: [u8; 32]) -> Self {
        let mut stream = Stream::new(entropy);
        Self { seal: stream.next_key().into(), mask: stream.next_key().into() }
    }

    /// What others get to see.
    pub fn public(&self) -> PublicKeys {
        PublicKeys {
            seal: PublicKey::from(&self.seal).to_bytes(),
            mask: PublicKey::from(&self.mask).to_bytes(),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({:?})", self.public())
    }
}

impl fmt::Debug for PublicKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKeys({:02x}{:02x}...)", self.mask[0], self.mask[1])
    }
}

impl Roster {
    /// The members of a group by ascending peer.
    ///
    /// # Errors
    /// [`InvalidRoster`] if they are no group.
    pub fn new(
        round: RoundName,
        members: Vec<(PeerId, PublicKeys)>,
    ) -> Result<Self, InvalidRoster> {
        if !(GROUP_MEMBERS_MIN..=GROUP_MEMBERS_MAX).contains(&members.len()) {
            return Err(InvalidRoster::Size(members.len()));
        }
        if let Some(place) = members.windows(2).position(|pair| pair[0].0 >= pair[1].0) {
            return Err(InvalidRoster::Order(place + 1));
        }
        for (place, (_, keys)) in members.iter().enumerate() {
            let known = |key: &[u8; 32]| {
                members[..place].iter().any(|(_, it)| it.seal == *key || it.mask == *key)
            };
            if known(&keys.seal) || known(&keys.mask) || keys.seal == keys.mask {
                return Err(InvalidRoster::SameKey(place));
            }
        }
        let RoundName { session, parent, group } = round;
        let all: Vec<u8> = members
            .iter()
            .flat_map(|(peer, keys)| [peer.as_bytes(), &keys.seal, &keys.mask])
            .flatten()
            .copied()
            .collect();
        let context = Hash::of_parts(&[
            b"peerceptron private round",
            session.as_bytes(),
            parent.as_bytes(),
            &group.to_le_bytes(),
            &all,
        ]);
        Ok(Self { context, members })
    }

    /// Members by ascending peer; where one stands is its place.
    pub fn members(&self) -> &[(PeerId, PublicKeys)] {
        &self.members
    }

    /// A name of the group with all its keys, which no other group of no other round has.
    pub fn context(&self) -> Hash {
        self.context
    }

    /// How many members it takes to bring a secret back: more than two thirds.
    ///
    /// Fewer learn nothing by putting together what they hold. And if a leader tells some that a member has dropped out and
    /// others that it has not, each honest member still hands out one of the two kinds of shares only: for both kinds to
    /// reach the threshold, more than a third of the group would have to be on the leader's side.
    pub fn threshold(&self) -> usize {
        2 * self.members.len() / 3 + 1
    }

    pub(crate) fn place_of(&self, keys: &PublicKeys) -> Option<usize> {
        self.members.iter().position(|(_, known)| known == keys)
    }
}

/// Derives a key by HKDF-SHA-256 (RFC 5869) from a secret, for one purpose within one group of one round.
pub(crate) fn derive(context: Hash, secret: &[u8], purpose: &[&[u8]]) -> [u8; 32] {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(context.as_bytes()), secret)
        .expand_multi_info(purpose, &mut key)
        .expect("HKDF-SHA-256 yields up to 8,160 bytes");
    key
}

/// What two members share by their keys; `None` if a key is one that makes everybody share the same.
pub(crate) fn agree(mine: &StaticSecret, theirs: [u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
    let shared = mine.diffie_hellman(&PublicKey::from(theirs));
    shared.was_contributory().then(|| Zeroizing::new(shared.to_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(count: u8) -> Vec<(PeerId, PublicKeys)> {
        let member = |n| (PeerId::from_bytes([n; 32]), Keys::new([n; 32]).public());
        (0..count).map(member).collect()
    }

    fn round(group: u16) -> RoundName {
        RoundName { session: SessionId::from_bytes([1; 16]), parent: Hash::of(b"p"), group }
    }

    #[test]
    fn groups_that_hide_nobody_are_refused() {
        assert_eq!(Roster::new(round(0), members(2)), Err(InvalidRoster::Size(2)));
        assert_eq!(Roster::new(round(0), members(17)), Err(InvalidRoster::Size(17)));
        let mut swapped = members(4);
        swapped.swap(1, 2);
        assert_eq!(Roster::new(round(0), swapped), Err(InvalidRoster::Order(2)));
        let mut copied = members(4);
        copied[3].1.mask = copied[1].1.mask;
        assert_eq!(Roster::new(round(0), copied), Err(InvalidRoster::SameKey(3)));
    }

    #[test]
    fn no_two_groups_have_one_context() {
        let context = |round, count| Roster::new(round, members(count)).unwrap().context();
        let other = RoundName { parent: Hash::of(b"q"), ..round(0) };
        assert_ne!(context(round(0), 4), context(round(1), 4));
        assert_ne!(context(round(0), 4), context(other, 4));
        assert_ne!(context(round(0), 4), context(round(0), 5));
    }

    #[test]
    fn more_than_two_thirds_bring_a_secret_back() {
        for (count, expected) in [(3, 3), (4, 3), (5, 4), (6, 5), (8, 6), (12, 9), (16, 11)] {
            assert_eq!(Roster::new(round(0), members(count)).unwrap().threshold(), expected);
        }
    }

    #[test]
    fn a_key_that_makes_all_share_the_same_is_refused() {
        let keys = Keys::new([1; 32]);
        assert!(agree(&keys.mask, [0; 32]).is_none());
        assert!(agree(&keys.mask, Keys::new([2; 32]).public().mask).is_some());
    }
}
