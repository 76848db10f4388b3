use super::*;
use protocol::{envelope::Instance, identity::Identity, overlay::Payload, signatures::Keys};
use std::collections::{BTreeSet, VecDeque};
use units::RoomId;

/// Devices that gossip, a queue of what is under way, and what each has heard.
struct Room {
    identities: Vec<Identity>,
    devices: Vec<Gossip>,
    links: BTreeSet<(usize, usize)>,
    under_way: VecDeque<(usize, usize, OverlayMessage)>,
    heard: Vec<Vec<String>>,
    pushes: usize,
    /// How many names each announcement holds.
    announcements: Vec<usize>,
    now: Instant,
}

impl Room {
    fn new(size: usize) -> Self {
        let identity = |n| Identity::from_seed([n as u8; 32]);
        Self {
            identities: (0..size).map(identity).collect(),
            devices: (0..size).map(|_| Gossip::default()).collect(),
            links: BTreeSet::new(),
            under_way: VecDeque::new(),
            heard: vec![Vec::new(); size],
            pushes: 0,
            announcements: Vec::new(),
            now: Instant::ZERO,
        }
    }

    /// A ring with chords: four neighbours each.
    fn ring(size: usize) -> Self {
        let mut room = Self::new(size);
        for device in 0..size {
            for step in [1, 3] {
                room.link(device, (device + step) % size);
            }
        }
        room
    }

    fn peer(&self, device: usize) -> PeerId {
        self.identities[device].peer_id()
    }

    fn link(&mut self, a: usize, b: usize) {
        for (here, there) in [(a, b), (b, a)] {
            self.links.insert((here, there));
            let peer = self.peer(there);
            let actions = self.devices[here].neighbour_up(self.now, peer);
            self.act(here, actions);
        }
    }

    /// What is under way on a link is lost with it.
    fn cut(&mut self, a: usize, b: usize) {
        for (here, there) in [(a, b), (b, a)] {
            self.links.remove(&(here, there));
            let peer = self.peer(there);
            self.devices[here].neighbour_down(peer);
        }
    }

    fn rumour(&self, device: usize, sequence: u64, text: &str) -> Rumour {
        let (name, text) = (String::new(), text.to_owned());
        let payload = Payload::Text { id: sequence, name, text };
        let origin = &self.identities[device];
        Rumour::new(RoomId::from_bytes([0; 16]), origin, Instance(1), sequence, &payload)
    }

    fn say(&mut self, device: usize, sequence: u64, text: &str) {
        let rumour = self.rumour(device, sequence, text);
        let actions = self.devices[device].say(self.now, rumour).unwrap();
        self.act(device, actions);
    }

    fn act(&mut self, device: usize, actions: Vec<GossipAction>) {
        for action in actions {
            match action {
                GossipAction::Send(to, message) => {
                    self.pushes += usize::from(matches!(message, OverlayMessage::Rumour { .. }));
                    if let OverlayMessage::IHave { rumours } = &message {
                        self.announcements.push(rumours.len());
                    }
                    let to = self.identities.iter().position(|i| i.peer_id() == to).unwrap();
                    self.under_way.push_back((device, to, message));
                }
                GossipAction::Deliver(rumour) => {
                    let Ok(Payload::Text { text, .. }) = rumour.payload() else { panic!() };
                    self.heard[device].push(text);
                }
                GossipAction::Refuse(..) => panic!("everyone is honest"),
            }
        }
    }

    /// Lets all arrive, and time pass until nothing is due.
    fn settle(&mut self) {
        loop {
            while let Some((from, to, message)) = self.under_way.pop_front() {
                if !self.links.contains(&(from, to)) {
                    continue;
                }
                let from = self.peer(from);
                let signed = |rumour: &Rumour| {
                    rumour.verify(RoomId::from_bytes([0; 16]), &mut Keys::default()).is_ok()
                };
                let actions = self.devices[to].handle(self.now, from, message, signed);
                self.act(to, actions);
                self.devices[to].check_invariants();
            }
            let Some(due) = self.devices.iter().filter_map(Gossip::deadline).min() else { return };
            self.now = due;
            for device in 0..self.devices.len() {
                let actions = self.devices[device].handle_timeout(self.now);
                self.act(device, actions);
            }
        }
    }
}

#[test]
fn a_rumour_reaches_everyone_once() {
    let mut room = Room::ring(30);
    for (sequence, text) in [(1, "one"), (2, "two"), (3, "three")] {
        room.say(4, sequence, text);
        room.settle();
    }
    for (device, heard) in room.heard.iter().enumerate().filter(|(device, _)| *device != 4) {
        assert_eq!(*heard, ["one", "two", "three"], "device {device}");
    }
    assert!(room.heard[4].is_empty());
}

#[test]
fn after_the_first_rumour_everyone_is_sent_the_next_one_once() {
    let mut room = Room::ring(30);
    room.say(4, 1, "one");
    room.settle();
    room.pushes = 0;
    room.say(4, 2, "two");
    room.settle();
    assert_eq!(room.pushes, 29, "one push for each of the others");
    room.pushes = 0;
    room.say(17, 1, "from elsewhere");
    room.settle();
    assert!(room.pushes <= 40, "{} pushes", room.pushes);
}

