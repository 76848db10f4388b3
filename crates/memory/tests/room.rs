//! Making room: what goes is what was shown, the weakest first, and what others gave before what is one's own.

use memory::{
    capsule::{Draft, PersonalKey},
    library::{LeastImportant, Library, News},
    log::HEADER,
};
use protocol::identity::Identity;
use units::{PeerId, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_000_000);

fn open(seed: u8, log: &[u8]) -> Library {
    let owner = Identity::from_seed([seed; 32]);
    Library::open(owner, PersonalKey::from_bytes([seed; 32]), log).expect("a log").0
}

/// Five notes, one after the other, and the log that they make.
fn five() -> (Library, Vec<u8>) {
    let mut library = open(1, HEADER);
    for number in 0..5u64 {
        let draft = Draft::personal(&format!("note {number}"), ["all"]).expect("a note");
        library.remember(draft, UnixMillis(NOW.0 + number * 86_400_000)).expect("there is room");
    }
    let log = [&HEADER[..], &library.take_outcome().append].concat();
    (library, log)
}

#[test]
fn what_goes_is_what_was_shown_and_the_oldest_unused_goes_first() {
    let (mut library, _) = five();
    let later = UnixMillis(NOW.0 + 90 * 86_400_000);
    let least = library.least_important(1, later);
    assert_eq!((least.capsules, least.of_others), (1, 0));
    assert_eq!(least.examples, ["note 0"]);
    let two = library.least_important(least.bytes + 1, later);
    assert_eq!(two.examples, ["note 0", "note 1"]);
    assert_eq!(library.forget_least_important(least.bytes + 1, later), 2);
    let outcome = library.take_outcome();
    let log = outcome.rewrite.expect("what was forgotten lies nowhere");
    assert!(
        !outcome.news.is_empty()
            && outcome.news.iter().all(|it| matches!(it, News::Forgotten { .. }))
    );
    let again = open(1, &log);
    assert_eq!(again.stats().capsules, 3);
    assert_eq!(again.least_important(1, later).examples, ["note 2"]);
}

#[test]
fn what_others_gave_goes_before_what_is_ones_own() {
    let (mut library, _) = five();
    let mut other = open(2, HEADER);
    let masked = memory::masking::mask("somebody else's").expect("it is short");
    let draft = Draft::open(&masked, ["all"]).expect("a note");
    let id = other.remember(draft, UnixMillis(NOW.0 + 50 * 86_400_000)).expect("there is room");
    let bytes = other.capsule(id).expect("it is there").encode();
    library.receive(PeerId::from_bytes([2; 32]), &bytes).expect("it is whole");
    let least = library.least_important(1, UnixMillis(NOW.0 + 51 * 86_400_000));
    assert_eq!((least.capsules, least.of_others), (1, 1));
    assert_eq!(least.examples, ["somebody else's"]);
}

#[test]
fn nothing_goes_where_nothing_is_wanted_and_no_more_than_there_is() {
    let (mut library, _) = five();
    assert_eq!(
        library.least_important(0, NOW),
        LeastImportant { at: NOW, ..LeastImportant::default() }
    );
    assert_eq!(library.forget_least_important(0, NOW), 0);
    assert_eq!(library.least_important(u64::MAX, NOW).capsules, 5);
    assert_eq!(library.forget_least_important(u64::MAX, NOW), 5);
    assert_eq!(library.stats().capsules, 0);
}
