//! What the page knows of the peer behind it, cut into pieces that are redrawn only when they have changed.

use super::{
    log::Log,
    place::PlaceSignal,
    port::Problem,
    slot::{self, mount_page},
};
use crate::{
    compact::follow,
    shown::{look_of, shown_name},
};
use leptos::prelude::*;
use peer::{
    ClusterView, LinkStage, MessageView, PeerView, RoomView, SessionView, SignalingState, View,
};
use units::{ClusterId, PeerId};

/// Whether the peer is there, as far as drawing is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Status {
    /// Identity and records are being loaded.
    #[default]
    Starting,
    /// The view is there.
    Ready,
    /// It will not come, and why.
    Failed(Problem),
}

/// Which nodes fired at the newest drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fired {
    /// Whose nodes.
    pub cluster: ClusterId,
    /// For each layer, the nodes that fired, ascending.
    pub layers: Vec<Vec<u32>>,
}

/// Signals over the newest [`View`]. A copy costs nothing; all copies are the same page.
#[derive(Clone, Copy)]
pub struct Page {
    /// Whether the peer is there.
    pub status: RwSignal<Status>,
    view: RwSignal<Option<View>>,
    /// What devices were called that may be gone: rounds that they led stay in sight.
    names: StoredValue<Names>,
    /// What has happened, newest first.
    pub log: Log,
    /// What the device's memory has told and nobody has read yet: `memory::library::News`, encoded.
    pub memory_news: RwSignal<Vec<Vec<u8>>>,
    /// What was told of this person's devices and nobody has read yet: `person::News`, encoded.
    pub device_news: RwSignal<Vec<Vec<u8>>>,
    /// What the link that led here holds to pair this device with another one.
    pub pairing: RwSignal<Option<String>>,
    /// Counts finished rounds, so that a picture can show that bytes have travelled.
    pub rounds_finished: RwSignal<u64>,
    /// Counts changes of theme, so that canvases are drawn again in the new colours.
    pub theme_changes: RwSignal<u32>,
    /// The cluster that data, training and the drawing pad are about, once it is chosen.
    pub chosen_cluster: RwSignal<Option<ClusterId>>,
    /// Which nodes fired at what is drawn on the pad; `None` while it is empty.
    pub fired: RwSignal<Option<Fired>>,
    /// How many devices were in the room before this one.
    pub place: PlaceSignal,
    /// This device.
    pub me: Memo<Option<PeerId>>,
    /// This device's name.
    pub device_name: Memo<String>,
    /// The room this device is in.
    pub room: Memo<Option<RoomView>>,
    /// How it stands with the server.
    pub signaling: Memo<SignalingState>,
    /// Everyone else.
    pub peers: Memo<Vec<PeerView>>,
    /// How many of them are connected.
    pub connected: Memo<usize>,
    /// The clusters on this device.
    pub clusters: Memo<Vec<ClusterView>>,
    /// The learning session.
    pub session: Memo<Option<SessionView>>,
    /// The newest messages, oldest first.
    pub messages: Memo<Vec<MessageView>>,
}

impl Page {
    fn new() -> Self {
        let view = RwSignal::new(None::<View>);
        let peers = memo_of(view, |view| view.peers.clone());
        let open = |peer: &&PeerView| peer.stage == LinkStage::Open;
        Self {
            status: RwSignal::default(),
            view,
            names: StoredValue::default(),
            log: Log::default(),
            memory_news: RwSignal::default(),
            device_news: RwSignal::default(),
            pairing: RwSignal::default(),
            rounds_finished: RwSignal::new(0),
            theme_changes: RwSignal::new(0),
            chosen_cluster: RwSignal::new(None),
            fired: RwSignal::new(None),
            place: PlaceSignal::default(),
            me: memo_of(view, |view| Some(view.me)),
            device_name: memo_of(view, |view| view.capability.device_name.clone()),
            room: memo_of(view, |view| view.room.clone()),
            signaling: Memo::new(move |_| {
                view.with(|view| view.as_ref().map_or(SignalingState::Off, |v| v.signaling.clone()))
            }),
            peers,
            connected: Memo::new(move |_| peers.with(|peers| peers.iter().filter(open).count())),
            clusters: memo_of(view, |view| view.clusters.clone()),
            session: memo_of(view, |view| view.session.clone()),
            messages: memo_of(view, |view| view.messages.clone()),
        }
    }

    /// A piece of the view, redrawn only when it has changed. Nothing before the peer has started.
    pub fn select<T>(self, select: fn(&View) -> T) -> Memo<T>
    where
        T: Default + Clone + PartialEq + Send + Sync + 'static,
    {
        memo_of(self.view, select)
    }

    /// Whether commands can be given.
    pub fn is_ready(self) -> bool {
        self.status.with(|status| *status == Status::Ready)
    }

    /// What a peer is called: its device's name, or else its short id.
    pub fn name_of(self, peer: PeerId) -> String {
        self.view.with(|view| self.names.with_value(|names| name_in(view.as_ref(), names, peer)))
    }

