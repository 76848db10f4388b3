//! What people are shown of the books.

use crate::common::Room;
use books::view::{BranchesView, Fate, NoProof, ProofView, Question, ReceivedView, View};
use ledger::{Action, Cause, contracts::lending::Terms, economics};
use units::{Credits, Hash};

fn transfer(room: &Room, to: usize, credits: u64) -> Action {
    Action::Transfer { to: room.peer(to), amount: Credits::whole(credits) }
}

/// What a device says, as it arrives on the page.
fn look(room: &Room, at: usize, question: Question) -> View {
    let question = Question::decode(&question.encode()).unwrap();
    let view = room.books(at).look(&question, room.now).unwrap();
    View::decode(&view.encode()).unwrap()
}

fn received(room: &Room, at: usize) -> Vec<ReceivedView> {
    let View::Received(received) = look(room, at, Question::Received) else { panic!() };
    received
}

fn branches(room: &Room, at: usize) -> BranchesView {
    let View::Branches(branches) = look(room, at, Question::Branches) else { panic!() };
    branches
}

fn proof(room: &Room, at: usize, transaction: Hash) -> ProofView {
    let View::Proof(proof) = look(room, at, Question::Proof { transaction }) else { panic!() };
    proof
}

fn causes(received: &ReceivedView) -> Vec<Cause> {
    received.payments.iter().map(|payment| payment.cause).collect()
}

#[test]
fn what_is_recorded_of_capsules_is_told_in_the_order_of_the_question() {
    let mut room = Room::of(3);
    room.records_everything();
    let (known, unknown) = (Hash::of(b"a capsule"), Hash::of(b"another"));
    room.orders(1, Action::RegisterCapsule { capsule: known, title: "skill".to_owned() });
    room.records_everything();
    room.orders(2, Action::RateCapsule { capsule: known, use_percent: 80 });
    room.records_everything();
    let question = Question::Capsules(vec![unknown, known]);
    let View::Capsules(capsules) = look(&room, 0, question) else { panic!() };
    assert_eq!(capsules[0], None);
    let capsule = capsules[1].clone().unwrap();
    assert_eq!((capsule.owner, capsule.ratings), (room.peer(1), 1));
    assert_eq!(capsule.use_percent_sum, 80);
    let many = Question::Capsules(vec![unknown; 1_000]);
    let View::Capsules(capsules) = look(&room, 0, many) else { panic!() };
    assert_eq!(capsules.len(), books::view::CAPSULES_MAX);
}

#[test]
fn whoever_is_paid_sees_by_which_page_and_what_for_and_still_does_after_a_reload() {
    let mut room = Room::of(3);
    room.records_everything();
    room.orders(1, transfer(&room, 2, 7));
    room.records_everything();
    let all = received(&room, 2);
    assert_eq!(causes(&all[0]), [Cause::Gift { from: room.peer(1) }]);
    assert_eq!(all[0].payments[0].amount, Credits::whole(7));
    assert_eq!(causes(&all[1]), [Cause::Welcome { by: room.peer(0) }]);
    assert!(all[0].height > all[1].height && all[0].time > all[1].time);
    let founders = received(&room, 0);
    let is_miners = |cause: &Cause| matches!(cause, Cause::Mining | Cause::Fees);
    assert!(causes(&founders[0]).iter().all(is_miners), "{founders:?}");
    room.reloads(2);
    assert_eq!(received(&room, 2), all);
}

#[test]
fn of_all_that_was_paid_the_newest_is_shown() {
    let mut room = Room::of(2);
    room.records_everything();
    for credits in 1..=15 {
        room.orders(0, transfer(&room, 1, credits));
        room.records_everything();
        room.skips(10_000);
    }
    let all = received(&room, 1);
    assert_eq!(all.len(), 12);
    assert_eq!(all[0].payments[0].amount, Credits::whole(15));
    assert!(all.is_sorted_by(|a, b| a.height > b.height));
}

#[test]
fn a_room_that_was_whole_has_no_branches() {
    let mut room = Room::of(2);
    room.records_everything();
    let view = branches(&room, 1);
    assert_eq!((view.height, view.branches), (1, Vec::new()));
}

#[test]
fn pages_that_gave_way_are_shown_with_what_became_of_their_entries() {
    let mut room = Room::of(4);
    room.records_everything();
    let parting = room.books(0).standing().unwrap().height;
    room.cut_at(2);
    room.keeps(2, true);
    let kept: Vec<Hash> = (0..3)
        .map(|_| {
            room.orders(0, transfer(&room, 1, 2));
            let order = room.orders(2, transfer(&room, 3, 1));
            room.records_everything();
            order
        })
        .collect();
    room.heal();
    room.records_everything();
    room.passes(1_000);
    assert!(room.all_agree());
    // Those of either half know both branches, or have asked for none of what is lighter than theirs.
    let of_all: Vec<_> = (0..4).map(|at| branches(&room, at)).collect();
    let with_branch = of_all.iter().find(|view| !view.branches.is_empty()).expect("one gave way");
    let branch = &with_branch.branches[0];
    assert_eq!((branch.parting, branch.refused), (parting, false));
    assert!(branch.work <= branch.against && branch.count >= 1);
    assert_eq!(branch.blocks.len() as u32, branch.count);
    assert_eq!(branch.blocks[0].height, parting + 1);
    assert_eq!(branch.entries.len() as u32, branch.entry_count);
    let ours = kept.iter().filter(|id| branch.entries.iter().any(|it| it.entry.id == **id));
    assert!([0, 3].contains(&ours.count()), "of one half all gave way");
    for it in &branch.entries {
        let Fate::Recorded { height } = it.fate else { panic!("{it:?}") };
        let View::Block(_, entries) = look(&room, 0, Question::Block { height }) else { panic!() };
        assert!(entries.iter().any(|entry| entry.id == it.entry.id));
    }
}

