//! How a rumour reaches everyone, once (Plumtree; Leitao, Pereira, Rodrigues: "Epidemic broadcast trees", SRDS 2007).
//!
//! A rumour is pushed to *eager* neighbours and announced to *lazy* ones. Whoever gets one twice asks the second to
//! be lazy from then on, so that the eager links become a tree; whoever hears of one that does not come asks for it, which
//! mends the tree. A new neighbour is told what is still kept, so that whoever was cut off for a while catches up.
//!
//! Whether a rumour is new is not remembered by its name but by a window for each origin ([`ReplayWindow`]), which no
//! replay outlives; names are kept for as long as others may announce them.

mod memory;

use super::budget::{Budget, Rate};
use ::core::time::Duration;
use memory::{Memory, Novelty};
use protocol::{
    limits,
    overlay::{OverlayMessage, Rumour},
};
use units::{Hash, Instant, PeerId, SortedMap, SortedSet};

/// Rumours of one neighbour, whoever says them: the time that their signatures take.
const RUMOUR_RATE: Rate = Rate { burst: 300, per_second: 50.0 };
/// Bytes of them.
const RUMOUR_BYTES_RATE: Rate = Rate { burst: 1024 * 1024, per_second: 64.0 * 1024.0 };
/// Those of origins that were never heard before, of whom whoever is in the room can make up as many as it likes: they take
/// nothing from the others.
const STRANGER_RATE: Rate = Rate { burst: 200, per_second: 1.0 };
/// Bytes of them.
const STRANGER_BYTES_RATE: Rate = Rate { burst: 32 * 1024, per_second: 512.0 };
/// The same, of all neighbours together: what is made up comes by many.
const STRANGERS_RATE: Rate = Rate { burst: 500, per_second: 4.0 };
/// Bytes of them.
const STRANGERS_BYTES_RATE: Rate = Rate { burst: 64 * 1024, per_second: 1024.0 };
/// Names that one neighbour announces.
const NAME_RATE: Rate = Rate { burst: 512, per_second: 50.0 };
/// Rumours that one neighbour asks for, each of which may be a thousand times as long as the question.
const GRAFT_RATE: Rate = Rate { burst: 100, per_second: 4.0 };
/// How long names are gathered before they are announced: whatever a large room says at once costs a neighbour one message,
/// and none of what it announces itself meanwhile.
const ANNOUNCE_WAIT: Duration = Duration::from_millis(250);
/// Before what was heard of is asked for: it may be on its way along the tree.
const GRAFT_WAIT: Duration = Duration::from_millis(300);
/// Before somebody else is asked.
const GRAFT_AGAIN: Duration = Duration::from_secs(1);
/// Rumours that were heard of and have not come.
const MISSING_MAX: usize = 256;
/// Neighbours that are remembered to have one of them.
const HOLDERS_MAX: usize = 4;

/// What this device does for others' rumours.
#[derive(Debug, Default)]
pub(crate) struct Gossip {
    neighbours: SortedMap<PeerId, Neighbour>,
    memory: Memory,
    missing: SortedMap<Hash, Missing>,
    /// When the first of them is asked for.
    ask_at: Option<Instant>,
    /// When names are announced.
    announce_at: Option<Instant>,
    /// For rumours of origins that were never heard before.
    strangers: Option<(Budget, Budget)>,
}

#[derive(Debug)]
struct Neighbour {
    eager: bool,
    /// Names that are to be announced to it.
    unannounced: Vec<Hash>,
    rumours: (Budget, Budget),
    strangers: (Budget, Budget),
    names: Budget,
    grafts: Budget,
}

impl Neighbour {
    fn new(now: Instant) -> Self {
        let full = |rate| Budget::new(rate, now);
        Self {
            eager: true,
            unannounced: Vec::new(),
            rumours: (full(RUMOUR_RATE), full(RUMOUR_BYTES_RATE)),
            strangers: (full(STRANGER_RATE), full(STRANGER_BYTES_RATE)),
            names: full(NAME_RATE),
            grafts: full(GRAFT_RATE),
        }
    }

    /// Tells it, `peer`, what is here and was not announced to it.
    fn announce(&mut self, peer: PeerId) -> Option<GossipAction> {
        let rumours = core::mem::take(&mut self.unannounced);
        let is_news = !rumours.is_empty();
        is_news.then_some(GossipAction::Send(peer, OverlayMessage::IHave { rumours }))
    }

    /// Counts a rumour; `false` if there were too many.
    fn may_tell(&mut self, now: Instant, rumour: &Rumour, is_stranger: bool) -> bool {
        let size_bytes = rumour.payload.len();
        let ((count, bytes), rate, bytes_rate) = match is_stranger {
            true => (&mut self.strangers, STRANGER_RATE, STRANGER_BYTES_RATE),
            false => (&mut self.rumours, RUMOUR_RATE, RUMOUR_BYTES_RATE),
        };
        count.spend(rate, now, 1) && bytes.spend(bytes_rate, now, size_bytes)
    }
}

/// A rumour that was heard of: who has it, next to be asked last, and when.
#[derive(Debug)]
struct Missing {
    holders: Vec<PeerId>,
    ask_at: Instant,
}

