//! Devices are paired, taken out, and agree in whatever order they meet.

use person::{
    Declined, Epoch, Message, News, Person, PersonError, Record, Revocation, Setting, Stored,
};
use proptest::prelude::*;
use protocol::identity::Identity;
use std::collections::BTreeSet;
use units::{ClusterId, Hash, PeerId, UnixMillis};

/// Devices beside each other, some of them connected.
struct World {
    devices: Vec<Person>,
    links: BTreeSet<(usize, usize)>,
    news: Vec<Vec<News>>,
    wants: Vec<(usize, usize, ClusterId)>,
    now: u64,
}

impl World {
    fn new(count: u8) -> Self {
        let device =
            |number| Person::new(identity(number), &format!("device {number}"), Stored::default());
        Self {
            devices: (0..count).map(device).collect(),
            links: BTreeSet::new(),
            news: vec![Vec::new(); count.into()],
            wants: Vec::new(),
            now: 1_000,
        }
    }

    fn now(&mut self) -> UnixMillis {
        self.now += 1;
        UnixMillis(self.now)
    }

    fn connect(&mut self, a: usize, b: usize) {
        let now = self.now();
        if self.links.insert((a.min(b), a.max(b))) {
            self.devices[a].connected(peer(b), now);
            self.devices[b].connected(peer(a), now);
        }
        self.settle();
    }

    fn part(&mut self, a: usize, b: usize) {
        if self.links.remove(&(a.min(b), a.max(b))) {
            self.devices[a].disconnected(peer(b));
            self.devices[b].disconnected(peer(a));
        }
        self.settle();
    }

    /// Carries messages until nobody has anything to say.
    fn settle(&mut self) {
        for _ in 0..10_000 {
            let mut said = Vec::new();
            for at in 0..self.devices.len() {
                let outcome = self.devices[at].take_outcome();
                self.news[at].extend(outcome.news);
                assert_eq!(outcome.refused, [], "at device {at}");
                self.wants
                    .extend(outcome.wants.into_iter().map(|(from, it)| (at, number(from), it)));
                said.extend(
                    outcome.messages.into_iter().map(|(to, bytes)| (at, number(to), bytes)),
                );
            }
            if said.is_empty() {
                return;
            }
            for (from, to, bytes) in said {
                let now = self.now();
                if self.links.contains(&(from.min(to), from.max(to))) {
                    self.devices[to].hear(peer(from), &bytes, now);
                }
            }
        }
        panic!("they never stop talking");
    }

    fn pair(&mut self, host: usize, guest: usize) -> (u32, u32) {
        let now = self.now();
        let invitation = self.devices[host].offer(now).expect("there is room");
        let was_linked = self.links.contains(&(host.min(guest), host.max(guest)));
        self.devices[guest].visit(invitation, now).expect("it is alone");
        self.connect(host, guest);
        let numbers = (self.number(host), self.number(guest));
        let now = self.now();
        self.devices[guest].confirm(true, now).expect("a number is shown");
        self.settle();
        self.devices[host].confirm(true, now).expect("a number is shown");
        self.settle();
        if !was_linked {
            self.part(host, guest);
        }
        numbers
    }

    fn number(&self, at: usize) -> u32 {
        let number =
            |it: &News| if let News::Number { number, .. } = it { Some(*number) } else { None };
        self.news[at].iter().rev().find_map(number).expect("a number is shown")
    }

    fn restart(&mut self, at: usize) {
        for other in 0..self.devices.len() {
            self.part(at, other);
        }
        let stored = self.devices[at].stored().clone();
        self.devices[at] = Person::new(identity(at as u8), "", stored);
    }
}

fn identity(number: u8) -> Identity {
    Identity::from_seed([number + 1; 32])
}

fn peer(number: usize) -> PeerId {
    identity(number as u8).peer_id()
}

fn number(of: PeerId) -> usize {
    (0..20).find(|it| peer(*it) == of).expect("a device of this world")
}

fn cluster(name: &str) -> ClusterId {
    name.parse().expect("a name")
}

#[test]
fn two_devices_show_one_number_and_share_a_key_from_then_on() {
    let mut world = World::new(2);
    let alone = world.devices[1].secrets();
    world.devices[0].set("name", "Ada");
    let (host, guest) = world.pair(0, 1);
    assert_eq!(host, guest);
    assert_eq!(world.devices[0].secrets()[0], world.devices[1].secrets()[0]);
    assert!(world.devices[1].secrets().contains(&alone[0]), "what it sealed before stays readable");
    assert!(world.devices[0].is_sibling(peer(1)) && world.devices[1].is_sibling(peer(0)));
    let set = News::Setting { name: "name".to_owned(), value: "Ada".to_owned() };
    assert!(world.news[1].contains(&set));
    for device in &world.devices {
        let devices = device.devices();
        let other = devices.iter().find(|it| !it.is_this).expect("there are two");
        assert!(other.permit.is_some(), "each lets the other revoke it");
    }
}

