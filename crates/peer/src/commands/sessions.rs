//! Learning sessions.

use crate::{
    engine::Engine,
    error::CommandError,
    event::Event,
    job::{BooksCall, JobId},
    session::Session,
};
use protocol::session::{Proposal, RoundRecord, SessionOptions, first_draw};
use serde_bytes::ByteBuf;
use units::{ClusterId, Instant, PeerId, SessionId, SortedSet};

impl Engine {
    /// Proposes a session to the room and begins it. `invited` names who may take part; `None` is everyone, and nobody
    /// is training alone.
    ///
    /// # Errors
    /// [`CommandError::UnknownCluster`], [`CommandError::ClusterSplit`], [`CommandError::NoData`], [`CommandError::SessionRunning`],
    /// [`CommandError::NoRoom`] unless alone, [`CommandError::InvalidInput`].
    pub fn start_session(
        &mut self,
        now: Instant,
        cluster: ClusterId,
        task: String,
        options: SessionOptions,
        invited: Option<Vec<PeerId>>,
    ) -> Result<SessionId, CommandError> {
        if let Some(session) = self.session.as_ref().filter(|session| session.running) {
            return Err(CommandError::SessionRunning(session.id));
        }
        if let Some(id) = self.moving_session(&cluster) {
            return Err(CommandError::SessionRunning(id));
        }
        self.known(&cluster)?;
        if self.is_split(&cluster) {
            return Err(CommandError::ClusterSplit(cluster));
        }
        let no_data = || CommandError::NoData(cluster.clone());
        let known = self.clusters.get(&cluster).ok_or_else(no_data)?;
        if known.is_growing {
            return Err(CommandError::InvalidInput(format!(
                "nodes are being added to cluster `{cluster}`: wait a moment"
            )));
        }
        let rows = known.train_rows;
        let model = known.model.filter(|_| rows > 0).ok_or_else(no_data)?;
        let me = self.core.me;
        let others = |peers: Vec<PeerId>| peers.into_iter().filter(|peer| *peer != me).collect();
        let invited: Option<SortedSet<PeerId>> = invited.map(others);
        let alone = invited.as_ref().is_some_and(SortedSet::is_empty);
        if !alone && self.room.is_none() {
            return Err(CommandError::NoRoom);
        }
        let (network, recipe) = (known.network.clone(), known.recipe.clone());
        let nonce = self.core.random_bytes();
        // In a full mesh everybody contributes.
        let draw = if self.roster.is_partial {
            first_draw(self.roster.others().saturating_add(1))
        } else {
            u32::MAX
        };
        let proposal = Proposal {
            cluster,
            network,
            recipe,
            task,
            options,
            founder: me,
            invited,
            first_model: model,
            draw,
            nonce,
        };
        proposal.validate()?;
        let id = proposal.session_id();
        let gather = !alone && self.roster.connected().next().is_some();
        let life = self.core.session_life(now);
        let session = Session::new(proposal, None, gather, life, now);
        self.session = Some(Box::new(session));
        self.core.event(Event::SessionStarted { session: id });
        self.with_session(now, |session, s| session.cluster_ready(model, rows, s));
        self.checkpoint_session(now, true);
        Ok(id)
    }

    /// The newest record of this device's session; `None` if it has no such session.
    pub fn newest_record(&self, id: SessionId) -> Option<&RoundRecord> {
        let session = self.session.as_ref().filter(|session| session.id == id)?;
        Some(&session.head)
    }

    /// The rounds of this device's session with their updates, as a file that anybody can check: since the session began here,
    /// or since as much as fits memory. See [`transcript::Transcript`].
    ///
    /// # Errors
    /// [`CommandError::UnknownSession`], or [`CommandError::NoTranscript`] where nothing is kept.
    pub fn write_transcript(&self, id: SessionId) -> Result<Vec<u8>, CommandError> {
        let session = self.session.as_ref().filter(|session| session.id == id);
        let session = session.ok_or(CommandError::UnknownSession(id))?;
        let transcript = session.transcript().filter(|transcript| !transcript.rounds.is_empty());
        Ok(transcript.ok_or(CommandError::NoTranscript)?.encode())
    }

    /// The room as a file that anybody can check: its ledger, and the rounds of this device's session as [`Self::write_transcript`]
    /// has them. [`crate::Event::Answered`] comes with it.
    ///
    /// # Errors
    /// [`CommandError::NoRoom`].
    pub fn write_room(&mut self, now: Instant) -> Result<JobId, CommandError> {
        let session = self.session.as_ref().map(|session| session.id);
        let transcript = session.and_then(|id| self.write_transcript(id).ok());
        let transcripts = transcript.into_iter().map(ByteBuf::from).collect();
        self.ask_books(now, BooksCall::Export(transcripts))
    }

    /// Stops taking part in the running session; stops it for all if this device proposed it.
    ///
    /// # Errors
    /// [`CommandError::UnknownSession`].
    pub fn stop_session(&mut self, now: Instant, id: SessionId) -> Result<(), CommandError> {
        let running = self.session.as_ref().is_some_and(|s| s.running && s.id == id);
        if !running {
            return Err(CommandError::UnknownSession(id));
        }
        self.with_session(now, |session, s| session.stop(s));
        Ok(())
    }
}
