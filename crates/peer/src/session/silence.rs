//! Who is not waited for.
//!
//! A member that commits and shows no update, or does not commit at all, costs every round its wait, and one that leads and
//! says nothing costs an attempt. Who has done so twice in a row is not waited for in the next four rounds, then once again,
//! then not in eight, and so on up to sixty-four. What it promises and shows in time counts all the same, and makes
//! everything good. Who only is slow commits late, and is waited for: or else the fastest would run away from all others.
//!
//! Members find this in records, in what was closed and in who decided, which all of them see alike.

use super::{Session, Surroundings};
use protocol::limits;
use units::{PeerId, SortedMap};

/// Times in a row that a member may let the others wait in vain.
const MISSED_MAX: u32 = 2;
/// Rounds in which it is not waited for then, at first and at most.
const SKIPPED: (u32, u32) = (4, 64);
/// Rounds in which a member may commit to nothing, not even too late.
const QUIET_MAX: u32 = 2;

/// How often members have let the others wait of late.
#[derive(Default)]
pub(super) struct Silence(SortedMap<PeerId, Missed>);

/// In a row, and in vain.
#[derive(Default, Clone, Copy)]
struct Missed {
    /// Records without an update that it had promised in time.
    updates: u32,
    /// Records since it has been heard to commit to nothing.
    commitments: u32,
    /// Rounds that it should have led, and that another had to.
    leads: u32,
    /// The round in which it committed to something last, in time or not.
    spoke_in: u32,
}

impl Silence {
    /// A member commits, while that round is the newest.
    pub(super) fn note_commitment(&mut self, peer: PeerId, round: u32) {
        let missed = self.entry(peer, round);
        (missed.commitments, missed.spoke_in) = (0, round);
    }

    /// A record has come about without a member whose update could be expected, or with it.
    fn note_record(&mut self, peer: PeerId, round: u32, is_in_it: bool, has_promised: bool) {
        let missed = self.entry(peer, round);
        if is_in_it {
            (missed.updates, missed.commitments, missed.spoke_in) = (0, 0, round);
        } else if has_promised {
            missed.updates = missed.updates.saturating_add(1);
        } else if round >= missed.spoke_in.saturating_add(QUIET_MAX) {
            missed.commitments = missed.commitments.saturating_add(1);
        }
    }

    /// A member had its turn to lead.
    fn note_lead(&mut self, peer: PeerId, round: u32, has_led: bool) {
        let missed = self.entry(peer, round);
        missed.leads = if has_led { 0 } else { missed.leads.saturating_add(1) };
    }

    /// Who is gone is not forgotten: or else it would cost as much again with every connection.
    fn entry(&mut self, peer: PeerId, round: u32) -> &mut Missed {
        if self.0.len() >= limits::ROUND_MEMBERS_MAX && !self.0.contains_key(&peer) {
            let count = |missed: &Missed| missed.updates.max(missed.commitments).max(missed.leads);
            let least = self.0.iter().min_by_key(|(_, missed)| count(missed));
            if let Some(least) = least.map(|(peer, _)| *peer) {
                self.0.remove(&least);
            }
        }
        self.0.entry(peer).or_insert(Missed { spoke_in: round, ..Missed::default() })
    }

    fn awaits(&self, peer: PeerId) -> bool {
        self.0.get(&peer).is_none_or(Missed::is_awaited)
    }

    fn leads_in_turn(&self, peer: PeerId) -> bool {
        self.0.get(&peer).is_none_or(|missed| missed.is_awaited() && is_awaited(missed.leads))
    }
}

impl Missed {
    fn is_awaited(&self) -> bool {
        is_awaited(self.updates) && is_awaited(self.commitments)
    }
}

/// Whether somebody who has missed so many in a row is waited for.
fn is_awaited(missed: u32) -> bool {
    let (Some(mut left), mut skipped) = (missed.checked_sub(MISSED_MAX), SKIPPED.0) else {
        return true;
    };
    while skipped < SKIPPED.1 && left > skipped {
        left -= skipped + 1;
        skipped *= 2;
    }
    left % (skipped + 1) == skipped
}

