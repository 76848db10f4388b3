//! Whatever comes as a message about a person's devices, or as an invitation, is read or refused; and a device that hears it from
//! one of its own stays whole.
#![no_main]

use libfuzzer_sys::fuzz_target;
use person::{Invitation, Message, Person, Stored};
use protocol::identity::Identity;
use std::sync::LazyLock;
use units::{PeerId, UnixMillis};

const NOW: UnixMillis = UnixMillis(1_000);

fn identity(number: u8) -> Identity {
    Identity::from_seed([number; 32])
}

fn peer(number: u8) -> PeerId {
    identity(number).peer_id()
}

/// What a device has stored that was paired with another one.
static PAIRED: LazyLock<Stored> = LazyLock::new(|| {
    let mut host = Person::new(identity(1), "host", Stored::default());
    let mut guest = Person::new(identity(2), "guest", Stored::default());
    let invitation = host.offer(NOW).expect("there is room");
    guest.visit(invitation, NOW).expect("it is alone");
    host.connected(peer(2), NOW);
    guest.connected(peer(1), NOW);
    for _ in 0..3 {
        for (_, bytes) in guest.take_outcome().messages {
            host.hear(peer(2), &bytes, NOW);
        }
        for (_, bytes) in host.take_outcome().messages {
            guest.hear(peer(1), &bytes, NOW);
        }
        let _ = (guest.confirm(true, NOW), host.confirm(true, NOW));
    }
    host.stored().clone()
});

fuzz_target!(|bytes: &[u8]| {
    if let Ok(message) = Message::decode(bytes) {
        assert_eq!(Message::decode(&message.encode()), Ok(message));
    }
    if let Some(invitation) = core::str::from_utf8(bytes).ok().and_then(|it| it.parse().ok()) {
        let invitation: Invitation = invitation;
        assert_eq!(invitation.to_string().parse(), Ok(invitation));
    }
    let mut device = Person::new(identity(1), "host", PAIRED.clone());
    assert!(device.is_sibling(peer(2)), "the pairing has come about");
    for from in [2, 3] {
        device.connected(peer(from), NOW);
        device.hear(peer(from), bytes, NOW);
    }
    if let Some(record) = &device.stored().record {
        assert_eq!(record.validate(), Ok(()));
    }
    let _ = (device.take_outcome(), device.secrets());
});
