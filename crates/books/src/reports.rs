//! Reports of rounds that this device has had a part in: whoever decided on a round reports it, and the others only if that comes
//! to nothing.

use crate::{Books, sync::after};
use core::time::Duration;
use ledger::{Action, RoundReport, economics};
use units::{Hash, PeerId, SortedMap, UnixMillis};

/// How long a round is left to whoever decided on it.
const PATIENCE: Duration = Duration::from_secs(30);

/// Over how long a round's members spread from then on, so that the first of them spares the others its fee.
const SPREAD_MS: u64 = 30_000;

/// Reports of this device that wait to be recorded: its other orders have to come between them.
const ORDERED_MAX: usize = 4;

/// Rounds that are kept to be reported: while nobody keeps the books, the newest hour's of a slow session, or minutes of a quick one.
const KEPT_MAX: usize = 32;

/// A round that somebody should report.
#[derive(Debug)]
pub(crate) struct Kept {
    report: Box<RoundReport>,
    ended: UnixMillis,
    due: UnixMillis,
}

/// Rounds by the names of their records.
pub(crate) type Reports = SortedMap<Hash, Kept>;

impl Books {
    /// A round of a session has ended here; whether this device `decided` on it.
    pub fn note_round(&mut self, report: RoundReport, decided: bool, now: UnixMillis) {
        self.set_time(now);
        let record = report.record.hash();
        let due = if decided { now } else { after(now, patience(record, self.me())) };
        let report = Box::new(report);
        self.reports.insert(record, Kept { report, ended: now, due });
        while self.reports.len() > KEPT_MAX {
            let oldest = self.reports.iter().min_by_key(|(name, kept)| (kept.ended, **name));
            let Some(oldest) = oldest.map(|(name, _)| *name) else { break };
            self.reports.remove(&oldest);
        }
        self.report_rounds();
    }

    /// Reports what is due, the earliest rounds first, and lets go of what is recorded or too old to be.
    pub(crate) fn report_rounds(&mut self) {
        let now = self.own_time;
        let Some(chain) = &self.chain else { return };
        self.reports.retain(|record, kept| {
            now < after(kept.ended, economics::ROUND_KEPT) && !chain.has_round(*record)
        });
        let is_report = |action: &Action| matches!(action, Action::Report(_));
        let own = self.pool.orders_of(self.identity.peer_id());
        let ordered = own.filter(|order| is_report(&order.action)).count();
        let due = self.reports.iter().filter(|(_, kept)| now >= kept.due);
        let mut due: Vec<_> =
            due.map(|(record, kept)| (kept.report.record.decision.round, *record)).collect();
        due.sort_unstable();
        let waiting: Vec<Hash> = match due.is_empty() {
            true => Vec::new(),
            false => self.pool.iter().filter_map(|order| reported(&order.action)).collect(),
        };
        // One that waits in another's name may still be lost.
        due.retain(|(_, record)| !waiting.contains(record));
        for (_, record) in due.into_iter().take(ORDERED_MAX.saturating_sub(ordered)) {
            if let Some(kept) = self.reports.remove(&record) {
                // Who is no member, or has no money, leaves it to others.
                let _ = self.order(Action::Report(kept.report));
            }
        }
    }
}

fn reported(action: &Action) -> Option<Hash> {
    match action {
        Action::Report(report) => Some(report.record.hash()),
        _ => None,
    }
}

/// How long a member that did not decide on a round waits before it reports it.
fn patience(record: Hash, member: PeerId) -> Duration {
    let hash = Hash::of_parts(&[b"patience", record.as_bytes(), member.as_bytes()]);
    let spread = hash.as_bytes().iter().take(4).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    PATIENCE + Duration::from_millis(spread % SPREAD_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_report_one_after_the_other_within_a_minute() {
        let record = Hash::of(b"record");
        let wait = |n| patience(record, PeerId::from_bytes([n; 32]));
        let mut waits: Vec<_> = (0..32).map(wait).collect();
        assert!(waits.iter().all(|wait| (PATIENCE..2 * PATIENCE).contains(wait)));
        waits.sort_unstable();
        waits.dedup();
        assert!(waits.len() > 28, "{}", waits.len());
    }
}
