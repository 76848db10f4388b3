//! Sessions that somebody at this device has left. They go on elsewhere; this device takes part again when it is told to,
//! and never by itself, whatever happens in between: a reload, another session, another stay in the room.

use crate::{
    engine::Engine,
    error::CommandError,
    event::Event,
    other_sessions::OtherSession,
    records::{self, LeftRecord},
    session::check_strange_record,
    view::LeftSessionView,
};
use protocol::{
    message::SessionMessage,
    session::{Proposal, RoundRecord},
};
use units::{Instant, PeerId, SessionId};

/// Sessions that are remembered; the oldest goes first.
const LEFT_MAX: usize = 64;

/// The names of the sessions, oldest first.
#[derive(Default)]
pub(crate) struct LeftSessions(Vec<SessionId>);

impl LeftSessions {
    pub(crate) fn new(record: LeftRecord) -> Self {
        Self(record.sessions.into_iter().take(LEFT_MAX).collect())
    }

    pub(crate) fn contains(&self, session: SessionId) -> bool {
        self.0.contains(&session)
    }

    fn add(&mut self, session: SessionId) {
        self.remove(session);
        if self.0.len() >= LEFT_MAX {
            self.0.remove(0);
        }
        self.0.push(session);
    }

    fn remove(&mut self, session: SessionId) {
        self.0.retain(|known| *known != session);
    }

    fn record(&self) -> LeftRecord {
        LeftRecord { sessions: self.0.clone() }
    }
}

impl Engine {
    /// Takes part again in a session that was left here and still runs elsewhere: see [`crate::View::left_session`].
    ///
    /// # Errors
    /// [`CommandError::SessionRunning`], [`CommandError::UnknownSession`] if nobody connected runs it,
    /// [`CommandError::ClusterExists`] if its cluster has another network here.
    pub fn rejoin_session(&mut self, now: Instant, id: SessionId) -> Result<(), CommandError> {
        if let Some(running) = self.session.as_ref().filter(|session| session.running) {
            let already = running.id == id;
            return if already { Ok(()) } else { Err(CommandError::SessionRunning(running.id)) };
        }
        let runs_it = self.others.iter().find(|(_, other)| other.is(id));
        let Some((from, other)) = runs_it.filter(|_| self.left.contains(id)) else {
            return Err(CommandError::UnknownSession(id));
        };
        let (from, proposal, head) = (*from, other.proposal.clone(), other.head.clone());
        let cluster = proposal.cluster.clone();
        if self.clusters.get(&cluster).is_some_and(|known| !known.suits(&proposal)) {
            return Err(CommandError::ClusterExists(cluster));
        }
        if self.is_split(&cluster) {
            return Err(CommandError::ClusterSplit(cluster));
        }
        if let Some(moving) = self.moving_session(&cluster).filter(|moving| *moving != id) {
            return Err(CommandError::SessionRunning(moving));
        }
        if self.clusters.get(&cluster).is_none() && !self.clusters.has_room() {
            let message = "this device holds as many clusters as it can".to_owned();
            return Err(CommandError::InvalidInput(message));
        }
        self.left.remove(id);
        self.save_left();
        if self.session.as_ref().is_some_and(|session| session.id == id) {
            self.others.retain(|_, other| !other.is(id));
            let life = self.core.session_life(now);
            self.with_session(now, |session, s| session.take_part_again(life, s.now));
            self.core.event(Event::SessionStarted { session: id });
            self.cluster_ready(now, &cluster);
        } else {
            self.join(now, id, proposal);
        }
        if let Some(head) = head {
            let message = SessionMessage::Head(head);
            self.with_session(now, |session, s| session.handle_message(from, message, s));
        }
        self.checkpoint_session(now, true);
        Ok(())
    }

    /// Our session was left: its members go on with it.
    pub(crate) fn note_left(&mut self) {
        let Some(session) = self.session.as_ref().filter(|session| session.left) else { return };
        self.left.add(session.id);
        for peer in session.members() {
            let other = OtherSession::left(session.id, &session.proposal, Some(&session.head));
            self.others.insert(peer, other);
        }
        self.save_left();
    }

    /// A peer runs a session that was left here.
    pub(crate) fn handle_left_proposal(
        &mut self,
        from: PeerId,
        id: SessionId,
        proposal: &Proposal,
    ) {
        self.others.insert(from, OtherSession::left(id, proposal, None));
    }

    /// A peer tells how far a session has come that was left here.
    pub(crate) fn note_progress_of_left(&mut self, from: PeerId, record: RoundRecord) {
        let Some(other) = self.others.get_mut(&from) else { return };
        if let Err(problem) = check_strange_record(&other.proposal, &record) {
            return self.refuse(Some(from), problem);
        }
        if record.decision.round >= other.proposal.options.rounds {
            self.others.remove(&from);
        } else {
            other.head = Some(record);
        }
    }

    /// The session that was left here and that connected peers run.
    pub(crate) fn left_session(&self) -> Option<LeftSessionView> {
        let mut left = self.others.values().filter(|other| self.left.contains(other.name()));
        let other = left.find(|other| {
            let known = self.clusters.get(&other.proposal.cluster);
            known.is_none_or(|known| known.suits(&other.proposal))
        })?;
        Some(LeftSessionView {
            id: other.name(),
            task: other.proposal.task.clone(),
            cluster: other.proposal.cluster.clone(),
            founder: other.proposal.founder,
        })
    }

    fn save_left(&mut self) {
        self.core.store(records::LEFT.to_owned(), &self.left.record(), Vec::new());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered() {
        let mut left = LeftSessions::default();
        let name = |number: u8| SessionId::from_bytes([number; 16]);
        for number in 0..=LEFT_MAX as u8 {
            left.add(name(number));
        }
        assert!(!left.contains(name(0)) && left.contains(name(1)) && left.contains(name(64)));
        left.remove(name(1));
        assert!(!left.contains(name(1)));
    }
}
