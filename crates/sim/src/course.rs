//! How a session goes, second by second: what members have learnt, what they have sent, how long rounds took.

use crate::{network::HostId, world::World};
use core::time::Duration;
use peer::{Answer, Job, SessionView};
use std::collections::BTreeMap;
use units::Instant;

/// Members whose networks are judged at a time, and whose sessions are looked at.
const JUDGED_MAX: usize = 16;
const LOOKED_AT_MAX: usize = 250;
/// Between two looks.
const INTERVAL: Duration = Duration::from_secs(1);

/// A session as those saw it who watched.
#[derive(Debug, Clone, Default)]
pub struct Course {
    /// One a second, from the session's first second on.
    pub moments: Vec<Moment>,
    /// One a round, by number.
    pub rounds: BTreeMap<u32, RoundCourse>,
    began_at: Option<Instant>,
    looked_at: Option<Instant>,
}

/// Where honest members stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moment {
    /// Since the session began, in seconds of the world.
    pub seconds: f64,
    /// Finished rounds.
    pub rounds: Spread,
    /// The part of unseen rows that they tell right, 0 to 1.
    pub accuracy: Spread,
    /// What each has sent for the session.
    pub sent_bytes: Spread,
}

/// A round, as members went through it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundCourse {
    /// How long it took.
    pub milliseconds: Spread,
    /// Members whose updates are in it.
    pub members: Spread,
}

/// The least, the middle and the most of some numbers.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Spread {
    /// The least.
    pub low: f64,
    /// The one in the middle.
    pub middle: f64,
    /// The most.
    pub high: f64,
}

impl Spread {
    fn of(mut numbers: Vec<f64>) -> Self {
        numbers.sort_by(f64::total_cmp);
        let [low, .., high] = numbers[..] else {
            let only = numbers.first().copied().unwrap_or_default();
            return Self { low: only, middle: only, high: only };
        };
        Self { low, middle: numbers[numbers.len() / 2], high }
    }
}

impl World {
    /// Looks at the session once a second from here on.
    pub(crate) fn watch(&mut self) {
        self.course = Some(Course::default());
    }

    /// What was seen since [`Self::watch`], with the rounds as members remember them.
    pub(crate) fn take_course(&mut self) -> Option<Course> {
        let mut course = self.course.take()?;
        let mut rounds: BTreeMap<u32, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
        for (_, session) in self.sessions() {
            for round in session.history {
                let (took, members) = rounds.entry(round.round).or_default();
                took.push(round.duration_ms.into());
                members.push(round.members.len() as f64);
            }
        }
        let spread = |(number, (took, members))| {
            let (milliseconds, members) = (Spread::of(took), Spread::of(members));
            (number, RoundCourse { milliseconds, members })
        };
        course.rounds = rounds.into_iter().map(spread).collect();
        Some(course)
    }

    /// A look, if it is time for one.
    pub(crate) fn look(&mut self) {
        let now = self.now();
        let Some(course) = &self.course else { return };
        if course.looked_at.is_some_and(|at| now < at + INTERVAL) {
            return;
        }
        let sessions = self.sessions();
        if sessions.is_empty() {
            return;
        }
        let rounds = Spread::of(sessions.iter().map(|(_, s)| s.round.into()).collect());
        let sent_bytes = Spread::of(sessions.iter().map(|(_, s)| s.sent_bytes as f64).collect());
        let judged = spaced(sessions.into_iter().map(|(id, _)| id).collect(), JUDGED_MAX);
        let accuracy = Spread::of(judged.into_iter().filter_map(|id| self.accuracy(id)).collect());
        let Some(course) = &mut self.course else { return };
        let began_at = *course.began_at.get_or_insert(now);
        let seconds = now.saturating_duration_since(began_at).as_secs_f64();
        course.looked_at = Some(now);
        course.moments.push(Moment { seconds, rounds, accuracy, sent_bytes });
    }

    /// The part of some rows that no device has which the shared network on a device tells right, 0 to 1; `None` if its
    /// page is closed or it has no network.
    pub fn accuracy(&mut self, id: HostId) -> Option<f64> {
        let dataset = Some(crate::classroom::unseen_rows(self.config.seed));
        let page = self.hosts[id.0].page.as_mut()?;
        match page.workbench.run(Job::Evaluate { cluster: crate::cluster(), dataset }) {
            Ok(Answer::Evaluated(evaluation)) => Some(evaluation.accuracy()),
            _ => None,
        }
    }

    /// The sessions of honest members, of every so many in a crowd.
    fn sessions(&self) -> Vec<(HostId, SessionView)> {
        let members = spaced(self.members(), LOOKED_AT_MAX);
        members.into_iter().filter_map(|id| Some((id, self.view(id).session?))).collect()
    }
}

/// At most so many of them, evenly spaced.
fn spaced<T>(items: Vec<T>, count_max: usize) -> Vec<T> {
    let step = items.len().div_ceil(count_max).max(1);
    items.into_iter().step_by(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_is_the_least_the_middle_and_the_most() {
        let spread = |numbers: &[f64]| Spread::of(numbers.to_vec());
        assert_eq!(spread(&[3.0, 1.0, 2.0]), Spread { low: 1.0, middle: 2.0, high: 3.0 });
        assert_eq!(spread(&[5.0]), Spread { low: 5.0, middle: 5.0, high: 5.0 });
        assert_eq!(spread(&[]), Spread::default());
    }

    #[test]
    fn of_many_every_so_many_are_taken() {
        assert_eq!(spaced((0..10).collect(), 16), (0..10).collect::<Vec<_>>());
        assert_eq!(spaced((0..10).collect(), 4), [0, 3, 6, 9]);
    }
}
