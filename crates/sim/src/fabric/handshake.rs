//! Offers, answers, candidates, and what comes of them (JSEP, RFC 9429; ICE, RFC 8445).

use super::{
    Fabric, What,
    description::{
        Credentials, EndpointId, last_candidate, read_candidate, read_description, write_candidate,
        write_description,
    },
};
use crate::environment::Environment;
use core::time::Duration;
use peer::{Channel, ConnectionInput, ConnectionState, DescriptionKind};
use protocol::envelope::Candidate;

/// Browsers give up on a set of candidates after some 15 to 30 seconds.
const CHECKS_GIVEN_UP_MS: (u64, u64) = (15_000, 30_000);

impl Fabric {
    pub(super) fn create_offer(&mut self, env: &mut Environment, id: EndpointId, restart: bool) {
        let endpoint = self.endpoint_mut(id);
        let fresh = restart || endpoint.made == 0;
        if fresh {
            endpoint.made += 1;
        }
        let generation = endpoint.made;
        endpoint.offered = Some(generation);
        let sdp = write_description("offer", (id, generation));
        self.report(env, id, ConnectionInput::LocalDescription(DescriptionKind::Offer, sdp));
        if fresh {
            self.gather(env, id, generation);
        }
    }

    pub(super) fn accept_offer(&mut self, env: &mut Environment, id: EndpointId, sdp: &str) {
        let Some(remote) = self.known_description("offer", sdp, id) else {
            self.fail(env, id, format!("not an offer: {}", excerpt(sdp)));
            return;
        };
        let endpoint = self.endpoint_mut(id);
        if endpoint.remote.is_some_and(|(before, _)| before != remote.0) {
            self.fail(env, id, "the offer has another fingerprint than the connection".to_owned());
            return;
        }
        // An own offer that waits for its answer is rolled back, as browsers do by themselves.
        endpoint.offered = None;
        let restarted = endpoint.remote != Some(remote) || endpoint.generation != endpoint.made;
        if restarted || endpoint.made == 0 {
            endpoint.made += 1;
        }
        endpoint.generation = endpoint.made;
        let generation = endpoint.generation;
        let sdp = write_description("answer", (id, generation));
        self.report(env, id, ConnectionInput::LocalDescription(DescriptionKind::Answer, sdp));
        if restarted {
            self.gather(env, id, generation);
        }
        self.set_remote(env, id, remote);
    }

    pub(super) fn accept_answer(&mut self, env: &mut Environment, id: EndpointId, sdp: &str) {
        let Some(remote) = self.known_description("answer", sdp, id) else {
            self.fail(env, id, format!("not an answer: {}", excerpt(sdp)));
            return;
        };
        let endpoint = self.endpoint_mut(id);
        let Some(generation) = endpoint.offered.take() else {
            self.fail(env, id, "an answer where no offer was waiting for one".to_owned());
            return;
        };
        if endpoint.remote.is_some_and(|(before, _)| before != remote.0) {
            self.fail(env, id, "the answer has another fingerprint than the connection".to_owned());
            return;
        }
        endpoint.generation = generation;
        self.set_remote(env, id, remote);
    }

    pub(super) fn add_candidate(
        &mut self,
        env: &mut Environment,
        id: EndpointId,
        candidate: &Candidate,
    ) {
        let endpoint = self.endpoint_mut(id);
        let Some(remote) = endpoint.remote else {
            self.fail(env, id, "a candidate came before a description".to_owned());
            return;
        };
        // Candidates of other credentials are of no use and do no harm.
        if read_candidate(candidate) == Some(remote) {
            endpoint.remote_candidates += 1;
            self.try_pair(env, id);
        }
    }

    /// Both sides' candidates are tried against each other, until one works or they are given up.
    pub(super) fn check(
        &mut self,
        env: &mut Environment,
        id: EndpointId,
        generation: u32,
        remote: Credentials,
    ) {
        if self.endpoint(id).checking != Some((generation, remote)) {
            return;
        }
        let mutual = self.endpoint(remote.0).remote == Some((id, generation))
            && self.endpoint(remote.0).generation == remote.1
            && !self.endpoint(remote.0).closed
            && self.endpoint(id).remote == Some(remote)
            && self.endpoint(id).generation == generation;
        if !mutual {
            self.endpoint_mut(id).checking = None;
            return;
        }
        let path = self.path(env, id, remote.0);
        match path {
            // A check is four packets (request and response, both ways).
            Some(path) if (0..4).all(|_| !env.dice.chance(path.loss)) => {
                self.endpoint_mut(id).checking = None;
                self.endpoint_mut(remote.0).checking = None;
                for (end, other) in [(id, remote.0), (remote.0, id)] {
                    self.path_works(env, end, other);
                }
            }
            _ => {
                let (remote, remote_generation) = remote;
                let what = What::Check { generation, remote, remote_generation };
                self.enter(env, Duration::from_millis(500), id, what);
            }
        }
    }

