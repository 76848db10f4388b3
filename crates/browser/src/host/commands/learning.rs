//! Learning sessions.

use crate::{HostError, host::Host};
use protocol::session::SessionOptions;
use units::{ClusterId, PeerId, SessionId};

impl Host {
    /// Whether a few rows of classes that came before are rehearsed while a cluster trains on rows without them: they are, unless this
    /// says otherwise.
    ///
    /// # Errors
    /// [`HostError::Command`] if there is no such cluster.
    pub fn set_rehearsal(&self, cluster: ClusterId, is_on: bool) -> Result<(), HostError> {
        self.command(|engine, now| engine.set_rehearsal(now, cluster, is_on))
    }

    /// Starts to train. `invited`: `None` for everyone in the room, an empty list for this device alone.
    ///
    /// # Errors
    /// [`HostError::Command`] says what is missing.
    pub fn start_session(
        &self,
        cluster: ClusterId,
        task: String,
        options: SessionOptions,
        invited: Option<Vec<PeerId>>,
    ) -> Result<SessionId, HostError> {
        self.command(|engine, now| engine.start_session(now, cluster, task, options, invited))
    }

    /// Takes part again in a session that was left here and still runs elsewhere.
    ///
    /// # Errors
    /// [`HostError::Command`] if another session runs here, or nobody connected runs that one.
    pub fn rejoin_session(&self, session: SessionId) -> Result<(), HostError> {
        self.command(|engine, now| engine.rejoin_session(now, session))
    }

    /// The session's rounds with their updates, as a file that anybody can check.
    ///
    /// # Errors
    /// [`HostError::Command`] if nothing is kept of such a session.
    pub fn write_transcript(&self, session: SessionId) -> Result<Vec<u8>, HostError> {
        self.command(|engine, _| engine.write_transcript(session))
    }

    /// Stops taking part; stops the session for all if this device proposed it.
    ///
    /// # Errors
    /// [`HostError::Command`] if no such session is running.
    pub fn stop_session(&self, session: SessionId) -> Result<(), HostError> {
        self.command(|engine, now| engine.stop_session(now, session))
    }
}
