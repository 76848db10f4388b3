//! Members that keep to the protocol and lie in what they say, or keep silent: two of eight do not keep the others from
//! learning.

use core::time::Duration;
use sim::{HostId, Strategy, World, WorldConfig};

/// As many as a session has that nobody has told otherwise: in fewer, the momentum of a small room may still swing.
const ROUNDS: u32 = 20;
const PATIENCE: Duration = Duration::from_secs(600);

/// A room of eight in which some have a strategy, after its session, and how long that took.
fn after_a_session(strategy: Strategy, wicked: &[usize]) -> (World, Duration) {
    let mut world = World::room(WorldConfig {
        strategies: wicked.iter().map(|id| (HostId(*id), strategy)).collect(),
        ..WorldConfig::new(201, 8)
    });
    let began_at = world.now();
    world.start_session(HostId(0), ROUNDS).expect("the page is open").expect("there are rows");
    world.live_until(&format!("the session with {strategy} is over"), PATIENCE, |world| {
        world.divergence().is_none()
    });
    let took = world.now().saturating_duration_since(began_at);
    (world, took)
}

#[test]
fn with_two_of_eight_who_are_wicked_the_others_end_with_one_model_that_has_learnt() {
    for strategy in Strategy::all() {
        let (mut world, took) = after_a_session(strategy, &[3, 6]);
        let honest = world.members();
        assert_eq!(honest.len(), 6);
        let outcomes: Vec<_> = honest
            .iter()
            .map(|id| world.view(*id).session.expect("it took part"))
            .map(|session| (session.round, session.record, session.model))
            .collect();
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{strategy}: {outcomes:?}");
        let accuracy = world.accuracy(honest[0]).expect("it has a network");
        assert!(accuracy >= 0.9, "{strategy}: {accuracy}");
        assert!(took <= Duration::from_secs(15) * ROUNDS, "{strategy}: {took:?}");
    }
}

/// What the test above shows is worth something: lies do reach the model, if there are enough of them.
#[test]
fn where_most_lie_nobody_learns() {
    for name in ["sign-flip", "scaled", "inner-product"] {
        let strategy = name.parse().expect("there is such a strategy");
        let (mut world, _) = after_a_session(strategy, &[1, 2, 3, 5, 6, 7]);
        let accuracy = world.accuracy(HostId(0)).expect("it has a network");
        assert!(accuracy < 0.6, "{name}: {accuracy}");
    }
}
