//! What a device remembers, whatever happens to its file and whatever others say.

use memory::{
    capsule::{Draft, Embedding, Keyring, PersonalKey, Privacy, Space},
    embedding::{CharacterKind, Characters, Rows, StaticTable, TableFile, Vocabulary, WordPiece},
    library::{Filter, KeepError, Library, News, Query},
    log::HEADER,
    masking::mask,
};
use protocol::identity::Identity;
use units::{Hash, PeerId, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_000_000);

/// A device with its file.
struct Device {
    library: Library,
    file: Vec<u8>,
    seed: u8,
}

impl Device {
    fn new(seed: u8) -> Self {
        let mut device = Self { library: open(seed, &[]), file: Vec::new(), seed };
        device.settle();
        device
    }

    /// Carries out what is to be written, and gives what is to be sent and told.
    fn settle(&mut self) -> (Vec<(PeerId, Vec<u8>)>, Vec<News>) {
        let outcome = self.library.take_outcome();
        if let Some(log) = outcome.rewrite {
            self.file = log;
        }
        self.file.extend(outcome.append);
        assert_eq!(outcome.refused, [], "nobody here lies");
        (outcome.messages, outcome.news)
    }

    fn reload(&mut self) {
        self.library = open(self.seed, &self.file);
    }

    fn id(&self) -> PeerId {
        Identity::from_seed([self.seed; 32]).peer_id()
    }

    fn note(&mut self, text: &str, tags: &[&str], privacy: Privacy) -> Hash {
        let tags = tags.iter().copied();
        let draft = match privacy {
            Privacy::Personal => Draft::personal(text, tags),
            _ => Draft::open(&mask(text).expect("it is short"), tags),
        };
        let draft = draft.expect("a note");
        let id = self.library.remember(draft, NOW).expect("there is room");
        self.settle();
        id
    }

    fn texts(&self, query: &Query) -> Vec<String> {
        let found = self.library.search(query, NOW);
        found.into_iter().filter_map(|it| it.text).collect()
    }
}

fn open(seed: u8, file: &[u8]) -> Library {
    let personal = PersonalKey::from_bytes([seed; 32]);
    let owner = Identity::from_seed([seed; 32]);
    let (mut library, _) = Library::open(owner, personal, file).expect("it is a log");
    library.take_model(table());
    library
}

/// A model that knows a few words: bees have to do with each other, and so on.
fn table() -> StaticTable {
    let characters = Characters::from_rules(
        |c| if c.is_whitespace() { CharacterKind::Space } else { CharacterKind::Letter },
        |c| c.to_lowercase().collect(),
    );
    let words = ["[UNK]", "bees", "swarm", "hive", "key", "door", "stone", "rumour", "note"];
    let row = |place: usize| (0..16).map(|n| if n == place { 1.0 } else { 0.1 }).collect();
    let rows: Vec<Vec<f32>> = words
        .iter()
        .enumerate()
        .map(|(number, _)| match number {
            0 => Vec::new(),
            1..=3 => row(0),
            4..=6 => row(1),
            other => row(other),
        })
        .collect();
    let vocabulary = Vocabulary::new(words.map(|word| format!("{word}\n")).concat());
    let tokenizer = WordPiece::new(characters.expect("rules"), vocabulary.expect("words"));
    let rows = Rows::nearest(16, &rows).expect("rows");
    let file = TableFile { tokenizer, rows }.encode().expect("a table");
    StaticTable::decode(&file).expect("it was just written")
}

fn query(text: &str) -> Query {
    Query { text: text.to_owned(), count: 10, ..Query::default() }
}

