//! Rounds in a room that is so large that not everyone is connected with everyone.
//!
//! What members say goes to everyone as a rumour. A few are drawn to contribute, by a hash that nobody can choose, and
//! everyone brings their updates into the model: what a round costs a member does not grow with the room. Nobody knows who
//! is there, so commitments are closed by the clock alone, and where nobody is heard of, more are drawn as time goes by.

use super::{Session, Surroundings};
use ::core::{cell::RefCell, time::Duration};
use neural::Compression;
use protocol::session::{Contribution, ticket};
use units::{Hash, Instant, PeerId, SessionId, SortedMap, sort_by_key};

/// Updates that a round brings in at most: of those who have committed, the ones with the lowest tickets.
const DRAWN_MAX: usize = 16;

/// Members whose commitments are enough for a round.
const ENOUGH: u32 = 6;

/// Tickets that are remembered at most.
const TICKETS_MAX: usize = 256;

/// How much higher a ticket than our own limit is believed: clocks and the beginnings of rounds differ.
const LENIENCY: u32 = 8;

/// Parameters whose changes all fit a rumour, at about a byte each.
const WHOLE_MAX: u64 = 48_000;
/// The largest changes that fit one where not all do: some nine bits each, less where they lie close.
const CHANGES_MAX: u64 = 40_000;
/// How many of a thousand parameters travel if that many fit. Who is drawn seldom has little use for what is left over: when
/// it is drawn again, others have learnt it.
const KEPT_PER_MILLE_MAX: u64 = 100;

/// Tickets for the newest record, remembered: they are asked for several times an input, and each takes a hash.
#[derive(Default)]
pub(super) struct Tickets(RefCell<(Option<Hash>, SortedMap<PeerId, u32>)>);

impl Tickets {
    /// What [`ticket`] says. A session asks about itself only.
    fn of(&self, session: SessionId, parent: Hash, peer: PeerId) -> u32 {
        let mut known = self.0.borrow_mut();
        let (of_parent, tickets) = &mut *known;
        if *of_parent != Some(parent) || tickets.len() >= TICKETS_MAX {
            *of_parent = Some(parent);
            tickets.clear();
        }
        *tickets.entry(peer).or_insert_with(|| ticket(session, parent, peer))
    }
}

impl Session {
    /// Whether the round is made by a few for all.
    pub(super) fn is_crowd(&self, s: &Surroundings<'_>) -> bool {
        s.is_partial && !self.is_alone()
    }

    /// Whether a member may contribute to the running round of a crowd.
    pub(super) fn is_drawn(&self, peer: PeerId, s: &Surroundings<'_>) -> bool {
        self.ticket(peer) <= self.draw(s)
    }

    /// Whether another member's word that it is drawn can be true.
    pub(super) fn may_be_drawn(&self, peer: PeerId, s: &Surroundings<'_>) -> bool {
        self.ticket(peer) <= self.draw(s).saturating_mul(LENIENCY)
    }

    pub(super) fn ticket(&self, peer: PeerId) -> u32 {
        self.tickets.of(self.id, self.head_hash, peer)
    }

    /// The highest ticket that contributes: the record's, and twice as high for every time that the round has waited in
    /// vain.
    fn draw(&self, s: &Surroundings<'_>) -> u32 {
        let doublings = self.waits_in_vain(s).saturating_sub(1).min(31);
        self.head.draw.max(1).saturating_mul(1 << doublings)
    }

    /// How often the round has waited for as long as commitments take.
    fn waits_in_vain(&self, s: &Surroundings<'_>) -> u32 {
        let waited = s.now.saturating_duration_since(self.draws_from(s));
        let times = waited.as_millis() / self.patience(s).as_millis().max(1);
        u32::try_from(times).unwrap_or(u32::MAX)
    }

    /// Since when the round waits in vain: where enough have committed, they are given the time to bring it about.
    fn draws_from(&self, s: &Surroundings<'_>) -> Instant {
        let started_at = self.round.started_at();
        if self.round.committed < ENOUGH {
            return started_at;
        }
        started_at + self.reveal_wait() + 2 * self.pace.leader_wait(s.limits)
    }

    fn patience(&self, s: &Surroundings<'_>) -> Duration {
        self.pace.commit_wait(&self.proposal.options, s.limits)
    }

    /// When more members are drawn, if this one is not yet.
    pub(super) fn drawn_again_at(&self, s: &Surroundings<'_>) -> Option<Instant> {
        let next = self.waits_in_vain(s).saturating_add(1);
        (next < 40).then(|| self.draws_from(s) + self.patience(s) * next)
    }

    /// Until when somebody might commit, where nobody has: once everyone has been drawn and has had twice the time for it.
    pub(super) fn nobody_commits_at(&self, s: &Surroundings<'_>) -> Option<Instant> {
        let doublings = match self.head.draw {
            u32::MAX => 0,
            draw => draw.leading_zeros() + 1,
        };
        let waits = doublings + 3;
        (self.round.committed == 0).then(|| self.draws_from(s) + self.patience(s) * waits)
    }

    /// Who contributes, as far as is known here: of those who have committed, the ones with the lowest tickets. By id.
    pub(super) fn drawn(&self) -> Vec<PeerId> {
        let committed = self.stash.commitments(self.head_hash);
        let peers = committed.map(|it| it.contribution.peer);
        let peers = peers.filter(|peer| !self.is_excluded(*peer));
        let mut tickets: Vec<_> = peers.map(|peer| (self.ticket(peer), peer)).collect();
        tickets.sort_unstable();
        let mut drawn: Vec<_> = tickets.into_iter().map(|(_, peer)| peer).take(DRAWN_MAX).collect();
        sort_by_key(&mut drawn, |peer| *peer);
        drawn
    }

    /// The promises of those who contribute.
    pub(super) fn promises_of(&self, peers: &[PeerId]) -> Vec<Contribution> {
        let promise = |peer: &PeerId| self.stash.commitment(*peer, self.head_hash);
        peers.iter().filter_map(promise).map(|it| it.contribution).collect()
    }

    /// How an update is written that goes to the whole room.
    pub(super) fn crowd_compression(&self) -> Compression {
        let parameters = self.proposal.network.parameters();
        if parameters <= WHOLE_MAX {
            return Compression::Rows;
        }
        let fitting = CHANGES_MAX * 1_000 / parameters;
        Compression::Sparse { kept_per_mille: fitting.clamp(1, KEPT_PER_MILLE_MAX) as u16 }
    }

    /// A neighbour to ask where the room stands, another one for each reason to ask.
    pub(super) fn neighbour_to_ask(&self, reason: PeerId, s: &Surroundings<'_>) -> Option<PeerId> {
        let neighbours = s.connected.iter().copied().filter(|peer| self.invites(*peer));
        neighbours.min_by_key(|peer| self.ticket(*peer) ^ self.ticket(reason))
    }
}
