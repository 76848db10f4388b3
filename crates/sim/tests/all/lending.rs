//! Nodes on lease: found on the room's market, opened in its ledger, checked, paid, and replaced when their lender fails.

use core::time::Duration;
use ledger::{Action, contracts::lending::Terms};
use peer::{
    Answer, BooksCall, BorrowPlan, Event, JobId, LoanStage, LoanView, PartPlace, SplitTraining,
};
use sim::{HostId, SplitRoom, World};
use units::Credits;

const PATIENCE: Duration = Duration::from_secs(600);
const OWNER: HostId = SplitRoom::OWNER;

fn room(seed: u64, lenders: usize) -> World {
    room_of(seed, &[64, 48], &vec![0; lenders]).world_with_ledger()
}

fn room_of<'a>(seed: u64, layers: &'a [u32], carry: &'a [u32]) -> SplitRoom<'a> {
    SplitRoom { seed, network_seed: 6, layers, carry, loss: 0.0 }
}

fn offer(world: &mut World, host: usize, nodes: u32, milli_credits_per_hour: u64) {
    let terms = Terms {
        nodes,
        price_per_hour: Credits::from_micros(1_000 * milli_credits_per_hour),
        // So dear that the stake is thin beside it: a quarter of all segments is audited.
        price_per_thousand_events: Credits::from_micros(20_000),
        stake: Credits::whole(10),
        inputs_max: 64,
    };
    let order = BooksCall::Order(Box::new(Action::Offer(terms)));
    let asked = world.command(HostId(host), |engine, now| engine.ask_books(now, order));
    let job = asked.expect("the page is open").expect("there is a room");
    let answer = |world: &World| answered(world, HostId(host), job);
    world.live_until("the offer is made", PATIENCE, |world| answer(world).is_some());
    answer(world).expect("it was waited for").expect("the offer can be made");
}

fn answered(world: &World, host: HostId, job: JobId) -> Option<Result<Answer, String>> {
    world.events(host).find_map(|event| match event {
        Event::Answered { job: of, result } if *of == job => {
            Some(result.clone().map_err(|error| error.to_string()))
        }
        _ => None,
    })
}

fn borrow(world: &mut World) -> Result<(), String> {
    borrow_but(world, None)
}

fn borrow_but(world: &mut World, keep_lowest: Option<u32>) -> Result<(), String> {
    let plan = BorrowPlan { offers: Vec::new(), hours: 1, deposit: None, keep_lowest };
    let asked =
        world.command(OWNER, |engine, now| engine.borrow_nodes(now, SplitRoom::cluster(), plan));
    let job = asked.expect("the page is open").expect("the cluster can be split");
    world.live_until("offers were looked at", PATIENCE, |world| {
        answered(world, OWNER, job).is_some()
    });
    answered(world, OWNER, job).expect("it was waited for").map(|_| ())
}

fn loans(world: &World) -> Vec<LoanView> {
    SplitRoom::view(world).parts.iter().filter_map(|part| part.loan).collect()
}

fn are_away(world: &World) -> bool {
    let view = world.view(OWNER).split;
    view.is_some_and(|split| split.parts.iter().all(|part| part.place == PartPlace::Away))
}

fn train(world: &mut World) {
    train_for(world, SplitRoom::TRAINING.steps);
}

fn train_for(world: &mut World, steps: u32) {
    let training = SplitTraining { steps, ..SplitRoom::TRAINING };
    world.command(OWNER, |engine, now| {
        engine.train_split(now, SplitRoom::cluster(), training).expect("there are rows");
    });
}

fn balance(world: &World, host: usize) -> u64 {
    world.view(HostId(host)).ledger.expect("it has a ledger").balance.as_micros()
}

fn nothing_waits(world: &World) -> bool {
    world.host_ids().into_iter().all(|id| world.view(id).ledger.is_some_and(|it| it.waiting == 0))
}

