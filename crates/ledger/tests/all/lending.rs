//! Nodes on lease: who gets what, at whatever time and by whoever's word.

use crate::common::{FRAUD, Room, micros, pays, peer, terms};
use core::time::Duration;
use ledger::{
    Action, Refusal,
    contracts::lending::{Phase, Receipt, Terms},
    economics,
};
use units::{Credits, Hash};

const FEE: Credits = economics::FEE_MIN;
const LENDER: u8 = 2;
const BORROWER: u8 = 3;
const DEPOSIT: Credits = Credits::whole(10);

/// A room in which the lender and the borrower do not mine, so that nothing else reaches them.
fn room() -> Room {
    let mut room = Room::of(5);
    room.members = vec![1, 4, 5];
    room
}

fn borrow(offer: Hash, hours: u32, deposit: Credits) -> Action {
    Action::Borrow { offer, state: Hash::of(b"state"), hours, deposit }
}

fn lent(room: &mut Room) -> Hash {
    let offer = room.does(LENDER, Action::Offer(terms()));
    room.does(BORROWER, borrow(offer, 1, DEPOSIT))
}

/// What both have, and what both had before anything was bound, without fees for so many orders.
fn gains(room: &Room, orders: [u64; 2]) -> [i64; 2] {
    let of = |seed, orders: u64| {
        let began = economics::WELCOME.as_micros() as i64;
        let fees = (orders * FEE.as_micros()) as i64;
        room.balance(seed).as_micros() as i64 - began + fees
    };
    [of(LENDER, orders[0]), of(BORROWER, orders[1])]
}

fn claims(room: &Room, loan: Hash, owed: Credits, last: bool) -> Action {
    Action::Claim(room.receipt(BORROWER, loan, owed, last))
}

#[test]
fn an_offer_binds_its_stake_until_it_is_withdrawn() {
    let mut room = room();
    let offer = room.does(LENDER, Action::Offer(terms()));
    assert_eq!(gains(&room, [1, 0]), [-20_000_000, 0]);
    let of_another = room.refusal(BORROWER, Action::Withdraw { offer });
    assert_eq!(of_another, Refusal::NoSuchOffer { offer });
    room.does(LENDER, Action::Withdraw { offer });
    assert_eq!(gains(&room, [2, 0]), [0, 0]);
    assert_eq!(room.refusal(LENDER, Action::Withdraw { offer }), Refusal::NoSuchOffer { offer });
}

#[test]
fn an_offer_that_nobody_takes_ends_by_itself() {
    let mut room = room();
    let offer = room.does(LENDER, Action::Offer(terms()));
    room.passes(economics::OFFER_STANDS - Duration::from_millis(10_001));
    room.goes_on(1);
    assert_eq!(gains(&room, [1, 0]), [-20_000_000, 0]);
    room.goes_on(1);
    assert_eq!(gains(&room, [1, 0]), [0, 0]);
    assert_eq!(room.refusal(LENDER, Action::Withdraw { offer }), Refusal::NoSuchOffer { offer });
}

#[test]
fn an_offer_is_of_nodes_and_has_a_stake_that_is_there() {
    let mut room = room();
    let offer = |change: fn(&mut Terms)| {
        let mut terms = terms();
        change(&mut terms);
        Action::Offer(terms)
    };
    for change in [(|it| it.nodes = 0) as fn(&mut Terms), |it| it.inputs_max = 0] {
        assert_eq!(room.refusal(LENDER, offer(change)), Refusal::NothingOffered);
    }
    let stake = micros(economics::STAKE_MIN.as_micros() - 1);
    let small = offer(|it| it.stake = micros(economics::STAKE_MIN.as_micros() - 1));
    assert_eq!(room.refusal(LENDER, small), Refusal::StakeTooSmall { stake });
    for change in
        [(|it| it.stake = Credits::MAX) as fn(&mut Terms), |it| it.stake = economics::WELCOME]
    {
        assert!(matches!(room.refusal(LENDER, offer(change)), Refusal::Amount(_)));
    }
    let stranger = room.refusal(9, Action::Offer(terms()));
    assert!(matches!(stranger, Refusal::Amount(_)), "not even a fee");
    room.does(1, pays(9, Credits::whole(50)));
    assert_eq!(room.refusal(9, Action::Offer(terms())), Refusal::NoMember { peer: peer(9) });
}