#[test]
fn what_gave_way_waits_while_nobody_writes() {
    let mut room = Room::of(4);
    room.records_everything();
    room.cut_at(2);
    room.keeps(2, true);
    let waits = room.orders(0, transfer(&room, 1, 2));
    room.records_everything();
    for _ in 0..3 {
        room.orders(2, transfer(&room, 3, 1));
        room.records_everything();
    }
    [0, 2].into_iter().for_each(|at| room.keeps(at, false));
    room.heal();
    assert!(room.all_agree());
    let [branch] = &branches(&room, 0).branches[..] else { panic!() };
    let entries: Vec<_> = branch.entries.iter().map(|it| (it.entry.id, it.fate)).collect();
    assert_eq!(entries, [(waits, Fate::Waits)]);
    assert!(branch.work < branch.against);
}

#[test]
fn every_entry_of_every_page_is_proved_by_the_newest_header() {
    let mut room = Room::of(3);
    room.records_everything();
    for _ in 0..5 {
        for (by, to) in [(0, 1), (1, 2), (1, 0), (2, 1)] {
            room.orders(by, transfer(&room, to, 1));
        }
        room.records_everything();
        room.skips(10_000);
    }
    let View::Overview(overview) = look(&room, 2, Question::Overview) else { panic!() };
    for height in 1..=overview.height {
        let View::Block(_, entries) = look(&room, 2, Question::Block { height }) else { panic!() };
        for entry in entries {
            let view = proof(&room, 2, entry.id);
            let checked = view.check(entry.id, overview.tip).unwrap();
            assert_eq!((checked.height, checked.order.id()), (height, entry.id));
            assert_eq!(checked.newest.hash(), overview.tip);
            assert_eq!(checked.to_newest.is_empty(), height == overview.height);
            assert!(checked.size_bytes < 2_048);
            let (read, id) = ProofView::of_text(&view.to_text(entry.id)).unwrap();
            assert_eq!((id, read.tip), (entry.id, view.tip), "it travels as a text");
            assert_eq!(read.check(id, read.tip).unwrap().order, checked.order);
            assert!(ledger::work::shown_by(view.tip) >= u128::from(view.hashes));
        }
    }
}

#[test]
fn what_is_not_so_is_not_proved() {
    let mut room = Room::of(2);
    room.records_everything();
    let order = room.orders(1, transfer(&room, 0, 1));
    let waits = proof(&room, 1, order);
    let tip = waits.tip;
    assert_eq!(waits.check(order, tip), Err(NoProof::NotRecorded(order)));
    room.records_everything();
    let view = proof(&room, 1, order);
    let tip = view.tip;
    assert!(view.check(order, tip).is_ok());
    let other = Hash::of(b"other");
    assert!(matches!(view.check(other, tip), Err(NoProof::OfAnother { .. })));
    assert!(matches!(view.check(order, other), Err(NoProof::OtherHeader { .. })));
    let check = |changed: ProofView| changed.check(order, tip).unwrap_err();
    assert!(matches!(check(ProofView { hashes: u64::MAX, ..view.clone() }), NoProof::NoWork(_)));
    assert!(matches!(check(ProofView { ledger: other, ..view.clone() }), NoProof::Signature(_)));
    assert!(matches!(check(ProofView { height: Some(1), ..view.clone() }), NoProof::NoWay));
    for header in [Vec::new(), view.header[1..].to_vec()] {
        assert!(matches!(check(ProofView { header, ..view.clone() }), NoProof::Bytes(_)));
    }
    // Whichever byte of it is another, it shows nothing.
    for place in 0..view.proof.len() {
        let mut proof = view.proof.clone();
        proof[place] ^= 1;
        let changed = ProofView { proof, ..view.clone() };
        assert!(changed.check(order, tip).is_err(), "byte {place}");
    }
}

#[test]
fn of_offers_that_cost_the_same_that_of_the_better_regarded_comes_first() {
    let mut room = Room::of(4);
    room.records_everything();
    let capsule = Hash::of(b"capsule");
    room.orders(3, Action::RegisterCapsule { capsule, title: "t".to_owned() });
    room.records_everything();
    room.orders(0, Action::RateCapsule { capsule, use_percent: 90 });
    let terms = |price: u64| Terms {
        nodes: 8,
        price_per_hour: Credits::whole(price),
        price_per_thousand_events: Credits::ZERO,
        stake: economics::STAKE_MIN,
        inputs_max: 128,
    };
    for (by, price) in [(1, 2), (2, 2), (3, 2), (1, 1)] {
        room.orders(by, Action::Offer(terms(price)));
    }
    room.records_everything();
    let View::Market(market) = look(&room, 2, Question::Market) else { panic!() };
    let owners: Vec<_> = market.offers.iter().map(|offer| offer.owner).collect();
    assert_eq!(owners[..2], [room.peer(1), room.peer(3)], "the cheapest, then who is trusted");
}
