//! What a ledger's pages compute all day: hashes of headers, and signatures of many.

use ledger::{
    Header,
    work::{Search, shows},
};
use protocol::{
    identity::{BadSignature, Identity, Signature},
    signatures::{Claim, Keys, verify_all, wrong_among},
};
use units::{Hash, PeerId, UnixMillis};

/// As large as a transfer.
const SIGNED_BYTES: usize = 120;
const DOMAIN: &str = "transfer";

/// A header like any other.
pub fn header() -> Header {
    let hash = |name: &str| Hash::of(name.as_bytes());
    Header {
        parent: hash("parent"),
        transactions: hash("transactions"),
        state: hash("state"),
        history: hash("history"),
        miner: PeerId::from_bytes(*hash("miner").as_bytes()),
        height: 1_234,
        time: UnixMillis(1 << 40),
        nonce: 0,
    }
}

/// Whether a search in this build finds what hashing one nonce after the other finds: the first of these, for such work.
pub fn finds_the_first(hashes: u64, nonces: u32) -> bool {
    let with_nonce = |nonce: u32| Header { nonce: nonce.into(), ..header() };
    let first = (0..nonces).map(with_nonce).find(|header| shows(header.hash(), hashes));
    first.is_some() && Search::new(header(), hashes).advance(nonces) == first
}

/// How many of so many nonces show such work, by hashing the whole header with each.
pub fn count_plainly(hashes: u64, nonces: u32) -> usize {
    let with_nonce = |nonce: u32| Header { nonce: nonce.into(), ..header() };
    (0..nonces).filter(|nonce| shows(with_nonce(*nonce).hash(), hashes)).count()
}

/// A signature, and what it is for.
pub struct Signed {
    /// What is checked.
    pub claim: Claim,
    /// The key.
    pub peer: PeerId,
    /// The bytes that the signature is for.
    pub bytes: Vec<u8>,
    /// The signature.
    pub signature: [u8; 64],
}

/// One by each of so many peers.
pub fn signatures(count: u32) -> Vec<Signed> {
    let signed = |number: u32| {
        let seed = *Hash::of(&number.to_le_bytes()).as_bytes();
        let identity = Identity::from_seed(seed);
        let peer = identity.peer_id();
        let bytes = [number as u8; SIGNED_BYTES];
        let signature = identity.sign(DOMAIN, &bytes);
        Signed {
            claim: Claim::new(peer, DOMAIN, &bytes, signature),
            peer,
            bytes: [b"peerceptron ", DOMAIN.as_bytes(), &[0], &bytes].concat(),
            signature: signature.to_bytes(),
        }
    };
    (0..count).map(signed).collect()
}

/// Checks them in batches, none of whose keys was seen before.
///
/// # Errors
/// [`BadSignature`] if one does not hold.
pub fn verify(claims: &[Claim], batch: usize) -> Result<(), BadSignature> {
    claims.chunks(batch).try_for_each(|batch| verify_all(batch, &mut Keys::default()))
}

/// Whether this build tells the one claim that does not hold from the others: the last, in another's name.
pub fn finds_what_is_wrong(signed: &[Signed]) -> bool {
    let [others @ .., last] = signed else { return false };
    let Some(other) = others.first() else { return false };
    let signature = Signature::from_bytes(last.signature);
    let wrong = Claim::new(other.peer, DOMAIN, &[], signature);
    let claims: Vec<_> = others.iter().map(|signed| signed.claim.clone()).chain([wrong]).collect();
    wrong_among(&claims, &mut Keys::default()) == [others.len()]
}
