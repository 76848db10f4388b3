//! The application's door, with a host behind it.

use crate::{builtin, problem};
use app::{BuiltinPart, Market, PeerPort, Problem, Reply, Settings};
use browser::{Host, HostError, Offers};
use core::time::Duration;
use gloo_timers::future::sleep;
use neural::Dataset;
use peer::{
    Answer, Blueprint, BooksCall, BooksReply, BorrowPlan, ClusterState, ConnectPolicy, DeskJob,
    Event, ModelFormat, Origin, Prediction, SkillAnswer, SkillJob, SplitTraining, View,
};
use protocol::session::SessionOptions;
use sdk::Failure;
use units::{ClusterId, Hash, PeerId, RoomId, SessionId};
use wasm_bindgen_futures::spawn_local;
use web_sys::Blob;

/// How long after entering a room the worker is loaded: first comes the page, then the connections.
const WORKER_WAIT: Duration = Duration::from_secs(1);

/// A host, as the application sees it.
pub(crate) struct Port {
    host: Host,
}

impl Port {
    pub(crate) fn new(host: Host) -> Self {
        Self { host }
    }

    /// Does something at once.
    fn now<T: 'static>(&self, command: impl FnOnce(&Host) -> Result<T, HostError>) -> Reply<T> {
        let result = command(&self.host).map_err(|error| problem(&error));
        Box::pin(async move { result })
    }

    /// Does something that ends later.
    fn later<T: 'static, F>(&self, command: impl FnOnce(Host) -> F) -> Reply<T>
    where
        F: Future<Output = Result<T, HostError>> + 'static,
    {
        let ending = command(self.host.clone());
        Box::pin(
            async move { ending.await.map_err(|error: HostError| -> Problem { problem(&error) }) },
        )
    }
}

impl PeerPort for Port {
    fn view(&self) -> View {
        self.host.view()
    }

    fn on_change(&self, handler: Box<dyn FnMut()>) {
        self.host.on_change(handler);
    }

    fn on_event(&self, handler: Box<dyn FnMut(&Event)>) {
        self.host.on_event(handler);
    }

    fn create_room(&self) -> Reply<String> {
        self.now(|host| {
            let invitation_path = host.create_room()?.invitation_path();
            host.start_discovery()?;
            prepare_worker_soon(host);
            Ok(invitation_path)
        })
    }

    fn open_room(&self, room: RoomId, fragment: String) -> Reply<()> {
        self.now(|host| {
            host.join_room(room, &fragment)?;
            prepare_worker_soon(host);
            host.start_discovery()
        })
    }

    fn leave_room(&self) -> Reply<()> {
        self.now(Host::leave_room)
    }

    fn configure_signaling_server(&self, url: String) -> Reply<()> {
        self.now(|host| host.configure_signaling_server(&url))
    }

    fn discover(&self) -> Reply<()> {
        self.later(|host| async move { host.discover().await })
    }

    fn set_connect_by_hand(&self, by_hand: bool) -> Reply<()> {
        let policy = if by_hand { ConnectPolicy::ByHand } else { ConnectPolicy::Everyone };
        self.now(|host| host.set_connect_policy(policy))
    }

    fn share_setting(&self, name: &str, value: &str) {
        // Where the peer has ended, there is nobody to tell.
        let _ = self.host.share_setting(name, value);
    }

    fn connect(&self, peer: PeerId) -> Reply<()> {
        self.later(|host| async move { host.connect(peer).await })
    }

    fn close(&self, peer: PeerId) -> Reply<()> {
        self.now(|host| host.disconnect(peer))
    }

    fn send_text(&self, to: Option<PeerId>, text: String) -> Reply<u32> {
        self.now(|host| host.send_text(to, &text))
    }

    fn set_device_name(&self, name: String) -> Reply<()> {
        self.now(|host| host.set_device_name(name))
    }

    fn create_cluster(&self, cluster: ClusterId, blueprint: Blueprint) -> Reply<()> {
        self.later(|host| async move { host.create_cluster(cluster, blueprint).await.map(drop) })
    }

    fn ask_desk(&self, job: DeskJob) -> Reply<Answer> {
        self.later(|host| async move { host.ask_desk(job).await })
    }

