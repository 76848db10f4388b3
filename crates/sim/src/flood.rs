//! What a member of the room sends that wants to drown it.

use crate::dice::Dice;
use protocol::{
    envelope::{Envelope, Instance, Route, Signal, SignalStep},
    identity::Identity,
    limits,
    message::ControlMessage,
    overlay::{OverlayMessage, Payload, Relay, Rumour, Towards, Walk, WalkEnd, WalkId, Wish},
    room::RoomSecret,
    signaling::{Capability, PeerCard},
};
use units::{Hash, PeerId};

/// One message of a flood: well-formed, in the name of peers that were made up for it.
pub(crate) fn drop_of(room: &RoomSecret, dice: &mut Dice) -> ControlMessage {
    let walk = WalkId(dice.between(0, 50));
    let message = match dice.below(7) {
        0 | 1 => OverlayMessage::Walk(Walk {
            id: WalkId(dice.word()),
            origin: card(dice),
            wish: if dice.chance(0.5) { Wish::Connection } else { Wish::News },
            hops_left: limits::WALK_HOPS_MAX,
            peers: cards(dice),
        }),
        2 => OverlayMessage::WalkEnd(WalkEnd { id: walk, end: card(dice), peers: cards(dice) }),
        3 => OverlayMessage::Relay(relay(room, walk, dice)),
        4 => OverlayMessage::Rumour { hops: 0, rumour: rumour(room, dice) },
        5 => OverlayMessage::IHave {
            rumours: (0..limits::RUMOUR_IDS_MAX).map(|_| Hash::from_bytes(dice.bytes())).collect(),
        },
        _ => OverlayMessage::Graft { rumour: Hash::from_bytes(dice.bytes()) },
    };
    message.into()
}

fn card(dice: &mut Dice) -> PeerCard {
    let (peer, instance) = (PeerId::from_bytes(dice.bytes()), Instance(dice.word()));
    PeerCard { peer, instance, capability: Capability::default() }
}

fn cards(dice: &mut Dice) -> Vec<PeerCard> {
    (0..limits::WALK_PEERS_MAX).map(|_| card(dice)).collect()
}

/// Signed by a member that nobody has met.
fn rumour(room: &RoomSecret, dice: &mut Dice) -> Rumour {
    let stranger = Identity::from_seed(dice.bytes());
    let text = "flood ".repeat(dice.between(1, 600) as usize);
    let payload = Payload::Text { id: 1, name: "nobody".to_owned(), text };
    Rumour::new(room.room_id(), &stranger, Instance(1), 1, &payload)
}

fn relay(room: &RoomSecret, walk: WalkId, dice: &mut Dice) -> Relay {
    let stranger = Identity::from_seed(dice.bytes());
    let (from, to) = (stranger.peer_id(), PeerId::from_bytes(dice.bytes()));
    let (from_instance, to_instance) = (Instance(1), Instance(1));
    let route = Route { room: room.room_id(), from, from_instance, to, to_instance, sequence: 1 };
    let signal = Signal { attempt: 1, step: SignalStep::RestartRequest };
    let mut nonce = [0; 24];
    nonce.copy_from_slice(&dice.bytes()[..24]);
    let envelope = Envelope::seal(room, &stranger, route, signal, nonce);
    let towards = if dice.chance(0.5) { Towards::Origin } else { Towards::End };
    Relay { walk, towards, hops_left: limits::WALK_HOPS_MAX, from, to, envelope }
}
