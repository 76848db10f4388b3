//! Members of a private session end with one model, and each knows what it has spent, whatever happens to its page.

use core::time::Duration;
use peer::{PrivacyView, SessionView};
use private::{Budget, Release};
use protocol::session::DELTA;
use sim::{HostId, World, WorldConfig};

const PATIENCE: Duration = Duration::from_secs(180);
const EPSILON_THOUSANDTHS: u32 = 20_000;

/// Rows that a device trains on: those of the classroom without a fifth of each class.
const TRAIN_ROWS: f64 = 18.0;

fn start(world: &mut World, rounds: u32) {
    let started = world.start_privately(HostId(0), rounds, EPSILON_THOUSANDTHS);
    assert!(matches!(started, Some(Ok(_))), "{started:?}");
}

fn session(world: &World, id: HostId) -> SessionView {
    world.view(id).session.expect("it takes part")
}

fn privacy(world: &World, id: HostId) -> PrivacyView {
    session(world, id).privacy.expect("the session is private")
}

fn round(world: &World, id: HostId) -> u32 {
    world.view(id).session.map_or(0, |session| session.round)
}

/// Steps behind the updates of a device that are in the rounds that another one has seen.
fn steps_shown(world: &World, by: HostId, to: HostId) -> u64 {
    let me = world.peer_id(by);
    let parts = session(world, to).history.into_iter().flat_map(|round| round.members);
    let samples: u64 = parts.filter(|it| it.peer == me).map(|it| u64::from(it.samples)).sum();
    samples / u64::from(sim::options(1).batch_rows)
}

/// What the accountant says of so many steps with that noise.
fn accounted(noise_multiplier: f64, steps: u64) -> f64 {
    let mut budget = Budget::new(DELTA).unwrap();
    budget.spend(Release { multiplier: 20.0, rate: 1.0 }, 1).unwrap();
    let rate = f64::from(sim::options(1).batch_rows) / TRAIN_ROWS;
    budget.spend(Release { multiplier: noise_multiplier, rate }, steps).unwrap();
    budget.epsilon()
}

/// After how many steps a device has spent what it says, if that is possible.
fn steps_paid_for(privacy: &PrivacyView, most: u64) -> Option<u64> {
    let noise = privacy.noise_multiplier.expect("it has trained");
    (1..=most).find(|steps| accounted(noise, *steps) == privacy.epsilon)
}

#[test]
fn all_end_with_one_model_and_have_spent_what_the_accountant_says() {
    let mut world = World::room(WorldConfig::new(91, 5));
    start(&mut world, 6);
    world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
    assert_eq!(world.judged_records(), (6, 0), "every record was computed once more");
    for id in world.host_ids() {
        let (session, privacy) = (session(&world, id), privacy(&world, id));
        assert_eq!(session.round, 6);
        assert!(session.history.iter().all(|round| round.members.len() == 5), "all took part");
        assert_eq!(steps_paid_for(&privacy, 30), Some(steps_shown(&world, id, HostId(0))));
        assert_eq!(Some(privacy.epsilon), privacy.epsilon_after, "nothing is planned any more");
        assert!(privacy.epsilon <= privacy.epsilon_max && privacy.exhausted.is_none());
        let scores = session.history.iter().flat_map(|round| &round.members);
        assert!(scores.into_iter().all(|part| part.score.is_none()), "scores tell of rows");
    }
}

#[test]
fn who_crashes_knows_afterwards_what_it_has_spent() {
    let victim = HostId(1);
    for seed in 92..95 {
        let mut world = World::room(WorldConfig::new(seed, 3));
        start(&mut world, 12);
        for wanted in [2, 5, 8] {
            world.live_until("a round", PATIENCE, |world| round(world, victim) >= wanted);
            world.crash(victim, false);
            world.boot(victim);
            world.live_until("it is back", PATIENCE, |world| {
                let back = world.view(victim).session;
                back.and_then(|back| back.privacy).is_some_and(|it| it.noise_multiplier.is_some())
            });
        }
        // What a crash wastes is spent all the same: the budget may be used up before the last round.
        world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
        let shown = steps_shown(&world, victim, HostId(0));
        let paid = steps_paid_for(&privacy(&world, victim), 120).expect("whole steps");
        assert!(shown > 0 && paid >= shown, "seed {seed}: {paid} steps paid for, {shown} shown");
    }
}

#[test]
fn what_cannot_be_is_refused_with_what_can() {
    let mut world = World::room(WorldConfig::new(90, 2));
    let refused = world.start_privately(HostId(0), 3, 100);
    let problem = refused.unwrap().unwrap_err().to_string();
    assert!(problem.contains("an ε of 100 thousandths: 500 to 100000 are possible"), "{problem}");
}
