//! Orders of somebody's own, alone and in floods.

use crate::common::{
    FRAUD, Room, forged, genesis, identity, micros, order, pays, peer, records, terms,
};
use ledger::{Action, Genesis, Order, Pool, Refusal, RoundReport, Transaction, economics};
use protocol::session::RoundRecord;
use units::{Credits, Hash, RoomId};

const FEE: Credits = economics::FEE_MIN;

#[test]
fn an_order_is_carried_out_once_even_in_one_block() {
    let mut room = Room::of(3);
    let (once, _) = room.order(2, pays(9, Credits::whole(1)));
    let (draft, refused) = room.draft(1, vec![once.clone(), once.clone()]).unwrap();
    assert_eq!(draft.transactions, [once]);
    assert_eq!(refused.len(), 1);
}

#[test]
fn an_order_for_another_room_is_signed_by_nobody_here() {
    let mut room = Room::of(3);
    let elsewhere = Genesis { room: RoomId::from_bytes([8; 16]), ..genesis() };
    let action = pays(3, Credits::whole(50));
    let order: Transaction =
        Order::sign(&identity(2), elsewhere.name(), 0, FEE, action.clone()).into();
    let mut pool = Pool::default();
    let refusal = pool.add(order.clone(), &room.chain).unwrap_err();
    assert!(matches!(refusal, Refusal::Signature(_)));
    let block = room.block(3, vec![order]);
    let refusal = room.chain.add_block(block, room.now).unwrap_err();
    assert!(matches!(refusal, Refusal::Signature(_)));
    room.does(2, action);
}

#[test]
fn a_receipt_of_another_room_is_worth_nothing() {
    let mut room = Room::of(4);
    room.members = vec![1, 4];
    let offer = room.does(2, Action::Offer(terms()));
    let (state, deposit) = (Hash::of(b"state"), Credits::whole(10));
    let loan = room.does(3, Action::Borrow { offer, state, hours: 1, deposit });
    let elsewhere = Genesis { room: RoomId::from_bytes([8; 16]), ..genesis() };
    let receipt = room.receipt(3, loan, Credits::whole(4), true);
    let receipt =
        ledger::contracts::lending::Receipt::sign(&identity(3), elsewhere.name(), receipt);
    let (claim, _) = room.order(2, Action::Claim(receipt));
    let refusal = Pool::default().add(claim, &room.chain).unwrap_err();
    assert!(matches!(refusal, Refusal::Signature(_)));
}

#[test]
fn somebody_elses_order_cannot_be_changed_on_its_way() {
    let room = Room::of(3);
    let (transfer, _) = room.order(2, pays(3, Credits::whole(1)));
    let Transaction::Order(order) = transfer else { panic!() };
    let changed = [
        Order { sender: peer(3), ..order.clone() },
        Order { nonce: 1, ..order.clone() },
        Order { fee: micros(1_000), ..order.clone() },
        Order { action: pays(9, Credits::whole(1)), ..order.clone() },
    ];
    for order in changed {
        let refusal = Pool::default().add(order.into(), &room.chain).unwrap_err();
        assert!(matches!(refusal, Refusal::Signature(_)));
    }
}

#[test]
fn a_proof_of_fraud_that_proves_nothing_takes_nobodys_stake() {
    let mut room = Room::of(4);
    room.members = vec![1, 4];
    let offer = room.does(2, Action::Offer(terms()));
    let (state, deposit) = (Hash::of(b"state"), Credits::whole(10));
    let loan = room.does(3, Action::Borrow { offer, state, hours: 1, deposit });
    let dispute = |proof: &[u8]| Action::Dispute { loan, proof: proof.to_vec() };
    assert!(matches!(room.refusal(3, dispute(b"forged")), Refusal::NoFraud { .. }));
    assert!(matches!(room.refusal(3, dispute(b"")), Refusal::NoFraud { .. }));
    assert!(room.loan(loan).is_some());
    room.does(3, dispute(FRAUD));
    assert!(room.loan(loan).is_none());
}

#[test]
fn disputes_that_prove_nothing_do_not_enter_the_pool_and_cost_nobody_a_draft() {
    let mut room = Room::of(4);
    let offer = room.does(2, Action::Offer(terms()));
    let (state, deposit) = (Hash::of(b"state"), Credits::whole(10));
    let loan = room.does(3, Action::Borrow { offer, state, hours: 1, deposit });
    let mut pool = Pool::default();
    let dispute = |loan, proof: &[u8]| Action::Dispute { loan, proof: proof.to_vec() };
    let fee = micros(10_000);
    let nonce = room.chain.account(peer(3)).nonce;
    let spam = order(3, nonce, fee, dispute(loan, &[7; 40_000]));
    assert!(matches!(pool.add(spam, &room.chain), Err(Refusal::NoFraud { .. })));
    let of_nothing = order(3, nonce, fee, dispute(Hash::of(b"none"), FRAUD));
    assert!(matches!(pool.add(of_nothing, &room.chain), Err(Refusal::NoSuchLoan { .. })));
    assert!(pool.is_empty());
    assert_eq!(pool.add(order(3, nonce, fee, dispute(loan, FRAUD)), &room.chain), Ok(true));
}

#[test]
fn long_orders_cost_more_than_short_ones() {
    let mut room = Room::of(4);
    let loan = Hash::of(b"none");
    let refusal = room.refusal(3, Action::Dispute { loan, proof: vec![7; 10_000] });
    assert!(matches!(refusal, Refusal::FeeTooSmall { fee: FEE, .. }));
}

