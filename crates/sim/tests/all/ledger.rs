//! Rooms that keep a ledger while they learn.

use core::time::Duration;
use peer::{BooksCall, LedgerView};
use sim::{HostId, World, WorldConfig};
use units::Credits;

const PATIENCE: Duration = Duration::from_secs(240);

fn ledger(world: &World, id: HostId) -> LedgerView {
    world.view(id).ledger.expect("the room's founder is known")
}

fn is_settled(world: &World) -> bool {
    let first = world.view(HostId(0)).ledger;
    first.is_some_and(|first| {
        world.host_ids().into_iter().all(|id| {
            let same = |it: LedgerView| it.tip == first.tip && it.waiting == 0 && it.member;
            world.view(id).ledger.is_some_and(same)
        })
    })
}

fn room(seed: u64, hosts: usize) -> World {
    World::room(WorldConfig { ledger: true, ..WorldConfig::new(seed, hosts) })
}

#[test]
fn rounds_are_recorded_and_pay_those_whose_updates_helped() {
    let mut world = room(501, 5);
    world.live_until("all are members", PATIENCE, is_settled);
    let before: Vec<Credits> =
        world.host_ids().into_iter().map(|id| ledger(&world, id).balance).collect();
    world.start_session(HostId(1), 8).expect("the page is open").expect("there are rows");
    world.live_until("the session is over", PATIENCE, |world| world.divergence().is_none());
    world.live_until("its rounds are recorded", PATIENCE, is_settled);
    // Who writes the books earns by that, and whoever decided on a round has paid for reporting it.
    let others = world.host_ids().into_iter().zip(&before).skip(1);
    let richer = others.filter(|(id, before)| ledger(&world, *id).balance > **before).count();
    assert!(richer >= 1, "nobody but the founder has earned anything");
}

#[test]
fn the_ledger_goes_on_without_the_founder_and_without_the_server() {
    let mut world = room(502, 4);
    world.live_until("all are members", PATIENCE, is_settled);
    world.kill_server();
    world.crash(HostId(0), true);
    let keep = |engine: &mut peer::Engine, now| engine.ask_books(now, BooksCall::Keep(true));
    assert!(matches!(world.command(HostId(1), keep), Some(Ok(_))));
    let height = ledger(&world, HostId(2)).height;
    world.start_session(HostId(1), 3).expect("the page is open").expect("there are rows");
    world.live_until("rounds are recorded", PATIENCE, |world| {
        let views = [1, 2, 3].map(|id| world.view(HostId(id)).ledger);
        let views: Vec<_> = views.into_iter().flatten().collect();
        views.iter().all(|it| it.waiting == 0 && it.tip == views[0].tip && it.height > height)
    });
}
