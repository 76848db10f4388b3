//! Finding blocks: by choice, and only when there is something to record.

use crate::Books;
use ledger::{Draft, Header, work::Search};
use units::UnixMillis;

/// After so long a draft is made anew: its time should be that of its block, and more may be there to record.
const DRAFT_AGE_MAX_MS: u64 = 2_000;

/// The state of looking for a nonce.
#[derive(Default)]
pub(crate) struct Mining {
    /// Whether this device keeps the books, by its owner's choice.
    pub keeps: bool,
    /// Whether the next block is looked for once, whoever keeps the books.
    pub once: bool,
    under_way: Option<UnderWay>,
    /// Drafts so far: each begins with nonces of its own.
    drafts: u64,
}

struct UnderWay {
    draft: Draft,
    search: Search,
    since: UnixMillis,
    /// Transactions that waited when it was drafted.
    waited: usize,
}

impl Mining {
    /// What was drafted is out of date.
    pub(crate) fn start_anew(&mut self) {
        self.under_way = None;
    }
}

impl Books {
    /// Whether there is a nonce to look for.
    pub(crate) fn wants_to_mine(&self) -> bool {
        let Some(chain) = &self.chain else { return false };
        let may = chain.account(self.me()).is_member();
        // What is due, a loan's end or a stake that is free, happens with a block even if nobody orders anything.
        let has_work = !self.pool.is_empty() || chain.is_anything_due(self.room_time);
        may && (self.mining.once || self.mining.keeps) && has_work
    }

    /// Keeps the books on this device from here on, or no longer.
    pub fn keep(&mut self, keeps: bool) {
        self.mining.keeps = keeps;
        if !keeps {
            self.mining.start_anew();
        }
        self.store_setting();
    }

    /// Looks for one block now, even if this device does not keep the books.
    pub fn mine_once(&mut self, wanted: bool) {
        self.mining.once = wanted;
    }

    /// Tries so many nonces more; whether a block was found with one of them.
    pub fn mine(&mut self, nonces: u32, now: UnixMillis) -> bool {
        self.set_time(now);
        if !self.wants_to_mine() {
            self.mining.start_anew();
            return false;
        }
        self.draft_if_due();
        let Some(under_way) = &mut self.mining.under_way else { return false };
        let Some(header) = under_way.search.advance(nonces) else { return false };
        self.found(header);
        true
    }

    fn draft_if_due(&mut self) {
        let now = self.room_time;
        let waits = self.pool.len();
        let is_good = |it: &UnderWay| {
            let is_fresh = now.0.saturating_sub(it.since.0) < DRAFT_AGE_MAX_MS;
            is_fresh || it.waited == waits && !it.draft.transactions.is_empty()
        };
        if self.mining.under_way.as_ref().is_some_and(is_good) {
            return;
        }
        self.mining.under_way = None;
        let me = self.me();
        let Some(chain) = &mut self.chain else { return };
        let is_anything_due = chain.is_anything_due(now);
        let Ok((draft, refused)) = chain.draft(self.pool.wanted(), me, now) else { return };
        self.pool.drop_refused(&refused);
        self.drop_own(&refused);
        if draft.transactions.is_empty() && !is_anything_due {
            return;
        }
        self.mining.drafts += 1;
        let search = draft.search(self.mining.drafts << 40);
        let waited = self.pool.len();
        self.mining.under_way = Some(UnderWay { draft, search, since: now, waited });
    }

    fn found(&mut self, header: Header) {
        let Some(under_way) = self.mining.under_way.take() else { return };
        self.mining.once = false;
        let Some(chain) = &mut self.chain else { return };
        let block = under_way.draft.complete(header);
        match chain.add_block(block, self.room_time) {
            Ok(moved) => self.moved(&moved),
            Err(refusal) => {
                debug_assert!(false, "our own block was refused: {refusal}");
            }
        }
    }
}