#[test]
fn what_is_borrowed_is_there_is_somebody_elses_and_is_paid_for() {
    let mut room = room();
    let offer = room.does(LENDER, Action::Offer(terms()));
    let nothing = Hash::of(b"nothing");
    let refusal = room.refusal(BORROWER, borrow(nothing, 1, DEPOSIT));
    assert_eq!(refusal, Refusal::NoSuchOffer { offer: nothing });
    assert_eq!(room.refusal(LENDER, borrow(offer, 1, DEPOSIT)), Refusal::ToItself);
    for hours in [0, economics::LOAN_HOURS_MAX + 1, u32::MAX] {
        let refusal = room.refusal(BORROWER, borrow(offer, hours, DEPOSIT));
        assert_eq!(refusal, Refusal::LoanHours { hours });
    }
    let deposit = micros(2_000_000 * 3 - 1);
    let refusal = room.refusal(BORROWER, borrow(offer, 3, deposit));
    assert_eq!(refusal, Refusal::DepositTooSmall { deposit });
    let refusal = room.refusal(BORROWER, borrow(offer, 1, Credits::MAX));
    assert!(matches!(refusal, Refusal::Amount(_)));
    room.does(BORROWER, borrow(offer, 3, micros(2_000_000 * 3)));
    let taken = room.refusal(4, borrow(offer, 1, DEPOSIT));
    assert_eq!(taken, Refusal::NoSuchOffer { offer }, "one takes it");
}

#[test]
fn what_is_lent_cannot_be_withdrawn_or_lent_again() {
    let mut room = room();
    let offer = room.does(LENDER, Action::Offer(terms()));
    let (withdraw, _) = room.order(LENDER, Action::Withdraw { offer });
    let (borrows, loan) = room.order(BORROWER, borrow(offer, 1, DEPOSIT));
    let (late, _) = room.order(4, borrow(offer, 1, DEPOSIT));
    // All three in one block: the first has it.
    let (draft, refused) = room.draft(1, vec![borrows, withdraw, late]).unwrap();
    assert_eq!((draft.transactions.len(), refused.len()), (1, 2));
    assert!(refused.iter().all(|(_, why)| *why == Refusal::NoSuchOffer { offer }));
    let moved = room.chain.add_block(crate::common::completed(draft), room.now).unwrap();
    assert_eq!(moved.done.len(), 1);
    let refusal = room.refusal(LENDER, Action::Withdraw { offer: loan });
    assert_eq!(refusal, Refusal::NoSuchOffer { offer: loan });
    room.passes(economics::OFFER_STANDS);
    room.goes_on(1);
    assert_eq!(gains(&room, [1, 1]), [0, 0], "nor is its stake given back twice");
}

#[test]
fn a_price_that_no_amount_can_be_is_an_error_and_not_a_small_number() {
    let mut room = room();
    let dear = Terms { price_per_hour: Credits::MAX, ..terms() };
    let offer = room.does(LENDER, Action::Offer(dear));
    let refusal = room.refusal(BORROWER, borrow(offer, 2, DEPOSIT));
    assert!(matches!(refusal, Refusal::Amount(units::AmountError::Overflow { .. })));
}

#[test]
fn the_last_receipt_pays_at_once_and_the_treasury_has_its_part() {
    let mut room = room();
    let loan = lent(&mut room);
    assert_eq!(gains(&room, [1, 1]), [-20_000_000, -10_000_000]);
    let before = room.treasury();
    let claim = claims(&room, loan, Credits::whole(4), true);
    room.does(LENDER, claim);
    // A fiftieth of it, and up to a hundredth of it back from what is shared out.
    let [lender, borrower] = gains(&room, [2, 1]);
    assert!((3_920_001..3_960_001).contains(&lender), "{lender}");
    assert_eq!(borrower, -4_000_000);
    assert!(room.loan(loan).is_none());
    let shared = before.share_at(room.now);
    assert!(room.treasury().credits > before.credits.less(shared));
}

