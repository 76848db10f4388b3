//! What waits to be written to one connection: bounded in messages and in bytes.
//!
//! Whoever reads too slowly is cut off; nothing is buffered without end, and nobody who writes to a room waits for the
//! slowest of its members.

use axum::extract::ws::Utf8Bytes;
use protocol::signaling::ServerMessage;
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};
use tokio::sync::{mpsc, watch};

/// How much may wait for one connection.
#[derive(Debug, Clone, Copy)]
pub struct OutboxLimits {
    /// Messages: bounds the work of writing them.
    pub messages_max: usize,
    /// Bytes: bounds the memory that one slow reader can claim.
    pub bytes_max: usize,
}

/// A message in the form in which it is written, made once for all who get it.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// The `type` of the message.
    pub kind: &'static str,
    /// The JSON.
    pub text: Utf8Bytes,
}

/// The end that others put messages in.
#[derive(Debug, Clone)]
pub struct Outbox {
    queue: mpsc::Sender<Outgoing>,
    shared: Arc<Shared>,
}

/// The end that the connection takes messages from.
#[derive(Debug)]
pub(crate) struct Waiting {
    queue: mpsc::Receiver<Outgoing>,
    shared: Arc<Shared>,
    cut: watch::Receiver<Option<Cut>>,
}

/// Why a connection is ended by others than itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// It took messages too slowly.
    TooSlow,
    /// The same identity has registered on another connection.
    Replaced,
}

#[derive(Debug)]
struct Shared {
    queued_bytes: AtomicUsize,
    bytes_max: usize,
    cut: watch::Sender<Option<Cut>>,
}

/// The two ends of a queue that holds at most `limits`.
pub(crate) fn outbox(limits: OutboxLimits) -> (Outbox, Waiting) {
    let (sender, receiver) = mpsc::channel(limits.messages_max);
    let (cut_sender, cut) = watch::channel(None);
    let shared = Arc::new(Shared {
        queued_bytes: AtomicUsize::new(0),
        bytes_max: limits.bytes_max,
        cut: cut_sender,
    });
    let outbox = Outbox { queue: sender, shared: shared.clone() };
    (outbox, Waiting { queue: receiver, shared, cut })
}

impl Outbox {
    /// Puts a message in, or cuts the connection off if there is no room for it.
    pub fn send(&self, message: Outgoing) {
        let size_bytes = message.text.len();
        let queued_bytes = self.shared.queued_bytes.fetch_add(size_bytes, Ordering::Relaxed);
        let fits = queued_bytes + size_bytes <= self.shared.bytes_max;
        if !fits || self.queue.try_send(message).is_err() {
            self.shared.queued_bytes.fetch_sub(size_bytes, Ordering::Relaxed);
            self.cut(Cut::TooSlow);
        }
    }

    /// Ends the connection. The first reason stays.
    pub fn cut(&self, why: Cut) {
        self.shared.cut.send_if_modified(|cut| {
            let first = cut.is_none();
            cut.get_or_insert(why);
            first
        });
    }
}

impl Waiting {
    /// The next message. Never ends: the connection holds an [`Outbox`] of its own.
    pub(crate) async fn next(&mut self) -> Outgoing {
        match self.queue.recv().await {
            Some(message) => self.taken(message),
            None => std::future::pending().await,
        }
    }

    /// The next message if one waits.
    pub(crate) fn try_next(&mut self) -> Option<Outgoing> {
        let message = self.queue.try_recv().ok()?;
        Some(self.taken(message))
    }

    /// A watch on whether the connection is to end.
    pub(crate) fn cut(&self) -> watch::Receiver<Option<Cut>> {
        self.cut.clone()
    }

    fn taken(&self, message: Outgoing) -> Outgoing {
        self.shared.queued_bytes.fetch_sub(message.text.len(), Ordering::Relaxed);
        message
    }
}

impl From<&ServerMessage> for Outgoing {
    fn from(message: &ServerMessage) -> Self {
        let kind = match message {
            ServerMessage::Challenge { .. } => "challenge",
            ServerMessage::Registered { .. } => "registered",
            ServerMessage::PeerJoined { .. } => "peer_joined",
            ServerMessage::PeerLeft { .. } => "peer_left",
            ServerMessage::Peers { .. } => "peers",
            ServerMessage::Signal { .. } => "signal",
            ServerMessage::Error { .. } => "error",
        };
        Self { kind, text: message.to_json().into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(size_bytes: usize) -> Outgoing {
        Outgoing { kind: "signal", text: "x".repeat(size_bytes).into() }
    }

    #[test]
    fn too_many_messages_cut_the_connection_off() {
        let (outbox, waiting) = outbox(OutboxLimits { messages_max: 2, bytes_max: 1000 });
        outbox.send(message(1));
        outbox.send(message(1));
        assert_eq!(*waiting.cut().borrow(), None);
        outbox.send(message(1));
        assert_eq!(*waiting.cut().borrow(), Some(Cut::TooSlow));
    }

    #[test]
    fn too_many_bytes_cut_the_connection_off_and_taken_ones_do_not_count() {
        let (outbox, mut waiting) = outbox(OutboxLimits { messages_max: 100, bytes_max: 1000 });
        outbox.send(message(800));
        assert!(waiting.try_next().is_some());
        outbox.send(message(800));
        assert_eq!(*waiting.cut().borrow(), None);
        outbox.send(message(201));
        assert_eq!(*waiting.cut().borrow(), Some(Cut::TooSlow));
    }

    #[test]
    fn the_first_reason_to_end_stays() {
        let (outbox, waiting) = outbox(OutboxLimits { messages_max: 1, bytes_max: 1 });
        outbox.cut(Cut::Replaced);
        outbox.send(message(5));
        assert_eq!(*waiting.cut().borrow(), Some(Cut::Replaced));
    }
}