#[test]
fn a_device_that_is_renamed_has_that_name_on_all() {
    let mut world = World::new(2);
    world.pair(0, 1);
    world.devices[1].rename("Ada's phone");
    world.devices[1].rename("Ada's new phone");
    world.restart(1);
    world.connect(0, 1);
    let devices = world.devices[0].devices();
    let phone = devices.iter().find(|it| !it.is_this).expect("there are two");
    assert_eq!(phone.name, "Ada's new phone");
}

#[test]
fn nobody_belongs_before_both_persons_have_said_yes() {
    let mut world = World::new(2);
    let now = world.now();
    let invitation = world.devices[0].offer(now).expect("there is room");
    world.devices[1].visit(invitation, now).expect("it is alone");
    assert_eq!(world.devices[1].confirm(true, now), Err(PersonError::NothingToConfirm));
    world.connect(0, 1);
    world.devices[1].confirm(true, now).expect("a number is shown");
    world.settle();
    assert!(!world.devices[0].is_sibling(peer(1)) && !world.devices[1].is_sibling(peer(0)));
    world.devices[0].confirm(false, now).expect("a number is shown");
    world.settle();
    assert!(!world.devices[0].is_sibling(peer(1)) && !world.devices[1].is_sibling(peer(0)));
    let no = News::NotPaired { reason: Declined::ByPerson.reason().to_owned() };
    assert!(world.news[1].contains(&no));
}

#[test]
fn who_has_not_seen_the_link_is_not_let_in_and_does_not_disturb_who_has() {
    let mut world = World::new(3);
    let now = world.now();
    let invitation = world.devices[0].offer(now).expect("there is room");
    world.connect(0, 2);
    for guess in 0..6 {
        let wrong = person::Invitation { token: [guess; 16], ..invitation };
        world.devices[2].visit(wrong, now).expect("it is alone");
        world.settle();
        assert_eq!(world.devices[2].confirm(true, now), Err(PersonError::NothingToConfirm));
    }
    world.devices[1].visit(invitation, now).expect("it is alone");
    world.connect(0, 1);
    let no = News::NotPaired { reason: Declined::NoSuchOffer.reason().to_owned() };
    assert!(world.news[2].contains(&no));
    assert_eq!(world.number(0), world.number(1), "the offer stands");
}

#[test]
fn who_has_stolen_the_link_does_not_come_between_two_that_show_a_number() {
    let mut world = World::new(3);
    let now = world.now();
    let invitation = world.devices[0].offer(now).expect("there is room");
    world.devices[1].visit(invitation, now).expect("it is alone");
    world.connect(0, 1);
    world.devices[2].visit(invitation, now).expect("it is alone");
    world.part(0, 1);
    world.connect(0, 2);
    let no = News::NotPaired { reason: Declined::Busy.reason().to_owned() };
    assert!(world.news[2].contains(&no));
    let now = world.now();
    assert_eq!(world.devices[0].confirm(true, now), Err(PersonError::NothingToConfirm));
    world.connect(0, 1);
    assert_eq!(world.number(0), world.number(1), "the first one comes again");
}

#[test]
fn a_device_that_is_to_be_taken_out_cannot_stay_or_choose_the_next_key() {
    let mut world = World::new(3);
    world.pair(0, 1);
    world.pair(0, 2);
    world.connect(0, 1);
    world.part(0, 1);
    world.connect(1, 2);
    let record = world.devices[2].stored().record.clone().expect("it belongs");
    let mut say = |record: Record| {
        let state = Message::State { record, holds: Vec::new() }.encode();
        world.devices[1].hear(peer(2), &state, UnixMillis(5_000));
        let refused = world.devices[1].take_outcome().refused;
        refused.len()
    };
    let mut high = record.clone();
    high.epochs.insert(Epoch { number: u32::MAX, secret: [255; 32] });
    assert_eq!(say(high), 1, "a number above all others");
    let mut own = record.clone();
    own.revoked.insert(peer(2), Revocation { at: UnixMillis(1), by: peer(0), keeps: [].into() });
    own.epochs.insert(Epoch { number: 1, secret: [255; 32] });
    assert_eq!(say(own), 1, "the key that is made without it");
    let mut full = record;
    let epoch = |it| Epoch { number: 0, secret: [it; 32] };
    full.epochs.extend((0..person::limits::EPOCHS_MAX as u8 - 1).map(|it| epoch(200 + it)));
    let setting = |it: usize| {
        let setting = Setting { stamp: u64::MAX, device: peer(2), value: String::new() };
        (format!("theirs {it}"), setting)
    };
    full.settings.extend((0..person::limits::SETTINGS_MAX).map(setting));
    assert_eq!(say(full), 0);
    world.devices[1].set("ours", "as well");
    world.devices[0].set("another", "of ours");
    world.part(1, 2);
    let now = world.now();
    world.devices[0].take_out(peer(2), now).expect("it belongs");
    world.connect(0, 1);
    assert!(!world.devices[1].is_sibling(peer(2)));
    let secret = world.devices[0].secrets()[0];
    assert_eq!(world.devices[1].secrets()[0], secret);
    assert!(secret != [255; 32] && !world.devices[2].secrets().contains(&secret));
    assert_eq!(world.devices[0].stored().record, world.devices[1].stored().record);
}

