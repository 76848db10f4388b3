//! Orders of somebody's own, alone and in floods.

use crate::common::{
    FRAUD, Room, cheapest, forged, genesis, identity, micros, order, pays, peer, records, terms,
};
use ledger::{Action, Genesis, Order, Pool, Refusal, economics};
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
    let order = Order::sign(&identity(2), elsewhere.name(), 0, FEE, action.clone());
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
    let (order, _) = room.order(2, pays(3, Credits::whole(1)));
    let changed = [
        Order { sender: peer(3), ..order.clone() },
        Order { nonce: 1, ..order.clone() },
        Order { fee: micros(2_000), ..order.clone() },
        Order { action: pays(9, Credits::whole(1)), ..order.clone() },
    ];
    for order in changed {
        let refusal = Pool::default().add(order, &room.chain).unwrap_err();
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
    let fee = micros(100_000);
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
    let long = order(3, 0, FEE, Action::Dispute { loan, proof: vec![7; 10_000] });
    let least = micros(20 * FEE.as_micros());
    assert_eq!(room.refusal_of(long), Refusal::FeeTooSmall { fee: FEE, least });
}

#[test]
fn a_record_that_calls_itself_by_another_name_is_no_report() {
    let room = Room::of(5);
    let session = records::session(1);
    let mut impostor = records::first(session, &[2, 3, 4], b"m");
    impostor.decision.round = 0;
    impostor.decision.parent = records::first(session, &[2, 3, 4], b"n").hash();
    assert_eq!(impostor.hash(), impostor.decision.parent, "the reason for it");
    let report = cheapest(2, 0, records::reported(session, &impostor));
    let refusal = Pool::default().add(report, &room.chain).unwrap_err();
    assert!(matches!(refusal, Refusal::Bytes(_)));
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
            for fee in [100_000, 200_000] {
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
fn a_flood_of_rounds_that_one_member_invents_keeps_out_nothing_that_pays_more() {
    let mut room = Room::of(5);
    let mut pool = Pool::default();
    let session = records::session(1);
    let mut invent = |nonce: u64| {
        let record = records::first(session, &[2], &nonce.to_le_bytes());
        pool.add(cheapest(2, nonce, records::reported(session, &record)), &room.chain)
    };
    assert!((0..64).all(|nonce| invent(nonce) == Ok(true)));
    assert!(matches!(invent(64), Err(Refusal::Nonce { .. })), "no more than it may have waiting");
    let dear = order(4, 0, micros(1_001), pays(9, Credits::whole(1)));
    pool.add(dear.clone(), &room.chain).unwrap();
    let (draft, _) = room.draft(1, pool.wanted()).unwrap();
    assert_eq!(draft.transactions[0], dear);
}

#[test]
fn a_day_of_full_blocks_costs_more_than_a_founder_has() {
    let blocks = 24 * 3_600_000 / ledger::work::PACE_MS;
    let of_one = economics::fee_min(ledger::BLOCK_BYTES_MAX).unwrap();
    assert!(of_one.times(blocks).unwrap() > economics::FOUNDERS_PART);
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
    let proof = vec![0; ledger::DISPUTE_BYTES_MAX];
    let large = Action::Dispute { loan: capsule, proof };
    for action in [long, rating, large] {
        let order = order(2, 0, Credits::whole(1), action);
        let refusal = Pool::default().add(order, &room.chain).unwrap_err();
        assert!(matches!(refusal, Refusal::Bytes(_)), "{refusal}");
    }
}
