//! Who reports a finished round, and when.

use crate::common::Room;
use ledger::{Action, RoundReport, economics};
use protocol::session::{Contribution, Decision, RecordName, RoundRecord, scores_name};
use units::{Credits, Hash, SessionId};

/// A first round of all devices of a room.
fn round(room: &Room, model: &[u8]) -> RoundReport {
    let session = SessionId::from_bytes([1; 16]);
    let parent = Hash::of(b"proposal");
    let mut identities: Vec<_> = room.devices.iter().map(|it| it.identity.clone()).collect();
    identities.sort_by_key(protocol::identity::Identity::peer_id);
    let (scores, update) = (scores_name(&[]), Hash::of(b"update"));
    let part = |by| Contribution::sign(by, (session, parent), scores, update, 100, 1);
    let contributions: Vec<_> = identities.iter().map(part).collect();
    let committed = contributions.len() as u32;
    let (verdicts, groups) = (Vec::new(), Vec::new());
    let decision = Decision { round: 1, parent, contributions, verdicts, committed, groups };
    let record = RoundRecord {
        decision,
        model: Hash::of(model),
        cumulative_samples: 100,
        standings: Vec::new(),
        draw: u32::MAX,
        name: RecordName::default(),
    };
    RoundReport { session, record }
}

/// A round ends on all devices from a place on; one of them has decided.
fn ends(room: &mut Room, first: usize, decided_by: usize, model: &[u8]) -> Hash {
    let report = round(room, model);
    for at in first..room.devices.len() {
        let report = report.clone();
        room.tells(at, |books, now| books.note_round(report, at == decided_by, now));
    }
    room.settle();
    report.record.hash()
}

fn is_recorded(room: &Room, record: Hash) -> bool {
    room.books(0).chain().unwrap().has_round(record)
}

/// Reports that are recorded.
fn reports(room: &Room) -> usize {
    let chain = room.books(0).chain().unwrap();
    let names = (1..=chain.height()).map(|height| chain.name_at(height).unwrap());
    let orders = names.flat_map(|name| chain.transactions(&name).unwrap().to_vec());
    orders.filter(|order| matches!(order.action, Action::Report(_))).count()
}

#[test]
fn who_decided_on_a_round_reports_it_and_nobody_else_does() {
    let mut room = Room::of(4);
    room.records_everything();
    let record = ends(&mut room, 0, 2, b"m");
    assert_eq!(room.books(0).pool().len(), 1);
    room.passes(70_000);
    assert!(is_recorded(&room, record));
    assert_eq!(reports(&room), 1);
    assert!(room.balance(0, 2) < economics::WELCOME, "it has paid for it");
    assert_eq!(room.balance(0, 3), economics::WELCOME);
    let tells_of_orders = |news: &books::News| matches!(news, books::News::Recorded { .. });
    assert!(!room.devices[2].news.iter().any(tells_of_orders), "nobody has ordered it");
}

#[test]
fn a_round_that_nobody_has_reported_is_reported_by_another_within_a_minute() {
    let mut room = Room::of(4);
    room.records_everything();
    // Who decided is gone.
    let record = ends(&mut room, 1, 0, b"m");
    room.passes(29_000);
    assert!(!is_recorded(&room, record) && room.books(0).pool().is_empty());
    room.passes(45_000);
    assert!(is_recorded(&room, record));
    assert_eq!(reports(&room), 1, "the first of them has spared the others its fee");
}

#[test]
fn a_report_in_the_pool_of_a_room_in_which_nobody_keeps_the_books_is_enough() {
    let mut room = Room::of(3);
    room.records_everything();
    room.keeps(0, false);
    ends(&mut room, 0, 1, b"m");
    room.passes(70_000);
    assert_eq!(room.books(2).pool().len(), 1);
}

#[test]
fn reports_leave_room_for_other_orders_and_come_a_few_at_a_time() {
    let mut room = Room::of(3);
    room.records_everything();
    room.keeps(0, false);
    let all: Vec<_> = (0..20u8).map(|n| ends(&mut room, 1, 1, &[n])).collect();
    assert_eq!(room.books(0).pool().len(), 4);
    room.orders(1, Action::Transfer { to: room.peer(2), amount: Credits::whole(1) });
    room.keeps(0, true);
    for _ in 0..20 {
        room.records_everything();
        room.passes(1_000);
    }
    assert!(all.iter().all(|record| is_recorded(&room, *record)));
}

#[test]
fn who_is_no_member_or_has_no_money_says_nothing() {
    let mut room = Room::of(3);
    room.records_everything();
    let all = room.balance(0, 1).less(economics::FEE_MIN.times(2).unwrap());
    room.orders(1, Action::Transfer { to: room.peer(0), amount: all });
    room.records_everything();
    assert_eq!(room.balance(0, 1), Credits::ZERO);
    let report = round(&room, b"m");
    room.tells(1, |books, now| books.note_round(report, true, now));
    room.passes(70_000);
    assert_eq!(reports(&room), 0);
    assert!(!room.devices[1].news.iter().any(|it| matches!(it, books::News::Refused { .. })));
}

#[test]
fn a_round_is_given_up_after_an_hour_and_few_are_kept() {
    let mut room = Room::of(3);
    room.records_everything();
    room.cut_at(1);
    let kept = ends(&mut room, 2, 0, b"m");
    room.skips(economics::ROUND_KEPT.as_millis() as u64);
    room.heal();
    room.passes(70_000);
    assert!(!is_recorded(&room, kept));
    // Of more than are kept, the newest are.
    let many: Vec<_> = (0..40u8)
        .map(|n| {
            room.skips(10);
            ends(&mut room, 2, 0, &[n])
        })
        .collect();
    for _ in 0..90 {
        room.passes(1_000);
    }
    let recorded = many.iter().filter(|record| is_recorded(&room, **record)).count();
    assert_eq!(recorded, 32);
    assert!(many[8..].iter().all(|record| is_recorded(&room, *record)));
}
