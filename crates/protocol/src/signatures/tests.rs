//! Every way of checking finds the same, which is what the equation says.

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

/// `8 s B = 8 R + 8 k A`, as it is written.
fn holds_by_the_equation(claim: &Claim) -> bool {
    let (r, s) = claim.signature.halves();
    let s: Option<Scalar> = Scalar::from_canonical_bytes(s).into();
    let key = CompressedEdwardsY(*claim.peer.as_bytes()).decompress();
    let (Some(s), Some(key), Some(point)) = (s, key, CompressedEdwardsY(r).decompress()) else {
        return false;
    };
    let k = Sha512::new().chain_update(r).chain_update(claim.peer.as_bytes());
    let k = Scalar::from_bytes_mod_order_wide(&k.chain_update(&claim.signed).finalize().into());
    let rest = EdwardsPoint::mul_base(&s) - point - k * key;
    rest.mul_by_cofactor().is_identity() && !key.is_small_order()
}

/// By a key and a nonce that have parts of small order.
fn claim_with_parts(signer: u8, key_part: usize, nonce: u8, r_part: usize) -> Claim {
    let (a, r) = (Scalar::from(signer), Scalar::from(u64::from(nonce) + 1_000));
    let key = EdwardsPoint::mul_base(&a) + EIGHT_TORSION[key_part];
    let peer = PeerId::from_bytes(key.compress().to_bytes());
    let point = (EdwardsPoint::mul_base(&r) + EIGHT_TORSION[r_part]).compress();
    let signed = vec![nonce];
    let k = Sha512::new().chain_update(point.as_bytes()).chain_update(peer.as_bytes());
    let k = Scalar::from_bytes_mod_order_wide(&k.chain_update(&signed).finalize().into());
    let halves = [point.to_bytes(), (r + k * a).to_bytes()].concat();
    let signature = Signature::from_bytes(halves.try_into().unwrap());
    Claim { peer, signed, signature }
}

proptest! {
    /// One by one, together, and with multiples of the keys of all or of some.
    #[test]
    fn every_way_of_checking_finds_what_the_equation_says(
        made in prop::collection::vec((0u8..7, any::<u8>(), 0usize..8), 1..10),
        changes in prop::collection::vec((0usize..10, 0usize..64, 0u8..8), 0..3),
        some in 1usize..10,
    ) {
        let made = made.into_iter();
        // Each signer has one key; the first one's has a small order.
        let mut claims: Vec<Claim> = made
            .map(|(signer, nonce, part)| claim_with_parts(signer, signer.into(), nonce, part))
            .collect();
        let sound = claims.clone();
        for (place, at, bit) in changes {
            if let Some(claim) = claims.get_mut(place) {
                let mut bytes = claim.signature.to_bytes();
                bytes[at] ^= 1 << bit;
                claim.signature = Signature::from_bytes(bytes);
            }
        }
        let wrong: Vec<usize> =
            (0..claims.len()).filter(|at| !holds_by_the_equation(&claims[*at])).collect();
        let mut keys = Keys::default();
        prop_assert_eq!(super::wrong_among(&claims, &mut keys), wrong.clone());
        for _ in 0..2 {
            super::wrong_among(&sound, &mut keys);
        }
        prop_assert_eq!(super::wrong_among(&claims, &mut keys), wrong.clone());
        let some = some.min(claims.len());
        let of_some: Vec<usize> = wrong.into_iter().filter(|at| *at < some).collect();
        prop_assert_eq!(super::wrong_among(&claims[..some], &mut keys), of_some);
    }
}

#[test]
fn members_who_sign_together_again_are_checked_by_multiples_of_their_keys() {
    let round = |text: &[u8], seeds: core::ops::Range<u8>| -> Vec<Claim> {
        seeds.map(|seed| claim(seed, text)).collect()
    };
    let mut keys = Keys::default();
    let known = |keys: &Keys| keys.multiples.as_ref().map_or(0, |it| it.peers.len());
    let rounds = [(1..6, 0), (1..6, 5), (1..4, 5), (2..9, 5), (1..6, 5), (2..9, 7)];
    for (seeds, expected) in rounds {
        assert!(super::wrong_among(&round(b"one", seeds), &mut keys).is_empty());
        assert_eq!(known(&keys), expected);
    }
    let mut claims = round(b"two", 2..9);
    claims[1].signed.push(1);
    assert_eq!(super::wrong_among(&claims, &mut keys), [1]);
}

#[test]
fn a_signature_is_worth_nothing_in_another_name_or_for_other_words() {
    let (one, two) = (claim(1, b"one"), claim(2, b"two"));
    let swapped = |peer, signed: &Claim| Claim { peer, ..signed.clone() };
    let other_words = Claim { signed: two.signed.clone(), ..one.clone() };
    let claims =
        [one.clone(), swapped(two.peer, &one), other_words, two.clone(), swapped(one.peer, &two)];
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
        assert!(claims.iter().all(|claim| wrong_among(core::slice::from_ref(claim)).is_empty()));
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
        let identity = Identity::from_seed(core::array::from_fn(|at| number.to_le_bytes()[at % 2]));
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
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0;
    for (byte, more) in bytes[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + more + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    sound.signature = Signature::from_bytes(bytes);
    assert_eq!(wrong_among(&[sound]), [0]);
}
