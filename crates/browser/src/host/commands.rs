//! What an application can ask of a peer. The engine decides; here commands get the time, and those that end later wait.

use super::{Host, device_name, waiters::Outcome};
use crate::{HostError, clock};
use futures::{channel::oneshot::Receiver, future::LocalBoxFuture};
use neural::Dataset;
use peer::{
    Answer, Class, ClusterState, CommandError, ConnectPolicy, Engine, Evaluation, JobId, LinkStage,
    SignalingState,
};
use protocol::{
    cluster::NetworkSpec, room::RoomSecret, session::SessionOptions, signaling::Capability,
};
use units::{ClusterId, Hash, Instant, PeerId, RoomId, SessionId};

/// Jobs that an application may wait for: fewer than the worker takes, so that training never finds it full.
const JOBS_MAX: usize = 128;

/// Rows as they stand on a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadedRows {
    /// Rows to train on.
    pub train_rows: u32,
    /// Rows to evaluate on.
    pub held_out_rows: u32,
    /// Training rows of each class.
    pub class_rows: Vec<u32>,
}

impl Host {
    /// Makes a room and enters it.
    ///
    /// # Errors
    /// [`HostError::Closed`].
    pub fn create_room(&self) -> Result<RoomSecret, HostError> {
        self.command(|engine, now| Ok(engine.create_room(now)))
    }

    /// Enters the room of an invitation. Being in it already is success.
    ///
    /// # Errors
    /// [`HostError::Command`] says what is wrong with the invitation.
    pub fn join_room(&self, room: RoomId, fragment: &str) -> Result<(), HostError> {
        let secret = RoomSecret::from_invitation(room, fragment).map_err(CommandError::from)?;
        self.command(|engine, now| {
            engine.join_room(now, secret);
            Ok(())
        })
    }

    /// Leaves the room and closes all connections.
    ///
    /// # Errors
    /// [`HostError::Closed`].
    pub fn leave_room(&self) -> Result<(), HostError> {
        self.command(|engine, now| {
            engine.leave_room(now);
            Ok(())
        })
    }

    /// Uses another signaling server from the next discovery on.
    ///
    /// # Errors
    /// [`HostError::Command`] if the address is not one of a WebSocket.
    pub fn configure_signaling_server(&self, url: &str) -> Result<(), HostError> {
        self.command(|engine, now| engine.configure_signaling_server(now, url))
    }

    /// Starts to connect to the signaling server, to register, and to ask who is there. Whatever comes of it is an event.
    ///
    /// # Errors
    /// [`HostError::Command`] without a room or a server.
    pub fn start_discovery(&self) -> Result<(), HostError> {
        self.command(|engine, now| engine.start_discovery(now))
    }

    /// Connects to the signaling server, registers, and asks who is there; ends once registered.
    ///
    /// # Errors
    /// [`HostError::SignalingUnreachable`], [`HostError::SignalingRefused`], or [`HostError::Command`] without a room.
    pub async fn discover(&self) -> Result<(), HostError> {
        let registered = self.command_then(
            |engine, now| engine.start_discovery(now),
            |host, ()| {
                let is_registered = host.view().signaling == SignalingState::Registered;
                (!is_registered).then(|| host.0.waiters.borrow_mut().for_registration())
            },
        )?;
        wait(registered).await
    }

    /// Whether to connect to everyone in the room, or only to those one is told to.
    ///
    /// # Errors
    /// [`HostError::Closed`].
    pub fn set_connect_policy(&self, policy: ConnectPolicy) -> Result<(), HostError> {
        self.command(|engine, now| {
            engine.set_connect_policy(now, policy);
            Ok(())
        })
    }

    /// Tells the room another name of this device.
    ///
    /// # Errors
    /// [`HostError::Command`] if the name is too long.
    pub fn set_device_name(&self, device_name: String) -> Result<(), HostError> {
        let capability = Capability { device_name: device_name.clone(), ..self.view().capability };
        self.command(|engine, now| engine.set_capability(now, capability))?;
        device_name::keep(&self.0, &device_name);
        Ok(())
    }

    /// Connects to a peer; ends when both channels are open.
    ///
    /// # Errors
    /// [`HostError::ConnectionFailed`] with the reason, or [`HostError::Command`].
    pub async fn connect(&self, peer: PeerId) -> Result<(), HostError> {
        let opened = self.command_then(
            |engine, now| engine.connect(now, peer),
            |host, ()| {
                let stage = |it: &peer::PeerView| it.peer == peer && it.stage == LinkStage::Open;
                let is_open = host.view().peers.iter().any(stage);
                (!is_open).then(|| host.0.waiters.borrow_mut().for_connection(peer))
            },
        )?;
        wait(opened).await
    }

    /// Closes the connection with a peer.
    ///
    /// # Errors
    /// [`HostError::Command`] if there is none.
    pub fn disconnect(&self, peer: PeerId) -> Result<(), HostError> {
        self.command(|engine, now| engine.disconnect(now, peer))
    }

    /// Sends a text to one peer, or to all that are connected; to how many it went.
    ///
    /// # Errors
    /// [`HostError::Command`] if it is too long, or nobody is connected.
    pub fn send_text(&self, to: Option<PeerId>, text: &str) -> Result<u32, HostError> {
        self.command(|engine, now| engine.send_text(now, to, text))
    }

    /// Sends a ping on the `control` channel; [`peer::Event::Pong`] tells how long it took.
    ///
    /// # Errors
    /// [`HostError::Command`] if the peer is not connected.
    pub fn ping(&self, peer: PeerId) -> Result<(), HostError> {
        self.command(|engine, now| engine.ping(now, peer))
    }

