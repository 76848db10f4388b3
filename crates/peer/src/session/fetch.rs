//! A model on its way here, piece by piece, from everyone who has it.

use ::core::time::Duration;
use protocol::{
    message::{MODEL_PIECES_MAX, ModelPart},
    pieces,
};
use units::{Hash, Instant, PeerId, SortedMap, SortedSet};

/// How long a holder may take to send a piece that it was asked for.
const PIECE_WAIT: Duration = Duration::from_secs(10);

/// Holders that are asked at the same time.
const HOLDERS_MAX: usize = 8;

/// A model that is known by its name, and what of it has arrived. Pieces that are here stay when a holder goes.
pub(crate) struct Fetch {
    name: Hash,
    size_bytes: usize,
    /// Of all pieces; empty until a holder has sent them.
    names: Vec<Hash>,
    value: Vec<u8>,
    missing: SortedSet<u32>,
    /// Pieces that came before the list, and from whom: no more than all holders are asked for at once.
    early: SortedMap<u32, (PeerId, Vec<u8>)>,
    /// Who has been asked for the list.
    list_from: Option<PeerId>,
    holders: SortedMap<PeerId, Holder>,
}

/// What a holder has been asked for, and since when nothing has come.
#[derive(Default)]
struct Holder {
    asked: Vec<u32>,
    waits_since: Option<Instant>,
}

impl Fetch {
    /// A model of that name and length, which `holder` says it has.
    pub(crate) fn new(name: Hash, size_bytes: usize, holder: PeerId) -> Self {
        let holders = SortedMap::from([(holder, Holder::default())]);
        let missing = (0..pieces::count(size_bytes) as u32).collect();
        Self {
            name,
            size_bytes,
            names: Vec::new(),
            value: Vec::new(),
            missing,
            early: SortedMap::new(),
            list_from: None,
            holders,
        }
    }

    /// Another peer says that it has the model.
    pub(crate) fn add(&mut self, holder: PeerId) {
        if self.holders.len() < HOLDERS_MAX {
            self.holders.entry(holder).or_default();
        }
    }

    /// A peer is gone, or has the model no longer: others are asked for what it has not sent.
    pub(crate) fn remove(&mut self, holder: PeerId) {
        self.holders.remove(&holder);
        self.list_from.take_if(|from| *from == holder);
    }

    /// Whether anybody has what is missing.
    pub(crate) fn has_holders(&self) -> bool {
        !self.holders.is_empty()
    }

    /// Whether a peer is one of those.
    pub(crate) fn has_holder(&self, peer: PeerId) -> bool {
        self.holders.contains_key(&peer)
    }

    /// One of them.
    pub(crate) fn a_holder(&self) -> Option<PeerId> {
        self.holders.keys().next().copied()
    }

    /// Whether something of it is here.
    pub(crate) fn has_begun(&self) -> bool {
        !self.names.is_empty()
    }

    /// What to ask whom for now. One holder is asked for nothing: it sends the list and the first pieces. The others are
    /// asked for the next ones at once, since the model may be another one by the time that the list is here.
    pub(crate) fn requests(&mut self, now: Instant) -> Vec<(PeerId, Vec<u32>)> {
        let is_idle = |holder: &Holder| holder.waits_since.is_none();
        let mut requests = Vec::new();
        let wants_list = self.names.is_empty() && self.list_from.is_none();
        let idle = self.holders.iter_mut().find(|(_, holder)| is_idle(holder));
        if let Some((peer, holder)) = idle.filter(|_| wants_list) {
            let first = pieces::count(self.size_bytes).min(MODEL_PIECES_MAX);
            *holder = Holder { asked: (0..first as u32).collect(), waits_since: Some(now) };
            self.list_from = Some(*peer);
            requests.push((*peer, Vec::new()));
        }
        let mut asked: SortedSet<u32> = self.early.keys().copied().collect();
        asked.extend(self.holders.values().flat_map(|holder| &holder.asked).copied());
        let open = self.missing.iter().filter(|piece| !asked.contains(piece));
        let mut open = open.copied();
        for (peer, holder) in self.holders.iter_mut().filter(|(_, holder)| is_idle(holder)) {
            let pieces: Vec<u32> = open.by_ref().take(MODEL_PIECES_MAX).collect();
            if pieces.is_empty() {
                break;
            }
            *holder = Holder { asked: pieces.clone(), waits_since: Some(now) };
            requests.push((*peer, pieces));
        }
        requests
    }