/// What gossip asks of the engine.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum GossipAction {
    /// Send this to a neighbour.
    Send(PeerId, OverlayMessage),
    /// Somebody has said something to the whole room.
    Deliver(Rumour),
    /// A neighbour has passed on what no honest device passes on.
    Refuse(PeerId, &'static str),
}

impl Gossip {
    /// A device is connected. It is told what it may have missed.
    pub(crate) fn neighbour_up(&mut self, now: Instant, peer: PeerId) -> Vec<GossipAction> {
        self.neighbours.insert(peer, Neighbour::new(now));
        let kept: Vec<Hash> = self.memory.kept(now).collect();
        let chunks = kept.chunks(limits::RUMOUR_IDS_MAX);
        chunks.map(|ids| GossipAction::Send(peer, have(ids))).collect()
    }

    /// A device is connected no more.
    pub(crate) fn neighbour_down(&mut self, peer: PeerId) {
        self.neighbours.remove(&peer);
        for missing in self.missing.values_mut() {
            missing.holders.retain(|holder| *holder != peer);
        }
        self.missing.retain(|_, missing| !missing.holders.is_empty());
        self.ask_at = self.first_asked_at();
    }

    /// Says something to the whole room; `None` if this device has said so much that others would not pass it on.
    pub(crate) fn say(&mut self, now: Instant, rumour: Rumour) -> Option<Vec<GossipAction>> {
        match self.memory.note(now, &rumour) {
            Novelty::New => Some(self.pass_on(now, 0, None, rumour)),
            Novelty::TooMany => None,
        }
    }