impl Session {
    /// Whether the round waits for what a member promises and shows. A crowd waits for nobody in particular.
    pub(super) fn awaits(&self, peer: PeerId, s: &Surroundings<'_>) -> bool {
        self.is_crowd(s) || self.silence.awaits(peer)
    }

    /// Whether a member's turn to lead comes before that of those who have let the others wait.
    pub(super) fn leads_in_turn(&self, peer: PeerId, s: &Surroundings<'_>) -> bool {
        self.is_crowd(s) || self.silence.leads_in_turn(peer)
    }

    /// The running round comes to a record with these contributors, by the decision of `leader`.
    pub(super) fn note_silence(
        &mut self,
        contributors: &[PeerId],
        leader: PeerId,
        s: &Surroundings<'_>,
    ) {
        if self.is_crowd(s) {
            return;
        }
        let round = self.head.decision.round + 1;
        let expected = self.contributors(s);
        let closing = self.closing(s).map_or(&[][..], |closing| &closing.contributions);
        let promised: Vec<PeerId> = closing.iter().map(|promise| promise.peer).collect();
        let order = self.leaders(s);
        let turns = order.iter().position(|peer| *peer == leader).unwrap_or_default();
        for peer in expected {
            let (is_in_it, has_promised) = (contributors.contains(&peer), promised.contains(&peer));
            self.silence.note_record(peer, round, is_in_it, has_promised);
        }
        for peer in &order[..turns] {
            self.silence.note_lead(*peer, round, false);
        }
        self.silence.note_lead(leader, round, true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(number: u8) -> PeerId {
        PeerId::from_bytes([number; 32])
    }

    #[test]
    fn who_was_missing_is_waited_for_ever_more_seldom() {
        let awaited: Vec<u32> = (0..210).filter(|missed| is_awaited(*missed)).collect();
        assert_eq!(awaited, [0, 1, 6, 15, 32, 65, 130, 195]);
        assert!((0..=65).any(|more| is_awaited(1_000_000 + more)), "nobody is given up for ever");
    }

    #[test]
    fn promises_without_updates_count_and_one_record_makes_them_good() {
        let mut silence = Silence::default();
        for round in 1..4 {
            assert!(silence.awaits(peer(1)), "round {round}");
            silence.note_commitment(peer(1), round);
            silence.note_record(peer(1), round, false, true);
            silence.note_record(peer(2), round, round % 2 == 0, true);
            if round == 2 {
                break;
            }
        }
        assert!(!silence.awaits(peer(1)) && silence.awaits(peer(2)));
        silence.note_commitment(peer(1), 3);
        assert!(!silence.awaits(peer(1)), "it has always promised");
        silence.note_record(peer(1), 3, true, true);
        assert!(silence.awaits(peer(1)));
    }

    #[test]
    fn who_commits_late_is_waited_for_and_who_never_does_is_not() {
        let mut silence = Silence::default();
        for round in 1..20 {
            if round % 2 == 0 {
                silence.note_commitment(peer(1), round);
            }
            silence.note_record(peer(1), round, false, false);
            silence.note_record(peer(2), round, false, false);
            assert!(silence.awaits(peer(1)), "round {round}");
            assert_eq!(silence.awaits(peer(2)), round < 4 || [8, 17].contains(&round), "{round}");
        }
        silence.note_commitment(peer(2), 20);
        assert!(silence.awaits(peer(2)), "it was away");
    }

    #[test]
    fn who_lets_its_turn_pass_leads_last_and_is_waited_for() {
        let mut silence = Silence::default();
        silence.note_lead(peer(1), 1, false);
        assert!(silence.leads_in_turn(peer(1)));
        silence.note_lead(peer(1), 2, false);
        assert!(!silence.leads_in_turn(peer(1)) && silence.awaits(peer(1)));
        silence.note_lead(peer(1), 3, true);
        assert!(silence.leads_in_turn(peer(1)));
    }

    #[test]
    fn many_strangers_do_not_push_out_who_was_missing() {
        let mut silence = Silence::default();
        for round in 1..3 {
            silence.note_record(peer(0), round, false, true);
        }
        for number in 1..200 {
            silence.note_record(peer(number), 3, false, number % 2 == 0);
            assert!(silence.0.len() <= limits::ROUND_MEMBERS_MAX);
        }
        assert!(!silence.awaits(peer(0)));
    }
}
