//! One end of a peer connection.

use super::description::{Credentials, EndpointId};
use crate::network::Life;
use peer::{Channel, ConnectionId, ConnectionState};
use std::collections::VecDeque;
use units::Instant;

/// One end of a peer connection.
#[derive(Debug)]
pub(super) struct Endpoint {
    pub(super) life: Life,
    pub(super) connection: ConnectionId,
    /// The generation of the newest local description that both sides agreed on; 0 before there is one.
    pub(super) generation: u32,
    /// The newest generation ever made.
    pub(super) made: u32,
    /// The generation of an offer that waits for its answer.
    pub(super) offered: Option<u32>,
    /// What the other side's newest description says.
    pub(super) remote: Option<Credentials>,
    /// Candidates of that description.
    pub(super) remote_candidates: u32,
    /// The pair of generations that is being tried, so that it is tried once at a time.
    pub(super) checking: Option<(u32, Credentials)>,
    /// With whom a path works, or is believed to.
    pub(super) selected: Option<EndpointId>,
    pub(super) state: Option<ConnectionState>,
    /// Whether the channels are open on this side.
    pub(super) open: bool,
    /// Whether opening them is under way.
    pub(super) opening: bool,
    /// Whether consent is being asked for.
    pub(super) watching: bool,
    pub(super) last_heard: Instant,
    /// Whether the path comes back by itself after it was reported as failed.
    pub(super) heals: bool,
    /// The other side has said goodbye, or the engine or a crash has closed this side.
    pub(super) closed: bool,
    /// The engine has closed this side.
    pub(super) closed_here: bool,
    /// Nothing is told before this.
    pub(super) told_until: Instant,
    pub(super) control: Lane,
    pub(super) bulk: Lane,
    pub(super) sent_bytes: u64,
    pub(super) received_bytes: u64,
}

/// What is on its way from an endpoint on one channel.
#[derive(Debug, Default)]
pub(super) struct Lane {
    /// In the send buffer.
    pub(super) buffer: VecDeque<Vec<u8>>,
    pub(super) buffered_bytes: usize,
    /// Something was sent since the engine was last told how full the buffer is.
    pub(super) owes_report: bool,
    /// On the network, with the earliest time of arrival.
    pub(super) flight: VecDeque<(Instant, Vec<u8>)>,
}

impl Endpoint {
    pub(super) fn new(life: Life, connection: ConnectionId) -> Self {
        Self {
            life,
            connection,
            generation: 0,
            made: 0,
            offered: None,
            remote: None,
            remote_candidates: 0,
            checking: None,
            selected: None,
            state: None,
            open: false,
            opening: false,
            watching: false,
            last_heard: Instant::ZERO,
            heals: false,
            closed: false,
            closed_here: false,
            told_until: Instant::ZERO,
            control: Lane::default(),
            bulk: Lane::default(),
            sent_bytes: 0,
            received_bytes: 0,
        }
    }

    pub(super) fn lane(&mut self, channel: Channel) -> &mut Lane {
        match channel {
            Channel::Control => &mut self.control,
            Channel::Bulk => &mut self.bulk,
        }
    }

    /// This side is over; what is on the network still arrives, what is in the buffers does not.
    pub(super) fn shut(&mut self) {
        self.closed = true;
        for channel in [Channel::Control, Channel::Bulk] {
            let lane = self.lane(channel);
            lane.buffer.clear();
            lane.buffered_bytes = 0;
        }
    }

    /// Whether nothing can come of this endpoint any more.
    pub(super) fn gone(&self) -> bool {
        self.closed && self.control.flight.is_empty() && self.bulk.flight.is_empty()
    }
}
