//! Who signed what, for one signature and for many at once.
//!
//! A signature holds if `8 s B = 8 R + 8 k A`, the equation of RFC 8032, section 5.1.7, and the key has not a small order.
//! The variant without the eights is as safe, but there members could disagree: what fails by itself may pass among others,
//! by parts of small order that cancel each other. With the eights, those who check one by one and those who check
//! together find the same (Chalkias, Garillot, Nikolaenko, "Taming the many EdDSAs", 2020).
//!
//! Many at once are checked as one sum in which each has a factor of 128 bits that follows from all of them, so that nobody
//! can choose one for the other (Bernstein et al., "High-speed high-security signatures", 2011, section 5): two or three
//! times as fast as one by one.

use crate::identity::{BadSignature, Signature, signed_bytes};
use curve25519_dalek::{
    EdwardsPoint, Scalar,
    constants::ED25519_BASEPOINT_POINT,
    edwards::CompressedEdwardsY,
    traits::{IsIdentity, VartimeMultiscalarMul},
};
use sha2::{Digest, Sha256, Sha512};
use std::collections::{BTreeMap, VecDeque};
use units::PeerId;

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
}

/// Keys that are remembered at most, the newest: 200 bytes each.
const KEYS_MAX: usize = 512;

/// One signature's part in the sum.
struct Term {
    r: EdwardsPoint,
    s: Scalar,
    /// SHA-512(R ‖ A ‖ what was signed).
    digest: [u8; 64],
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
        let r = CompressedEdwardsY(r_bytes).decompress()?;
        let digest = Sha512::new().chain_update(r_bytes).chain_update(self.peer.as_bytes());
        let digest = digest.chain_update(&self.signed).finalize().into();
        Some(Term { r, s, digest })
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
    if claims.is_empty() || hold_together(claims, keys) {
        return Ok(());
    }
    let mut each = claims.iter();
    match each.find(|claim| !hold_together(core::slice::from_ref(*claim), keys)) {
        None => Ok(()),
        Some(wrong) => Err(BadSignature { peer: wrong.peer }),
    }
}

/// Whether all claims hold. Unlike [`verify_all`], it does not look for the one that does not.
pub fn all_hold(claims: &[Claim], keys: &mut Keys) -> bool {
    claims.is_empty() || hold_together(claims, keys)
}

fn hold_together(claims: &[Claim], keys: &mut Keys) -> bool {
    let mut of_keys: Vec<Factor> = Vec::new();
    let mut places = BTreeMap::new();
    let mut terms = Vec::with_capacity(claims.len());
    let mut all = Sha256::new();
    for claim in claims {
        let Some(term) = claim.term() else { return false };
        let place = *places.entry(claim.peer).or_insert(of_keys.len());
        if place == of_keys.len() {
            let Some(key) = keys.read(claim.peer) else { return false };
            of_keys.push(Factor { key, sum: Scalar::ZERO });
        }
        all.update(term.digest);
        all.update(term.s.as_bytes());
        terms.push((place, term));
    }
    let seed = all.finalize();
    let mut of_base = Scalar::ZERO;
    let (mut factors, mut points) = (Vec::new(), Vec::new());
    for (number, (place, term)) in terms.iter().enumerate() {
        let factor = factor(&seed, number as u64);
        of_base += factor * term.s;
        of_keys[*place].sum += factor * Scalar::from_bytes_mod_order_wide(&term.digest);
        factors.push(factor);
        points.push(term.r);
    }
    factors.extend(of_keys.iter().map(|factor| factor.sum));
    points.extend(of_keys.iter().map(|factor| factor.key));
    factors.push(-of_base);
    points.push(ED25519_BASEPOINT_POINT);
    EdwardsPoint::vartime_multiscalar_mul(&factors, &points).mul_by_cofactor().is_identity()
}