    /// As [`Self::name_of`]; whoever is not here, or has no name any more, is called what it was `known` as.
    pub fn name_or(self, peer: PeerId, known: &str) -> String {
        let is_named = self.view.with(|view| {
            view.as_ref().is_some_and(|view| {
                let named = |name: &str| !shown_name(name).is_empty();
                view.me == peer
                    || view
                        .peers
                        .iter()
                        .any(|other| other.peer == peer && named(&other.capability.device_name))
            })
        });
        let known = shown_name(known);
        if is_named || known.is_empty() { self.name_of(peer) } else { known }
    }

    /// As [`Self::name_of`], without a subscription.
    pub fn name_now(self, peer: PeerId) -> String {
        untrack(|| self.name_of(peer))
    }

    /// The cluster in use: that of a running session, else the chosen one, else the first there is.
    pub fn cluster(self) -> Option<ClusterView> {
        let training = self.session.with(|session| {
            session
                .as_ref()
                .filter(|session| session.running)
                .map(|session| session.cluster.clone())
        });
        let wanted = training.or_else(|| self.chosen_cluster.get());
        self.clusters.with(|clusters| {
            let named = wanted.and_then(|id| clusters.iter().find(|cluster| cluster.id == id));
            named.or_else(|| clusters.first()).cloned()
        })
    }

    pub(super) fn set_view(self, view: View) {
        self.names.update_value(|names| {
            for PeerView { peer, capability, .. } in &view.peers {
                remember(names, *peer, &capability.device_name);
            }
        });
        self.view.set(Some(view));
    }
}

fn memo_of<T>(view: RwSignal<Option<View>>, select: fn(&View) -> T) -> Memo<T>
where
    T: Default + Clone + PartialEq + Send + Sync + 'static,
{
    Memo::new(move |_| view.with(|view| view.as_ref().map(select).unwrap_or_default()))
}

/// What devices were called, the newest last.
type Names = Vec<(PeerId, String)>;

/// Names that are kept: a room that people come to and go from all day is not remembered without end.
const NAMES_MAX: usize = 64;

fn remember(names: &mut Names, peer: PeerId, name: &str) {
    match names.iter_mut().find(|(known, _)| *known == peer) {
        _ if name.is_empty() => {}
        Some((_, known)) if known == name => {}
        Some((_, known)) => name.clone_into(known),
        None => {
            if names.len() == NAMES_MAX {
                names.remove(0);
            }
            names.push((peer, name.to_owned()));
        }
    }
}

/// What can be seen of the device's name, or of what it was called; its short id where that is nothing, and beside it where
/// another device's name looks the same.
fn name_in(view: Option<&View>, known: &[(PeerId, String)], peer: PeerId) -> String {
    let nameless = || format!("Device {}", peer.short());
    let Some(view) = view else { return nameless() };
    let own = (view.me, &view.capability.device_name);
    let others = view.peers.iter().map(|other| (other.peer, &other.capability.device_name));
    let all = || [own].into_iter().chain(others.clone());
    let known = known.iter().map(|(peer, name)| (*peer, name));
    let mut names =
        all().chain(known).filter(|(id, _)| *id == peer).map(|(_, name)| shown_name(name));
    let Some(name) = names.find(|name| !name.is_empty()) else { return nameless() };
    let looks_like = |other: &str| look_of(&shown_name(other)).eq(look_of(&name));
    if all().any(|(id, other)| id != peer && looks_like(other)) {
        return format!("{name} ({})", &peer.short()[..4]);
    }
    name
}

/// Makes the page's state and offers it to all components below; in the browser, also to [`slot::connect_peer`].
pub fn provide_page() {
    let page = Page::new();
    provide_context(page);
    // Effects run in the browser only, and after hydration: the first drawing must be the server's.
    follow(move || mount_page(page));
    page.place.follow(page);
    on_cleanup(slot::unmount_page);
}

/// The page's state.
pub fn use_page() -> Page {
    expect_context()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_device_was_called_is_kept_and_the_oldest_names_are_not() {
        let peer = |n| PeerId::from_bytes([n; 32]);
        let mut names = Names::new();
        for name in ["Chrome on Linux", "Cleo", ""] {
            remember(&mut names, peer(0), name);
        }
        assert_eq!(names, [(peer(0), "Cleo".to_owned())]);
        let capability =
            protocol::signaling::Capability { device_name: "Ada".into(), ..Default::default() };
        let view = View {
            me: peer(9),
            capability,
            signaling_url: None,
            signaling: SignalingState::Off,
            connect_by_hand: false,
            room: None,
            peers: Vec::new(),
            clusters: Vec::new(),
            session: None,
            left_session: None,
            split: None,
            hosting: peer::HostingView::default(),
            ledger: None,
            capsules: None,
            messages: Vec::new(),
        };
        let called = |n| name_in(Some(&view), &names, peer(n));
        assert_eq!(called(0), "Cleo", "it is gone");
        assert!(called(1).starts_with("Device "), "it was never here");
        names[0].1 = "Ada".to_owned();
        assert_eq!(name_in(Some(&view), &names, peer(0)), "Ada (0000)", "this device is called so");
        (1..=NAMES_MAX as u8).for_each(|n| remember(&mut names, peer(n), "a"));
        assert_eq!(names.len(), NAMES_MAX);
        assert!(names.iter().all(|(known, _)| *known != peer(0)));
    }
}
