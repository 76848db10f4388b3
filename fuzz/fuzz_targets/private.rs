//! What members of a private round say: what is read must be written the same again, and breaks no round.
#![no_main]

use libfuzzer_sys::fuzz_target;
use private::{
    Dealt, DiscreteGaussian, Grid, Keys, Masked, Places, PublicKeys, Roster, RoundName, Tensor,
    Sum, Transcript, Unmask,
};
use units::{Hash, PeerId, SessionId};

const MEMBERS: usize = 3;

fuzz_target!(|bytes: &[u8]| {
    // The kind is the byte behind magic and version: no fuzzer needs to guess those.
    let sealed = |kind: u8| [b"PCPV\x01\x00", &[kind][..], bytes].concat();
    for bytes in [bytes, &sealed(0), &sealed(1), &sealed(2), &sealed(3), &sealed(4)] {
        if let Ok(keys) = PublicKeys::decode(bytes) {
            assert_eq!(keys.encode(), bytes);
            agree_with(keys);
        }
        if let Ok(dealt) = Dealt::decode(bytes) {
            assert_eq!(dealt.encode(), bytes);
            let [(mut member, _), ..] = members();
            let _ = member.take(&dealt);
        }
        if let Ok(masked) = Masked::decode(bytes) {
            assert_eq!(masked.encode(), bytes);
            let mut transcript = Transcript::new(roster());
            (0..MEMBERS).for_each(|place| transcript.add_masked(place, masked.clone()));
            assert!(transcript.recover(transcript.arrived(), &grid(), &[4, 3]).is_err());
        }
        if let Ok(sum) = Sum::decode(bytes, &grid()) {
            assert_eq!(sum.encode(&grid()), bytes);
        }
        if let Ok(unmask) = Unmask::decode(bytes) {
            assert_eq!(unmask.encode(), bytes);
            recover_with(&unmask);
        }
    }
});

fn keys(place: usize) -> Keys {
    Keys::new([place as u8; 32])
}

fn round() -> RoundName {
    RoundName { session: SessionId::from_bytes([1; 16]), parent: Hash::of(b"fuzz"), group: 0 }
}

fn peer(place: usize) -> PeerId {
    PeerId::from_bytes([place as u8; 32])
}

fn roster() -> Roster {
    Roster::new(round(), (0..MEMBERS).map(|it| (peer(it), keys(it).public())).collect()).unwrap()
}

fn grid() -> Grid {
    Grid::new(MEMBERS, 100, 10, DiscreteGaussian::new(0).unwrap()).unwrap()
}

fn members() -> [(private::Sharing, Dealt); MEMBERS] {
    core::array::from_fn(|place| keys(place).share(roster(), [9 + place as u8; 32]).unwrap())
}

/// Whatever keys somebody shows, others deal them shares or refuse.
fn agree_with(shown: PublicKeys) {
    let mut all: Vec<_> = (0..MEMBERS - 1).map(|it| (peer(it), keys(it).public())).collect();
    all.push((peer(MEMBERS - 1), shown));
    if let Ok(roster) = Roster::new(round(), all) {
        let _ = keys(0).share(roster, [9; 32]);
    }
}

/// Whatever one member hands out, the sum is that of the others' changes, or there is none.
fn recover_with(unmask: &Unmask) {
    let mut transcript = Transcript::new(roster());
    let (mut sharing, dealt): (Vec<_>, Vec<_>) = members().into_iter().unzip();
    for dealt in dealt {
        sharing.iter_mut().for_each(|member| member.take(&dealt).unwrap());
        transcript.add_dealt(dealt);
    }
    let all = Places::first(MEMBERS);
    transcript.add_unmask(0, unmask.clone());
    let tensors = [Tensor { values: 4, step: 1.0 }, Tensor { values: 3, step: 1.0 }];
    for (place, member) in sharing.into_iter().enumerate() {
        let steps = grid().quantise(&mut [2.0; 7], &tensors);
        let (masked, mut unmasking) = member.mask(steps, &grid(), all).unwrap();
        transcript.add_masked(place, masked);
        transcript.add_unmask(place, unmasking.answer(all).unwrap());
    }
    if let Ok(sum) = transcript.recover(all, &grid(), &[4, 3]) {
        assert_eq!(sum.mean(&grid(), &tensors), [2.0; 7]);
    }
}