#[test]
fn a_broken_tree_is_mended_by_those_who_have_heard() {
    let mut room = Room::ring(30);
    room.say(4, 1, "one");
    room.settle();
    room.say(4, 2, "two");
    // The rumour is on its way from 4 to its neighbours, and reaches one of them only.
    for lost in [5, 7, 1] {
        room.cut(4, lost);
    }
    room.settle();
    assert!((0..30).filter(|d| *d != 4).all(|d| room.heard[d] == ["one", "two"]));
}

#[test]
fn who_comes_back_hears_what_it_has_missed() {
    let mut room = Room::ring(10);
    let cut_off: Vec<usize> = (0..10).filter(|d| room.links.contains(&(9, *d))).collect();
    for neighbour in &cut_off {
        room.cut(9, *neighbour);
    }
    room.say(0, 1, "missed");
    room.settle();
    assert!(room.heard[9].is_empty());
    room.link(9, cut_off[0]);
    room.settle();
    assert_eq!(room.heard[9], ["missed"]);
}

#[test]
fn what_nobody_signed_goes_no_further() {
    let mut room = Room::ring(5);
    let forged = Rumour { sequence: 9, ..room.rumour(1, 1, "forged") };
    let (from, now) = (room.peer(1), room.now);
    let message = OverlayMessage::Rumour { hops: 0, rumour: forged };
    let signed =
        |rumour: &Rumour| rumour.verify(RoomId::from_bytes([0; 16]), &mut Keys::default()).is_ok();
    let actions = room.devices[0].handle(now, from, message, signed);
    assert!(matches!(actions[..], [GossipAction::Refuse(peer, _)] if peer == from), "{actions:?}");
}

#[test]
fn whoever_says_too_much_is_passed_on_no_further_and_takes_no_more_memory() {
    let mut room = Room::ring(5);
    let from = room.peer(1);
    let mut pushes = 0;
    for sequence in 1..=1_000 {
        let rumour = room.rumour(1, sequence, &"flood ".repeat(600));
        let message = OverlayMessage::Rumour { hops: 0, rumour };
        let actions = room.devices[0].handle(room.now, from, message, |_| true);
        let is_push = |action: &&GossipAction| {
            matches!(action, GossipAction::Send(_, OverlayMessage::Rumour { .. }))
        };
        pushes += actions.iter().filter(is_push).count();
        room.devices[0].check_invariants();
    }
    let others = room.links.iter().filter(|(here, there)| *here == 0 && *there != 1).count();
    assert_eq!(pushes, 40 * others, "no more than the burst of one origin");
}

#[test]
fn origins_that_are_made_up_are_heard_within_a_rate_and_take_nothing_from_others() {
    let mut room = Room::ring(5);
    let (from, now) = (room.peer(1), room.now);
    let hear = |device: &mut Gossip, rumour| {
        let message = OverlayMessage::Rumour { hops: 0, rumour };
        let actions = device.handle(now, from, message, |_| true);
        device.check_invariants();
        actions.iter().any(|action| matches!(action, GossipAction::Deliver(_)))
    };
    let known = (room.rumour(2, 1, "known"), room.rumour(2, 2, "known"));
    assert!(hear(&mut room.devices[0], known.0));
    let made_up = (0..3_000_u16).filter(|n| {
        let mut origin = [9; 32];
        origin[..2].copy_from_slice(&n.to_le_bytes());
        let rumour = Rumour { origin: PeerId::from_bytes(origin), ..room.rumour(3, 1, "flood") };
        hear(&mut room.devices[0], rumour)
    });
    assert_eq!(made_up.count(), 199);
    assert!(hear(&mut room.devices[0], known.1));
}

#[test]
fn rumours_that_do_not_exist_are_asked_for_a_few_times_and_forgotten() {
    let mut room = Room::ring(5);
    let from = room.peer(1);
    for round in 0..100_u8 {
        let rumours = (0..64).map(|n| Hash::of(&[round, n])).collect();
        room.devices[0].handle(room.now, from, OverlayMessage::IHave { rumours }, |_| true);
        room.devices[0].check_invariants();
    }
    let mut asked = 0;
    while let Some(due) = room.devices[0].deadline() {
        asked += room.devices[0].handle_timeout(due).len();
    }
    assert_eq!(asked, 64);
}

#[test]
fn who_asks_without_end_is_answered_within_a_rate() {
    let mut room = Room::ring(5);
    room.say(0, 1, "one");
    let (from, id) = (room.peer(1), room.rumour(0, 1, "one").id());
    let graft = || OverlayMessage::Graft { rumour: id };
    let mut ask = || room.devices[0].handle(room.now, from, graft(), |_| true).len();
    assert_eq!((0..1_000).map(|_| ask()).sum::<usize>(), 100);
}

#[test]
fn names_are_announced_together_and_not_to_who_announced_them() {
    let mut room = Room::ring(8);
    for sequence in 1..4 {
        room.say(0, sequence, "the tree grows");
        room.settle();
    }
    room.announcements.clear();
    for sequence in 4..14 {
        room.say(0, sequence, "at once");
    }
    room.settle();
    let lazy_links = room.links.len() / 2 - (room.devices.len() - 1);
    let (messages, names) = (room.announcements.len(), room.announcements.iter().sum::<usize>());
    assert!(messages <= 2 * lazy_links, "{messages} messages on {lazy_links} links");
    assert!(names <= 2 * lazy_links * 10, "{names} names");
}
