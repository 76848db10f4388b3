//! The one door between what people see and the peer behind it.
//!
//! Components call [`PeerPort`] and draw [`peer::View`]; the browser's entry point puts the real peer behind it. On the
//! server there is none, and pages are drawn as they are before the peer has started.

use crate::state::builtin::BuiltinPart;
use books::view::OfferView;
use core::{future::Future, pin::Pin};
use neural::Dataset;
use peer::{
    Answer, Blueprint, BooksCall, BooksReply, BorrowPlan, ClusterState, DeskJob, ModelFormat,
    Prediction, SkillAnswer, SkillJob, SplitTraining,
};
use protocol::session::SessionOptions;
use std::rc::Rc;
use units::{ClusterId, Hash, PeerId, RoomId, SessionId};
use web_sys::Blob;

/// A sentence for people, with a stable name for the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name, as in the JavaScript class's `Error.code`.
    pub code: String,
    /// The sentence.
    pub message: String,
}

impl Problem {
    /// The same, with the file that it is about in front, unless it names it there by itself.
    pub(crate) fn about(self, file: &str) -> Self {
        let name = format!("`{file}`");
        match self.message.starts_with(&name) {
            true => self,
            false => Self { message: format!("{name}: {}", self.message), ..self },
        }
    }

    /// The worker answered something else than it was asked. No worker of this page does.
    pub(crate) fn unexpected_answer() -> Self {
        let message = "the worker gave an answer to something else: reload the page".to_owned();
        Self { code: "worker_lost".to_owned(), message }
    }
}

/// Nodes for lease.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Market {
    /// Those that this device can take, the best first.
    pub free: Vec<OfferView>,
    /// Its own.
    pub own: Vec<OfferView>,
}

/// What a page keeps besides a peer's records: names and values.
pub type Settings = Vec<(String, String)>;

/// What a command comes to, later.
pub type Reply<T> = Pin<Box<dyn Future<Output = Result<T, Problem>>>>;

/// Whether the peer behind the page is there.
#[derive(Clone, Default)]
pub enum PortState {
    /// Identity and records are being loaded.
    #[default]
    Starting,
    /// It is.
    Ready(Rc<dyn PeerPort>),
    /// It cannot be: a second tab holds this identity, storage is refused, or the browser lacks something.
    Failed(Problem),
}

/// The peer behind the page.
pub trait PeerPort {
    /// Where things stand.
    fn view(&self) -> peer::View;
    /// Calls `handler` after changes, at most once an animation frame, for as long as the page lives.
    fn on_change(&self, handler: Box<dyn FnMut()>);
    /// Calls `handler` for every event, for as long as the page lives.
    fn on_event(&self, handler: Box<dyn FnMut(&peer::Event)>);

    /// Makes a room, enters it and starts to discover. The answer is its invitation path, `/room/<id>#<secret>`.
    fn create_room(&self) -> Reply<String>;
    /// Enters the room of an invitation and starts to discover. Being in it already is success.
    fn open_room(&self, room: RoomId, fragment: String) -> Reply<()>;
    /// Leaves the room and closes all connections.
    fn leave_room(&self) -> Reply<()>;
    /// Uses another signaling server from the next discovery on.
    fn configure_signaling_server(&self, url: String) -> Reply<()>;
    /// Connects to the signaling server, registers, and asks who is there; resolves once registered.
    fn discover(&self) -> Reply<()>;
    /// Whether to connect to peers only when told to.
    fn set_connect_by_hand(&self, by_hand: bool) -> Reply<()>;
    /// Connects to a peer; resolves when the channels are open.
    fn connect(&self, peer: PeerId) -> Reply<()>;
    /// Closes the connection with a peer.
    fn close(&self, peer: PeerId) -> Reply<()>;
    /// Sends a text to one peer, or to everyone in the room. The answer is to how many it went from here.
    fn send_text(&self, to: Option<PeerId>, text: String) -> Reply<u32>;
    /// Sets something that is the same on all devices of this person.
    fn share_setting(&self, name: &str, value: &str);
    /// Names this device.
    fn set_device_name(&self, name: String) -> Reply<()>;