/// Passes messages on until nobody has anything to say, and gives what each device has to tell.
fn exchange(devices: &mut [Device]) -> Vec<Vec<News>> {
    let mut told = vec![Vec::new(); devices.len()];
    loop {
        let mut on_the_way = Vec::new();
        for (place, device) in devices.iter_mut().enumerate() {
            let (messages, news) = device.settle();
            told[place].extend(news);
            on_the_way.extend(messages.into_iter().map(|(to, bytes)| (device.id(), to, bytes)));
        }
        if on_the_way.is_empty() {
            return told;
        }
        for (from, to, bytes) in on_the_way {
            let device = devices.iter_mut().find(|it| it.id() == to).expect("it is there");
            device.library.hear(from, &bytes, NOW);
        }
    }
}

fn pair() -> Vec<Device> {
    let mut devices = vec![Device::new(1), Device::new(2)];
    let ids = [devices[0].id(), devices[1].id()];
    devices[0].library.connected(ids[1]);
    devices[1].library.connected(ids[0]);
    devices
}

#[test]
fn notes_survive_a_reload_and_are_found_by_their_words() {
    let mut device = Device::new(1);
    device.note("the hive swarms in May", &["bees"], Privacy::Open);
    device.note("the door key lies under the third stone", &[], Privacy::Personal);
    device.reload();
    assert_eq!(device.texts(&query("third stone"))[0], "the door key lies under the third stone");
    let by_tag = Filter { tag: Some("bees".to_owned()), ..Filter::default() };
    let bees = Query { filter: by_tag, count: 5, ..Query::default() };
    assert_eq!(device.texts(&bees), ["the hive swarms in May"]);
    assert_eq!(device.library.stats().capsules, 2);
}

#[test]
fn what_is_personal_lies_sealed_in_the_file() {
    let mut device = Device::new(1);
    device.note("the door key lies under the third stone", &["secret place"], Privacy::Personal);
    for words in [&b"third stone"[..], b"secret place"] {
        assert!(!device.file.windows(words.len()).any(|window| window == words));
    }
}

#[test]
fn what_is_forgotten_is_gone_from_the_file_and_does_not_come_back() {
    let mut devices = pair();
    let id = devices[0].note("a rumour about Tuesday", &[], Privacy::Open);
    let to = devices[1].id();
    devices[0].library.give(to, id).expect("it may leave");
    exchange(&mut devices);
    assert!(devices[1].library.capsule(id).is_some());
    let bytes = devices[1].library.capsule(id).expect("it is kept").encode();

    devices[0].library.forget(id).expect("it is there");
    exchange(&mut devices);
    for device in &mut devices {
        assert!(device.library.capsule(id).is_none());
        let words = b"rumour";
        assert!(!device.file.windows(words.len()).any(|window| window == words));
        device.reload();
        assert!(device.texts(&query("rumour")).is_empty());
        let again = device.library.receive(PeerId::from_bytes([9; 32]), &bytes);
        assert_eq!(again, Err(KeepError::Forgotten { capsule: id }));
    }
}

#[test]
fn a_device_that_was_away_is_told_what_is_to_be_forgotten() {
    let mut devices = pair();
    let id = devices[0].note("a rumour about Tuesday", &[], Privacy::Open);
    let (first, second) = (devices[0].id(), devices[1].id());
    devices[0].library.give(second, id).expect("it may leave");
    exchange(&mut devices);
    devices[0].library.disconnected(second);
    devices[0].library.forget(id).expect("it is there");
    exchange(&mut devices);
    devices[0].reload();
    devices[1].library.connected(first);
    devices[0].library.connected(second);
    exchange(&mut devices);
    assert!(devices[1].library.capsule(id).is_none());
}

#[test]
fn only_the_owner_can_ask_others_to_forget() {
    let mut devices = pair();
    let id = devices[0].note("what everyone should know", &[], Privacy::Open);
    let (first, second) = (devices[0].id(), devices[1].id());
    devices[0].library.give(second, id).expect("it may leave");
    exchange(&mut devices);
    devices[1].library.forget(id).expect("it is there");
    exchange(&mut devices);
    assert!(devices[0].library.capsule(id).is_some(), "it forgot for itself alone");
    let _ = first;
}

