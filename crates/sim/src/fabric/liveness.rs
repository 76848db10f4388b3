//! Silence, and what browsers make of it (consent freshness, RFC 7675).

use super::{Fabric, What, description::EndpointId};
use crate::environment::Environment;
use core::time::Duration;
use peer::{Channel, ConnectionInput, ConnectionState};

const CONSENT_MS: (u64, u64) = (2_000, 3_000);
const DISCONNECTED_AFTER: Duration = Duration::from_secs(5);
const FAILED_AFTER: Duration = Duration::from_secs(20);

impl Fabric {
    pub(super) fn watch(&mut self, env: &mut Environment, id: EndpointId) {
        let interval = env.dice.duration_ms(CONSENT_MS.0, CONSENT_MS.1);
        self.enter(env, interval, id, What::Consent);
    }

    pub(super) fn consent(&mut self, env: &mut Environment, id: EndpointId) {
        let now = env.now();
        let heard = self.endpoint(id).selected.is_some_and(|other| {
            !self.endpoint(other).closed
                && self.endpoint(other).selected == Some(id)
                && self.path(env, id, other).is_some()
        });
        let endpoint = self.endpoint_mut(id);
        if endpoint.closed {
            return;
        }
        let silence = now.saturating_duration_since(endpoint.last_heard);
        if heard {
            endpoint.last_heard = now;
            self.set_state(env, id, ConnectionState::Connected);
        } else if silence >= FAILED_AFTER && endpoint.state == Some(ConnectionState::Disconnected) {
            endpoint.heals = env.dice.chance(0.5);
            if !endpoint.heals {
                endpoint.selected = None;
            }
            self.set_state(env, id, ConnectionState::Failed);
        } else if silence >= DISCONNECTED_AFTER
            && endpoint.state == Some(ConnectionState::Connected)
        {
            self.set_state(env, id, ConnectionState::Disconnected);
        }
        self.watch(env, id);
    }

    /// The other side has closed: its channels are gone here as well, and soon the path.
    pub(super) fn goodbye(&mut self, env: &mut Environment, id: EndpointId) {
        if self.endpoint(id).closed {
            return;
        }
        if self.endpoint(id).open {
            self.report(env, id, ConnectionInput::ChannelClosed(Channel::Control));
            self.report(env, id, ConnectionInput::ChannelClosed(Channel::Bulk));
        }
        self.set_state(env, id, ConnectionState::Disconnected);
        self.set_state(env, id, ConnectionState::Closed);
        self.endpoint_mut(id).shut();
    }
}