    /// A neighbour has sent something. `is_signed` checks a rumour's signature.
    pub(crate) fn handle(
        &mut self,
        now: Instant,
        from: PeerId,
        message: OverlayMessage,
        is_signed: impl FnOnce(&Rumour) -> bool,
    ) -> Vec<GossipAction> {
        let Some(neighbour) = self.neighbours.get_mut(&from) else { return Vec::new() };
        match message {
            OverlayMessage::Rumour { hops, rumour } => {
                let is_stranger = self.memory.is_stranger(rumour.origin);
                let may_tell = neighbour.may_tell(now, &rumour, is_stranger);
                if !may_tell || is_stranger && !self.may_meet(now, &rumour) {
                    // It is not asked for either, but taken if it comes again in quieter times.
                    self.memory.hear(rumour.id());
                    return self.prune(from);
                }
                self.hear(now, from, hops, rumour, is_signed)
            }
            OverlayMessage::IHave { rumours } => {
                if neighbour.names.spend(NAME_RATE, now, rumours.len()) {
                    self.hear_of(now, from, rumours);
                }
                Vec::new()
            }
            OverlayMessage::Graft { rumour } => {
                neighbour.eager = true;
                let may_ask = neighbour.grafts.spend(GRAFT_RATE, now, 1);
                let kept = may_ask.then(|| self.memory.get(rumour)).flatten();
                let sent = kept.map(|(hops, rumour)| {
                    GossipAction::Send(from, OverlayMessage::Rumour { hops, rumour })
                });
                sent.into_iter().collect()
            }
            OverlayMessage::Prune => {
                neighbour.eager = false;
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    /// Counts a rumour of somebody never heard before; `false` if there were too many.
    fn may_meet(&mut self, now: Instant, rumour: &Rumour) -> bool {
        let full = (Budget::new(STRANGERS_RATE, now), Budget::new(STRANGERS_BYTES_RATE, now));
        let (count, bytes) = self.strangers.get_or_insert(full);
        count.spend(STRANGERS_RATE, now, 1)
            && bytes.spend(STRANGERS_BYTES_RATE, now, rumour.payload.len())
    }

    fn hear(
        &mut self,
        now: Instant,
        from: PeerId,
        hops: u8,
        rumour: Rumour,
        is_signed: impl FnOnce(&Rumour) -> bool,
    ) -> Vec<GossipAction> {
        let id = rumour.id();
        if let Some(neighbour) = self.neighbours.get_mut(&from) {
            neighbour.unannounced.retain(|known| *known != id);
        }
        if !self.memory.is_news(&rumour) {
            // What was asked for twice comes twice: that says nothing of the tree.
            let was_missing = self.has_come(id);
            return if was_missing { Vec::new() } else { self.prune(from) };
        }
        if !is_signed(&rumour) {
            return vec![GossipAction::Refuse(from, "a rumour that its origin has not signed")];
        }
        self.has_come(id);
        if self.memory.note(now, &rumour) == Novelty::TooMany {
            return Vec::new();
        }
        if let Some(neighbour) = self.neighbours.get_mut(&from) {
            neighbour.eager = true;
        }
        let mut actions = vec![GossipAction::Deliver(rumour.clone())];
        actions.extend(self.pass_on(now, hops.saturating_add(1), Some(from), rumour));
        actions
    }

    /// Asks a neighbour to push no more, if it does.
    fn prune(&mut self, neighbour: PeerId) -> Vec<GossipAction> {
        let eager = self.neighbours.get_mut(&neighbour).filter(|n| n.eager);
        let pruned = eager.map(|n| n.eager = false);
        pruned.map(|()| GossipAction::Send(neighbour, OverlayMessage::Prune)).into_iter().collect()
    }

    /// Pushes a rumour to the eager, announces it to the lazy, and keeps it for those who ask.
    fn pass_on(
        &mut self,
        now: Instant,
        hops: u8,
        but: Option<PeerId>,
        rumour: Rumour,
    ) -> Vec<GossipAction> {
        if hops > limits::RUMOUR_HOPS_MAX {
            return Vec::new();
        }
        let id = rumour.id();
        let mut actions = Vec::new();
        for (peer, neighbour) in self.neighbours.iter_mut().filter(|(peer, _)| Some(**peer) != but)
        {
            if neighbour.eager {
                let message = OverlayMessage::Rumour { hops, rumour: rumour.clone() };
                actions.push(GossipAction::Send(*peer, message));
                continue;
            }
            neighbour.unannounced.push(id);
            self.announce_at.get_or_insert(now + ANNOUNCE_WAIT);
            if neighbour.unannounced.len() >= limits::RUMOUR_IDS_MAX {
                actions.extend(neighbour.announce(*peer));
            }
        }
        self.memory.keep(now, id, hops, rumour);
        actions
    }

    /// A neighbour has rumours; those that do not come by themselves are asked for later.
    fn hear_of(&mut self, now: Instant, from: PeerId, rumours: Vec<Hash>) {
        if let Some(neighbour) = self.neighbours.get_mut(&from) {
            neighbour.unannounced.retain(|id| !rumours.contains(id));
        }
        for id in rumours {
            if self.memory.has_heard(id) {
                continue;
            }
            if let Some(missing) = self.missing.get_mut(&id) {
                if missing.holders.len() < HOLDERS_MAX && !missing.holders.contains(&from) {
                    missing.holders.insert(0, from);
                }
            } else if self.may_miss(from) {
                let ask_at = now + GRAFT_WAIT;
                self.missing.insert(id, Missing { holders: vec![from], ask_at });
                self.ask_at = Some(self.ask_at.map_or(ask_at, |first| first.min(ask_at)));
            }
        }
    }

    /// Nobody fills the list of missing rumours alone with what does not exist.
    fn may_miss(&self, from: PeerId) -> bool {
        if self.missing.len() < limits::RUMOUR_IDS_MAX {
            return true;
        }
        let by_it = self.missing.values().filter(|missing| missing.holders == [from]).count();
        by_it < limits::RUMOUR_IDS_MAX && self.missing.len() < MISSING_MAX
    }

    /// A rumour is here; says whether it was missing.
    fn has_come(&mut self, id: Hash) -> bool {
        let Some(missing) = self.missing.remove(&id) else { return false };
        if self.ask_at == Some(missing.ask_at) {
            self.ask_at = self.first_asked_at();
        }
        true
    }

    fn first_asked_at(&self) -> Option<Instant> {
        self.missing.values().map(|missing| missing.ask_at).min()
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.ask_at.into_iter().chain(self.announce_at).min()
    }

    /// Announces what is here, and asks for what has not come.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Vec<GossipAction> {
        let mut actions = Vec::new();
        if self.announce_at.take_if(|at| now >= *at).is_some() {
            let neighbours = self.neighbours.iter_mut();
            actions.extend(neighbours.filter_map(|(peer, neighbour)| neighbour.announce(*peer)));
        }
        actions.extend(self.ask(now));
        actions
    }

    fn ask(&mut self, now: Instant) -> Vec<GossipAction> {
        if self.ask_at.is_none_or(|at| now < at) {
            return Vec::new();
        }
        let mut actions = Vec::new();
        for (id, missing) in self.missing.iter_mut().filter(|(_, missing)| now >= missing.ask_at) {
            if let Some(holder) = missing.holders.pop() {
                actions.push(GossipAction::Send(holder, OverlayMessage::Graft { rumour: *id }));
                missing.ask_at = now + GRAFT_AGAIN;
            }
        }
        let asked: SortedSet<Hash> = actions.iter().filter_map(asked_for).collect();
        self.missing.retain(|id, missing| asked.contains(id) || now < missing.ask_at);
        self.ask_at = self.first_asked_at();
        for action in &actions {
            if let GossipAction::Send(holder, _) = action
                && let Some(neighbour) = self.neighbours.get_mut(holder)
            {
                neighbour.eager = true;
            }
        }
        actions
    }

    pub(crate) fn check_invariants(&self) {
        assert!(self.missing.len() <= MISSING_MAX, "more rumours are missing than the limit");
        assert_eq!(self.ask_at, self.first_asked_at(), "when to ask is out of date");
        self.memory.check_invariants();
    }
}

fn have(ids: &[Hash]) -> OverlayMessage {
    OverlayMessage::IHave { rumours: ids.to_vec() }
}

fn asked_for(action: &GossipAction) -> Option<Hash> {
    match action {
        GossipAction::Send(_, OverlayMessage::Graft { rumour }) => Some(*rumour),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
