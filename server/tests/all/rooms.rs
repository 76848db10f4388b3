//! Peers of one room find each other, reach each other, and learn who comes and goes; rooms do not touch each other.

use crate::common::{Client, Peer, capability, envelope, identity, room, start, start_with};
use protocol::{
    limits::KNOWN_PEERS_MAX,
    signaling::{ClientMessage, ErrorCode, LeaveReason, PeerCard, ServerMessage},
};
use server::signaling::SignalingConfig;
use std::collections::BTreeSet;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

#[tokio::test]
async fn a_newcomer_is_announced_and_discovers_the_others() {
    let running = start().await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let mut bob = Peer::join(&running, 2, room(1)).await;
    alice.sees_joined(&bob.card()).await;
    assert_eq!(bob.others().await, [alice.card()]);
    assert_eq!(alice.others().await, [bob.card()]);
}

#[tokio::test]
async fn a_handshake_reaches_its_receiver_with_the_verified_sender() {
    let running = start().await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let mut bob = Peer::join(&running, 2, room(1)).await;
    bob.signal(alice.id(), "sealed").await;
    alice.sees_joined(&bob.card()).await;
    let expected = ServerMessage::Signal { from: bob.id(), envelope: envelope("sealed") };
    assert_eq!(alice.client.receive().await, expected);
}

#[tokio::test]
async fn a_handshake_for_somebody_who_is_not_there_is_refused() {
    let running = start().await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let elsewhere = Peer::join(&running, 2, room(2)).await;
    for absent in [elsewhere.id(), identity(3).peer_id(), alice.id()] {
        alice.signal(absent, "x").await;
        let (code, message) = alice.client.refused().await;
        assert_eq!(code, ErrorCode::UnknownPeer);
        assert!(message.contains(&absent.short()), "{message}");
    }
    assert_eq!(alice.others().await, []);
}

#[tokio::test]
async fn a_changed_capability_is_told_to_the_others_and_to_newcomers() {
    let running = start().await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let mut bob = Peer::join(&running, 2, room(1)).await;
    let announcement = ClientMessage::AnnounceCapability { capability: capability("phone") };
    bob.client.send(&announcement).await;
    let changed = PeerCard { capability: capability("phone"), ..bob.card() };
    alice.sees_joined(&bob.card()).await;
    alice.sees_joined(&changed).await;
    assert_eq!(alice.others().await, [changed]);
}

#[tokio::test]
async fn a_closed_connection_leaves_the_room() {
    let running = start().await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let bob = Peer::join(&running, 2, room(1)).await;
    alice.sees_joined(&bob.card()).await;
    let expected = ServerMessage::PeerLeft { peer: bob.id(), reason: LeaveReason::Closed };
    bob.client.close().await;
    assert_eq!(alice.client.receive().await, expected);
    assert_eq!(alice.others().await, []);
    alice.client.close().await;
    running.metric_becomes("peerceptron_rooms", 0).await;
    running.metric_becomes("peerceptron_peers", 0).await;
}

#[tokio::test]
async fn a_connection_that_breaks_off_leaves_the_room() {
    let running = start().await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let bob = Peer::join(&running, 2, room(1)).await;
    alice.sees_joined(&bob.card()).await;
    let expected = ServerMessage::PeerLeft { peer: bob.id(), reason: LeaveReason::Closed };
    drop(bob);
    assert_eq!(alice.client.receive().await, expected);
}

#[tokio::test]
async fn the_same_identity_replaces_its_older_connection_without_a_leave() {
    let running = start().await;
    let mut alice = Peer::join(&running, 1, room(1)).await;
    let mut old = Client::connect(running.address).await.register(&identity(2), room(1), 1).await;
    alice.sees_joined(&old.card()).await;
    let mut new = Client::connect(running.address).await.register(&identity(2), room(1), 2).await;
    let told = ServerMessage::PeerLeft { peer: old.id(), reason: LeaveReason::Replaced };
    assert_eq!(old.client.receive().await, told);
    assert_eq!(old.client.closed().await, Some(CloseCode::Library(4001)));
    alice.sees_joined(&new.card()).await;
    running.metric_becomes("peerceptron_signaling_sockets", 2).await;
    alice.signal(new.id(), "hello").await;
    let expected = ServerMessage::Signal { from: alice.id(), envelope: envelope("hello") };
    assert_eq!(new.client.receive().await, expected);
    assert_eq!(alice.others().await, [new.card()]);
    assert_eq!(running.metric("peerceptron_peers").await, 2);
}

#[tokio::test]
async fn one_identity_can_be_in_two_rooms() {
    let running = start().await;
    let mut here = Peer::join(&running, 1, room(1)).await;
    let mut there = Peer::join(&running, 1, room(2)).await;
    assert_eq!(here.others().await, []);
    assert_eq!(there.others().await, []);
    assert_eq!(running.metric("peerceptron_rooms").await, 2);
}

#[tokio::test]
async fn a_full_room_refuses_strangers_and_lets_its_members_come_back() {
    let room_peers_max = 32;
    let running = start_with(SignalingConfig { room_peers_max, ..Default::default() }).await;
    let mut members = Vec::new();
    for number in 0..room_peers_max {
        members.push(Peer::join(&running, number as u8, room(1)).await);
    }
    let mut stranger = Client::connect(running.address).await;
    let registration = stranger.registration(&identity(200), room(1), 1);
    stranger.send(&ClientMessage::Register(registration)).await;
    let (code, message) = stranger.refused().await;
    assert_eq!(code, ErrorCode::Full);
    assert!(message.contains("32 peers"), "{message}");
    assert_eq!(stranger.closed().await, Some(CloseCode::Again));

    let mut back = Client::connect(running.address).await.register(&identity(0), room(1), 2).await;
    assert_eq!(back.others().await.len(), room_peers_max - 1);
    Peer::join(&running, 200, room(2)).await;
}

#[tokio::test]
async fn in_a_large_room_each_is_told_of_some_others_and_of_their_end() {
    let running = start().await;
    let mut members = Vec::new();
    for number in 0..100 {
        members.push(Peer::join(&running, number, room(1)).await);
    }
    let mut known = BTreeSet::new();
    let mut asking = Peer::join(&running, 200, room(1)).await;
    for _ in 0..20 {
        let others = asking.others().await;
        assert_eq!(others.len(), KNOWN_PEERS_MAX);
        assert!(
            ServerMessage::Peers { peers: others.clone(), others: 100 }.to_json().len()
                <= 16 * 1024
        );
        known.extend(others.iter().map(|card| card.peer));
    }
    assert!(known.len() > 90, "{} of 100 were ever told of", known.len());
    let mut expected = BTreeSet::new();
    for member in members.drain(..60) {
        expected.extend(known.get(&member.id()).copied());
        member.client.close().await;
    }
    let mut left = BTreeSet::new();
    while left.len() < expected.len() {
        match asking.client.receive().await {
            ServerMessage::PeerLeft { peer, .. } => assert!(left.insert(peer)),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(left, expected);
}

#[tokio::test]
async fn what_a_newcomer_sets_off_does_not_grow_with_the_room() {
    let running = start().await;
    let mut members = Vec::new();
    for number in 0..120 {
        members.push(Peer::join(&running, number, room(1)).await);
    }
    let told: usize = (0..120).map(|others: usize| others.min(KNOWN_PEERS_MAX)).sum();
    let series = r#"peerceptron_signaling_messages_sent_total{type="peer_joined"}"#;
    running.metric_becomes(series, told as u64).await;
}
