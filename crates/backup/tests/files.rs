//! A file gives back what went in, or says what is wrong with it.

use backup::{Content, Cost, OpenError, Opener, SealError, limits, open, seal};
use proptest::prelude::*;

const PASSPHRASE: &str = "correct horse battery";

fn file(content: &Content) -> Vec<u8> {
    seal(content, PASSPHRASE, &[5; 35], Cost::LEAST).expect("it is not too large")
}

fn contents() -> impl Strategy<Value = Content> {
    let bytes = |most| prop::collection::vec(any::<u8>(), 0..most);
    let records = prop::collection::vec(("[a-z/0-9]{0,20}", bytes(300)), 0..6);
    let settings = prop::collection::vec(("[a-z]{1,8}", "\\PC{0,20}"), 0..3);
    // Of lengths that meet the ends of chunks, too.
    let chunk = limits::CHUNK_BYTES;
    let length = prop_oneof![0..3000usize, chunk - 40..chunk + 40, 2 * chunk - 40..2 * chunk + 40];
    let log = (length, any::<u8>()).prop_map(|(length, byte)| vec![byte; length]);
    (records, log, settings).prop_map(|(records, log, settings)| Content { records, log, settings })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_went_in_comes_out_however_the_file_arrives(content in contents(), piece in 1usize..200_000) {
        let file = file(&content);
        prop_assert_eq!(open(&file, PASSPHRASE), Ok(content.clone()));
        let (beginning, rest) = file.split_at(backup::BEGINNING_BYTES);
        let mut opener = Opener::new(beginning, file.len() as u64, PASSPHRASE).expect("it opens");
        for piece in rest.chunks(piece) {
            opener.push(piece).expect("it is whole");
        }
        prop_assert_eq!(opener.finish(), Ok(content));
    }

    #[test]
    fn a_file_that_is_cut_off_says_so(content in contents(), part in 0.0..1.0f64) {
        let file = file(&content);
        let cut = ((file.len() as f64 * part) as usize).clamp(1, file.len() - 1);
        let cut_off = matches!(open(&file[..cut], PASSPHRASE), Err(OpenError::CutOff { .. }));
        prop_assert!(cut_off, "{} of {}", cut, file.len());
        // Even if its length was thought to be right.
        if let Some((beginning, rest)) = file[..cut].split_at_checked(backup::BEGINNING_BYTES) {
            let mut opener = Opener::new(beginning, file.len() as u64, PASSPHRASE).expect("it opens");
            opener.push(rest).expect("what is there is whole");
            let cut_off = matches!(opener.finish(), Err(OpenError::CutOff { .. }));
            prop_assert!(cut_off);
        }
    }

    #[test]
    fn no_change_goes_unnoticed(content in contents(), place in any::<prop::sample::Index>(), change in 1u8..) {
        let mut file = file(&content);
        let place = place.index(file.len());
        file[place] ^= change;
        prop_assert!(open(&file, PASSPHRASE).is_err(), "byte {}", place);
    }

    #[test]
    fn any_bytes_are_answered_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = open(&bytes, PASSPHRASE);
        let _ = open(&[b"PCB1\x01\x00\x08\0\0\0\x01\0\0\0", &bytes[..]].concat(), PASSPHRASE);
        let _ = Content::read(&bytes);
    }
}

#[test]
fn chunks_that_changed_places_are_noticed() {
    let log: Vec<u8> = (0..3 * limits::CHUNK_BYTES).map(|place| (place / 1000) as u8).collect();
    let file = file(&Content { log, ..Content::default() });
    let sealed = limits::CHUNK_BYTES + 16;
    let (beginning, chunks) = file.split_at(backup::BEGINNING_BYTES);
    let swapped =
        [beginning, &chunks[sealed..2 * sealed], &chunks[..sealed], &chunks[2 * sealed..]].concat();
    let near_byte = backup::BEGINNING_BYTES as u64;
    assert_eq!(open(&swapped, PASSPHRASE), Err(OpenError::Damaged { near_byte }));
}

#[test]
fn another_passphrase_is_told_from_damage() {
    let file = file(&Content { log: vec![1; 100], ..Content::default() });
    assert_eq!(open(&file, "correct horse batterx"), Err(OpenError::WrongPassphrase));
    let mut damaged = file.clone();
    *damaged.last_mut().expect("it is not empty") ^= 1;
    let near_byte = backup::BEGINNING_BYTES as u64;
    assert_eq!(open(&damaged, PASSPHRASE), Err(OpenError::Damaged { near_byte }));
    let longer = [&file[..], b"more"].concat();
    let near_byte = file.len() as u64;
    assert_eq!(open(&longer, PASSPHRASE), Err(OpenError::Damaged { near_byte }));
}

#[test]
fn a_file_says_nothing_of_what_is_in_it() {
    let log = b"the key lies under the third stone".to_vec();
    let file = file(&Content { log: log.clone(), ..Content::default() });
    assert!(!file.windows(10).any(|window| window == &log[..10]));
}

#[test]
fn a_passphrase_that_is_guessed_is_refused() {
    let seal = |passphrase: &str| seal(&Content::default(), passphrase, &[1; 35], Cost::LEAST);
    assert_eq!(seal("secret1"), Err(SealError::ShortPassphrase { chars: 7 }));
    assert!(matches!(seal(&"a".repeat(2000)), Err(SealError::LongPassphrase { .. })));
    assert!(seal("ßßßßßßßß").is_ok());
}

#[test]
fn the_usual_cost_is_within_what_is_read() {
    let file = seal(&Content::default(), PASSPHRASE, &[1; 35], Cost::USUAL).expect("it is small");
    assert_eq!(open(&file, PASSPHRASE), Ok(Content::default()));
}
