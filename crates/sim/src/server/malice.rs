//! What a wicked server does with the handshakes it carries.

use super::{Frame, Server, SocketId, What};
use crate::{dice::Dice, environment::Environment};
use core::time::Duration;
use protocol::{
    envelope::{Envelope, Instance},
    signaling::{Capability, ErrorCode, LeaveReason, PeerCard, ServerMessage},
};
use units::{PeerId, RoomId};

/// How often a server does what it should not, each 0 to 1 per envelope.
#[derive(Debug, Clone, Copy, Default)]
pub struct Malice {
    /// Throws it away.
    pub drop: f64,
    /// Sends it again later, more than once.
    pub replay: f64,
    /// Holds it back while others pass.
    pub reorder: f64,
    /// Changes it.
    pub tamper: f64,
    /// Says that somebody else sent it, or gives it to somebody else.
    pub swap: f64,
    /// Tells of peers that are not there, of departures that did not happen, and things that mean nothing.
    pub lie: f64,
}

/// An envelope, and what the server says of it.
#[derive(Debug, Clone)]
pub(super) struct Carried {
    pub(super) room: RoomId,
    pub(super) from: PeerId,
    pub(super) to: PeerId,
    pub(super) envelope: Envelope,
}

/// Envelopes that a wicked server remembers for replays.
const KEPT_MAX: usize = 64;

impl Malice {
    /// Does everything, often enough that handshakes suffer and seldom enough that some succeed.
    pub const EVERYTHING: Self =
        Self { drop: 0.1, replay: 0.2, reorder: 0.1, tamper: 0.1, swap: 0.1, lie: 0.1 };

    fn is_none(&self) -> bool {
        self.drop + self.replay + self.reorder + self.tamper + self.swap + self.lie == 0.0
    }
}

impl Server {
    /// Passes an envelope on, or does worse.
    pub(super) fn forward(&mut self, env: &mut Environment, sender: SocketId, carried: Carried) {
        let malice = self.malice;
        if malice.is_none() {
            if self.deliver(env, carried).is_err() {
                self.refuse(env, sender, ErrorCode::UnknownPeer, "not in the room");
            }
            return;
        }
        self.keep(carried.clone());
        self.lie(env, sender);
        if env.dice.chance(malice.drop) {
            return;
        }
        if env.dice.chance(malice.replay) {
            for _ in 0..env.dice.between(1, 3) {
                let kept = env.dice.below(self.kept.len());
                let replayed = self.kept[kept].clone();
                let delay = env.dice.duration_ms(1, 20_000);
                self.enter(env, delay, sender, What::Carry(Box::new(replayed)));
            }
        }
        if env.dice.chance(malice.tamper) {
            let envelope = tampered(&carried.envelope, &mut env.dice);
            self.carry(env, Carried { envelope, ..carried });
            return;
        }
        if env.dice.chance(malice.swap) {
            self.swap(env, carried);
            return;
        }
        let hold = env.dice.chance(malice.reorder);
        let delay = if hold { env.dice.duration_ms(100, 3_000) } else { Duration::ZERO };
        self.enter(env, delay, sender, What::Carry(Box::new(carried)));
    }

    /// Gives an envelope to its receiver, if it is there.
    pub(super) fn carry(&mut self, env: &mut Environment, carried: Carried) {
        // A wicked server owes its senders no errors.
        let _ = self.deliver(env, carried);
    }

    /// Tells a peer something that is not so.
    pub(super) fn lie(&mut self, env: &mut Environment, to: SocketId) {
        if !env.dice.chance(self.malice.lie) {
            return;
        }
        let Some((room, card)) = self.sockets.get(&to).and_then(|s| s.registered.clone()) else {
            return;
        };
        let members = self.members(room);
        let somebody = *env.dice.pick(&members);
        let card = PeerCard {
            peer: if env.dice.chance(0.5) {
                somebody
            } else {
                PeerId::from_bytes(env.dice.bytes())
            },
            instance: Instance(if env.dice.chance(0.2) { u64::MAX } else { env.dice.word() >> 20 }),
            capability: Capability { samples_per_second: u32::MAX, ..card.capability },
        };
        let reasons = [LeaveReason::Silent, LeaveReason::Closed, LeaveReason::Replaced];
        let reason = *env.dice.pick(&reasons);
        let lie = match env.dice.below(6) {
            0 | 1 => ServerMessage::PeerJoined { peer: card, others: u32::MAX },
            2 => ServerMessage::PeerLeft { peer: somebody, reason },
            3 => ServerMessage::Peers { peers: vec![card], others: u32::MAX },
            4 => ServerMessage::Error { code: ErrorCode::Full, message: "x".repeat(2_000) },
            _ => {
                let length = env.dice.below(200);
                let text = String::from_utf8_lossy(&env.dice.garbage(length)).into_owned();
                self.push(env, to, false, Frame::Text(text));
                return;
            }
        };
        self.send(env, to, &lie);
    }

    fn swap(&mut self, env: &mut Environment, carried: Carried) {
        let members = self.members(carried.room);
        let other = *env.dice.pick(&members);
        let swapped = if env.dice.chance(0.5) {
            Carried { from: other, ..carried }
        } else {
            Carried { to: other, ..carried }
        };
        self.carry(env, swapped);
    }

    fn keep(&mut self, carried: Carried) {
        if self.kept.len() == KEPT_MAX {
            self.kept.pop_front();
        }
        self.kept.push_back(carried);
    }
}

/// The envelope with some characters changed, or cut short.
fn tampered(envelope: &Envelope, dice: &mut Dice) -> Envelope {
    let json = serde_json::to_string(envelope).expect("an envelope is a JSON string");
    let mut text: String = serde_json::from_str(&json).expect("an envelope is a JSON string");
    let at = dice.below(text.len());
    if dice.chance(0.2) {
        text.truncate(at);
    } else {
        let letter = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        text.replace_range(at..=at, letter);
    }
    serde_json::from_value(serde_json::Value::String(text)).expect("an envelope is a JSON string")
}
