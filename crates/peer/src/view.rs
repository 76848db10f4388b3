//! Where things stand, in a form that can be drawn.

use crate::{
    clusters::Origin,
    io::PathStats,
    job::{Evaluation, LedgerView},
    split::{HostingView, SplitView},
};
use protocol::{cluster::NetworkSpec, session::SessionOptions, signaling::Capability};
use serde::{Deserialize, Serialize};
use units::{ClusterId, Hash, PeerId, RoomId, SessionId, UnixMillis};

/// The whole peer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// This peer.
    pub me: PeerId,
    /// What this device told others of itself.
    pub capability: Capability,
    /// The signaling server's address.
    pub signaling_url: Option<String>,
    /// How it stands with the server.
    pub signaling: SignalingState,
    /// Whether this device connects only when told to; else it connects to everyone in the room.
    pub connect_by_hand: bool,
    /// The room.
    pub room: Option<RoomView>,
    /// Everyone else known in the room, by id: all of a room of up to [`protocol::limits::KNOWN_PEERS_MAX`] others, some
    /// of a larger one.
    pub peers: Vec<PeerView>,
    /// The clusters on this device, by id.
    pub clusters: Vec<ClusterView>,
    /// The learning session, running or the last one that ended.
    pub session: Option<SessionView>,
    /// A session that was left here, still runs elsewhere, and can be taken part in again.
    pub left_session: Option<LeftSessionView>,
    /// The cluster whose nodes are on several devices.
    pub split: Option<SplitView>,
    /// What this device carries for others.
    pub hosting: HostingView,
    /// How the room's ledger stands here; `None` while nothing is known of it.
    pub ledger: Option<LedgerView>,
    /// How many capsules this device keeps; `None` before its memory was opened.
    pub capsules: Option<u32>,
    /// The newest messages, oldest first.
    pub messages: Vec<MessageView>,
}

/// How it stands with the signaling server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SignalingState {
    /// Not wanted.
    Off,
    /// The socket is being opened.
    Connecting,
    /// The socket is open and the challenge is being answered.
    Registering,
    /// The server has accepted this peer.
    Registered,
    /// Out of reach; it will be tried again.
    Waiting {
        /// Why.
        reason: String,
    },
}

/// The room this device is in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoomView {
    /// Its name.
    pub id: RoomId,
    /// `/room/<id>#<secret>`; the invitation link is this behind the site's address.
    pub invitation_path: String,
}

/// A peer in the room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PeerView {
    /// Who.
    pub peer: PeerId,
    /// Whether it is another device of this one's person.
    pub is_mine: bool,
    /// What its device can do.
    pub capability: Capability,
    /// The stage of the connection with it.
    pub stage: LinkStage,
    /// Path and counters of an open connection.
    pub stats: Option<PathStats>,
    /// Round trip of the newest ping on `control`.
    pub ping_ms: Option<f64>,
    /// Who passed the handshake on: a neighbour, or `None` for the server or several devices in between.
    pub introduced_by: Option<PeerId>,
    /// How the last connection or attempt ended; `None` while another one is under way.
    pub ended: Option<Ended>,
}

/// The stages of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkStage {
    /// Known, not connected.
    Discovered,
    /// An offer is on its way.
    Offering,
    /// An offer came and is being answered.
    Answering,
    /// Descriptions are exchanged, paths are being tried.
    Connecting,
    /// Both channels are open.
    Open,
    /// The path was lost; new paths are being tried.
    Restarting,
}

/// How and why a connection, or an attempt at one, ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How, for programs.
    pub end: LinkEnd,
    /// Why, for a person to read.
    pub reason: String,
}

/// The ways in which a connection, or an attempt at one, ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkEnd {
    /// Somebody at this device closed it.
    ClosedHere,
    /// The other device closed it, or its page was closed or reloaded.
    ClosedThere,
    /// It was never open: nobody answered, or no path was found.
    NotReached,
    /// It was open and fell silent or broke.
    Lost,
    /// The other device sent something that no honest device sends.
    Misbehaved,
}

impl LinkEnd {
    /// Whether somebody wanted this end, so that there is nothing to be alarmed at.
    pub fn was_wanted(self) -> bool {
        matches!(self, Self::ClosedHere | Self::ClosedThere)
    }
}

