//! Devices of one person keep the same capsules.

use memory::{
    call::{Call, Reply},
    capsule::Privacy,
    keeper::{Answer, Keeper, LogFile, Told},
    library::Query,
    message::Message,
};
use person::News;
use protocol::identity::Identity;
use std::{cell::RefCell, collections::VecDeque, rc::Rc};
use units::{Hash, PeerId, UnixMillis};

/// A file that outlives its keeper.
#[derive(Clone, Default)]
struct File(Rc<RefCell<Vec<u8>>>);

impl LogFile for File {
    fn read(&mut self) -> Result<Vec<u8>, String> {
        Ok(self.0.borrow().clone())
    }

    fn cut(&mut self, bytes: u64) -> Result<(), String> {
        self.0.borrow_mut().truncate(bytes as usize);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0.borrow_mut().extend(bytes);
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), String> {
        *self.0.borrow_mut() = bytes.to_vec();
        Ok(())
    }
}

struct World {
    files: Vec<File>,
    keepers: Vec<Keeper<File>>,
    links: Vec<(usize, usize)>,
    news: Vec<Vec<News>>,
    /// Everything that went over a link.
    wire: Vec<u8>,
    now: u64,
}

impl World {
    fn new(count: usize) -> Self {
        let files: Vec<File> = (0..count).map(|_| File::default()).collect();
        let mut world = Self {
            keepers: files.iter().cloned().map(Keeper::new).collect(),
            files,
            links: Vec::new(),
            news: vec![Vec::new(); count],
            wire: Vec::new(),
            now: 1_000,
        };
        (0..count).for_each(|at| world.open(at));
        world
    }

    fn open(&mut self, at: usize) {
        let seed = [at as u8 + 1; 32];
        self.tell(at, Told::Open { seed, name: format!("device {at}") });
    }

    /// Tells a device something, and carries all that follows.
    fn tell(&mut self, at: usize, told: Told) -> Vec<u8> {
        let mut line = VecDeque::from([(at, told)]);
        let mut reply = None;
        while let Some((at, told)) = line.pop_front() {
            self.now += 1;
            let answer = self.keepers[at].run(told, UnixMillis(self.now)).expect("it is stored");
            let Answer { messages, refused, person_news: news, reply: said, .. } = answer;
            assert_eq!(refused, [], "at device {at}");
            reply.get_or_insert(said);
            if !news.is_empty() {
                self.news[at].extend(News::decode_all(&news).expect("news"));
            }
            for (to, bytes) in messages {
                let to = number(to);
                if self.links.contains(&(at.min(to), at.max(to))) {
                    self.wire.extend(bytes.iter());
                    line.push_back((to, Told::Hear { from: peer(at), bytes: bytes.into_vec() }));
                }
            }
        }
        reply.unwrap_or_default()
    }

    fn ask(&mut self, at: usize, call: Call) -> Reply {
        let reply = self.tell(at, Told::Ask(call.encode()));
        Reply::decode(&reply).expect("a reply").expect("it is possible")
    }

    fn connect(&mut self, a: usize, b: usize) {
        self.links.push((a.min(b), a.max(b)));
        self.tell(a, Told::Connected(peer(b)));
        self.tell(b, Told::Connected(peer(a)));
    }

    fn part(&mut self, a: usize, b: usize) {
        self.links.retain(|it| *it != (a.min(b), a.max(b)));
        self.tell(a, Told::Disconnected(peer(b)));
        self.tell(b, Told::Disconnected(peer(a)));
    }

    fn restart(&mut self, at: usize) {
        self.keepers[at] = Keeper::new(self.files[at].clone());
        self.open(at);
    }

    fn pair(&mut self, host: usize, guest: usize) {
        let Reply::Invitation(link) = self.ask(host, Call::Invite) else { panic!("no link") };
        self.ask(guest, Call::Visit(link));
        self.ask(guest, Call::Confirm(true));
        self.ask(host, Call::Confirm(true));
    }

    fn note(&mut self, at: usize, text: &str, privacy: Privacy) -> Hash {
        let (text, tags, keep) = (text.to_owned(), Vec::new(), Vec::new());
        match self.ask(at, Call::Remember { text, tags, privacy, keep }) {
            Reply::Remembered(id) => id,
            other => panic!("{other:?}"),
        }
    }

    /// The texts of all that a device finds by a word.
    fn texts(&mut self, at: usize, word: &str) -> Vec<String> {
        let query = Query { text: word.to_owned(), count: 50, ..Query::default() };
        let call = Call::Search { query: Box::new(query), vector: None, around: false };
        let Reply::Found { found, .. } = self.ask(at, call) else { panic!("nothing found") };
        let mut texts: Vec<String> = found.into_iter().filter_map(|it| it.text).collect();
        texts.sort();
        texts
    }
}