#[test]
fn who_was_taken_out_is_out_even_where_two_records_do_not_fit_together() {
    let mut world = World::new(14);
    world.pair(0, 1);
    world.pair(0, 2);
    world.connect(0, 1);
    world.part(0, 1);
    for guest in 3..8 {
        world.pair(0, guest);
    }
    for guest in 8..13 {
        world.pair(1, guest);
    }
    let now = world.now();
    world.devices[0].take_out(peer(2), now).expect("it belongs");
    world.connect(0, 1);
    assert!(!world.devices[1].is_sibling(peer(2)));
    assert!(world.devices[1].is_sibling(peer(8)));
    assert!(world.news[1].iter().any(|it| matches!(it, News::NotPaired { .. })));
    // It says so itself: two of them are to go, and all others agree.
    for out in [3, 4, 5, 6] {
        let now = world.now();
        world.devices[0].take_out(peer(out), now).expect("it belongs");
        world.settle();
    }
    assert_eq!(world.devices[0].stored().record, world.devices[1].stored().record);
}

#[test]
fn a_guest_that_changes_its_number_afterwards_is_found_out() {
    let mut host = Person::new(identity(0), "host", Stored::default());
    let now = UnixMillis(5);
    let invitation = host.offer(now).expect("there is room");
    let mut guest = Person::new(identity(1), "guest", Stored::default());
    guest.visit(invitation, now).expect("it is alone");
    guest.connected(peer(0), now);
    host.connected(peer(1), now);
    let knock = guest.take_outcome().messages.remove(0).1;
    host.hear(peer(1), &knock, now);
    host.hear(peer(1), &Message::Reveal { nonce: [3; 16] }.encode(), now);
    let outcome = host.take_outcome();
    assert_eq!(outcome.refused.len(), 1);
    assert!(outcome.news.iter().any(|it| matches!(it, News::NotPaired { .. })));
    assert_eq!(host.confirm(true, now), Err(PersonError::NothingToConfirm));
}

#[test]
fn a_welcome_that_was_lost_comes_when_they_meet_again() {
    let mut world = World::new(2);
    let now = world.now();
    let invitation = world.devices[0].offer(now).expect("there is room");
    world.devices[1].visit(invitation, now).expect("it is alone");
    world.connect(0, 1);
    world.devices[1].confirm(true, now).expect("a number is shown");
    world.settle();
    world.devices[0].confirm(true, now).expect("a number is shown");
    // What it says now is lost with the connection.
    let _ = world.devices[0].take_outcome();
    world.part(0, 1);
    assert!(!world.devices[1].is_sibling(peer(0)));
    world.connect(0, 1);
    assert!(world.devices[1].is_sibling(peer(0)));
}

#[test]
fn a_device_that_was_taken_out_learns_it_and_gets_no_new_key() {
    let mut world = World::new(3);
    world.pair(0, 1);
    world.pair(0, 2);
    world.connect(0, 1);
    let now = world.now();
    world.devices[0].take_out(peer(2), now).expect("it belongs");
    world.settle();
    let secret = world.devices[0].secrets()[0];
    assert_eq!(world.devices[1].secrets()[0], secret);
    assert!(!world.devices[2].secrets().contains(&secret));
    world.connect(1, 2);
    assert!(world.news[2].contains(&News::TakenOut), "whoever meets it first tells it");
    assert!(world.devices[2].siblings().is_empty());
    assert!(!world.devices[2].secrets().contains(&secret));
    let now = world.now();
    let invitation = world.devices[0].offer(now).expect("there is room");
    world.devices[2].visit(invitation, now).expect("it is alone");
    world.connect(0, 2);
    let no = News::NotPaired { reason: Declined::Revoked.reason().to_owned() };
    assert!(world.news[2].contains(&no));
}