/// 128 bits that nobody can choose without changing them.
fn factor(seed: &[u8], number: u64) -> Scalar {
    let digest = Sha256::new().chain_update(seed).chain_update(number.to_le_bytes()).finalize();
    let mut low = [0; 16];
    low.copy_from_slice(&digest[..16]);
    Scalar::from(u128::from_le_bytes(low))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Identity;
    use curve25519_dalek::constants::EIGHT_TORSION;
    use proptest::prelude::*;

    fn wrong_among(claims: &[Claim]) -> Vec<usize> {
        super::wrong_among(claims, &mut Keys::default())
    }

    fn claim(seed: u8, text: &[u8]) -> Claim {
        let identity = Identity::from_seed([seed; 32]);
        Claim::new(identity.peer_id(), "text", text, identity.sign("text", text))
    }

    proptest! {
        #[test]
        fn whatever_is_changed_is_found_and_nothing_else(
            seeds in prop::collection::vec((1u8..4, any::<u8>()), 1..12),
            changes in prop::collection::btree_map(0usize..12, 0usize..64, 0..3),
        ) {
            let mut claims: Vec<_> =
                seeds.iter().map(|(seed, text)| claim(*seed, &[*text])).collect();
            let mut changed = Vec::new();
            for (place, at) in changes.into_iter().filter(|(place, _)| *place < seeds.len()) {
                let mut bytes = claims[place].signature.to_bytes();
                bytes[at] ^= 1;
                claims[place].signature = Signature::from_bytes(bytes);
                changed.push(place);
            }
            prop_assert_eq!(wrong_among(&claims), changed);
        }
    }

    #[test]
    fn a_signature_is_worth_nothing_in_another_name_or_for_other_words() {
        let (one, two) = (claim(1, b"one"), claim(2, b"two"));
        let swapped = |peer, signed: &Claim| Claim { peer, ..signed.clone() };
        let other_words = Claim { signed: two.signed.clone(), ..one.clone() };
        let claims = [
            one.clone(),
            swapped(two.peer, &one),
            other_words,
            two.clone(),
            swapped(one.peer, &two),
        ];
        assert_eq!(wrong_among(&claims), [1, 2, 4]);
        let mut keys = Keys::default();
        assert_eq!(verify_all(&claims, &mut keys), Err(BadSignature { peer: two.peer }));
        assert_eq!(verify_all(&[one, two], &mut keys), Ok(()));
    }

    /// With the key `a B + T`, where T has order eight, some signatures pass where the eights are left out and some do not,
    /// and together they may pass or not.
    #[test]
    fn parts_of_small_order_make_no_difference_alone_or_among_others() {
        let a = Scalar::from(77_u64);
        for torsion in EIGHT_TORSION {
            let key = EdwardsPoint::mul_base(&a) + torsion;
            let peer = PeerId::from_bytes(key.compress().to_bytes());
            let claims: Vec<Claim> = (0..6_u8)
                .map(|number| {
                    let nonce = Scalar::from(1_000 + u64::from(number));
                    let r = (EdwardsPoint::mul_base(&nonce) + EIGHT_TORSION[3]).compress();
                    let signed = vec![number];
                    let k = Sha512::new().chain_update(r.as_bytes()).chain_update(peer.as_bytes());
                    let k = k.chain_update(&signed).finalize().into();
                    let s = nonce + Scalar::from_bytes_mod_order_wide(&k) * a;
                    let mut bytes = [0; 64];
                    bytes[..32].copy_from_slice(r.as_bytes());
                    bytes[32..].copy_from_slice(s.as_bytes());
                    Claim { peer, signed, signature: Signature::from_bytes(bytes) }
                })
                .collect();
            assert!(
                claims.iter().all(|claim| wrong_among(core::slice::from_ref(claim)).is_empty())
            );
            assert!(hold_together(&claims, &mut Keys::default()));
        }
    }

    #[test]
    fn keys_of_small_order_and_what_is_no_key_sign_nothing() {
        for torsion in EIGHT_TORSION {
            // With R = T and s = 0, the sum is nothing whatever was signed.
            let peer = PeerId::from_bytes(torsion.compress().to_bytes());
            let mut bytes = [0; 64];
            bytes[..32].copy_from_slice(torsion.compress().as_bytes());
            let signature = Signature::from_bytes(bytes);
            let forged = Claim::new(peer, "text", b"anything", signature);
            assert_eq!(wrong_among(&[claim(1, b"one"), forged]), [1]);
        }
        let nobody = PeerId::from_bytes([0xff; 32]);
        assert_eq!(wrong_among(&[Claim { peer: nobody, ..claim(1, b"one") }]), [0]);
    }

    #[test]
    fn the_keys_of_many_are_remembered_up_to_a_limit() {
        let mut keys = Keys::default();
        for number in 0..=KEYS_MAX as u16 {
            let identity =
                Identity::from_seed(core::array::from_fn(|at| number.to_le_bytes()[at % 2]));
            let signature = identity.sign("text", b"one");
            let one = Claim::new(identity.peer_id(), "text", b"one", signature);
            let claims = [one, claim(0, b"two")];
            assert_eq!(verify_all(&claims, &mut keys), Ok(()));
            assert!(keys.points.len() <= KEYS_MAX && keys.order.len() == keys.points.len());
        }
    }

    #[test]
    fn a_signature_with_a_number_beyond_the_order_is_refused() {
        let mut sound = claim(1, b"one");
        let mut bytes = sound.signature.to_bytes();
        // The order of the group, little-endian (RFC 8032, section 5.1), added to s.
        let order = [
            0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9,
            0xde, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ];
        let mut carry = 0;
        for (byte, more) in bytes[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + more + carry;
            (*byte, carry) = (sum as u8, sum >> 8);
        }
        sound.signature = Signature::from_bytes(bytes);
        assert_eq!(wrong_among(&[sound]), [0]);
    }
}
