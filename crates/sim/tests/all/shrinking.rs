//! A failing history is made smaller, and the smaller one is played again by what its command says.

use sim::{Faults, HostId, Plan, World, shrink};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Not so, on purpose: pages crash, and come back.
fn nobody_lives_twice(world: &World) {
    let lives = |id: &HostId| world.lives(*id);
    assert!(world.host_ids().iter().all(|id| lives(id) < 2), "somebody has lived twice");
}

#[test]
fn a_broken_promise_is_traced_to_one_crash() {
    let fails = |plan: &Plan| {
        let quiet = Plan { quiet: true, ..plan.clone() };
        catch_unwind(AssertUnwindSafe(|| quiet.play_and(nobody_lives_twice))).is_err()
    };
    let plan =
        Plan::new(5, 4, Faults { loss: true, partition: true, crash: true, ..Faults::NONE }, 8);
    assert!(fails(&plan) && plan.scenes().len() > 5);
    let shrunk = shrink(&plan, 300, fails).plan;
    assert_eq!(shrunk.scenes().len(), 1, "{}", shrunk.command());
    assert!(shrunk.rounds == 1 && shrunk.present() < 4, "{}", shrunk.command());
    assert!(fails(&shrunk));
}
