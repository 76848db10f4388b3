//! Devices that are lost are revoked by another one of their person.

use crate::common::{Room, identity, pays, peer};
use ledger::{Action, Pool, Refusal};
use protocol::permit::sign_permit;
use units::Credits;

/// `by` revokes `device`, which has let `named` do so.
fn revoke(device: u8, named: u8) -> Action {
    Action::Revoke { device: peer(device), permit: sign_permit(&identity(device), peer(named)) }
}

#[test]
fn a_revoked_device_moves_nothing_any_more_and_keeps_what_it_has() {
    let mut room = Room::of(4);
    let before = room.chain.account(peer(3)).balance;
    room.does(2, revoke(3, 2));
    let refused = Refusal::Revoked { peer: peer(3) };
    assert_eq!(room.refusal(3, pays(1, Credits::whole(1))), refused);
    assert_eq!(room.refusal(3, revoke(2, 3)), refused, "whoever comes second has no say");
    assert_eq!(room.refusal(2, revoke(3, 2)), refused, "nobody is revoked twice");
    assert_eq!(room.chain.account(peer(3)).balance, before);
    assert_eq!(room.treasury().members, 3);
}

#[test]
fn nobody_loses_money_to_a_revoked_device() {
    let mut room = Room::of(3);
    room.does(2, revoke(3, 2));
    room.does(2, revoke(9, 2));
    for device in [3, 9] {
        let refused = Refusal::Revoked { peer: peer(device) };
        assert_eq!(room.refusal(2, pays(device, Credits::whole(1))), refused);
        assert_eq!(room.refusal(1, Action::Welcome { member: peer(device) }), refused);
    }
}

#[test]
fn nobody_revokes_without_a_permit_of_that_device() {
    let mut room = Room::of(4);
    let forged = Action::Revoke { device: peer(3), permit: sign_permit(&identity(4), peer(2)) };
    let for_another = revoke(3, 4);
    for action in [forged, for_another] {
        let (order, _) = room.order(2, action);
        let refusal = Pool::default().add(order.clone(), &room.chain).unwrap_err();
        assert!(matches!(refusal, Refusal::Signature(_)), "{refusal}");
        let block = room.block(1, vec![order]);
        let refusal = room.chain.add_block(block, room.now).unwrap_err();
        assert!(matches!(refusal, Refusal::Signature(_)), "{refusal}");
    }
    assert_eq!(room.refusal(2, revoke(2, 2)), Refusal::ToItself);
}

#[test]
fn who_is_no_member_revokes_nobody() {
    let mut room = Room::of(2);
    room.does(1, pays(9, Credits::whole(5)));
    assert_eq!(room.refusal(9, revoke(2, 9)), Refusal::NoMember { peer: peer(9) });
}