    /// Takes what a holder sent. What nobody has asked it for is not looked at.
    ///
    /// # Errors
    /// A sentence if it is not of this model: its sender is then no holder any more.
    pub(crate) fn take(
        &mut self,
        from: PeerId,
        part: ModelPart,
        now: Instant,
    ) -> Result<(), &'static str> {
        let Some(holder) = self.holders.get_mut(&from) else { return Ok(()) };
        let is_right = match part {
            ModelPart::Gone => {
                self.remove(from);
                return Ok(());
            }
            ModelPart::List { names } => {
                if self.list_from != Some(from) {
                    return Ok(());
                }
                self.list_from = None;
                self.take_list(names)
            }
            ModelPart::Piece { piece, bytes } => {
                let Some(place) = holder.asked.iter().position(|asked| *asked == piece) else {
                    return Ok(());
                };
                holder.asked.remove(place);
                self.take_piece(piece, from, bytes)
            }
        };
        if !is_right {
            self.remove(from);
            return Err("a part of a model that does not fit its name");
        }
        if let Some(holder) = self.holders.get_mut(&from) {
            let waits = !holder.asked.is_empty() || self.list_from == Some(from);
            holder.waits_since = waits.then_some(now);
        }
        Ok(())
    }

    fn take_list(&mut self, names: Vec<Hash>) -> bool {
        let is_right = names.len() == pieces::count(self.size_bytes)
            && pieces::name_of(self.size_bytes, &names) == self.name;
        if is_right {
            self.names = names;
            // The length follows from the network, whose size is limited.
            self.value = vec![0; self.size_bytes];
            for (piece, (from, bytes)) in core::mem::take(&mut self.early) {
                if !self.take_piece(piece, from, bytes) {
                    self.remove(from);
                }
            }
        }
        is_right
    }

    fn take_piece(&mut self, piece: u32, from: PeerId, bytes: Vec<u8>) -> bool {
        let range = pieces::place(piece as usize, self.size_bytes);
        if bytes.len() != range.len() {
            return false;
        }
        let Some(name) = self.names.get(piece as usize) else {
            self.early.insert(piece, (from, bytes));
            return true;
        };
        let is_right = *name == Hash::of(&bytes);
        if is_right {
            self.value[range].copy_from_slice(&bytes);
            self.missing.remove(&piece);
        }
        is_right
    }

    /// The model, once all of it is here.
    pub(crate) fn whole(&mut self) -> Option<Vec<u8>> {
        let is_whole = self.has_begun() && self.missing.is_empty();
        is_whole.then(|| core::mem::take(&mut self.value))
    }

    /// When a holder has had its time; at once, if there is none.
    pub(crate) fn deadline(&self) -> Instant {
        let since = self.holders.values().filter_map(|holder| holder.waits_since).min();
        since.map_or(Instant::ZERO, |since| since + PIECE_WAIT)
    }

    /// Holders that have had their time are none any more.
    pub(crate) fn expire(&mut self, now: Instant) -> Vec<PeerId> {
        let is_late = |holder: &Holder| holder.waits_since.is_some_and(|at| now >= at + PIECE_WAIT);
        let late = self.holders.iter().filter(|(_, holder)| is_late(holder));
        let late: Vec<PeerId> = late.map(|(peer, _)| *peer).collect();
        late.iter().for_each(|peer| self.remove(*peer));
        late
    }
}