    fn load_own(
        &self,
        cluster: ClusterId,
        dataset: Dataset,
        held_out_percent: u8,
        title: String,
    ) -> Reply<()> {
        self.later(|host| async move {
            let origin = Origin::Own(title);
            host.load_dataset(cluster, dataset, held_out_percent, origin).await.map(drop)
        })
    }

    fn write_model_file(&self, cluster: ClusterId, format: ModelFormat) -> Reply<Vec<u8>> {
        self.later(|host| async move { host.write_model_file(cluster, format).await })
    }

    fn load_builtin(&self, cluster: ClusterId, part: BuiltinPart) -> Reply<()> {
        Box::pin(builtin::load(self.host.clone(), cluster, part))
    }

    fn start_session(
        &self,
        cluster: ClusterId,
        task: String,
        options: SessionOptions,
        together: bool,
    ) -> Reply<SessionId> {
        let invited = (!together).then(Vec::new);
        self.now(|host| host.start_session(cluster, task, options, invited))
    }

    fn rejoin_session(&self, session: SessionId) -> Reply<()> {
        self.now(|host| host.rejoin_session(session))
    }

    fn stop_session(&self, session: SessionId) -> Reply<()> {
        self.now(|host| host.stop_session(session))
    }

    fn write_transcript(&self, session: SessionId) -> Reply<Vec<u8>> {
        self.now(|host| host.write_transcript(session))
    }

    fn carry_nodes(&self, nodes: u32) -> Reply<()> {
        self.now(|host| host.carry_nodes(nodes))
    }

    fn split_cluster(&self, cluster: ClusterId) -> Reply<()> {
        self.now(|host| host.split_cluster(cluster))
    }

    fn train_split(&self, cluster: ClusterId, training: SplitTraining) -> Reply<()> {
        self.now(|host| host.train_split(cluster, training))
    }

    fn gather_cluster(&self, cluster: ClusterId) -> Reply<()> {
        self.now(|host| host.gather_cluster(&cluster))
    }

    fn work_on_skills(&self, cluster: ClusterId, job: SkillJob) -> Reply<SkillAnswer> {
        self.later(|host| async move { host.work_on_skills(cluster, job).await })
    }

    fn ask_memory(&self, call: Vec<u8>) -> Reply<Vec<u8>> {
        self.later(|host| async move { host.ask_memory(call).await })
    }

    fn write_copy(&self, passphrase: String, settings: Settings) -> Reply<Blob> {
        let written = sdk::write_copy(self.host.clone(), passphrase, settings);
        Box::pin(async move { written.await.map_err(failed) })
    }

    fn check_copy(&self, file: Blob, passphrase: String) -> Reply<()> {
        let checked = sdk::check_copy(self.host.clone(), file, passphrase);
        Box::pin(async move { checked.await.map_err(failed) })
    }

    fn become_copy(&self, file: Blob, passphrase: String) -> Reply<Settings> {
        let became = sdk::become_copy(self.host.clone(), file, passphrase);
        Box::pin(async move { became.await.map_err(failed) })
    }

    fn ask_books(&self, call: BooksCall) -> Reply<Option<BooksReply>> {
        self.later(|host| async move { host.ask_books(call).await })
    }

    fn write_room(&self) -> Reply<Vec<u8>> {
        self.later(|host| async move { host.write_room().await })
    }

    fn find_offers(&self) -> Reply<Market> {
        self.later(|host| async move {
            let Offers { free, own } = host.find_offers().await?;
            Ok(Market { free, own })
        })
    }

    fn borrow_nodes(&self, cluster: ClusterId, plan: BorrowPlan) -> Reply<()> {
        self.later(|host| async move { host.borrow_nodes(cluster, plan).await })
    }

    fn end_borrowing(&self, loan: Hash) -> Reply<()> {
        self.now(|host| host.end_borrowing(loan))
    }

    fn predict(&self, cluster: ClusterId, input: Vec<f32>) -> Reply<Prediction> {
        self.later(|host| async move { host.predict(cluster, input).await })
    }

    fn cluster_state(&self, cluster: ClusterId) -> Reply<ClusterState> {
        self.later(|host| async move { host.cluster_state(cluster).await })
    }
}

fn failed(Failure { code, message }: Failure) -> Problem {
    Problem { code, message }
}

fn prepare_worker_soon(host: &Host) {
    let host = host.clone();
    spawn_local(async move {
        sleep(WORKER_WAIT).await;
        host.prepare_worker();
    });
}
