//! What happens to a cluster that is worth remembering: classes that its rows had not shown before, and errors that are gone.

use crate::job::Evaluation;
use ::core::time::Duration;
use memory::capsule::Event;
use units::Instant;

/// Episodes that one cluster leads to by itself within [`SPELL`]: the first training corrects much.
const EPISODES_MAX: u32 = 6;
const SPELL: Duration = Duration::from_secs(3_600);

/// New classes of one load that are told of.
const NEW_CLASSES_MAX: usize = 4;

/// Fewer held-out rows, of all classes or of one, say little.
const ROWS_MIN: u32 = 20;
const CLASS_ROWS_MIN: u32 = 5;

/// By how much fewer of a thousand rows are told wrong than at the worst, for a correction to be large: of all classes, and of one.
const FALL: u16 = 300;
const CLASS_FALL: u16 = 500;

/// What is known of a cluster's past, in this life of the page.
#[derive(Default)]
pub(crate) struct Watch {
    /// Classes that rows have shown; none before the first rows came.
    met: Vec<bool>,
    /// Of a thousand rows, the most that were told wrong since the last episode: of all classes, and of each.
    worst: u16,
    worst_of: Vec<u16>,
    /// When the spell began, and how many episodes it has had.
    spell: Option<(Instant, u32)>,
}

impl Watch {
    /// Other rows have come: which classes have they that no earlier ones had? The first rows are what the cluster begins with.
    pub(crate) fn see_rows(&mut self, now: Instant, class_rows: &[u32]) -> Vec<Event> {
        let is_first = self.met.is_empty();
        self.met.resize(class_rows.len(), false);
        let mut new = Vec::new();
        for ((class, rows), met) in (0..).zip(class_rows).zip(&mut self.met) {
            if *rows > 0 && !core::mem::replace(met, true) && !is_first {
                new.push(Event::NewClass { class, rows: *rows });
            }
        }
        new.truncate(NEW_CLASSES_MAX);
        new.into_iter().take_while(|_| self.may_tell(now)).collect()
    }

    /// The shared network was evaluated on this device's held-out rows: is a large error gone? One is told of, that of all classes
    /// before that of one.
    pub(crate) fn see_evaluation(&mut self, now: Instant, it: &Evaluation) -> Option<Event> {
        if it.rows < ROWS_MIN {
            return None;
        }
        let wrong = per_mille(it.rows - it.correct, it.rows);
        let of_classes = wrong_of_classes(it);
        self.worst = self.worst.max(wrong);
        self.worst_of.resize(of_classes.len(), 0);
        for (worst, wrong) in self.worst_of.iter_mut().zip(&of_classes) {
            *worst = wrong.map_or(*worst, |wrong| wrong.max(*worst));
        }
        let event = |class, before_per_mille, after_per_mille| {
            Some(Event::ErrorCorrected { class, before_per_mille, after_per_mille })
        };
        if self.worst >= wrong + FALL {
            let found = event(None, self.worst, wrong);
            // What all classes have gained is not told of each.
            self.worst = wrong;
            for (worst, wrong) in self.worst_of.iter_mut().zip(&of_classes) {
                *worst = wrong.unwrap_or(*worst);
            }
            return found.filter(|_| self.may_tell(now));
        }
        let falls = (0u16..).zip(&of_classes).zip(&self.worst_of);
        let fall = |((class, wrong), worst): ((u16, &Option<u16>), &u16)| {
            let wrong = (*wrong)?;
            (*worst >= wrong + CLASS_FALL).then_some((worst - wrong, class, *worst, wrong))
        };
        let (_, class, before, after) = falls.filter_map(fall).max_by_key(|it| it.0)?;
        self.worst_of[usize::from(class)] = after;
        event(Some(class), before, after).filter(|_| self.may_tell(now))
    }

    fn may_tell(&mut self, now: Instant) -> bool {
        let is_over = |(since, _): (Instant, u32)| now.saturating_duration_since(since) >= SPELL;
        if self.spell.is_none_or(is_over) {
            self.spell = Some((now, 0));
        }
        let Some((_, told)) = &mut self.spell else { return false };
        *told += 1;
        *told <= EPISODES_MAX
    }
}

/// `None` for a class with too few rows.
fn wrong_of_classes(it: &Evaluation) -> Vec<Option<u16>> {
    let classes = it.confusion.len().isqrt();
    let of = |class: usize| {
        let row = &it.confusion[class * classes..][..classes];
        let rows: u32 = row.iter().sum();
        (rows >= CLASS_ROWS_MIN).then(|| per_mille(rows - row[class], rows))
    };
    (0..classes).map(of).collect()
}