#[test]
fn a_record_that_calls_itself_by_somebodys_order_keeps_it_out_of_no_pool() {
    let room = Room::of(5);
    let (transfer, id) = room.order(2, pays(9, Credits::whole(1)));
    let session = records::session(1);
    let mut impostor = records::first(session, &[2, 3, 4], b"m");
    let sound: RoundRecord = impostor.clone();
    impostor.decision.round = 0;
    impostor.decision.parent = id;
    for part in &mut impostor.decision.contributions {
        let seed = (1..9).find(|seed| peer(*seed) == part.peer).unwrap();
        let promise = protocol::session::Contribution::sign(
            &identity(seed),
            (session, id),
            part.scores,
            part.update,
            part.samples,
            part.life,
        );
        *part = promise;
    }
    let mut pool = Pool::default();
    let report = |record| Transaction::Round(Box::new(RoundReport { session, record }));
    assert!(pool.add(report(impostor), &room.chain).is_err());
    assert_eq!(pool.add(report(sound), &room.chain), Ok(true));
    assert_eq!(pool.add(transfer, &room.chain), Ok(true));
}

#[test]
fn a_flood_of_large_orders_takes_no_more_memory_than_the_pool_has() {
    let mut room = Room::of(3);
    let offer = room.does(2, Action::Offer(terms()));
    let (state, deposit) = (Hash::of(b"state"), Credits::whole(10));
    let loan = room.does(3, Action::Borrow { offer, state, hours: 1, deposit });
    // A judge that takes anything, as a flood of proofs that hold would find it.
    let mut chain = ledger::Chain::new(genesis(), |_, _, _| Ok(()));
    for block in room.blocks() {
        chain.add_block(block, room.now).unwrap();
    }
    let mut pool = Pool::default();
    for by in [1, 2, 3] {
        let first = chain.account(peer(by)).nonce;
        for nonce in first..first + 64 {
            for fee in [1_000, 2_000] {
                let action = Action::Dispute { loan, proof: vec![by; 46_000] };
                let _ = pool.add(order(by, nonce, micros(fee), action), &chain);
            }
        }
    }
    let bytes: usize = pool.iter().map(|it| it.encode().len()).sum();
    assert!(bytes <= 8 * 1024 * 1024, "{bytes}");
    assert!(pool.len() > 100);
}

#[test]
fn rounds_are_free_and_yet_leave_half_of_a_block_to_orders() {
    let room = Room::of(5);
    let mut pool = Pool::default();
    let session = records::session(1);
    let mut flood = 0;
    for number in 0..900u32 {
        let model = number.to_le_bytes();
        let record = records::first(session, &[2, 3], &model);
        flood +=
            usize::from(pool.add(records::reported(session, &record), &room.chain) == Ok(true));
    }
    assert!(flood >= 500);
    let (transfer, id) = room.order(4, pays(9, Credits::whole(1)));
    pool.add(transfer, &room.chain).unwrap();
    let mut room = room;
    let (draft, _) = room.draft(1, pool.wanted()).unwrap();
    assert!(draft.transactions.iter().any(|it| it.id() == id));
}

#[test]
fn a_flood_of_rounds_that_one_member_invents_keeps_out_none_that_many_signed() {
    let room = Room::of(5);
    let mut pool = Pool::default();
    let session = records::session(1);
    let mut add = |members: &[u8], model: &[u8]| {
        let record = records::first(session, members, model);
        pool.add(records::reported(session, &record), &room.chain)
    };
    for number in 0..1_024u32 {
        assert_eq!(add(&[2], &number.to_le_bytes()), Ok(true));
    }
    assert!(matches!(add(&[2], b"one more"), Err(Refusal::Full { .. })));
    assert_eq!(add(&[2, 3, 4, 5], b"a round"), Ok(true));
    assert_eq!(pool.len(), 1_024);
}

#[test]
fn a_block_of_more_than_a_block_may_have_is_refused_whatever_it_pays() {
    let mut room = Room::of(3);
    let orders: Vec<_> = (0..2_049).map(|nonce| order(2, nonce, FEE, pays(9, micros(1)))).collect();
    let block = room.block(1, Vec::new());
    let block = forged(&room.chain, block, |it| {
        it.transactions = orders;
        it.header.transactions = ledger::Block::transactions_root(&it.transactions);
    });
    assert!(ledger::Block::decode(&block.encode()).is_err());
    assert!(matches!(room.chain.add_block(block, room.now), Err(Refusal::Bytes(_))));
}

#[test]
fn orders_that_no_other_device_would_read_do_not_enter_the_pool() {
    let room = Room::of(3);
    let capsule = Hash::of(b"c");
    let long = Action::RegisterCapsule { capsule, title: "a".repeat(81) };
    let rating = Action::RateCapsule { capsule, use_percent: 101 };
    let proof = vec![0; ledger::TRANSACTION_BYTES_MAX];
    let large = Action::Dispute { loan: capsule, proof };
    for action in [long, rating, large] {
        let order = order(2, 0, Credits::whole(1), action);
        let refusal = Pool::default().add(order, &room.chain).unwrap_err();
        assert!(matches!(refusal, Refusal::Bytes(_)), "{refusal}");
    }
}
