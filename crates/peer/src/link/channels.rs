//! What travels on the two channels of a connection.

use super::{Link, LinkAction};
use crate::{
    core::Core,
    io::{Channel, ConnectionOutput},
    view::LinkStage,
};
use protocol::{
    bulk::Outgoing,
    message::{BulkMessage, ControlMessage},
};
use units::Instant;

/// Values that wait for the `bulk` channel: what a round and a late joiner need at once.
const BULK_VALUES_MAX: usize = 8;

impl Link {
    /// Sends a message. Only on an open link.
    pub(crate) fn send(
        &mut self,
        now: Instant,
        message: &ControlMessage,
        core: &mut Core,
    ) -> usize {
        self.send_written(now, message.encode(), core)
    }

    /// Sends a message that has been written. Only on an open link.
    pub(crate) fn send_written(&mut self, now: Instant, bytes: Vec<u8>, core: &mut Core) -> usize {
        debug_assert!(self.control_open);
        let size_bytes = bytes.len();
        self.spoke_at = now;
        core.connection(self.id, ConnectionOutput::Send(Channel::Control, bytes));
        size_bytes
    }

    /// Queues a value for the `bulk` channel; `None` if the queue is full or the value too large.
    pub(crate) fn send_bulk(&mut self, message: &BulkMessage, core: &mut Core) -> Option<usize> {
        if self.bulk_queue.len() >= BULK_VALUES_MAX {
            return None;
        }
        let bytes = message.encode();
        let size_bytes = bytes.len();
        self.bulk_queue.push_back(Outgoing::new(bytes).ok()?);
        self.pump_bulk(core);
        Some(size_bytes)
    }

    /// Hands frames over for as long as the window allows.
    pub(super) fn pump_bulk(&mut self, core: &mut Core) {
        while self.bulk_open && self.bulk_unconfirmed_bytes < core.limits.bulk_window_bytes {
            let Some(value) = self.bulk_queue.front_mut() else { return };
            match value.next_frame() {
                Some(frame) => {
                    self.bulk_unconfirmed_bytes += frame.len();
                    core.connection(self.id, ConnectionOutput::Send(Channel::Bulk, frame));
                }
                None => {
                    self.bulk_queue.pop_front();
                }
            }
        }
    }

    pub(super) fn handle_bytes(
        &mut self,
        now: Instant,
        channel: Channel,
        bytes: &[u8],
        bulk_limit_bytes: usize,
        core: &mut Core,
    ) -> Vec<LinkAction> {
        self.heard_at = now;
        let mut actions = self.heal();
        match channel {
            Channel::Control => match ControlMessage::decode(bytes) {
                Ok(message) => actions.extend(self.handle_control(now, message, core)),
                Err(error) => actions.push(LinkAction::Misbehaved(error.to_string())),
            },
            Channel::Bulk => match self.incoming.accept(bytes, bulk_limit_bytes) {
                Ok(None) => {}
                Ok(Some(value)) => match BulkMessage::decode(&value) {
                    Ok(message) if self.greeted => actions.push(LinkAction::Bulk(message)),
                    Ok(_) => {}
                    Err(error) => actions.push(LinkAction::Misbehaved(error.to_string())),
                },
                Err(error) => actions.push(LinkAction::Misbehaved(error.to_string())),
            },
        }
        actions
    }

    fn handle_control(
        &mut self,
        now: Instant,
        message: ControlMessage,
        core: &mut Core,
    ) -> Option<LinkAction> {
        match message {
            ControlMessage::Hello { card, .. } if !self.greeted => {
                self.greeted = true;
                self.hello = Some(card);
                self.opened()
            }
            ControlMessage::Hello { .. } => Some(LinkAction::Control(message)),
            ControlMessage::Ping { nonce } => {
                if self.control_open {
                    self.send(now, &ControlMessage::Pong { nonce }, core);
                }
                None
            }
            ControlMessage::Pong { nonce } => {
                let (_, at) = self.pinged.take_if(|(pinged, _)| *pinged == nonce)?;
                self.doubted_at = None;
                let round_trip_ms = now.saturating_duration_since(at).as_secs_f64() * 1_000.0;
                self.ping_ms = Some(round_trip_ms);
                Some(LinkAction::Pong(round_trip_ms))
            }
            _ if !self.greeted => {
                Some(LinkAction::Misbehaved("a message came before hello".to_owned()))
            }
            message => Some(LinkAction::Control(message)),
        }
    }

    /// The connection can be used, once the other side has said hello and both channels are open.
    pub(super) fn opened(&mut self) -> Option<LinkAction> {
        let card = self.hello.take_if(|_| self.control_open && self.bulk_open)?;
        self.stage = LinkStage::Open;
        Some(LinkAction::Opened(card))
    }
}
