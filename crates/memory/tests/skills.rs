//! Nodes that have learnt something, from one device's memory to another's.

use memory::{
    call::{Activity, Call, Refusal, Reply},
    capsule::{Capsule, Content, Kind, Privacy},
    keeper::{Answer, Keeper, LogFile, Told},
    library::{Filter, Found, News, Query},
};
use neural::{
    Network,
    nodes::{NodeId, Skill},
};
use protocol::{
    cluster::{LayerSpec, NetworkSpec},
    identity::Identity,
};
use units::{Hash, PeerId, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_000_000);

#[derive(Default)]
struct Nowhere(Vec<u8>);

impl LogFile for Nowhere {
    fn read(&mut self) -> Result<Vec<u8>, String> {
        Ok(self.0.clone())
    }

    fn cut(&mut self, bytes: u64) -> Result<(), String> {
        self.0.truncate(bytes as usize);
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0.extend(bytes);
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.0 = bytes.to_vec();
        Ok(())
    }
}

struct Device {
    keeper: Keeper<Nowhere>,
    id: PeerId,
}

impl Device {
    fn new(seed: u8) -> Self {
        let mut keeper = Keeper::new(Nowhere::default());
        let seed = [seed; 32];
        keeper.run(Told::Open { seed, name: String::new() }, NOW).expect("an empty file");
        Self { keeper, id: Identity::from_seed(seed).peer_id() }
    }

    fn tell(&mut self, told: Told) -> Answer {
        self.keeper.run(told, NOW).expect("it is written")
    }

    fn ask(&mut self, call: &Call) -> (Result<Reply, Refusal>, Answer) {
        let answer = self.tell(Told::Ask(call.encode()));
        (Reply::decode(&answer.reply).expect("a reply"), answer)
    }

    fn keep(&mut self, tags: &[&str], privacy: Privacy) -> Result<Hash, Refusal> {
        let tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let call =
            Call::RememberSkill { skill: skill().encode(), activity: at(0.0), tags, privacy };
        match self.ask(&call).0? {
            Reply::Remembered(id) => Ok(id),
            other => panic!("{other:?}"),
        }
    }

    fn find(&mut self, query: Query) -> Vec<Found> {
        let call = Call::Search { query: Box::new(query), vector: None, around: false };
        match self.ask(&call).0 {
            Ok(Reply::Found { found, .. }) => found,
            other => panic!("{other:?}"),
        }
    }
}

/// Carries messages to and fro until nobody says anything; gives what both were told.
fn settle(a: &mut Device, b: &mut Device, answer: Answer, of_a: bool) -> Vec<News> {
    let mut news = News::decode_all(&answer.news).unwrap_or_default();
    assert_eq!(answer.refused, [], "nobody here lies");
    for (_, bytes) in answer.messages {
        let (from, to) = if of_a { (a.id, &mut *b) } else { (b.id, &mut *a) };
        let next = to.tell(Told::Hear { from, bytes: bytes.into_vec() });
        news.extend(settle(a, b, next, !of_a));
    }
    news
}

fn skill() -> Skill {
    let layers = vec![LayerSpec::new(16, 4)];
    let spec = NetworkSpec { inputs: 64, steps: 1, layers, classes: 4, seed: 7 };
    let network = Network::new(&spec).expect("a network");
    let ids: Vec<_> = (0..8).map(|node| NodeId::new(0, node)).collect();
    network.take_skill(&ids, Hash::of(b"digits"), &[0.5, 0.0, 1.0, 0.25]).expect("nodes")
}

/// Activity of one network, at an angle.
fn at(angle: f32) -> Activity {
    Activity { network: Hash::of(b"network"), values: vec![angle.cos(), angle.sin(), 0.0] }
}

fn near(angle: f32) -> Query {
    Query { embedding: Some(at(angle).embedding()), count: 10, ..Query::default() }
}

#[test]
fn a_skill_is_found_by_what_fires_like_it_and_is_the_same_wherever_it_goes() {
    let (mut ada, mut ben) = (Device::new(1), Device::new(2));
    ada.tell(Told::Connected(ben.id));
    ben.tell(Told::Connected(ada.id));
    let id = ada.keep(&[], Privacy::Behavioural).expect("it is a skill");
    let found = ada.find(near(0.1));
    assert_eq!((found[0].id, found[0].signed.head.kind), (id, Kind::Skill));
    assert!(found[0].similarity > 0.99, "{}", found[0].similarity);
    let about = found[0].skill.clone().expect("it is here");
    assert_eq!((about.nodes, about.inputs, about.layer), (8, 64, 0));
    assert_eq!(about.firing_rates[2], 1.0);

    let around = Call::Search { query: Box::new(near(0.1)), vector: None, around: true };
    let (_, answer) = ben.ask(&around);
    let news = settle(&mut ada, &mut ben, answer, false);
    let of_ada = news.iter().find_map(|it| match it {
        News::Found { found, .. } => found.first().cloned(),
        _ => None,
    });
    assert_eq!(of_ada.expect("Ada has it").id, id);
    let (_, answer) = ben.ask(&Call::Fetch { capsule: id, from: ada.id });
    settle(&mut ada, &mut ben, answer, false);
    assert_eq!(ben.ask(&Call::UseSkill(id)).0, Ok(Reply::Skill(skill().encode())));
}

