//! How a connection ends: the reasons, the last words, and what the others in the room hear of it.

use super::Connection;
use crate::signaling::{
    outbox::{Cut, Outgoing, Waiting},
    refusal::Refusal,
};
use axum::extract::ws::{CloseFrame, Message, close_code};
use protocol::signaling::{ErrorCode, LeaveReason, ServerMessage};
use tokio::{select, sync::watch, time::timeout};
use tracing::debug;

/// The close code for a connection that a newer one of the same identity has replaced (from the private range).
const CLOSE_REPLACED: u16 = 4001;

/// What ends a connection from outside, whatever it is doing.
pub(super) struct Interrupts {
    cut: watch::Receiver<Option<Cut>>,
    stopping: watch::Receiver<bool>,
}

/// Why a connection ends.
pub(super) enum End {
    /// The peer closed it, or it broke.
    Gone,
    Refused(Refusal),
    Silent(Refusal),
    TooSlow,
    Replaced,
    ShuttingDown,
}

impl Connection {
    /// Gives the seat up first, so that the others need not wait for a peer that does not answer.
    pub(super) async fn farewell(mut self, end: End) {
        let peer = self.seat.as_ref().map(|(_, peer)| *peer);
        if let Some((seat, peer)) = self.seat.take() {
            self.server.rooms.leave(seat, end.leave_reason());
            debug!(peer = peer.short(), reason = ?end.leave_reason(), "peer left the room");
        }
        let refusal = end.refusal();
        if let Some(refusal) = &refusal {
            self.server.metrics.refused(refusal.counted_as);
            debug!(code = refusal.counted_as, "connection refused: {}", refusal.message);
        }
        let last_words = match (&end, peer) {
            (End::Replaced, Some(peer)) => {
                let reason = LeaveReason::Replaced;
                Some(Outgoing::from(&ServerMessage::PeerLeft { peer, reason }))
            }
            _ => refusal.as_ref().map(Outgoing::from),
        };
        let farewell_timeout = self.config().farewell_timeout;
        let _ = timeout(farewell_timeout, self.say_and_close(&end, last_words)).await;
    }

    /// Writes what still waits (unless it is that which the peer would not take), then the reason, then closes and
    /// waits for the peer to close too.
    async fn say_and_close(
        &mut self,
        end: &End,
        last_words: Option<Outgoing>,
    ) -> Result<(), axum::Error> {
        if !matches!(end, End::Gone | End::TooSlow) {
            while let Some(message) = self.waiting.try_next() {
                self.say(message).await?;
            }
        }
        if let Some(message) = last_words {
            self.say(message).await?;
        }
        if !matches!(end, End::Gone) {
            let frame = CloseFrame { code: end.close_code(), reason: "".into() };
            self.socket.send(Message::Close(Some(frame))).await?;
        }
        while self.socket.recv().await.transpose()?.is_some() {}
        Ok(())
    }

    async fn say(&mut self, message: Outgoing) -> Result<(), axum::Error> {
        let (kind, size_bytes) = (message.kind, message.text.len());
        self.socket.send(Message::Text(message.text)).await?;
        self.server.metrics.sent(kind, size_bytes);
        Ok(())
    }
}

impl Interrupts {
    pub(super) fn new(waiting: &Waiting, stopping: watch::Receiver<bool>) -> Self {
        Self { cut: waiting.cut(), stopping }
    }

    /// Waits until there is one.
    pub(super) async fn next(&mut self) -> End {
        select! {
            cut = self.cut.wait_for(Option::is_some) => match cut.map(|cut| *cut) {
                Ok(Some(Cut::TooSlow)) => End::TooSlow,
                _ => End::Replaced,
            },
            _ = self.stopping.wait_for(|stopping| *stopping) => End::ShuttingDown,
        }
    }
}

impl End {
    fn leave_reason(&self) -> LeaveReason {
        match self {
            Self::Silent(_) => LeaveReason::Silent,
            Self::Replaced => LeaveReason::Replaced,
            _ => LeaveReason::Closed,
        }
    }

    fn refusal(&self) -> Option<Refusal> {
        match self {
            Self::Gone | Self::Replaced => None,
            Self::Refused(refusal) | Self::Silent(refusal) => Some(refusal.clone()),
            Self::TooSlow => Some(Refusal::too_slow()),
            Self::ShuttingDown => Some(Refusal::shutting_down()),
        }
    }

    /// RFC 6455, section 7.4.
    fn close_code(&self) -> u16 {
        match self {
            Self::Gone => close_code::NORMAL,
            Self::Refused(Refusal { code: ErrorCode::Full, .. }) => close_code::AGAIN,
            Self::Refused(Refusal { code: ErrorCode::TooLarge, .. }) => close_code::SIZE,
            Self::Refused(_) | Self::Silent(_) => close_code::POLICY,
            Self::TooSlow => close_code::AGAIN,
            Self::Replaced => CLOSE_REPLACED,
            Self::ShuttingDown => close_code::AWAY,
        }
    }
}