#[test]
fn a_neighbour_is_asked_by_meaning_and_what_it_has_can_be_fetched() {
    let mut devices = pair();
    let id = devices[1].note("bees swarm in May", &["bees"], Privacy::Open);
    devices[1].note("bees sting", &[], Privacy::Personal);
    let (number, asked) = devices[0].library.ask_around(&query("bees swarm"));
    assert_eq!(asked, 1);
    let told = exchange(&mut devices);
    let [News::Found { query, from, found, waiting: 0 }] = &told[0][..] else {
        panic!("one answer was expected, and not {:?}", told[0]);
    };
    assert_eq!((*query, *from), (number, devices[1].id()));
    assert_eq!(found.iter().map(|it| it.id).collect::<Vec<_>>(), [id], "nothing personal");
    assert!(found[0].similarity > 0.5 && found[0].text.is_none());
    let holder = devices[1].id();
    devices[0].library.fetch(holder, id);
    exchange(&mut devices);
    assert_eq!(devices[0].texts(&self::query("bees")), ["bees swarm in May"]);
}

#[test]
fn what_is_personal_is_neither_given_nor_fetched() {
    let mut devices = pair();
    let id = devices[1].note("for me alone", &[], Privacy::Personal);
    let (first, second) = (devices[0].id(), devices[1].id());
    assert_eq!(devices[1].library.give(first, id), Err(KeepError::Personal { capsule: id }));
    devices[0].library.fetch(second, id);
    let told = exchange(&mut devices);
    assert_eq!(told[0], [News::NotHere { capsule: id, from: second }]);
}

#[test]
fn a_neighbour_cannot_fill_the_device() {
    let mut device = Device::new(1);
    let from = Identity::from_seed([2; 32]);
    let refused = (0..5_001).find_map(|n: u32| {
        let text = mask(&format!("note {n}")).expect("it is short");
        let note = Draft::open(&text, []).expect("a note");
        let capsule = note.seal(&from, Embedding::none(Space(1)), 0, NOW);
        device.library.receive(from.peer_id(), &capsule.encode()).err()
    });
    assert_eq!(refused, Some(KeepError::FullOf { peer: from.peer_id() }));
}

#[test]
fn a_file_that_was_cut_short_keeps_what_was_acknowledged() {
    let mut device = Device::new(1);
    device.note("first", &[], Privacy::Open);
    let whole = device.file.len();
    device.note("second", &[], Privacy::Personal);
    for cut in [whole, whole + 1, device.file.len() - 1] {
        let library = open(1, &device.file[..cut]);
        assert_eq!(library.stats().capsules, 1, "cut at {cut}");
    }
    assert!(device.file.starts_with(HEADER));
}

#[test]
fn uses_do_not_make_the_file_grow_for_ever() {
    let mut device = Device::new(1);
    let id = device.note("used often", &[], Privacy::Open);
    for n in 0..40_000 {
        device.library.use_capsule(id, UnixMillis(NOW.0 + n));
        device.settle();
    }
    assert!(device.file.len() < 2 << 20, "{} bytes", device.file.len());
    device.reload();
    assert_eq!(device.library.stats().capsules, 1);
}

