//! A session that is watched shows what its members learn, what they send, and how long their rounds take.

use sim::{Faults, Plan, Strategy};

#[test]
fn a_room_learns_sends_and_agrees() {
    let plan = Plan { liars: Some((Strategy::Silent, 1)), ..Plan::new(41, 5, Faults::NONE, 8) };
    let watched = plan.watch();
    assert_eq!(watched.difference, None);
    let moments = &watched.course.moments;
    let (first, last) =
        (moments.first().expect("it was seen"), moments.last().expect("to its end"));
    assert!(first.seconds == 0.0 && last.seconds > 8.0);
    assert!(last.accuracy.middle > first.accuracy.middle, "{first:?} {last:?}");
    assert!(moments.is_sorted_by(|a, b| a.sent_bytes.middle <= b.sent_bytes.middle));
    assert_eq!(
        watched.course.rounds.keys().copied().collect::<Vec<_>>(),
        (1..=8).collect::<Vec<_>>()
    );
    for round in watched.course.rounds.values() {
        assert!(round.milliseconds.low > 0.0 && round.milliseconds.low <= round.milliseconds.high);
        assert!(round.members.high <= 5.0);
    }
}

#[test]
fn a_crowd_in_which_nobody_knows_everybody_says_how_far_it_came() {
    let watched = Plan::new(42, 30, Faults::NONE, 3).watch();
    assert!(watched.course.moments.len() > 5);
    assert!(watched.course.moments.iter().any(|moment| moment.rounds.high >= 1.0));
    let said = |difference: String| difference.contains("of 30 have ended");
    assert!(watched.difference.is_none_or(said));
}
