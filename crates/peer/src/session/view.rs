//! How a session looks from outside.

use super::{Session, Surroundings, masks::Group};
use crate::view::{ExcludedView, Exclusion, MasksView, MemberView, RoundPhase, SessionView};
use units::{PeerId, SortedMap, sort_by_key};

impl Session {
    pub(crate) fn view(&self, s: &Surroundings<'_>) -> SessionView {
        let committed = |peer: &PeerId| self.stash.commitment(*peer, self.head_hash).is_some();
        let mut members: Vec<_> = self
            .members
            .iter()
            .map(|(peer, rows)| MemberView { peer: *peer, rows: *rows, committed: committed(peer) })
            .collect();
        members.push(MemberView { peer: s.me, rows: self.rows, committed: committed(&s.me) });
        sort_by_key(&mut members, |member| member.peer);
        let mut history = self.history.clone();
        let newest = history.last_mut().filter(|it| it.round == self.head.decision.round);
        if let Some(newest) = newest {
            newest.members = self.parts_of_head();
        }
        SessionView {
            id: self.id,
            task: self.proposal.task.clone(),
            cluster: self.proposal.cluster.clone(),
            founder: self.proposal.founder,
            options: self.proposal.options,
            running: self.running,
            ended_because: self.ended_because.clone(),
            round: self.head.decision.round,
            model: self.head.model,
            record: self.head_hash,
            signatures: self.verdicts.count() as u32,
            phase: self.phase(),
            leader: self.leader(self.round.attempt, s).filter(|_| self.running),
            members,
            excluded: self.excluded(),
            history,
            earlier: self.earlier.clone(),
            lineages_left: self.lineages_left.clone(),
            sent_bytes: self.sent_bytes,
            sends_little: self.thrift.sends_little(),
            privacy: self.privacy_view(),
            masks: self.masks_view(),
            problem: self.problem.clone().or_else(|| self.lacks_companions(s)),
        }
    }

    fn masks_view(&self) -> Option<MasksView> {
        self.masks_option()?;
        let part = &self.masks.part;
        let peers = |group: &Group| group.members.iter().map(|(peer, _)| *peer).collect();
        Some(MasksView {
            groups: part.groups.iter().flatten().map(peers).collect(),
            own_group: part.own.map(|own| own as u32),
            sums: (self.head.decision.round > 0).then_some(self.head.decision.groups.len() as u32),
        })
    }

    fn excluded(&self) -> Vec<ExcludedView> {
        let proven = self.accused.met().map(|proof| (proof.peer(), Exclusion::TwoUpdates));
        let harmful = self.head.standings.iter().filter(|standing| standing.excluded);
        let harmful = harmful.map(|standing| (standing.peer, Exclusion::Harm));
        let all: SortedMap<_, _> = harmful.chain(proven).collect();
        all.into_iter().map(|(peer, why)| ExcludedView { peer, why }).collect()
    }

    fn phase(&self) -> RoundPhase {
        if !self.running {
            RoundPhase::Finished
        } else if !self.model_here || self.rows == 0 || self.is_installing() {
            RoundPhase::Waiting
        } else {
            self.round.phase()
        }
    }
}
