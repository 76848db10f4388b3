//! Receipts, and for how long a lender works without.

use super::*;
use crate::{Account, PoorReceipt, UNPAID_SEGMENTS_MAX, Unpaid};
use core::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

fn play() -> (Play, Identity) {
    let case = Case { inputs: 6, nodes: 9, classes: 2, rows: 2, late: 0, seed: 8 };
    (case.play(), Identity::from_seed([4; 32]))
}

#[test]
fn work_is_paid_segment_by_segment() {
    let (mut play, borrower) = play();
    let mut account = Account::default();
    let mut owed = Credits::ZERO;
    for segment in 1..=9 {
        let report = play.segment(5);
        account.stated(&play.lender);
        play.borrower.take_report(report).unwrap();
        let elapsed = MINUTE * segment;
        let receipt = play.borrower.receipt(&borrower, &play.loan, elapsed, false).unwrap();
        account.take_receipt(receipt, (ROOM, LOAN, &play.loan), elapsed).unwrap();
        assert_eq!(account.check(&play.loan, elapsed, play.lender.events()), Ok(()));
        let claimed = account.newest().unwrap().owed;
        assert!(claimed > owed);
        owed = claimed;
    }
}

#[test]
fn a_lender_stops_for_who_does_not_sign() {
    let (mut play, _) = play();
    let mut account = Account::default();
    for _ in 0..UNPAID_SEGMENTS_MAX {
        drop(play.segment(2));
        account.stated(&play.lender);
        assert_eq!(account.check(&play.loan, MINUTE, play.lender.events()), Ok(()));
    }
    for _ in 0..3 {
        drop(play.segment(2));
        account.stated(&play.lender);
        let unpaid = account.check(&play.loan, MINUTE, play.lender.events());
        assert_eq!(unpaid, Err(Unpaid::Segments { segments: UNPAID_SEGMENTS_MAX + 1 }));
    }
    let fresh = Account::default();
    let beyond = fresh.check(&play.loan, MINUTE * 60 * 1_000, 0);
    assert!(matches!(beyond, Err(Unpaid::Deposit { .. })));
}

#[test]
fn receipts_for_less_or_for_other_work_are_refused() {
    let (mut play, borrower) = play();
    let mut account = Account::default();
    let report = play.segment(5);
    account.stated(&play.lender);
    play.borrower.take_report(report).unwrap();
    let receipt = play.borrower.receipt(&borrower, &play.loan, MINUTE, false).unwrap();
    let mut offer = |change: &dyn Fn(&mut _), elapsed| {
        let mut changed = receipt;
        change(&mut changed);
        let signed = ledger::contracts::lending::Receipt::sign(&borrower, ROOM, changed);
        account.take_receipt(signed, (ROOM, LOAN, &play.loan), elapsed)
    };
    let less = offer(&|it| it.owed = Credits::from_micros(1), MINUTE);
    assert!(matches!(less, Err(PoorReceipt::Amount { .. })));
    let more = offer(&|it| it.owed = Credits::whole(2), MINUTE);
    assert!(matches!(more, Err(PoorReceipt::Amount { .. })));
    let late = offer(&|_| (), MINUTE * 5);
    assert!(matches!(late, Err(PoorReceipt::Amount { .. })));
    let other = offer(&|it| it.transcript = ROOM, MINUTE);
    assert!(matches!(other, Err(PoorReceipt::Work { .. })));
    assert!(matches!(offer(&|it| it.events += 1, MINUTE), Err(PoorReceipt::Work { .. })));
    assert_eq!(offer(&|it| it.loan = ROOM, MINUTE), Err(PoorReceipt::NotTheirs));
    assert_eq!(offer(&|_| (), MINUTE + Duration::from_secs(20)), Ok(()));
    assert_eq!(offer(&|_| (), MINUTE), Ok(()), "the same once more");
    let less =
        offer(&|it| (it.segments, it.events, it.transcript) = (0, 0, play.loan.state), MINUTE);
    assert!(matches!(less, Err(PoorReceipt::Work { .. })), "what is paid stays paid");
}
