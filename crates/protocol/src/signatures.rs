//! Who signed what, for one signature and for many at once.
//!
//! A signature holds if `8 s B = 8 R + 8 k A`, the equation of RFC 8032, section 5.1.7, and the key has not a small order.
//! The variant without the eights is as safe, but there members could disagree: what fails by itself may pass among others,
//! by parts of small order that cancel each other. With the eights, those who check one by one and those who check
//! together find the same (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs", 2020).
//!
//! Many at once are checked as one sum in which each has a factor of 128 bits that follows from all of them, so that nobody
//! can choose one for the other (Bernstein et al., "High-speed high-security signatures", 2011, section 5): two or three
//! times as fast as one by one. Of members who sign round after round, multiples of their keys are kept beside those of B where
//! vectors make them cheaply, which spares a fifth of it. A single one is right if `s B - k A` has the bytes of R, which then need not be read; what has others
//! may still be right with the eights.

use crate::identity::{BadSignature, Signature, signed_bytes};
use curve25519_dalek::{
    EdwardsPoint, Scalar,
    constants::ED25519_BASEPOINT_POINT,
    edwards::{CompressedEdwardsY, VartimeEdwardsPrecomputation},
    traits::{IsIdentity, VartimeMultiscalarMul, VartimePrecomputedMultiscalarMul},
};
use sha2::{Digest, Sha256, Sha512};
use std::collections::{BTreeMap, VecDeque};
use units::PeerId;

#[cfg(test)]
mod tests;

/// What a peer is said to have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    peer: PeerId,
    signed: Vec<u8>,
    signature: Signature,
}

/// Keys that have been read, which takes a tenth of the time of a signature: of those whose signatures come again and again.
#[derive(Default)]
pub struct Keys {
    points: BTreeMap<PeerId, EdwardsPoint>,
    /// The oldest first.
    order: VecDeque<PeerId>,
    /// Of those who signed together twice in a row.
    multiples: Option<Multiples>,
    /// Who signed the newest sum that these were of no use for, by id.
    newest: Vec<PeerId>,
}

/// Odd multiples of the keys of some peers, and of B.
struct Multiples {
    /// By id.
    peers: Vec<PeerId>,
    /// Of the peers' keys in that order, then of B.
    points: VartimeEdwardsPrecomputation,
}

/// Keys that are remembered at most, the newest: 200 bytes each.
const KEYS_MAX: usize = 512;

/// Whether multiples pay. Not in a page: without AVX2, each of a key's 64 takes a division in the field, all together more
/// than many rounds would spare.
const HAS_MULTIPLES: bool = !cfg!(target_family = "wasm");
/// Keys whose multiples are remembered at most: about 10,000 bytes each.
const MULTIPLES_MAX: usize = 64;
/// Fewer claims are no round.
const MULTIPLES_MIN: usize = 3;

/// One signature's part in the sum.
struct Term {
    r: CompressedEdwardsY,
    s: Scalar,
    /// SHA-512(R ‖ A ‖ what was signed).
    digest: [u8; 64],
}

impl Term {
    /// The factor of the key.
    fn k(&self) -> Scalar {
        Scalar::from_bytes_mod_order_wide(&self.digest)
    }
}

/// A key, and the sum of its factors.
struct Factor {
    key: EdwardsPoint,
    sum: Scalar,
}

impl Keys {
    /// The key of a peer. `None` for what is no key, and for keys for which anything is a signature.
    fn read(&mut self, peer: PeerId) -> Option<EdwardsPoint> {
        if let Some(key) = self.points.get(&peer) {
            return Some(*key);
        }
        let key = CompressedEdwardsY(*peer.as_bytes()).decompress()?;
        if key.is_small_order() {
            return None;
        }
        if self.order.len() >= KEYS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.points.remove(&oldest);
        }
        self.points.insert(peer, key);
        self.order.push_back(peer);
        Some(key)
    }

    /// Makes multiples of the keys of these peers, by id, if they have signed together twice in a row.
    fn expect_again(&mut self, signers: &BTreeMap<PeerId, Factor>) {
        let has = |known: &[PeerId]| known.iter().eq(signers.keys());
        let is_known = |peer| self.multiples.as_ref().is_some_and(|known| known.has(peer));
        let is_round = (MULTIPLES_MIN..=MULTIPLES_MAX).contains(&signers.len());
        if !HAS_MULTIPLES || !is_round || signers.keys().all(is_known) {
            return;
        }
        if !has(&self.newest) {
            self.newest = signers.keys().copied().collect();
            return;
        }
        let keys = signers.values().map(|signer| signer.key);
        let points = VartimeEdwardsPrecomputation::new(keys.chain([ED25519_BASEPOINT_POINT]));
        self.multiples = Some(Multiples { peers: core::mem::take(&mut self.newest), points });
    }

    /// The multiples, if they are of all these peers' keys.
    fn multiples_of(&self, signers: &BTreeMap<PeerId, Factor>) -> Option<&Multiples> {
        let has_all = |known: &&Multiples| signers.keys().all(|peer| known.has(peer));
        self.multiples.as_ref().filter(|known| HAS_MULTIPLES && has_all(known))
    }
}