    /// Makes a cluster of threshold-gated nodes on this device.
    fn create_cluster(&self, cluster: ClusterId, blueprint: Blueprint) -> Reply<()>;
    /// Has the worker look at a person's file, or make something of it.
    fn ask_desk(&self, job: DeskJob) -> Reply<Answer>;
    /// Puts a person's own rows on a cluster; they are stored on this device under the title of where they came from.
    fn load_own(
        &self,
        cluster: ClusterId,
        dataset: Dataset,
        held_out_percent: u8,
        title: String,
    ) -> Reply<()>;
    /// The shared network as a file that other programs understand.
    fn write_model_file(&self, cluster: ClusterId, format: ModelFormat) -> Reply<Vec<u8>>;
    /// Loads a part of a data set that ships with the site. The cluster's data source becomes the part's text form, so
    /// that [`peer::Event::DatasetWanted`] in a later life can be answered with the same rows.
    fn load_builtin(&self, cluster: ClusterId, part: BuiltinPart) -> Reply<()>;
    /// Starts to train, together with whoever in the room joins, or alone.
    fn start_session(
        &self,
        cluster: ClusterId,
        task: String,
        options: SessionOptions,
        together: bool,
    ) -> Reply<SessionId>;
    /// Takes part again in a session that was left here and still runs elsewhere.
    fn rejoin_session(&self, session: SessionId) -> Reply<()>;
    /// Stops taking part; stops the session for all if this device proposed it.
    fn stop_session(&self, session: SessionId) -> Reply<()>;
    /// The session's rounds with their updates, as a file that anybody can check.
    fn write_transcript(&self, session: SessionId) -> Reply<Vec<u8>>;
    /// Carries so many nodes of others' networks; 0 is none.
    fn carry_nodes(&self, nodes: u32) -> Reply<()>;
    /// Gives nodes of a cluster to connected devices that carry nodes of others.
    fn split_cluster(&self, cluster: ClusterId) -> Reply<()>;
    /// Trains a split cluster on this device's rows, wherever its nodes are.
    fn train_split(&self, cluster: ClusterId, training: SplitTraining) -> Reply<()>;
    /// Brings all nodes of a cluster home, with what they have learnt.
    fn gather_cluster(&self, cluster: ClusterId) -> Reply<()>;
    /// Copies, tries or adds what nodes of a cluster have learnt, or looks at how they fire.
    fn work_on_skills(&self, cluster: ClusterId, job: SkillJob) -> Reply<SkillAnswer>;
    /// Asks this device's memory for something: a `memory::call::Call`, encoded. The answer is a `Reply` or a `Refusal`.
    fn ask_memory(&self, call: Vec<u8>) -> Reply<Vec<u8>>;
    /// Writes all that this device has, and settings, into one file that a passphrase opens.
    fn write_copy(&self, passphrase: String, settings: Settings) -> Reply<Blob>;
    /// Whether a passphrase opens a copy, and this device can be what is in it. Nothing is changed.
    fn check_copy(&self, file: Blob, passphrase: String) -> Reply<()>;
    /// Makes this device the one that a copy is of: this peer is closed then, and the page is to be loaded anew. The answer is the
    /// settings that came with it. A copy that does not open changes nothing.
    fn become_copy(&self, file: Blob, passphrase: String) -> Reply<Settings>;
    /// Tells the room's books something, or asks them.
    fn ask_books(&self, call: BooksCall) -> Reply<Option<BooksReply>>;
    /// The room as a file that anybody can check.
    fn write_room(&self) -> Reply<Vec<u8>>;
    /// Nodes for lease.
    fn find_offers(&self) -> Reply<Market>;
    /// Takes nodes on lease for a cluster.
    fn borrow_nodes(&self, cluster: ClusterId, plan: BorrowPlan) -> Reply<()>;
    /// Ends a loan of this device.
    fn end_borrowing(&self, loan: Hash) -> Reply<()>;
    /// What does the shared network see, and which nodes fire at it?
    fn predict(&self, cluster: ClusterId, input: Vec<f32>) -> Reply<Prediction>;
    /// Thresholds, firing rates, operations saved.
    fn cluster_state(&self, cluster: ClusterId) -> Reply<ClusterState>;
}

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn a_problem_with_a_file_names_it_once() {
        let problem = |message: &str| Problem { code: "c".to_owned(), message: message.to_owned() };
        let about = |message| problem(message).about("a.csv");
        assert_eq!(about("line 2 is empty"), problem("`a.csv`: line 2 is empty"));
        assert_eq!(about("`a.csv` has 9 GB"), problem("`a.csv` has 9 GB"));
    }
}