#[test]
fn a_skill_is_found_by_the_words_for_what_it_is_and_by_its_tags() {
    let mut ada = Device::new(1);
    let silent = ada.keep(&[], Privacy::Behavioural).expect("it is a skill");
    let named = ada.keep(&["crooked sevens", ""], Privacy::Personal).expect("it is a skill");
    let by = |words: &str| Query { text: words.to_owned(), count: 10, ..Query::default() };
    let ids = |found: Vec<Found>| found.into_iter().map(|it| it.id).collect::<Vec<_>>();
    assert_eq!(ids(ada.find(by("sevens"))), [named]);
    let mut all = ids(ada.find(by("skill")));
    all.sort();
    let mut both = [silent, named];
    both.sort();
    assert_eq!(all, both);
    assert_eq!(ada.find(by("session")), []);
}

#[test]
fn what_happened_is_found_by_what_fired() {
    let mut ada = Device::new(1);
    let event = memory::capsule::Event::NewClass { class: 3, rows: 40 };
    ada.tell(Told::Happened { event, surprise: 90, activity: Some(at(1.0)) });
    let other = memory::capsule::Event::NewClass { class: 1, rows: 4 };
    ada.tell(Told::Happened { event: other, surprise: 20, activity: Some(at(-1.0)) });
    let found = ada.find(near(1.1));
    assert_eq!(found[0].event, Some(event));
    assert_eq!(found[0].signed.head.importance, 90);
    let filter = Filter { kind: Some(Kind::Skill), ..Filter::default() };
    assert_eq!(ada.find(Query { filter, ..near(1.1) }), []);
}

#[test]
fn tags_tell_nobody_who_somebody_is() {
    let mut ada = Device::new(1);
    let refused = ada.keep(&["digits"], Privacy::Behavioural).expect_err("it has words");
    assert!(refused.message.contains("no words"), "{}", refused.message);
    let refused = ada.keep(&["anna@example.org"], Privacy::Open).expect_err("it tells");
    assert!(refused.message.contains("anna@example.org"), "{}", refused.message);
    ada.keep(&["digits"], Privacy::Open).expect("a tag");
    ada.keep(&["anna@example.org"], Privacy::Personal).expect("it stays here");
}

#[test]
fn what_is_no_skill_is_not_kept_whoever_signs_it() {
    let mut ada = Device::new(1);
    let (activity, tags) = (at(0.0), Vec::new());
    let privacy = Privacy::Open;
    let wild = Call::RememberSkill { skill: vec![1, 2, 3], activity, tags, privacy };
    assert_eq!(ada.ask(&wild).0.expect_err("it is none").code, "invalid_input");

    let id = ada.keep(&[], Privacy::Open).expect("a skill");
    let (_, given) = {
        let ben = Device::new(2);
        ada.tell(Told::Connected(ben.id));
        ada.ask(&Call::Give { capsule: id, to: ben.id })
    };
    let memory::message::Message::Keep(bytes) =
        memory::message::Message::decode(&given.messages[0].1).expect("a message")
    else {
        panic!("something else")
    };
    let mut capsule = Capsule::decode(&bytes).expect("a capsule");
    let Content::Skill(skill) = &mut capsule.content else { panic!("something else") };
    skill.truncate(100);
    assert!(capsule.check().is_err());
    let note = Call::UseSkill(Hash::of(b"nothing"));
    assert_eq!(ada.ask(&note).0.expect_err("it is not here").code, "unknown_capsule");
}

#[test]
fn the_largest_skill_travels_in_one_message() {
    let layers = vec![LayerSpec::new(512, 4)];
    let spec = NetworkSpec { inputs: 784, steps: 1, layers, classes: 10, seed: 7 };
    let network = Network::new(&spec).expect("a network");
    let most = network.skill_nodes_max(0).expect("some fit");
    let ids: Vec<_> = (0..most).map(|node| NodeId::new(0, node)).collect();
    let skill = network.take_skill(&ids, Hash::of(b""), &[0.0; 10]).expect("nodes");
    let (mut ada, ben) = (Device::new(1), Device::new(2));
    ada.tell(Told::Connected(ben.id));
    let tags = (0..16).map(|tag| format!("{tag:032}")).collect();
    let values = (0..512u16).map(f32::from).collect();
    let activity = Activity { network: Hash::of(b"network"), values };
    let skill = skill.encode();
    let call = Call::RememberSkill { skill, activity, tags, privacy: Privacy::Open };
    let Ok(Reply::Remembered(id)) = ada.ask(&call).0 else { panic!("it is kept") };
    let (_, given) = ada.ask(&Call::Give { capsule: id, to: ben.id });
    let bytes = &given.messages[0].1;
    assert!(bytes.len() > 44_000 && bytes.len() <= protocol::limits::MEMORY_MESSAGE_BYTES_MAX);
    let mut ben = ben;
    ben.tell(Told::Connected(ada.id));
    let kept = ben.tell(Told::Hear { from: ada.id, bytes: bytes.to_vec() });
    assert_eq!((kept.refused.len(), kept.capsules), (0, 1));
}