/// Offers of all lenders are in everybody's ledger.
fn offered(world: &mut World, offers: &[(usize, u32, u64)]) {
    for (host, nodes, price) in offers {
        offer(world, *host, *nodes, *price);
    }
    world.live_until("offers are recorded", PATIENCE, nothing_waits);
}

#[test]
fn nodes_are_lent_checked_paid_for_and_come_home() {
    let mut world = room(603, 2);
    let refused = borrow(&mut world).unwrap_err();
    assert!(refused.contains("no connected device offers nodes"), "{refused}");
    offered(&mut world, &[(1, 24, 500), (2, 24, 700)]);
    let before = [balance(&world, 1), balance(&world, 2)];
    borrow(&mut world).unwrap();
    world.live_until("all parts are lent", PATIENCE, are_away);
    assert_eq!(
        SplitRoom::view(&world).parts.iter().map(|it| it.nodes).collect::<Vec<_>>(),
        [24; 2]
    );
    // A quarter of some forty stretches of work is audited.
    train_for(&mut world, 3_000);
    world.live_until("it is trained", PATIENCE, SplitRoom::is_trained);
    let running = loans(&world);
    for event in world.events(OWNER) {
        if matches!(
            event,
            Event::Borrowing { .. } | Event::NodesMoved { .. } | Event::Refused { .. }
        ) {}
    }
    assert!(
        running.iter().all(|it| it.stage == LoanStage::Open && it.segments >= 4),
        "{running:?}"
    );
    assert!(running.iter().any(|it| it.audits > 0), "{running:?}");
    for host in [1, 2] {
        let lent = world.view(HostId(host)).hosting.carried;
        assert!(lent.len() == 1 && lent[0].taught > 700, "{lent:?}");
    }
    world.command(OWNER, |engine, now| engine.gather_cluster(now, &SplitRoom::cluster()).unwrap());
    world.live_until("all is at home", PATIENCE, |world| world.view(OWNER).split.is_none());
    world.live_until("it is settled", PATIENCE, |world| {
        nothing_waits(world)
            && [1, 2].iter().all(|host| balance(world, *host) > before[*host - 1] + 10_000_000)
    });
    let problems: Vec<_> =
        world.events(OWNER).filter(|event| matches!(event, Event::Refused { .. })).collect();
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn a_lender_that_vanishes_is_replaced_from_other_offers_within_seconds() {
    let mut world = room(602, 3);
    offered(&mut world, &[(1, 48, 500), (2, 48, 700), (3, 20, 100)]);
    borrow(&mut world).unwrap();
    world.live_until("it is lent", PATIENCE, are_away);
    train(&mut world);
    world.live_until("some of it is done", PATIENCE, |world| {
        SplitRoom::view(world).training.is_some_and(|training| training.batches > 300)
    });
    let first = loans(&world)[0].lender.unwrap();
    let host = if first == world.peer_id(HostId(1)) { HostId(1) } else { HostId(2) };
    world.crash(host, true);
    let gone = world.now();
    world.live_until("another one has it", PATIENCE, |world| {
        are_away(world) && loans(world).iter().all(|it| it.lender != Some(first))
    });
    let took = world.now().saturating_duration_since(gone);
    println!("replaced within {took:.1?}");
    assert!(took < Duration::from_secs(20), "{took:?}");
    world.live_until("it is trained", PATIENCE, SplitRoom::is_trained);
}

#[test]
fn a_lender_that_spares_itself_lessons_is_caught_and_loses_its_stake() {
    let mut world = room(607, 2);
    offered(&mut world, &[(1, 48, 100), (2, 48, 900)]);
    world.make_lazy_lender(HostId(1));
    let (lazy, bound) = (world.peer_id(HostId(1)), balance(&world, 1));
    borrow(&mut world).unwrap();
    world.live_until("it is lent", PATIENCE, are_away);
    assert_eq!(loans(&world)[0].lender, Some(lazy), "it is the cheaper one");
    train(&mut world);
    let caught = |world: &World| {
        world.events(OWNER).find_map(|event| match event {
            Event::Borrowing { reason, .. } if !reason.is_empty() => Some(reason.clone()),
            _ => None,
        })
    };
    world.live_until("it is caught", PATIENCE, |world| caught(world).is_some());
    let reason = caught(&world).unwrap();
    assert!(reason.contains("is not what its nodes have computed"), "{reason}");
    world.live_until("an honest one has it", PATIENCE, are_away);
    assert_eq!(loans(&world)[0].lender, Some(world.peer_id(HostId(2))));
    world.live_until("it is trained", PATIENCE, SplitRoom::is_trained);
    world.live_until("the fraud is recorded", PATIENCE, nothing_waits);
    world.live_for(Duration::from_secs(1_300));
    assert!(balance(&world, 1) <= bound, "neither stake nor pay comes back");
}

#[test]
fn a_borrower_that_signs_nothing_is_cut_off() {
    let mut world = room(608, 1);
    offered(&mut world, &[(1, 48, 100)]);
    borrow(&mut world).unwrap();
    world.live_until("it is lent", PATIENCE, are_away);
    world.make_silent_borrower(OWNER);
    train(&mut world);
    world.live_until("it is cut off", PATIENCE, |world| {
        world.view(HostId(1)).hosting.carried.is_empty()
    });
    let hears = |world: &World| {
        world.events(OWNER).any(|event| {
            matches!(event, Event::NodesMoved { host: None, reason, .. } if reason.contains("ended the loan"))
        })
    };
    world.live_until("its borrower hears of it", PATIENCE, hears);
}

#[test]
fn what_a_lender_has_earned_it_claims_although_both_devices_reload() {
    let mut world = room(609, 1);
    offered(&mut world, &[(1, 48, 100)]);
    borrow(&mut world).unwrap();
    world.live_until("it is lent", PATIENCE, are_away);
    train(&mut world);
    let lent = |world: &World| world.view(HostId(1)).hosting.carried.first().and_then(|it| it.loan);
    world.live_until("it has a receipt", PATIENCE, |world| {
        lent(world).is_some_and(|loan| loan.owed > Credits::ZERO)
    });
    let before = balance(&world, 1);
    world.crash(HostId(1), true);
    world.crash(OWNER, true);
    world.boot(OWNER);
    world.boot(HostId(1));
    // Stake and pay are there when whoever could object has had the time to.
    world.live_until("it is paid", PATIENCE * 3, |world| {
        world.view(HostId(1)).ledger.is_some_and(|it| it.balance.as_micros() > before + 10_000_000)
    });
}

#[test]
fn a_device_with_room_for_64_nodes_reaches_the_accuracy_of_512() {
    let room = room_of(610, &[512], &[0, 0]);
    let mut world = room.world_with_ledger();
    offered(&mut world, &[(1, 224, 10), (2, 224, 10)]);
    borrow_but(&mut world, Some(64)).unwrap();
    world.live_until("it is lent", PATIENCE, are_away);
    let nodes: Vec<_> =
        SplitRoom::view(&world).parts.iter().map(|it| (it.layer, it.first, it.nodes)).collect();
    assert_eq!(nodes, [(0, 64, 224), (0, 288, 224)]);
    train(&mut world);
    let began = world.now();
    world.live_until("it is trained", PATIENCE, SplitRoom::is_trained);
    let outcome = room.outcome(&mut world, began);
    let alone = room_of(610, &[64], &[]).accuracy_on_one_device();
    println!(
        "64 alone {alone:.4}, 64 and 448 on lease {:.4}, 512 {:.4}",
        outcome.accuracy, outcome.whole
    );
    assert!(outcome.accuracy >= outcome.whole - 0.005, "{outcome:?}");
    assert!(outcome.accuracy >= alone + 0.01, "{outcome:?}");
}

#[test]
fn a_borrower_that_ends_the_loan_in_the_ledger_and_goes_on_does_not_get_work_for_nothing() {
    let mut world = room(611, 1);
    offered(&mut world, &[(1, 48, 100)]);
    let before = balance(&world, 1);
    borrow(&mut world).unwrap();
    world.live_until("it is lent", PATIENCE, are_away);
    train_for(&mut world, 1_000_000);
    let lent = |world: &World| world.view(HostId(1)).hosting.carried.first().and_then(|it| it.loan);
    world.live_until("it has a receipt", PATIENCE, |world| {
        lent(world).is_some_and(|loan| loan.owed > Credits::ZERO)
    });
    let loan = loans(&world)[0].loan.unwrap();
    let end = BooksCall::Order(Box::new(Action::Return { loan, owed: Credits::ZERO }));
    world.command(OWNER, |engine, now| engine.ask_books(now, end).unwrap());
    world.live_until("its lender stops", PATIENCE, |world| lent(world).is_none());
    world.live_until("it is paid", PATIENCE * 3, |world| balance(world, 1) > before + 10_000_000);
}

#[test]
fn nodes_that_are_borrowed_while_others_are_ordered_leave_those_as_they_are() {
    let mut world = room_of(612, &[64, 48, 40], &[0, 0]).world_with_ledger();
    offered(&mut world, &[(1, 48, 100)]);
    borrow(&mut world).unwrap();
    world.live_until("it is lent", PATIENCE, are_away);
    train_for(&mut world, 1_000_000);
    // The network is cut anew while the second loan is on its way into the ledger, and learns all the while.
    offered(&mut world, &[(2, 20, 100)]);
    borrow(&mut world).unwrap();
    offered(&mut world, &[(1, 20, 100)]);
    borrow(&mut world).unwrap();
    world.live_until("all are lent", PATIENCE, |world| are_away(world) && loans(world).len() == 3);
    let lost = world
        .events(OWNER)
        .any(|event| matches!(event, Event::Borrowing { reason, .. } if !reason.is_empty()));
    assert!(!lost);
    world.command(OWNER, |engine, now| engine.gather_cluster(now, &SplitRoom::cluster()).unwrap());
    world.live_until("all is at home", PATIENCE, |world| world.view(OWNER).split.is_none());
}

#[test]
fn a_split_that_is_called_home_while_its_loans_are_ordered_ends_and_says_so() {
    let mut world = room(613, 1);
    offered(&mut world, &[(1, 48, 100)]);
    let before = balance(&world, 0);
    borrow(&mut world).unwrap();
    world.live_until("it is ordered", PATIENCE, |world| {
        world.view(OWNER).split.is_some_and(|split| {
            split.parts.iter().any(|part| part.loan.is_some_and(|it| it.loan.is_some()))
        })
    });
    world.command(OWNER, |engine, now| engine.gather_cluster(now, &SplitRoom::cluster()).unwrap());
    world.live_until("it ends", PATIENCE, |world| world.view(OWNER).split.is_none());
    let told = world.events(OWNER).any(
        |event| matches!(event, Event::Borrowing { loan, .. } if loan.stage == LoanStage::Over),
    );
    assert!(told, "who waits for the loan waits for ever");
    world.live_until("its deposit is there again", PATIENCE * 3, |world| {
        nothing_waits(world) && balance(world, 0) + 1_000_000 > before
    });
}

#[test]
fn a_lender_that_was_reloaded_before_anything_was_signed_gives_the_loan_back() {
    let mut world = room(614, 1);
    offered(&mut world, &[(1, 48, 100)]);
    let bound = balance(&world, 1);
    borrow(&mut world).unwrap();
    world.live_until("it is lent", PATIENCE, are_away);
    world.crash(HostId(1), true);
    world.crash(OWNER, true);
    world.boot(OWNER);
    world.boot(HostId(1));
    // It may not go on where it was, and would be bound for the rest of the hour.
    world.live_until("its stake is free", PATIENCE * 3, |world| {
        let ledger = world.view(HostId(1)).ledger;
        ledger.is_some_and(|it| it.balance.as_micros() > bound + 9_000_000)
    });
}