    pub(super) fn give_up(&mut self, env: &mut Environment, id: EndpointId, generation: u32) {
        let endpoint = self.endpoint_mut(id);
        if endpoint.selected.is_none()
            && endpoint.generation == generation
            && endpoint.state != Some(ConnectionState::Failed)
        {
            endpoint.checking = None;
            self.set_state(env, id, ConnectionState::Failed);
        }
    }

    pub(super) fn channels_open(&mut self, env: &mut Environment, id: EndpointId) {
        let reachable = self.endpoint(id).selected.is_some_and(|other| {
            !self.endpoint(other).closed && self.path(env, id, other).is_some()
        });
        if !reachable {
            self.enter(env, Duration::from_millis(500), id, What::Open);
            return;
        }
        self.endpoint_mut(id).open = true;
        let mut channels = [Channel::Control, Channel::Bulk];
        if env.dice.chance(0.5) {
            channels.reverse();
        }
        for channel in channels {
            self.report(env, id, ConnectionInput::ChannelOpened(channel));
        }
    }

    pub(super) fn set_state(
        &mut self,
        env: &mut Environment,
        id: EndpointId,
        state: ConnectionState,
    ) {
        if self.endpoint(id).state != Some(state) {
            self.endpoint_mut(id).state = Some(state);
            self.report(env, id, ConnectionInput::State(state));
        }
    }

    fn gather(&mut self, env: &mut Environment, id: EndpointId, generation: u32) {
        // The first candidate is the device's own address, which needs nobody's help; the others may never be found.
        for number in 1..=3 {
            if number == 1 || env.dice.chance(0.7) {
                let candidate = write_candidate((id, generation), number);
                self.report(env, id, ConnectionInput::LocalCandidate(candidate));
            }
        }
        self.report(env, id, ConnectionInput::LocalCandidate(last_candidate()));
    }

    fn set_remote(&mut self, env: &mut Environment, id: EndpointId, remote: Credentials) {
        let endpoint = self.endpoint_mut(id);
        if endpoint.remote != Some(remote) {
            endpoint.remote = Some(remote);
            endpoint.remote_candidates = 0;
        }
        let generation = endpoint.generation;
        if endpoint.state != Some(ConnectionState::Connected) {
            self.set_state(env, id, ConnectionState::Connecting);
            let patience = env.dice.duration_ms(CHECKS_GIVEN_UP_MS.0, CHECKS_GIVEN_UP_MS.1);
            self.enter(env, patience, id, What::GiveUp { generation });
        }
        self.try_pair(env, id);
    }

    /// Starts to try the candidates if both sides know each other and one knows a candidate of the other.
    fn try_pair(&mut self, env: &mut Environment, id: EndpointId) {
        let endpoint = self.endpoint(id);
        let Some(remote) = endpoint.remote else {
            return;
        };
        let other = self.endpoint(remote.0);
        let ready = other.remote == Some((id, endpoint.generation))
            && other.generation == remote.1
            && endpoint.remote_candidates + other.remote_candidates > 0;
        let wanted = Some((endpoint.generation, remote));
        if !ready || endpoint.checking == wanted {
            return;
        }
        let (generation, (remote, remote_generation)) = (endpoint.generation, remote);
        if other.checking == Some((remote_generation, (id, generation))) {
            return;
        }
        self.endpoint_mut(id).checking = wanted;
        let latency = self.path(env, id, remote).map_or(Duration::from_millis(500), |p| p.latency);
        self.enter(env, latency * 2, id, What::Check { generation, remote, remote_generation });
    }

    fn path_works(&mut self, env: &mut Environment, id: EndpointId, other: EndpointId) {
        let now = env.now();
        let latency = self.path(env, id, other).map_or(Duration::ZERO, |path| path.latency);
        let endpoint = self.endpoint_mut(id);
        endpoint.selected = Some(other);
        endpoint.last_heard = now;
        let opens = !std::mem::replace(&mut endpoint.opening, true);
        let watch = !std::mem::replace(&mut endpoint.watching, true);
        self.set_state(env, id, ConnectionState::Connected);
        if opens {
            // DTLS and SCTP take about three round trips, and the two sides finish at different moments.
            let handshake = latency * 6 + env.dice.duration_ms(0, 20);
            self.enter(env, handshake, id, What::Open);
        }
        if watch {
            self.watch(env, id);
        }
    }

    /// Reads a description of an endpoint that exists and is not `me`.
    fn known_description(&self, what: &str, sdp: &str, me: EndpointId) -> Option<Credentials> {
        let remote = read_description(what, sdp)?;
        (remote.0 != me && self.knows(remote.0)).then_some(remote)
    }
}

fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}