#[test]
fn an_earlier_receipt_pays_once_the_time_for_answers_is_over() {
    let mut room = room();
    let loan = lent(&mut room);
    let claim = claims(&room, loan, Credits::whole(4), false);
    room.does(LENDER, claim.clone());
    let known = Credits::whole(4);
    assert_eq!(room.refusal(LENDER, claim), Refusal::NoMoreThanKnown { owed: known, known });
    let less = claims(&room, loan, Credits::whole(3), true);
    assert!(matches!(room.refusal(LENDER, less), Refusal::NoMoreThanKnown { .. }));
    let Phase::Closing { at, .. } = room.loan(loan).unwrap().phase else { panic!() };
    let more = claims(&room, loan, Credits::whole(5), false);
    room.does(LENDER, more);
    let closing = Phase::Closing { owed: Credits::whole(5), at };
    assert_eq!(room.loan(loan).unwrap().phase, closing, "no later than before");
    room.now.0 = at.0 - 10_001;
    room.goes_on(1);
    assert!(room.loan(loan).is_some());
    room.goes_on(1);
    assert!(room.loan(loan).is_none());
    assert_eq!(gains(&room, [3, 1])[1], -5_000_000);
}

#[test]
fn a_claim_in_the_block_in_which_its_time_is_over_comes_too_late() {
    let mut room = room();
    let loan = lent(&mut room);
    room.does(BORROWER, Action::Return { loan, owed: Credits::ZERO });
    let Phase::Closing { at, .. } = room.loan(loan).unwrap().phase else { panic!() };
    let (claim, _) = room.order(LENDER, claims(&room, loan, Credits::whole(4), true));
    room.now.0 = at.0 - 1;
    let (draft, refused) = room.draft(1, vec![claim.clone()]).unwrap();
    assert_eq!((draft.transactions.len(), refused), (1, Vec::new()));
    room.now = at;
    assert_eq!(room.refusal_of(claim), Refusal::NoSuchLoan { loan });
}

#[test]
fn who_is_owed_and_stays_silent_gets_its_stake_back_and_nothing_else() {
    let mut room = room();
    let loan = lent(&mut room);
    room.passes(Duration::from_secs(3_600));
    room.goes_on(1);
    assert!(room.loan(loan).is_some(), "it may still claim");
    room.passes(economics::GRACE);
    room.goes_on(1);
    assert!(room.loan(loan).is_none());
    assert_eq!(gains(&room, [1, 1]), [0, 0]);
}

#[test]
fn a_borrower_that_owes_more_than_it_says_pays_more() {
    let mut room = room();
    let loan = lent(&mut room);
    room.does(BORROWER, Action::Return { loan, owed: Credits::whole(1) });
    let again = room.refusal(BORROWER, Action::Return { loan, owed: Credits::whole(2) });
    assert_eq!(again, Refusal::NotTheirs { peer: peer(BORROWER) });
    let claim = claims(&room, loan, Credits::whole(4), true);
    room.does(LENDER, claim);
    assert_eq!(gains(&room, [2, 2])[1], -4_000_000);
}

#[test]
fn all_of_a_deposit_can_be_owed_and_nothing_more() {
    let mut room = room();
    let loan = lent(&mut room);
    let owed = DEPOSIT.plus(micros(1)).unwrap();
    for owed in [owed, Credits::MAX] {
        let refusal = Refusal::MoreThanDeposit { owed, deposit: DEPOSIT };
        let claim = claims(&room, loan, owed, true);
        assert_eq!(room.refusal(LENDER, claim), refusal);
        assert_eq!(room.refusal(BORROWER, Action::Return { loan, owed }), refusal);
    }
    let claim = claims(&room, loan, DEPOSIT, true);
    room.does(LENDER, claim);
    assert_eq!(gains(&room, [2, 1])[1], -10_000_000);
}