impl Multiples {
    fn has(&self, peer: &PeerId) -> bool {
        self.peers.binary_search(peer).is_ok()
    }
}

impl Claim {
    /// That a peer has signed bytes for one purpose ([`crate::identity::Identity::sign`]).
    pub fn new(peer: PeerId, domain: &str, bytes: &[u8], signature: Signature) -> Self {
        Self { peer, signed: signed_bytes(domain, bytes), signature }
    }

    /// Who is said to have signed it.
    pub fn peer(&self) -> PeerId {
        self.peer
    }

    /// `None` if it is no signature, whatever was signed.
    fn term(&self) -> Option<Term> {
        let (r_bytes, s_bytes) = self.signature.halves();
        let s = Option::from(Scalar::from_canonical_bytes(s_bytes))?;
        let digest = Sha512::new().chain_update(r_bytes).chain_update(self.peer.as_bytes());
        let digest = digest.chain_update(&self.signed).finalize().into();
        Some(Term { r: CompressedEdwardsY(r_bytes), s, digest })
    }
}

/// Those among some claims that do not hold, by their places in ascending order. Where all hold, they are checked together;
/// if that fails, one by one as well, so that what is wrong costs at most about three times as much as what is right.
pub fn wrong_among(claims: &[Claim], keys: &mut Keys) -> Vec<usize> {
    if claims.is_empty() || hold_together(claims, keys) {
        return Vec::new();
    }
    if claims.len() == 1 {
        return vec![0];
    }
    (0..claims.len()).filter(|place| !hold_together(&claims[*place..=*place], keys)).collect()
}

/// Checks that all claims hold.
///
/// # Errors
/// [`BadSignature`] names the first whose claim does not.
pub fn verify_all(claims: &[Claim], keys: &mut Keys) -> Result<(), BadSignature> {
    match wrong_among(claims, keys).first() {
        None => Ok(()),
        Some(place) => Err(BadSignature { peer: claims[*place].peer }),
    }
}

/// Whether all claims hold. Unlike [`verify_all`], it does not look for the one that does not.
pub fn all_hold(claims: &[Claim], keys: &mut Keys) -> bool {
    claims.is_empty() || hold_together(claims, keys)
}

fn hold_together(claims: &[Claim], keys: &mut Keys) -> bool {
    match claims {
        [claim] => holds_by_its_bytes(claim, keys) || sum_is_nothing(claims, keys),
        _ => sum_is_nothing(claims, keys),
    }
}

/// Whether a claim holds without the eights, and thus with them: what is written with the bytes of R is R.
fn holds_by_its_bytes(claim: &Claim, keys: &mut Keys) -> bool {
    let (Some(term), Some(key)) = (claim.term(), keys.read(claim.peer)) else { return false };
    let r = EdwardsPoint::vartime_double_scalar_mul_basepoint(&term.k(), &-key, &term.s);
    r.compress() == term.r
}

/// Whether the sum over all claims is nothing, up to what the eights take away.
fn sum_is_nothing(claims: &[Claim], keys: &mut Keys) -> bool {
    let mut signers: BTreeMap<PeerId, Factor> = BTreeMap::new();
    let mut terms = Vec::with_capacity(claims.len());
    let mut points = Vec::with_capacity(claims.len());
    let mut all = Sha256::new();
    for claim in claims {
        let Some((term, r)) = claim.term().and_then(|it| it.r.decompress().map(|r| (it, r))) else {
            return false;
        };
        let Some(key) = keys.read(claim.peer) else { return false };
        signers.entry(claim.peer).or_insert(Factor { key, sum: Scalar::ZERO });
        all.update(term.digest);
        all.update(term.s.as_bytes());
        terms.push((claim.peer, term));
        points.push(r);
    }
    let seed = all.finalize();
    let mut of_base = Scalar::ZERO;
    let mut factors = Vec::with_capacity(claims.len());
    for (number, (peer, term)) in terms.iter().enumerate() {
        let factor = factor(&seed, number as u64);
        of_base -= factor * term.s;
        if let Some(signer) = signers.get_mut(peer) {
            signer.sum += factor * term.k();
        }
        factors.push(factor);
    }
    keys.expect_again(&signers);
    let sum = match keys.multiples_of(&signers) {
        Some(known) => {
            let of_key =
                |peer| signers.get(peer).map_or(Scalar::ZERO, |signer: &Factor| signer.sum);
            let of_keys = known.peers.iter().map(of_key).chain([of_base]);
            known.points.vartime_mixed_multiscalar_mul(of_keys, &factors, &points)
        }
        None => {
            factors.extend(signers.values().map(|signer| signer.sum).chain([of_base]));
            points.extend(signers.values().map(|it| it.key).chain([ED25519_BASEPOINT_POINT]));
            EdwardsPoint::vartime_multiscalar_mul(&factors, &points)
        }
    };
    sum.mul_by_cofactor().is_identity()
}

/// 128 bits that nobody can choose without changing them.
fn factor(seed: &[u8], number: u64) -> Scalar {
    let digest = Sha256::new().chain_update(seed).chain_update(number.to_le_bytes()).finalize();
    let mut low = [0; 16];
    low.copy_from_slice(&digest[..16]);
    Scalar::from(u128::from_le_bytes(low))
}