fn per_mille(part: u32, of: u32) -> u16 {
    (u64::from(part) * 1_000 / u64::from(of.max(1))) as u16
}

/// Of 100, how surprising something is: a correction by how large it is, a class by how little of it the network knows.
pub(crate) fn surprise(event: Event, known: Option<(u32, u32)>) -> u8 {
    let percent = |per_mille: u16| (per_mille / 10).min(100) as u8;
    match event {
        Event::ErrorCorrected { before_per_mille, after_per_mille, .. } => {
            percent(before_per_mille.saturating_sub(after_per_mille))
        }
        Event::NewClass { .. } => match known {
            Some((rows, correct)) => percent(1_000 - per_mille(correct.min(rows), rows)),
            None => 50,
        },
        // The more the others brought, the more it matters.
        Event::SessionEnded { alone_per_mille, together_per_mille, .. } => {
            40 + percent(together_per_mille.saturating_sub(alone_per_mille)).min(60)
        }
        Event::AloneEnded { .. } => 40,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now(minutes: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(60 * minutes)
    }

    /// Two classes with 50 rows each.
    fn evaluation(right: [u32; 2]) -> Evaluation {
        let [a, b] = right;
        Evaluation {
            rows: 100,
            correct: a + b,
            confusion: vec![a, 50 - a, 50 - b, b],
            firing_rate: 0.1,
        }
    }

    #[test]
    fn the_first_rows_are_no_news_and_a_new_class_is_one_once() {
        let mut watch = Watch::default();
        assert_eq!(watch.see_rows(now(0), &[5, 5, 0, 0]), []);
        let new = Event::NewClass { class: 2, rows: 8 };
        assert_eq!(watch.see_rows(now(1), &[0, 0, 8, 0]), [new]);
        assert_eq!(watch.see_rows(now(2), &[5, 5, 9, 0]), []);
    }

    #[test]
    fn a_large_error_that_is_gone_is_told_of_once_however_slowly_it_went() {
        let mut watch = Watch::default();
        for right in [10, 18, 24] {
            assert_eq!(watch.see_evaluation(now(0), &evaluation([right, right])), None);
        }
        let told = watch.see_evaluation(now(0), &evaluation([28, 26]));
        let (before_per_mille, after_per_mille) = (800, 460);
        let whole = Event::ErrorCorrected { class: None, before_per_mille, after_per_mille };
        assert_eq!(told, Some(whole));
        assert_eq!(surprise(whole, None), 34);
        assert_eq!(watch.see_evaluation(now(0), &evaluation([28, 27])), None);
        // One class alone, while the other gets worse.
        assert_eq!(watch.see_evaluation(now(0), &evaluation([36, 1])), None);
        let told = watch.see_evaluation(now(0), &evaluation([30, 27]));
        let (before_per_mille, after_per_mille) = (980, 460);
        let one = Event::ErrorCorrected { class: Some(1), before_per_mille, after_per_mille };
        assert_eq!(told, Some(one));
    }

    #[test]
    fn no_cluster_fills_the_memory_with_what_happens_to_it() {
        let mut watch = Watch::default();
        let told = |watch: &mut Watch, minutes: u64| {
            let spells = (0..40u64).filter(|it| {
                let right = if it % 2 == 0 { 2 } else { 48 };
                watch.see_evaluation(now(minutes), &evaluation([right, right])).is_some()
            });
            spells.count()
        };
        assert_eq!(told(&mut watch, 0), EPISODES_MAX as usize);
        assert_eq!(told(&mut watch, 30), 0);
        assert_eq!(told(&mut watch, 61), EPISODES_MAX as usize);
    }

    #[test]
    fn few_rows_say_nothing() {
        let mut watch = Watch::default();
        let few = |correct| Evaluation {
            rows: 4,
            correct,
            confusion: vec![correct, 4 - correct, 0, 0],
            firing_rate: 0.1,
        };
        assert_eq!(watch.see_evaluation(now(0), &few(0)), None);
        assert_eq!(watch.see_evaluation(now(0), &few(4)), None);
    }

    #[test]
    fn what_the_network_knows_already_surprises_less() {
        let event = Event::NewClass { class: 2, rows: 8 };
        assert_eq!(surprise(event, Some((8, 0))), 100);
        assert_eq!(surprise(event, Some((8, 6))), 25);
    }
}
