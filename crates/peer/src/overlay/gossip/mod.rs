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
use std::collections::{BTreeMap, BTreeSet};
use units::{Hash, Instant, PeerId};

/// Rumours of one neighbour, whoever says them: the time that their signatures take, a fiftieth of a second each second.
const RUMOUR_RATE: Rate = Rate { burst: 400, per_second: 100.0 };
/// Rumours that one neighbour asks for, each of which may be a thousand times as long as the question.
const GRAFT_RATE: Rate = Rate { burst: 100, per_second: 4.0 };
/// Before what was heard of is asked for: it may be on its way along the tree.
const GRAFT_WAIT: Duration = Duration::from_millis(500);
/// Before somebody else is asked.
const GRAFT_AGAIN: Duration = Duration::from_secs(1);
/// Rumours that were heard of and have not come.
const MISSING_MAX: usize = 256;
/// Neighbours that are remembered to have one of them.
const HOLDERS_MAX: usize = 4;

/// What this device does for others' rumours.
#[derive(Debug, Default)]
pub(crate) struct Gossip {
    neighbours: BTreeMap<PeerId, Neighbour>,
    memory: Memory,
    missing: BTreeMap<Hash, Missing>,
}

#[derive(Debug)]
struct Neighbour {
    eager: bool,
    rumours: Budget,
    grafts: Budget,
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
        let (rumours, grafts) = (Budget::new(RUMOUR_RATE, now), Budget::new(GRAFT_RATE, now));
        self.neighbours.insert(peer, Neighbour { eager: true, rumours, grafts });
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
                if !neighbour.rumours.spend(RUMOUR_RATE, now, 1) {
                    return Vec::new();
                }
                self.hear(now, from, hops, rumour, is_signed)
            }
            OverlayMessage::IHave { rumours } => {
                self.hear_of(now, from, rumours);
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

    fn hear(
        &mut self,
        now: Instant,
        from: PeerId,
        hops: u8,
        rumour: Rumour,
        is_signed: impl FnOnce(&Rumour) -> bool,
    ) -> Vec<GossipAction> {
        let id = rumour.id();
        if !self.memory.is_news(&rumour) {
            // What was asked for twice comes twice: that says nothing of the tree.
            let was_missing = self.missing.remove(&id).is_some();
            let prune = GossipAction::Send(from, OverlayMessage::Prune);
            let neighbour = self.neighbours.get_mut(&from).filter(|n| n.eager && !was_missing);
            return neighbour.map(|n| n.eager = false).map(|()| prune).into_iter().collect();
        }
        if !is_signed(&rumour) {
            return vec![GossipAction::Refuse(from, "a rumour that its origin has not signed")];
        }
        self.missing.remove(&id);
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
        let others = self.neighbours.iter().filter(|(peer, _)| Some(**peer) != but);
        let actions = others.map(|(peer, neighbour)| {
            let message = match neighbour.eager {
                true => OverlayMessage::Rumour { hops, rumour: rumour.clone() },
                false => have(&[id]),
            };
            GossipAction::Send(*peer, message)
        });
        let actions = actions.collect();
        self.memory.keep(now, id, hops, rumour);
        actions
    }

    /// A neighbour has rumours; those that do not come by themselves are asked for later.
    fn hear_of(&mut self, now: Instant, from: PeerId, rumours: Vec<Hash>) {
        for id in rumours {
            if self.memory.has_heard(id) {
                continue;
            }
            if let Some(missing) = self.missing.get_mut(&id) {
                if missing.holders.len() < HOLDERS_MAX && !missing.holders.contains(&from) {
                    missing.holders.insert(0, from);
                }
            } else if self.may_miss(from) {
                let missing = Missing { holders: vec![from], ask_at: now + GRAFT_WAIT };
                self.missing.insert(id, missing);
            }
        }
    }

    /// Nobody fills the list of missing rumours alone with what does not exist.
    fn may_miss(&self, from: PeerId) -> bool {
        let by_it = self.missing.values().filter(|missing| missing.holders == [from]).count();
        by_it < limits::RUMOUR_IDS_MAX && self.missing.len() < MISSING_MAX
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.missing.values().map(|missing| missing.ask_at).min()
    }

    /// Asks for what has not come.
    pub(crate) fn handle_timeout(&mut self, now: Instant) -> Vec<GossipAction> {
        let mut actions = Vec::new();
        for (id, missing) in self.missing.iter_mut().filter(|(_, missing)| now >= missing.ask_at) {
            if let Some(holder) = missing.holders.pop() {
                actions.push(GossipAction::Send(holder, OverlayMessage::Graft { rumour: *id }));
                missing.ask_at = now + GRAFT_AGAIN;
            }
        }
        let asked: BTreeSet<Hash> = actions.iter().filter_map(asked_for).collect();
        self.missing.retain(|id, missing| asked.contains(id) || now < missing.ask_at);
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