/// A cluster on this device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClusterView {
    /// Its name.
    pub id: ClusterId,
    /// Its network.
    pub network: NetworkSpec,
    /// How inputs are made of people's data (a `data::Recipe`, encoded); empty if they are numbers as they are.
    #[serde(with = "serde_bytes")]
    pub recipe: Vec<u8>,
    /// The hash of its shared network.
    pub model: Hash,
    /// Rows to train on.
    pub train_rows: u32,
    /// Rows to evaluate on.
    pub held_out_rows: u32,
    /// Training rows of each class.
    pub class_rows: Vec<u32>,
    /// Where its rows came from; `None` while there are none.
    pub origin: Option<Origin>,
}

/// A learning session as this device sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SessionView {
    /// Which.
    pub id: SessionId,
    /// What it learns, in a person's words.
    pub task: String,
    /// The cluster.
    pub cluster: ClusterId,
    /// Who proposed it.
    pub founder: PeerId,
    /// How it trains.
    pub options: SessionOptions,
    /// Whether it goes on.
    pub running: bool,
    /// Why it ended.
    pub ended_because: Option<String>,
    /// Finished rounds.
    pub round: u32,
    /// The hash of the newest model.
    pub model: Hash,
    /// The hash of the newest record.
    pub record: Hash,
    /// How many members say that they arrived at the newest record, this one among them; their next promises sign it.
    pub signatures: u32,
    /// What this device is doing in the running round.
    pub phase: RoundPhase,
    /// Who leads the running round.
    pub leader: Option<PeerId>,
    /// Members that take part, this device among them, by id.
    pub members: Vec<MemberView>,
    /// Members that contribute no longer, by id.
    pub excluded: Vec<ExcludedView>,
    /// The rounds that this page has seen, oldest first.
    pub history: Vec<RoundView>,
    /// The rounds before those, which the device saw before the page was reloaded, oldest first.
    pub earlier: Vec<EarlierRound>,
    /// Lineages that this device left when parts of the room met again, oldest first; the newest 32.
    pub lineages_left: Vec<LineageLeft>,
    /// Session bytes that this device has sent.
    pub sent_bytes: u64,
    /// Whether this device sends only its largest changes for a while, because updates have been long on their way.
    pub sends_little: bool,
    /// What this device has spent of its privacy; `None` in open sessions.
    pub privacy: Option<PrivacyView>,
    /// The groups of which only sums are seen; `None` where every member sees every update.
    pub masks: Option<MasksView>,
    /// What went wrong last, if it has not been mended.
    pub problem: Option<String>,
}

/// Who is in a group with whom, where only sums are seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MasksView {
    /// The groups of the running round; none before its leader has named them.
    pub groups: Vec<Vec<PeerId>>,
    /// Which of them is this device's.
    pub own_group: Option<u32>,
    /// How many groups of the newest record came to a sum; `None` before the first.
    pub sums: Option<u32>,
}

/// The privacy budget of this device's rows in a session: what others can tell of any one row is bounded by ε, but for δ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrivacyView {
    /// The ε that was agreed on for all rounds.
    pub epsilon_max: f64,
    /// The δ of every ε.
    pub delta: f64,
    /// The ε that this device has spent by now.
    pub epsilon: f64,
    /// The ε after all rounds, if this device takes part in all of them; `None` before its first.
    pub epsilon_after: Option<f64>,
    /// The deviation of the noise in every step, in lengths of the longest change that one row can make.
    pub noise_multiplier: Option<f64>,
    /// What that noise was measured to cost on the digits that ship with the site, in points of accuracy out of a hundred; `None`
    /// before the first round.
    pub price_points: Option<f64>,
    /// Why this device only looks on, if its budget does not let it train.
    pub exhausted: Option<String>,
}

/// A session that was left on this device and that connected peers go on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftSessionView {
    /// Which.
    pub id: SessionId,
    /// What it learns, in a person's words.
    pub task: String,
    /// The cluster.
    pub cluster: ClusterId,
    /// Who proposed it.
    pub founder: PeerId,
}

/// What a device is doing in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundPhase {
    /// Waiting for data or for a model.
    Waiting,
    /// Training on its own rows.
    Training,
    /// Its update is committed; waiting for the others'.
    Committed,
    /// Updates are travelling.
    Revealing,
    /// Bringing the updates together.
    Aggregating,
    /// The session is over.
    Finished,
}

/// A member of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberView {
    /// Who.
    pub peer: PeerId,
    /// Training rows on its device.
    pub rows: u32,
    /// Whether its update of the running round is promised.
    pub committed: bool,
}