#[test]
fn the_newer_model_is_asked_for_by_whoever_has_the_older_one() {
    let mut world = World::new(2);
    world.pair(0, 1);
    let model = |it: &str| (cluster("digits"), Hash::of(it.as_bytes()));
    world.devices[0].models([model("first")]);
    world.connect(0, 1);
    assert_eq!(world.wants, [(1, 0, cluster("digits"))]);
    world.devices[1].models([model("first")]);
    world.settle();
    world.part(0, 1);
    world.wants.clear();
    world.devices[1].models([model("second")]);
    world.restart(1);
    world.devices[1].models([model("second")]);
    world.connect(0, 1);
    assert_eq!(world.wants, [(0, 1, cluster("digits"))], "and not the other way round");
}

#[derive(Debug, Clone)]
enum Step {
    Connect(usize, usize),
    Part(usize, usize),
    Set(usize, u8, u8),
    Train(usize, u8),
    TakeOut(usize, usize),
    Restart(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let device = 0usize..4;
    prop_oneof![
        4 => (device.clone(), device.clone()).prop_map(|(a, b)| Step::Connect(a, b)),
        2 => (device.clone(), device.clone()).prop_map(|(a, b)| Step::Part(a, b)),
        3 => (device.clone(), 0u8..2, 0u8..9).prop_map(|(a, name, value)| Step::Set(a, name, value)),
        2 => (device.clone(), 0u8..9).prop_map(|(a, model)| Step::Train(a, model)),
        1 => (device.clone(), 3usize..4).prop_map(|(a, b)| Step::TakeOut(a, b)),
        1 => device.prop_map(Step::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// After any order of edits that were made apart, all that have met agree.
    #[test]
    fn devices_agree_once_they_have_met(steps in prop::collection::vec(step(), 0..24)) {
        let mut world = World::new(4);
        for guest in 1..4 {
            world.pair(0, guest);
        }
        for step in steps {
            match step {
                Step::Connect(a, b) if a != b => world.connect(a, b),
                Step::Part(a, b) if a != b => world.part(a, b),
                Step::Set(at, name, value) => {
                    world.devices[at].set(&format!("setting {name}"), &value.to_string());
                    world.settle();
                }
                Step::Train(at, model) => {
                    world.devices[at].models([(cluster("digits"), Hash::of(&[model]))]);
                    world.settle();
                }
                Step::TakeOut(by, peer_out) if by != peer_out => {
                    let now = world.now();
                    // Where it is out already, there is nothing to do.
                    let _ = world.devices[by].take_out(peer(peer_out), now);
                    world.settle();
                }
                Step::Restart(at) => world.restart(at),
                _ => {}
            }
        }
        for (a, b) in [(0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3)] {
            world.connect(a, b);
        }
        let records: Vec<_> = world.devices.iter().map(|it| it.stored().record.as_ref()).collect();
        prop_assert_eq!(records[0], records[1]);
        prop_assert_eq!(records[0], records[2]);
        let is_out = !world.devices[0].is_sibling(peer(3));
        let secret = world.devices[0].secrets()[0];
        prop_assert_eq!(world.devices[3].secrets().contains(&secret), !is_out);
        if is_out {
            prop_assert!(records[3].is_none(), "it was told");
        }
    }
}

#[test]
fn what_devices_tell_each_other_fits_into_a_message_when_there_are_as_many_as_can_be() {
    let mut world = World::new(20);
    for guest in 1..8 {
        world.pair(0, guest);
    }
    for name in 0..9 {
        world.devices[0].set(&format!("{name}{}", "n".repeat(200)), &"v".repeat(256));
    }
    let models = (0..40).map(|it| (cluster(&format!("{it}{}", "c".repeat(50))), Hash::of(&[it])));
    world.devices[0].models(models);
    let now = world.now();
    assert_eq!(world.devices[0].offer(now), Err(PersonError::Full));
    for guest in 1..8 {
        world.connect(0, guest);
    }
    for guest in 8..person::limits::MEMBERS_MAX {
        let out = world.devices[0].siblings()[0];
        let now = world.now();
        world.devices[0].take_out(out, now).expect("it belongs");
        world.settle();
        world.pair(0, guest);
        world.connect(0, guest);
    }
    let out = world.devices[0].siblings()[0];
    let now = world.now();
    world.devices[0].take_out(out, now).expect("it belongs");
    assert_eq!(world.devices[0].offer(now), Err(PersonError::TooManyEver));
    let record = world.devices[0].stored().record.clone().expect("it has others");
    assert_eq!(record.validate(), Ok(()));
    let holds = record.models.iter().map(|(it, version)| (it.clone(), version.model)).collect();
    let message = Message::State { record, holds }.encode();
    assert!(Message::decode(&message).is_ok(), "{} bytes", message.len());
}