#[test]
fn a_lender_whose_borrower_never_comes_ends_the_loan_itself_and_is_paid_nothing() {
    let mut room = room();
    let offer = room.does(LENDER, Action::Offer(terms()));
    let loan = room.does(BORROWER, borrow(offer, 5, DEPOSIT));
    let owed = Credits::whole(1);
    let refusal = room.refusal(LENDER, Action::Return { loan, owed });
    assert_eq!(refusal, Refusal::NotTheirs { peer: peer(LENDER) }, "it says what others owe");
    room.does(LENDER, Action::Return { loan, owed: Credits::ZERO });
    assert!(room.loan(loan).is_some(), "it may still be shown to have cheated");
    room.passes(economics::ANSWER_TIME);
    room.goes_on(1);
    assert_eq!(gains(&room, [2, 1]), [0, 0]);
}

#[test]
fn nobody_else_has_a_say_in_a_loan() {
    let mut room = room();
    let loan = lent(&mut room);
    let claim = claims(&room, loan, Credits::whole(4), true);
    for by in [4, BORROWER] {
        assert_eq!(room.refusal(by, claim.clone()), Refusal::NotTheirs { peer: peer(by) });
    }
    let own: Receipt = room.receipt(LENDER, loan, DEPOSIT, true);
    let refusal = room.refusal(LENDER, Action::Claim(own));
    assert_eq!(refusal, Refusal::NotTheirs { peer: peer(LENDER) }, "signed by itself");
    let refusal = room.refusal(4, Action::Return { loan, owed: Credits::ZERO });
    assert_eq!(refusal, Refusal::NotTheirs { peer: peer(4) });
}

#[test]
fn a_lender_that_cheated_is_paid_nothing_and_its_stake_is_shared() {
    for claimed in [false, true] {
        let mut room = room();
        let loan = lent(&mut room);
        if claimed {
            let claim = claims(&room, loan, Credits::whole(4), false);
            room.does(LENDER, claim);
        }
        let before = room.treasury().credits;
        room.does(4, Action::Dispute { loan, proof: FRAUD.to_vec() });
        assert_eq!(gains(&room, [1 + u64::from(claimed), 1]), [-20_000_000, 10_000_000]);
        let after = room.treasury().credits;
        assert!(after > before.plus(Credits::whole(9)).unwrap());
        let again = room.refusal(4, Action::Dispute { loan, proof: FRAUD.to_vec() });
        assert_eq!(again, Refusal::NoSuchLoan { loan });
        room.passes(Duration::from_secs(100_000));
        room.goes_on(1);
        let last = gains(&room, [1 + u64::from(claimed), 1]);
        assert_eq!(last, [-20_000_000, 10_000_000], "nothing is paid later");
    }
}

#[test]
fn a_stranger_borrows_and_a_lender_is_paid_by_it() {
    let mut room = room();
    room.does(1, pays(9, Credits::whole(50)));
    let offer = room.does(LENDER, Action::Offer(terms()));
    let loan = room.does(9, borrow(offer, 1, DEPOSIT));
    let receipt = room.receipt(9, loan, Credits::whole(4), true);
    room.does(LENDER, Action::Claim(receipt));
    assert!(gains(&room, [2, 0])[0] > 3_900_000);
}

#[test]
fn many_loans_that_end_at_one_moment_are_all_paid() {
    let mut room = room();
    let offers = room.orders(LENDER, (0..4).map(|_| Action::Offer(terms())));
    let names: Vec<Hash> = offers.iter().map(ledger::Order::id).collect();
    let loans = room.orders(BORROWER, names.iter().map(|offer| borrow(*offer, 1, DEPOSIT)));
    room.records([offers, loans].concat());
    room.passes(Duration::from_secs(3_600) + economics::GRACE);
    room.goes_on(1);
    assert_eq!(gains(&room, [4, 4]), [0, 0]);
}