fn peer(number: usize) -> PeerId {
    Identity::from_seed([number as u8 + 1; 32]).peer_id()
}

fn number(of: PeerId) -> usize {
    (0..8).find(|it| peer(*it) == of).expect("a device of this world")
}

#[test]
fn what_one_device_remembers_the_others_do_after_they_have_met() {
    let mut world = World::new(2);
    world.note(0, "bees like the lavender by the gate", Privacy::Personal);
    world.note(1, "bees slept in the old willow", Privacy::Personal);
    world.connect(0, 1);
    assert_eq!(world.texts(0, "bees").len(), 1, "others see nothing of it");
    world.pair(0, 1);
    let both = world.texts(0, "bees");
    assert_eq!((both.len(), &both), (2, &world.texts(1, "bees")));
    world.part(0, 1);
    world.note(0, "bees came back in march", Privacy::Personal);
    let gone = world.note(1, "bees are no wasps", Privacy::Personal);
    world.ask(1, Call::Forget(gone));
    let Reply::Found { found, .. } = world.ask(
        1,
        Call::Search {
            query: Box::new(Query { text: "lavender".to_owned(), count: 1, ..Query::default() }),
            vector: None,
            around: false,
        },
    ) else {
        panic!("nothing found")
    };
    world.ask(1, Call::Forget(found[0].id));
    world.restart(0);
    world.restart(1);
    world.connect(0, 1);
    let both = world.texts(0, "bees");
    assert_eq!(both, ["bees came back in march", "bees slept in the old willow"]);
    assert_eq!(both, world.texts(1, "bees"));
    world.note(1, "bees danced at noon", Privacy::Personal);
    assert_eq!(world.texts(0, "danced").len(), 1, "what is new comes at once");
    for word in ["lavender", "willow", "march", "danced"] {
        let is_there = world.wire.windows(word.len()).any(|it| it == word.as_bytes());
        assert!(!is_there, "`{word}` travelled as it is");
    }
}

#[test]
fn a_device_that_was_taken_out_gets_nothing_any_more() {
    let mut world = World::new(3);
    for guest in [1, 2] {
        world.connect(0, guest);
        world.pair(0, guest);
    }
    world.connect(1, 2);
    world.note(0, "the spare key hangs in the shed", Privacy::Personal);
    assert_eq!(world.texts(2, "spare").len(), 1);
    world.ask(0, Call::TakeOut(peer(2)));
    world.note(1, "the shed has a new lock", Privacy::Personal);
    assert_eq!(world.texts(0, "lock").len(), 1);
    assert_eq!(world.texts(2, "lock").len(), 0);
    assert!(world.news[2].contains(&News::TakenOut));
    world.restart(2);
    assert_eq!(world.texts(2, "spare").len(), 1, "what it had stays readable to it");
    world.note(2, "a note of the lost device", Privacy::Personal);
    assert_eq!(world.texts(0, "lost").len(), 0);
}

#[test]
fn what_cannot_be_read_holds_up_nothing_else() {
    let mut world = World::new(2);
    world.connect(0, 1);
    world.pair(0, 1);
    let nobodys = |it: u8| Hash::of(&[it]);
    let listed = Message::Listed { kept: (0..20).map(nobodys).collect(), gone: Vec::new() };
    world.links.clear();
    let mut hear = |message: Message| {
        let told = Told::Hear { from: peer(1), bytes: message.encode() };
        let answer = world.keepers[0].run(told, UnixMillis(5_000)).expect("it is stored");
        let messages = answer.messages.into_iter().map(|(_, it)| Message::decode(&it));
        messages.collect::<Result<Vec<_>, _>>().expect("messages")
    };
    let wanted = |messages: &[Message]| match messages {
        [Message::Want(ids)] => ids.len(),
        _ => 0,
    };
    let mut asked = wanted(&hear(listed));
    for _ in 0..20 {
        asked += wanted(&hear(Message::Own(vec![7; 80])));
    }
    assert_eq!(asked, 20, "it goes on with the others");
}

#[test]
fn many_capsules_come_over_and_nothing_travels_twice() {
    let mut world = World::new(2);
    for at in 0..300 {
        world.note(at % 2, &format!("number {at} of many"), Privacy::Personal);
    }
    world.connect(0, 1);
    world.pair(0, 1);
    for at in 0..2 {
        let Reply::Overview(overview) = world.ask(at, Call::Overview) else { panic!("none") };
        assert_eq!((overview.stats.capsules, overview.stats.of_others), (300, 0));
    }
    world.part(0, 1);
    world.wire.clear();
    world.connect(0, 1);
    assert!(world.wire.len() < 8_000, "{} bytes to find that all is in step", world.wire.len());
}