    /// Sends bytes over the `bulk` channel, for its benchmark; `false` if the connection's queue is full.
    ///
    /// # Errors
    /// [`HostError::Command`] if the peer is not connected.
    pub fn send_probe(&self, to: PeerId, bytes: Vec<u8>) -> Result<bool, HostError> {
        self.command(|engine, now| engine.send_probe(now, to, bytes))
    }

    /// Makes a cluster of threshold-gated nodes on this device.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name the value that is wrong.
    pub async fn create_cluster(
        &self,
        cluster: ClusterId,
        network: NetworkSpec,
    ) -> Result<Hash, HostError> {
        match self.job(|engine, now| engine.create_cluster(now, cluster, network)).await? {
            Answer::Created { model, .. } => Ok(model),
            // The cluster was there already, with this network.
            Answer::State(state) => Ok(state.model),
            other => Err(unexpected(&other)),
        }
    }

    /// Puts rows on a cluster, in place of earlier ones. `source` names a set that ships with the application, which is
    /// then asked for by [`peer::Event::DatasetWanted`] in a later life; without it the rows are stored on this device.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn load_dataset(
        &self,
        cluster: ClusterId,
        dataset: Dataset,
        held_out_percent: u8,
        source: Option<String>,
    ) -> Result<LoadedRows, HostError> {
        let answer = self.job(|engine, now| {
            engine.load_dataset(now, cluster, dataset, held_out_percent, source)
        });
        match answer.await? {
            Answer::Loaded { train_rows, held_out_rows, class_rows } => {
                Ok(LoadedRows { train_rows, held_out_rows, class_rows })
            }
            other => Err(unexpected(&other)),
        }
    }

    /// Evaluates the shared network on the given rows, or else on the held-out ones.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn evaluate(
        &self,
        cluster: ClusterId,
        dataset: Option<Dataset>,
    ) -> Result<Evaluation, HostError> {
        match self.job(|engine, now| engine.evaluate(now, cluster, dataset)).await? {
            Answer::Evaluated(evaluation) => Ok(evaluation),
            other => Err(unexpected(&other)),
        }
    }

    /// What does the shared network see? Classes by falling probability.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn predict(
        &self,
        cluster: ClusterId,
        input: Vec<f32>,
    ) -> Result<Vec<Class>, HostError> {
        match self.job(|engine, now| engine.predict(now, cluster, input)).await? {
            Answer::Predicted(classes) => Ok(classes),
            other => Err(unexpected(&other)),
        }
    }

    /// Takes one local learning step from a given error, one value a class, on the newest predicted input.
    ///
    /// # Errors
    /// [`HostError::Command`] or [`HostError::Job`] name what does not fit the cluster.
    pub async fn learn_from_error(
        &self,
        cluster: ClusterId,
        error: Vec<f32>,
    ) -> Result<(), HostError> {
        self.job(|engine, now| engine.learn_from_error(now, cluster, error)).await.map(|_| ())
    }

    /// Thresholds, firing rates, operations saved.
    ///
    /// # Errors
    /// [`HostError::Command`] if there is no such cluster.
    pub async fn cluster_state(&self, cluster: ClusterId) -> Result<ClusterState, HostError> {
        match self.job(|engine, now| engine.read_state(now, cluster)).await? {
            Answer::State(state) => Ok(state),
            other => Err(unexpected(&other)),
        }
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

    /// Stops taking part; stops the session for all if this device proposed it.
    ///
    /// # Errors
    /// [`HostError::Command`] if no such session is running.
    pub fn stop_session(&self, session: SessionId) -> Result<(), HostError> {
        self.command(|engine, now| engine.stop_session(now, session))
    }

    fn command<T>(
        &self,
        command: impl FnOnce(&mut Engine, Instant) -> Result<T, CommandError>,
    ) -> Result<T, HostError> {
        self.command_then(command, |_, value| value)
    }

    /// Gives a command; `then` runs before its outputs are carried out, so that no answer can come too early.
    fn command_then<T, U>(
        &self,
        command: impl FnOnce(&mut Engine, Instant) -> Result<T, CommandError>,
        then: impl FnOnce(&Self, T) -> U,
    ) -> Result<U, HostError> {
        if self.0.is_closed.get() {
            return Err(HostError::Closed);
        }
        let result = command(&mut self.0.engine.borrow_mut(), clock::now());
        let result = result.map(|value| then(self, value));
        // A refused command may have something to say, too.
        self.0.drain();
        Ok(result?)
    }

    /// Gives a command that leads to a job, and waits for its answer. The command is given at once.
    fn job(
        &self,
        command: impl FnOnce(&mut Engine, Instant) -> Result<JobId, CommandError>,
    ) -> LocalBoxFuture<'static, Result<Answer, HostError>> {
        let waiting = self.0.waiters.borrow().jobs();
        if waiting >= JOBS_MAX {
            let problem = format!("{waiting} answers are awaited: wait for some of them");
            return Box::pin(async { Err(CommandError::InvalidInput(problem).into()) });
        }
        let answer =
            self.command_then(command, |host, job| host.0.waiters.borrow_mut().for_job(job));
        Box::pin(async move { answer?.await.unwrap_or(Err(HostError::Closed)) })
    }
}

async fn wait(outcome: Option<Receiver<Outcome<()>>>) -> Result<(), HostError> {
    match outcome {
        None => Ok(()),
        Some(outcome) => outcome.await.unwrap_or(Err(HostError::Closed)),
    }
}

/// An answer of another kind than the job's means that worker and page are of different builds.
fn unexpected(answer: &Answer) -> HostError {
    let kind = format!("{answer:?}");
    let kind = kind.split([' ', '(', '{']).next().unwrap_or_default().to_owned();
    peer::JobError::WorkerLost(format!("it answered `{kind}`, which nobody asked for")).into()
}
