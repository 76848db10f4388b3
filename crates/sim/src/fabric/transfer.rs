//! Messages on the channels: in order, all of them, late.

use super::{Fabric, What, description::EndpointId};
use crate::{environment::Environment, network::Life};
use core::time::Duration;
use peer::{Channel, ConnectionId, ConnectionInput};
use protocol::limits;

/// Browsers hold 16 MiB in a send buffer and throw beyond it.
const BUFFER_BYTES_MAX: usize = 16 * 1024 * 1024;

impl Fabric {
    pub(super) fn send(
        &mut self,
        env: &mut Environment,
        id: EndpointId,
        channel: Channel,
        bytes: Vec<u8>,
    ) {
        let endpoint = self.endpoint_mut(id);
        let life = endpoint.life;
        assert!(endpoint.open, "{life:?} sent on {channel:?} before it was open");
        endpoint.sent_bytes += bytes.len() as u64;
        let lane = endpoint.lane(channel);
        lane.buffered_bytes += bytes.len();
        lane.owes_report = true;
        let buffered_bytes = lane.buffered_bytes;
        let idle = lane.buffer.is_empty();
        lane.buffer.push_back(bytes);
        if buffered_bytes > BUFFER_BYTES_MAX {
            self.fail(env, id, format!("the send buffer of {channel:?} is full"));
        } else if idle {
            self.next_departure(env, id, channel);
        }
        self.report_drained(env, id, channel);
    }

    /// Checks that an honest engine sends what others take, and no more than its window.
    ///
    /// # Panics
    /// If it does not.
    pub(crate) fn check_send(
        &self,
        life: Life,
        connection: ConnectionId,
        channel: Channel,
        bytes: &[u8],
    ) {
        let size_bytes = bytes.len();
        let size_bytes_max = match channel {
            Channel::Control => limits::CONTROL_MESSAGE_BYTES_MAX,
            Channel::Bulk => limits::BULK_FRAME_BYTES_MAX,
        };
        assert!(
            (1..=size_bytes_max).contains(&size_bytes),
            "{life:?} sent {size_bytes} bytes on {channel:?}"
        );
        let id = self.find(life, connection);
        let buffered_bytes = id.map_or(0, |id| self.endpoint(id).bulk.buffered_bytes);
        assert!(
            channel == Channel::Control || buffered_bytes <= self.window_bytes,
            "{life:?} sent on a bulk channel that holds {buffered_bytes} bytes"
        );
    }

    /// Buffer sizes are read when an input is handled, not when it was caused, as in a browser.
    pub(crate) fn refresh(
        &self,
        life: Life,
        connection: ConnectionId,
        input: &mut ConnectionInput,
    ) {
        let Some(id) = self.find(life, connection) else {
            return;
        };
        let endpoint = self.endpoint(id);
        match input {
            ConnectionInput::BulkDrained { buffered_bytes } => {
                *buffered_bytes = endpoint.bulk.buffered_bytes;
            }
            ConnectionInput::Stats(stats) => {
                stats.bulk_buffered_bytes = endpoint.bulk.buffered_bytes as u32;
                stats.control_buffered_bytes = endpoint.control.buffered_bytes as u32;
            }
            _ => {}
        }
    }

    fn report_drained(&mut self, env: &mut Environment, id: EndpointId, channel: Channel) {
        let threshold_bytes = self.drained_threshold_bytes;
        let lane = self.endpoint_mut(id).lane(channel);
        let drained = lane.owes_report && lane.buffered_bytes <= threshold_bytes;
        if channel == Channel::Bulk && drained {
            lane.owes_report = false;
            let buffered_bytes = lane.buffered_bytes;
            self.report(env, id, ConnectionInput::BulkDrained { buffered_bytes });
        }
    }

    pub(super) fn depart(&mut self, env: &mut Environment, id: EndpointId, channel: Channel) {
        let other = self.endpoint(id).selected;
        let Some(path) = other.and_then(|other| self.path(env, id, other)) else {
            if !self.endpoint(id).closed {
                let retry = env.dice.duration_ms(200, 500);
                self.enter(env, retry, id, What::Depart(channel));
            }
            return;
        };
        let now = env.now();
        let lane = self.endpoint_mut(id).lane(channel);
        let Some(bytes) = lane.buffer.pop_front() else {
            return;
        };
        lane.buffered_bytes -= bytes.len();
        let arrival = now + path.travel_time(&mut env.dice);
        let arrival = lane.flight.back().map_or(arrival, |(last, _)| arrival.max(*last));
        lane.flight.push_back((arrival, bytes));
        if lane.flight.len() == 1 {
            let delay = arrival.saturating_duration_since(now);
            self.enter(env, delay, id, What::Arrive(channel));
        }
        self.report_drained(env, id, channel);
        self.next_departure(env, id, channel);
    }

    pub(super) fn arrive(&mut self, env: &mut Environment, id: EndpointId, channel: Channel) {
        let other = self.endpoint(id).selected.or(self.endpoint(id).remote.map(|(other, _)| other));
        let Some(other) = other.filter(|other| !self.endpoint(*other).closed) else {
            self.endpoint_mut(id).lane(channel).flight.clear();
            return;
        };
        let reachable = self.endpoint(id).selected.is_some() && self.path(env, id, other).is_some();
        if !reachable || !self.endpoint(other).open {
            if self.endpoint(id).closed {
                self.endpoint_mut(id).lane(channel).flight.clear();
                return;
            }
            let retry = env.dice.duration_ms(50, 400);
            self.enter(env, retry, id, What::Arrive(channel));
            return;
        }
        let lane = self.endpoint_mut(id).lane(channel);
        let Some((_, bytes)) = lane.flight.pop_front() else {
            return;
        };
        let next = lane.flight.front().map(|(arrival, _)| *arrival);
        if let Some(next) = next {
            let delay = next.saturating_duration_since(env.now());
            self.enter(env, delay, id, What::Arrive(channel));
        }
        self.endpoint_mut(other).received_bytes += bytes.len() as u64;
        self.report(env, other, ConnectionInput::Message(channel, bytes));
    }

    fn next_departure(&mut self, env: &mut Environment, id: EndpointId, channel: Channel) {
        let Some(size_bytes) = self.endpoint_mut(id).lane(channel).buffer.front().map(Vec::len)
        else {
            return;
        };
        let other = self.endpoint(id).selected;
        let path = other.and_then(|other| self.path(env, id, other));
        let sending = path.map_or(Duration::from_millis(200), |path| path.sending_time(size_bytes));
        self.enter(env, sending, id, What::Depart(channel));
    }
}