/// A finished round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundView {
    /// Which.
    pub round: u32,
    /// The hash of its model.
    pub model: Hash,
    /// Members whose updates are in it, by id.
    pub members: Vec<PartView>,
    /// Who decided on them; `None` if this device took the round up from others.
    pub leader: Option<PeerId>,
    /// How long it took on this device.
    pub duration_ms: u32,
    /// Session bytes that this device sent in it.
    pub sent_bytes: u64,
    /// The shared network on this device's held-out rows.
    pub together: Option<Evaluation>,
    /// The network that learnt from this device's rows only, with the same budget.
    pub alone: Option<Evaluation>,
}

/// A finished round, as much of it as outlives the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarlierRound {
    /// Which.
    pub round: u32,
    /// How many members' updates are in it.
    pub members: u32,
    /// Rows of this device that both networks were measured on.
    pub rows: u32,
    /// Of those, how many the shared network told right.
    pub together_correct: Option<u32>,
    /// Of those, how many the network told right that learnt from this device's rows only.
    pub alone_correct: Option<u32>,
}

impl EarlierRound {
    /// The shared network's accuracy, 0 to 1.
    pub fn together(&self) -> Option<f64> {
        self.accuracy(self.together_correct)
    }

    /// The accuracy, 0 to 1, of the network that learnt from this device's rows only.
    pub fn alone(&self) -> Option<f64> {
        self.accuracy(self.alone_correct)
    }

    fn accuracy(&self, correct: Option<u32>) -> Option<f64> {
        correct.filter(|_| self.rows > 0).map(|it| f64::from(it) / f64::from(self.rows))
    }
}

impl From<&RoundView> for EarlierRound {
    fn from(round: &RoundView) -> Self {
        let measured = round.together.as_ref().or(round.alone.as_ref());
        let rows = measured.map_or(0, |evaluation| evaluation.rows);
        let correct = |evaluation: &Option<Evaluation>| {
            evaluation.as_ref().filter(|it| it.rows == rows).map(|it| it.correct)
        };
        Self {
            round: round.round,
            members: round.members.len() as u32,
            rows,
            together_correct: correct(&round.together),
            alone_correct: correct(&round.alone),
        }
    }
}

/// A lineage of rounds that was left for a heavier one: the room was in parts, each learnt on, and they met again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineageLeft {
    /// Its newest round.
    pub round: u32,
    /// How many of its newest rounds were made apart, and count no longer; after a reload meanwhile, those seen since.
    pub rounds_apart: u32,
    /// The round of the other lineage that was taken up in its place.
    pub taken_up_round: u32,
    /// Members whose updates are in that round.
    pub members: u32,
    /// Whether this device had a part in what was left: a part of what it has learnt then goes into its next updates.
    pub keeps_ours: bool,
}

/// A member's part in a finished round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PartView {
    /// Who.
    pub peer: PeerId,
    /// Samples that it trained on.
    pub samples: u32,
    /// What its update brings by itself on rows that the others hold out, in nats: the median of what they signed. `None`
    /// where fewer than three have.
    pub score: Option<f32>,
}

/// Why a member contributes no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// It promised two different updates for one round, and both promises are here with its signature.
    TwoUpdates,
    /// By what the others find on their own rows, its updates did much more harm than all others.
    Harm,
}

/// A member that contributes no longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcludedView {
    /// Who.
    pub peer: PeerId,
    /// Why.
    pub why: Exclusion,
}

impl RoundView {
    /// Whether a member's update is in the round.
    pub fn has(&self, peer: PeerId) -> bool {
        self.members.iter().any(|part| part.peer == peer)
    }
}

/// A text message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageView {
    /// Grows from one text of the sender to its next.
    pub id: u64,
    /// Who wrote it.
    pub from: PeerId,
    /// Who it is for: one entry a receiver, for messages to all as well, where everyone is connected; `None` is everyone
    /// in a larger room.
    pub to: Option<PeerId>,
    /// What the other device was called then: who wrote it, or of one's own, who it is for. Empty if it had no name.
    pub name: String,
    /// The text.
    pub text: String,
    /// When it was sent or arrived, by this device's clock.
    pub at: UnixMillis,
    /// Whether the receiver has stored it; of a message to everyone in a larger room, whether a neighbour has.
    pub delivered: bool,
}