#[test]
fn what_is_said_twice_is_kept_once_and_comes_back_for_a_day() {
    let mut device = Device::new(1);
    device.note("bees swarm", &["one"], Privacy::Personal);
    device.note("The bees swarm, the hive", &["two"], Privacy::Personal);
    device.note("the key lies 7 steps from the door", &[], Privacy::Personal);
    device.note("the key lies 8 steps from the door", &[], Privacy::Personal);
    let done = device.library.consolidate(NOW);
    device.settle();
    assert_eq!(done.merged.iter().map(|it| it.1).collect::<Vec<_>>(), [2]);
    let texts = device.texts(&query("key door bees"));
    assert_eq!(texts.len(), 3, "{texts:?}");
    for number in ["7 steps", "8 steps"] {
        assert!(texts.iter().any(|text| text.contains(number)), "nothing that was said is lost");
    }
    let both = Filter { tag: Some("one".to_owned()), ..Filter::default() };
    let merged = device.library.search(&Query { filter: both, count: 5, ..Query::default() }, NOW);
    assert_eq!(merged.len(), 1);
    assert_eq!(merged[0].signed.head.tags, ["one", "two"]);
    assert_eq!(merged[0].signed.head.sources.len(), 2);

    device.reload();
    assert_eq!(device.texts(&query("key door bees")).len(), 3);
    assert_eq!(device.library.undo_consolidation(UnixMillis(NOW.0 + 1_000)), 2);
    device.settle();
    device.reload();
    assert_eq!(device.texts(&query("key door bees")).len(), 4);
    assert_eq!(device.library.stats().capsules, 4);

    // After a day there is no way back, and the next one drops what was set aside.
    device.library.consolidate(NOW);
    let later = UnixMillis(NOW.0 + memory::library::UNDO_MS + 1);
    assert_eq!(device.library.undo_consolidation(later), 0);
    let done = device.library.consolidate(later);
    device.settle();
    assert_eq!(done.dropped, 2);
    device.reload();
    assert_eq!(device.library.stats().capsules, 3);
}

#[test]
fn a_consolidation_has_nothing_to_do_twice() {
    let mut device = Device::new(1);
    device.note("bees swarm", &[], Privacy::Personal);
    device.note("the bees swarm", &[], Privacy::Personal);
    assert_eq!(device.library.consolidate(NOW).merged.len(), 1);
    let again = device.library.consolidate(UnixMillis(NOW.0 + 1));
    assert_eq!((again.merged.len(), again.faded, again.dropped), (0, 0, 0));
    assert!(!device.library.wants_consolidation(UnixMillis(NOW.0 + 2)));
}

#[test]
fn a_vector_of_ones_own_is_found_by_vectors_whatever_its_text_means() {
    let mut device = Device::new(1);
    let space = Space::by_hand(4);
    let embedding = |values: &[f32]| Embedding::of(space, values).expect("numbers");
    let draft = Draft::personal("a bees shape", []).expect("a note");
    device
        .library
        .remember_at(draft, embedding(&[1.0, 0.5, 0.0, 0.0]), NOW)
        .expect("there is room");
    device.settle();
    device.reload();
    let near = Query { embedding: Some(embedding(&[2.0, 1.0, 0.0, 0.0])), ..query("") };
    let found = device.library.search(&near, NOW);
    assert_eq!(found.len(), 1);
    assert!(found[0].similarity > 0.99);
    assert_eq!(device.texts(&query("bees")), ["a bees shape"], "by its words too");
}

#[test]
fn what_is_kept_is_read_with_the_newest_key_alone_and_what_is_agreed_on_does_not_pile_up() {
    let [old, new] = [1, 2].map(|it| PersonalKey::from_bytes([it; 32]));
    let owner = || Identity::from_seed([1; 32]);
    let mut library = Library::open(owner(), old.clone(), &[]).expect("a new one").0;
    let draft = Draft::personal("bees sleep", []).expect("a note");
    let id = library.remember(draft, NOW).expect("there is room");
    library.keep_person(vec![0; 40_000], Keyring::new(new.clone(), [old]));
    let mut file = library.take_outcome().rewrite.expect("it is sealed anew");
    for at in 0..100 {
        library.keep_person(vec![at; 40_000], new.clone().into());
        let outcome = library.take_outcome();
        file = outcome.rewrite.unwrap_or(file);
        file.extend(outcome.append);
    }
    assert!(file.len() < 2_000_000, "{} bytes", file.len());
    let (library, opened) = Library::open(owner(), new, &file).expect("it is a log");
    assert_eq!((opened.capsules, opened.damaged), (1, 0));
    assert!(library.capsule(id).is_some());
}
