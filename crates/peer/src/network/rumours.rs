//! What is said to the whole room: plainly to everyone where everyone is connected, as a rumour where not.

use crate::{engine::Engine, overlay::gossip::GossipAction};
use protocol::{
    VERSION,
    message::{BulkMessage, ControlMessage},
    overlay::{OverlayMessage, Payload, Rumour},
};
use units::{Instant, PeerId};

impl Engine {
    /// Says something to everyone in the room, and gives how many were told at once. In a full mesh it goes to each as
    /// it is, unsigned and with nothing around it; in a partial mesh it is a rumour. `None` if this device has said so
    /// much to the whole room that others would not pass it on.
    pub(crate) fn broadcast(&mut self, now: Instant, payload: Payload) -> Option<u32> {
        let count = self.roster.connected().count() as u32;
        if !self.roster.is_partial {
            if let Some(message) = plain(payload) {
                self.say_to_neighbours(now, &message);
            }
            return Some(count);
        }
        let room = self.room?.room_id();
        let core = &mut self.core;
        let sequence = core.next_rumour_sequence();
        let rumour = Rumour::new(room, &core.identity, core.instance, sequence, &payload);
        let actions = self.overlay.gossip.say(now, rumour)?;
        self.perform_gossip(now, actions);
        Some(count)
    }

    /// Says something to those that this device is connected to.
    pub(crate) fn say_to_neighbours(&mut self, now: Instant, message: &ControlMessage) {
        let connected: Vec<PeerId> = self.roster.connected().collect();
        for peer in connected {
            self.send_control(now, peer, message);
        }
    }

    pub(super) fn handle_gossip(&mut self, now: Instant, from: PeerId, message: OverlayMessage) {
        let Some(room) = self.room else { return };
        let overlay = &mut self.overlay;
        let is_signed =
            |rumour: &Rumour| rumour.verify(room.room_id(), &mut overlay.origins).is_ok();
        let actions = overlay.gossip.handle(now, from, message, is_signed);
        self.perform_gossip(now, actions);
    }

    pub(crate) fn perform_gossip(&mut self, now: Instant, actions: Vec<GossipAction>) {
        for action in actions {
            match action {
                GossipAction::Send(to, message) => {
                    let sent_bytes = self.send_control(now, to, &message.into());
                    self.core.rumour_bytes += sent_bytes.unwrap_or_default() as u64;
                }
                GossipAction::Deliver(rumour) => match rumour.payload() {
                    Ok(payload) => self.gossip_arrived(now, rumour.origin, payload),
                    Err(error) => self.refuse(Some(rumour.origin), error.to_string()),
                },
                GossipAction::Refuse(from, reason) => self.refuse(Some(from), reason.to_owned()),
            }
        }
    }

    /// A member, near or far, has said something to the whole room.
    fn gossip_arrived(&mut self, now: Instant, origin: PeerId, payload: Payload) {
        match payload {
            Payload::Text { id, name, text } => {
                if let Some(texts) = &mut self.texts {
                    texts.receive_for_all(now, origin, name, id, text, &mut self.core);
                }
            }
            Payload::Capability(card) => {
                if let Some(member) = self.roster.get_mut(origin) {
                    member.card.capability = card.capability;
                }
            }
            Payload::CallForLearning { cluster, urgency } => {
                self.handle_call_for_learning(now, origin, cluster, urgency);
            }
            Payload::Session { session, message } => {
                self.handle_session_rumour(now, origin, session, *message);
            }
            Payload::Update { session, update } => {
                let message = BulkMessage::Update { session, owner: origin, update };
                self.handle_bulk(now, origin, message);
            }
        }
    }

    /// A text for everyone in a partial mesh; see [`Engine::send_text`].
    pub(crate) fn send_text_to_all(&mut self, now: Instant, text: &str) -> Option<u32> {
        let id = self.core.next_text();
        let name = self.core.capability.device_name.clone();
        let count = self.broadcast(now, Payload::Text { id, name, text: text.to_owned() })?;
        if let Some(texts) = &mut self.texts {
            texts.compose_for_all(now, id, text, &mut self.core);
        }
        Some(count)
    }
}

/// What a payload is among neighbours; `None` if it goes to them in another way.
fn plain(payload: Payload) -> Option<ControlMessage> {
    Some(match payload {
        Payload::Text { id, text, .. } => ControlMessage::Text { id, text },
        Payload::Capability(card) => ControlMessage::Hello { version: VERSION, card },
        Payload::CallForLearning { cluster, urgency } => {
            ControlMessage::CallForLearning { cluster, urgency }
        }
        Payload::Session { session, message } => {
            ControlMessage::Session { session, message: *message }
        }
        Payload::Update { .. } => return None,
    })
}
